//! `clientele import screening-list FILE`: a whole list, which becomes its newest version.

use std::{io::Read, path::PathBuf};

use anyhow::{Context as _, Result, bail};
use clap::{Args, ValueEnum};
use clientele_proto::qualification::v1::{
    ImportScreeningListRequest, RejectedListRow, ScreeningList, ScreeningListFormat, ScreeningListImport,
    ScreeningListKind, import_screening_list_response::Content as Told,
};
use serde_json::json;

use super::screening::args::ListFormat;
use crate::{
    files,
    online::{Online, block_on, explain},
    report::json,
    term::{self, Format, Progress, number, progress::Unit},
};

/// Bytes sent in one message.
const PIECE: usize = 256 << 10;

/// Flags of `import screening-list`.
#[derive(Debug, Args)]
pub struct ImportScreeningList {
    /// The file; - reads standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Your name of the list, such as ofac-sdn: lower-case letters, digits and hyphens
    #[arg(long, value_name = "ID")]
    list: String,
    /// What the list is of
    #[arg(long, value_enum)]
    kind: Kind,
    /// What the file is
    #[arg(long, value_enum)]
    list_format: ListFormat,
    /// How to print the result
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    #[command(flatten)]
    online: Online,
}

/// What a list is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// Sanctions
    Sanctions,
    /// Politically exposed persons
    Pep,
    /// Adverse media
    AdverseMedia,
    /// An own list
    Internal,
}

/// Runs the command.
pub fn run(args: &ImportScreeningList) -> Result<()> {
    let source = files::open(&args.file)?;
    let progress = Progress::start("importing a screening list", source.bytes, Unit::Bytes);
    let list = ScreeningList {
        screening_list_id: args.list.clone(),
        kind: match args.kind {
            Kind::Sanctions => ScreeningListKind::Sanctions,
            Kind::Pep => ScreeningListKind::Pep,
            Kind::AdverseMedia => ScreeningListKind::AdverseMedia,
            Kind::Internal => ScreeningListKind::Internal,
        }
        .into(),
        format: match args.list_format {
            ListFormat::OfacSdnCsv => ScreeningListFormat::OfacSdnCsv,
            ListFormat::OfacSdnXml => ScreeningListFormat::OfacSdnXml,
            ListFormat::UnXml => ScreeningListFormat::UnXml,
            ListFormat::Csv => ScreeningListFormat::Csv,
        }
        .into(),
        ..ScreeningList::default()
    };
    let reader = progress.reader(source.reader);
    let (rejected, done) = block_on(send(args, list, reader))?;
    progress.finish(&format!("{} entries", number::count((done.added + done.changed + done.unchanged).unsigned_abs())));
    for row in &rejected {
        term::note(&format!("{}: {}", source.name, line(row)));
    }
    tell(args.format, &rejected, &done)
}

/// Sends the list and its file piece by piece; the file is read by a thread, no further ahead than a few pieces.
async fn send(
    args: &ImportScreeningList,
    list: ScreeningList,
    mut reader: impl Read + Send + 'static,
) -> Result<(Vec<RejectedListRow>, ScreeningListImport)> {
    let (sender, pieces) = tokio::sync::mpsc::channel(4);
    let reading = tokio::task::spawn_blocking(move || -> std::io::Result<()> {
        let mut screening_list = Some(list);
        loop {
            let mut chunk = Vec::with_capacity(PIECE);
            reader.by_ref().take(PIECE as u64).read_to_end(&mut chunk)?;
            let is_over = chunk.len() < PIECE;
            let message = ImportScreeningListRequest { screening_list: screening_list.take(), chunk };
            if sender.blocking_send(message).is_err() || is_over {
                return Ok(());
            }
        }
    });
    let mut client = args.online.clients()?.screening;
    let messages = futures::stream::unfold(pieces, async |mut pieces| Some((pieces.recv().await?, pieces)));
    let answers = client.import_screening_list(messages).await;
    let mut answers = answers.map_err(|status| explain(&status))?.into_inner();
    let mut rejected = Vec::new();
    while let Some(answer) = answers.message().await.map_err(|status| explain(&status))? {
        match answer.content {
            Some(Told::RejectedRow(row)) => rejected.push(row),
            Some(Told::Summary(done)) => {
                reading.await?.with_context(|| format!("{} cannot be read to its end", args.file.display()))?;
                return Ok((rejected, done));
            }
            None => {}
        }
    }
    bail!("the service ended its answer without saying what became of the list")
}

fn line(row: &RejectedListRow) -> String {
    let violations = row.violations.iter().map(|wrong| match wrong.field.as_str() {
        "" => wrong.description.clone(),
        field => format!("{field}: {}", wrong.description),
    });
    format!("{}: {}", row.place, violations.collect::<Vec<_>>().join("; "))
}

fn tell(format: Format, rejected: &[RejectedListRow], done: &ScreeningListImport) -> Result<()> {
    let ScreeningListImport { screening_list, added, changed, removed, unchanged, rejected: left_out } = done;
    let version = screening_list.as_ref().map_or(0, |list| list.version);
    let pending = screening_list.as_ref().map_or(0, |list| list.pending_customers);
    match format {
        Format::Table => {
            let count = |value: &i64| number::count(value.unsigned_abs());
            term::print(&format!(
                "version {version}: {} new, {} changed, {} gone, {} as before, {} left out; {} customers to be screened\n",
                count(added),
                count(changed),
                count(removed),
                count(unchanged),
                count(left_out),
                count(&pending),
            ))?;
        }
        Format::Csv => term::print(&format!(
            "version,added,changed,removed,unchanged,rejected,pending_customers\n\
             {version},{added},{changed},{removed},{unchanged},{left_out},{pending}\n"
        ))?,
        Format::Json => json::print(&json!({
            "version": version, "added": added, "changed": changed, "removed": removed, "unchanged": unchanged,
            "rejected": left_out, "pending_customers": pending,
            "rejections": rejected.iter().map(line).collect::<Vec<_>>(),
        }))?,
    }
    Ok(())
}
