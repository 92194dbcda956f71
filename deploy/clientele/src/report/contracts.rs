//! How contracts were renewed, product by product and renewal by renewal, and what they are worth.

use std::fmt::Write as _;

use clientele_proto::value::v1::{ContractRenewalRate, ContractRetention, ContractRetentionReport};

use super::{amount, date, plain};
use crate::term::{Column, Screen, Table, number, text};

/// For a person: products, then renewals of all together.
pub fn render(report: &ContractRetentionReport, screen: &Screen) -> String {
    let Some(total) = &report.total else {
        return format!("There are no contracts in {}.\n", report.currency_code);
    };
    let mut products = Table::new([
        Column::text("product"),
        Column::number("contracts"),
        Column::number("running"),
        Column::number("gross kept"),
        Column::number("net kept"),
        Column::number("alpha"),
        Column::number("beta"),
        Column::number("contracted"),
        Column::number("expected"),
    ]);
    for (label, retention) in lines(report, total) {
        let revenue = retention.revenue.clone().unwrap_or_default();
        let parameter = |name: &str| {
            let fit = retention.model_fit.as_ref();
            fit.and_then(|fit| fit.parameters.get(name)).map(|value| number::decimal(*value, 3)).unwrap_or_default()
        };
        products.row([
            label.to_owned(),
            number::count(retention.contracts.unsigned_abs()),
            number::count(retention.running_contracts.unsigned_abs()),
            share(revenue.gross_retention_rate),
            share(revenue.net_retention_rate),
            parameter("alpha"),
            parameter("beta"),
            amount(retention.contracted_value.as_ref()),
            amount(retention.expected_residual_value.as_ref()),
        ]);
    }
    let mut renewals = Table::new(
        ["renewal", "due", "renewed", "retention", "churn", "survival", "by sBG", "terms to expect"]
            .map(Column::number),
    );
    for renewal in &total.renewals {
        renewals.row(cells(renewal));
    }
    let mut drawn = format!("{}\n{}", products.render(screen), renewals.render(screen));
    for line in text::wrap(&note(report, total), screen.width) {
        drawn.push_str(&line);
        drawn.push('\n');
    }
    drawn
}

fn cells(renewal: &ContractRenewalRate) -> [String; 8] {
    [
        renewal.renewal.to_string(),
        number::count(renewal.due_contracts.unsigned_abs()),
        number::count(renewal.renewed_contracts.unsigned_abs()),
        share(renewal.retention_rate),
        share(renewal.churn_rate),
        share(renewal.survival_rate),
        share(renewal.expected_survival_rate),
        renewal.expected_residual_terms.map(|terms| number::decimal(terms, 3)).unwrap_or_default(),
    ]
}

/// For a spreadsheet: every renewal of all contracts, of each product and of each cohort.
pub fn csv(report: &ContractRetentionReport) -> String {
    let heads = [
        "line",
        "key",
        "currency",
        "term_months",
        "contracts",
        "running_contracts",
        "contracted_value",
        "expected_residual_value",
        "gross_retention_rate",
        "net_retention_rate",
        "renewal",
        "due_contracts",
        "renewed_contracts",
        "retention_rate",
        "survival_rate",
        "expected_survival_rate",
        "expected_residual_terms",
    ];
    let mut table = Table::new(heads.map(Column::text));
    let mut rows = |kind: &str, key: String, sums: [String; 6], renewals: &[ContractRenewalRate]| {
        let none = [ContractRenewalRate::default()];
        for renewal in if renewals.is_empty() { &none } else { renewals } {
            let start = [kind.to_owned(), key.clone(), report.currency_code.clone(), report.term_months.to_string()];
            let share = |share: Option<f64>| share.map(|share| share.to_string()).unwrap_or_default();
            let rest = [
                renewal.renewal.to_string(),
                renewal.due_contracts.to_string(),
                renewal.renewed_contracts.to_string(),
                share(renewal.retention_rate),
                share(renewal.survival_rate),
                share(renewal.expected_survival_rate),
                share(renewal.expected_residual_terms),
            ];
            table.row(start.into_iter().chain(sums.clone()).chain(rest));
        }
    };
    for (kind, retention) in report
        .total
        .iter()
        .map(|total| ("total", total))
        .chain(report.products.iter().map(|product| ("product", product)))
    {
        let revenue = retention.revenue.clone().unwrap_or_default();
        let share = |share: Option<f64>| share.map(|share| share.to_string()).unwrap_or_default();
        let sums = [
            retention.contracts.to_string(),
            retention.running_contracts.to_string(),
            plain(retention.contracted_value.as_ref()),
            plain(retention.expected_residual_value.as_ref()),
            share(revenue.gross_retention_rate),
            share(revenue.net_retention_rate),
        ];
        rows(kind, retention.product.clone(), sums, &retention.renewals);
    }
    for cohort in &report.cohorts {
        let sums =
            [cohort.contracts.to_string(), String::new(), String::new(), String::new(), String::new(), String::new()];
        rows("cohort", date(cohort.start_date.as_ref()), sums, &cohort.renewals);
    }
    table.csv()
}

fn lines<'r>(
    report: &'r ContractRetentionReport,
    total: &'r ContractRetention,
) -> impl Iterator<Item = (&'r str, &'r ContractRetention)> {
    let products = report.products.iter().map(|product| (product.product.as_str(), product));
    let label = if report.product.is_empty() { "all" } else { &report.product };
    products.chain(std::iter::once((label, total)))
}

fn share(share: Option<f64>) -> String {
    share.map(number::percent).unwrap_or_default()
}

fn note(report: &ContractRetentionReport, total: &ContractRetention) -> String {
    let mut note = format!(
        "Contracts with terms of {} months in {}, as of {}; revenue since {}; discounted at {} a year.",
        report.term_months,
        report.currency_code,
        date(report.as_of_date.as_ref()),
        date(report.start_date.as_ref()),
        number::percent(report.annual_discount_rate),
    );
    for warning in total.model_fit.iter().flat_map(|fit| &fit.warnings) {
        let _ = write!(note, " sBG: {warning}.");
    }
    for (contracts, why) in [
        (report.other_term_contracts, "with terms of another length"),
        (report.other_currency_contracts, "in other currencies"),
    ] {
        if contracts > 0 {
            let _ = write!(note, " {} contracts {why} were left out.", number::count(contracts.unsigned_abs()));
        }
    }
    note
}

#[cfg(test)]
mod tests {
    use clientele_proto::{
        Date, Money,
        value::v1::{ContractCohort, ContractRevenue, ModelFit},
    };

    use super::*;

    fn report() -> ContractRetentionReport {
        let renewals = vec![
            ContractRenewalRate {
                renewal: 1,
                due_contracts: 1000,
                renewed_contracts: 631,
                retention_rate: Some(0.631),
                churn_rate: Some(0.369),
                survival_rate: Some(0.631),
                expected_survival_rate: Some(0.6267),
                expected_residual_terms: Some(3.5),
            },
            ContractRenewalRate { renewal: 2, expected_residual_terms: Some(4.5), ..ContractRenewalRate::default() },
        ];
        let money = |units| Some(Money { currency_code: "EUR".into(), units, nanos: 500_000_000 });
        let of = |product: &str| ContractRetention {
            product: product.into(),
            contracts: 1000,
            running_contracts: 631,
            renewals: renewals.clone(),
            model_fit: Some(ModelFit {
                parameters: [("alpha".to_owned(), 0.704), ("beta".to_owned(), 1.182)].into(),
                warnings: vec!["only 1 periods were observed".into()],
                ..ModelFit::default()
            }),
            contracted_value: money(1234),
            expected_residual_value: money(5678),
            revenue: Some(ContractRevenue {
                gross_retention_rate: Some(0.9),
                net_retention_rate: Some(1.05),
                ..ContractRevenue::default()
            }),
        };
        let date = |year| Some(Date { year, month: 3, day: 2 });
        ContractRetentionReport {
            as_of_date: date(2026),
            start_date: date(2025),
            currency_code: "EUR".into(),
            term_months: 12,
            annual_discount_rate: 0.1,
            total: Some(of("")),
            products: vec![of("Gold")],
            cohorts: vec![ContractCohort { start_date: date(2025), contracts: 7, renewals: Vec::new() }],
            other_term_contracts: 3,
            ..ContractRetentionReport::default()
        }
    }

    #[test]
    fn a_person_sees_products_renewals_and_what_to_know_of_them() {
        let drawn = render(&report(), &Screen::plain(140));
        let lines: Vec<_> = drawn.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
        assert_eq!(lines[2], "Gold 1,000 631 90.0 % 105.0 % 0.704 1.182 1,234.50 5,678.50");
        assert_eq!(lines[3].split(' ').next(), Some("all"));
        assert_eq!(lines[7], "1 1,000 631 63.1 % 36.9 % 63.1 % 62.7 % 3.500");
        assert_eq!(lines[8], "2 0 0 4.500");
        let note = lines[9..].join(" ");
        assert!(
            note.contains(
                "terms of 12 months in EUR, as of 2026-03-02; revenue since 2025-03-02; discounted at 10.0 % a year"
            ),
            "{note}"
        );
        assert!(
            note.contains("sBG: only 1 periods were observed. 3 contracts with terms of another length were left out.")
        );
        assert_eq!(render(&ContractRetentionReport::default(), &Screen::plain(80)), "There are no contracts in .\n");
    }

    #[test]
    fn a_spreadsheet_gets_every_renewal_of_everything() {
        let lines = csv(&report());
        let lines: Vec<_> = lines.lines().collect();
        assert_eq!(lines[1], "total,,EUR,12,1000,631,1234.50,5678.50,0.9,1.05,1,1000,631,0.631,0.631,0.6267,3.5");
        assert!(lines[3].starts_with("product,Gold,EUR,12,1000,631,"), "{}", lines[3]);
        assert_eq!(lines[5], "cohort,2025-03-02,EUR,12,7,,,,,,0,0,0,,,,");
    }
}
