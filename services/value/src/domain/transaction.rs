//! Transactions: what happened, whose it is, and when two of them are the same.

use jiff::{Timestamp, civil::Date};
use uuid::Uuid;

use super::{line_item::LineItem, money::Amount, sales_organisation::SalesOrganisation};

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The customer bought something.
    Purchase,
    /// Money was given back.
    Refund,
    /// Serving the customer cost money.
    Cost,
}

impl Kind {
    /// As it is stored.
    pub const fn number(self) -> i16 {
        match self {
            Self::Purchase => 1,
            Self::Refund => 2,
            Self::Cost => 3,
        }
    }

    /// From what is stored.
    pub const fn of_number(number: i16) -> Option<Self> {
        match number {
            1 => Some(Self::Purchase),
            2 => Some(Self::Refund),
            3 => Some(Self::Cost),
            _ => None,
        }
    }
}

/// What a cost was spent on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CostKind {
    /// What was sold cost itself.
    CostOfGoods,
    /// Serving the customer.
    CostToServe,
    /// Winning the customer.
    Acquisition,
}

impl CostKind {
    /// As it is stored: nothing for what a cost is unless said otherwise.
    pub const fn number(self) -> Option<i16> {
        match self {
            Self::CostOfGoods => Some(1),
            Self::CostToServe => None,
            Self::Acquisition => Some(3),
        }
    }

    /// From what is stored of a cost.
    pub const fn of_number(number: Option<i16>) -> Option<Self> {
        match number {
            Some(1) => Some(Self::CostOfGoods),
            None => Some(Self::CostToServe),
            Some(3) => Some(Self::Acquisition),
            Some(_) => None,
        }
    }
}

/// Whose transaction it is, in the words of whoever sent it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum CustomerKey {
    /// By the id of the customers service.
    Id(Uuid),
    /// By the caller's own key.
    External(String),
}

impl CustomerKey {
    /// The field of a `Transaction` message that holds it.
    pub const fn field(&self) -> &'static str {
        match self {
            Self::Id(_) => "customer_id",
            Self::External(_) => "customer_external_id",
        }
    }
}

/// What a transaction says, apart from whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// What happened.
    pub kind: Kind,
    /// How much.
    pub amount: Amount,
    /// The day of it.
    pub occur_date: Date,
    /// The instant of it, where known.
    pub occur_time: Option<Timestamp>,
    /// Of a refund: the purchase it takes back, where known.
    pub refunded_external_id: Option<String>,
    /// What it consists of, where known. They sum to the amount.
    pub items: Vec<LineItem>,
    /// Who made the sale, where known.
    pub sales_organisation: Option<Box<SalesOrganisation>>,
    /// Of a cost, and of nothing else: what it was spent on.
    pub cost_kind: Option<CostKind>,
}

impl Facts {
    /// The fields in which `other` says something else.
    pub fn differences(&self, other: &Self) -> Vec<&'static str> {
        [
            ("kind", self.kind == other.kind),
            ("amount", self.amount == other.amount),
            ("occur_date", self.occur_date == other.occur_date),
            ("occur_time", self.occur_time == other.occur_time),
            ("refunded_external_id", self.refunded_external_id == other.refunded_external_id),
            ("items", self.items == other.items),
            ("sales_organisation", self.sales_organisation == other.sales_organisation),
            // That of a cost and that of a purchase differ, but it is the kind that says so.
            ("cost_kind", self.kind != other.kind || self.cost_kind == other.cost_kind),
        ]
        .into_iter()
        .filter_map(|(field, same)| (!same).then_some(field))
        .collect()
    }
}

/// A transaction on its way in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewTransaction {
    /// The caller's id of it.
    pub external_id: String,
    /// Whose it is.
    pub customer: CustomerKey,
    /// What it says.
    pub facts: Facts,
}

impl NewTransaction {
    /// As it is recorded at an instant, for this customer.
    pub fn recorded(self, customer: CustomerKey, create_time: Timestamp) -> Transaction {
        let Self { external_id, facts, .. } = self;
        Transaction { external_id, customer, item_count: facts.items.len(), facts, corrections: 0, create_time }
    }
}

/// A transaction as it is recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transaction {
    /// The caller's id of it.
    pub external_id: String,
    /// Whose it is: the customer where it is known by now, otherwise the key it came with.
    pub customer: CustomerKey,
    /// What it says. Lists leave the items out.
    pub facts: Facts,
    /// How many items it has.
    pub item_count: usize,
    /// How many times it was corrected.
    pub corrections: u32,
    /// When it was recorded.
    pub create_time: Timestamp,
}

impl Transaction {
    /// Its version, as the contract writes it.
    pub fn etag(&self) -> String {
        format!("\"{}\"", u64::from(self.corrections) + 1)
    }

    /// Whether a caller who saw this version may change it; an empty `etag` is anyone's.
    pub fn is_at(&self, etag: &str) -> bool {
        etag.is_empty() || etag == self.etag()
    }
}

/// What is wrong between the fields of a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FactsError {
    /// A refund or a cost of nothing.
    #[error("must be more than zero for a refund or a cost")]
    NothingMoved,
    /// Something else than a refund names the purchase it takes back.
    #[error("belongs to refunds only")]
    NotARefund,
    /// A refund of itself.
    #[error("must be the id of the purchase, not that of the refund itself")]
    RefundsItself,
    /// Something else than a cost says what it was spent on.
    #[error("belongs to costs only")]
    NotACost,
}

impl FactsError {
    /// The field of a `Transaction` message the error is about.
    pub const fn field(self) -> &'static str {
        match self {
            Self::NothingMoved => "amount",
            Self::NotARefund | Self::RefundsItself => "refunded_external_id",
            Self::NotACost => "cost_kind",
        }
    }
}

/// Checks the fields of a transaction against each other, as far as they are known to be right by themselves.
pub fn check_together(
    external_id: &str,
    kind: Option<Kind>,
    amount: Option<Amount>,
    refunded_external_id: &str,
    cost_kind: Option<CostKind>,
) -> Vec<FactsError> {
    let mut errors = Vec::new();
    if cost_kind.is_some() && kind.is_some_and(|kind| kind != Kind::Cost) {
        errors.push(FactsError::NotACost);
    }
    if matches!(kind, Some(Kind::Refund | Kind::Cost)) && amount.is_some_and(Amount::is_zero) {
        errors.push(FactsError::NothingMoved);
    }
    if !refunded_external_id.is_empty() {
        if kind.is_some_and(|kind| kind != Kind::Refund) {
            errors.push(FactsError::NotARefund);
        } else if refunded_external_id == external_id {
            errors.push(FactsError::RefundsItself);
        }
    }
    errors
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn facts() -> Facts {
        Facts {
            kind: Kind::Purchase,
            amount: Amount::new("USD", 11, 770_000_000).unwrap(),
            occur_date: date(1997, 1, 1),
            occur_time: None,
            refunded_external_id: None,
            items: Vec::new(),
            sales_organisation: None,
            cost_kind: None,
        }
    }

    #[test]
    fn the_same_facts_have_no_differences_and_others_name_each_field() {
        assert_eq!(facts().differences(&facts()), Vec::<&str>::new());
        let other = Facts {
            kind: Kind::Refund,
            refunded_external_id: Some("p".into()),
            occur_time: Some(Timestamp::UNIX_EPOCH),
            ..facts()
        };
        assert_eq!(facts().differences(&other), ["kind", "occur_time", "refunded_external_id"]);
        let other =
            Facts { amount: Amount::new("EUR", 11, 770_000_000).unwrap(), occur_date: date(1997, 1, 2), ..facts() };
        assert_eq!(facts().differences(&other), ["amount", "occur_date"]);
    }

    #[test]
    fn items_their_order_the_organisation_and_what_a_cost_was_for_make_a_difference() {
        let item = |product: &str| LineItem {
            product_external_id: product.to_owned(),
            product_name: String::new(),
            category: String::new(),
            quantity: None,
            amount: Amount::new("USD", 1, 0).unwrap(),
        };
        let two = Facts { items: vec![item("a"), item("b")], ..facts() };
        assert_eq!(two.differences(&Facts { items: vec![item("b"), item("a")], ..facts() }), ["items"]);
        let sold = SalesOrganisation { company: "ACME".to_owned(), ..SalesOrganisation::default() };
        assert_eq!(facts().differences(&Facts { sales_organisation: sold.said(), ..facts() }), ["sales_organisation"]);
        let cost = Facts { kind: Kind::Cost, cost_kind: Some(CostKind::CostToServe), ..facts() };
        assert_eq!(facts().differences(&cost), ["kind"]);
        assert_eq!(cost.differences(&Facts { cost_kind: Some(CostKind::Acquisition), ..cost.clone() }), ["cost_kind"]);
    }

    #[test]
    fn only_a_cost_was_spent_on_something_and_every_kind_of_it_is_stored() {
        let amount = Amount::new("USD", 1, 0).ok();
        let to_serve = Some(CostKind::CostToServe);
        assert_eq!(check_together("t", Some(Kind::Cost), amount, "", to_serve), []);
        assert_eq!(check_together("t", Some(Kind::Purchase), amount, "", to_serve), [FactsError::NotACost]);
        for kind in [CostKind::CostOfGoods, CostKind::CostToServe, CostKind::Acquisition] {
            assert_eq!(CostKind::of_number(kind.number()), Some(kind));
        }
        assert_eq!(CostKind::of_number(Some(2)), None);
    }

    #[test]
    fn a_refund_or_a_cost_moves_money_and_a_purchase_may_be_free() {
        let nothing = Amount::new("USD", 0, 0).ok();
        assert_eq!(check_together("t", Some(Kind::Purchase), nothing, "", None), []);
        assert_eq!(check_together("t", Some(Kind::Refund), nothing, "", None), [FactsError::NothingMoved]);
        assert_eq!(
            check_together("t", Some(Kind::Cost), nothing, "p", None),
            [FactsError::NothingMoved, FactsError::NotARefund]
        );
    }

    #[test]
    fn only_a_refund_takes_back_a_purchase_and_never_itself() {
        let amount = Amount::new("USD", 1, 0).ok();
        assert_eq!(check_together("t", Some(Kind::Refund), amount, "p", None), []);
        assert_eq!(check_together("t", Some(Kind::Refund), amount, "t", None), [FactsError::RefundsItself]);
        assert_eq!(check_together("t", Some(Kind::Purchase), amount, "p", None), [FactsError::NotARefund]);
    }

    #[test]
    fn every_kind_is_stored_under_a_number_of_its_own() {
        for kind in [Kind::Purchase, Kind::Refund, Kind::Cost] {
            assert_eq!(Kind::of_number(kind.number()), Some(kind));
        }
        assert_eq!(Kind::of_number(0), None);
    }
}
