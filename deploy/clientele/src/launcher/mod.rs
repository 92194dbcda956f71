//! Everything on one machine: a private Postgres (or `DATABASE_URL`), all services in this process, a key to sign tokens with.
//!
//! A further service: migrate its schema in [`database`], serve it in [`Launched::start`], and give its URL a place in
//! [`running::Endpoints`].

pub mod database;
pub mod keys;
pub mod running;

use std::{net::SocketAddr, path::Path, sync::Arc};

use anyhow::{Context as _, Result};
use clientele_pg::Pool;
use clientele_qualification::documents::{LARGEST, bucket::BucketSettings, settings::DocumentSettings};
use clientele_service::{App, Context, ServerSettings, Serving, app::Stop, client::Peer, run, serve};

use self::{database::Database, keys::Keys, running::Endpoints};

/// Where the services listen.
#[derive(Debug, Clone, Copy)]
pub struct Addresses {
    /// The customers service.
    pub customers: SocketAddr,
    /// The value service.
    pub value: SocketAddr,
    /// The qualification service.
    pub qualification: SocketAddr,
}

impl Addresses {
    /// Free ports of loopback.
    pub fn free() -> Self {
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        Self { customers: any, value: any, qualification: any }
    }
}

/// All services at work in this process.
pub struct Launched {
    /// How to reach them.
    pub endpoints: Endpoints,
    /// Signs tokens they take.
    pub keys: Arc<Keys>,
    serving: Vec<Serving>,
    pools: Vec<Pool>,
    database: Database,
}

impl Launched {
    /// Starts everything, with its data in `folder`, until `stop`.
    pub async fn start(folder: &Path, addresses: Addresses, stop: Stop) -> Result<Self> {
        run::install_crypto();
        let context = Context::system();
        let keys = Arc::new(Keys::open(folder)?);
        let database = Database::open(folder, &context).await?;
        database.migrate().await?;
        let guard = keys.verifier(&context).await?;

        let customers_pool = database.pool("clientele-customers", &clientele_customers::SCHEMA).await?;
        let customers = clientele_customers::app_on(customers_pool.clone(), context.clone());
        let customers = serve_at(customers, addresses.customers, &guard, &stop).await?;
        let customers_url = format!("http://{}", customers.address);

        let peer = |service: &'static str, url: &str| {
            let (keys, clock) = (Arc::clone(&keys), context.clone());
            Peer::new(url, Arc::new(move || keys.service_token(service, clock.now())))
        };
        let qualification_pool = database.pool("clientele-qualification", &clientele_qualification::SCHEMA).await?;
        let documents = DocumentSettings {
            object_store_url: format!("file:{}", folder.join("documents").display()),
            bucket: BucketSettings::default(),
            document_key_file: Vec::new(),
            document_size_limit: LARGEST,
        };
        let state = clientele_qualification::State::new(qualification_pool.clone(), context.clone())
            .signing(keys::audit_keys(folder)?)
            .keeping(documents.open()?);
        let qualification = clientele_qualification::app_of(state, Some(peer("qualification", &customers_url)?));
        let qualification = serve_at(qualification, addresses.qualification, &guard, &stop).await?;
        let qualification_url = format!("http://{}", qualification.address);

        let value_pool = database.pool("clientele-value", &clientele_value::SCHEMA).await?;
        let (customers_peer, qualification_peer) = (peer("value", &customers_url)?, peer("value", &qualification_url)?);
        let value = clientele_value::app_on(
            value_pool.clone(),
            context.clone(),
            Some(customers_peer),
            Some(qualification_peer),
        );
        let value = serve_at(value, addresses.value, &guard, &stop).await?;

        let endpoints = Endpoints {
            customers: customers_url,
            value: format!("http://{}", value.address),
            qualification: qualification_url,
        };
        let serving = vec![customers, value, qualification];
        let pools = vec![customers_pool, value_pool, qualification_pool];
        Ok(Self { endpoints, keys, serving, pools, database })
    }

    /// Waits until the services have drained, then stops the private Postgres.
    pub async fn finished(self) -> Result<()> {
        for serving in self.serving {
            serving.finished().await?;
        }
        for pool in self.pools {
            pool.close().await;
        }
        self.database.close().await
    }
}

async fn serve_at(app: App, address: SocketAddr, guard: &clientele_service::Guard, stop: &Stop) -> Result<Serving> {
    let name = app.name;
    let settings = ServerSettings::from_flags(&["--listen", &address.to_string()])?;
    serve(app, &settings, Arc::clone(guard), stop.clone()).await.with_context(|| {
        format!("the service {name} does not start; if its port is taken, end the other program or choose another port (`clientele up --help`)")
    })
}
