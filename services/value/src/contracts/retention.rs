//! The retention report of contracts, put together from what the store sums up.

use std::collections::{BTreeMap, HashMap};

use clientele_proto::value::v1::{
    ContractCohort, ContractRenewalRate, ContractRetention, ContractRetentionReport, ContractRevenue,
};
use jiff::civil::Date;

use super::outlooks::{Fitted, count, worth};
use crate::{
    domain::{
        calendar::CalendarUnit,
        contract::{DiscountRate, Lives, Prospect, State},
        currency::{Currency, rounded},
    },
    scoring::settings_message::{date, money},
    store::contract_report::{LifeRow, OpenContract, RevenueRow},
};

/// Products that are told one by one.
const TOLD: usize = 100;

/// The length of the terms of most contracts; of as many the shorter one.
pub fn commonest_term(rows: &[LifeRow]) -> Option<i32> {
    let mut contracts: BTreeMap<i32, i64> = BTreeMap::new();
    for row in rows {
        *contracts.entry(row.term_months).or_default() += row.contracts;
    }
    contracts.into_iter().rev().max_by_key(|(_, contracts)| *contracts).map(|(term_months, _)| term_months)
}

/// Contracts with terms of one length: how they were renewed, and what those that run are worth.
#[derive(Debug)]
pub struct Retention {
    currency: Currency,
    day: Date,
    total: Group,
    products: Vec<Group>,
    places: HashMap<String, usize>,
    cohorts: BTreeMap<Date, Lives>,
    other_term_contracts: i64,
}

#[derive(Debug)]
struct Group {
    product: String,
    lives: Lives,
    fitted: Fitted,
    prospect: Option<Prospect>,
    running: i64,
    contracted: i64,
    expected: f64,
}

impl Group {
    fn new(product: String, lives: Lives, term_months: i32, rate: DiscountRate) -> Self {
        let fitted = Fitted::of(&lives);
        let prospect = fitted.model.map(|model| Prospect::new(model, term_months, rate));
        Self { product, lives, fitted, prospect, running: 0, contracted: 0, expected: 0.0 }
    }

    fn add(&mut self, contract: &OpenContract, day: Date) {
        let (contracted, residual) = worth(contract, day, self.prospect.as_mut());
        self.running += 1;
        self.contracted = self.contracted.saturating_add(contracted);
        self.expected += residual.map_or(0.0, |residual| residual.value_minor);
    }
}

impl Retention {
    /// Of the lives of contracts in a currency, those with terms of `term_months`, as of a day.
    pub fn new(rows: &[LifeRow], currency: Currency, term_months: i32, rate: DiscountRate, day: Date) -> Self {
        let (mut total, mut products, mut cohorts) = (Lives::default(), BTreeMap::new(), BTreeMap::new());
        let mut other_term_contracts = 0;
        for row in rows {
            if row.term_months != term_months {
                other_term_contracts += row.contracts;
                continue;
            }
            let product: &mut Lives = products.entry(row.product.clone()).or_default();
            let cohort: &mut Lives = cohorts.entry(row.cohort_date.to_jiff()).or_default();
            for lives in [&mut total, product, cohort] {
                lives.add(count(row.due), count(row.renewed), row.contracts.unsigned_abs());
            }
        }
        let mut products: Vec<(String, Lives)> = products.into_iter().collect();
        products.sort_by_key(|(_, lives)| std::cmp::Reverse(lives.contracts()));
        products.truncate(TOLD);
        let places = products.iter().enumerate().map(|(place, (product, _))| (product.clone(), place)).collect();
        let products = products.into_iter().map(|(product, lives)| Group::new(product, lives, term_months, rate));
        Self {
            currency,
            day,
            total: Group::new(String::new(), total, term_months, rate),
            products: products.collect(),
            places,
            cohorts,
            other_term_contracts,
        }
    }

    /// Counts a contract that runs; one that is yet to begin does not count. On a day of the past (`is_past`) terms that began later are not
    /// contracted yet, and the next one costs what the present one does.
    pub fn add(&mut self, mut contract: OpenContract, is_past: bool) {
        if contract.agreement.state_on(self.day) != State::Active {
            return;
        }
        if is_past {
            contract.agreement.terms = contract.agreement.term_on(self.day);
            contract.renewal_value_minor = Some(contract.value_of(contract.first_term));
        }
        self.total.add(&contract, self.day);
        if let Some(product) = self.places.get(&contract.product).and_then(|place| self.products.get_mut(*place)) {
            product.add(&contract, self.day);
        }
    }

    /// The report, but for what it was asked.
    pub fn report(
        self,
        unit: CalendarUnit,
        (revenue, revenues): (&[RevenueRow], &[RevenueRow]),
        is_of_one_product: bool,
    ) -> ContractRetentionReport {
        let currency = self.currency;
        let nothing = RevenueRow::default();
        let find = |rows: &[RevenueRow], product: &str| {
            revenue_told(currency, rows.iter().find(|row| row.product == product).unwrap_or(&nothing))
        };
        let first = self.cohorts.keys().next().copied().unwrap_or(self.day);
        let starts = unit.starts(first, self.day);
        let earliest = starts.first().copied().unwrap_or(self.day);
        let earlier = self.cohorts.range(..earliest).map(|(_, lives)| lives.contracts() as i64).sum();
        let none = Lives::default();
        let cohorts = starts.into_iter().map(|start| {
            let lives = self.cohorts.get(&start).unwrap_or(&none);
            ContractCohort {
                start_date: Some(date(start)),
                contracts: lives.contracts() as i64,
                renewals: rates(lives, None),
            }
        });
        let has_any = self.total.lives.contracts() > 0;
        ContractRetentionReport {
            cohorts: if has_any { cohorts.collect() } else { Vec::new() },
            earlier_contracts: earlier,
            other_term_contracts: self.other_term_contracts,
            total: has_any.then(|| told(currency, self.total, find(revenue, ""))),
            products: if is_of_one_product {
                Vec::new()
            } else {
                let products = self.products.into_iter();
                products
                    .map(|group| {
                        let revenue = find(revenues, &group.product);
                        told(currency, group, revenue)
                    })
                    .collect()
            },
            ..ContractRetentionReport::default()
        }
    }
}

fn told(currency: Currency, mut group: Group, revenue: ContractRevenue) -> ContractRetention {
    ContractRetention {
        contracts: group.lives.contracts() as i64,
        running_contracts: group.running,
        renewals: rates(&group.lives, group.prospect.as_mut()),
        expected_residual_value: group.prospect.as_ref().map(|_| money(currency, rounded(group.expected))),
        contracted_value: Some(money(currency, group.contracted)),
        model_fit: Some(group.fitted.told),
        product: group.product,
        revenue: Some(revenue),
    }
}

/// What became of each renewal; with a model also the one that was not due yet.
fn rates(lives: &Lives, mut prospect: Option<&mut Prospect>) -> Vec<ContractRenewalRate> {
    let mut rates = lives.rates();
    if prospect.is_some() {
        rates.push(crate::domain::contract::RenewalRate::default());
    }
    let mut survival = Some(1.0);
    let told = rates.into_iter().zip(1_u32..).map(|(rate, renewal)| {
        let retention_rate = rate.retention();
        survival = survival.zip(retention_rate).map(|(before, retention)| before * retention);
        ContractRenewalRate {
            renewal: renewal as i32,
            due_contracts: rate.due as i64,
            renewed_contracts: rate.renewed as i64,
            retention_rate,
            churn_rate: (rate.due > 0).then(|| (rate.due - rate.renewed) as f64 / rate.due as f64),
            survival_rate: survival,
            expected_survival_rate: prospect.as_ref().map(|prospect| prospect.survival(renewal)),
            expected_residual_terms: prospect.as_mut().map(|prospect| prospect.terms(renewal - 1)),
        }
    });
    told.collect()
}

fn revenue_told(currency: Currency, row: &RevenueRow) -> ContractRevenue {
    let share = |minor: i64| (row.start_minor > 0).then(|| minor as f64 / row.start_minor as f64);
    let kept = row.start_minor - row.lost_minor;
    ContractRevenue {
        customers: row.customers,
        lost_customers: row.lost_customers,
        start_value: Some(money(currency, row.start_minor)),
        lost_value: Some(money(currency, row.lost_minor)),
        gained_value: Some(money(currency, row.gained_minor)),
        new_value: Some(money(currency, row.new_minor)),
        gross_retention_rate: share(kept),
        net_retention_rate: share(kept.saturating_add(row.gained_minor)),
    }
}
