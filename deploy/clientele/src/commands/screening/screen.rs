//! `clientele screening screen`: one customer, now.

use anyhow::Result;
use clap::Args;
use clientele_proto::qualification::v1::{ScreenCustomerRequest, ScreeningHit};

use super::customer_id;
use crate::{
    online::{Online, block_on, explain},
    report::{json, screening_hits},
    term::Format,
};

/// Screen a customer now, with all who own it, represent it or may act for it
#[derive(Debug, Args)]
pub struct Screen {
    /// The customer's id in your system, or with --id the id given by the customers service
    #[arg(value_name = "CUSTOMER")]
    customer: String,
    /// CUSTOMER is the id given by the customers service
    #[arg(long)]
    id: bool,
    /// A further name to screen it by from now on, such as a trade name; several by giving it again. They replace those given before: without any
    /// there are none any more
    #[arg(long, value_name = "NAME")]
    further_name: Vec<String>,
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    #[command(flatten)]
    online: Online,
}

/// Runs the command.
pub fn run(args: &Screen) -> Result<()> {
    let hits = block_on(screen(args))?;
    args.format.print(
        |screen| screening_hits::render(&hits, screen),
        || screening_hits::csv(&hits),
        || Ok(serde_json::json!({ "screening_hits": hits.iter().map(json::of).collect::<Result<Vec<_>>>()? })),
    )
}

async fn screen(args: &Screen) -> Result<Vec<ScreeningHit>> {
    let mut clients = args.online.clients()?;
    let customer_id = customer_id(&mut clients, &args.customer, args.id).await?;
    let request = ScreenCustomerRequest { customer_id, further_names: args.further_name.clone() };
    let answers = clients.screening.screen_customer(request).await;
    let mut answers = answers.map_err(|status| explain(&status))?.into_inner();
    let mut hits = Vec::new();
    while let Some(answer) = answers.message().await.map_err(|status| explain(&status))? {
        hits.extend(answer.screening_hit);
    }
    Ok(hits)
}
