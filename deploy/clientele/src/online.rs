//! How a command reaches the services: their URLs and a token, from flags, from the environment, or from a `clientele up` on this machine.

use std::{path::PathBuf, sync::Arc, time::Duration};

use anyhow::{Result, bail};
use clap::Args;
use clientele_error::violations_of;
use clientele_proto::{
    customers::v1::{
        customer_merge_service_client::CustomerMergeServiceClient, customer_service_client::CustomerServiceClient,
    },
    qualification::v1::{
        audit_service_client::AuditServiceClient, qualification_service_client::QualificationServiceClient,
        screening_service_client::ScreeningServiceClient,
    },
    value::v1::{
        account_signals_service_client::AccountSignalsServiceClient,
        acquisition_spend_service_client::AcquisitionSpendServiceClient,
        churn_alert_service_client::ChurnAlertServiceClient, contract_service_client::ContractServiceClient,
        cross_sell_service_client::CrossSellServiceClient, customer_share_service_client::CustomerShareServiceClient,
        fx_rate_service_client::FxRateServiceClient, score_change_service_client::ScoreChangeServiceClient,
        score_run_service_client::ScoreRunServiceClient, score_service_client::ScoreServiceClient,
        segment_clustering_service_client::SegmentClusteringServiceClient,
        segment_service_client::SegmentServiceClient, tier_service_client::TierServiceClient,
        transaction_service_client::TransactionServiceClient, value_policy_service_client::ValuePolicyServiceClient,
        value_report_service_client::ValueReportServiceClient,
    },
};
use clientele_service::{Context, client::Peer};
use tonic::Status;

use crate::{
    commands::Usage,
    launcher::{
        keys::{EVERYTHING, Keys},
        running::Endpoints,
    },
};

/// The largest answer that is taken.
const LARGEST_ANSWER: usize = 64 << 20;

/// How to reach the services.
#[derive(Debug, Clone, Args)]
pub struct Online {
    /// URL of the customers service; by default where `clientele up` listens
    #[arg(long, env = "CLIENTELE_CUSTOMERS_URL", value_name = "URL", help_heading = "Connection")]
    customers_url: Option<String>,
    /// URL of the value service; by default where `clientele up` listens
    #[arg(long, env = "CLIENTELE_VALUE_URL", value_name = "URL", help_heading = "Connection")]
    value_url: Option<String>,
    /// URL of the qualification service; by default where `clientele up` listens
    #[arg(long, env = "CLIENTELE_QUALIFICATION_URL", value_name = "URL", help_heading = "Connection")]
    qualification_url: Option<String>,
    /// Token to send; by default one signed with the development key of `clientele up`
    #[arg(long, env = "CLIENTELE_TOKEN", hide_env_values = true, value_name = "TOKEN", help_heading = "Connection")]
    token: Option<String>,
    /// Tenant to act for, when the token is made here
    #[arg(long, env = "CLIENTELE_TENANT", default_value = "demo", value_name = "TENANT", help_heading = "Connection")]
    tenant: String,
    /// Folder of `clientele up`
    #[arg(
        long,
        env = "CLIENTELE_FOLDER",
        default_value = ".clientele",
        value_name = "FOLDER",
        help_heading = "Connection"
    )]
    folder: PathBuf,
}

impl Online {
    /// Clients for the services.
    pub fn clients(&self) -> Result<Clients> {
        let running = Endpoints::read(&self.folder);
        let find = |given: &Option<String>, known: Option<String>, flag: &str| {
            given.clone().or(known).ok_or_else(|| {
                Usage(format!(
                    "no services run here: start them with `clientele up` in another terminal, or name them with {flag}"
                ))
            })
        };
        let endpoints = Endpoints {
            customers: find(
                &self.customers_url,
                running.as_ref().map(|running| running.customers.clone()),
                "--customers-url",
            )?,
            value: find(&self.value_url, running.as_ref().map(|running| running.value.clone()), "--value-url")?,
            qualification: find(
                &self.qualification_url,
                running.map(|running| running.qualification),
                "--qualification-url",
            )?,
        };
        let token = match &self.token {
            Some(token) => token.clone(),
            None if self.folder.join("keys").exists() => {
                let keys = Keys::open(&self.folder)?;
                keys.token(&self.tenant, "operator", &EVERYTHING, Duration::from_hours(1), Context::system().now())
            }
            None => bail!(Usage("there is no token: give one with --token or CLIENTELE_TOKEN".to_owned())),
        };
        Clients::new(&endpoints, token)
    }
}

/// Clients for every service.
#[derive(Clone)]
pub struct Clients {
    /// Customer records.
    pub customers: CustomerServiceClient<Peer>,
    /// Merges and erasures of customers.
    pub merges: CustomerMergeServiceClient<Peer>,
    /// Transactions.
    pub transactions: TransactionServiceClient<Peer>,
    /// Score runs.
    pub score_runs: ScoreRunServiceClient<Peer>,
    /// Scores.
    pub scores: ScoreServiceClient<Peer>,
    /// Versions of the value policy.
    pub policies: ValuePolicyServiceClient<Peer>,
    /// What people know of customers.
    pub signals: AccountSignalsServiceClient<Peer>,
    /// Who seems about to leave.
    pub churn: ChurnAlertServiceClient<Peer>,
    /// Contracts.
    pub contracts: ContractServiceClient<Peer>,
    /// What was spent to win customers.
    pub acquisition: AcquisitionSpendServiceClient<Peer>,
    /// Exchange rates.
    pub fx_rates: FxRateServiceClient<Peer>,
    /// What people decide of tiers, and who moved.
    pub tiers: TierServiceClient<Peer>,
    /// What changed between score runs.
    pub changes: ScoreChangeServiceClient<Peer>,
    /// Reports over time.
    pub reports: ValueReportServiceClient<Peer>,
    /// What to offer to whom.
    pub cross_sell: CrossSellServiceClient<Peer>,
    /// Groups of customers.
    pub segments: SegmentServiceClient<Peer>,
    /// Clusters of customers.
    pub clusterings: SegmentClusteringServiceClient<Peer>,
    /// Groups beside each other, the market and their wallets.
    pub shares: CustomerShareServiceClient<Peer>,
    /// Whether we may do business with customers.
    pub qualifications: QualificationServiceClient<Peer>,
    /// Screening lists and hits.
    pub screening: ScreeningServiceClient<Peer>,
    /// The audit log of qualification.
    pub audit: AuditServiceClient<Peer>,
}

impl Clients {
    /// Clients that send `token`.
    pub fn new(endpoints: &Endpoints, token: String) -> Result<Self> {
        let token: clientele_service::client::TokenSource = Arc::new(move || token.clone());
        let peer = |url: &str| {
            Peer::new(url, Arc::clone(&token))
                .map_err(|error| Usage(format!("{url} is no address of a service: {error}")))
        };
        let value = peer(&endpoints.value)?;
        let customers = peer(&endpoints.customers)?;
        let qualification = peer(&endpoints.qualification)?;
        Ok(Self {
            audit: AuditServiceClient::new(qualification.clone()).max_decoding_message_size(LARGEST_ANSWER),
            screening: ScreeningServiceClient::new(qualification.clone()),
            qualifications: QualificationServiceClient::new(qualification),
            merges: CustomerMergeServiceClient::new(customers.clone()),
            customers: CustomerServiceClient::new(customers).max_decoding_message_size(LARGEST_ANSWER),
            transactions: TransactionServiceClient::new(value.clone()).max_decoding_message_size(LARGEST_ANSWER),
            score_runs: ScoreRunServiceClient::new(value.clone()),
            policies: ValuePolicyServiceClient::new(value.clone()),
            signals: AccountSignalsServiceClient::new(value.clone()),
            churn: ChurnAlertServiceClient::new(value.clone()),
            contracts: ContractServiceClient::new(value.clone()).max_decoding_message_size(LARGEST_ANSWER),
            acquisition: AcquisitionSpendServiceClient::new(value.clone()),
            fx_rates: FxRateServiceClient::new(value.clone()),
            tiers: TierServiceClient::new(value.clone()),
            changes: ScoreChangeServiceClient::new(value.clone()),
            reports: ValueReportServiceClient::new(value.clone()),
            cross_sell: CrossSellServiceClient::new(value.clone()).max_decoding_message_size(LARGEST_ANSWER),
            segments: SegmentServiceClient::new(value.clone()).max_decoding_message_size(LARGEST_ANSWER),
            clusterings: SegmentClusteringServiceClient::new(value.clone()),
            shares: CustomerShareServiceClient::new(value.clone()).max_decoding_message_size(LARGEST_ANSWER),
            scores: ScoreServiceClient::new(value).max_decoding_message_size(LARGEST_ANSWER),
        })
    }
}

/// What a service answered, for a person: the sentence, and each field it complains of.
pub fn explain(status: &Status) -> anyhow::Error {
    use std::fmt::Write as _;

    let status = clientele_service::client::settle(status.clone());
    if status.code() == tonic::Code::Unavailable && status.message().contains("tcp connect error") {
        return anyhow::anyhow!("the service cannot be reached; is `clientele up` running?");
    }
    let mut text = status.message().to_owned();
    let violations = violations_of(&status);
    if violations.len() > 1 {
        for violation in violations {
            let _ = write!(text, "\n  {}: {}", violation.field, violation.description);
        }
    }
    anyhow::anyhow!("{text}")
}

/// Runs an online command on an async runtime of its own.
pub fn block_on<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    clientele_service::run::install_crypto();
    tokio::runtime::Runtime::new()?.block_on(work)
}
