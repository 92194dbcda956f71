//! Settings from flags, the environment and a file, in that order of precedence; an unknown setting is an error.
//!
//! A service declares its settings as one `clap` struct. A field `max_calls` of the service `customers` is then the flag `--max-calls`,
//! the variable `CLIENTELE_CUSTOMERS_MAX_CALLS` and the key `max_calls` of the TOML file that `--config` names, and its comment is what
//! `--help` says of it.

use std::{collections::BTreeSet, ffi::OsString, fs, path::PathBuf};

use anyhow::{Context as _, Result, bail};
use clap::{Args, Command, FromArgMatches};
use clientele_telemetry::{LogFormat, TelemetrySettings};

use crate::serve::ServerSettings;

/// What every service needs to know.
#[derive(Debug, Clone, Args)]
pub struct CommonSettings {
    /// How to listen.
    #[command(flatten)]
    pub server: ServerSettings,
    /// Whom to trust.
    #[command(flatten)]
    pub auth: AuthSettings,
    /// Where the data are.
    #[command(flatten)]
    pub database: DatabaseSettings,
    /// What to report.
    #[command(flatten)]
    pub observe: ObserveSettings,
}

/// Whose tokens are trusted.
#[derive(Debug, Clone, Args)]
pub struct AuthSettings {
    /// Key set (JWKS) that tokens are verified with: a file, or an https URL (http on loopback only). Re-read when keys change.
    #[arg(long, value_name = "FILE|URL")]
    pub jwks: String,
    /// Issuer that tokens must name.
    #[arg(long, value_name = "ISSUER")]
    pub token_issuer: String,
    /// Audience that tokens must name.
    #[arg(long, default_value = "clientele", value_name = "AUDIENCE")]
    pub token_audience: String,
    /// Claim of the token that names the tenant.
    #[arg(long, default_value = "tenant_id", value_name = "CLAIM")]
    pub tenant_claim: String,
}

/// Where the service's schema is.
#[derive(Debug, Clone, Args)]
pub struct DatabaseSettings {
    /// Postgres to connect to, with the service's own role, such as postgres://clientele_customers@db/clientele.
    #[arg(long, value_name = "URL")]
    pub database_url: String,
    /// Connections to Postgres at most.
    #[arg(long, default_value_t = 40, value_name = "CONNECTIONS")]
    pub database_connections: u32,
}

/// What the service reports of itself.
#[derive(Debug, Clone, Args)]
pub struct ObserveSettings {
    /// OpenTelemetry collector (OTLP over gRPC) for traces, metrics and logs, such as http://localhost:4317. None by default.
    #[arg(long, value_name = "URL")]
    pub otlp_endpoint: Option<String>,
    /// Share of calls that are traced when their caller has not decided, 0 to 1.
    #[arg(long, default_value_t = 0.01, value_name = "SHARE")]
    pub trace_sample_ratio: f64,
    /// Which log lines to write, such as info or clientele_value=debug,warn.
    #[arg(long, default_value = "info", value_name = "FILTER")]
    pub log_filter: String,
    /// How to write them: text or json.
    #[arg(long, default_value = "text", value_name = "FORMAT", value_parser = log_format)]
    pub log_format: LogFormat,
}

fn log_format(text: &str) -> Result<LogFormat, String> {
    match text {
        "text" => Ok(LogFormat::Text),
        "json" => Ok(LogFormat::Json),
        _ => Err("write `text` or `json`".to_owned()),
    }
}

impl ObserveSettings {
    /// For the telemetry of a process called `name`.
    pub fn telemetry(&self, name: &str) -> TelemetrySettings {
        TelemetrySettings {
            service_name: name.to_owned(),
            otlp_endpoint: self.otlp_endpoint.clone(),
            trace_sample_ratio: self.trace_sample_ratio,
            log_filter: self.log_filter.clone(),
            log_format: self.log_format,
        }
    }
}

/// Reads the settings of the service `name` from the process's arguments, environment and file. Ends the process on `--help`, and with
/// a message on an error.
pub fn load<S: Args + FromArgMatches>(name: &'static str, about: &'static str) -> S {
    let arguments = std::env::args_os().collect();
    let environment = std::env::vars_os().map(|(key, value)| (key.to_string_lossy().into_owned(), value)).collect();
    match read::<S>(name, about, arguments, environment) {
        Ok(Ok(settings)) => settings,
        Ok(Err(usage)) => usage.exit(),
        Err(error) => clap::Error::raw(clap::error::ErrorKind::InvalidValue, format!("{error:#}\n")).exit(),
    }
}

/// The same from given arguments and variables.
fn read<S: Args + FromArgMatches>(
    name: &'static str,
    about: &'static str,
    arguments: Vec<OsString>,
    environment: Vec<(String, OsString)>,
) -> Result<Result<S, clap::Error>> {
    let prefix = format!("CLIENTELE_{}_", name.to_uppercase());
    let mut command =
        // The struct's own comment would stand in the place of `about`, so that comes after it.
        S::augment_args(Command::new(format!("clientele-{name}")).version(env!("CARGO_PKG_VERSION"))).about(about).arg(
            clap::Arg::new("config")
                .long("config")
                .value_name("FILE")
                .value_parser(clap::value_parser!(PathBuf))
                .help("TOML file with settings, by the names of the flags with underscores"),
        );
    let ids: BTreeSet<String> = command.get_arguments().map(|argument| argument.get_id().to_string()).collect();
    // The variables stand in the help; their values are read here, so that tests need not change the process's environment.
    for id in &ids {
        command = command.mut_arg(id, |argument| {
            let help = argument.get_help().map(ToString::to_string).unwrap_or_default();
            argument.help(format!("{help} [env: {prefix}{}]", id.to_uppercase()))
        });
    }

    let mut values: Vec<(String, OsString)> = Vec::new();
    let mut file = flag_value(&arguments, "--config");
    for (variable, value) in environment {
        let Some(setting) = variable.strip_prefix(&prefix) else { continue };
        let id = setting.to_lowercase();
        if !ids.contains(&id) {
            bail!("the environment variable {variable} is no setting of clientele-{name}; `--help` lists them");
        }
        if id == "config" {
            file = file.or(Some(value));
        } else {
            values.push((id, value));
        }
    }
    if let Some(path) = file {
        for (id, value) in file_values(&PathBuf::from(path), &ids, name)? {
            if !values.iter().any(|(known, _)| *known == id) {
                values.push((id, value));
            }
        }
    }
    for (id, value) in values {
        command =
            command.mut_arg(id, |argument| argument.default_value(clap::builder::OsStr::from(value)).required(false));
    }
    Ok(command.try_get_matches_from(arguments).and_then(|matches| S::from_arg_matches(&matches)))
}

fn flag_value(arguments: &[OsString], flag: &str) -> Option<OsString> {
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        let text = argument.to_string_lossy();
        if text == flag {
            return arguments.next().cloned();
        }
        if let Some(value) = text.strip_prefix(flag).and_then(|rest| rest.strip_prefix('=')) {
            return Some(value.into());
        }
    }
    None
}

fn file_values(path: &PathBuf, ids: &BTreeSet<String>, name: &str) -> Result<Vec<(String, OsString)>> {
    let text = fs::read_to_string(path).with_context(|| format!("cannot read the settings file {}", path.display()))?;
    let table: toml::Table =
        text.parse().with_context(|| format!("the settings file {} is not TOML", path.display()))?;
    table
        .into_iter()
        .map(|(key, value)| {
            if key == "config" || !ids.contains(&key) {
                bail!("{}: `{key}` is no setting of clientele-{name}; `--help` lists them", path.display());
            }
            Ok((key, OsString::from(plain(value)?)))
        })
        .collect()
}

fn plain(value: toml::Value) -> Result<String> {
    Ok(match value {
        toml::Value::String(text) => text,
        toml::Value::Integer(number) => number.to_string(),
        toml::Value::Float(number) => number.to_string(),
        toml::Value::Boolean(flag) => flag.to_string(),
        toml::Value::Array(values) => values.into_iter().map(plain).collect::<Result<Vec<_>>>()?.join(","),
        other => bail!("a setting is a text, a number, a truth value or a list of these, not {}", other.type_str()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Settings of a sample.
    #[derive(Debug, Args)]
    struct Sample {
        /// Needed.
        #[arg(long)]
        jwks: String,
        /// A number.
        #[arg(long, default_value_t = 7)]
        max_calls: u32,
        /// A switch.
        #[arg(long)]
        allow_plaintext: bool,
        /// A list.
        #[arg(long, value_delimiter = ',')]
        web_origins: Vec<String>,
    }

    fn sample(arguments: &[&str], environment: &[(&str, &str)]) -> Result<Sample> {
        let arguments = ["clientele-sample"].iter().chain(arguments).map(OsString::from).collect();
        let environment = environment.iter().map(|(key, value)| ((*key).to_owned(), OsString::from(value))).collect();
        Ok(read("sample", "What a sample is for", arguments, environment)??)
    }

    #[test]
    fn help_says_first_what_the_service_is_for() {
        let help = sample(&["--help"], &[]).unwrap_err().to_string();
        assert!(help.starts_with("What a sample is for\n"), "{help}");
    }

    #[test]
    fn flags_win_over_variables_over_the_file_over_defaults() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("settings.toml");
        fs::write(&file, "jwks = \"of file\"\nmax_calls = 1\nallow_plaintext = true\nweb_origins = [\"a\", \"b\"]")
            .unwrap();
        let file = file.to_str().unwrap();

        let settings = sample(&["--config", file], &[]).unwrap();
        assert_eq!((settings.jwks.as_str(), settings.max_calls, settings.allow_plaintext), ("of file", 1, true));
        assert_eq!(settings.web_origins, ["a", "b"]);

        let variables =
            [("CLIENTELE_SAMPLE_MAX_CALLS", "2"), ("CLIENTELE_SAMPLE_CONFIG", file), ("CLIENTELE_OTHER_X", "y")];
        assert_eq!(sample(&[], &variables).unwrap().max_calls, 2);
        assert_eq!(sample(&["--max-calls", "3"], &variables).unwrap().max_calls, 3);
        assert_eq!(sample(&["--jwks", "x"], &[]).unwrap().max_calls, 7);
    }

    #[test]
    fn a_missing_setting_and_unknown_ones_are_errors() {
        assert!(sample(&[], &[]).unwrap_err().to_string().contains("--jwks"));
        assert!(sample(&["--jwks", "x", "--nope", "1"], &[]).unwrap_err().to_string().contains("--nope"));
        let unknown = sample(&["--jwks", "x"], &[("CLIENTELE_SAMPLE_NOPE", "1")]).unwrap_err().to_string();
        assert!(unknown.contains("CLIENTELE_SAMPLE_NOPE"), "{unknown}");

        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("settings.toml");
        fs::write(&file, "nope = 1").unwrap();
        let unknown = sample(&["--config", file.to_str().unwrap()], &[]).unwrap_err().to_string();
        assert!(unknown.contains("`nope`"), "{unknown}");
    }
}
