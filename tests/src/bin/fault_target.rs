//! A service as a process of its own, for tests that kill it. It does what the service's own main does, because cargo tells tests the paths
//! of their own package's binaries only. The variable `FAULT_TARGET` says which service.

use std::process::ExitCode;

use clientele_service::{run, settings::load};

fn main() -> ExitCode {
    match std::env::var("FAULT_TARGET").as_deref() {
        Ok("customers") => {
            let settings: clientele_customers::Settings = load("customers", clientele_customers::ABOUT);
            let common = settings.common.clone();
            run("customers", &common, async move |context| clientele_customers::app(&settings, context).await)
        }
        Ok("value") => {
            let settings: clientele_value::Settings = load("value", clientele_value::ABOUT);
            let common = settings.common.clone();
            run("value", &common, async move |context| clientele_value::app(&settings, context).await)
        }
        Ok("qualification") => {
            let settings: clientele_qualification::Settings = load("qualification", clientele_qualification::ABOUT);
            let common = settings.common.clone();
            run("qualification", &common, async move |context| clientele_qualification::app(&settings, context).await)
        }
        _ => ExitCode::FAILURE,
    }
}
