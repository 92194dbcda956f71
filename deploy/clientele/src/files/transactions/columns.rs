//! Which column of a file of transactions holds what.

use iso_currency::Currency;

use crate::files::header::{ColumnChoice, Header};

/// Which column holds what. The flags of a command are named after these: `--customer-column` and so on.
///
/// Of a file that `clientele export transactions` wrote, known by its header, what is not chosen otherwise is found under the export's names.
#[derive(Debug, Clone)]
pub struct TransactionColumns {
    /// The customer's id in the caller's system.
    pub customer: String,
    /// When it happened: its day counts.
    pub date: String,
    /// The instant, where the file has it beside the day.
    pub time: ColumnChoice,
    /// How much.
    pub amount: String,
    /// The ISO 4217 code; an empty cell means `default_currency`.
    pub currency: ColumnChoice,
    /// For files or cells without a currency.
    pub default_currency: Currency,
    /// purchase, refund or cost; an empty cell or no column means purchase.
    pub kind: ColumnChoice,
    /// Where ids come from.
    pub id: TransactionId,
    /// Of a refund: the id of the purchase it takes back.
    pub refunded_id: ColumnChoice,
    /// Of a cost: what it was spent on.
    pub cost_kind: ColumnChoice,
    /// The company, department and employee that sold.
    pub sold_by: [ColumnChoice; 3],
    /// The product, its name, its category and its quantity. Of rows without a product the others are not read.
    pub product: [ColumnChoice; 4],
    /// The amount of the row's item. With it, rows of one id that follow each other are the items of one transaction; without it, a row is a
    /// transaction, and its item comes to the whole amount.
    pub item_amount: ColumnChoice,
    /// Read a purchase of a negative amount as a refund, instead of refusing it.
    pub negative_is_refund: bool,
    /// Between the columns.
    pub delimiter: u8,
}

impl TransactionColumns {
    /// Columns of the sales organisation unless named otherwise. Not just `company`: in many files that is the customer.
    pub const SOLD_BY: [&'static str; 3] = ["sales_company", "sales_department", "sales_employee"];
    /// Columns of the product, its category and its quantity unless named otherwise.
    pub const PRODUCT: [&'static str; 3] = ["product", "category", "quantity"];
    /// Names of the column with the refunded purchase.
    pub const REFUNDED_ID: &'static [&'static str] =
        &["refunded_external_id", "refunded_transaction_id", "refunded_id", "refund_of"];
    /// Names of the column with what a cost was spent on.
    pub const COST_KIND: &'static [&'static str] = &["cost_kind", "cost_type"];
    /// Names of the column with the product's name.
    pub const PRODUCT_NAME: &'static [&'static str] = &["product_name"];

    /// The columns of this file: those of an export where it is one and nothing else was chosen.
    pub(super) fn of(&self, header: &Header) -> Self {
        if !export::wrote(header) {
            return self.clone();
        }
        let usual = Self::default();
        let name = |chosen: &String, usual: &String, exported: &str| {
            if chosen == usual { exported.to_owned() } else { chosen.clone() }
        };
        let choice = |chosen: &ColumnChoice, usual: &ColumnChoice, exported: &str| {
            if chosen == usual { ColumnChoice::IfPresent(exported.to_owned()) } else { chosen.clone() }
        };
        // Also where nobody asks for items: a row would count for its whole transaction.
        let rows = |chosen: &ColumnChoice, exported: &str| match chosen {
            ColumnChoice::Named(_) => chosen.clone(),
            _ => ColumnChoice::Named(exported.to_owned()),
        };
        Self {
            customer: name(&self.customer, &usual.customer, export::CUSTOMER),
            date: name(&self.date, &usual.date, export::DATE),
            time: choice(&self.time, &usual.time, export::TIME),
            currency: choice(&self.currency, &usual.currency, export::CURRENCY),
            id: match &self.id {
                TransactionId::Column(name) => TransactionId::Column(name.clone()),
                // Also where nobody asks for ids: rows are put together by them.
                TransactionId::Derived | TransactionId::Omitted => TransactionId::Column(export::ID.to_owned()),
            },
            sold_by: [0, 1, 2].map(|at| choice(&self.sold_by[at], &usual.sold_by[at], export::SOLD_BY[at])),
            product: [
                rows(&self.product[0], export::PRODUCT[0]),
                choice(&self.product[1], &usual.product[1], export::PRODUCT[1]),
                choice(&self.product[2], &usual.product[2], export::PRODUCT[2]),
                choice(&self.product[3], &usual.product[3], export::PRODUCT[3]),
            ],
            item_amount: rows(&self.item_amount, export::ITEM_AMOUNT),
            ..self.clone()
        }
    }
}

impl Default for TransactionColumns {
    fn default() -> Self {
        let [product, category, quantity] = Self::PRODUCT.map(|name| ColumnChoice::IfPresent(name.into()));
        Self {
            customer: "customer_id".into(),
            date: "date".into(),
            time: ColumnChoice::Absent,
            amount: "amount".into(),
            currency: ColumnChoice::IfPresent("currency".into()),
            default_currency: Currency::USD,
            kind: ColumnChoice::IfPresent("kind".into()),
            id: TransactionId::Derived,
            refunded_id: ColumnChoice::AnyOf(Self::REFUNDED_ID),
            cost_kind: ColumnChoice::AnyOf(Self::COST_KIND),
            sold_by: Self::SOLD_BY.map(|name| ColumnChoice::IfPresent(name.into())),
            product: [product, ColumnChoice::AnyOf(Self::PRODUCT_NAME), category, quantity],
            item_amount: ColumnChoice::Absent,
            negative_is_refund: false,
            delimiter: b',',
        }
    }
}

/// Where a transaction's id comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TransactionId {
    /// This column.
    Column(String),
    /// `external_id` where the file names refunded purchases, which it can only do by ids of its own. Otherwise made from the row, the same
    /// each time it is read: see [`crate::files::fingerprint`].
    Derived,
    /// Not needed: ids stay empty.
    Omitted,
}

/// The names that `clientele export transactions` gives its columns.
pub(super) mod export {
    use super::Header;

    pub const ID: &str = "external_id";
    /// The customer's id in the caller's system, where the customer is not known in Clientele yet.
    pub const CUSTOMER: &str = "customer_external_id";
    /// The customer's id in Clientele.
    pub const CLIENTELE_ID: &str = "customer_id";
    pub const DATE: &str = "occur_date";
    pub const TIME: &str = "occur_time";
    pub const CURRENCY: &str = "currency_code";
    pub const SOLD_BY: [&str; 3] = ["company", "department", "employee"];
    pub const PRODUCT: [&str; 4] = ["product_external_id", "product_name", "category", "quantity"];
    pub const ITEM_AMOUNT: &str = "item_amount";
    pub const LINE: &str = "line";

    /// Whether a file with this header was written by an export: no other file names all of these so.
    pub fn wrote(header: &Header) -> bool {
        [ID, CUSTOMER, CLIENTELE_ID, DATE, TIME, CURRENCY, ITEM_AMOUNT, LINE].iter().all(|name| header.has(name))
    }
}
