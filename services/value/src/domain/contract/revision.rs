//! What becomes of a contract when somebody says something of it.

use jiff::civil::{Date, date};

use super::{Agreement, Contract, State};
use crate::domain::money::Amount;

/// The last day on which anything can be contracted.
const LAST: Date = date(2200, 12, 31);

/// What is said of a contract.
#[derive(Debug, Clone, PartialEq)]
pub struct Said {
    /// The contract, with one term.
    pub contract: Contract,
    /// Renewals it has had so far, at least.
    pub renewals: i32,
}

/// Why a contract cannot be so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ContractError {
    /// It would go on for longer than anybody plans.
    #[error("would contract it until {0}: give fewer renewals or shorter terms, so that it ends by {LAST}")]
    TooLong(Date),
    /// Cancelled before it begins.
    #[error("must not be before start_date; a contract that is never to run is cancelled for its start_date")]
    BeforeStart,
    /// Cancelled after it is over.
    #[error("must not be later than {0}, when the contract ends if it is not renewed")]
    AfterEnd(Date),
    /// A contract that was in another currency.
    #[error("must be in {0}, the currency of the contract")]
    OtherCurrency(&'static str),
    /// Renewals that cost another currency.
    #[error("must be in {0}, as value_per_term")]
    OtherRenewalCurrency(&'static str),
    /// It is cancelled.
    #[error("is cancelled: withdraw the cancellation first, or create another contract")]
    Cancelled,
}

impl ContractError {
    /// The field it is about.
    pub const fn field(self) -> &'static str {
        match self {
            Self::TooLong(_) => "renewals",
            Self::BeforeStart | Self::AfterEnd(_) | Self::Cancelled => "cancel_date",
            Self::OtherCurrency(_) => "value_per_term.currency_code",
            Self::OtherRenewalCurrency(_) => "renewal_value_per_term.currency_code",
        }
    }
}

/// The contract as it is on `today` after what is said of it; `before` is what it was, with the renewals it has had by then.
///
/// Renewals that are said come in addition to those there are; they, and those by which it has renewed itself by then, cost what is said. When
/// the calendar of a contract that renews itself is corrected, its renewals are counted anew.
pub fn revised(said: &Said, before: Option<&Contract>, today: Date) -> Result<Contract, ContractError> {
    let mut contract = said.contract.clone();
    let calendar = |agreement: &Agreement| (agreement.start_date, agreement.term_months);
    let is_same = |before: &&Contract| calendar(&before.agreement) == calendar(&contract.agreement);
    let kept = before.filter(|before| !contract.agreement.auto_renew || is_same(before));
    contract.agreement.terms = kept.map_or(1, |before| before.agreement.terms).max(said.renewals + 1);
    if let Some(before) = before.filter(|before| before.value.currency() != contract.value.currency()) {
        return Err(ContractError::OtherCurrency(before.value.currency_code()));
    }
    if contract.renewal_value.is_some_and(|other| other.currency() != contract.value.currency()) {
        return Err(ContractError::OtherRenewalCurrency(contract.value.currency_code()));
    }
    if contract.agreement.contracted_until() > LAST {
        return Err(ContractError::TooLong(contract.agreement.contracted_until()));
    }
    fit(&mut contract, today)?;
    Ok(contract)
}

/// Another term, at `value` or what renewals cost.
pub fn renewed(before: &Contract, value: Option<Amount>, today: Date) -> Result<Contract, ContractError> {
    if before.agreement.cancel_date.is_some() {
        return Err(ContractError::Cancelled);
    }
    let mut contract = before.clone().on(today);
    if let Some(value) = value {
        if value.currency() != contract.value.currency() {
            return Err(ContractError::OtherCurrency(contract.value.currency_code()));
        }
        contract.renewal_value = Some(value);
    }
    contract.renew_to(contract.agreement.terms + 1);
    let until = contract.agreement.contracted_until();
    if until > LAST { Err(ContractError::TooLong(until)) } else { Ok(contract) }
}

/// Cancelled for a day, or for when what is contracted has run out.
pub fn cancelled(
    before: &Contract,
    cancel_date: Option<Date>,
    reason: String,
    today: Date,
) -> Result<Contract, ContractError> {
    let mut contract = before.clone().on(today);
    contract.agreement.cancel_date = Some(cancel_date.unwrap_or(contract.agreement.contracted_until()));
    contract.cancel_reason = reason;
    fit(&mut contract, today)?;
    Ok(contract)
}

/// Takes back the terms that would begin after a cancellation, which must lie where the contract runs, and counts those by which it has renewed
/// itself.
fn fit(contract: &mut Contract, today: Date) -> Result<(), ContractError> {
    let agreement = &mut contract.agreement;
    if let Some(cancel_date) = agreement.cancel_date {
        if cancel_date < agreement.start_date {
            return Err(ContractError::BeforeStart);
        }
        let until = agreement.contracted_until();
        if cancel_date > until && !agreement.auto_renew {
            return Err(ContractError::AfterEnd(until));
        }
        agreement.terms = agreement.terms_before_cancellation().max(1);
    }
    agreement.terms = agreement.terms_on(today);
    Ok(())
}

impl Contract {
    /// Whether it runs or is to begin.
    pub fn is_open_on(&self, day: Date) -> bool {
        matches!(self.agreement.state_on(day), State::Scheduled | State::Active)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TODAY: Date = date(2026, 3, 2);

    fn dollars(units: i64) -> Amount {
        Amount::new("USD", units, 0).unwrap()
    }

    fn yearly(start_date: Date, auto_renew: bool) -> Said {
        let agreement =
            Agreement { start_date, term_months: 12, terms: 1, auto_renew, notice_days: 0, cancel_date: None };
        let contract = Contract {
            external_id: None,
            product: "Support".into(),
            value: dollars(100),
            renewal_value: None,
            agreement,
            cancel_reason: String::new(),
        };
        Said { contract, renewals: 0 }
    }

    fn agreed(said: &Said) -> Contract {
        revised(said, None, TODAY).unwrap()
    }

    #[test]
    fn a_contract_of_the_past_has_had_its_renewals() {
        let by_itself = agreed(&yearly(date(2023, 1, 1), true));
        assert_eq!(by_itself.agreement.terms, 4);
        let over = agreed(&yearly(date(2023, 1, 1), false));
        assert_eq!((over.agreement.terms, over.agreement.state_on(TODAY)), (1, State::Ended));
        let told = agreed(&Said { renewals: 3, ..yearly(date(2023, 1, 1), false) });
        assert_eq!((told.agreement.terms, told.agreement.state_on(TODAY)), (4, State::Active));
    }

    #[test]
    fn renewals_that_are_said_are_added_and_never_taken_back() {
        let before = agreed(&Said { renewals: 3, ..yearly(date(2023, 1, 1), false) });
        let mut said = yearly(date(2023, 1, 1), false);
        assert_eq!(revised(&said, Some(&before), TODAY).unwrap(), before);
        said.renewals = 4;
        said.contract.value = dollars(120);
        let after = revised(&said, Some(&before), TODAY).unwrap();
        assert_eq!((after.agreement.terms, after.value), (5, dollars(120)));
    }

    #[test]
    fn a_corrected_calendar_counts_renewals_anew_where_they_come_by_themselves() {
        let before = agreed(&yearly(date(2023, 1, 1), true));
        let later = revised(&yearly(date(2025, 1, 1), true), Some(&before), TODAY).unwrap();
        assert_eq!(later.agreement.terms, 2);
        let told = agreed(&Said { renewals: 3, ..yearly(date(2023, 1, 1), false) });
        let moved = revised(&yearly(date(2023, 6, 1), false), Some(&told), TODAY).unwrap();
        assert_eq!(moved.agreement.terms, 4);
    }

    #[test]
    fn a_cancellation_takes_back_the_terms_after_it() {
        let before = agreed(&yearly(date(2023, 1, 1), true));
        let at = |day| cancelled(&before, Some(day), "moved away".into(), TODAY).unwrap().agreement;
        assert_eq!(at(date(2025, 1, 1)).terms, 2);
        assert_eq!(at(date(2025, 1, 2)).terms, 3);
        assert_eq!((at(date(2023, 1, 1)).terms, at(date(2023, 1, 1)).term_on(TODAY)), (1, 0));
        assert_eq!(at(date(2028, 5, 1)).terms, 4, "it goes on until then, and renews itself meanwhile");
        assert_eq!(at(date(2028, 5, 1)).terms_on(date(2028, 5, 1)), 6);
        let by_default = cancelled(&before, None, String::new(), TODAY).unwrap().agreement;
        assert_eq!(by_default.cancel_date, Some(date(2027, 1, 1)));
    }

    #[test]
    fn a_cancellation_outside_the_contract_is_refused() {
        let before = agreed(&yearly(date(2025, 6, 1), false));
        let refused = |day| cancelled(&before, Some(day), String::new(), TODAY).unwrap_err();
        assert_eq!(refused(date(2025, 5, 31)), ContractError::BeforeStart);
        assert_eq!(refused(date(2026, 6, 2)), ContractError::AfterEnd(date(2026, 6, 1)));
        assert!(cancelled(&before, Some(date(2026, 6, 1)), String::new(), TODAY).is_ok());
    }

    #[test]
    fn a_renewal_costs_what_was_said_of_it_and_the_terms_before_keep_their_price() {
        let mut said = yearly(date(2025, 6, 1), false);
        said.contract.renewal_value = Some(dollars(110));
        let before = agreed(&said);
        let next = renewed(&before, None, TODAY).unwrap();
        assert_eq!((next.agreement.terms, next.value, next.renewal_value), (2, dollars(110), None));
        let dear = renewed(&before, Some(dollars(150)), TODAY).unwrap();
        assert_eq!((dear.value, dear.renewal_value), (dollars(150), None));
        let yen = Amount::new("JPY", 100, 0).unwrap();
        assert_eq!(renewed(&before, Some(yen), TODAY), Err(ContractError::OtherCurrency("USD")));
        let over = cancelled(&before, None, String::new(), TODAY).unwrap();
        assert_eq!(renewed(&over, None, TODAY), Err(ContractError::Cancelled));
    }

    #[test]
    fn nothing_is_contracted_beyond_the_year_2200() {
        let endless = Said { renewals: 300, ..yearly(date(2025, 6, 1), false) };
        assert_eq!(revised(&endless, None, TODAY), Err(ContractError::TooLong(date(2326, 6, 1))));
        let last = agreed(&Said { renewals: 174, ..yearly(date(2025, 6, 1), false) });
        assert!(matches!(renewed(&last, None, TODAY), Err(ContractError::TooLong(_))));
    }
}
