//! TLS and mTLS: who is let in, and that plaintext stays on this machine.

use std::sync::Arc;

use clientele_proto::events::v1::{GetFeedBoundsRequest, event_feed_service_client::EventFeedServiceClient};
use clientele_service::{ServerSettings, run::install_crypto, serve};
use clientele_testkit::{Authority, Bearer, FakeClock, Running, TestDatabase, Tokens};
use tonic::{
    Status,
    transport::{Certificate, Channel, ClientTlsConfig, Endpoint, Identity},
};

/// How a client trusts an authority.
fn trusting(authority: &Authority) -> ClientTlsConfig {
    ClientTlsConfig::new().ca_certificate(Certificate::from_pem(&authority.pem)).domain_name("localhost")
}

fn client_of(authority: &Authority) -> Identity {
    let (certificate, key) = &authority.client;
    Identity::from_pem(certificate, key)
}

fn file(authority: &Authority, name: &str) -> String {
    authority.file(name).to_str().unwrap().to_owned()
}

struct Secured {
    running: Running,
    _database: TestDatabase,
}

async fn start(flags: &[&str]) -> Secured {
    install_crypto();
    let clock = FakeClock::default();
    let database = TestDatabase::new(&[&clientele_customers::SCHEMA]).await;
    let pool = database.pool(clientele_customers::SCHEMA.schema).await;
    let app = clientele_customers::app_on(pool, clock.context());
    let running = Running::start_with(app, &clock, Arc::new(Tokens::new(clock.now())), flags).await;
    Secured { running, _database: database }
}

async fn ask(running: &Running, tls: ClientTlsConfig) -> Result<(), Status> {
    let endpoint = Endpoint::from_shared(format!("https://{}", running.address)).unwrap().tls_config(tls).unwrap();
    let channel: Channel = endpoint.connect().await.map_err(|error| Status::unavailable(error.to_string()))?;
    let bearer = Bearer::new(&running.tokens.of_tenant("acme"));
    let mut client = EventFeedServiceClient::with_interceptor(channel, bearer);
    client.get_feed_bounds(GetFeedBoundsRequest {}).await.map(drop)
}

#[tokio::test]
async fn a_server_with_a_certificate_speaks_tls_only() {
    let authority = Authority::new();
    let (certificate, key) = (file(&authority, "server.pem"), file(&authority, "server.key"));
    let server = start(&["--tls-certificate", &certificate, "--tls-key", &key]).await;
    ask(&server.running, trusting(&authority)).await.unwrap();

    let strange = Authority::new();
    assert!(ask(&server.running, trusting(&strange)).await.is_err(), "a client that trusts others connects");
    let bearer = Bearer::new(&server.running.tokens.of_tenant("acme"));
    let mut plain = EventFeedServiceClient::with_interceptor(server.running.anonymous(), bearer);
    assert!(plain.get_feed_bounds(GetFeedBoundsRequest {}).await.is_err(), "plaintext is answered");
}

#[tokio::test]
async fn with_an_authority_for_clients_only_clients_with_its_certificate_get_in() {
    let authority = Authority::new();
    let (certificate, key, ca) =
        (file(&authority, "server.pem"), file(&authority, "server.key"), file(&authority, "ca.pem"));
    let server = start(&["--tls-certificate", &certificate, "--tls-key", &key, "--tls-client-ca", &ca]).await;
    ask(&server.running, trusting(&authority).identity(client_of(&authority))).await.unwrap();
    assert!(ask(&server.running, trusting(&authority)).await.is_err(), "a client without a certificate gets in");
    let strange = Authority::new();
    let forged = trusting(&authority).identity(client_of(&strange));
    assert!(ask(&server.running, forged).await.is_err(), "a client with a certificate of another authority gets in");
}

#[tokio::test]
async fn plaintext_is_served_on_loopback_only_unless_it_is_said() {
    let clock = FakeClock::default();
    let tokens = Tokens::new(clock.now());
    let database = TestDatabase::new(&[&clientele_customers::SCHEMA]).await;
    let pool = database.pool(clientele_customers::SCHEMA.schema).await;
    let start = async |flags: &[&str]| {
        let settings = ServerSettings::from_flags(flags).unwrap();
        let (stop, stopping) = tokio::sync::watch::channel(false);
        let guard = tokens.verifier(clock.clock()).await;
        let serving =
            serve(clientele_customers::app_on(pool.clone(), clock.context()), &settings, guard, stopping).await;
        stop.send_replace(true);
        match serving {
            Ok(serving) => serving.finished().await,
            Err(error) => Err(error),
        }
    };
    let refused = start(&["--listen", "0.0.0.0:0"]).await.unwrap_err().to_string();
    assert!(refused.contains("tls_certificate") && refused.contains("allow_plaintext"), "{refused}");
    start(&["--listen", "0.0.0.0:0", "--allow-plaintext"]).await.unwrap();
    start(&["--listen", "127.0.0.1:0"]).await.unwrap();
    let half = start(&["--tls-key", "/nowhere"]).await.unwrap_err().to_string();
    assert!(half.contains("tls_certificate"), "{half}");
}
