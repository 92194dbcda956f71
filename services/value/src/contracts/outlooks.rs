//! What the contracts of a customer are worth.

use std::collections::{BTreeMap, HashMap};

use btyd::Sbg;
use clientele_proto::value::v1::{ContractOutlook, ContractValueTotal, ModelFit};
use jiff::civil::Date;

use crate::{
    domain::{
        contract::{DiscountRate, Lives, Prospect, Residual, contracted_minor},
        currency::{Currency, rounded},
    },
    scoring::settings_message::{date, money},
    store::contract_report::{LifeRow, OpenContract},
};

/// Outlooks that are told one by one.
const TOLD: usize = 1000;

/// A model, or why there is none, as the contract tells it.
#[derive(Debug, Clone)]
pub struct Fitted {
    /// The fit.
    pub told: ModelFit,
    /// The model.
    pub model: Option<Sbg>,
}

impl Fitted {
    /// The model of some contracts.
    pub fn of(lives: &Lives) -> Self {
        let told = ModelFit { model: "sbg".to_owned(), customers: lives.contracts() as i64, ..ModelFit::default() };
        let (fit, survivors) = match lives.fit() {
            Ok(fitted) => fitted,
            Err(why) => {
                return Self { told: ModelFit { warnings: vec![format!("not fitted: {why}")], ..told }, model: None };
            }
        };
        let named = |values: [f64; 2]| ["alpha", "beta"].map(str::to_owned).into_iter().zip(values).collect();
        let parameters = fit.model.parameters();
        let mut warnings: Vec<String> = fit.warnings.iter().map(ToString::to_string).collect();
        let standard_errors = match fit.covariance(&survivors) {
            Ok(covariance) => named(covariance.standard_errors()),
            Err(why) => {
                warnings.push(format!("no standard errors: {why}"));
                BTreeMap::new()
            }
        };
        let told = ModelFit {
            parameters: named([parameters.alpha, parameters.beta]),
            log_likelihood: fit.log_likelihood,
            converged: fit.converged,
            warnings,
            standard_errors,
            ..told
        };
        Self { told, model: Some(fit.model) }
    }
}

/// The models of contracts by their product and the length of their terms.
#[derive(Debug, Default)]
pub struct Models {
    of_products: HashMap<(String, i32), Lives>,
    of_terms: HashMap<i32, Lives>,
}

impl Models {
    /// Of the lives of all contracts with terms of these lengths.
    pub fn new(rows: &[LifeRow]) -> Self {
        let mut models = Self::default();
        for row in rows {
            let (due, renewed) = (count(row.due), count(row.renewed));
            for lives in [
                models.of_products.entry((row.product.clone(), row.term_months)).or_default(),
                models.of_terms.entry(row.term_months).or_default(),
            ] {
                lives.add(due, renewed, row.contracts.unsigned_abs());
            }
        }
        models
    }

    /// The model of a product; where its contracts do not let it be fitted, that of all products with terms of the length.
    fn of(&self, product: &str, term_months: i32) -> Fitted {
        let none = Lives::default();
        let own = Fitted::of(self.of_products.get(&(product.to_owned(), term_months)).unwrap_or(&none));
        if own.model.is_some() {
            return own;
        }
        let mut of_all = Fitted::of(self.of_terms.get(&term_months).unwrap_or(&none));
        if of_all.model.is_some() {
            let why = own.told.warnings.first().cloned().unwrap_or_default();
            of_all
                .told
                .warnings
                .push(format!("the model of all products with terms of this length; that of this one is {why}"));
        }
        of_all
    }
}

/// A number of renewals.
pub fn count(renewals: i32) -> usize {
    usize::try_from(renewals).unwrap_or_default()
}

/// What is contracted of a contract, and what to expect of it, on a day.
pub fn worth(contract: &OpenContract, day: Date, prospect: Option<&mut Prospect>) -> (i64, Option<Residual>) {
    let contracted = contracted_minor(&contract.agreement, day, |term| contract.value_of(term));
    (contracted, prospect.and_then(|prospect| prospect.residual(&contract.agreement, day, contract.next_value())))
}

/// Sums by currency, and the contracts one by one.
pub fn outlooks(
    contracts: &[OpenContract],
    models: &Models,
    day: Date,
    rate: DiscountRate,
) -> (Vec<ContractValueTotal>, Vec<ContractOutlook>) {
    let mut prospects: HashMap<(&str, i32), (ModelFit, Option<Prospect>)> = HashMap::new();
    let mut sums: BTreeMap<&str, Sum> = BTreeMap::new();
    let mut told = Vec::with_capacity(contracts.len().min(TOLD));
    for contract in contracts {
        let Ok(currency) = Currency::of_code(&contract.currency_code) else { continue };
        let term_months = contract.agreement.term_months;
        let (fit, prospect) = prospects.entry((&contract.product, term_months)).or_insert_with(|| {
            let fitted = models.of(&contract.product, term_months);
            (fitted.told, fitted.model.map(|model| Prospect::new(model, term_months, rate)))
        });
        let (contracted, residual) = worth(contract, day, prospect.as_mut());
        let renewal_date = contract.agreement.renewal_date_on(day);
        let sum = sums.entry(currency.code()).or_default();
        sum.contracts += 1;
        sum.contracted = sum.contracted.saturating_add(contracted);
        sum.expected += residual.map_or(0.0, |residual| residual.value_minor);
        sum.without_model += i64::from(prospect.is_none() && renewal_date.is_some());
        // Nothing is to be expected of a contract that is cancelled, with or without a model.
        let expects =
            |residual: f64| if renewal_date.is_none() { Some(0.0) } else { prospect.as_ref().map(|_| residual) };
        told.push(ContractOutlook {
            contract_id: contract.contract_id.to_string(),
            external_id: contract.external_id.clone().unwrap_or_default(),
            product: contract.product.clone(),
            term_months,
            renewals: contract.agreement.terms_on(day) - 1,
            renewal_date: renewal_date.map(date),
            notice_date: renewal_date.map(|renewal_date| date(contract.agreement.notice_date(renewal_date))),
            contracted_value: Some(money(currency, contracted)),
            p_renewal: expects(residual.map_or(0.0, |residual| residual.p_renewal)),
            expected_residual_terms: expects(residual.map_or(0.0, |residual| residual.terms)),
            expected_residual_value: expects(residual.map_or(0.0, |residual| residual.value_minor))
                .map(|minor| money(currency, rounded(minor))),
            model_fit: Some(fit.clone()),
        });
    }
    let nearest = |outlook: &ContractOutlook| {
        outlook.renewal_date.map_or((i32::MAX, 0, 0), |date| (date.year, date.month, date.day))
    };
    told.sort_by_key(nearest);
    told.truncate(TOLD);
    (sums.into_iter().filter_map(|(code, sum)| Some(sum.told(Currency::of_code(code).ok()?))).collect(), told)
}

#[derive(Debug, Default)]
struct Sum {
    contracts: i64,
    contracted: i64,
    expected: f64,
    without_model: i64,
}

impl Sum {
    fn told(&self, currency: Currency) -> ContractValueTotal {
        ContractValueTotal {
            contracts: self.contracts,
            contracted_value: Some(money(currency, self.contracted)),
            expected_residual_value: Some(money(currency, rounded(self.expected))),
            contracts_without_model: self.without_model,
        }
    }
}
