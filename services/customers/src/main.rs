//! The service `customers` as a process of its own.

use std::process::ExitCode;

use clientele_customers::{ABOUT, Settings, app};

fn main() -> ExitCode {
    let settings: Settings = clientele_service::settings::load("customers", ABOUT);
    let common = settings.common.clone();
    clientele_service::run("customers", &common, async move |context| app(&settings, context).await)
}
