//! How soon a service serves, and what it holds in memory when it has nothing to do.

use std::time::Duration;

use anyhow::Result;
use tokio::time::sleep;

use crate::{
    Size,
    house::{House, SERVICES},
    spread::Spread,
    table::{Bar, Row},
};

/// How long a service is left alone before its memory is looked at.
const IDLE: Duration = Duration::from_secs(2);

/// Starts every service some times.
pub async fn measure(house: &House, size: Size) -> Result<Vec<Row>> {
    const DATABASE: &str = "bench_start";
    house.database(DATABASE).await?;
    let mut rows = Vec::new();
    for service in SERVICES {
        let (mut times, mut memory) = (Vec::new(), Vec::new());
        for start in 0..size.starts {
            let served = house.serve(service, DATABASE).await?;
            times.push(served.seconds_to_serve);
            if start < 2 {
                sleep(IDLE).await;
                memory.push(served.resident_mib()?);
            }
            served.stop().await?;
        }
        let (time, memory) = (Spread::of(&times), Spread::of(&memory));
        let name = service.name;
        rows.push(Row::figure(
            format!("start: {name}, from its process to SERVING"),
            "-".into(),
            time,
            " s",
            Bar::AtMost(1.0),
        ));
        rows.push(Row::figure(
            format!("start: {name}, memory when idle"),
            "-".into(),
            memory,
            " MiB",
            Bar::AtMost(40.0),
        ));
    }
    house.drop_database(DATABASE).await?;
    Ok(rows)
}
