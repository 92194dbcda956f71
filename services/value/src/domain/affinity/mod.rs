//! What is bought by whom who bought something else: associations of products, and of categories, over customers (cross-sell), over
//! transactions (bundles), and within a category from the cheaper to the dearer (up-sell).
//!
//! [`Line`]s go in, [`Found`] comes out of [`mine`]: [`held`] nets refunds and gathers what each customer and each basket holds,
//! [`pairs`] counts pairs densely, [`rules`] tests them by [`chance`] and keeps what chance does not explain. Pure; the same lines in any
//! order give the same bits.

mod chance;
mod counts;
mod held;
mod item;
mod lags;
mod lead;
mod pairs;
mod policy;
mod rules;

pub use counts::Counts;
pub use held::Catalogue;
pub use item::{Item, Level};
pub use lead::Lead;
pub use policy::{AffinityPolicy, AffinityPolicyError};
pub use rules::{Affinity, Found, Kind, MOST_AFFINITIES, mine};

/// One line of a purchase or a refund.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line {
    /// Who.
    pub buyer: u64,
    /// Tells the buyer's purchases apart; of a refund that names its purchase, that of the purchase.
    pub basket: u64,
    /// The day of the purchase, or of a refund that names none.
    pub day: i32,
    /// Position of the product in its catalogue.
    pub product: u32,
    /// Position of the category in its catalogue; `None` where the line has none.
    pub category: Option<u32>,
    /// In minor units; negative for a refund.
    pub amount_minor: i64,
    /// Millionths; `None` where it is not known.
    pub quantity_micros: Option<i64>,
}

#[cfg(test)]
mod tests;
