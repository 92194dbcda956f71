use iso_currency::Currency;

use super::*;
use crate::files::{ColumnChoice, Problem};

fn read(text: &str) -> Vec<Result<TransactionRow, RowError>> {
    read_with(text, &TransactionColumns::default())
}

fn read_with(text: &str, columns: &TransactionColumns) -> Vec<Result<TransactionRow, RowError>> {
    Transactions::new(text.as_bytes(), columns).unwrap().collect()
}

fn only_error(rows: &str) -> String {
    let text = format!("customer_id,date,amount,currency,kind\n{rows}\nz,1997-01-01,1,USD,\n");
    let mut rows = read(&text);
    assert!(rows.pop().unwrap().is_ok(), "the good row after it is kept");
    assert_eq!(rows.len(), 1);
    rows.remove(0).unwrap_err().to_string()
}

#[test]
fn a_good_row_is_read_with_everything_it_says() {
    let text = "customer_id,date,amount,currency,kind\n c 1 ,1997-01-02,29.33,EUR,refund\n";
    let row = read(text).remove(0).unwrap();
    assert_eq!(row.customer, "c 1");
    assert_eq!(row.moment.to_string(), "1997-01-02");
    assert_eq!((row.amount_minor, row.currency), (2933, Currency::EUR));
    assert_eq!((row.kind, row.row), (TransactionKind::Refund, 1));
}

#[test]
fn columns_that_are_not_there_take_their_defaults() {
    let row = read("amount,date,customer_id\n5,19970102,c\n").remove(0).unwrap();
    assert_eq!((row.currency, row.kind), (Currency::USD, TransactionKind::Purchase));
}

#[test]
fn a_bad_date_names_row_column_value_and_remedy() {
    assert_eq!(
        only_error("c,1997-02-30,1,USD,"),
        "row 1 (line 2), column 2 \"date\": \"1997-02-30\" is not a date; write it as 1997-12-31, \
         19971231, 1997-12-31 23:59:59 or 1997-12-31T23:59:59Z"
    );
}

#[test]
fn a_negative_price_is_refused_and_refunds_explained() {
    assert_eq!(
        only_error("c,1997-01-01,-3.00,USD,purchase"),
        "row 1 (line 2), column 3 \"amount\": \"-3.00\" is a negative price; send money given back \
         as a row of kind refund with a positive amount"
    );
}

#[test]
fn a_negative_refund_is_refused_too() {
    assert!(only_error("c,1997-01-01,-3.00,USD,refund").contains("kind already says"));
}

#[test]
fn an_unknown_currency_is_refused() {
    assert_eq!(
        only_error("c,1997-01-01,3.00,XXX,"),
        "row 1 (line 2), column 4 \"currency\": \"XXX\" is not a currency; use an ISO 4217 code such \
         as EUR, USD or CNY"
    );
}

#[test]
fn decimals_are_counted_by_the_rows_own_currency() {
    let error = only_error("c,1997-01-01,3.50,JPY,");
    assert!(error.contains("\"3.50\" has more decimals than JPY has (0)"), "{error}");
}

#[test]
fn an_unknown_kind_and_an_empty_customer_are_refused() {
    assert!(only_error("c,1997-01-01,1,USD,gift").contains("column 5 \"kind\": \"gift\" is not"));
    assert!(only_error(" ,1997-01-01,1,USD,").contains("column 1 \"customer_id\": is empty"));
}

#[test]
fn a_row_with_too_few_or_too_many_columns_is_refused_at_the_first_of_them() {
    let few = only_error("c,1997-01-01,1");
    assert!(few.contains("column 4 \"currency\": the row has 3 columns where the header has 5"));
    let many = only_error("c,1997-01-01,1,USD,purchase,x");
    assert!(many.contains("column 6: the row has 6 columns where the header has 5 (at \"x\"); put values"), "{many}");
}

#[test]
fn a_negative_amount_can_be_read_as_a_refund() {
    let columns = TransactionColumns { negative_is_refund: true, ..Default::default() };
    let row = read_with("customer_id,date,amount\nc,1997-01-01,-3\n", &columns).remove(0).unwrap();
    assert_eq!((row.amount_minor, row.kind), (300, TransactionKind::Refund));
}

#[test]
fn who_sold_what_is_read_where_the_file_says_it() {
    let text = "customer_id,date,amount,sales_employee,product,category,quantity\n\
                c,1997-01-01,3,Ida,P-1,Pumps,2.5\nc,1997-01-01,3,,,Pumps,2\n";
    let rows = read(text);
    let detail = rows[0].as_ref().unwrap().detail.clone().unwrap();
    assert_eq!(detail.sold_by, ["", "", "Ida"]);
    let item = Item { product: "P-1".into(), category: "Pumps".into(), quantity: "2.5".into(), ..Item::default() };
    assert_eq!(detail.items, [Item { amount_minor: 300, ..item }]);
    assert_eq!(rows[1].as_ref().unwrap().detail, None, "a category of no product says nothing");
    assert_eq!(read("customer_id,date,amount\nc,1997-01-01,3\n").remove(0).unwrap().detail, None);
}

#[test]
fn an_id_column_is_used_and_may_not_be_empty() {
    let columns = TransactionColumns { id: TransactionId::Column("id".into()), ..Default::default() };
    let rows = read_with("id,customer_id,date,amount\nt1,c,1997-01-01,3\n,c,1997-01-01,3\n", &columns);
    assert_eq!(rows[0].as_ref().unwrap().id, "t1");
    assert!(matches!(rows[1].as_ref().unwrap_err().problem, Problem::Empty));
}

#[test]
fn derived_ids_see_values_and_not_how_they_are_written() {
    let one = read("customer_id,date,amount\nc,1997-01-01,3\n").remove(0).unwrap();
    let other = read("amount,date,customer_id\n3.00,19970101,c\n").remove(0).unwrap();
    assert_eq!(one.id, other.id);
    assert!(one.id.starts_with("row-"));
}

/// The good rows of a file with refunds and costs.
fn told(rows: &str) -> Vec<Result<(TransactionKind, Detail), String>> {
    let text =
        format!("external_id,customer_id,date,amount,kind,Refund of,cost-kind,product,product_name,quantity\n{rows}");
    let row = |row: TransactionRow| (row.kind, row.detail.map(|detail| *detail).unwrap_or_default());
    read(&text).into_iter().map(|read| read.map(row).map_err(|error| error.to_string())).collect()
}

#[test]
fn refunded_purchases_kinds_of_cost_and_names_of_products_are_read() {
    let rows = told(
        "t1,c,1997-01-01,3,refund,t0,,,,\nt2,c,1997-01-01,3,cost,,Cost of goods,,,\nt3,c,1997-01-01,3,cost,,ACQUISITION,,,\n\
         t4,c,1997-01-01,3,,,,P-1,Pump 3,2\n",
    );
    let details: Vec<_> = rows.into_iter().map(|row| row.unwrap().1).collect();
    assert_eq!(details[0].refunded_id, "t0");
    assert_eq!(
        [details[1].cost_kind, details[2].cost_kind],
        [Some(CostKind::CostOfGoods), Some(CostKind::Acquisition)]
    );
    assert_eq!(details[3].items[0].name, "Pump 3");
}

#[test]
fn what_belongs_to_another_kind_is_refused_at_its_column_with_a_remedy() {
    let error = |row: &str| told(row).remove(0).unwrap_err();
    assert_eq!(
        error("t1,c,1997-01-01,3,purchase,t0,,,,\n"),
        "row 1 (line 2), column 6 \"Refund of\": \"t0\" is a refunded purchase, but the row is a purchase; leave it empty, or make the \
         row one of kind refund (--refunds net does so with negative amounts)"
    );
    assert!(error("t1,c,1997-01-01,3,cost,t0,,,,\n").contains("but the row is a cost"));
    assert!(
        error("t1,c,1997-01-01,3,refund,t1,,,,\n")
            .contains("is the id of the refund itself; write the id of the purchase")
    );
    assert_eq!(
        error("t1,c,1997-01-01,3,cost,,freight,,,\n"),
        "row 1 (line 2), column 7 \"cost-kind\": \"freight\" is not a kind of cost; use cost_of_goods, cost_to_serve or acquisition, or \
         ignore the column with --cost-kind-column ''"
    );
    let of_refund = error("t1,c,1997-01-01,3,refund,,acquisition,,,\n");
    assert!(of_refund.contains("is a kind of cost, but the row is a refund; leave it empty"), "{of_refund}");
    let negative = error("t1,c,1997-01-01,3,,,,P-1,,-2\n");
    assert!(
        negative.contains("column 10 \"quantity\": \"-2\" is a negative quantity; write goods given back as"),
        "{negative}"
    );
}

#[test]
fn refunds_of_negative_amounts_name_purchases_and_count_what_came_back() {
    let columns = TransactionColumns { negative_is_refund: true, ..Default::default() };
    let text =
        "external_id,customer_id,date,amount,refunded_external_id,product,quantity\nC1,c,1997-01-01,-3,1,P-1,-2\n";
    let row = read_with(text, &columns).remove(0).unwrap();
    let detail = row.detail.unwrap();
    assert_eq!((row.id.as_str(), row.kind, detail.refunded_id.as_str()), ("C1", TransactionKind::Refund, "1"));
    assert_eq!((detail.items[0].amount_minor, detail.items[0].quantity.as_str()), (300, "2"));
}

#[test]
fn ids_are_taken_from_a_file_that_refers_to_them_and_from_no_other() {
    let ids = |header: &str, columns: &TransactionColumns| {
        let text = format!("{header}\nt1,c,1997-01-01,3,\n");
        let rows = Transactions::new(text.as_bytes(), columns).unwrap();
        let misses = rows.names_purchases_without_ids();
        (rows.map(|row| row.unwrap().id).next().unwrap(), misses)
    };
    let usual = TransactionColumns::default();
    assert_eq!(ids("external_id,customer_id,date,amount,refund_of", &usual), ("t1".to_owned(), false));
    let (id, misses) = ids("external_id,customer_id,date,amount,note", &usual);
    assert!(id.starts_with("row-") && !misses, "{id}");
    let (id, misses) = ids("number,customer_id,date,amount,refund_of", &usual);
    assert!(id.starts_with("row-") && misses, "{id}");
    let of_customer = TransactionColumns { customer: "external_id".into(), ..usual };
    let (id, misses) = ids("external_id,x,date,amount,refund_of", &of_customer);
    assert!(id.starts_with("row-") && misses, "{id}");
}

#[test]
fn an_instant_beside_the_day_is_read_and_a_day_is_none() {
    let columns = TransactionColumns { time: ColumnChoice::Named("at".into()), ..Default::default() };
    let rows = read_with(
        "customer_id,date,amount,at\nc,1997-01-01,3,1997-01-01T23:30:00-05:00\nc,1997-01-01,3,1997-01-01\nc,1997-01-01,3,\n",
        &columns,
    );
    let time = rows[0].as_ref().unwrap().detail.as_ref().unwrap().time.unwrap();
    assert_eq!(time.to_string(), "1997-01-02T04:30:00Z");
    let error = rows[1].as_ref().unwrap_err().to_string();
    assert!(error.contains("\"1997-01-01\" is a day without its time; write it as 1997-12-31T23:59:59Z"), "{error}");
    assert_eq!(rows[2].as_ref().unwrap().detail, None);
}

/// Of a transaction: its first row, its id, how many items it has; or which row has which problem.
type Gathered = Result<(u64, String, usize), (u64, &'static str)>;

/// Rows of items.
fn gathered(rows: &str) -> Vec<Gathered> {
    let columns = TransactionColumns {
        id: TransactionId::Column("id".into()),
        item_amount: ColumnChoice::Named("for".into()),
        negative_is_refund: true,
        ..Default::default()
    };
    let text = format!("id,customer_id,date,amount,product,quantity,for\n{rows}");
    let items = |row: &TransactionRow| row.detail.as_ref().map_or(0, |detail| detail.items.len());
    let rows = read_with(&text, &columns).into_iter();
    rows.map(|row| match row {
        Ok(row) => Ok((row.row, row.id.clone(), items(&row))),
        Err(error) => Err((error.place.row, error.problem.label())),
    })
    .collect()
}

#[test]
fn rows_of_an_id_are_the_items_of_one_transaction() {
    let rows = "a,c,1997-01-01,5,P-1,1,2\na,c,1997-01-01,5,P-2,,3\nb,c,1997-01-01,1,,,\nd,c,1997-01-01,-4,P-1,-2,-4\n";
    let whole = |row, id: &str, items| Ok((row, id.to_owned(), items));
    assert_eq!(gathered(rows), [whole(1, "a", 2), whole(3, "b", 0), whole(4, "d", 1)]);
}

#[test]
fn a_bad_row_takes_its_transaction_with_it_and_no_other_and_every_row_is_told() {
    let part = "part of a transaction left out";
    let rows = "a,c,1997-01-01,5,P-1,1,2\na,c,1997-01-01,5,P-2,1,x\na,c,1997-01-01,5,P-3,1,1\na,c,1997-01-01,5,P-3,1,y\n\
                b,c,1997-01-01,1,P-1,1,1\n";
    let expected =
        [Err((1, part)), Err((2, "bad amount")), Err((3, part)), Err((4, "bad amount")), Ok((5, "b".into(), 1))];
    assert_eq!(gathered(rows), expected);
    let other = "a,c,1997-01-01,5,P-1,1,2\na,d,1997-01-01,5,P-2,1,3\n";
    assert_eq!(gathered(other), [Err((1, part)), Err((2, "rows that differ"))]);
    let itemless = "a,c,1997-01-01,5,P-1,1,5\na,c,1997-01-01,5,,,\n";
    assert_eq!(gathered(itemless), [Err((1, part)), Err((2, "empty value"))]);
    assert_eq!(gathered("a,c,1997-01-01,5,P-1,1,-5\n"), [Err((1, "item of another sign"))]);
    assert_eq!(gathered("a,c,1997-01-01,5,,,5\n"), [Err((1, "empty value"))]);
}

#[test]
fn a_row_that_differs_says_from_which_and_what_to_do() {
    let columns = TransactionColumns {
        id: TransactionId::Column("id".into()),
        item_amount: ColumnChoice::Named("for".into()),
        ..Default::default()
    };
    let text = "id,customer_id,date,amount,product,for\na,c,1997-01-01,5,P-1,2\na,c,1997-01-02,5,P-2,3\n";
    let errors: Vec<_> = read_with(text, &columns).into_iter().map(|row| row.unwrap_err().to_string()).collect();
    assert_eq!(
        errors,
        [
            "row 1 (line 2), column 1 \"id\": \"a\" is a transaction of which row 2 cannot be used; correct that row: a transaction is taken \
             whole or not at all",
            "row 2 (line 3), column 3 \"date\": \"1997-01-02\" differs from row 1, which is of the same transaction; rows of a transaction say \
             the same but for their items: correct one of the two",
        ]
    );
}

#[test]
fn more_items_than_a_transaction_may_have_are_told_row_by_row() {
    let rows: String = (0..1002).map(|_| "a,c,1997-01-01,1002,P-1,1,1\n").collect();
    let read = gathered(&rows);
    assert_eq!(read.len(), 1002);
    assert_eq!(read[1000], Err((1001, "too many items")));
    assert!(read.iter().all(Result::is_err));
    let rows: String = (0..1000).map(|_| "a,c,1997-01-01,1000,P-1,1,1\n").collect();
    assert_eq!(gathered(&rows), [Ok((1, "a".into(), 1000))]);
}

#[test]
fn amounts_of_items_need_ids_and_products() {
    let item_amount = ColumnChoice::Named("for".into());
    let columns = TransactionColumns { item_amount, ..Default::default() };
    let error = |header: &str, columns: &TransactionColumns| {
        Transactions::new(header.as_bytes(), columns).unwrap_err().to_string()
    };
    assert!(
        error("id,customer_id,date,amount,product,for\n", &columns.clone())
            .ends_with("name their column with --transaction-id-column")
    );
    let columns = TransactionColumns { id: TransactionId::Column("id".into()), ..columns };
    assert!(error("id,customer_id,date,amount,for\n", &columns).ends_with("name their column with --product-column"));
}
