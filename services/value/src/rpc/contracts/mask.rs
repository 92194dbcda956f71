//! The fields of a contract that an update names.

use clientele_error::Violation;
use clientele_proto::value::v1::Contract;

/// Takes a field from another contract.
type Take = fn(&mut Contract, &Contract);
/// Whether a field is set.
type IsSet = fn(&Contract) -> bool;

/// The fields that can be changed.
const FIELDS: [(&str, Take, IsSet); 11] = [
    ("external_id", |to, from| to.external_id.clone_from(&from.external_id), |from| !from.external_id.is_empty()),
    ("product", |to, from| to.product.clone_from(&from.product), |from| !from.product.is_empty()),
    (
        "value_per_term",
        |to, from| to.value_per_term.clone_from(&from.value_per_term),
        |from| from.value_per_term.is_some(),
    ),
    ("start_date", |to, from| to.start_date = from.start_date, |from| from.start_date.is_some()),
    ("term_months", |to, from| to.term_months = from.term_months, |from| from.term_months != 0),
    ("auto_renew", |to, from| to.auto_renew = from.auto_renew, |from| from.auto_renew),
    ("notice_days", |to, from| to.notice_days = from.notice_days, |from| from.notice_days != 0),
    (
        "renewal_value_per_term",
        |to, from| to.renewal_value_per_term.clone_from(&from.renewal_value_per_term),
        |from| from.renewal_value_per_term.is_some(),
    ),
    // Renewals never fall: 0 says nothing.
    (
        "renewals",
        |to, from| to.renewals = if from.renewals == 0 { to.renewals } else { from.renewals },
        |from| from.renewals != 0,
    ),
    ("cancel_date", |to, from| to.cancel_date = from.cancel_date, |from| from.cancel_date.is_some()),
    (
        "cancel_reason",
        |to, from| to.cancel_reason.clone_from(&from.cancel_reason),
        |from| !from.cancel_reason.is_empty(),
    ),
];

/// What an update takes over.
#[derive(Debug, Clone)]
pub(super) struct Mask(Vec<Take>);

impl Mask {
    /// Of the paths of a mask; of an empty one the fields that are set.
    pub(super) fn of(paths: &[String], from: &Contract) -> Result<Self, Vec<Violation>> {
        if paths.is_empty() {
            let set = FIELDS.iter().filter(|(_, _, is_set)| is_set(from));
            return Ok(Self(set.map(|(_, take, _)| *take).collect()));
        }
        if paths == ["*"] {
            return Ok(Self(FIELDS.iter().map(|(_, take, _)| *take).collect()));
        }
        let (mut takes, mut wrong) = (Vec::with_capacity(paths.len()), Vec::new());
        for (at, path) in paths.iter().enumerate() {
            if let Some((_, take, _)) = FIELDS.iter().find(|(name, ..)| name == path) {
                takes.push(*take);
            } else {
                let names: Vec<&str> = FIELDS.iter().map(|(name, ..)| *name).collect();
                let text = format!("must be one of {}, or * alone", names.join(", "));
                wrong.push(Violation::new(format!("update_mask.paths[{at}]"), text));
            }
        }
        if wrong.is_empty() { Ok(Self(takes)) } else { Err(wrong) }
    }

    /// The contract as it would be. Without a day there is no cancellation to give a reason for.
    pub(super) fn onto(&self, mut stored: Contract, from: &Contract) -> Contract {
        let reason = stored.cancel_reason.clone();
        for take in &self.0 {
            take(&mut stored, from);
        }
        if stored.cancel_date.is_none() && stored.cancel_reason == reason {
            stored.cancel_reason.clear();
        }
        stored
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contract(product: &str, notice_days: i32) -> Contract {
        Contract { product: product.into(), notice_days, ..Contract::default() }
    }

    fn onto(paths: &[&str], stored: Contract, from: &Contract) -> Contract {
        let paths: Vec<String> = paths.iter().map(|path| (*path).to_owned()).collect();
        Mask::of(&paths, from).unwrap().onto(stored, from)
    }

    #[test]
    fn only_what_is_named_is_taken_over_and_of_no_mask_what_is_set() {
        let from = contract("Gold", 0);
        assert_eq!(onto(&["notice_days"], contract("Support", 30), &from), contract("Support", 0));
        assert_eq!(onto(&[], contract("Support", 30), &from), contract("Gold", 30));
        assert_eq!(onto(&["*"], contract("Support", 30), &from), contract("Gold", 0));
    }

    #[test]
    fn a_cancellation_that_is_withdrawn_takes_its_reason_along() {
        let cancel_date = Some(clientele_proto::Date { year: 2026, month: 1, day: 1 });
        let cancelled = Contract { cancel_date, cancel_reason: "moved".into(), ..contract("Support", 0) };
        assert_eq!(onto(&["cancel_date"], cancelled, &Contract::default()), contract("Support", 0));
    }

    #[test]
    fn what_cannot_be_changed_is_told_with_what_can() {
        let paths = ["product".to_owned(), "state".to_owned()];
        let wrong = Mask::of(&paths, &Contract::default()).unwrap_err();
        assert_eq!(wrong[0].field, "update_mask.paths[1]");
        assert!(wrong[0].description.contains("auto_renew"), "{}", wrong[0].description);
    }
}
