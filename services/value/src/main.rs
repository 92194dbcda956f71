//! The service `value` as a process of its own.

use std::process::ExitCode;

use clientele_value::{ABOUT, Settings, app};

fn main() -> ExitCode {
    let settings: Settings = clientele_service::settings::load("value", ABOUT);
    let common = settings.common.clone();
    clientele_service::run("value", &common, async move |context| app(&settings, context).await)
}
