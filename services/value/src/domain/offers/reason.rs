//! Why something is offered, in a sentence for the person who offers it.

use crate::domain::{
    affinity::{Kind, Lead},
    currency::{Currency, grouped},
};

/// Why an affinity makes an offer.
pub fn lead_reason(lead: &Lead, currency: Currency) -> String {
    let (from, to) = (&lead.antecedent.name, &lead.consequent.name);
    let share = percent(lead.probability());
    let after = lead.median_days.map(days).map(|days| format!(", in the middle after {days}")).unwrap_or_default();
    match lead.kind {
        Kind::CrossSell => format!(
            "{share} of the customers of {from} came to {to} later ({} of {}{after}); both are bought {:.1} times as often as by chance.",
            grouped(lead.followers),
            grouped(lead.eligible()),
            lead.counts.lift(),
        ),
        Kind::Bundle => format!(
            "{share} of the purchases of {from} hold {to} too ({} of {}), {:.1} times as often as by chance.",
            grouped(lead.counts.both),
            grouped(lead.counts.antecedent),
            lead.counts.lift(),
        ),
        Kind::UpSell => format!(
            "{share} of the customers of {from} moved up to {to} ({} of {}{after}), at {} a unit instead of {}.",
            grouped(lead.followers),
            grouped(lead.eligible()),
            currency.text(lead.consequent.unit_price_minor),
            currency.text(lead.antecedent.unit_price_minor),
        ),
    }
}

/// Why a need makes an offer; `open` is what was bought of the amount that is declared.
pub fn need_reason(open: Option<(i64, i64)>, currency: Currency) -> String {
    match open {
        None | Some((0, _)) => "Declared, not bought.".to_owned(),
        Some((bought, amount)) => {
            format!("Declared: {} a year; bought: {}.", currency.text(amount as f64), currency.text(bought as f64))
        }
    }
}

fn percent(share: f64) -> String {
    format!("{:.0} %", 100.0 * share)
}

fn days(days: u32) -> String {
    if days == 1 { "1 day".to_owned() } else { format!("{} days", grouped(u64::from(days))) }
}
