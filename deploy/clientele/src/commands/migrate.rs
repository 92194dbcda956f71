//! `clientele migrate`: brings the database's schemas up to date, before new services are rolled out.

use anyhow::Result;
use clap::Args;
use clientele_pg::{PoolOptions, migrate};
use clientele_service::Context;
use serde_json::json;

use crate::{
    commands::up::Local,
    launcher::database::{Database, SCHEMAS},
    online::block_on,
    term::{Column, Format, Table},
};

/// Bring the schemas of the database up to date: `DATABASE_URL` (as its owner), or the private Postgres of the folder
#[derive(Debug, Args)]
pub struct Migrate {
    #[command(flatten)]
    local: Local,
    /// Only tell what is applied and what is pending
    #[arg(long)]
    status: bool,
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Runs the command.
pub fn run(args: &Migrate) -> Result<()> {
    block_on(async {
        let database = Database::open(&args.local.folder, &Context::system()).await?;
        if !args.status {
            database.migrate().await?;
        }
        let told = tell(&database, args.format).await;
        database.close().await?;
        told
    })
}

async fn tell(database: &Database, format: Format) -> Result<()> {
    let pool = clientele_pg::Pool::connect(&PoolOptions {
        min_connections: 1,
        ..PoolOptions::new(database.owner_url(), "clientele migrate")
    })
    .await?;
    let mut connection = pool.acquire().await?;
    let mut table =
        Table::new([Column::text("schema"), Column::number("migration"), Column::text("what"), Column::text("state")]);
    let mut rows = Vec::new();
    for service in SCHEMAS {
        for migration in migrate::status(&mut connection, service).await?.migrations {
            let state = if migration.applied { "applied" } else { "pending" };
            table.row([
                service.schema.name().to_owned(),
                migration.version.to_string(),
                migration.description.clone(),
                state.to_owned(),
            ]);
            rows.push(json!({ "schema": service.schema.name(), "version": migration.version, "description": migration.description, "state": state }));
        }
    }
    drop(connection);
    pool.close().await;
    format.print(|screen| table.render(screen), || table.csv(), || Ok(rows.into()))
}
