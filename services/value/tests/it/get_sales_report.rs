//! `GetSalesReport` against arithmetic: by hand on a few transactions, by plain SQL on a real purchase history.

use clientele_error::{Reason, reason_of, violations_of};
use clientele_proto::{
    Money,
    value::v1::{
        CostKind, DeleteTransactionRequest, GetSalesReportRequest, LineItem, SalesComparison, SalesFigures, SalesGroup,
        SalesGrouping, SalesOrganisation, SalesReport, Transaction, TransactionKind,
    },
};
use sqlx::Row as _;
use tonic::Status;

use crate::{
    harness::{Value, purchase},
    scoring::{cdnow, date},
};

/// One line: id, kind, customer, day, whole dollars.
type Line<'a> = (&'a str, TransactionKind, &'a str, &'a str, i64);

const PURCHASE: TransactionKind = TransactionKind::Purchase;
const REFUND: TransactionKind = TransactionKind::Refund;
const COST: TransactionKind = TransactionKind::Cost;

fn transaction((id, kind, customer, day, dollars): Line<'_>) -> Transaction {
    Transaction { kind: kind.into(), occur_date: Some(date(day)), ..purchase(id, customer, dollars) }
}

fn sold(company: &str, department: &str, employee: &str) -> SalesOrganisation {
    let [company, department, employee] = [company, department, employee].map(str::to_owned);
    SalesOrganisation { company, department, employee }
}

fn item(product: &str, name: &str, category: &str, dollars: i64) -> LineItem {
    LineItem {
        product_external_id: product.to_owned(),
        product_name: name.to_owned(),
        category: category.to_owned(),
        amount: Some(Money { currency_code: "USD".to_owned(), units: dollars, nanos: 0 }),
        ..LineItem::default()
    }
}

/// Two years of a business, February for the most part.
async fn business() -> Value {
    let value = Value::start().await;
    let (north, south) = (Some(sold("North", "Web", "Ida")), Some(sold("South", "Web", "Jon")));
    let (pump, hose, cap) = (item("P", "Pump", "Pumps", 70), item("H", "Hose", "", 20), item("C", "Cap", "Pumps", 10));
    for transaction in [
        Transaction {
            items: vec![pump.clone(), hose.clone(), cap.clone()],
            sales_organisation: north.clone(),
            ..transaction(("a", PURCHASE, "ann", "1997-02-01", 100))
        },
        Transaction {
            items: vec![hose],
            sales_organisation: south.clone(),
            ..transaction(("b", PURCHASE, "bob", "1997-02-28", 20))
        },
        Transaction { sales_organisation: north.clone(), ..transaction(("c", PURCHASE, "ann", "1997-02-10", 30)) },
        transaction(("d", PURCHASE, "cat", "1997-02-11", 5)),
        Transaction {
            items: vec![cap],
            sales_organisation: north.clone(),
            ..transaction(("e", REFUND, "ann", "1997-02-12", 10))
        },
        Transaction {
            cost_kind: CostKind::CostOfGoods.into(),
            sales_organisation: north.clone(),
            ..transaction(("f", COST, "ann", "1997-02-13", 40))
        },
        transaction(("g", COST, "bob", "1997-02-14", 8)),
        Transaction { cost_kind: CostKind::Acquisition.into(), ..transaction(("h", COST, "cat", "1997-02-15", 7)) },
        // January, and March.
        transaction(("i", PURCHASE, "ann", "1997-01-31", 50)),
        transaction(("j", PURCHASE, "ann", "1997-03-01", 1)),
        // The year before, a leap year.
        Transaction {
            items: vec![pump],
            sales_organisation: south,
            ..transaction(("k", PURCHASE, "bob", "1996-02-29", 70))
        },
        Transaction { sales_organisation: north, ..transaction(("l", PURCHASE, "ann", "1996-02-01", 10)) },
        transaction(("m", PURCHASE, "ann", "1996-03-01", 99)),
    ] {
        value.record(transaction).await;
    }
    let mut euros = transaction(("n", PURCHASE, "ann", "1997-02-20", 1000));
    euros.amount = Some(Money { currency_code: "EUR".to_owned(), units: 1000, nanos: 0 });
    value.record(euros).await;
    let elsewhere = transaction(("a", PURCHASE, "ann", "1997-02-01", 777));
    value.transactions_of("other").record_transaction(crate::harness::request(elsewhere)).await.unwrap();
    value
}

fn february(group_by: SalesGrouping, comparison: SalesComparison) -> GetSalesReportRequest {
    GetSalesReportRequest {
        first_date: Some(date("1997-02-01")),
        last_date: Some(date("1997-02-28")),
        currency_code: "USD".to_owned(),
        group_by: group_by.into(),
        comparison: comparison.into(),
        ..GetSalesReportRequest::default()
    }
}

async fn ask(value: &Value, request: GetSalesReportRequest) -> Result<SalesReport, Status> {
    value.transactions().get_sales_report(request).await.map(tonic::Response::into_inner)
}

fn units(money: Option<&Money>) -> i64 {
    let money = money.unwrap();
    assert_eq!((money.currency_code.as_str(), money.nanos), ("USD", 0));
    money.units
}

/// Gross, refunds, net, costs, contribution; purchases, customers.
fn told(figures: Option<&SalesFigures>) -> ([i64; 5], i64, i64) {
    let figures = figures.unwrap();
    let money =
        [&figures.gross_sales, &figures.refunds, &figures.net_sales, &figures.costs, &figures.profit_contribution];
    (money.map(|money| units(money.as_ref())), figures.purchases, figures.customers)
}

fn lines(groups: &[SalesGroup]) -> Vec<(&str, [i64; 5], i64, i64)> {
    groups
        .iter()
        .map(|group| {
            let (money, purchases, customers) = told(group.figures.as_ref());
            (group.key.as_str(), money, purchases, customers)
        })
        .collect()
}

/// Net sales of each group in the compared period.
fn before(report: &SalesReport) -> Vec<(&str, i64)> {
    let net = |group: &SalesGroup| units(group.comparison.as_ref().unwrap().net_sales.as_ref());
    report.groups.iter().map(|group| (group.key.as_str(), net(group))).collect()
}

#[tokio::test]
async fn the_total_is_what_was_bought_less_what_went_back_and_what_it_cost() {
    let value = business().await;
    let report = ask(&value, february(SalesGrouping::Unspecified, SalesComparison::Unspecified)).await.unwrap();
    let total = report.total.as_ref().unwrap();
    assert_eq!(told(total.figures.as_ref()), ([155, 10, 145, 55, 90], 4, 3));
    let figures = total.figures.as_ref().unwrap();
    let costs = [&figures.cost_of_goods, &figures.cost_to_serve, &figures.acquisition_costs];
    assert_eq!(costs.map(|cost| units(cost.as_ref())), [40, 8, 7]);
    assert_eq!((total.comparison.as_ref(), total.growth.as_ref()), (None, None));
    assert_eq!((report.groups.len(), report.rest.as_ref(), report.comparison_first_date), (0, None, None));
    assert_eq!(report.other_currency_transactions, 1);
}

#[tokio::test]
async fn groups_stand_by_net_sales_and_what_has_no_organisation_is_a_group_of_its_own() {
    let value = business().await;
    let by = async |grouping| ask(&value, february(grouping, SalesComparison::Unspecified)).await.unwrap();
    let nobody = ("", [5, 0, 5, 15, -10], 1, 1);
    let companies = by(SalesGrouping::Company).await;
    let (north, south) = (("North", [130, 10, 120, 40, 80], 2, 1), ("South", [20, 0, 20, 0, 20], 1, 1));
    assert_eq!(lines(&companies.groups), [north, south, nobody]);
    let departments = by(SalesGrouping::Department).await;
    assert_eq!(lines(&departments.groups), [("Web", [150, 10, 140, 40, 100], 3, 2), nobody]);
    let employees = by(SalesGrouping::Employee).await;
    assert_eq!(lines(&employees.groups), [("Ida", north.1, 2, 1), ("Jon", south.1, 1, 1), nobody]);
}

#[tokio::test]
async fn products_take_the_amounts_of_their_items_and_the_rest_is_a_group_of_its_own() {
    let value = business().await;
    let products = ask(&value, february(SalesGrouping::Product, SalesComparison::Unspecified)).await.unwrap();
    assert_eq!(
        lines(&products.groups),
        [
            ("P", [70, 0, 70, 0, 70], 1, 1),
            ("H", [40, 0, 40, 0, 40], 2, 2),
            ("", [35, 0, 35, 55, -20], 2, 2),
            ("C", [10, 10, 0, 0, 0], 1, 1),
        ]
    );
    let names: Vec<_> = products.groups.iter().map(|group| group.display_name.as_str()).collect();
    assert_eq!(names, ["Pump", "Hose", "", "Cap"]);
    let categories = ask(&value, february(SalesGrouping::Category, SalesComparison::Unspecified)).await.unwrap();
    // A pump and its cap are one purchase; the hoses say nothing of a category, as do transactions without items.
    assert_eq!(lines(&categories.groups), [("", [75, 0, 75, 55, 20], 4, 3), ("Pumps", [80, 10, 70, 0, 70], 1, 1)]);
}

#[tokio::test]
async fn the_groups_beyond_the_limit_are_one() {
    let value = business().await;
    let request = GetSalesReportRequest {
        max_groups: 1,
        ..february(SalesGrouping::Company, SalesComparison::SamePeriodLastYear)
    };
    let report = ask(&value, request).await.unwrap();
    assert_eq!(lines(&report.groups), [("North", [130, 10, 120, 40, 80], 2, 1)]);
    let rest = report.rest.as_ref().unwrap();
    assert_eq!((report.rest_groups, told(rest.figures.as_ref())), (2, ([25, 0, 25, 15, 10], 2, 2)));
    assert_eq!(told(rest.comparison.as_ref()).0[0], 70);
}

#[tokio::test]
async fn last_year_is_compared_to_the_end_of_its_february() {
    let value = business().await;
    let report = ask(&value, february(SalesGrouping::Company, SalesComparison::SamePeriodLastYear)).await.unwrap();
    assert_eq!(report.comparison_first_date, Some(date("1996-02-01")));
    assert_eq!(report.comparison_last_date, Some(date("1996-02-29")));
    assert_eq!(before(&report), [("North", 10), ("South", 70), ("", 0)]);
    let growth = |at: usize| report.groups[at].growth.unwrap();
    assert_eq!((growth(0).net_sales, growth(0).purchases), (Some(11.0), Some(1.0)));
    assert_eq!(growth(1).gross_sales, Some(-50.0 / 70.0));
    assert_eq!((growth(2).net_sales, growth(2).customers), (None, None), "there is no share of nothing");
    let total = report.total.as_ref().unwrap();
    assert_eq!(told(total.comparison.as_ref()), ([80, 0, 80, 0, 80], 2, 2));
    assert_eq!(total.growth.unwrap().profit_contribution, Some(0.125));
}

#[tokio::test]
async fn the_previous_period_is_as_many_days_before() {
    let value = business().await;
    let report = ask(&value, february(SalesGrouping::Unspecified, SalesComparison::PreviousPeriod)).await.unwrap();
    assert_eq!(report.comparison_first_date, Some(date("1997-01-04")));
    assert_eq!(report.comparison_last_date, Some(date("1997-01-31")));
    assert_eq!(told(report.total.unwrap().comparison.as_ref()), ([50, 0, 50, 0, 50], 1, 1));
}

#[tokio::test]
async fn months_stand_in_their_order_beside_those_of_the_year_before() {
    let value = business().await;
    let request = GetSalesReportRequest {
        first_date: Some(date("1997-01-01")),
        last_date: Some(date("1997-12-31")),
        ..february(SalesGrouping::Month, SalesComparison::SamePeriodLastYear)
    };
    let report = ask(&value, request).await.unwrap();
    let net: Vec<_> = lines(&report.groups).into_iter().map(|(month, money, ..)| (month, money[2])).collect();
    assert_eq!(net, [("1997-01", 50), ("1997-02", 145), ("1997-03", 1)]);
    assert_eq!(before(&report), [("1997-01", 0), ("1997-02", 80), ("1997-03", 99)]);
}

#[tokio::test]
async fn a_deleted_transaction_is_in_no_report() {
    let value = business().await;
    let request = DeleteTransactionRequest { external_id: "a".into(), reason: "void".into(), ..Default::default() };
    value.transactions().delete_transaction(request).await.unwrap();
    let products = ask(&value, february(SalesGrouping::Product, SalesComparison::Unspecified)).await.unwrap();
    assert_eq!(
        lines(&products.groups),
        [("", [35, 0, 35, 55, -20], 2, 2), ("H", [20, 0, 20, 0, 20], 1, 1), ("C", [0, 10, -10, 0, -10], 0, 0)]
    );
}

#[tokio::test]
async fn a_tenant_without_transactions_has_an_empty_report() {
    let value = Value::start().await;
    let report = ask(&value, february(SalesGrouping::Product, SalesComparison::PreviousPeriod)).await.unwrap();
    assert_eq!((report.groups.len(), report.rest_groups), (0, 0));
    assert_eq!(told(report.total.unwrap().figures.as_ref()), ([0; 5], 0, 0));
}

#[tokio::test]
async fn every_bad_field_is_reported_at_once() {
    let value = Value::start().await;
    let request = GetSalesReportRequest {
        first_date: Some(date("1899-01-01")),
        last_date: Some(date("2201-01-01")),
        currency_code: "ZZZ".to_owned(),
        ..february(SalesGrouping::Month, SalesComparison::PreviousPeriod)
    };
    let status = ask(&value, request).await.unwrap_err();
    assert_eq!(reason_of(&status), Some(Reason::InvalidFields));
    let fields: Vec<String> = violations_of(&status).into_iter().map(|violation| violation.field).collect();
    assert_eq!(fields, ["first_date", "last_date", "currency_code", "comparison"]);
    let request = GetSalesReportRequest {
        first_date: Some(date("1997-03-01")),
        ..february(SalesGrouping::Unspecified, SalesComparison::Unspecified)
    };
    let status = ask(&value, request).await.unwrap_err();
    assert_eq!(violations_of(&status)[0].field, "last_date");
}

#[tokio::test]
async fn a_real_purchase_history_has_the_months_that_sql_sums_up() {
    let value = Value::start().await;
    let rows = cdnow();
    let rows: Vec<_> = rows.iter().map(|(customer, day, cents)| (customer.as_str(), day.as_str(), *cents)).collect();
    value.bought(&rows).await;
    let request = GetSalesReportRequest {
        first_date: Some(date("1997-01-01")),
        last_date: Some(date("1998-06-30")),
        ..february(SalesGrouping::Month, SalesComparison::Unspecified)
    };
    let report = ask(&value, request).await.unwrap();
    let counted = sqlx::query(
        "SELECT extract(year FROM occur_date)::int AS year, extract(month FROM occur_date)::int AS month,
                sum(amount_minor)::bigint AS cents, count(*) AS purchases, count(DISTINCT buyer_id) AS customers
         FROM value.transaction GROUP BY 1, 2 ORDER BY 1, 2",
    )
    .fetch_all(&*value.pool)
    .await
    .unwrap();
    assert_eq!((counted.len(), report.groups.len()), (18, 18));
    let cents =
        |money: Option<&Money>| money.map(|money| money.units * 100 + i64::from(money.nanos) / 10_000_000).unwrap();
    let mut sum = 0;
    for (row, group) in counted.iter().zip(&report.groups) {
        let (year, month): (i32, i32) = (row.get("year"), row.get("month"));
        assert_eq!(group.key, format!("{year:04}-{month:02}"));
        let figures = group.figures.as_ref().unwrap();
        assert_eq!(cents(figures.net_sales.as_ref()), row.get::<i64, _>("cents"), "{}", group.key);
        assert_eq!((figures.purchases, figures.customers), (row.get("purchases"), row.get("customers")));
        sum += cents(figures.gross_sales.as_ref());
    }
    let total = report.total.unwrap().figures.unwrap();
    // The sample of CDNOW: 6,919 purchases of 2,357 customers (Fader, Hardie 2001).
    assert_eq!((total.purchases, total.customers, cents(total.gross_sales.as_ref())), (6919, 2357, sum));
}
