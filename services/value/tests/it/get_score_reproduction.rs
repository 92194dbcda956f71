//! Scores computed again from what they rested on: as runs made them, as they were made again between runs, and as of past instants.

use clientele_error::{Reason, reason_of, violations_of};
use clientele_proto::{
    Money,
    value::v1::{
        AccountSignals, CorrectTransactionRequest, CostKind, DeleteTransactionRequest, GetScoreReproductionRequest,
        LifecycleStage, Score, ScoreReproduction, ScoreRunSettings, Transaction, TransactionKind, TransactionModel,
        get_score_reproduction_request::Customer, score_run::State,
    },
};
use jiff::{SignedDuration, Timestamp};
use sqlx::Connection as _;
use tonic::{Code, Status};

use crate::{
    account_signals::of,
    acquisition_spends::spend,
    harness::{Value, on, purchase},
    policies::by_revenue,
    rescoring::rescored,
    scoring::{Row, SHOP, cdnow, date, settings},
};

fn asked(customer: &str) -> GetScoreReproductionRequest {
    GetScoreReproductionRequest {
        customer: Some(Customer::CustomerExternalId(customer.into())),
        ..GetScoreReproductionRequest::default()
    }
}

impl Value {
    async fn reproduce(&self, request: GetScoreReproductionRequest) -> Result<ScoreReproduction, Status> {
        Ok(self.scores().get_score_reproduction(request).await?.into_inner())
    }

    pub async fn reproduced(&self, customer: &str) -> ScoreReproduction {
        let found = self.reproduce(asked(customer)).await.unwrap();
        assert!(found.identical, "{customer}: {:?}", found.differences);
        assert_eq!((&found.reproduced, found.differences.as_slice()), (&found.stored, [].as_slice()), "{customer}");
        found
    }

    pub async fn reproduced_at(&self, customer: &str, time: Timestamp) -> ScoreReproduction {
        let found =
            self.reproduce(GetScoreReproductionRequest { read_time: Some(instant(time)), ..asked(customer) }).await;
        let found = found.unwrap();
        assert!(found.identical, "{customer}: {:?}", found.differences);
        found
    }

    /// Purchases recorded by the service's own clock: what is put into the table has the database's time.
    async fn bought_now(&self, rows: &[Row<'_>]) {
        self.bought(rows).await;
        self.sql("UPDATE value.transaction SET create_time = '2026-03-02T12:00:00Z'").await;
    }

    pub async fn sql(&self, statement: &'static str) {
        let mut owner = self.database.owner().await;
        let done = sqlx::query(statement).execute(&mut owner).await.unwrap();
        assert!(done.rows_affected() > 0, "{statement}");
        owner.close().await.unwrap();
    }

    /// An hour later: farther than the times of transactions and scores may be apart.
    pub fn later(&self) -> Timestamp {
        self.clock.advance(SignedDuration::from_hours(1));
        self.clock.now()
    }
}

fn instant(time: Timestamp) -> prost_types::Timestamp {
    prost_types::Timestamp { seconds: time.as_second(), nanos: time.subsec_nanosecond() }
}

fn cost(external_id: &str, customer: &str, dollars: i64, kind: CostKind) -> Transaction {
    let kind = kind.into();
    Transaction {
        kind: TransactionKind::Cost.into(),
        cost_kind: kind,
        ..on(purchase(external_id, customer, dollars), 3, 15)
    }
}

fn refund(external_id: &str, customer: &str, dollars: i64, of: &str) -> Transaction {
    Transaction {
        kind: TransactionKind::Refund.into(),
        refunded_external_id: of.into(),
        ..on(purchase(external_id, customer, dollars), 4, 20)
    }
}

fn in_euro(transaction: Transaction) -> Transaction {
    let amount = transaction.amount.clone().map(|amount| Money { currency_code: "EUR".to_owned(), ..amount });
    Transaction { amount, ..transaction }
}

pub fn revenue(score: Option<&Score>) -> i64 {
    score.unwrap().purchases.as_ref().unwrap().total_revenue.as_ref().unwrap().units
}

const CUSTOMERS: [&str; 5] = ["ann", "bob", "cat", "dan", "eve"];

/// A shop with all that a score can rest on: signals, refunds with and without their purchase, costs of each kind, a shared spend.
async fn shop() -> Value {
    let value = Value::start().await;
    value.bought_now(&SHOP).await;
    value.policy(by_revenue(60.0, 60.0)).await.unwrap();
    for customer in ["ann", "bob", "eve"] {
        let signals = AccountSignals { acquisition_channel: "fair".into(), nps: Some(9.0), ..of(customer) };
        value.signal(signals, &[]).await.unwrap();
    }
    value.spend(spend("fair", "1997-01-01", "1997-01-31", 10)).await.unwrap();
    for (name, customer, dollars, kind) in [
        ("visit", "ann", 5, CostKind::CostToServe),
        ("ad", "ann", 3, CostKind::Acquisition),
        ("stock", "cat", 30, CostKind::CostOfGoods),
    ] {
        value.record(cost(name, customer, dollars, kind)).await;
    }
    value.record(on(purchase("extra", "cat", 80), 4, 4)).await;
    value.record(refund("back", "cat", 20, "extra")).await;
    value.record(refund("some", "ann", 7, "")).await;
    value.later();
    value
}

#[tokio::test]
async fn what_a_run_scored_is_reproduced_with_refunds_costs_and_signals() {
    let value = shop().await;
    let run = value.scored().await;
    // Signals change after the run; the score keeps those it knew.
    value.signal(AccountSignals { nps: Some(1.0), ..of("ann") }, &["nps"]).await.unwrap();
    for customer in CUSTOMERS {
        let found = value.reproduced(customer).await;
        let inputs = found.inputs.unwrap();
        assert_eq!(inputs.score_run_id, run.score_run_id);
        assert_eq!((inputs.settings.as_ref(), inputs.seed, inputs.fx_version), (run.settings.as_ref(), None, 0));
        assert_eq!(inputs.settings.unwrap().value_policy_version, 1);
        let models: Vec<_> = inputs.model_fits.iter().map(|fit| fit.model.as_str()).collect();
        assert_eq!(models, ["bg-nbd", "gamma-gamma"]);
        let parameters = &run.summary.as_ref().unwrap().model_fits[0].parameters;
        assert_eq!(&inputs.model_fits[0].parameters, parameters);
        assert_eq!(inputs.model_fits[0].library_version, inputs.library_version);
        assert!(!inputs.program_version.is_empty());
        assert_eq!(inputs.has_signals, ["ann", "bob", "eve"].contains(&customer), "{customer}");
        assert!(found.taken_fields.contains(&"rank".to_owned()) && !found.taken_fields.contains(&"clv".to_owned()));
    }
    let ann = value.reproduced("ann").await;
    let inputs = ann.inputs.unwrap();
    // Four purchases, two costs and a refund.
    assert_eq!(
        (inputs.transactions, inputs.first_transaction_date, inputs.last_transaction_date),
        (7, Some(date("1997-01-01")), Some(date("1997-04-20")))
    );
    assert_eq!(inputs.transactions_time, Some(instant(value.clock.now())));
    let contribution = ann.reproduced.unwrap().contribution.unwrap();
    assert_eq!(inputs.acquisition_spend_share, contribution.acquisition_spend_share);
    assert!(contribution.acquisition_spend_share.unwrap().units > 0);
}

#[tokio::test]
async fn customers_of_every_model_are_reproduced() {
    let value = Value::start().await;
    let rows = cdnow();
    let rows: Vec<Row<'_>> =
        rows.iter().map(|(customer, day, cents)| (customer.as_str(), day.as_str(), *cents)).collect();
    value.bought_now(&rows).await;
    let mut customers: Vec<&str> = rows.iter().map(|row| row.0).collect();
    customers.dedup();
    for model in
        [TransactionModel::BgNbd, TransactionModel::MbgNbd, TransactionModel::ParetoNbd, TransactionModel::MbgCnbd]
    {
        let settings = ScoreRunSettings { transaction_model: model.into(), ..settings("1997-09-30") };
        let run = value.run(settings).await;
        assert_eq!((run.state(), run.failure.as_str()), (State::Succeeded, ""));
        for customer in customers.iter().step_by(97) {
            value.reproduced(customer).await;
        }
    }
}

/// Stages last from run to run: the second run goes on from the first, whose scores are an input.
#[tokio::test]
async fn a_run_that_goes_on_from_another_is_reproduced_also_once_that_is_gone() {
    let value = shop().await;
    value.run(settings("1997-04-10")).await;
    value.later();
    let rows = [("ann", "1997-04-25", 9_00), ("ann", "1997-05-20", 9_00), ("ann", "1997-06-15", 9_00)];
    value.bought(&rows).await;
    value
        .sql("UPDATE value.transaction SET create_time = '2026-03-02T12:30:00Z' WHERE occur_date > '1997-04-24'")
        .await;
    value.later();
    let second = value.scored().await;
    let ann = value.reproduced("ann").await;
    let inputs = ann.inputs.unwrap();
    assert_eq!((ann.stored.unwrap().stage(), inputs.earlier_stage()), (LifecycleStage::Loyal, LifecycleStage::Loyal));
    assert_eq!(inputs.earlier_stage_since_date, Some(date("1997-04-01")));
    assert!(!ann.taken_fields.contains(&"stage_since_date".to_owned()));

    // As when the scores of older runs are removed.
    value.sql("UPDATE value.score_run SET score_set = NULL WHERE as_of_date = '1997-04-10'").await;
    let ann = value.reproduced("ann").await;
    assert_eq!(ann.inputs.unwrap().earlier_stage(), LifecycleStage::Unspecified);
    assert!(ann.taken_fields.contains(&"stage_since_date".to_owned()));
    assert_eq!(ann.stored.unwrap().score_run_id, second.score_run_id);
}

#[tokio::test]
async fn what_was_made_again_between_runs_is_reproduced() {
    let value = shop().await;
    value.scored().await;
    value.later();
    value.record(on(purchase("late", "bob", 150), 6, 20)).await;
    value.record(on(purchase("first", "fay", 10), 7, 2)).await;
    rescored(&value, "bob", 2).await;
    rescored(&value, "fay", 0).await;
    let at = value.clock.now();
    value.later();
    let bob = value.reproduced("bob").await;
    assert_eq!((revenue(bob.reproduced.as_ref()), bob.inputs.unwrap().transactions_time), (162, Some(instant(at))));
    // As of her own day, after the run's.
    let fay = value.reproduced("fay").await.reproduced.unwrap();
    assert_eq!((fay.as_of_date, fay.candidate_tier.is_empty()), (Some(date("1997-07-02")), false));
    // And a customer that nothing happened to, as the run made it.
    value.reproduced("eve").await;
}

#[tokio::test]
async fn a_score_of_before_a_correction_and_a_deletion_is_reproduced_as_it_was() {
    let value = shop().await;
    value.record(on(purchase("late", "bob", 150), 6, 20)).await;
    value.later();
    let run = value.scored().await;
    let as_run = value.clock.now();
    value.later();
    let correct = CorrectTransactionRequest {
        transaction: Some(on(purchase("late", "bob", 40), 6, 10)),
        reason: "a typo".into(),
        ..CorrectTransactionRequest::default()
    };
    value.transactions().correct_transaction(correct).await.unwrap();
    let corrected = async {
        loop {
            let found = value.reproduce(asked("bob")).await.unwrap();
            if revenue(found.stored.as_ref()) == 52 {
                return found;
            }
        }
    };
    assert!(tokio::time::timeout(std::time::Duration::from_mins(1), corrected).await.unwrap().identical);
    let as_corrected = value.clock.now();
    value.later();
    let delete = DeleteTransactionRequest {
        external_id: "late".into(),
        reason: "it never happened".into(),
        ..DeleteTransactionRequest::default()
    };
    value.transactions().delete_transaction(delete).await.unwrap();
    rescored(&value, "bob", 1).await;
    let as_deleted = value.clock.now();
    // A run of later knows nothing of all this; the one of then is named.
    value.later();
    for (time, expected) in [(as_run, 162), (as_corrected, 52), (as_deleted, 12)] {
        let found = value.reproduced_at("bob", time).await;
        assert_eq!(revenue(found.reproduced.as_ref()), expected, "at {time}");
        assert_eq!(found.inputs.unwrap().score_run_id, run.score_run_id);
    }
    // Others are as the run made them.
    value.reproduced_at("ann", as_run).await;
}

/// A transaction given to another customer by a correction was the first one's until then, and the other's never before.
#[tokio::test]
async fn a_purchase_that_changed_hands_counts_for_whose_it_was() {
    let value = shop().await;
    value.record(on(purchase("late", "bob", 150), 6, 20)).await;
    value.later();
    value.scored().await;
    let as_run = value.clock.now();
    value.later();
    let correct = CorrectTransactionRequest {
        transaction: Some(on(purchase("late", "dan", 150), 6, 20)),
        reason: "it was dan's".into(),
        ..CorrectTransactionRequest::default()
    };
    value.transactions().correct_transaction(correct).await.unwrap();
    rescored(&value, "bob", 1).await;
    rescored(&value, "dan", 1).await;
    for customer in ["bob", "dan"] {
        value.reproduced_at(customer, as_run).await;
        value.reproduced(customer).await;
    }
    let bob = value.reproduced_at("bob", as_run).await;
    assert_eq!(revenue(bob.reproduced.as_ref()), 162);
    assert_eq!(revenue(value.reproduced_at("dan", as_run).await.reproduced.as_ref()), 9);
}

/// Rates of days up to the as-of date are those the run read; of later days those of when the score was made again.
#[tokio::test]
async fn converted_money_is_reproduced_by_the_rates_of_then() {
    let value = shop().await;
    value.priced(&[("EUR", "USD", "1997-03-10", "1.3"), ("EUR", "USD", "1997-04-10", "1.7")]).await;
    value.record(in_euro(on(purchase("buy", "fay", 33), 3, 10))).await;
    value.record(in_euro(on(purchase("again", "fay", 10), 4, 10))).await;
    let partly = Transaction { occur_date: Some(date("1997-04-15")), ..in_euro(refund("partly", "fay", 11, "buy")) };
    value.record(partly).await;
    value.record(in_euro(cost("toll", "fay", 2, CostKind::CostToServe))).await;
    value.later();
    let run = value.run(ScoreRunSettings { convert_currencies: true, ..settings("1997-06-30") }).await;
    assert_eq!((run.state(), run.failure.as_str()), (State::Succeeded, ""));
    let fay = value.reproduced("fay").await;
    let as_run = value.clock.now();
    assert!(fay.inputs.unwrap().fx_version > 0);
    value.later();
    // Corrected since, and priced for a day after the run's.
    value.priced(&[("EUR", "USD", "1997-03-10", "2"), ("EUR", "USD", "1997-07-05", "3")]).await;
    value.record(in_euro(on(purchase("late", "fay", 10), 7, 5))).await;
    // 22 euros at 1.3, 10 at 1.7 and 10 at 3: 75.60.
    let at = |fay: &ScoreReproduction| revenue(fay.reproduced.as_ref());
    rescored(&value, "fay", 2).await;
    let as_late = value.clock.now();
    assert_eq!(at(&value.reproduced("fay").await), 75);
    value.later();
    value.priced(&[("EUR", "USD", "1997-07-05", "5")]).await;
    assert_eq!(at(&value.reproduced("fay").await), 75);
    assert_eq!(at(&value.reproduced_at("fay", as_late).await), 75);
    assert_eq!(at(&value.reproduced_at("fay", as_run).await), 45);
}

#[tokio::test]
async fn whatever_was_tampered_with_is_told() {
    let value = shop().await;
    value.scored().await;
    value.later();
    // The least that a double can be changed by.
    value.sql("UPDATE value.score SET clv_minor = clv_minor * (1 + 2.220446049250313e-16) WHERE clv_minor > 0").await;
    let ann = value.reproduce(asked("ann")).await.unwrap();
    assert!(!ann.identical);
    let [clv] = ann.differences.as_slice() else { panic!("{:?}", ann.differences) };
    let [stored, reproduced]: [f64; 2] = [&clv.stored, &clv.reproduced].map(|told| told.parse().unwrap());
    assert_eq!(clv.field, "clv");
    assert!(stored != reproduced && ((stored - reproduced) / stored).abs() < 1e-15, "{clv:?}");

    value
        .sql("UPDATE value.score SET rfm_code = 111, index = index + 1, frequency = 9, segment = segment % 2 + 1")
        .await;
    let bob = value.reproduce(asked("bob")).await.unwrap();
    let fields: Vec<_> = bob.differences.iter().map(|told| told.field.as_str()).collect();
    assert!(fields.contains(&"index") && fields.contains(&"purchases.frequency") && fields.contains(&"rfm.code"));
    assert_eq!(bob.reproduced.unwrap().purchases.unwrap().frequency, 1);

    // An input is tampered with: the score is as it was.
    value.sql("UPDATE value.transaction SET amount_minor = amount_minor + 1 WHERE occur_date = '1997-03-10'").await;
    let cat = value.reproduce(asked("cat")).await.unwrap();
    assert!(cat.differences.iter().any(|told| told.field == "purchases.total_revenue"), "{:?}", cat.differences);
    value.sql("DELETE FROM value.transaction WHERE occur_date = '1997-03-03'").await;
    let dan = value.reproduce(asked("dan")).await.unwrap();
    assert_eq!((dan.identical, dan.reproduced), (false, None));
    assert_eq!(dan.differences[0].field, "purchases");
}

/// The clocks of replicas differ, and what is written is committed a little later: a score that knew a purchase of ten seconds after it was read
/// is told by the reading that gives it.
#[tokio::test]
async fn what_was_committed_about_the_time_of_the_score_is_found_out() {
    let value = shop().await;
    value
        .sql("UPDATE value.transaction SET create_time = '2026-03-02T13:00:10Z' WHERE occur_date = '1997-06-10'")
        .await;
    value.scored().await;
    let read = value.clock.now();
    value.later();
    let cat = value.reproduced("cat").await;
    let found = cat.inputs.unwrap().transactions_time.unwrap();
    assert_eq!(found.seconds - read.as_second(), 10);
    // An hour is too much: that was not known.
    value
        .sql("UPDATE value.transaction SET create_time = '2026-03-02T14:00:00Z' WHERE occur_date = '1997-06-10'")
        .await;
    assert!(!value.reproduce(asked("cat")).await.unwrap().identical);
}

/// Runs of before it was kept when they read: some time between their start and their end.
#[tokio::test]
async fn a_run_that_does_not_say_when_it_read_is_reproduced_all_the_same() {
    let value = shop().await;
    value.scored().await;
    value.later();
    // The last field of the findings: two bytes that say which, and eight of the number.
    value
        .sql(
            "UPDATE value.score_run SET findings = substring(findings for length(findings) - 10)
             WHERE substring(findings from length(findings) - 9 for 2) = '\\xb001'::bytea",
        )
        .await;
    value.record(on(purchase("late", "bob", 150), 6, 20)).await;
    for customer in CUSTOMERS {
        value.reproduced(customer).await;
    }
}

#[tokio::test]
async fn what_cannot_be_read_is_refused_as_reading_it_is() {
    let value = shop().await;
    let reason = async |request| reason_of(&value.reproduce(request).await.unwrap_err());
    assert_eq!(reason(asked("ann")).await, Some(Reason::NotScoredYet));
    let before = value.clock.now();
    value.later();
    let run = value.scored().await;
    assert_eq!(value.reproduce(asked("nobody")).await.unwrap_err().code(), Code::NotFound);
    let early = GetScoreReproductionRequest { read_time: Some(instant(before)), ..asked("ann") };
    assert_eq!(reason(early).await, Some(Reason::NotScoredYet));
    let future = value.clock.now().checked_add(SignedDuration::from_hours(1)).unwrap();
    let late = GetScoreReproductionRequest { read_time: Some(instant(future)), ..asked("ann") };
    assert_eq!(violations_of(&value.reproduce(late).await.unwrap_err())[0].field, "read_time");
    let nobody = GetScoreReproductionRequest::default();
    assert_eq!(value.reproduce(nobody).await.unwrap_err().code(), Code::InvalidArgument);
    let named = GetScoreReproductionRequest { score_run_id: run.score_run_id.clone(), ..asked("ann") };
    assert!(value.reproduce(named.clone()).await.unwrap().identical);

    // A run without models that can be read, and one whose scores were removed.
    value.sql("UPDATE value.score_run SET summary = ''").await;
    // What a process knows of a run it knows for a second.
    let unreadable = async {
        loop {
            match value.reproduce(named.clone()).await {
                Ok(_) => tokio::time::sleep(std::time::Duration::from_millis(50)).await,
                Err(status) => return status,
            }
        }
    };
    let status = tokio::time::timeout(std::time::Duration::from_mins(1), unreadable).await.unwrap();
    assert_eq!(reason_of(&status), Some(Reason::ModelNotFitted), "{status:?}");
}
