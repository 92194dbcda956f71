//! The service `qualification` as a process of its own.

use std::process::ExitCode;

use clientele_qualification::{ABOUT, Settings, app};

fn main() -> ExitCode {
    let settings: Settings = clientele_service::settings::load("qualification", ABOUT);
    let common = settings.common.clone();
    clientele_service::run("qualification", &common, async move |context| app(&settings, context).await)
}
