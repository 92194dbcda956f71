//! `clientele screening`: names against names and lists, without any server; customers against the lists of the service, and what came of it.

pub mod args;
mod compare;
mod hits;
mod list;
mod screen;
mod search;

use anyhow::{Context as _, Result};
use clap::Subcommand;
use clientele_proto::customers::v1::{GetCustomerRequest, get_customer_request::Key};

use crate::online::{Clients, explain};

/// What to screen.
#[derive(Debug, Subcommand)]
pub enum Screening {
    // --- with the services
    /// Customers that are close to a listed party: list, explain, decide
    #[command(subcommand)]
    Hits(Box<hits::Hits>),
    /// Screen a customer now, with all who own it, represent it or may act for it
    Screen(screen::Screen),
    // --- without a server
    /// Score pairs of names from stdin, with what each word adds, without any server
    Compare(args::Compare),
    /// Look names up in the file of a sanctions list or an own one, without any server
    Search(args::Search),
}

/// Runs the command.
pub fn run(screening: Screening) -> Result<()> {
    match screening {
        Screening::Hits(hits) => hits::run(*hits),
        Screening::Screen(args) => screen::run(&args),
        Screening::Compare(args) => compare::run(&args),
        Screening::Search(args) => search::run(&args),
    }
}

/// The id of a customer that is named by its key in the caller's system, or by `is_id` by that id.
async fn customer_id(clients: &mut Clients, customer: &str, is_id: bool) -> Result<String> {
    if is_id {
        return Ok(customer.to_owned());
    }
    let request = GetCustomerRequest { key: Some(Key::ExternalId(customer.to_owned())) };
    let found = clients.customers.get_customer(request).await.map_err(|status| explain(&status));
    Ok(found.context("the customer is looked up by its id in your system")?.into_inner().customer_id)
}
