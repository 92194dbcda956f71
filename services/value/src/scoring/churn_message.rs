//! The churn policy and its alerts between the contract and the rules.

use clientele_proto::value::v1::{
    ChurnAlert, ChurnInputs, ChurnLevelRule as RuleMessage, ChurnPolicy as PolicyMessage,
};

use super::{
    run_message::instant,
    settings_message::{Wrong, date},
};
use crate::{
    domain::{
        churn::{ChurnPolicy, Inputs, Level, LevelRule, Risk},
        tier_policy::TierPolicy,
    },
    store::churn_alert::AlertRecord,
};

/// The policy asked for; with `tiers` only these can be watched.
pub fn policy(message: Option<&PolicyMessage>, tiers: Option<&TierPolicy>, wrong: &mut Wrong) -> Option<ChurnPolicy> {
    let default = ChurnPolicy::default();
    let Some(message) = message else { return Some(default) };
    let or = |given: i32, default: u32| u32::try_from(given).ok().filter(|given| *given > 0).unwrap_or(default);
    let levels = [&message.watch, &message.warning, &message.critical].map(Option::as_ref);
    let mut levels = levels.into_iter().zip(default.levels).map(|(given, default)| given.map_or(default, rule));
    let levels = std::array::from_fn(|_| levels.next().unwrap_or_default());
    let policy = ChurnPolicy {
        watched_tiers: message.watched_tiers.clone(),
        min_purchase_days: or(message.min_purchase_days, default.min_purchase_days),
        min_silent_days: or(message.min_silent_days, default.min_silent_days),
        levels,
        expire_days: or(message.expire_days, default.expire_days),
    };
    let errors = policy.errors();
    let mut sound = errors.is_empty();
    for (field, error) in errors {
        wrong.add(&format!("churn_policy.{field}"), error.to_string());
    }
    for (at, name) in policy.watched_tiers.iter().enumerate() {
        if tiers.is_some_and(|tiers| tiers.place(name).is_none()) {
            sound = false;
            wrong.add(&format!("churn_policy.watched_tiers[{at}]"), "must be the name of one of the tiers");
        }
    }
    sound.then_some(policy)
}

fn rule(message: &RuleMessage) -> LevelRule {
    let limit = |value: f64| (value > 0.0).then_some(value);
    LevelRule { rhythms: limit(message.rhythms), below_p_alive: limit(message.below_p_alive) }
}

/// The policy as the contract tells it.
pub fn policy_message(policy: &ChurnPolicy) -> PolicyMessage {
    let [watch, warning, critical] = policy.levels.map(|rule| {
        Some(RuleMessage {
            rhythms: rule.rhythms.unwrap_or_default(),
            below_p_alive: rule.below_p_alive.unwrap_or_default(),
        })
    });
    PolicyMessage {
        watched_tiers: policy.watched_tiers.clone(),
        min_purchase_days: policy.min_purchase_days as i32,
        min_silent_days: policy.min_silent_days as i32,
        watch,
        warning,
        critical,
        expire_days: policy.expire_days as i32,
    }
}

/// An alert as the contract tells it.
pub fn alert(record: &AlertRecord) -> ChurnAlert {
    let inputs = Inputs {
        purchase_days: record.purchase_days.unsigned_abs(),
        rhythm_days: record.rhythm_days,
        silent_days: record.silent_days.unsigned_abs(),
        p_alive: record.p_alive,
    };
    let risk = Level::of_number(record.level).map(|level| Risk {
        level,
        rhythms_limit: record.rhythms_limit,
        p_alive_limit: record.p_alive_limit,
    });
    ChurnAlert {
        churn_alert_id: record.churn_alert_id.to_string(),
        customer_id: record.customer_id.map(|id| id.to_string()).unwrap_or_default(),
        customer_external_id: record.external_id.clone().unwrap_or_default(),
        level: record.level.into(),
        state: record.state.into(),
        outcome: record.outcome.unwrap_or_default().into(),
        tier: record.tier.clone(),
        currency_code: record.currency_code.clone(),
        reasons: risk.map(|risk| inputs.reasons(&risk)).unwrap_or_default(),
        inputs: Some(ChurnInputs {
            purchase_days: record.purchase_days,
            rhythm_days: record.rhythm_days,
            silent_days: record.silent_days,
            silence_ratio: inputs.silence_ratio(),
            p_alive: record.p_alive,
            last_purchase_date: Some(date(record.last_purchase_date.to_jiff())),
        }),
        raise_date: Some(date(record.raise_date.to_jiff())),
        score_run_id: record.score_run_id.to_string(),
        note: record.note.clone(),
        actor: record.actor.clone(),
        create_time: Some(instant(record.create_time.to_jiff())),
        update_time: Some(instant(record.update_time.to_jiff())),
        end_time: record.end_time.map(|time| instant(time.to_jiff())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn policies_survive_being_told_and_read_again() {
        let rule = |rhythms, below_p_alive| Some(RuleMessage { rhythms, below_p_alive });
        let message = PolicyMessage {
            watched_tiers: vec!["KEY".to_owned()],
            min_purchase_days: 5,
            min_silent_days: 7,
            watch: rule(1.5, 0.0),
            warning: rule(0.0, 0.4),
            critical: rule(0.0, 0.0),
            expire_days: 30,
        };
        let mut wrong = Wrong::default();
        let read = policy(Some(&message), Some(&TierPolicy::default()), &mut wrong).unwrap();
        assert_eq!(policy_message(&read), message);
        assert_eq!(policy(Some(&PolicyMessage::default()), None, &mut wrong), Some(ChurnPolicy::default()));
        assert!(wrong.violations().is_empty());
    }

    #[test]
    fn what_does_not_hold_is_told_where_it_stands() {
        let mut wrong = Wrong::default();
        let message = PolicyMessage {
            watched_tiers: vec!["KEY".to_owned(), "SILVER".to_owned()],
            critical: Some(RuleMessage { rhythms: 1.0, below_p_alive: 0.0 }),
            ..PolicyMessage::default()
        };
        assert_eq!(policy(Some(&message), Some(&TierPolicy::default()), &mut wrong), None);
        let fields: Vec<_> = wrong.violations().iter().map(|violation| violation.field.as_str()).collect();
        assert_eq!(fields, ["settings.churn_policy.critical.rhythms", "settings.churn_policy.watched_tiers[1]"]);
    }
}
