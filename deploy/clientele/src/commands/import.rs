//! `clientele import customers|transactions|contracts|fx-rates|screening-list FILE`: a file into the services.

use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::{Args, Subcommand, ValueEnum};
use serde_json::json;

use crate::{
    commands::{
        Usage,
        import_contracts::{self, ImportContracts},
        import_screening_list::{self, ImportScreeningList},
        import_transactions::{self, ImportTransactions},
    },
    files::{self, ColumnChoice, CustomerColumns, CustomerKind, Customers, FxRates},
    importing::{self, Imported, RejectionReason},
    online::{Online, block_on},
    report::json,
    term::{self, Format, Progress, number, progress::Unit},
};

/// What to import.
#[derive(Debug, Subcommand)]
pub enum Import {
    /// Import purchases, refunds and costs from a CSV file; rows that are there already change nothing
    Transactions(Box<ImportTransactions>),
    /// Import customers from a CSV file: new ones are created, known ones changed
    Customers(ImportCustomers),
    /// Import contracts from a CSV file: new ones are created, known ones changed
    Contracts(ImportContracts),
    /// Import exchange rates from a CSV file with the columns date, base, quote and rate: a rate of the same pair and day is replaced
    FxRates(ImportFxRates),
    /// Import a sanctions list, or one of your own, as its newest version; customers are screened against what changed
    ScreeningList(ImportScreeningList),
}

/// Flags of all.
#[derive(Debug, Args)]
pub(super) struct Common {
    /// The CSV file; - reads standard input
    #[arg(value_name = "FILE")]
    pub(super) file: PathBuf,
    /// What stands between the columns
    #[arg(long, default_value_t = ',', value_name = "CHARACTER")]
    pub(super) delimiter: char,
    /// Exit with 1 when any row was left out
    #[arg(long)]
    strict: bool,
    /// How to print the result
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    #[command(flatten)]
    pub(super) online: Online,
}

/// Flags of `import customers`.
#[derive(Debug, Args)]
pub struct ImportCustomers {
    #[command(flatten)]
    common: Common,
    /// Column with the customer's id in your system
    #[arg(long, default_value = "external_id", value_name = "COLUMN")]
    external_id_column: String,
    /// Column with the name
    #[arg(long, default_value = "display_name", value_name = "COLUMN")]
    display_name_column: String,
    /// Column with organisation or person [default: `kind` where the file has it]
    #[arg(long, value_name = "COLUMN")]
    kind_column: Option<String>,
    /// Kind of rows without one
    #[arg(long, value_enum, default_value_t)]
    kind: Kind,
    /// Column with the e-mail address [default: `email` where the file has it]
    #[arg(long, value_name = "COLUMN")]
    email_column: Option<String>,
    /// Column with the telephone number in E.164 form [default: `phone` where the file has it]
    #[arg(long, value_name = "COLUMN")]
    phone_column: Option<String>,
    /// Column with the ISO 3166 country code [default: `country` where the file has it]
    #[arg(long, value_name = "COLUMN")]
    country_column: Option<String>,
}

/// Flags of `import fx-rates`.
#[derive(Debug, Args)]
pub struct ImportFxRates {
    #[command(flatten)]
    common: Common,
}

/// Kind of a customer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// A company or another legal entity.
    #[default]
    Organisation,
    /// A human being.
    Person,
}

/// Runs the command.
pub fn run(import: Import) -> Result<()> {
    match import {
        Import::Transactions(args) => import_transactions::run(&args),
        Import::Customers(args) => customers(&args),
        Import::Contracts(args) => import_contracts::run(&args),
        Import::FxRates(args) => fx_rates(&args),
        Import::ScreeningList(args) => import_screening_list::run(&args),
    }
}

fn customers(args: &ImportCustomers) -> Result<()> {
    let columns = CustomerColumns {
        external_id: args.external_id_column.clone(),
        display_name: args.display_name_column.clone(),
        kind: ColumnChoice::from_flag(args.kind_column.as_deref(), "kind"),
        default_kind: match args.kind {
            Kind::Organisation => CustomerKind::Organisation,
            Kind::Person => CustomerKind::Person,
        },
        email: ColumnChoice::from_flag(args.email_column.as_deref(), "email"),
        phone: ColumnChoice::from_flag(args.phone_column.as_deref(), "phone"),
        country: ColumnChoice::from_flag(args.country_column.as_deref(), "country"),
        delimiter: delimiter(args.common.delimiter)?,
    };
    let source = files::open(&args.common.file)?;
    let progress = Progress::start("importing customers", source.bytes, Unit::Bytes);
    let rows = Customers::new(progress.reader(source.reader), &columns)?;
    let imported = block_on(async {
        let mut client = args.common.online.clients()?.customers;
        importing::customers::import(&mut client, rows, |_| ()).await
    })?;
    tell(&args.common, &source.name, progress, &imported)
}

fn fx_rates(args: &ImportFxRates) -> Result<()> {
    let source = files::open(&args.common.file)?;
    let progress = Progress::start("importing exchange rates", source.bytes, Unit::Bytes);
    let rows = FxRates::new(progress.reader(source.reader), delimiter(args.common.delimiter)?)?;
    let imported = block_on(async {
        let mut client = args.common.online.clients()?.fx_rates;
        importing::fx_rates::import(&mut client, rows).await
    })?;
    tell(&args.common, &source.name, progress, &imported)
}

pub(super) fn delimiter(character: char) -> Result<u8> {
    u8::try_from(character)
        .ok()
        .filter(u8::is_ascii)
        .ok_or_else(|| Usage(format!("--delimiter {character}: it must be one ASCII character")).into())
}

/// What became of the file, on stdout; what was left out, on stderr.
pub(super) fn tell(common: &Common, file: &str, progress: Progress, imported: &Imported) -> Result<()> {
    progress.finish(&format!("{} rows", number::count(imported.good())));
    term::note(imported.bad_rows.report(file, imported.good()).trim_end());
    for rejection in &imported.rejections {
        term::note(&format!("{file}: {rejection}"));
    }
    if imported.rejected > imported.rejections.len() as u64 {
        term::note(&format!("{file}: all {} rejected rows by reason:", number::count(imported.rejected)));
        for reason in imported.rejected_by_reason() {
            let (rows, RejectionReason { reason, fields, first_row, .. }) = (number::count(reason.rows), reason);
            term::note(&format!("  {rows:>11}  {reason} {fields}, first in row {first_row}"));
        }
    }
    let left_out = imported.rejected + imported.bad_rows.total();
    let Imported { added, changed, known, rejected, .. } = imported;
    match common.format {
        Format::Table => {
            let count = number::count;
            let text = format!(
                "{} new, {} changed, {} there already, {} left out\n",
                count(*added),
                count(*changed),
                count(*known),
                count(left_out)
            );
            term::print(&text)?;
        }
        Format::Csv => term::print(&format!(
            "new,changed,known,rejected,bad_rows\n{added},{changed},{known},{rejected},{}\n",
            imported.bad_rows.total()
        ))?,
        Format::Json => json::print(&json!({
            "new": added, "changed": changed, "known": known, "rejected": rejected, "bad_rows": imported.bad_rows.total(),
            "rejections": imported.rejections, "stopped": imported.bad_rows.stopped(),
            "bad_rows_by_reason": imported.bad_rows.by_reason(), "rejected_by_reason": imported.rejected_by_reason(),
        }))?,
    }
    if imported.good() == 0 && left_out > 0 {
        bail!(Usage("no row of the file could be imported".to_owned()));
    }
    if common.strict && left_out > 0 {
        bail!("{} rows were left out", number::count(left_out));
    }
    Ok(())
}
