//! How much a name tells by being rare.

use std::collections::HashMap;

use crate::words;

/// How rare names are: counted from a list, or a built-in list of the commonest.
#[derive(Debug, Clone, Default)]
pub struct Weights {
    counted: Option<Counted>,
}

#[derive(Debug, Clone)]
struct Counted {
    names: f32,
    of: HashMap<Box<str>, u32>,
}

/// What the commonest name weighs, where a name seen once weighs 1.
const LEAST: f32 = 0.7;

impl Weights {
    /// Counts from folded words, one iteration a name.
    pub(crate) fn count<'a, W: IntoIterator<Item = &'a str>>(names: impl IntoIterator<Item = W>) -> Self {
        let mut of: HashMap<Box<str>, u32> = HashMap::new();
        let mut total = 0_u32;
        for name in names {
            total += 1;
            for word in name {
                *of.entry(word.into()).or_default() += 1;
            }
        }
        // One in a thousand is no evidence of a common name in a short list.
        if total < 1_000 {
            return Self::default();
        }
        Self { counted: Some(Counted { names: total as f32, of }) }
    }

    /// From [`LEAST`] for the commonest names to 1 for one seen at most once in a thousand names.
    pub(crate) fn rarity(&self, fold: &str) -> f32 {
        let Some(counted) = &self.counted else {
            return if words::is_common(fold) { LEAST + 0.1 } else { 1.0 };
        };
        let share = counted.of.get(fold).copied().unwrap_or(0) as f32 / counted.names;
        // log10 of the share from -3 (rare) to -1 (a tenth of all names)
        let common = f32::midpoint(share.max(1e-3).log10(), 3.0).min(1.0);
        1.0 - (1.0 - LEAST) * common
    }
}
