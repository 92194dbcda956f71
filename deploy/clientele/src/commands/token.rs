//! `clientele token`: a token signed with the development key.

use std::{path::PathBuf, time::Duration};

use anyhow::Result;
use clap::Args;
use clientele_service::Context;

use crate::{
    commands::Usage,
    launcher::keys::{EVERYTHING, Keys},
    term,
};

/// Print a token for the services of `clientele up`, signed with its development key
#[derive(Debug, Args)]
pub struct Token {
    /// Tenant whose data it opens
    #[arg(long, env = "CLIENTELE_TENANT", default_value = "demo", value_name = "TENANT")]
    tenant: String,
    /// Who holds it
    #[arg(long, default_value = "developer", value_name = "SUBJECT")]
    subject: String,
    /// What its holder may do; several by commas
    #[arg(long, value_delimiter = ',', default_values = EVERYTHING, value_name = "SCOPE")]
    scopes: Vec<String>,
    /// Hours it is valid
    #[arg(long, default_value_t = 24, value_name = "HOURS", value_parser = clap::value_parser!(u64).range(1..=8760))]
    hours: u64,
    /// Folder of `clientele up`
    #[arg(long, env = "CLIENTELE_FOLDER", default_value = ".clientele", value_name = "FOLDER")]
    folder: PathBuf,
}

/// Runs the command.
pub fn run(args: &Token) -> Result<()> {
    args.tenant.parse::<clientele_auth::TenantId>().map_err(|_| {
        Usage(format!("--tenant {}: a tenant id is 1 to 64 characters of a-z, 0-9, _ - and .", args.tenant))
    })?;
    let keys = Keys::open(&args.folder)?;
    let scopes: Vec<_> = args.scopes.iter().map(String::as_str).collect();
    let lifetime = Duration::from_secs(args.hours * 3600);
    let token = keys.token(&args.tenant, &args.subject, &scopes, lifetime, Context::system().now());
    Ok(term::print(&format!("{token}\n"))?)
}
