//! `clientele import contracts FILE`: contracts of a CSV file, new ones and changes of known ones.

use anyhow::Result;
use clap::Args;
use iso_currency::Currency;

use super::import::{Common, delimiter, tell};
use crate::{
    files::{self, ColumnChoice, ContractColumns, Contracts, amount},
    importing,
    online::block_on,
    term::{Progress, progress::Unit},
};

/// Flags of `import contracts`.
///
/// The columns auto_renew, notice_days, renewals, renewal_value, cancel_date and cancel_reason are read where the file has them.
#[derive(Debug, Args)]
pub struct ImportContracts {
    #[command(flatten)]
    common: Common,
    /// Column with the contract's id in your system
    #[arg(long, default_value = "external_id", value_name = "COLUMN")]
    external_id_column: String,
    /// Column with the customer's id in your system
    #[arg(long, default_value = "customer_id", value_name = "COLUMN")]
    customer_column: String,
    /// Column with what the contract is about
    #[arg(long, default_value = "product", value_name = "COLUMN")]
    product_column: String,
    /// Column with what a term costs
    #[arg(long, default_value = "value", value_name = "COLUMN")]
    value_column: String,
    /// Column with the first day
    #[arg(long, default_value = "start_date", value_name = "COLUMN")]
    start_date_column: String,
    /// Column with the months of a term
    #[arg(long, default_value = "term_months", value_name = "COLUMN")]
    term_months_column: String,
    /// Column with the ISO 4217 currency code [default: `currency` where the file has it]
    #[arg(long, value_name = "COLUMN")]
    currency_column: Option<String>,
    /// Currency of rows without one
    #[arg(long, default_value = "USD", value_name = "CODE", value_parser = amount::currency_flag)]
    currency: Currency,
}

/// Runs the command.
pub fn run(args: &ImportContracts) -> Result<()> {
    let columns = ContractColumns {
        external_id: args.external_id_column.clone(),
        customer: args.customer_column.clone(),
        product: args.product_column.clone(),
        value: args.value_column.clone(),
        start_date: args.start_date_column.clone(),
        term_months: args.term_months_column.clone(),
        currency: ColumnChoice::from_flag(args.currency_column.as_deref(), "currency"),
        default_currency: args.currency,
        delimiter: delimiter(args.common.delimiter)?,
    };
    let source = files::open(&args.common.file)?;
    let progress = Progress::start("importing contracts", source.bytes, Unit::Bytes);
    let rows = Contracts::new(progress.reader(source.reader), &columns)?;
    let imported = block_on(async {
        let mut client = args.common.online.clients()?.contracts;
        importing::contracts::import(&mut client, rows).await
    })?;
    tell(&args.common, &source.name, progress, &imported)
}
