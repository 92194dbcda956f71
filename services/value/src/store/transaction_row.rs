//! A transaction as its row holds it. Its items stand in rows of their own: see [`super::transaction_item`].

use sqlx::Error;
use uuid::Uuid;

use crate::domain::{
    money::Amount,
    sales_organisation::SalesOrganisation,
    transaction::{CostKind, CustomerKey, Facts, Kind, Transaction},
};

/// A recorded transaction and the buyer it belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// Our number of the buyer.
    pub buyer_id: i64,
    /// The transaction.
    pub transaction: Transaction,
}

/// The columns of a transaction, with those that say who its buyer is.
#[derive(Debug, sqlx::FromRow)]
pub(super) struct Row {
    pub(super) tenant_id: String,
    pub(super) external_id: String,
    pub(super) buyer_id: i64,
    pub(super) kind: i16,
    pub(super) amount_minor: i64,
    pub(super) currency_code: String,
    pub(super) occur_date: jiff_sqlx::Date,
    pub(super) occur_time: Option<jiff_sqlx::Timestamp>,
    pub(super) refunded_external_id: Option<String>,
    pub(super) item_count: Option<i16>,
    pub(super) cost_kind: Option<i16>,
    pub(super) company: Option<String>,
    pub(super) department: Option<String>,
    pub(super) employee: Option<String>,
    pub(super) corrections: Option<i32>,
    pub(super) create_time: jiff_sqlx::Timestamp,
    pub(super) customer_id: Option<Uuid>,
    pub(super) customer_external_id: Option<String>,
}

impl Row {
    /// Whether there are rows of items.
    pub(super) const fn has_items(&self) -> bool {
        self.item_count.is_some()
    }

    /// The transaction, without its items.
    pub(super) fn read(self) -> sqlx::Result<Recorded> {
        let customer = match (self.customer_id, &self.customer_external_id) {
            (Some(id), _) => CustomerKey::Id(id),
            (None, Some(key)) => CustomerKey::External(key.clone()),
            (None, None) => return Err(unreadable("a buyer that nobody knows")),
        };
        let (buyer_id, create_time) = (self.buyer_id, self.create_time.to_jiff());
        let item_count = self.item_count.map_or(0, |count| count as usize);
        let corrections = self.corrections.map_or(0, i32::unsigned_abs);
        let (external_id, facts) = self.facts()?;
        let transaction = Transaction { external_id, customer, facts, item_count, corrections, create_time };
        Ok(Recorded { buyer_id, transaction })
    }

    /// The id of the transaction and what it says, without its items.
    pub(super) fn facts(self) -> sqlx::Result<(String, Facts)> {
        let kind = Kind::of_number(self.kind).ok_or_else(|| unreadable("an unknown kind"))?;
        let amount = Amount::stored(self.amount_minor, &self.currency_code);
        let cost_kind = CostKind::of_number(self.cost_kind).ok_or_else(|| unreadable("an unknown kind of cost"))?;
        let sold = SalesOrganisation {
            company: self.company.unwrap_or_default(),
            department: self.department.unwrap_or_default(),
            employee: self.employee.unwrap_or_default(),
        };
        let facts = Facts {
            kind,
            amount: amount.ok_or_else(|| unreadable("an amount that is none"))?,
            occur_date: self.occur_date.to_jiff(),
            occur_time: self.occur_time.map(jiff_sqlx::Timestamp::to_jiff),
            refunded_external_id: self.refunded_external_id,
            items: Vec::new(),
            sales_organisation: sold.said(),
            cost_kind: (kind == Kind::Cost).then_some(cost_kind),
        };
        Ok((self.external_id, facts))
    }
}

/// Stored values that no rule of ours let in.
pub(super) fn unreadable(what: &'static str) -> Error {
    Error::Decode(what.into())
}
