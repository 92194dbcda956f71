//! Contracts that run for terms: their calendar, what happens to them by itself and by people, and what they are worth.
//!
//! Days are days in UTC. A contract is what was agreed ([`Contract`]); where it stands on a day is always worked out from that day, so that
//! nothing is wrong when nobody wrote down in time that a day has come.

mod agreement;
mod lives;
mod outlook;
mod revision;

pub use agreement::{Agreement, Happening, State};
pub use lives::{Lives, RenewalRate};
pub use outlook::{DiscountRate, Prospect, Residual, contracted_minor};
pub use revision::{ContractError, Said, cancelled, renewed, revised};

use jiff::civil::Date;

use super::money::Amount;

/// A contract as it was agreed.
#[derive(Debug, Clone, PartialEq)]
pub struct Contract {
    /// The caller's own key.
    pub external_id: Option<String>,
    /// What it is about.
    pub product: String,
    /// What the last term contracted costs.
    pub value: Amount,
    /// What a term costs from the next renewal on; in the currency of `value`.
    pub renewal_value: Option<Amount>,
    /// Its calendar.
    pub agreement: Agreement,
    /// Why it is cancelled; empty where nobody said.
    pub cancel_reason: String,
}

impl Contract {
    /// Contracts so many terms in all; those that come in addition cost what renewals cost.
    fn renew_to(&mut self, terms: i32) {
        if terms > self.agreement.terms {
            self.agreement.terms = terms;
            self.value = self.renewal_value.take().unwrap_or(self.value);
        }
    }

    /// With the renewals that it has had by itself on a day.
    #[must_use]
    pub fn on(mut self, day: Date) -> Self {
        self.renew_to(self.agreement.terms_on(day));
        self
    }

    /// Lets happen what is due on a day.
    pub fn happen(&mut self, day: Date) -> Happening {
        let happening = self.agreement.happening(day);
        if happening == Happening::Renewed {
            self.renew_to(self.agreement.terms + 1);
        }
        happening
    }
}
