//! `GetSalesReport` and `GetGrowthReport` that convert, against arithmetic by hand.

use clientele_error::violations_of;
use clientele_proto::{
    Money,
    value::v1::{
        CostKind, GetGrowthReportRequest, GetSalesReportRequest, GrowthReport, LineItem, OtherCurrency,
        SalesComparison, SalesGroup, SalesGrouping, SalesOrganisation, SalesReport, Transaction, TransactionKind,
        ValuePolicy, value_report_service_client::ValueReportServiceClient,
    },
};
use tonic::Status;

use crate::{
    harness::{TENANT, Value, purchase},
    scoring::{SHOP, date},
};

/// What a group says of a period: gross sales, refunds and costs in cents; purchases; customers.
type Told = ([i64; 3], i64, i64);

fn money(code: &str, cents: i64) -> Money {
    let per_unit = if code == "JPY" { 1 } else { 100 };
    let nanos = (cents % per_unit * (1_000_000_000 / per_unit)) as i32;
    Money { currency_code: code.into(), units: cents / per_unit, nanos }
}

/// Bought by a customer on a day, in minor units of a currency.
fn bought(external_id: &str, customer: &str, day: &str, code: &str, cents: i64) -> Transaction {
    Transaction { amount: Some(money(code, cents)), occur_date: Some(date(day)), ..purchase(external_id, customer, 0) }
}

fn refund(of: &str, transaction: Transaction) -> Transaction {
    Transaction { kind: TransactionKind::Refund.into(), refunded_external_id: of.into(), ..transaction }
}

fn by(company: &str, transaction: Transaction) -> Transaction {
    let company = company.to_owned();
    Transaction {
        sales_organisation: Some(SalesOrganisation { company, ..SalesOrganisation::default() }),
        ..transaction
    }
}

/// February 1997: a euro is 1.25 dollars from the 1st on and 1.115 from the 10th on, a pound 1.5 euros on the 1st, of the yen there is no rate.
async fn business() -> Value {
    let value = Value::start().await;
    let rates = [("EUR", "USD", "1997-02-01", "1.25"), ("EUR", "USD", "1997-02-10", "1.115")];
    value.priced(&rates).await;
    value.priced(&[("GBP", "EUR", "1997-02-01", "1.5")]).await;
    let goods = bought("g", "ann", "1997-02-10", "EUR", 4_00);
    let goods = Transaction { kind: TransactionKind::Cost.into(), cost_kind: CostKind::CostOfGoods.into(), ..goods };
    for transaction in [
        by("North", bought("a", "ann", "1997-02-01", "USD", 10_00)),
        // 12.525 is as far from 12.52 as from 12.53: the even one. 12.575 likewise: 12.58.
        by("North", bought("b", "ann", "1997-02-02", "EUR", 10_02)),
        by("South", bought("c", "bob", "1997-02-03", "EUR", 10_02)),
        by("South", bought("d", "bob", "1997-02-04", "EUR", 10_06)),
        // What takes back a purchase has its rate, any other that of its own day: 12.52, and 11.15.
        by("North", refund("b", bought("e", "ann", "1997-02-12", "EUR", 10_02))),
        by("South", refund("", bought("f", "bob", "1997-02-12", "EUR", 10_00))),
        by("North", goods),
        // 10 pounds are 15 euros, which are 18.75 dollars.
        bought("h", "cat", "1997-02-01", "GBP", 10_00),
        bought("i", "cat", "1997-02-05", "JPY", 500),
        // The rate is 10 days old. At 1.115 it would be 5.575: 5.58.
        bought("j", "dan", "1997-02-20", "EUR", 5_00),
        bought("k", "dan", "1997-01-20", "EUR", 2_00),
    ] {
        value.record(transaction).await;
    }
    value
}

fn february(group_by: SalesGrouping) -> GetSalesReportRequest {
    GetSalesReportRequest {
        first_date: Some(date("1997-02-01")),
        last_date: Some(date("1997-02-28")),
        currency_code: "USD".into(),
        group_by: group_by.into(),
        convert_currencies: true,
        ..GetSalesReportRequest::default()
    }
}

async fn ask(value: &Value, request: GetSalesReportRequest) -> Result<SalesReport, Status> {
    value.transactions().get_sales_report(request).await.map(tonic::Response::into_inner)
}

async fn through_euros(value: &Value) {
    let policy = ValuePolicy { reporting_currency_code: "EUR".into(), ..ValuePolicy::default() };
    value.policy(policy).await.unwrap();
}

fn figures(group: &SalesGroup) -> Told {
    let figures = group.figures.as_ref().unwrap();
    let cents = |money: &Option<Money>| {
        let money = money.as_ref().unwrap();
        money.units * 100 + i64::from(money.nanos) / 10_000_000
    };
    let of = [&figures.gross_sales, &figures.refunds, &figures.costs];
    (of.map(cents), figures.purchases, figures.customers)
}

fn lines(groups: &[SalesGroup]) -> Vec<(&str, Told)> {
    groups.iter().map(|group| (group.key.as_str(), figures(group))).collect()
}

fn other(code: &str, converted: i64, left_out: i64, day: Option<&str>) -> OtherCurrency {
    OtherCurrency {
        currency_code: code.into(),
        transactions: left_out,
        converted_transactions: converted,
        first_missing_rate_date: day.map(date),
        last_missing_rate_date: day.map(date),
    }
}

#[tokio::test]
async fn each_transaction_counts_as_what_it_comes_to_on_its_day() {
    let value = business().await;
    through_euros(&value).await;
    let report = ask(&value, february(SalesGrouping::Company)).await.unwrap();
    assert!(report.converts_currencies);
    // 10.00 + 12.52 + 12.52 + 12.58 + 18.75; 12.52 + 11.15; 4.46.
    assert_eq!(figures(report.total.as_ref().unwrap()), ([66_37, 23_67, 4_46], 5, 3));
    let (north, south) = (([22_52, 12_52, 4_46], 2, 1), ([25_10, 11_15, 0], 2, 1));
    // By net sales: 18.75, 13.95, 10.00.
    assert_eq!(lines(&report.groups), [("", ([18_75, 0, 0], 1, 1)), ("South", south), ("North", north)]);
    let others =
        [other("EUR", 6, 1, Some("1997-02-20")), other("GBP", 1, 0, None), other("JPY", 0, 1, Some("1997-02-05"))];
    assert_eq!((report.other_currencies, report.other_currency_transactions), (others.to_vec(), 2));

    let months = ask(&value, february(SalesGrouping::Month)).await.unwrap();
    assert_eq!(lines(&months.groups), [("1997-02", ([66_37, 23_67, 4_46], 5, 3))]);
}

#[tokio::test]
async fn what_has_no_rate_is_left_out_and_told_with_its_days() {
    let value = business().await;
    // Without a currency in between there is no way from pounds to dollars.
    let report = ask(&value, february(SalesGrouping::Unspecified)).await.unwrap();
    assert_eq!(figures(report.total.as_ref().unwrap()), ([47_62, 23_67, 4_46], 4, 2));
    assert_eq!(report.other_currencies[1], other("GBP", 0, 1, Some("1997-02-01")));

    through_euros(&value).await;
    let older = GetSalesReportRequest { max_fx_rate_age_days: Some(10), ..february(SalesGrouping::Unspecified) };
    let report = ask(&value, older).await.unwrap();
    assert_eq!(figures(report.total.as_ref().unwrap()), ([71_95, 23_67, 4_46], 6, 4));
    let of_the_day = GetSalesReportRequest { max_fx_rate_age_days: Some(0), ..february(SalesGrouping::Unspecified) };
    let report = ask(&value, of_the_day).await.unwrap();
    // The cost of the 10th and the pounds of the 1st have rates of their days.
    assert_eq!(figures(report.total.as_ref().unwrap()), ([28_75, 0, 4_46], 2, 2));

    let compared = GetSalesReportRequest {
        comparison: SalesComparison::PreviousPeriod.into(),
        ..february(SalesGrouping::Unspecified)
    };
    let report = ask(&value, compared).await.unwrap();
    assert_eq!(report.comparison_other_currencies, [other("EUR", 0, 1, Some("1997-01-20"))]);

    let left_out = GetSalesReportRequest { convert_currencies: false, ..february(SalesGrouping::Unspecified) };
    let report = ask(&value, left_out).await.unwrap();
    assert_eq!(figures(report.total.as_ref().unwrap()), ([10_00, 0, 0], 1, 1));
    let others = [other("EUR", 0, 7, None), other("GBP", 0, 1, None), other("JPY", 0, 1, None)];
    assert_eq!((report.other_currencies.as_slice(), report.other_currency_transactions), (&others[..], 9));
    assert!(!report.converts_currencies);
}

async fn growth(value: &Value, request: GetGrowthReportRequest) -> Result<GrowthReport, Status> {
    let mut client = ValueReportServiceClient::new(value.running.tenant(TENANT));
    client.get_growth_report(request).await.map(tonic::Response::into_inner)
}

fn until_march() -> GetGrowthReportRequest {
    GetGrowthReportRequest {
        currency_code: "USD".into(),
        end_date: Some(date("1997-02-28")),
        convert_currencies: true,
        ..GetGrowthReportRequest::default()
    }
}

/// February, as customers who bought, those of them who are new, and net sales in cents; in January nothing has a rate.
fn only_february(report: &GrowthReport) -> (i64, i64, i64) {
    let [period] = report.periods.as_slice() else { panic!("{report:?}") };
    assert_eq!(period.start_date, Some(date("1997-02-01")));
    let net = period.net_sales.as_ref().unwrap();
    (period.buying_customers, period.new_customers, net.units * 100 + i64::from(net.nanos) / 10_000_000)
}

#[tokio::test]
async fn customers_who_pay_in_other_currencies_grow_with_the_others() {
    let value = business().await;
    let unnamed = GetGrowthReportRequest { currency_code: String::new(), ..until_march() };
    let status = growth(&value, unnamed.clone()).await.unwrap_err();
    assert_eq!(violations_of(&status)[0].field, "currency_code");
    let senseless =
        GetGrowthReportRequest { convert_currencies: false, max_fx_rate_age_days: Some(3), ..until_march() };
    let status = growth(&value, senseless).await.unwrap_err();
    assert_eq!(violations_of(&status)[0].field, "max_fx_rate_age_days");

    through_euros(&value).await;
    let report = growth(&value, until_march()).await.unwrap();
    // ann 10.00 + 12.52 - 12.52, bob 12.52 + 12.58 - 11.15, cat 18.75. What the goods cost is no sale.
    assert_eq!(only_february(&report), (3, 3, 42_70));
    let euros = OtherCurrency {
        first_missing_rate_date: Some(date("1997-01-20")),
        last_missing_rate_date: Some(date("1997-02-20")),
        ..other("EUR", 5, 2, None)
    };
    let others = [euros, other("GBP", 1, 0, None), other("JPY", 0, 1, Some("1997-02-05"))];
    assert_eq!((report.other_currencies.as_slice(), report.other_currency_transactions), (&others[..], 3));
    assert!(report.converts_currencies);

    let older = GetGrowthReportRequest { max_fx_rate_age_days: Some(10), ..until_march() };
    assert_eq!(only_february(&growth(&value, older).await.unwrap()), (4, 4, 48_28));

    let left_out = growth(&value, GetGrowthReportRequest { convert_currencies: false, ..until_march() }).await.unwrap();
    assert_eq!(only_february(&left_out), (1, 1, 10_00));
    assert_eq!((left_out.other_currency_transactions, left_out.converts_currencies), (9, false));
    assert_eq!(left_out.other_currencies[0], other("EUR", 0, 7, None));

    let euros = growth(&value, unnamed).await.unwrap();
    assert_eq!(euros.currency_code, "EUR");
    // In euros dan has bought in January too, and comes back.
    assert_eq!(euros.periods.iter().map(|of| of.buying_customers).collect::<Vec<_>>(), [1, 4]);
    assert_eq!((euros.periods[1].kept_customers, euros.periods[1].new_customers), (1, 3));
}

/// 3.34 euros are 4.175 dollars, 6.68 are 8.35, 10.02 are 12.525: rounded 4.18, 8.35 and 12.52. So the three items are 4.18, 4.17 and 4.17.
#[tokio::test]
async fn items_share_what_their_transaction_comes_to_without_a_rest() {
    let value = Value::start().await;
    value.priced(&[("EUR", "USD", "1997-02-01", "1.25")]).await;
    let item = |product: &str, category: &str| LineItem {
        product_external_id: product.into(),
        category: category.into(),
        amount: Some(money("EUR", 3_34)),
        ..LineItem::default()
    };
    let items = vec![item("R", "A"), item("P", "A"), item("Q", "B")];
    value.record(Transaction { items, ..bought("a", "ann", "1997-02-02", "EUR", 10_02) }).await;
    value.record(bought("b", "ann", "1997-02-02", "USD", 1_00)).await;
    let products = ask(&value, february(SalesGrouping::Product)).await.unwrap();
    let of = |cents| ([cents, 0, 0], 1, 1);
    assert_eq!(lines(&products.groups), [("P", of(4_18)), ("Q", of(4_17)), ("R", of(4_17)), ("", of(1_00))]);
    assert_eq!(figures(products.total.as_ref().unwrap()), ([13_52, 0, 0], 2, 1));
    let categories = ask(&value, february(SalesGrouping::Category)).await.unwrap();
    assert_eq!(lines(&categories.groups), [("A", of(8_35)), ("B", of(4_17)), ("", of(1_00))]);
}

/// Every purchase of the shop at half its dollars in euros, a euro being two dollars: the same report, whatever it groups by.
#[tokio::test]
async fn a_report_of_converted_amounts_is_that_of_the_same_amounts() {
    let in_dollars = Value::start().await;
    in_dollars.bought(&SHOP).await;
    let value = Value::start().await;
    value.bought(&SHOP[..4]).await;
    let halves: Vec<_> = SHOP[4..].iter().map(|(customer, day, cents)| (*customer, *day, cents / 2)).collect();
    value.happened(TENANT, 1, "EUR", &halves).await;
    value.priced(&SHOP[4..].iter().map(|(_, day, _)| ("EUR", "USD", *day, "2")).collect::<Vec<_>>()).await;
    for group_by in [SalesGrouping::Unspecified, SalesGrouping::Month, SalesGrouping::Employee, SalesGrouping::Product]
    {
        let request = GetSalesReportRequest { last_date: Some(date("1997-12-31")), ..february(group_by) };
        let one = ask(&in_dollars, request.clone()).await.unwrap();
        let converted = ask(&value, request).await.unwrap();
        assert!(one.total.as_ref().unwrap().figures.as_ref().unwrap().purchases > 4);
        assert_eq!(SalesReport { other_currencies: Vec::new(), ..converted }, one);
    }
}

#[tokio::test]
async fn what_comes_to_more_than_can_be_counted_is_left_out_and_told() {
    let value = Value::start().await;
    value.priced(&[("EUR", "USD", "1997-02-01", "1.25")]).await;
    let most = i64::MAX / 5 * 4;
    let rows = [("ann", "1997-02-01", i64::MAX), ("bob", "1997-02-01", most), ("cat", "1997-02-01", 1_00)];
    value.happened(TENANT, 1, "EUR", &rows).await;
    let report = ask(&value, february(SalesGrouping::Unspecified)).await.unwrap();
    assert_eq!(report.other_currencies, [other("EUR", 2, 1, Some("1997-02-01"))]);
    let total = report.total.unwrap().figures.unwrap();
    assert_eq!((total.purchases, total.customers), (2, 2));
    // Five quarters of the one, and 1.25.
    let minor = i128::from(most) * 5 / 4 + 125;
    let gross = total.gross_sales.unwrap();
    assert_eq!(i128::from(gross.units) * 100 + i128::from(gross.nanos / 10_000_000), minor);
}

#[tokio::test]
async fn a_currency_that_cannot_be_reported_is_refused() {
    let value = Value::start().await;
    let unnamed = || GetSalesReportRequest { currency_code: String::new(), ..february(SalesGrouping::Unspecified) };
    let field = |status: &Status| violations_of(status)[0].field.clone();
    assert_eq!(field(&ask(&value, unnamed()).await.unwrap_err()), "currency_code");
    let metal = GetSalesReportRequest { currency_code: "XAU".into(), ..unnamed() };
    assert_eq!(field(&ask(&value, metal).await.unwrap_err()), "currency_code");
    let idle = GetSalesReportRequest {
        convert_currencies: false,
        max_fx_rate_age_days: Some(3),
        ..february(SalesGrouping::Unspecified)
    };
    assert_eq!(field(&ask(&value, idle).await.unwrap_err()), "max_fx_rate_age_days");
    for days in [-1, 3_661] {
        let wrong = GetSalesReportRequest { max_fx_rate_age_days: Some(days), ..february(SalesGrouping::Unspecified) };
        assert_eq!(field(&ask(&value, wrong).await.unwrap_err()), "max_fx_rate_age_days");
    }
    through_euros(&value).await;
    assert_eq!(ask(&value, unnamed()).await.unwrap().currency_code, "EUR");
}
