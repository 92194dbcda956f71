//! What a file says of a transaction.

use iso_currency::Currency;
use jiff::Timestamp;

use crate::files::{Moment, error::Problem, header::is_named};

/// What a row is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TransactionKind {
    /// The customer paid.
    Purchase,
    /// The customer got money back.
    Refund,
    /// Serving the customer cost money.
    Cost,
}

impl TransactionKind {
    /// As files write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Purchase => "purchase",
            Self::Refund => "refund",
            Self::Cost => "cost",
        }
    }

    pub(super) fn parse(text: &str) -> Result<Self, Problem> {
        [Self::Purchase, Self::Refund, Self::Cost]
            .into_iter()
            .find(|kind| kind.as_str().eq_ignore_ascii_case(text))
            .ok_or(Problem::UnknownTransactionKind)
    }
}

/// What a cost was spent on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CostKind {
    /// What was sold cost itself.
    CostOfGoods,
    /// Serving the customer.
    CostToServe,
    /// Winning the customer.
    Acquisition,
}

impl CostKind {
    /// As files write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::CostOfGoods => "cost_of_goods",
            Self::CostToServe => "cost_to_serve",
            Self::Acquisition => "acquisition",
        }
    }

    /// Reads `cost_of_goods`, and `Cost of goods` too.
    pub(super) fn parse(text: &str) -> Result<Self, Problem> {
        [Self::CostOfGoods, Self::CostToServe, Self::Acquisition]
            .into_iter()
            .find(|kind| is_named(text, kind.as_str()))
            .ok_or(Problem::UnknownCostKind)
    }
}

/// One good transaction: a row, or the rows of its items.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransactionRow {
    /// The data row, from 1; the first of several.
    pub row: u64,
    /// The transaction's id; empty if omitted.
    pub id: String,
    /// The customer's id in the caller's system, unless the detail says that it is the one in Clientele.
    pub customer: String,
    /// When it happened.
    pub moment: Moment,
    /// How much, in minor units; never negative.
    pub amount_minor: i64,
    /// Of the amount.
    pub currency: Currency,
    /// Purchase, refund or cost.
    pub kind: TransactionKind,
    /// What only some files say.
    pub detail: Option<Box<Detail>>,
}

/// What only some files say; empty where nothing is said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Detail {
    /// Whether the customer is named by its id in Clientele.
    pub customer_is_clientele_id: bool,
    /// The instant, where it stands beside the day.
    pub time: Option<Timestamp>,
    /// Of a refund: the id of the purchase it takes back.
    pub refunded_id: String,
    /// Of a cost: what it was spent on.
    pub cost_kind: Option<CostKind>,
    /// Company, department and employee that sold.
    pub sold_by: [String; 3],
    /// What was sold.
    pub items: Vec<Item>,
}

/// A product, how much of it and for how much money.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Item {
    /// The caller's id of the product; never empty.
    pub product: String,
    /// What it is called.
    pub name: String,
    /// What it belongs to.
    pub category: String,
    /// As the file writes it.
    pub quantity: String,
    /// Of the whole quantity, in minor units of the transaction's currency; never negative.
    pub amount_minor: i64,
}
