//! What affinities are between: products, or categories.

/// What is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Products.
    Product,
    /// Categories of products.
    Category,
}

impl Level {
    /// Both, products first.
    pub const ALL: [Self; 2] = [Self::Product, Self::Category];

    /// The most items that are compared: those that most customers bought.
    pub const fn most_items(self) -> usize {
        match self {
            Self::Product => 2_000,
            Self::Category => 500,
        }
    }

    /// The number it is stored and told by.
    pub const fn number(self) -> i16 {
        match self {
            Self::Product => 1,
            Self::Category => 2,
        }
    }

    /// The level with a number.
    pub fn of_number(number: i16) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.number() == number)
    }
}

/// A product or a category that was compared. Money in minor units, net of refunds.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// Product or category.
    pub level: Level,
    /// The product's key or the category.
    pub key: String,
    /// What a product was called last; the category.
    pub name: String,
    /// The category a product was in last; the category.
    pub category: String,
    /// Customers who hold it.
    pub customers: u64,
    /// What they paid for it.
    pub revenue_minor: i64,
    /// Baskets that hold it.
    pub baskets: u64,
    /// What was paid for it in them.
    pub basket_revenue_minor: i64,
    /// The mean price of a unit: by the lines that say how many, or of a line where none does. Before refunds.
    pub unit_price_minor: f64,
}
