//! `clientele customer merge`, `unmerge` and `erase`.

use anyhow::{Result, bail};
use clap::Args;
use clientele_proto::customers::v1::{
    CreateCustomerMergeRequest, Customer, CustomerMerge, EraseCustomerRequest, FieldSource, GetCustomerRequest,
    ListCustomerMergesRequest, UndoCustomerMergeRequest, get_customer_request::Key,
};

use crate::{
    commands::Usage,
    online::{Clients, Online, block_on, explain},
    report::json,
    term,
};

/// Flags of `customer merge`.
#[derive(Debug, Args)]
pub struct Merge {
    /// The customer that survives, by its id in your system
    #[arg(value_name = "SURVIVOR")]
    survivor: String,
    /// The customers to merge into it, by their ids in your system
    #[arg(value_name = "CUSTOMER", required = true)]
    merged: Vec<String>,
    /// SURVIVOR and CUSTOMERs are ids given by the customers service
    #[arg(long)]
    id: bool,
    /// Take a field from one of them, such as `email=C-7` or `attributes.region=C-1`; by default the survivor's value, else the first there is
    #[arg(long, value_name = "FIELD=CUSTOMER", value_parser = taken)]
    take: Vec<(String, String)>,
    /// Why
    #[arg(long, default_value = "", value_name = "TEXT")]
    reason: String,
    /// Only show what would become of the survivor
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    online: Online,
}

/// Flags of `customer unmerge`.
#[derive(Debug, Args)]
pub struct Unmerge {
    /// A customer that took part in the merge, by its id in your system; its newest merge that holds is taken back
    #[arg(value_name = "CUSTOMER", required_unless_present = "merge")]
    customer: Option<String>,
    /// CUSTOMER is the id given by the customers service
    #[arg(long)]
    id: bool,
    /// The id of the merge to take back
    #[arg(long, value_name = "ID", conflicts_with = "customer")]
    merge: Option<String>,
    /// Only check whether it can be taken back
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    online: Online,
}

/// Flags of `customer erase`.
#[derive(Debug, Args)]
pub struct Erase {
    /// The customer's id in your system
    #[arg(value_name = "CUSTOMER")]
    customer: String,
    /// CUSTOMER is the id given by the customers service
    #[arg(long)]
    id: bool,
    /// Really: there is no way back
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    online: Online,
}

/// Runs `customer merge`.
pub fn merge(args: &Merge) -> Result<()> {
    let merge = block_on(async {
        let mut clients = args.online.clients()?;
        let survivor_customer_id = find(&mut clients, &args.survivor, args.id).await?.customer_id;
        let mut merged_customer_ids = Vec::with_capacity(args.merged.len());
        for customer in &args.merged {
            merged_customer_ids.push(find(&mut clients, customer, args.id).await?.customer_id);
        }
        let mut field_sources = Vec::with_capacity(args.take.len());
        for (field, customer) in &args.take {
            let customer_id = find(&mut clients, customer, args.id).await?.customer_id;
            field_sources.push(FieldSource { field: field.clone(), customer_id });
        }
        let customer_merge = CustomerMerge {
            survivor_customer_id,
            merged_customer_ids,
            field_sources,
            reason: args.reason.clone(),
            ..CustomerMerge::default()
        };
        let request = CreateCustomerMergeRequest {
            customer_merge: Some(customer_merge),
            validate_only: args.dry_run,
            ..CreateCustomerMergeRequest::default()
        };
        Ok(clients.merges.create_customer_merge(request).await.map_err(|status| explain(&status))?.into_inner())
    })?;
    json::print(&json::of(&merge)?)
}

/// Runs `customer unmerge`.
pub fn unmerge(args: &Unmerge) -> Result<()> {
    let merge = block_on(async {
        let mut clients = args.online.clients()?;
        let customer_merge_id = match (&args.merge, &args.customer) {
            (Some(id), _) => id.clone(),
            (None, Some(customer)) => newest(&mut clients, customer, args.id).await?,
            (None, None) => bail!(Usage("name a customer, or a merge with --merge".to_owned())),
        };
        let request = UndoCustomerMergeRequest {
            customer_merge_id,
            validate_only: args.dry_run,
            ..UndoCustomerMergeRequest::default()
        };
        Ok(clients.merges.undo_customer_merge(request).await.map_err(|status| explain(&status))?.into_inner())
    })?;
    json::print(&json::of(&merge)?)
}

/// Runs `customer erase`.
pub fn erase(args: &Erase) -> Result<()> {
    if !args.yes {
        let customer = &args.customer;
        bail!(Usage(format!("this erases {customer} for good, in all services; say --yes if you mean it")));
    }
    let left = block_on(async {
        let mut clients = args.online.clients()?;
        let customer_id = find(&mut clients, &args.customer, args.id).await?.customer_id;
        let request = EraseCustomerRequest { customer_id, ..EraseCustomerRequest::default() };
        Ok(clients.merges.erase_customer(request).await.map_err(|status| explain(&status))?.into_inner())
    })?;
    term::print(&format!("{} is erased; what is left is the id {}\n", args.customer, left.customer_id))?;
    Ok(())
}

/// The customer that a key leads to.
async fn find(clients: &mut Clients, customer: &str, id: bool) -> Result<Customer> {
    let key = if id { Key::CustomerId(customer.to_owned()) } else { Key::ExternalId(customer.to_owned()) };
    let found = clients.customers.get_customer(GetCustomerRequest { key: Some(key) }).await;
    Ok(found.map_err(|status| explain(&status))?.into_inner())
}

/// The newest merge of a customer that holds.
async fn newest(clients: &mut Clients, customer: &str, id: bool) -> Result<String> {
    let found = find(clients, customer, id).await?;
    let customer_id = Some(found.merged_customer_id).filter(|id| !id.is_empty()).unwrap_or(found.customer_id);
    let request = ListCustomerMergesRequest { customer_id, ..ListCustomerMergesRequest::default() };
    let merges = clients.merges.list_customer_merges(request).await.map_err(|status| explain(&status))?.into_inner();
    let mut holding = merges.customer_merges.into_iter();
    let newest = holding.find(|merge| merge.undo_time.is_none() && merge.erase_time.is_none());
    match newest {
        Some(merge) => Ok(merge.customer_merge_id),
        None => bail!("no merge of {customer} holds: there is nothing to take back"),
    }
}

/// `FIELD=CUSTOMER`.
fn taken(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((field, customer)) if !field.is_empty() && !customer.is_empty() => {
            Ok((field.to_owned(), customer.to_owned()))
        }
        _ => Err("write it as FIELD=CUSTOMER, such as email=C-7".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_a_field_and_a_customer() {
        assert_eq!(taken("email=C-7"), Ok(("email".to_owned(), "C-7".to_owned())));
        assert_eq!(taken("attributes.note=a=b"), Ok(("attributes.note".to_owned(), "a=b".to_owned())));
        for wrong in ["email", "=C-7", "email="] {
            assert!(taken(wrong).is_err(), "{wrong}");
        }
    }
}
