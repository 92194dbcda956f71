//! `clientele screening search`: names in a list.

use anyhow::Result;
use screening::{Details, Hit, Index, Kind};
use serde::Serialize;

use super::args::Search;
use super::list;
use crate::term::{self, Format, csv_line};

/// What was found under a name, in the shape of its JSON.
#[derive(Debug, Serialize)]
struct Found<'a> {
    query: &'a str,
    kind: Kind,
    hits: Vec<Hit<'a>>,
}

/// Runs the command.
pub fn run(args: &Search) -> Result<()> {
    let index = Index::new(list::read(&args.list, args.list_format)?);
    let nothing = Details::default();
    let found: Vec<Found<'_>> = args
        .names
        .iter()
        .map(|query| {
            let kind = args.kind.unwrap_or_else(|| Kind::guess(query));
            Found { query, kind, hits: index.search(query, kind, &nothing, args.limit) }
        })
        .collect();
    match args.format {
        Format::Json => term::print(&serde_json::to_string_pretty(&found)?)?,
        Format::Csv => term::print(&csv(&found))?,
        Format::Table => term::print(&table(&found))?,
    }
    Ok(())
}

fn csv(found: &[Found<'_>]) -> String {
    let mut out = "query,score,list,id,kind,name\n".to_owned();
    for (query, hit) in found.iter().flat_map(|it| it.hits.iter().map(move |hit| (it.query, hit))) {
        let score = format!("{:.4}", hit.assessment.score);
        let entry = hit.entry;
        out += &csv_line([query, &score, &entry.list, &entry.id, entry.kind.id(), &hit.name.text].into_iter());
    }
    out
}

fn table(found: &[Found<'_>]) -> String {
    let mut out = String::new();
    for one in found {
        out.extend([format!("{} ({}): {} found\n", one.query, one.kind.id(), one.hits.len())]);
        for hit in &one.hits {
            let entry = hit.entry;
            let programmes = entry.programmes.join(", ");
            out.extend([format!(
                "  {:.3} {} {} {} [{programmes}]\n",
                hit.assessment.score, entry.list, entry.id, hit.name.text
            )]);
        }
    }
    out
}
