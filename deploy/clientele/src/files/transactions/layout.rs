//! Where in a row of a file of transactions things stand, and how a row is read.

use iso_currency::Currency;
use jiff::Timestamp;

use super::columns::{TransactionColumns, TransactionId, export};
use super::row::{CostKind, Detail, Item, TransactionKind, TransactionRow};
use crate::files::error::{FileError, Problem, RowError};
use crate::files::header::{Cells, ColumnChoice, Header};
use crate::files::records::Record;
use crate::files::{amount, counts, date};

/// Places of columns.
#[derive(Debug)]
pub struct Layout {
    pub header: Header,
    customer: usize,
    /// Customers that are named by their ids in Clientele.
    clientele_id: Option<usize>,
    date: usize,
    time: Option<usize>,
    amount: usize,
    pub currency: Option<usize>,
    kind: Option<usize>,
    pub id: Option<usize>,
    pub refunded_id: Option<usize>,
    cost_kind: Option<usize>,
    sold_by: [Option<usize>; 3],
    product: [Option<usize>; 4],
    pub items: Option<ItemColumns>,
    default_currency: Currency,
    negative_is_refund: bool,
    /// Texts are what they were when they were exported, with the space around them.
    is_export: bool,
}

/// Columns of a file in which rows are items.
#[derive(Debug, Clone, Copy)]
pub struct ItemColumns {
    /// The transaction's id, by which its rows are put together.
    pub id: usize,
    pub product: usize,
    amount: usize,
    /// Of the item within its transaction, from 1.
    line: Option<usize>,
}

impl ItemColumns {
    /// Whether the row cannot go on with a transaction that other rows began, even of the same id.
    pub fn begin(&self, record: Record<'_>) -> bool {
        self.line.is_some_and(|at| matches!(record.field(at), "" | "1"))
    }
}

impl Layout {
    /// Finds the columns.
    pub fn find(header: Header, columns: &TransactionColumns) -> Result<Self, FileError> {
        let is_export = export::wrote(&header);
        let columns = columns.of(&header);
        let refunded_id = header.optional("refunded-id", &columns.refunded_id)?;
        let id = match &columns.id {
            TransactionId::Column(name) => Some(header.required("transaction-id", name)?),
            TransactionId::Derived if refunded_id.is_some() => {
                let place = header.optional("transaction-id", &ColumnChoice::IfPresent(export::ID.into()))?;
                // In a file of theirs it may well be the customer's.
                place.filter(|_| columns.customer != export::ID)
            }
            TransactionId::Derived | TransactionId::Omitted => None,
        };
        let [product, product_name, category, quantity] = &columns.product;
        let product = [
            header.optional("product", product)?,
            header.optional("product-name", product_name)?,
            header.optional("category", category)?,
            header.optional("quantity", quantity)?,
        ];
        let [company, department, employee] = &columns.sold_by;
        let by_clientele_id = is_export && columns.customer == export::CUSTOMER;
        Ok(Self {
            customer: header.required("customer", &columns.customer)?,
            clientele_id: if by_clientele_id { header.place(export::CLIENTELE_ID) } else { None },
            date: header.required("date", &columns.date)?,
            time: header.optional("time", &columns.time)?,
            amount: header.required("amount", &columns.amount)?,
            currency: header.optional("currency", &columns.currency)?,
            kind: header.optional("kind", &columns.kind)?,
            id,
            refunded_id,
            cost_kind: header.optional("cost-kind", &columns.cost_kind)?,
            sold_by: [
                header.optional("company", company)?,
                header.optional("department", department)?,
                header.optional("employee", employee)?,
            ],
            product,
            items: match header.optional("item-amount", &columns.item_amount)? {
                None => None,
                Some(amount) => Some(ItemColumns {
                    id: id.ok_or(FileError::ItemsWithout { what: "ids of transactions", flag: "transaction-id" })?,
                    product: product[0].ok_or(FileError::ItemsWithout { what: "products", flag: "product" })?,
                    amount,
                    line: if is_export { header.place(export::LINE) } else { None },
                }),
            },
            default_currency: columns.default_currency,
            negative_is_refund: columns.negative_is_refund,
            is_export,
            header,
        })
    }

    /// Reads a row by itself.
    pub fn row(&self, record: Record<'_>) -> Result<TransactionRow, RowError> {
        if record.len() != self.header.len() {
            return Err(self.header.wrong_count(record));
        }
        let cells = self.header.cells(record);
        let (customer, customer_is_clientele_id) = self.customer(cells)?;
        let moment = cells.required(self.date, date::parse)?;
        let currency = cells.optional(self.currency, amount::parse_currency)?.unwrap_or(self.default_currency);
        let said = cells.optional(self.kind, TransactionKind::parse)?.unwrap_or(TransactionKind::Purchase);
        let (amount_minor, kind) =
            cells.required(self.amount, |text| self.sign(amount::parse(text, currency)?, said))?;
        let id = self.id.map_or_else(|| Ok(String::new()), |at| self.required_text(cells, at))?;
        let flow = Flow { currency, is_turned: kind != said };
        let detail = Detail {
            customer_is_clientele_id,
            time: cells.optional(self.time, instant)?,
            refunded_id: self.refunded_id(cells, kind, &id)?,
            cost_kind: cells.optional(self.cost_kind, |text| match (CostKind::parse(text)?, kind) {
                (cost_kind, TransactionKind::Cost) => Ok(cost_kind),
                (_, kind) => Err(Problem::CostKindOfOther(kind.as_str())),
            })?,
            sold_by: self.sold_by.map(|at| self.text(cells, at)),
            items: self.item(cells, amount_minor, flow)?.into_iter().collect(),
        };
        let detail = (detail != Detail::default()).then(|| Box::new(detail));
        Ok(TransactionRow { row: record.place.row, id, customer, moment, amount_minor, currency, kind, detail })
    }

    /// A text: in an export as it stands, elsewhere without the space around it.
    pub fn text_at<'a>(&self, record: Record<'a>, at: usize) -> &'a str {
        if self.is_export { record.raw(at) } else { record.field(at) }
    }

    /// Checks that an item is the one that comes next.
    pub fn check_line(&self, record: Record<'_>, items: ItemColumns, expected: u64) -> Result<(), RowError> {
        let Some(at) = items.line else { return Ok(()) };
        self.header.cells(record).required(at, |text| match counts::whole(text)? {
            line if line == expected => Ok(()),
            _ => Err(Problem::LineGap { expected }),
        })
    }

    /// The column in which two rows of a transaction differ, apart from their items.
    pub fn difference(&self, first: &TransactionRow, other: &TransactionRow) -> Option<usize> {
        let none = Detail::default();
        let [of_first, of_other] = [first, other].map(|row| row.detail.as_deref().unwrap_or(&none));
        let customers =
            [(first, of_first), (other, of_other)].map(|(row, of)| (&row.customer, of.customer_is_clientele_id));
        let [company, department, employee] = self.sold_by;
        let sold_by = |at: usize| of_first.sold_by[at] == of_other.sold_by[at];
        [
            (Some(self.customer), customers[0] == customers[1]),
            (Some(self.date), first.moment == other.moment),
            (self.time, of_first.time == of_other.time),
            (self.currency, first.currency == other.currency),
            (self.kind, first.kind == other.kind),
            (Some(self.amount), first.amount_minor == other.amount_minor),
            (self.refunded_id, of_first.refunded_id == of_other.refunded_id),
            (self.cost_kind, of_first.cost_kind == of_other.cost_kind),
            (company, sold_by(0)),
            (department, sold_by(1)),
            (employee, sold_by(2)),
        ]
        .into_iter()
        .find_map(|(column, is_same)| column.filter(|_| !is_same))
    }

    fn text(&self, cells: Cells<'_>, at: Option<usize>) -> String {
        at.map(|at| self.text_at(cells.record, at).to_owned()).unwrap_or_default()
    }

    fn required_text(&self, cells: Cells<'_>, at: usize) -> Result<String, RowError> {
        match self.text_at(cells.record, at) {
            "" => Err(cells.error(at, Problem::Empty)),
            text => Ok(text.to_owned()),
        }
    }

    /// The customer, and whether that is its id in Clientele.
    fn customer(&self, cells: Cells<'_>) -> Result<(String, bool), RowError> {
        let clientele_id = cells.optional(self.clientele_id, |text| Ok(text.to_owned()))?;
        match clientele_id {
            None => Ok((self.required_text(cells, self.customer)?, false)),
            Some(_) if !cells.record.field(self.customer).is_empty() => {
                Err(cells.error(self.customer, Problem::TwoCustomers))
            }
            Some(id) => Ok((id, true)),
        }
    }

    fn refunded_id(&self, cells: Cells<'_>, kind: TransactionKind, id: &str) -> Result<String, RowError> {
        let text = self.text(cells, self.refunded_id);
        let problem = match (text.as_str(), kind) {
            ("", _) => None,
            (text, TransactionKind::Refund) => (text == id).then_some(Problem::RefundsItself),
            (_, kind) => Some(Problem::RefundedIdOfOther(kind.as_str())),
        };
        match (problem, self.refunded_id) {
            (Some(problem), Some(at)) => Err(cells.error(at, problem)),
            _ => Ok(text),
        }
    }

    /// The item of the row, if it has one. `amount_minor` is the transaction's.
    fn item(&self, cells: Cells<'_>, amount_minor: i64, flow: Flow) -> Result<Option<Item>, RowError> {
        let [product, name, category, quantity] = self.product;
        let product = self.text(cells, product);
        let amount_minor = match self.items {
            None => amount_minor,
            Some(items) if product.is_empty() => {
                let is_said = !cells.record.field(items.amount).is_empty();
                return if is_said { Err(cells.error(items.product, Problem::Empty)) } else { Ok(None) };
            }
            Some(items) => cells.required(items.amount, |text| flow.amount(text))?,
        };
        if product.is_empty() {
            return Ok(None);
        }
        Ok(Some(Item {
            product,
            name: self.text(cells, name),
            category: self.text(cells, category),
            quantity: cells.optional(quantity, |text| flow.quantity(text))?.unwrap_or_default(),
            amount_minor,
        }))
    }

    fn sign(&self, minor: i64, kind: TransactionKind) -> Result<(i64, TransactionKind), Problem> {
        match kind {
            _ if minor >= 0 => Ok((minor, kind)),
            TransactionKind::Purchase if self.negative_is_refund => {
                let minor = minor.checked_neg().ok_or(Problem::AmountOverflow)?;
                Ok((minor, TransactionKind::Refund))
            }
            TransactionKind::Purchase => Err(Problem::NegativePurchase),
            TransactionKind::Refund | TransactionKind::Cost => Err(Problem::NegativeOther),
        }
    }
}

/// What the items of a row have to agree with.
#[derive(Clone, Copy)]
struct Flow {
    currency: Currency,
    /// The transaction's amount was negative and is read as a refund: so are those of its items, and their quantities.
    is_turned: bool,
}

impl Flow {
    fn amount(self, text: &str) -> Result<i64, Problem> {
        let minor = amount::parse(text, self.currency)?;
        let turned = if self.is_turned { minor.checked_neg().ok_or(Problem::AmountOverflow)? } else { minor };
        if turned >= 0 { Ok(turned) } else { Err(Problem::ItemSign) }
    }

    /// What else a quantity must be, the service knows.
    fn quantity(self, text: &str) -> Result<String, Problem> {
        match text.strip_prefix('-') {
            Some(unsigned) if self.is_turned => Ok(unsigned.to_owned()),
            Some(_) => Err(Problem::NegativeQuantity),
            None => Ok(text.to_owned()),
        }
    }
}

fn instant(text: &str) -> Result<Timestamp, Problem> {
    let moment = date::parse(text)?;
    if moment.has_time() { Ok(moment.timestamp()) } else { Err(Problem::NoTime) }
}
