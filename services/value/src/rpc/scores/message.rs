//! A stored score as the contract tells it, with its reasons where they are asked for.

use std::collections::BTreeMap;

use btyd::Code;
use clientele_proto::value::v1::{
    IndexComponent, IndexComponentScore, IndexExplanation, IndexMetricScore, IndexWallet, PeerWallets, PurchaseSummary,
    RfmScore, Score, ScoreReason, ScoreView, WalletBasis,
};
use jiff::{Unit, civil::Date};

use super::contribution::{self, contribution};
use crate::{
    domain::{
        currency::rounded,
        index::{
            Component, Judgement, Metric, MetricScore, PeerAttribute, PeerGroup, Purchased, Signals, Subject, Wallet,
            WalletBenchmark,
        },
        lifecycle::Stage,
        reasons::{CustomerFacts, Facts, RunFacts, reasons},
    },
    scoring::{
        ScoredRun, known,
        policy_message::metric_message,
        run_message::instant,
        settings_message::{date, money},
    },
    store::score::ScoreRecord,
};

/// The score, without a forecast.
pub(super) fn score(run: &ScoredRun, record: &ScoreRecord, view: ScoreView) -> Score {
    let currency = run.settings.currency;
    let predicted = |minor: f64| money(currency, rounded(minor));
    let days = Days::of(run, record);
    let code = code(record);
    let judged = if view == ScoreView::Full { judgement(run, record, &days) } else { None };
    let entitlements = usize::try_from(record.tier - 1).ok().and_then(|place| run.settings.tiers.tiers.get(place));
    Score {
        customer_id: record.customer_id.map(|id| id.to_string()).unwrap_or_default(),
        customer_external_id: record.external_id.clone().unwrap_or_default(),
        score_run_id: run.id.clone(),
        as_of_date: Some(date(as_of_date(run, record))),
        rank: i64::from(record.rank),
        tier: name(&run.tier_names, record.tier).to_owned(),
        rfm: Some(RfmScore {
            recency: i32::from(code.r),
            frequency: i32::from(code.f),
            monetary: i32::from(code.m),
            code: record.rfm_code.to_string(),
            segment: name(&run.segment_names, record.segment).to_owned(),
        }),
        purchases: Some(PurchaseSummary {
            frequency: i64::from(record.frequency),
            recency_days: days.recency,
            age_days: days.age,
            days_since_last_purchase: days.age - days.recency,
            first_purchase_date: Some(date(record.first_purchase_date.to_jiff())),
            last_purchase_date: Some(date(record.last_purchase_date.to_jiff())),
            total_revenue: Some(money(currency, record.total_revenue_minor)),
            monetary_value: Some(predicted(monetary_value_minor(record))),
            total_cost: Some(money(currency, record.total_cost_minor)),
            revenue_last_year: record.last_year_minor.map(|minor| money(currency, minor)),
            revenue_year_before: record.year_before_minor.map(|minor| money(currency, minor)),
        }),
        p_alive: record.p_alive,
        expected_purchases: record.expected_purchases,
        expected_spend: record.expected_spend_minor.map(predicted),
        clv: record.clv_minor.map(predicted),
        reasons: if view == ScoreView::Full {
            score_reasons(run, record, code, &days, judged.as_ref())
        } else {
            Vec::new()
        },
        index: record.index,
        index_explanation: judged.as_ref().map(|judged| explanation(run, record, judged)),
        earned_tier: name(&run.tier_names, record.earned_tier.unwrap_or(record.tier)).to_owned(),
        below_tier_since_date: record.below_since.map(|since| date(since.to_jiff())),
        update_time: record.update_time.map(|time| instant(time.to_jiff())),
        candidate_tier: record.candidate_tier.map(|tier| name(&run.tier_names, tier).to_owned()).unwrap_or_default(),
        entitlements: entitlements.map(|tier| tier.entitlements.clone()).unwrap_or_default(),
        stage: record.stage.map(i32::from).unwrap_or_default(),
        stage_since_date: record.stage_since.map(|since| date(since.to_jiff())),
        contribution: contribution(run, record).map(|of| contribution::message(run, record, &of)),
        stage_days: stage(record).map_or(0, |(_, since)| days_between(since, as_of_date(run, record))),
        forecast: None,
    }
}

pub(in crate::rpc) fn as_of_date(run: &ScoredRun, record: &ScoreRecord) -> Date {
    record.as_of_date.map_or(run.settings.as_of_date, jiff_sqlx::Date::to_jiff)
}

/// Days between the first purchase, the last one and the as-of date.
pub(super) struct Days {
    pub recency: i32,
    pub age: i32,
}

impl Days {
    pub fn of(run: &ScoredRun, record: &ScoreRecord) -> Self {
        let first = record.first_purchase_date.to_jiff();
        let since = |later: Date| days_between(first, later);
        Self { recency: since(record.last_purchase_date.to_jiff()), age: since(as_of_date(run, record)) }
    }
}

fn days_between(first: Date, later: Date) -> i32 {
    later.since((Unit::Day, first)).map_or(0, |span| span.get_days())
}

/// The stage and since when; `None` in runs of before there were stages.
fn stage(record: &ScoreRecord) -> Option<(Stage, Date)> {
    record.stage.and_then(Stage::of_number).zip(record.stage_since.map(jiff_sqlx::Date::to_jiff))
}

fn code(record: &ScoreRecord) -> Code {
    let [r, f, m] = [record.rfm_code / 100, record.rfm_code / 10 % 10, record.rfm_code % 10].map(|score| score as u8);
    Code { r, f, m }
}

pub(super) fn monetary_value_minor(record: &ScoreRecord) -> f64 {
    if record.frequency == 0 { 0.0 } else { record.repeat_revenue_minor as f64 / f64::from(record.frequency) }
}

/// The name of a number that counts from 1.
pub(in crate::rpc) fn name(names: &[String], number: i16) -> &str {
    usize::try_from(number - 1).ok().and_then(|at| names.get(at)).map_or("", String::as_str)
}

/// What the index of a score is made of; `None` in runs of before there was one.
pub(in crate::rpc) fn judgement_of(run: &ScoredRun, record: &ScoreRecord) -> Option<Judgement> {
    judgement(run, record, &Days::of(run, record))
}

fn judgement(run: &ScoredRun, record: &ScoreRecord, days: &Days) -> Option<Judgement> {
    record.index?;
    Some(run.judge.judge(&subject(run, record, days, signals(record).as_ref())))
}

/// What was known of the customer beside its purchases.
fn signals(record: &ScoreRecord) -> Option<Signals> {
    record.signals.as_deref().and_then(|encoded| known::signals(encoded).ok())
}

/// The wallet that the index rests on; `None` where it is not known, or does not count.
fn wallet<'r>(run: &'r ScoredRun, record: &ScoreRecord, signals: Option<&Signals>) -> Option<Wallet<'r>> {
    if record.index.is_none() || !run.settings.index.weighs(Metric::WalletHeadroom) {
        return None;
    }
    match signals.and_then(|signals| signals.yearly_wallet_minor) {
        Some(declared) => Some(Wallet::Declared(declared)),
        None => run.peer_group(record.wallet_group).map(Wallet::Benchmarked),
    }
}

fn wallet_message(run: &ScoredRun, wallet: Wallet<'_>) -> IndexWallet {
    let told = IndexWallet {
        yearly_wallet: Some(money(run.settings.currency, wallet.yearly_minor())),
        basis: WalletBasis::Declared.into(),
        ..IndexWallet::default()
    };
    match wallet {
        Wallet::Declared(_) => told,
        Wallet::Benchmarked(peers) => {
            IndexWallet { basis: WalletBasis::Benchmarked.into(), peers: Some(peer_wallets(run, peers)), ..told }
        }
    }
}

/// A peer group as the contract tells it.
pub(in crate::rpc) fn peer_wallets(run: &ScoredRun, peers: &PeerGroup) -> PeerWallets {
    let attributes = run.settings.index.wallet_benchmark().map(WalletBenchmark::attributes).unwrap_or_default();
    PeerWallets {
        attributes: attributes.iter().map(PeerAttribute::name).zip(peers.values.iter().cloned()).collect(),
        wallets: peers.wallets,
        benchmark: Some(money(run.settings.currency, peers.benchmark_minor)),
    }
}

fn wallet_reason(run: &ScoredRun, record: &ScoreRecord, days: &Days) -> Option<ScoreReason> {
    let signals = signals(record);
    let wallet = wallet(run, record, signals.as_ref())?;
    let subject = subject(run, record, days, signals.as_ref());
    let text = wallet.reason(run.settings.index.wallet_benchmark(), &subject, run.settings.currency)?;
    let per_unit = run.settings.currency.minor_per_unit() as f64;
    let mut inputs = BTreeMap::from([
        ("yearly_wallet".to_owned(), wallet.yearly_minor() as f64 / per_unit),
        ("revenue_last_year".to_owned(), subject.purchased.last_year_minor as f64 / per_unit),
    ]);
    if let Wallet::Benchmarked(peers) = wallet {
        inputs.insert("peer_wallets".to_owned(), peers.wallets as f64);
    }
    Some(ScoreReason { score: "wallet".to_owned(), text, inputs: inputs.into_iter().collect(), ratio_to_median: 0.0 })
}

fn subject<'s>(run: &ScoredRun, record: &ScoreRecord, days: &Days, signals: Option<&'s Signals>) -> Subject<'s> {
    Subject {
        purchased: Purchased {
            clv_minor: record.clv_minor,
            total_revenue_minor: record.total_revenue_minor,
            last_year_minor: record.last_year_minor.unwrap_or_default(),
            year_before_minor: record.year_before_minor.unwrap_or_default(),
            total_cost_minor: record.total_cost_minor + record.acquisition_share_minor.unwrap_or_default(),
            acquisition_cost_minor: record.acquisition_cost_minor.unwrap_or_default(),
            expected_purchases: record.expected_purchases,
            frequency: record.frequency,
            recency_days: days.recency,
            age_days: days.age,
        },
        signals,
        benchmark_wallet_minor: run.peer_group(record.wallet_group).map(|peers| peers.benchmark_minor),
        as_of_date: as_of_date(run, record),
        margin: run.settings.margin,
        minor_per_unit: run.settings.currency.minor_per_unit() as f64,
    }
}

fn explanation(run: &ScoredRun, record: &ScoreRecord, judged: &Judgement) -> IndexExplanation {
    let components = Component::ALL.into_iter().filter_map(|component| {
        let of = judged.metrics.iter().filter(|metric| metric.metric.component() == component);
        let (weight, points) = of.fold((0.0, 0.0), |(weight, points), of| (weight + of.weight, points + of.points()));
        (weight > 0.0).then(|| IndexComponentScore {
            component: component_message(component).into(),
            weight,
            score: points / weight,
            points,
        })
    });
    let mut metrics: Vec<&MetricScore> = judged.metrics.iter().collect();
    metrics.sort_by(|left, right| right.gain().total_cmp(&left.gain()));
    let metric = |metric: &&MetricScore| IndexMetricScore {
        metric: metric_message(metric.metric).into(),
        component: component_message(metric.metric.component()).into(),
        value: metric.value,
        weight: metric.weight,
        score: metric.score,
        points: metric.points(),
        gain: metric.gain(),
    };
    IndexExplanation {
        components: components.collect(),
        metrics: metrics.iter().map(metric).collect(),
        unknown_metrics: judged.unknown.iter().map(|metric| metric_message(*metric).into()).collect(),
        wallet: wallet(run, record, signals(record).as_ref()).map(|wallet| wallet_message(run, wallet)),
    }
}

fn component_message(component: Component) -> IndexComponent {
    match component {
        Component::Contribution => IndexComponent::Contribution,
        Component::Potential => IndexComponent::Potential,
        Component::Relationship => IndexComponent::Relationship,
        Component::Needs => IndexComponent::Needs,
    }
}

/// First and last place by which a tier is entered; runs of before tiers were kept had no difference between those and who was in it. Tiers
/// by rule take no places.
fn places(run: &ScoredRun, tier: usize) -> (u64, u64) {
    let tiers = &run.findings.tiers;
    let has_rules = run.settings.tiers.has_rules();
    let end = |of: usize| match tiers.get(of).map(|tier| tier.end) {
        None | Some(0) if !has_rules => tiers.iter().take(of + 1).map(|tier| tier.customers).sum(),
        end => end.unwrap_or_default(),
    };
    (tier.checked_sub(1).map_or(0, end) as u64 + 1, end(tier) as u64)
}

/// The rules by which a tier is entered and kept.
fn tier_rules(run: &ScoredRun, tier: usize) -> Option<(&str, &str)> {
    let tier = run.settings.tiers.tiers.get(tier)?;
    let (entry, stay) = tier.entry.rule().zip(tier.stay.rule())?;
    Some((entry.text(), stay.text()))
}

fn score_reasons(
    run: &ScoredRun,
    record: &ScoreRecord,
    code: Code,
    days: &Days,
    judged: Option<&Judgement>,
) -> Vec<ScoreReason> {
    let findings = &run.findings;
    let tier = record.tier.max(1) as usize - 1;
    let (first, last) = places(run, tier);
    let own = findings.tiers.get(tier).copied().unwrap_or_default();
    let facts = Facts {
        customer: CustomerFacts {
            rank: record.rank as u64,
            tier: name(&run.tier_names, record.tier),
            segment: name(&run.segment_names, record.segment),
            code,
            frequency: record.frequency as u32,
            recency_days: days.recency as u32,
            age_days: days.age as u32,
            total_revenue_minor: record.total_revenue_minor,
            repeat_revenue_minor: record.repeat_revenue_minor,
            p_alive: record.p_alive,
            expected_purchases: record.expected_purchases,
            expected_spend_minor: record.expected_spend_minor,
            clv_minor: record.clv_minor,
            judgement: judged,
            earned_tier: name(&run.tier_names, record.earned_tier.unwrap_or(record.tier)),
            below_since: record.below_since.map(jiff_sqlx::Date::to_jiff),
            stage: stage(record),
        },
        run: RunFacts {
            currency: run.settings.currency,
            customers: findings.customers as u64,
            bins: run.settings.rfm.bins,
            model: run.transaction_kind(),
            horizon_months: run.settings.horizon_months,
            annual_discount_rate: run.settings.annual_discount_rate,
            margin: run.settings.margin,
            ranked_by_clv: findings.ranked_by_clv,
            tier_metric: run.settings.tiers.metric,
            tier: (first, last, own.threshold),
            tier_rules: tier_rules(run, tier),
            grace_days: run.settings.tiers.grace_days,
            lifecycle: &run.settings.lifecycle,
            medians: &findings.medians,
        },
    };
    let reasons = reasons(&facts).into_iter().chain(contribution::why(run, record)).map(|reason| ScoreReason {
        score: reason.score.to_owned(),
        text: reason.text,
        inputs: reason.inputs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
        ratio_to_median: reason.ratio_to_median,
    });
    let needs = record.signals.as_deref().and_then(known::needs_reason).map(|(text, coverage)| ScoreReason {
        score: "needs".to_owned(),
        text,
        inputs: [("needs_coverage".to_owned(), coverage)].into(),
        ratio_to_median: 0.0,
    });
    reasons.chain(needs).chain(wallet_reason(run, record, days)).collect()
}
