//! The lifecycle policy between the contract and the rules.

use clientele_proto::value::v1::{LifecyclePolicy as PolicyMessage, LifecycleStage, SilenceRule as RuleMessage};

use super::settings_message::Wrong;
use crate::domain::lifecycle::{LifecyclePolicy, Silence, SilenceRule};

/// The policy asked for.
pub fn policy(message: Option<&PolicyMessage>, wrong: &mut Wrong) -> Option<LifecyclePolicy> {
    let default = LifecyclePolicy::default();
    let Some(message) = message else { return Some(default) };
    let [at_risk, dormant, lost] = *default.silences();
    let or = |given: i32, default: u32| u32::try_from(given).ok().filter(|given| *given > 0).unwrap_or(default);
    let silences = [(&message.at_risk, at_risk), (&message.dormant, dormant), (&message.lost, lost)];
    let silences = silences.map(|(given, default)| given.as_ref().map_or(default, rule));
    let new_days = or(message.new_days, default.new_days());
    let loyal_purchase_days = or(message.loyal_purchase_days, default.loyal_purchase_days());
    let returning_from = returning_from(message, wrong);
    LifecyclePolicy::new(new_days, loyal_purchase_days, silences)
        .map_err(|errors| {
            for (field, error) in errors {
                wrong.add(&format!("lifecycle_policy.{field}"), error.to_string());
            }
        })
        .ok()
        .map(|policy| policy.returning(returning_from))
}

/// The stage from which customers come back; `None` where none is named.
fn returning_from(message: &PolicyMessage, wrong: &mut Wrong) -> Option<Silence> {
    if message.returning_from_stage == i32::from(LifecycleStage::Unspecified) {
        return None;
    }
    let named = |silence: &Silence| i32::from(silence.stage().number()) == message.returning_from_stage;
    let found = Silence::ALL.into_iter().find(named);
    if found.is_none() {
        wrong.add(
            "lifecycle_policy.returning_from_stage",
            "must be AT_RISK, DORMANT or LOST, from which customers come back; leave it out for no such stage",
        );
    }
    found
}

fn rule(message: &RuleMessage) -> SilenceRule {
    let days = |days: i32| u32::try_from(days).unwrap_or_default();
    SilenceRule { rhythms: message.rhythms, min_days: days(message.min_days), max_days: days(message.max_days) }
}

/// The policy as the contract tells it.
pub fn policy_message(policy: &LifecyclePolicy) -> PolicyMessage {
    let [at_risk, dormant, lost] = policy.silences().map(|rule| {
        Some(RuleMessage { rhythms: rule.rhythms, min_days: rule.min_days as i32, max_days: rule.max_days as i32 })
    });
    PolicyMessage {
        new_days: policy.new_days() as i32,
        loyal_purchase_days: policy.loyal_purchase_days() as i32,
        at_risk,
        dormant,
        lost,
        returning_from_stage: policy.returning_from().map(|from| from.stage().number().into()).unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn policies_survive_being_told_and_read_again() {
        let rule = |rhythms, min_days, max_days| Some(RuleMessage { rhythms, min_days, max_days });
        let message = PolicyMessage {
            new_days: 20,
            loyal_purchase_days: 7,
            at_risk: rule(1.5, 7, 60),
            dormant: rule(3.0, 14, 90),
            lost: rule(6.0, 28, 120),
            returning_from_stage: LifecycleStage::Dormant.into(),
        };
        let mut wrong = Wrong::default();
        let read = policy(Some(&message), &mut wrong).unwrap();
        assert_eq!(policy_message(&read), message);
        let default = policy(Some(&PolicyMessage::default()), &mut wrong);
        assert_eq!(default, Some(LifecyclePolicy::default()));
        assert!(wrong.violations().is_empty());
    }

    #[test]
    fn what_does_not_hold_is_told_where_it_stands() {
        let mut wrong = Wrong::default();
        let dormant = Some(RuleMessage { rhythms: 1.0, min_days: 90, max_days: 400 });
        assert_eq!(policy(Some(&PolicyMessage { dormant, ..PolicyMessage::default() }), &mut wrong), None);
        let fields: Vec<_> = wrong.violations().iter().map(|violation| violation.field.as_str()).collect();
        assert_eq!(fields, ["settings.lifecycle_policy.dormant.rhythms"]);

        for stage in [LifecycleStage::New, LifecycleStage::Loyal, LifecycleStage::Returning] {
            let mut wrong = Wrong::default();
            policy(Some(&PolicyMessage { returning_from_stage: stage.into(), ..PolicyMessage::default() }), &mut wrong);
            assert_eq!(wrong.violations()[0].field, "settings.lifecycle_policy.returning_from_stage");
        }
    }
}
