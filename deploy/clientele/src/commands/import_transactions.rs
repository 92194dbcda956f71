//! `clientele import transactions FILE`: purchases, refunds and costs into the value service.

use anyhow::Result;
use clap::{Args, ValueEnum};
use iso_currency::Currency;

use crate::{
    commands::import::{Common, delimiter, tell},
    files::{self, ColumnChoice, TransactionColumns, TransactionId, Transactions, amount},
    importing,
    online::block_on,
    term::{self, Progress, progress::Unit},
};

const TRANSACTIONS: &str = "\
A row is a purchase, a refund or a cost. Dates are 1997-12-31, 19971231, 1997-12-31 23:59:59 or RFC 3339; amounts are 1234.56.

A CSV file that `clientele export transactions` wrote is known by its header and imported without any flag: items of a transaction over \
several rows, ids, refunded purchases, kinds of cost, who sold, times. What is there already changes nothing.

Rows that cannot be used are left out, each counted by reason and column and the first ones told with row, column and remedy. With --format json \
`bad_rows_by_reason` counts rows that could not be read and `rejected_by_reason` those that the service did not take, each with the place of the \
first. A transaction of several rows is taken whole or not at all; `new` and `known` count transactions.

Examples:
  clientele import transactions purchases.csv --currency EUR
  clientele export transactions -o all.csv && clientele import transactions all.csv
  clientele import transactions retail.csv --customer-column CustomerID --date-column InvoiceDate --amount-column Total \\
      --product-column StockCode --product-name-column Description --quantity-column Quantity --refunds net --format json
  clientele import transactions ledger.csv --transaction-id-column InvoiceNo --kind-column Type --refunded-id-column Cancels";

/// Flags of `import transactions`.
#[derive(Debug, Args)]
#[command(after_help = TRANSACTIONS)]
pub struct ImportTransactions {
    #[command(flatten)]
    common: Common,
    /// Column with the customer's id in your system
    #[arg(long, default_value = "customer_id", value_name = "COLUMN")]
    customer_column: String,
    /// Column with the day, or an instant of which the day counts
    #[arg(long, default_value = "date", value_name = "COLUMN")]
    date_column: String,
    /// Column with the instant beside the day, such as 1997-12-31T23:59:59Z; without an offset it counts as UTC
    #[arg(long, value_name = "COLUMN")]
    time_column: Option<String>,
    /// Column with the amount
    #[arg(long, default_value = "amount", value_name = "COLUMN")]
    amount_column: String,
    /// Column with the ISO 4217 currency code [default: `currency` where the file has it]
    #[arg(long, value_name = "COLUMN")]
    currency_column: Option<String>,
    /// Currency of rows without one
    #[arg(long, default_value = "USD", value_name = "CODE", value_parser = amount::currency_flag)]
    currency: Currency,
    /// Column with purchase, refund or cost [default: `kind` where the file has it]
    #[arg(long, value_name = "COLUMN")]
    kind_column: Option<String>,
    /// Column with the transaction's own id [default: `external_id` in a file that names refunded purchases; otherwise an id is made from
    /// the row, the same each time]
    #[arg(long, value_name = "COLUMN")]
    transaction_id_column: Option<String>,
    /// Column with the id of the purchase that a refund takes back; a refund without one is taken off the customer's latest purchases before
    /// it [default: `refunded_external_id`, `refunded_transaction_id`, `refunded_id` or `refund_of` where the file has it]
    #[arg(long, value_name = "COLUMN")]
    refunded_id_column: Option<String>,
    /// Column with what a cost was spent on: cost_of_goods, cost_to_serve or acquisition; empty means cost_to_serve [default: `cost_kind` or
    /// `cost_type` where the file has it]
    #[arg(long, value_name = "COLUMN")]
    cost_kind_column: Option<String>,
    /// Column with the company that sold [default: `sales_company` where the file has it]
    #[arg(long, value_name = "COLUMN", help_heading = "Who sold what")]
    company_column: Option<String>,
    /// Column with the department that sold [default: `sales_department` where the file has it]
    #[arg(long, value_name = "COLUMN", help_heading = "Who sold what")]
    department_column: Option<String>,
    /// Column with the employee who sold [default: `sales_employee` where the file has it]
    #[arg(long, value_name = "COLUMN", help_heading = "Who sold what")]
    employee_column: Option<String>,
    /// Column with the product, which without --item-amount-column the whole amount is for [default: `product` where the file has it]
    #[arg(long, value_name = "COLUMN", help_heading = "Who sold what")]
    product_column: Option<String>,
    /// Column with the name of the product [default: `product_name` where the file has it]
    #[arg(long, value_name = "COLUMN", help_heading = "Who sold what")]
    product_name_column: Option<String>,
    /// Column with the category of the product [default: `category` where the file has it]
    #[arg(long, value_name = "COLUMN", help_heading = "Who sold what")]
    category_column: Option<String>,
    /// Column with the quantity of the product [default: `quantity` where the file has it]
    #[arg(long, value_name = "COLUMN", help_heading = "Who sold what")]
    quantity_column: Option<String>,
    /// Column with the amount of the product: rows of one --transaction-id-column that follow each other are then the items of one
    /// transaction, and each repeats what is said of the transaction, its amount too
    #[arg(long, value_name = "COLUMN", help_heading = "Who sold what")]
    item_amount_column: Option<String>,
    /// What to do with purchases of a negative amount: leave them out, or read them as refunds, a negative quantity as what came back
    #[arg(long, value_enum, default_value_t)]
    refunds: Refunds,
}

/// What a negative purchase is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum Refunds {
    /// A bad row.
    #[default]
    Reject,
    /// A refund.
    Net,
}

/// Runs the command.
pub fn run(args: &ImportTransactions) -> Result<()> {
    let any = |flag: &Option<String>, names| ColumnChoice::from_flag_or_any(flag.as_deref(), names);
    let named = |flag: &Option<String>| {
        flag.as_deref().map_or(ColumnChoice::Absent, |name| ColumnChoice::from_flag(Some(name), ""))
    };
    let [product, category, quantity] =
        choices([&args.product_column, &args.category_column, &args.quantity_column], TransactionColumns::PRODUCT);
    let columns = TransactionColumns {
        customer: args.customer_column.clone(),
        date: args.date_column.clone(),
        time: named(&args.time_column),
        amount: args.amount_column.clone(),
        currency: ColumnChoice::from_flag(args.currency_column.as_deref(), "currency"),
        default_currency: args.currency,
        kind: ColumnChoice::from_flag(args.kind_column.as_deref(), "kind"),
        id: args.transaction_id_column.clone().map_or(TransactionId::Derived, TransactionId::Column),
        refunded_id: any(&args.refunded_id_column, TransactionColumns::REFUNDED_ID),
        cost_kind: any(&args.cost_kind_column, TransactionColumns::COST_KIND),
        sold_by: choices(
            [&args.company_column, &args.department_column, &args.employee_column],
            TransactionColumns::SOLD_BY,
        ),
        product: [product, any(&args.product_name_column, TransactionColumns::PRODUCT_NAME), category, quantity],
        item_amount: named(&args.item_amount_column),
        negative_is_refund: args.refunds == Refunds::Net,
        delimiter: delimiter(args.common.delimiter)?,
    };
    let source = files::open(&args.common.file)?;
    let progress = Progress::start("importing transactions", source.bytes, Unit::Bytes);
    let rows = Transactions::new(progress.reader(source.reader), &columns)?;
    if rows.names_purchases_without_ids() {
        term::note(
            "hint: the file names refunded purchases, but its rows have no ids to be named by: give their column with \
             --transaction-id-column, unless the purchases are recorded already",
        );
    }
    let imported = block_on(async {
        let mut client = args.common.online.clients()?.transactions;
        importing::transactions::import(&mut client, rows, |_| ()).await
    })?;
    tell(&args.common, &source.name, progress, &imported)
}

fn choices(flags: [&Option<String>; 3], defaults: [&str; 3]) -> [ColumnChoice; 3] {
    let [(a, of_a), (b, of_b), (c, of_c)] = [0, 1, 2].map(|at| (flags[at].as_deref(), defaults[at]));
    [ColumnChoice::from_flag(a, of_a), ColumnChoice::from_flag(b, of_b), ColumnChoice::from_flag(c, of_c)]
}
