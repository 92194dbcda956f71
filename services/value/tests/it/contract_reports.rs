//! What contracts are worth, and how they were renewed: by hand, and by the figures that the authors of sBG published.

use clientele_error::violations_of;
use clientele_proto::{
    Money,
    value::v1::{
        CalendarUnit, Contract, ContractRetentionReport, ContractValue, GetContractRetentionReportRequest,
        GetContractValueRequest, get_contract_value_request::Customer,
    },
};
use tonic::Code;

use crate::{
    contracts::{dollars, yearly},
    harness::Value,
    scoring::date,
};

impl Value {
    async fn retention(&self, request: GetContractRetentionReportRequest) -> ContractRetentionReport {
        self.contracts().get_contract_retention_report(request).await.unwrap().into_inner()
    }

    async fn worth(&self, customer: &str) -> ContractValue {
        let customer = Some(Customer::CustomerExternalId(customer.into()));
        let request = GetContractValueRequest { customer, annual_discount_rate: None };
        self.contracts().get_contract_value(request).await.unwrap().into_inner()
    }
}

fn in_dollars() -> GetContractRetentionReportRequest {
    GetContractRetentionReportRequest { currency_code: "USD".into(), ..GetContractRetentionReportRequest::default() }
}

fn cents(money: Option<&Money>) -> i64 {
    let money = money.unwrap();
    money.units * 100 + i64::from(money.nanos) / 10_000_000
}

fn near(found: f64, expected: f64, tolerance: f64) {
    assert!((found - expected).abs() <= tolerance, "{found} instead of {expected}");
}

/// Fader and Hardie 2007, "How to Project Customer Retention", table 1: the regular segment, of 1,000 customers those left after each year.
const REGULAR: [usize; 8] = [1000, 631, 468, 382, 326, 289, 262, 241];

/// S(8), DERL(7) at 10 % (equation 6 of Fader and Hardie 2010) and r(8) at the maximum of the likelihood, alpha 0.7041 and beta 1.1820, all by
/// mpmath.
const SURVIVAL_8: f64 = 0.220_084_966_5;
const DERL_7: f64 = 6.842_314_948;
const RETENTION_8: f64 = 0.920_766_625_6;

/// Began seven years ago to the day: seven renewals were due.
async fn regular_segment(value: &Value) {
    let mut rows = Vec::new();
    for (renewals, pair) in REGULAR.iter().zip(REGULAR.iter().skip(1).chain(&[0])).enumerate() {
        for _ in 0..pair.0 - pair.1 {
            let number = rows.len();
            let row = yearly(&format!("K-{number}"), &format!("C-{number}"), "2019-03-02");
            rows.push(Contract { renewals: renewals as i32, ..row });
        }
    }
    let outcomes = value.upsert(rows).await;
    assert!(outcomes.len() == 1000 && outcomes.iter().all(|outcome| outcome.violations.is_empty()));
}

#[tokio::test]
async fn the_published_segment_has_the_published_model() {
    let value = Value::start().await;
    regular_segment(&value).await;
    let report = value.retention(in_dollars()).await;
    assert_eq!((report.term_months, report.as_of_date), (12, Some(date("2026-03-02"))));
    let total = report.total.unwrap();
    assert_eq!((total.contracts, total.running_contracts), (1000, 241));
    let due: Vec<_> = total.renewals.iter().map(|renewal| (renewal.due_contracts, renewal.renewed_contracts)).collect();
    assert_eq!(due[..2], [(1000, 631), (631, 468)]);
    assert_eq!((due.len(), due[6], due[7]), (8, (262, 241), (0, 0)), "and the one that is still to come");
    near(total.renewals[0].retention_rate.unwrap(), 0.631, 1e-12);
    near(total.renewals[6].survival_rate.unwrap(), 0.241, 1e-12);
    assert_eq!(total.renewals[7].survival_rate, None);

    let fit = total.model_fit.unwrap();
    assert_eq!((fit.model.as_str(), fit.customers, fit.converged), ("sbg", 1000, true));
    assert!(fit.warnings.is_empty() && fit.standard_errors.len() == 2, "{fit:?}");
    near(fit.parameters["alpha"], 0.704, 5e-4);
    near(fit.parameters["beta"], 1.182, 5e-4);
    near(total.renewals[7].expected_survival_rate.unwrap(), SURVIVAL_8, 1e-6);
    near(total.renewals[7].expected_residual_terms.unwrap(), DERL_7, 1e-5);

    // Today is the first of 365 days of a term that costs 100.00: 99.73 are left, and the next term begins in 365 days.
    assert_eq!(cents(total.contracted_value.as_ref()), 241 * 9_973);
    let expected = 241.0 * 10_000.0 * DERL_7 * 1.1_f64.powf(-365.0 / 365.25);
    near(cents(total.expected_residual_value.as_ref()) as f64, expected, 1e-5 * expected);
    let revenue = total.revenue.unwrap();
    assert_eq!((revenue.customers, revenue.lost_customers, revenue.start_value), (262, 21, Some(dollars(26_200))));
    near(revenue.gross_retention_rate.unwrap(), 241.0 / 262.0, 1e-12);
    assert_eq!(revenue.net_retention_rate, revenue.gross_retention_rate);

    // What was known two years ago.
    let before = value
        .retention(GetContractRetentionReportRequest { as_of_date: Some(date("2024-03-02")), ..in_dollars() })
        .await;
    let before = before.total.unwrap();
    assert_eq!((before.running_contracts, before.renewals.len()), (289, 6));
    assert_eq!(cents(before.contracted_value.as_ref()), 289 * 9_973);

    let of_one = value.worth("C-999").await;
    let outlook = &of_one.contract_outlooks[0];
    assert_eq!((outlook.renewals, outlook.renewal_date), (7, Some(date("2027-03-02"))));
    near(outlook.p_renewal.unwrap(), RETENTION_8, 1e-6);
    assert_eq!(cents(outlook.contracted_value.as_ref()), 9_973);
    near(cents(outlook.expected_residual_value.as_ref()) as f64, expected / 241.0, 1.0);
    assert_eq!(of_one.totals.len(), 1);
    assert_eq!(of_one.totals[0].expected_residual_value, outlook.expected_residual_value);
    assert_eq!(value.worth("C-0").await.totals, [], "it is over");
}

/// ann: 100 a year, renewed for 120. bob: 100 a year, not renewed. cat: 10 a month until October, then 90 a year. dan: 50 a year since December.
async fn four_customers(value: &Value) {
    let ann = value.contract(yearly("A", "ann", "2025-01-01")).await.unwrap();
    value.renew(&ann.contract_id, Some(120)).await.unwrap();
    value.contract(yearly("B", "bob", "2024-06-01")).await.unwrap();
    let basic = Contract {
        product: "Basic".into(),
        term_months: 1,
        auto_renew: true,
        value_per_term: Some(dollars(10)),
        cancel_date: Some(date("2025-10-01")),
        ..yearly("C-1", "cat", "2025-02-01")
    };
    value.contract(basic).await.unwrap();
    value.contract(Contract { value_per_term: Some(dollars(90)), ..yearly("C-2", "cat", "2025-10-01") }).await.unwrap();
    value.contract(Contract { value_per_term: Some(dollars(50)), ..yearly("D", "dan", "2025-12-01") }).await.unwrap();
    let never = Contract { cancel_date: Some(date("2025-05-01")), ..yearly("E", "eve", "2025-05-01") };
    value.contract(never).await.unwrap();
    let euros = Money { currency_code: "EUR".into(), units: 1, nanos: 0 };
    value.contract(Contract { value_per_term: Some(euros), ..yearly("F", "fay", "2025-05-01") }).await.unwrap();
}

#[tokio::test]
async fn revenue_is_followed_customer_by_customer_whatever_they_change_to() {
    let value = Value::start().await;
    four_customers(&value).await;
    let report =
        value.retention(GetContractRetentionReportRequest { unit: CalendarUnit::Year.into(), ..in_dollars() }).await;
    assert_eq!((report.start_date, report.term_months), (Some(date("2025-03-02")), 12));
    assert_eq!((report.other_currency_contracts, report.other_term_contracts), (1, 1));
    let total = report.total.unwrap();
    assert_eq!((total.contracts, total.running_contracts), (4, 3));
    // 100 + 100 + 120 before; bob is gone, cat pays 30 less and ann 20 more; dan is new.
    let revenue = total.revenue.unwrap();
    assert_eq!((revenue.customers, revenue.lost_customers), (3, 1));
    let values = [&revenue.start_value, &revenue.lost_value, &revenue.gained_value, &revenue.new_value];
    assert_eq!(values.map(|value| cents(value.as_ref())), [32_000, 13_000, 2_000, 5_000]);
    assert_eq!((revenue.gross_retention_rate, revenue.net_retention_rate), (Some(190.0 / 320.0), Some(210.0 / 320.0)));
    // 304 of 365 days of 120.00, 212 of 90.00, 273 of 50.00.
    assert_eq!(cents(total.contracted_value.as_ref()), 9_995 + 5_227 + 3_740);

    // One renewal was due of two contracts, and one of them renewed.
    let first = total.renewals[0];
    assert_eq!((first.due_contracts, first.renewed_contracts), (2, 1));
    assert_eq!((first.retention_rate, first.churn_rate, first.survival_rate), (Some(0.5), Some(0.5), Some(0.5)));
    near(total.renewals[0].expected_survival_rate.unwrap(), 0.5, 1e-3);
    let warnings = total.model_fit.unwrap().warnings;
    assert!(warnings.iter().any(|warning| warning.contains("only 1 periods")), "{warnings:?}");
    let cohorts: Vec<_> =
        report.cohorts.iter().map(|cohort| (cohort.start_date.unwrap().year, cohort.contracts)).collect();
    assert_eq!(cohorts, [(2024, 1), (2025, 3), (2026, 0)]);
    assert_eq!((report.cohorts[0].renewals[0].due_contracts, report.cohorts[0].renewals[0].renewed_contracts), (1, 0));

    // By product, Gold alone has terms of a year; cat came to it from elsewhere.
    assert_eq!(report.products.len(), 1);
    let gold = report.products[0].revenue.clone().unwrap();
    let values = [&gold.start_value, &gold.lost_value, &gold.gained_value, &gold.new_value];
    assert_eq!(values.map(|value| cents(value.as_ref())), [20_000, 10_000, 2_000, 14_000]);
    let basic = GetContractRetentionReportRequest { product: "Basic".into(), ..in_dollars() };
    let basic = value.retention(basic).await;
    assert_eq!((basic.term_months, basic.products.len()), (1, 0));
    let total = basic.total.unwrap();
    // Eight terms from February to October: seven renewals, and not the eighth, nor any after it.
    let due: Vec<_> = total.renewals.iter().map(|renewal| (renewal.due_contracts, renewal.renewed_contracts)).collect();
    assert_eq!((due.len(), due[6], due[7]), (9, (1, 1), (1, 0)));
    assert_eq!(total.revenue.unwrap().gross_retention_rate, Some(0.0));
}

#[tokio::test]
async fn where_there_is_nothing_to_report_nothing_is_made_up() {
    let value = Value::start().await;
    let empty = value.retention(in_dollars()).await;
    assert_eq!((empty.total, empty.products.len(), empty.cohorts.len()), (None, 0, 0));
    value.contract(yearly("A", "ann", "2026-01-01")).await.unwrap();
    let young = value.retention(in_dollars()).await.total.unwrap();
    assert_eq!((young.renewals.len(), young.expected_residual_value), (0, None));
    let fit = young.model_fit.unwrap();
    assert!(fit.parameters.is_empty() && fit.warnings[0].starts_with("not fitted: no period was observed"), "{fit:?}");
    let ann = value.worth("ann").await;
    let outlook = &ann.contract_outlooks[0];
    assert_eq!((outlook.p_renewal, outlook.expected_residual_value.clone()), (None, None));
    assert_eq!((ann.totals[0].contracts, ann.totals[0].contracts_without_model), (1, 1));
}

#[tokio::test]
async fn a_product_without_a_model_takes_that_of_all_and_what_is_cancelled_expects_nothing() {
    let value = Value::start().await;
    four_customers(&value).await;
    let tin = Contract { product: "Tin".into(), auto_renew: true, ..yearly("T-1", "tim", "2026-01-01") };
    value.contract(tin.clone()).await.unwrap();
    let ending = Contract { external_id: "T-2".into(), cancel_date: Some(date("2026-07-01")), ..tin };
    value.contract(ending).await.unwrap();
    let tim = value.worth("tim").await;
    let [runs, ends] = &tim.contract_outlooks[..] else { panic!("{tim:?}") };
    assert_eq!((runs.external_id.as_str(), ends.external_id.as_str()), ("T-1", "T-2"));
    assert!(runs.p_renewal.is_some_and(|chance| chance > 0.0) && runs.expected_residual_value.is_some());
    let warnings = &runs.model_fit.as_ref().unwrap().warnings;
    assert!(warnings.iter().any(|warning| warning.starts_with("the model of all products")), "{warnings:?}");
    assert_eq!((ends.p_renewal, ends.renewal_date), (Some(0.0), None));
    // From 3 March to 30 June: 120 of 365 days of 100.00.
    assert_eq!(cents(ends.contracted_value.as_ref()), 3_288);
}

#[tokio::test]
async fn a_report_that_cannot_be_made_is_refused_by_its_fields() {
    let value = Value::start().await;
    let request = GetContractRetentionReportRequest {
        currency_code: "ZZZ".into(),
        as_of_date: Some(date("2026-03-03")),
        start_date: Some(date("2026-03-03")),
        ..GetContractRetentionReportRequest::default()
    };
    let status = value.contracts().get_contract_retention_report(request).await.unwrap_err();
    let fields: Vec<_> = violations_of(&status).into_iter().map(|violation| violation.field).collect();
    assert_eq!(fields, ["currency_code", "as_of_date", "start_date"]);
    let request = GetContractValueRequest {
        customer: Some(Customer::CustomerExternalId("nobody".into())),
        annual_discount_rate: Some(0.1),
    };
    assert_eq!(value.contracts().get_contract_value(request).await.unwrap_err().code(), Code::NotFound);
}
