//! `clientele segment add` and `segment remove`: who is on a list.

use std::io;

use anyhow::{Context as _, Result};
use clap::Args;
use clientele_error::{Reason, reason_of, violations_of};
use clientele_proto::value::v1::{
    AddSegmentMembersRequest, GetSegmentRequest, RemoveSegmentMembersRequest, SegmentMembers, get_segment_request,
};
use tonic::{Code, Status};

use crate::{
    commands::Usage,
    online::{Online, block_on, explain},
    report::{json, segment},
    term::Format,
};

/// Customers of a call.
const BATCH: usize = 1_000;

/// Flags of `segment add` and `segment remove`.
#[derive(Debug, Args)]
pub struct Change {
    /// The list's name
    #[arg(value_name = "NAME")]
    name: String,
    /// The customers' ids in your system; - reads them from stdin, one a line
    #[arg(value_name = "CUSTOMER", required = true)]
    customers: Vec<String>,
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    #[command(flatten)]
    online: Online,
}

/// Runs `segment add`.
pub fn add(args: &Change) -> Result<()> {
    change(args, true)
}

/// Runs `segment remove`.
pub fn remove(args: &Change) -> Result<()> {
    change(args, false)
}

fn change(args: &Change, joins: bool) -> Result<()> {
    let customers = customers(&args.customers)?;
    let changed = block_on(async {
        let mut client = args.online.clients()?.segments;
        let segment = Some(get_segment_request::Segment::SegmentName(args.name.clone()));
        let found = client.get_segment(GetSegmentRequest { segment }).await;
        let segment_id = found.map_err(|status| no_list(&status, &args.name))?.into_inner().segment_id;
        let mut changed = SegmentMembers::default();
        for customer_external_ids in customers.chunks(BATCH).map(<[String]>::to_vec) {
            let customers = customer_external_ids.clone();
            let segment_id = segment_id.clone();
            let answer = if joins {
                let request = AddSegmentMembersRequest {
                    segment_id,
                    customer_external_ids,
                    ..AddSegmentMembersRequest::default()
                };
                client.add_segment_members(request).await
            } else {
                let request = RemoveSegmentMembersRequest {
                    segment_id,
                    customer_external_ids,
                    ..RemoveSegmentMembersRequest::default()
                };
                client.remove_segment_members(request).await
            };
            let answer = answer.map_err(|status| unknown(&status, &customers, changed.changed_members))?.into_inner();
            let changed_members = changed.changed_members + answer.changed_members;
            changed = SegmentMembers { changed_members, ..answer };
        }
        Ok(changed)
    })?;
    args.format.print(
        |screen| segment::changed(&changed, joins).render(screen),
        || segment::changed(&changed, joins).csv(),
        || json::of(&changed),
    )
}

/// Those given, with those of stdin where one is `-`.
fn customers(given: &[String]) -> Result<Vec<String>> {
    let mut customers = Vec::new();
    for customer in given {
        if customer == "-" {
            let lines = io::read_to_string(io::stdin()).context("stdin cannot be read as UTF-8 text")?;
            customers.extend(lines.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned));
        } else {
            customers.push(customer.clone());
        }
    }
    if customers.is_empty() {
        return Err(Usage("stdin names no customer: give the ids, one a line".to_owned()).into());
    }
    Ok(customers)
}

fn no_list(status: &Status, name: &str) -> anyhow::Error {
    match status.code() {
        Code::NotFound => anyhow::anyhow!(
            "there is no segment {name}: `clientele segment list` shows those there are, `clientele segment create {name}` makes a list"
        ),
        _ => explain(status),
    }
}

/// Who is not known, by their ids, and what was done before.
fn unknown(status: &Status, customers: &[String], done: i32) -> anyhow::Error {
    let violations = violations_of(status);
    let named = violations.iter().filter_map(|violation| {
        let at = violation.field.strip_prefix("customer_external_ids[")?.strip_suffix(']')?;
        customers.get(at.parse::<usize>().ok()?).map(String::as_str)
    });
    let named: Vec<&str> = named.collect();
    let before = if done > 0 { format!("; {done} of those before them joined") } else { String::new() };
    if reason_of(status) == Some(Reason::NotFound) && !named.is_empty() {
        return anyhow::anyhow!(
            "not known as customers: {}{before}. Leave them out, or import their transactions first (see `clientele import transactions`)",
            named.join(", ")
        );
    }
    explain(status)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn customers_are_those_given_in_their_order() {
        let given = ["C-1".to_owned(), "C-7".to_owned()];
        assert_eq!(customers(&given).unwrap(), given);
    }
}
