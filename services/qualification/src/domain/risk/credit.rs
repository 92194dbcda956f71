//! The credit that a risk and figures allow: see `CreditPolicy` of the contract for the formula.

use clientele_proto::{
    Money,
    qualification::v1::{CreditPolicy, CreditProposal, RiskInputs, RiskLevel},
};

/// Billionths of a unit.
const NANOS: i128 = 1_000_000_000;

/// What a policy proposes for a customer of a level: without a limit where nothing is known of equity and revenue in the scorecard's currency.
pub fn propose(policy: &CreditPolicy, currency: &str, level: RiskLevel, inputs: &RiskInputs) -> CreditProposal {
    let share = |money: Option<&Money>, basis_points: i32| {
        let money = money.filter(|money| money.currency_code == currency)?;
        Some((nanos(money) * i128::from(basis_points) / 10_000).max(0))
    };
    let equity = share(inputs.equity.as_ref(), policy.equity_basis_points);
    let revenue = share(inputs.revenue.as_ref(), policy.revenue_basis_points);
    let terms = policy.terms.iter().find(|terms| terms.risk_level() == level);
    let level_percent = terms.map_or(0, |terms| terms.limit_percent);
    let lateness_percent = lateness_percent(policy, inputs.average_days_late);
    let basis = equity.into_iter().chain(revenue).min();
    let limit = basis.map(|basis| {
        let limit = basis * i128::from(level_percent) * i128::from(lateness_percent) / 10_000;
        let most = policy.maximum.as_ref().map_or(i128::MAX, nanos);
        limit.min(most) / NANOS * NANOS
    });
    let days = terms.map_or(0, |terms| terms.payment_days);
    let late = inputs.average_days_late.unwrap_or_default().max(0.0).ceil() as i32;
    CreditProposal {
        limit: limit.map(|limit| money(limit, currency)),
        payment_days: if limit.is_some_and(|limit| limit > 0) { days.saturating_sub(late).max(0) } else { 0 },
        equity_basis: equity.map(|equity| money(equity, currency)),
        revenue_basis: revenue.map(|revenue| money(revenue, currency)),
        level_percent,
        lateness_percent,
    }
}

/// Whether a decision gives more than is proposed: a higher limit, one in another currency, or more days.
pub fn is_more_than_proposed(limit: &Money, payment_days: i32, proposal: Option<&CreditProposal>) -> bool {
    let Some(proposed) = proposal.and_then(|proposal| proposal.limit.as_ref()) else { return nanos(limit) > 0 };
    let days = proposal.map_or(0, |proposal| proposal.payment_days);
    nanos(limit) > 0 && (limit.currency_code != proposed.currency_code || nanos(limit) > nanos(proposed))
        || payment_days > days
}

/// Percent that is left with so many days late on average: of the first step that they are below, or nothing beyond the last.
fn lateness_percent(policy: &CreditPolicy, days_late: Option<f64>) -> i32 {
    let (Some(days), false) = (days_late, policy.lateness_steps.is_empty()) else { return 100 };
    policy.lateness_steps.iter().find(|step| days < step.below_days).map_or(0, |step| step.limit_percent)
}

/// An amount in billionths of its unit, exactly.
pub fn nanos(money: &Money) -> i128 {
    i128::from(money.units) * NANOS + i128::from(money.nanos)
}

fn money(nanos: i128, currency: &str) -> Money {
    let units = i64::try_from(nanos / NANOS).unwrap_or(i64::MAX);
    let rest = i32::try_from(nanos % NANOS).unwrap_or_default();
    Money { currency_code: currency.to_owned(), units, nanos: rest }
}
