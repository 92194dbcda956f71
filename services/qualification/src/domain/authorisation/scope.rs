//! On what may be acted: matters and products.

use std::collections::BTreeSet;

/// The matter that stands for all.
pub const ALL: &str = "*";

/// What an authorisation is for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scope {
    /// Codes of matters; `*` for all.
    pub matters: BTreeSet<String>,
    /// Products; empty for all.
    pub products: BTreeSet<String>,
}

impl Scope {
    /// Whether it covers a matter and a product; an empty product is none in particular.
    pub fn covers(&self, matter: &str, product: &str) -> bool {
        let of_matter = self.matters.contains(ALL) || self.matters.contains(matter);
        of_matter && (product.is_empty() || self.products.is_empty() || self.products.contains(product))
    }

    /// Whether its matters are within those of another.
    pub fn matters_within(&self, other: &Self) -> bool {
        other.matters.contains(ALL) || self.matters.is_subset(&other.matters)
    }

    /// Whether its products are within those of another.
    pub fn products_within(&self, other: &Self) -> bool {
        other.products.is_empty() || (!self.products.is_empty() && self.products.is_subset(&other.products))
    }
}

#[cfg(test)]
pub(super) fn scope(matters: &[&str], products: &[&str]) -> Scope {
    let set = |codes: &[&str]| codes.iter().map(|code| (*code).to_owned()).collect();
    Scope { matters: set(matters), products: set(products) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_star_is_for_all_matters_and_no_product_for_all_products() {
        assert!(scope(&["*"], &[]).covers("sign-contract", "engines"));
        assert!(scope(&["place-order"], &[]).covers("place-order", "engines"));
        assert!(!scope(&["place-order"], &[]).covers("sign-contract", ""));
        assert!(!scope(&["*"], &["parts"]).covers("place-order", "engines"));
        assert!(scope(&["*"], &["parts"]).covers("place-order", ""));
    }

    fn any() -> impl Strategy<Value = Scope> {
        let matters = proptest::sample::subsequence(vec!["*", "a", "b", "c"], 0..=4);
        let products = proptest::sample::subsequence(vec!["x", "y", "z"], 0..=3);
        (matters, products).prop_map(|(matters, products)| scope(&matters, &products))
    }

    proptest! {
        #[test]
        fn what_is_within_covers_nothing_that_the_other_does_not(inner in any(), outer in any(), matter in "[abcd]", product in "[xyzw]") {
            if inner.matters_within(&outer) && inner.products_within(&outer) && inner.covers(&matter, &product) {
                prop_assert!(outer.covers(&matter, &product));
            }
        }
    }
}
