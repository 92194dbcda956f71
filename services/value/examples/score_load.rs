//! Throw-away timing of score runs.
#![allow(missing_docs, clippy::all, clippy::pedantic, clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, clippy::disallowed_methods)]
use std::time::Instant;
use clientele_pg::{Pool, PoolOptions};
use clientele_value::{State, store::score_run::*, scoring::{self, settings_message, engine, run}};
use clientele_proto::value::v1::ScoreRunSettings;
use prost::Message as _;
fn status(k:&str)->String{ std::fs::read_to_string("/proc/self/status").unwrap().lines().find(|l| l.starts_with(k)).unwrap_or("").to_owned() }
#[tokio::main]
async fn main() {
    let mut o = PoolOptions::new(std::env::var("DATABASE_URL").unwrap(), "scratch"); o.max_connections = 16;
    let pool = Pool::connect(&o).await.unwrap();
    let state = State::new(pool, clientele_service::Context::system(), scoring::ScoringSettings::default());
    let n: usize = std::env::args().nth(1).map_or(1, |x| x.parse().unwrap());
    for _ in 0..n {
        let m = ScoreRunSettings { as_of_date: Some(settings_message::date(jiff::civil::date(2026,9,30))), currency_code: "EUR".into(), ..Default::default() };
        let s = settings_message::parse(&m, jiff::civil::Date::MAX).unwrap();
        let t = Instant::now();
        let run_ = NewRun { score_run_id: state.context.new_id(), settings: settings_message::message(&s).encode_to_vec(), as_of_date: s.as_of_date, minor_per_unit: 100.0, tier_names: s.tiers.tiers.iter().map(|t| t.name.clone()).collect(), segment_names: engine::segment_names(5).unwrap().1, actor: "me".into(), create_time: state.context.now() };
        score_run_insert(&mut *state.pool.acquire().await.unwrap(), "acme", &run_).await.unwrap();
        let owner = state.context.new_id();
        let claimed = score_run_claim(&mut *state.pool.acquire().await.unwrap(), owner, std::time::Duration::from_secs(60), state.context.now()).await.unwrap().unwrap();
        let p = scoring::progress::Progress::default();
        let mut rx = p.subscribe();
        let watch = tokio::spawn(async move { let t = Instant::now(); let mut last = None; while rx.changed().await.is_ok() { let s = *rx.borrow(); if last != Some(s.stage) { eprintln!("{:?} at {} ms", s.stage, t.elapsed().as_millis()); last = Some(s.stage); } } });
        run::attempt(&state, &claimed, &p).await.unwrap();
        drop(p); watch.await.unwrap();
        println!("total {} ms {} {}", t.elapsed().as_millis(), status("VmHWM"), status("VmRSS"));
    }
}
