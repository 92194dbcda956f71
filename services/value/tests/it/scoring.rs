//! What the tests of runs and scores share: purchases put straight into the tables, runs brought to their end, a worker held up.

use clientele_proto::{
    Date,
    value::v1::{
        ListScoresRequest, Score, ScoreRun, ScoreRunSettings, StartScoreRunRequest, WatchScoreRunRequest,
        score_run::State, score_run_progress::Stage, score_run_service_client::ScoreRunServiceClient,
        score_service_client::ScoreServiceClient,
    },
};
use clientele_testkit::Authorised;
use sqlx::{Connection as _, PgConnection};

use crate::harness::{TENANT, Value};

/// A purchase: customer, day, cents.
pub type Row<'a> = (&'a str, &'a str, i64);

/// Three customers who came back, one who did not: enough for every model.
pub const SHOP: [Row<'static>; 12] = [
    ("ann", "1997-01-01", 10_00),
    ("ann", "1997-02-01", 20_00),
    ("ann", "1997-03-01", 30_00),
    ("ann", "1997-04-01", 25_00),
    ("bob", "1997-01-05", 5_00),
    ("bob", "1997-05-05", 7_00),
    ("cat", "1997-02-10", 50_00),
    ("cat", "1997-03-10", 60_00),
    ("cat", "1997-06-10", 40_00),
    ("dan", "1997-03-03", 9_00),
    ("eve", "1997-01-10", 12_00),
    ("eve", "1997-01-20", 14_00),
];

impl Value {
    pub fn score_runs(&self) -> ScoreRunServiceClient<Authorised> {
        ScoreRunServiceClient::new(self.running.tenant(TENANT))
    }

    pub fn scores(&self) -> ScoreServiceClient<Authorised> {
        ScoreServiceClient::new(self.running.tenant(TENANT))
    }

    /// Purchases in dollars.
    pub async fn bought(&self, rows: &[Row<'_>]) {
        self.happened(TENANT, 1, "USD", rows).await;
    }

    /// Transactions of one kind and currency, ids counting up.
    pub async fn happened(&self, tenant: &str, kind: i16, currency: &str, rows: &[Row<'_>]) {
        let customers: Vec<&str> = rows.iter().map(|row| row.0).collect();
        let days: Vec<&str> = rows.iter().map(|row| row.1).collect();
        let amounts: Vec<i64> = rows.iter().map(|row| row.2).collect();
        let mut owner = self.database.owner().await;
        sqlx::query("INSERT INTO value.buyer (tenant_id, external_id) SELECT $1, c FROM unnest($2::text[]) WITH ORDINALITY AS u (c, n) GROUP BY c ORDER BY min(n) ON CONFLICT DO NOTHING")
            .bind(tenant)
            .bind(&customers)
            .execute(&mut owner)
            .await
            .unwrap();
        sqlx::query(
            "INSERT INTO value.transaction (buyer_id, amount_minor, create_time, occur_date, kind, tenant_id, currency_code, external_id)
             SELECT b.buyer_id, u.amount, now(), u.day::date, $3, $1, $4, gen_random_uuid()::text
             FROM unnest($2::text[], $5::text[], $6::bigint[]) AS u (customer, day, amount)
             JOIN value.buyer b ON b.tenant_id = $1 AND b.external_id = u.customer",
        )
        .bind(tenant)
        .bind(&customers)
        .bind(kind)
        .bind(currency)
        .bind(&days)
        .bind(&amounts)
        .execute(&mut owner)
        .await
        .unwrap();
        owner.close().await.unwrap();
    }

    /// Starts a run.
    pub async fn start_run(&self, settings: ScoreRunSettings) -> ScoreRun {
        let request = StartScoreRunRequest { settings: Some(settings), ..StartScoreRunRequest::default() };
        self.score_runs().start_score_run(request).await.unwrap().into_inner()
    }

    /// Everything a watcher is told of a run, to its end.
    pub async fn watch_run(&self, id: &str) -> Vec<ScoreRun> {
        let request = WatchScoreRunRequest { score_run_id: id.to_owned() };
        let mut stream = self.score_runs().watch_score_run(request).await.unwrap().into_inner();
        let mut told = Vec::new();
        while let Some(answer) = stream.message().await.unwrap() {
            told.push(answer.score_run.unwrap());
        }
        told
    }

    /// Starts a run and waits for its end.
    pub async fn run(&self, settings: ScoreRunSettings) -> ScoreRun {
        let run = self.start_run(settings).await;
        self.watch_run(&run.score_run_id).await.pop().unwrap()
    }

    /// A run of the shop's year that must succeed.
    pub async fn scored(&self) -> ScoreRun {
        let run = self.run(settings("1997-06-30")).await;
        assert_eq!((run.state(), run.failure.as_str()), (State::Succeeded, ""));
        run
    }

    /// All scores of the newest run, best first.
    pub async fn all_scores(&self) -> Vec<Score> {
        self.scores()
            .list_scores(ListScoresRequest { page_size: 1000, ..Default::default() })
            .await
            .unwrap()
            .into_inner()
            .scores
    }

    /// Keeps every run from reading until the answered connection is closed.
    pub async fn hold_up_reading(&self) -> PgConnection {
        let mut owner = self.database.owner().await;
        sqlx::raw_sql("BEGIN; LOCK TABLE value.transaction IN ACCESS EXCLUSIVE MODE")
            .execute(&mut owner)
            .await
            .unwrap();
        owner
    }

    /// Keeps every run from storing its ranking until the answered connection is closed; what was read is read by then.
    pub async fn hold_up_storing(&self) -> PgConnection {
        let mut owner = self.database.owner().await;
        sqlx::raw_sql("BEGIN; LOCK TABLE value.score_ranking IN ACCESS EXCLUSIVE MODE")
            .execute(&mut owner)
            .await
            .unwrap();
        owner
    }

    /// Waits until a run stores.
    pub async fn until_storing(&self, id: &str) {
        let request = WatchScoreRunRequest { score_run_id: id.to_owned() };
        let mut stream = self.score_runs().watch_score_run(request).await.unwrap().into_inner();
        loop {
            let run = stream.message().await.unwrap().expect("the stage comes before the end").score_run.unwrap();
            if run.progress.unwrap_or_default().stage() == Stage::Storing {
                return;
            }
        }
    }

    /// Waits until a run is in a state.
    pub async fn until(&self, id: &str, state: State) -> ScoreRun {
        let request = WatchScoreRunRequest { score_run_id: id.to_owned() };
        let mut stream = self.score_runs().watch_score_run(request).await.unwrap().into_inner();
        loop {
            let run = stream.message().await.unwrap().expect("the state comes before the end").score_run.unwrap();
            if run.state() == state {
                return run;
            }
        }
    }
}

/// Settings in dollars as of a day, all else by default.
pub fn settings(as_of: &str) -> ScoreRunSettings {
    ScoreRunSettings { as_of_date: Some(date(as_of)), currency_code: "USD".to_owned(), ..ScoreRunSettings::default() }
}

/// A day such as `1997-01-31`.
pub fn date(day: &str) -> Date {
    let parts: Vec<i32> = day.split('-').map(|part| part.parse().unwrap()).collect();
    Date { year: parts[0], month: parts[1], day: parts[2] }
}

/// The CDNOW sample: tests/data/cdnow_sample.csv; its source stands beside it.
pub fn cdnow() -> Vec<(String, String, i64)> {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/data/cdnow_sample.csv");
    let text = std::fs::read_to_string(file).unwrap();
    let rows = text.lines().skip(1).map(|line| {
        let fields: Vec<&str> = line.split(',').collect();
        let (units, cents) = fields[4].split_once('.').unwrap_or((fields[4], "0"));
        let minor = units.parse::<i64>().unwrap() * 100 + format!("{cents:0<2}").parse::<i64>().unwrap();
        (fields[1].to_owned(), fields[2].to_owned(), minor)
    });
    rows.collect()
}
