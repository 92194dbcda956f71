//! Contracts kept as time passes: what happens to them by itself is told once, whoever comes to it first, the job or a write.

use clientele_feed::NewEvent;
use clientele_proto::value::v1::{ContractChanged, contract_changed::Change};
use clientele_service::{Call, Context};
use jiff::{Timestamp, civil::Date};

use super::message::{ITSELF, message};
use crate::{
    domain::contract::{Contract, Happening},
    store::contract::ContractRecord,
};

/// A change of a contract, and the contract after it, as of the day on which it came.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    change: Change,
    day: Date,
    record: ContractRecord,
}

/// Lets happen, step by step, what has come to be due by `today`.
pub fn settle(record: &mut ContractRecord, today: Date, now: Timestamp) -> Vec<Step> {
    let mut steps = Vec::new();
    while let Some(day) = record.due_date.filter(|due_date| *due_date <= today) {
        let change = match record.contract.happen(day) {
            Happening::Started => Change::Started,
            Happening::Renewed => Change::Renewed,
            Happening::Ended => Change::Ended,
            Happening::Cancelled => Change::Cancelled,
        };
        record.due_date = record.contract.agreement.due_after(day);
        record.version += 1;
        ITSELF.clone_into(&mut record.actor);
        record.update_time = now;
        steps.push(Step { change, day, record: record.clone() });
    }
    steps
}

/// Makes a record what somebody wants it to be; what was due is settled before. An update is told as the renewal or cancellation that it comes to.
pub fn revise(
    record: &mut ContractRecord,
    contract: Contract,
    change: Change,
    actor: &str,
    (today, now): (Date, Timestamp),
) -> Step {
    let change = if change == Change::Updated { update(&record.contract, &contract) } else { change };
    record.contract = contract;
    record.due_date = record.contract.agreement.due_after(today);
    record.version += 1;
    actor.clone_into(&mut record.actor);
    record.update_time = now;
    Step { change, day: today, record: record.clone() }
}

/// What an update comes to.
fn update(before: &Contract, after: &Contract) -> Change {
    let (before, after) = (before.agreement, after.agreement);
    if before.cancel_date != after.cancel_date {
        return if after.cancel_date.is_some() { Change::CancellationSet } else { Change::Updated };
    }
    let is_same = (before.start_date, before.term_months) == (after.start_date, after.term_months);
    if is_same && before.terms < after.terms { Change::Renewed } else { Change::Updated }
}

impl Step {
    /// The event of a change that a call made.
    pub fn of_call(&self, context: &Context, call: &Call, request_id: &str) -> NewEvent {
        let (subject, payload) = (self.subject(), self.payload());
        NewEvent::of_call(context, call, request_id, self.record.update_time, subject, &payload)
    }

    /// The event of a change that came by itself.
    pub fn of_itself(&self, context: &Context, tenant: &str) -> NewEvent {
        let (subject, payload) = (self.subject(), self.payload());
        NewEvent::of_job(context, tenant, ITSELF, self.record.update_time, subject, &payload)
    }

    fn subject(&self) -> String {
        format!("contracts/{}", self.record.contract_id)
    }

    fn payload(&self) -> ContractChanged {
        ContractChanged { change: self.change.into(), contract: Some(message(&self.record, self.day)) }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use uuid::Uuid;

    use super::*;
    use crate::domain::{contract::Agreement, money::Amount};

    fn monthly(start_date: Date, auto_renew: bool) -> ContractRecord {
        let agreement =
            Agreement { start_date, term_months: 1, terms: 1, auto_renew, notice_days: 0, cancel_date: None };
        ContractRecord {
            contract_id: Uuid::nil(),
            buyer_id: 1,
            customer_id: None,
            customer_external_id: Some("ann".into()),
            contract: Contract {
                external_id: None,
                product: "Support".into(),
                value: Amount::new("USD", 10, 0).unwrap(),
                renewal_value: Some(Amount::new("USD", 12, 0).unwrap()),
                agreement,
                cancel_reason: String::new(),
            },
            due_date: agreement.due_after(date(2025, 1, 1)),
            version: 1,
            actor: "ben".into(),
            create_time: Timestamp::UNIX_EPOCH,
            update_time: Timestamp::UNIX_EPOCH,
        }
    }

    /// Down from before it begins until 2 May.
    #[test]
    fn after_a_long_time_every_step_is_told_for_itself_as_it_was_then() {
        let mut record = monthly(date(2025, 1, 31), true);
        let steps = settle(&mut record, date(2025, 5, 2), Timestamp::UNIX_EPOCH);
        let told: Vec<_> = steps
            .iter()
            .map(|step| {
                let told = step.payload().contract.unwrap();
                (step.change, step.day, told.term, told.value_per_term.unwrap().units, told.etag)
            })
            .collect();
        let step = |change, day, term, value, etag: &str| (change, day, term, value, etag.to_owned());
        assert_eq!(
            told,
            [
                step(Change::Started, date(2025, 1, 31), 1, 10, "2"),
                step(Change::Renewed, date(2025, 2, 28), 2, 12, "3"),
                step(Change::Renewed, date(2025, 3, 31), 3, 12, "4"),
                step(Change::Renewed, date(2025, 4, 30), 4, 12, "5"),
            ]
        );
        assert_eq!((record.due_date, record.contract.renewal_value), (Some(date(2025, 5, 31)), None));
        assert_eq!(settle(&mut record, date(2025, 5, 2), Timestamp::UNIX_EPOCH), [], "once");
    }

    #[test]
    fn what_runs_out_or_is_cancelled_has_nothing_more_to_tell() {
        let mut record = monthly(date(2025, 1, 31), false);
        let changes: Vec<_> =
            settle(&mut record, date(2030, 1, 1), Timestamp::UNIX_EPOCH).into_iter().map(|step| step.change).collect();
        assert_eq!((changes, record.due_date), (vec![Change::Started, Change::Ended], None));

        let mut record = monthly(date(2025, 1, 31), true);
        record.contract.agreement.cancel_date = Some(date(2025, 3, 10));
        let changes: Vec<_> =
            settle(&mut record, date(2030, 1, 1), Timestamp::UNIX_EPOCH).into_iter().map(|step| step.change).collect();
        assert_eq!((changes, record.due_date), (vec![Change::Started, Change::Renewed, Change::Cancelled], None));
    }
}
