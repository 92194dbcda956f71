//! Files of transactions: what an export wrote, and a retailer's file full of cancellations.

use super::*;

/// The counts of an import.
fn counts(imported: &Value) -> [Option<u64>; 4] {
    ["new", "known", "rejected", "bad_rows"].map(|name| imported[name].as_u64())
}

/// Reason, column or fields, rows and first row of what was left out.
type LeftOut<'a> = (&'a str, &'a str, u64, u64);

fn reasons<'a>(imported: &'a Value, list: &str, place: &str) -> Vec<LeftOut<'a>> {
    let reasons = imported[list].as_array().unwrap().iter();
    reasons
        .map(|it| {
            let [reason, place] = ["reason", place].map(|name| it[name].as_str().unwrap());
            (reason, place, it["rows"].as_u64().unwrap(), it["first_row"].as_u64().unwrap())
        })
        .collect()
}

const LEDGER: &str = "\
external_id,customer_id,date,at,amount,kind,refunded_external_id,cost_kind,sales_company,sales_employee,product,product_name,category,quantity,for
P1,C-1,2026-01-05,2026-01-05T22:30:00.25-03:00,100.00,,,,North,\"Ida, jr\",A-1,\"Pump \"\"3\"\"\",Pumps,2.5,60.00
P1,C-1,2026-01-05,2026-01-05T22:30:00.25-03:00,100.00,,,,North,\"Ida, jr\",A-2,Valve,,,40.00
P2,C-1,2026-01-10,,50.00,,,,,,,,,,
R1,C-1,2026-01-20,,100.00,refund,P1,,,,,,,,
K1,C-1,2026-01-21,,30.00,cost,,cost_of_goods,,,,,,,
K2,C-1,2026-01-21,,4.00,cost,,,,,,,,,
K3,C-1,2026-01-21,,5.00,cost,,acquisition,,,,,,,
K4,C-1,2026-01-21,,5.00,cost,,freight,,,,,,,
P3,C-1,2026-01-22,,5.00,,P1,,,,,,,,
P4,C-1,2026-01-23,,5.00,,,,,,A-1,,,,2.00
P4,C-1,2026-01-23,,5.00,,,,,,A-2,,,,x
P5,C-1,2026-01-23,,5.00,,,,,,A-1,,,1e3,5.00
";

#[test]
fn what_an_export_wrote_is_imported_again_without_loss() {
    let folder = folder();
    let here = folder.path();
    let up = Up::start(here);
    fs::write(here.join("customers.csv"), "external_id,display_name\nC-1,Acme Ltd\n").unwrap();
    json(here, &["import", "customers", "customers.csv", "--format", "json"]);
    let mut rows = String::from("customer_id,date,amount\n");
    for (customer, days) in [("C-2", [2, 9, 16, 25]), ("C-3", [1, 3, 4, 20]), ("C-4", [5, 5, 5, 5])] {
        for (nth, day) in days.into_iter().enumerate() {
            writeln!(rows, "{customer},2026-01-{day:02},{}.50", 10 + nth).unwrap();
        }
    }
    fs::write(here.join("purchases.csv"), &rows).unwrap();
    json(here, &["import", "transactions", "purchases.csv", "--currency", "EUR", "--format", "json"]);
    fs::write(here.join("ledger.csv"), LEDGER).unwrap();
    let import = ["import", "transactions", "ledger.csv", "--currency", "EUR", "--time-column", "at"];
    let ledger = json(here, &[&import[..], &["--item-amount-column", "for", "--format", "json"]].concat());
    assert_eq!(counts(&ledger), [Some(6), Some(0), Some(1), Some(4)], "{ledger}");
    let bad = [
        ("unknown kind of cost", "cost_kind", 1, 8),
        ("refunded purchase of something else", "refunded_external_id", 1, 9),
        ("part of a transaction left out", "external_id", 1, 10),
        ("bad amount", "for", 1, 11),
    ];
    assert_eq!(reasons(&ledger, "bad_rows_by_reason", "column"), bad);
    let rejected = [("INVALID_FIELDS", "items.quantity", 1, 12)];
    assert_eq!(reasons(&ledger, "rejected_by_reason", "fields"), rejected);

    // The value service hears of customers a moment later: from then on exports name C-1 by its id.
    let export = ["export", "transactions", "-o", "all.csv"];
    let mut all = String::new();
    for _ in 0..100 {
        printed(here, &export);
        all = fs::read_to_string(here.join("all.csv")).unwrap();
        if !all.contains(",C-1,") {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    assert!(!all.contains(",C-1,") && all.contains(",C-2,"), "{all}");
    let again = ["import", "transactions", "all.csv", "--format", "json"];
    let known = json(here, &again);
    assert_eq!(
        counts(&known),
        [Some(0), Some(18), Some(0), Some(0)],
        "the service compares all that each says: {known}"
    );

    // Somebody else, who has nothing yet, gets all of it; only the instants at which it was recorded are others.
    let token = printed(here, &["token", "--tenant", "another"]);
    let other = ["--token", token.trim()];
    assert_eq!(counts(&json(here, &[&again[..], &other].concat())), [Some(18), Some(0), Some(0), Some(0)]);
    printed(here, &[&["export", "transactions", "-o", "theirs.csv"], &other[..]].concat());
    let without_create_time = |file: &str| {
        let text = fs::read_to_string(here.join(file)).unwrap();
        let lines = text.lines().map(|line| {
            let cells = line
                .split(',')
                .filter(|cell| !(cell.ends_with('Z') && cell.starts_with("20") && !cell.contains("01-06")));
            cells.collect::<Vec<_>>().join(",")
        });
        lines.collect::<Vec<_>>()
    };
    let theirs = without_create_time("theirs.csv");
    assert_eq!(theirs, without_create_time("all.csv"));
    assert!(theirs.iter().any(|line| line.contains("2026-01-06T01:30:00.25Z")), "{theirs:?}");

    // P1 is taken back, not what was bought last before the refund; and costs are what they were spent on.
    json(here, &["score", "--as-of", "2026-01-31", "--currency", "EUR", "--format", "json"]);
    let scores = printed(here, &["export", "scores", "--filter", "total_revenue = 50"]);
    let lines: Vec<Vec<&str>> = scores.lines().map(|line| line.split(',').collect()).collect();
    let cell = |name: &str| lines[1][lines[0].iter().position(|column| *column == name).unwrap()];
    let named =
        ["first_purchase_date", "total_revenue", "cost_of_goods", "cost_to_serve", "acquisition_cost", "margin"];
    assert_eq!(named.map(cell), ["2026-01-10", "50.00", "30.00", "4.00", "5.00", "20.00"], "{scores}");
    assert!(lines[0].ends_with(&["payback_days", "candidate_tier", "update_time"]), "{scores}");

    // A model sees each transaction once, however many rows it has: twelve purchases and two, one of which is taken back.
    let fitted = json(here, &["model", "fit", "--model", "bg-nbd", "--transactions", "all.csv", "--format", "json"]);
    assert_eq!(
        (&fitted["customers"], &fitted["rows"]["used"], &fitted["rows"]["left_out"]),
        (&4.into(), &15.into(), &0.into())
    );
    assert!(up.stop());
}

/// A file, and what is to come of it.
struct Retail {
    file: String,
    left_out: Vec<LeftOut<'static>>,
    good: u64,
    /// Pence.
    sold: i64,
    given_back: i64,
}

/// A retailer's file: a row in three cancels the one before it, with a `C` before the number of its invoice, a negative quantity and a negative
/// total.
fn retail(rows: u64) -> Retail {
    let mut file = String::from("InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,Total,CustomerID\n");
    let mut left_out = [
        ("empty value", "CustomerID", 0, 0),
        ("ambiguous date", "InvoiceDate", 0, 0),
        ("negative quantity", "Quantity", 0, 0),
        ("too many decimals", "Total", 0, 0),
    ];
    let (mut good, mut pence) = (0, [0, 0]);
    for row in 1..=rows {
        let bought = row - u64::from(row % 3 == 0);
        let (quantity, price) = ((bought % 11 + 1) as i64, (bought * 37 % 2000 + 1) as i64);
        let (mark, quantity) = if row % 3 == 0 { ("C", -quantity) } else { ("", quantity) };
        let mut total = quantity * price;
        let mut date = format!("2011-{:02}-{:02} 08:26:00", bought % 12 + 1, bought % 28 + 1);
        let mut customer = (17_000 + bought % 400).to_string();
        let mut quantity = quantity.to_string();
        let mut decimals = "";
        let wrong = match row {
            _ if row % 50 == 7 => Some(0),
            _ if row % 701 == 0 => Some(1),
            // Lost stock: a quantity goes, and no money.
            _ if row % 900 == 1 => Some(2),
            _ if row % 1301 == 0 => Some(3),
            _ => None,
        };
        match wrong {
            Some(0) => customer.clear(),
            Some(1) => date = "12/1/2010 8:26".into(),
            Some(2) => (total, quantity) = (0, "-5".into()),
            Some(3) => decimals = "5",
            _ => {
                good += 1;
                pence[usize::from(total < 0)] += total.abs();
            }
        }
        if let Some(wrong) = wrong {
            let (_, _, count, first) = &mut left_out[wrong];
            *count += 1;
            *first = if *count == 1 { row } else { *first };
        }
        let sign = if total < 0 { "-" } else { "" };
        let (pounds, rest) = (total.abs() / 100, total.abs() % 100);
        let unit = format!("{}.{:02}", price / 100, price % 100);
        writeln!(
            file,
            "{mark}{},{:05},\"JAM JAR, {}\",{quantity},{date},{unit},{sign}{pounds}.{rest:02}{decimals},{customer}",
            536_000 + row,
            bought % 97,
            bought % 97,
        )
        .unwrap();
    }
    let mut left_out = left_out.to_vec();
    left_out.sort_by_key(|(_, _, rows, first)| (std::cmp::Reverse(*rows), *first));
    Retail { file, left_out, good, sold: pence[0], given_back: pence[1] }
}

#[test]
fn cancellations_of_a_retailer_are_refunds_and_every_row_left_out_is_counted_with_its_reason() {
    const ROWS: u64 = 12_000;
    let folder = folder();
    let here = folder.path();
    let up = Up::start(here);
    let Retail { file, left_out, good, sold, given_back } = retail(ROWS);
    assert!(file.lines().filter(|line| line.starts_with('C')).count() > 3_900);
    fs::write(here.join("retail.csv"), file).unwrap();
    let columns = ["--customer-column", "CustomerID", "--date-column", "InvoiceDate", "--amount-column", "Total"];
    let products =
        ["--product-column", "StockCode", "--product-name-column", "Description", "--quantity-column", "Quantity"];
    let import = ["import", "transactions", "retail.csv", "--currency", "GBP", "--format", "json"];
    let import = [&import[..], &columns, &products].concat();
    let net = [&import[..], &["--refunds", "net", "--transaction-id-column", "InvoiceNo"]].concat();

    let imported = json(here, &net);
    let bad: u64 = left_out.iter().map(|(_, _, rows, _)| rows).sum();
    assert_eq!(good + bad, ROWS);
    assert_eq!(counts(&imported), [Some(good), Some(0), Some(0), Some(bad)], "{imported}");
    assert_eq!(reasons(&imported, "bad_rows_by_reason", "column"), left_out);
    let first = imported["bad_rows_by_reason"][0]["first"].as_str().unwrap();
    assert!(first.starts_with("row 7 (line 8), column 8 \"CustomerID\": is empty; fill it in"), "{first}");
    assert_eq!(counts(&json(here, &net)), [Some(0), Some(good), Some(0), Some(bad)], "nothing twice");

    let sales =
        ["report", "sales", "--from", "2011-01-01", "--to", "2011-12-31", "--currency", "GBP", "--format", "json"];
    let figures = json(here, &sales)["total"]["figures"].clone();
    let pence = |name: &str| {
        figures[name]["units"].as_i64().unwrap() * 100 + figures[name]["nanos"].as_i64().unwrap() / 10_000_000
    };
    assert_eq!([pence("gross_sales"), pence("refunds")], [sold, given_back]);

    // Without ids rows are told apart by what they say; without --refunds net each cancellation is a bad row, and counted.
    let token = printed(here, &["token", "--tenant", "another"]);
    let rejecting = json(here, &[&import[..], &["--token", token.trim()]].concat());
    let [new, _, rejected, bad] = counts(&rejecting).map(Option::unwrap);
    assert_eq!((new + bad, rejected), (ROWS, 0));
    let (reason, column, rows, first) = reasons(&rejecting, "bad_rows_by_reason", "column")[0];
    assert_eq!((reason, column, first), ("negative price", "Total", 3));
    assert!(rows > 3_800, "{rejecting}");
    assert!(up.stop());
}
