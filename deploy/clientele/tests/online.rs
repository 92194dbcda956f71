//! The commands that need the services, through the real binary and a private Postgres.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has to fail")]

use std::{
    fmt::Write as _,
    fs,
    io::{BufRead, BufReader},
    os::unix::fs::PermissionsExt,
    path::Path,
    process::{Child, Command, Output, Stdio},
};

use parquet::file::reader::{FileReader as _, SerializedFileReader};
use serde_json::Value;
use tempfile::TempDir;

#[path = "online/imports.rs"]
mod imports;
#[path = "online/policies.rs"]
mod policies;

/// A folder that Postgres' own user may enter.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    folder
}

fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_clientele"));
    command.current_dir(folder).args(arguments).env_remove("DATABASE_URL").env("COLUMNS", "120").env("NO_COLOR", "1");
    command
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    command(folder, arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// What a command prints when it succeeds.
fn printed(folder: &Path, arguments: &[&str]) -> String {
    let output = run(folder, arguments);
    assert!(output.status.success(), "{arguments:?}: {}", text(&output.stderr));
    text(&output.stdout)
}

fn json(folder: &Path, arguments: &[&str]) -> Value {
    serde_json::from_str(&printed(folder, arguments)).unwrap()
}

/// `clientele up`, until it is dropped or told to stop.
struct Up {
    process: Child,
}

impl Up {
    fn start(folder: &Path) -> Self {
        let arguments = [
            "up",
            "--customers-listen",
            "127.0.0.1:0",
            "--value-listen",
            "127.0.0.1:0",
            "--qualification-listen",
            "127.0.0.1:0",
        ];
        let mut process = command(folder, &arguments).stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let up = lines.map_while(Result::ok).any(|line| line.contains("clientele import"));
        assert!(up, "`clientele up` ended before it was up");
        Self { process }
    }

    fn stop(mut self) -> bool {
        let told = Command::new("kill").arg(self.process.id().to_string()).status().unwrap();
        told.success() && self.process.wait().unwrap().success()
    }
}

impl Drop for Up {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn the_demonstration_shows_key_customers_and_imports_nothing_twice() {
    let folder = folder();
    let first = run(folder.path(), &["demo"]);
    assert!(first.status.success(), "{}", text(&first.stderr));
    let shown = text(&first.stdout);
    for part in ["2,357 customers scored", "KEY", "Champions", "Why Customer", "recency", "Gini"] {
        assert!(shown.contains(part), "{part} is missing in\n{shown}");
    }
    assert!(text(&first.stderr).contains("6,919 imported"), "{}", text(&first.stderr));

    let second = run(folder.path(), &["demo"]);
    assert!(second.status.success());
    let told = text(&second.stderr);
    assert!(told.contains("2,357 were there already") && told.contains("6,919 were there already"), "{told}");
    assert_eq!(text(&second.stdout), shown);
}

#[test]
fn a_file_becomes_scores_that_can_be_asked_for() {
    let folder = folder();
    let here = folder.path();
    let up = Up::start(here);

    fs::write(
        here.join("customers.csv"),
        "external_id,display_name,country\nC-1,Acme Ltd,GB\nC-2,大明 公司,CN\nC-3,,FR\n",
    )
    .unwrap();
    let customers = json(here, &["import", "customers", "customers.csv", "--format", "json"]);
    assert_eq!((customers["new"].as_u64(), customers["bad_rows"].as_u64()), (Some(2), Some(1)));

    let mut rows = String::from("customer_id,date,amount\n");
    for (customer, days) in [("C-1", [2, 9, 16, 25]), ("C-2", [1, 3, 4, 20]), ("C-4", [5, 5, 5, 5])] {
        for (nth, day) in days.into_iter().enumerate() {
            writeln!(rows, "{customer},2026-01-{day:02},{}.50", 10 + nth).unwrap();
        }
    }
    rows.push_str("C-9,2026-13-01,5.00\n");
    fs::write(here.join("purchases.csv"), &rows).unwrap();
    let import = ["import", "transactions", "purchases.csv", "--currency", "EUR", "--format", "json"];
    let imported = json(here, &import);
    assert_eq!((imported["new"].as_u64(), imported["bad_rows"].as_u64()), (Some(12), Some(1)));
    let again = json(here, &import);
    assert_eq!((again["new"].as_u64(), again["known"].as_u64()), (Some(0), Some(12)));
    assert_eq!(run(here, &[&import[..], &["--strict"]].concat()).status.code(), Some(1));

    let run_of_2026 = json(here, &["score", "--as-of", "2026-01-31", "--currency", "EUR", "--format", "json"]);
    assert_eq!(run_of_2026["state"], "STATE_SUCCEEDED");
    assert_eq!(run_of_2026["summary"]["customers"], 3);

    let key = json(here, &["key-customers", "--format", "json"]);
    let ids: Vec<_> =
        key["key_customers"].as_array().unwrap().iter().map(|score| &score["customer_external_id"]).collect();
    assert_eq!(ids.len(), 3);
    assert!(printed(here, &["key-customers", "--format", "csv"]).starts_with("rank,customer,name,tier"));

    let depth = json(here, &["report", "purchase-depth", "--format", "json"]);
    let customers: Vec<_> =
        depth["levels"].as_array().unwrap().iter().map(|level| level["customers"].as_i64()).collect();
    // C-4 bought on one day of the month; all purchases of the others are on days of their own.
    assert_eq!(customers, [Some(0), Some(0), Some(1), Some(2)]);
    let depth = printed(here, &["report", "purchase-depth", "--format", "csv"]);
    assert!(depth.contains("\ndepth,twice or more,2,0.6666666666666666,EUR,96.00,,\ntotal,,3,,,,90,"), "{depth}");
    // Three customers with 48.00 each: the best of them brings a third, and no two bring 80 %.
    let concentration = ["report", "concentration", "--metric", "total-revenue"];
    let curve = printed(here, &[&concentration[..], &["--format", "csv"]].concat());
    assert!(curve.contains("\npoint,TOTAL_REVENUE,0.01,0.3333333333333333,,"), "{curve}");
    assert!(curve.ends_with("\ntotal,TOTAL_REVENUE,,,3,EUR,144.00,0,1\n"), "{curve}");
    let shown = printed(here, &concentration);
    assert!(shown.contains("The top 20 % of 3 customers bring 33 % of the revenue (Gini 0.00)."), "{shown}");
    let named = run_of_2026["score_run_id"].as_str().unwrap();
    let curve = json(here, &[&concentration[..], &["--score-run", named, "--format", "json"]].concat());
    assert_eq!((curve["score_run_id"].as_str(), curve["total"]["units"].as_i64()), (Some(named), Some(144)));
    let cohorts = printed(here, &["report", "retention", "--unit", "quarter", "--format", "csv"]);
    assert_eq!(cohorts, "line,quarter,customers,0\ncohort,2026-Q1,3,3\nearlier,,0,\n");
    assert!(printed(here, &["report", "retention"]).contains("2026-01"));

    let stages = json(here, &["report", "lifecycle", "--format", "json"]);
    let staged: i64 = stages["stages"].as_array().unwrap().iter().filter_map(|of| of["customers"].as_i64()).sum();
    assert_eq!(staged, 3);
    assert!(printed(here, &["report", "lifecycle"]).contains("at risk"));
    let stages = printed(here, &["report", "lifecycle", "--format", "csv"]);
    assert!(stages.starts_with("line,stage,customers,currency,") && stages.contains("\nprospects,,0,"), "{stages}");
    let churn = printed(here, &["report", "churn", "--format", "csv"]);
    assert!(churn.contains(",lost_customers,alerted_lost_customers,recall\nlevel,watch,"), "{churn}");
    assert_eq!(json(here, &["churn", "list", "--format", "json"])["churn_alerts"].as_array().map(Vec::len), Some(0));
    let nothing = run(here, &["churn", "acknowledge", "01990000-0000-7000-8000-000000000001"]);
    assert_eq!(nothing.status.code(), Some(1), "there is no such alert");
    let earlier = run_of_2026["score_run_id"].as_str().unwrap();
    json(here, &["score", "--as-of", "2026-01-31", "--currency", "EUR", "--holdout-days", "7", "--format", "json"]);
    let compared = json(here, &["score", "compare", earlier, "--format", "json"]);
    assert_eq!((compared["kept_customers"].as_i64(), compared["arrived_customers"].as_i64()), (Some(3), Some(0)));
    assert!(printed(here, &["score", "compare", earlier]).contains("3 customers in both, 0 arrived, 0 left"));
    let compared = printed(here, &["score", "compare", earlier, "--format", "csv"]);
    assert!(
        compared.starts_with("line,key,customer_id,") && compared.contains("\ntotal,,,,,,3,0,0,EUR,"),
        "{compared}"
    );
    let changes = ["score", "changes", "--filter", "kind = KEPT", "--order-by", "clv_change"];
    let changed = json(here, &[&changes[..], &["--format", "json"]].concat());
    assert_eq!(changed["score_changes"].as_array().map(Vec::len), Some(3));
    assert!(printed(here, &changes).contains("KEPT"));
    let changed = printed(here, &[&changes[..2], &[earlier, "--number", "1", "--format", "csv"]].concat());
    assert!(changed.starts_with("customer_id,customer_external_id,kind,currency,as_of_date_before,"), "{changed}");
    assert_eq!(changed.lines().count(), 2, "{changed}");
    let refused = run(here, &["score", "changes", "--filter", "nothing = 1"]);
    assert_eq!((refused.status.code(), text(&refused.stderr).contains("nothing")), (Some(1), true));

    let shown = printed(here, &["score", "show", "C-1", "--interval-level", "0.8"]);
    for part in ["interval_level", "80.0 %", "purchase_probability", "next_purchase_50", "C-1"] {
        assert!(shown.contains(part), "{part} is missing in\n{shown}");
    }
    let shown = json(here, &["score", "show", "C-1", "--format", "json"]);
    assert_eq!(shown["forecast"]["interval_level"], 0.95);
    let same = json(here, &["score", "reproduce", "C-1", "--format", "json"]);
    assert_eq!((same["identical"].as_bool(), same["inputs"]["transactions"].as_i64()), (Some(true), Some(4)));
    assert!(printed(here, &["score", "reproduce", "C-2", "--run", earlier]).contains("to the bit"));
    assert!(printed(here, &["score", "reproduce", "C-2", "--format", "csv"]).contains("\nidentical,true\n"));
    let early = run(here, &["score", "reproduce", "C-1", "--as-of", "2020-01-01T00:00:00Z"]);
    assert_eq!(early.status.code(), Some(1));
    assert!(text(&early.stderr).contains("no score run had succeeded by then"), "{}", text(&early.stderr));
    let predicted = json(here, &["score", "predict", "C-1", "--horizons", "7,400", "--format", "json"]);
    let days: Vec<_> =
        predicted["horizons"].as_array().unwrap().iter().map(|within| within["horizon_days"].as_i64()).collect();
    assert_eq!(days, [Some(7), Some(400)]);
    let new = printed(here, &["score", "predict", "--new-customer"]);
    assert!(new.contains("Of a customer won now, from the first purchase, by bg-nbd"), "{new}");
    let new = printed(here, &["score", "predict", "--new-customer", "--format", "csv"]);
    assert!(new.starts_with("line,horizon_days,end_date,") && new.contains("\nresidual,"), "{new}");
    assert_eq!(run(here, &["score", "predict"]).status.code(), Some(2));
    assert_eq!(run(here, &["score", "predict", "C-1", "--horizons", "0"]).status.code(), Some(2));
    let growth = ["report", "growth", "--currency", "EUR", "--to", "2026-01-31"];
    let lines = printed(here, &[&growth[..], &["--format", "csv"]].concat());
    assert!(lines.contains("\n2026-01-01,2026-01-31,true,3,3,0,0,0,3,EUR,144.00,144.00,0.00,"), "{lines}");
    assert!(printed(here, &growth).contains("2026-01"));
    assert!(printed(here, &["report", "tiers"]).contains("2 score runs in EUR"));
    let tiers = printed(here, &["report", "tiers", "--format", "csv"]);
    assert!(tiers.contains("\ncause,,,,SCORE_RUN,") && tiers.trim_end().ends_with(",2"), "{tiers}");
    let quality = printed(here, &["report", "model-quality", "--score-run", earlier, "--to", "2026-02-28"]);
    assert!(quality.contains("bg-nbd fitted up to 2026-01-31, against the 28 days up to 2026-02-28"), "{quality}");
    let quality = ["report", "model-quality", "--score-run", earlier, "--to", "2026-02-28", "--format", "csv"];
    let quality = printed(here, &quality);
    assert!(quality.contains("\ntotal,,3,") && quality.contains("\np_alive,10,"), "{quality}");

    let january =
        ["report", "sales", "--from", "2026-01-01", "--to", "2026-01-31", "--currency", "EUR", "--by", "month"];
    let sales = json(here, &[&january[..], &["--compare", "last-year", "--format", "json"]].concat());
    // Three customers for 10.50, 11.50, 12.50 and 13.50 each.
    let total = &sales["total"]["figures"];
    assert_eq!((total["net_sales"]["units"].as_i64(), total["purchases"].as_i64()), (Some(144), Some(12)));
    assert_eq!((sales["groups"][0]["key"].as_str(), total["customers"].as_i64()), (Some("2026-01"), Some(3)));
    assert!(sales["total"]["growth"]["net_sales"].is_null(), "{}", sales["total"]["growth"]);
    let lines = printed(here, &[&january[..], &["--format", "csv"]].concat());
    assert!(lines.contains("\ntotal,,,EUR,144.00,0.00,144.00,"), "{lines}");
    let by_month = run(here, &[&january[..], &["--compare", "previous-period"]].concat());
    assert!(text(&by_month.stderr).contains("cannot be the previous period by month"));

    let sold = "customer_id,date,amount,sales_company,product,quantity\nC-1,2026-02-01,30.00,North,P-1,2.5\n";
    fs::write(here.join("sold.csv"), sold).unwrap();
    json(here, &["import", "transactions", "sold.csv", "--currency", "EUR", "--format", "json"]);
    let february = ["report", "sales", "--from", "2026-02-01", "--to", "2026-02-28", "--currency", "EUR"];
    let products = printed(here, &[&february[..], &["--by", "product", "--format", "csv"]].concat());
    assert!(products.contains("\ngroup,P-1,P-1,EUR,30.00,"), "{products}");
    printed(here, &["export", "transactions", "-o", "all.csv"]);
    let exported = fs::read_to_string(here.join("all.csv")).unwrap();
    assert_eq!(exported.lines().count(), 14, "a header, twelve purchases and one more");
    let line = exported.lines().find(|line| line.contains("North")).unwrap();
    assert!(
        line.contains(",purchase,2026-02-01,,EUR,30.00,,,North,,,") && line.ends_with(",1,P-1,,,2.5,30.00"),
        "{line}"
    );
    assert!(!here.join("all.csv.part").exists());
    printed(here, &["export", "transactions", "--format", "parquet", "-o", "all.parquet"]);
    let parquet = SerializedFileReader::new(fs::File::open(here.join("all.parquet")).unwrap()).unwrap();
    let columns: Vec<_> = parquet.metadata().file_metadata().schema_descr().columns().to_vec();
    let names: Vec<_> = columns.iter().map(|column| column.name()).collect();
    assert_eq!(names.join(","), exported.lines().next().unwrap(), "the columns of CSV");
    assert_eq!(parquet.metadata().file_metadata().num_rows(), 13);
    let scores = printed(here, &["export", "scores", "--filter", "rank <= 2"]);
    assert_eq!(scores.lines().count(), 3, "{scores}");
    assert!(
        scores.starts_with("customer_id,customer_external_id,score_run_id,as_of_date,currency_code,rank,"),
        "{scores}"
    );
    printed(here, &["export", "scores", "--format", "parquet", "-o", "scores.parquet"]);
    let parquet = SerializedFileReader::new(fs::File::open(here.join("scores.parquet")).unwrap()).unwrap();
    assert_eq!(parquet.metadata().file_metadata().num_rows(), 3);
    let lines = printed(here, &["export", "transactions", "--format", "jsonl", "--from", "2026-02-01"]);
    let mut unread = command(here, &["export", "transactions"]).stdout(Stdio::piped()).spawn().unwrap();
    drop(unread.stdout.take());
    assert!(unread.wait().unwrap().success(), "a reader that has gone away is no error");
    let only: Value = serde_json::from_str(&lines).unwrap();
    assert_eq!(only["sales_organisation"]["company"], "North");

    let rates = "2026-01-01,EUR,USD,1.1\n2026-02-01,EUR,USD,1.1\n2026-02-02,EUR,USD,x\n";
    fs::write(here.join("rates.csv"), format!("date,base,quote,rate\n{rates}")).unwrap();
    let import = ["import", "fx-rates", "rates.csv", "--format", "json"];
    let rates = json(here, &import);
    assert_eq!((rates["new"].as_u64(), rates["bad_rows"].as_u64()), (Some(2), Some(1)));
    assert_eq!(json(here, &import)["known"].as_u64(), Some(2));
    let signals = ["account", "signals", "C-1", "--acquisition-channel", "fair", "--interaction-interval", "14"];
    assert_eq!(json(here, &signals)["interaction_interval_days"].as_f64(), Some(14.0));
    // The rate of 1 January is good until the 16th; there are purchases on the 20th and the 25th.
    let convert = ["--as-of", "2026-02-28", "--currency", "USD", "--convert", "--max-fx-rate-age", "15"];
    let converted = printed(here, &[&["score"], &convert[..]].concat());
    let told =
        "11 transactions in EUR were converted, 2 were left out: no rate for days from 2026-01-20 to 2026-01-25.";
    assert!(converted.contains(told), "{converted}");
    // February: 30.00 euros at 1.1 dollars, and with any older rate January's 144.00.
    let from_january = ["report", "sales", "--from", "2026-01-01", "--to", "2026-02-28", "--convert"];
    let all = json(here, &[&from_january[..], &["--max-fx-rate-age", "30", "--format", "json"]].concat());
    let (total, others) = (&all["total"]["figures"]["net_sales"], &all["other_currencies"]);
    assert_eq!((total["units"].as_i64(), total["nanos"].as_i64()), (Some(191), Some(400_000_000)));
    assert_eq!(
        (others[0]["currency_code"].as_str(), others[0]["converted_transactions"].as_i64()),
        (Some("EUR"), Some(13))
    );
    let told = printed(here, &[&from_january[..], &["--max-fx-rate-age", "15"]].concat());
    let told = told.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(told.contains("2 were left out: no rate for days from 2026-01-20 to 2026-01-25."), "{told}");
    // C-1 for 10.50, 11.50, 12.50 and 30.00 euros at 1.1 dollars.
    let channels = printed(here, &["report", "acquisition", "--format", "csv"]);
    assert!(channels.contains("\nchannel,fair,,,,1,USD,0.00,0.00,0.00,70.95,70.95,"), "{channels}");

    // Only C-1 has more than 60 dollars.
    let tiers = |rule: &str| {
        let gold = serde_json::json!({"tier": "GOLD", "rule": rule, "stay_rule": "customer.country_code = \"GB\""});
        let policy = serde_json::json!({"tier_policy": {"tiers": [gold, {"tier": "REST"}]}});
        fs::write(here.join("policy.json"), policy.to_string()).unwrap();
    };
    tiers("total_revenue > 60");
    let preview = printed(here, &["policy", "preview", "policy.json", "--format", "csv"]);
    assert!(preview.contains("\ntier,GOLD,0,1,") && preview.contains("\ntier,REST,0,2,"), "{preview}");
    let set = printed(here, &["policy", "set", "policy.json"]);
    assert!(set.contains("is followed by score runs from now on"), "{set}");
    let shown = json(here, &["policy", "show"]);
    assert_eq!(shown["tier_policy"]["tiers"][0]["rule"], "total_revenue > 60");
    assert_eq!(shown["tier_policy"]["tiers"][0]["stay_rule"], "customer.country_code = \"GB\"");
    tiers("total_revenue > 60 AND rank < 3");
    let refused = run(here, &["policy", "set", "policy.json"]);
    assert_eq!(refused.status.code(), Some(1));
    let told = text(&refused.stderr);
    assert!(told.contains("tier_policy.tiers[0].rule") && told.contains("character 24: rank is a place"), "{told}");

    let acme = json(here, &["customer", "get", "C-1", "--format", "json"]);
    assert_eq!(acme["customer"]["display_name"], "Acme Ltd");
    assert_eq!(acme["score"]["purchases"]["frequency"], 3);
    assert_eq!(acme["score"]["contribution"]["profit"]["units"], 70);
    let acme = printed(here, &["customer", "get", "C-1", "--format", "csv"]);
    assert!(acme.contains("\ncurrency,USD\ntotal_revenue,70.95\n"), "{acme}");
    let nobody = run(here, &["customer", "get", "nobody"]);
    assert_eq!(nobody.status.code(), Some(1));
    assert!(text(&nobody.stderr).contains("there is no customer nobody"));

    let token = printed(here, &["token", "--tenant", "another"]);
    let other = run(here, &["customer", "get", "C-1", "--token", token.trim()]);
    assert_eq!(other.status.code(), Some(1), "another tenant's token sees nothing");

    assert!(up.stop(), "SIGTERM ends `clientele up` cleanly");
    let gone = run(here, &["customer", "get", "C-1"]);
    assert_eq!(gone.status.code(), Some(2));
    assert!(text(&gone.stderr).contains("clientele up"), "{}", text(&gone.stderr));
}

#[test]
fn hits_of_customers_are_listed_explained_and_cleared_by_two_people() {
    let folder = folder();
    let here = folder.path();
    let up = Up::start(here);
    fs::write(here.join("customers.csv"), "external_id,display_name,country\nC-1,Orbital Machinery Trading,AE\n")
        .unwrap();
    json(here, &["import", "customers", "customers.csv", "--format", "json"]);
    let list = "id,kind,name,country\n2,organisation,Orbital Machinery Trading FZE,AE\n";
    fs::write(here.join("list.csv"), list).unwrap();
    let import = ["list.csv", "--list", "own", "--kind", "internal", "--list-format", "csv", "--format", "json"];
    json(here, &[&["import", "screening-list"], &import[..]].concat());

    // The qualification service hears of customers a moment later.
    let screen = ["screening", "screen", "C-1", "--format", "json"];
    let mut screened = run(here, &screen);
    for _ in 0..100 {
        if screened.status.success() {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
        screened = run(here, &screen);
    }
    assert!(screened.status.success(), "{}", text(&screened.stderr));
    let hits: Value = serde_json::from_slice(&screened.stdout).unwrap();
    let hit = hits["screening_hits"][0]["screening_hit_id"].as_str().unwrap().to_owned();
    assert_eq!(hits["screening_hits"][0]["state"], "HIT_STATE_OPEN");

    let listed = json(here, &["screening", "hits", "list", "--customer", "C-1", "--format", "json"]);
    assert_eq!(listed["screening_hits"][0]["screening_hit_id"], hit.as_str());
    let narrow = ["screening", "hits", "list", "--filter", "state = TRUE_MATCH"];
    assert_eq!(printed(here, &narrow), "There is no such hit.\n");
    let shown = printed(here, &["screening", "hits", "show", &hit]);
    for part in ["Orbital Machinery Trading FZE", "machinery", "exact", "own 2"] {
        assert!(shown.contains(part), "{part} is missing in\n{shown}");
    }

    let decide = |rest: &[&str]| {
        let words = ["--reason", "another register number"];
        run(here, &[&["screening", "hits"], rest, &words[..]].concat())
    };
    let early = decide(&["approve", &hit]);
    assert_eq!(early.status.code(), Some(2));
    assert!(text(&early.stderr).contains("--as false-positive"), "{}", text(&early.stderr));
    let proposed = decide(&["decide", &hit, "--as", "false-positive"]);
    assert!(proposed.status.success(), "{}", text(&proposed.stderr));
    assert!(text(&proposed.stdout).contains("false positive, to be confirmed"), "{}", text(&proposed.stdout));
    assert!(text(&proposed.stderr).contains(&format!("hits approve {hit}")), "{}", text(&proposed.stderr));
    let own = decide(&["approve", &hit]);
    assert_eq!(own.status.code(), Some(1));
    assert!(text(&own.stderr).contains("clientele token --subject"), "{}", text(&own.stderr));
    let token = printed(here, &["token", "--subject", "eva"]);
    let token = token.trim();
    let dry = decide(&["approve", &hit, "--token", token, "--dry-run", "--format", "json"]);
    assert_eq!(serde_json::from_slice::<Value>(&dry.stdout).unwrap()["state"], "HIT_STATE_FALSE_POSITIVE");
    let approved = decide(&["approve", &hit, "--token", token, "--expire-months", "6", "--format", "csv"]);
    assert!(approved.status.success(), "{}", text(&approved.stderr));
    let line = text(&approved.stdout).lines().nth(1).unwrap().to_owned();
    assert!(line.contains(",FALSE_POSITIVE,") && line.contains(",operator,eva,another register number,"), "{line}");
    assert_eq!(printed(here, &["screening", "hits", "list"]), "There is no such hit.\n");
    what_happened_to_a_hit_is_proven(here, &hit);

    let nobody = run(here, &["screening", "screen", "nobody"]);
    assert_eq!(nobody.status.code(), Some(1));
    assert!(text(&nobody.stderr).contains("nobody"), "{}", text(&nobody.stderr));
    let gone = run(here, &["screening", "hits", "show", "01990000-0000-7000-8000-000000000009"]);
    assert!(text(&gone.stderr).contains("clientele screening hits list"), "{}", text(&gone.stderr));
    assert!(up.stop());
}

/// What `asked` prints once it prints something, which takes the service about a second.
fn eventually<T>(asked: impl Fn() -> Option<T>) -> T {
    for _ in 0..200 {
        if let Some(found) = asked() {
            return found;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    panic!("it never comes");
}

/// By an auditor who took the keys and a head, and neither the log nor the service's word for it.
fn what_happened_to_a_hit_is_proven(here: &Path, hit: &str) {
    let filter = format!("subject_kind = \"screening_hit\" AND subject_id = \"{hit}\"");
    let entries = || json(here, &["audit", "entries", "--order-by", "leaf_index", "--filter", &filter]);
    let sealed = eventually(|| {
        let entries = entries().as_array().unwrap().clone();
        let is_sealed = entries.len() == 3 && entries.iter().all(|entry| !entry["leaf_index"].is_null());
        is_sealed.then_some(entries)
    });
    fs::write(here.join("keys.pem"), printed(here, &["audit", "keys"])).unwrap();
    let (key, id) = (["--key", "keys.pem"], sealed[2]["audit_entry_id"].as_str().unwrap());
    // The list's import and the hit's three: the deed that cleared it is the youngest.
    let count = json(here, &["audit", "entries"]).as_array().unwrap().len();
    let prove = |entry: &str| [&["audit", "prove", entry, "--output", "proof.json"], &key[..]].concat().join(" ");
    let proven = eventually(|| {
        let output = run(here, &prove(id).split(' ').collect::<Vec<_>>());
        output.status.success().then(|| text(&output.stdout))
    });
    let place = format!("entry {count} of the {count} ");
    assert!(proven.contains(hit) && proven.contains("eva") && proven.contains(&place), "{proven}");
    let verify = [&["audit", "verify-proof", "proof.json"], &key[..]].concat();
    assert_eq!(printed(here, &verify), proven);
    let told = fs::read_to_string(here.join("proof.json")).unwrap();
    fs::write(here.join("proof.json"), told.replace(&format!("\"leaf_index\": {}", count - 1), "\"leaf_index\": 0"))
        .unwrap();
    let moved = run(here, &verify);
    assert!(text(&moved.stderr).contains("does not stand at its place"), "{}", text(&moved.stderr));

    printed(here, &["audit", "head", "--output", "head.json"]);
    let grown = printed(here, &[&["audit", "grown", "--since", "head.json"], &key[..]].concat());
    assert!(grown.contains(&format!("the first {count} of the {count} entries")), "{grown}");
    let head = fs::read_to_string(here.join("head.json")).unwrap();
    let signature = head.find("\"signature\": \"").unwrap() + 14;
    let flipped = if &head[signature..=signature] == "0" { "1" } else { "0" };
    fs::write(here.join("head.json"), [&head[..signature], flipped, &head[signature + 1..]].concat()).unwrap();
    let forged = run(here, &[&["audit", "grown", "--since", "head.json"], &key[..]].concat());
    assert_eq!(forged.status.code(), Some(1), "{}", text(&forged.stdout));
}

#[test]
fn a_file_of_contracts_becomes_a_report_of_their_renewals() {
    let folder = folder();
    let here = folder.path();
    let _up = Up::start(here);
    let rows = "external_id,customer_id,product,value,start_date,term_months,auto_renew,renewals,cancel_date\n\
                K-1,C-1,Gold,100.00,2020-01-01,12,yes,,\n\
                K-2,C-2,Gold,80.00,2020-01-01,12,no,1,\n\
                K-3,C-2,Gold,60.00,2020-01-01,12,yes,,2021-01-01\n\
                K-4,C-3,Gold,60.00,2020-01-01,0,yes,,\n\
                K-5,C-3,Gold,60.00,01/02/2020,12,yes,,\n";
    fs::write(here.join("contracts.csv"), rows).unwrap();
    let import = ["import", "contracts", "contracts.csv", "--currency", "EUR", "--format", "json"];
    let imported = json(here, &import);
    let counts = |imported: &Value| ["new", "known", "rejected", "bad_rows"].map(|name| imported[name].as_u64());
    assert_eq!(counts(&imported), [Some(3), Some(0), Some(1), Some(1)]);
    assert_eq!(imported["rejections"][0], "row 4: term_months: must be 1 to 120");
    assert_eq!(counts(&json(here, &import)), [Some(0), Some(3), Some(1), Some(1)]);

    let report = ["report", "contracts", "--currency", "EUR", "--as-of", "2023-06-30", "--unit", "year"];
    let told = json(here, &[&report[..], &["--format", "json"]].concat());
    let renewals = told["total"]["renewals"].as_array().unwrap();
    let due = |at: usize| (renewals[at]["due_contracts"].as_i64(), renewals[at]["renewed_contracts"].as_i64());
    // All were due at the first renewal, and K-3 was not renewed; K-2 left at the second.
    assert_eq!([due(0), due(1), due(2)], [(Some(3), Some(2)), (Some(2), Some(1)), (Some(1), Some(1))]);
    let lines = printed(here, &[&report[..], &["--format", "csv"]].concat());
    assert!(lines.contains("\ncohort,2020-01-01,EUR,12,3,"), "{lines}");
    assert!(printed(here, &report).contains("Gold"));
}

/// What a command that fails says, and how it exits.
fn refused(folder: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let output = run(folder, arguments);
    (output.status.code(), text(&output.stderr))
}

#[test]
fn customers_are_put_on_a_list_and_taken_off() {
    let folder = folder();
    let here = folder.path();
    let _up = Up::start(here);
    fs::write(
        here.join("purchases.csv"),
        "customer_id,date,amount\nC-1,2026-01-02,1.00\nC-2,2026-01-03,1.00\nC-3,2026-01-03,1.00\n",
    )
    .unwrap();
    printed(here, &["import", "transactions", "purchases.csv", "--currency", "EUR"]);
    let (code, told) = refused(here, &["segment", "add", "VIP", "C-1"]);
    assert!(code == Some(1) && told.contains("`clientele segment create VIP` makes a list"), "{told}");
    printed(here, &["segment", "create", "VIP"]);

    let added = json(here, &["segment", "add", "VIP", "C-1", "C-2", "--format", "json"]);
    assert_eq!((added["changed_members"].as_i64(), added["segment"]["members"].as_i64()), (Some(2), Some(2)));
    let (code, told) = refused(here, &["segment", "add", "VIP", "C-3", "C-8", "C-9"]);
    assert!(code == Some(1) && told.contains("not known as customers: C-8, C-9. Leave them out"), "{told}");
    let mut piped = command(here, &["segment", "add", "VIP", "-", "--format", "csv"]);
    let mut piped = piped.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    std::io::Write::write_all(&mut piped.stdin.take().unwrap(), b"C-2\n\n C-3\n").unwrap();
    assert_eq!(text(&piped.wait_with_output().unwrap().stdout), "segment,joined,members\nVIP,1,3\n");
    assert!(printed(here, &["segment", "remove", "VIP", "C-1", "nobody"]).contains("VIP"));
    let members = json(here, &["segment", "members", "VIP", "--format", "json"]);
    let keys: Vec<_> =
        members.as_array().unwrap().iter().map(|member| member["customer_external_id"].as_str()).collect();
    assert_eq!(keys, [Some("C-2"), Some("C-3")]);
    let moved = json(here, &["report", "segments", "VIP", "--format", "json"]);
    let last = moved[0]["movements"].as_array().unwrap().last().unwrap();
    assert_eq!((moved[0]["segment_name"].as_str(), last["members_after"].as_i64()), (Some("VIP"), Some(2)));
    assert!(printed(here, &["report", "segments", "--by", "day"]).contains("From the beginning to now"));
    let moved = printed(here, &["report", "segments", "--by", "score-run", "--format", "csv"]);
    assert!(moved.starts_with("segment,segment_id,start_date,score_run_id,") && moved.contains("\nVIP,"), "{moved}");
    let (code, told) = refused(here, &["report", "segments", "NOBODY"]);
    assert!(code == Some(1) && told.contains("there is no segment NOBODY: `clientele segment list`"), "{told}");
    let (code, told) = refused(here, &["report", "segments", "--from", "2026-02-01", "--to", "2026-01-01"]);
    assert!(code == Some(1) && told.contains("end_date"), "{told}");

    printed(here, &["segment", "create", "RULED", "--rule", "frequency > 1"]);
    let (code, told) = refused(here, &["segment", "add", "RULED", "C-1"]);
    assert!(code == Some(1) && told.contains("is not a list"), "{told}");
    let empty = command(here, &["segment", "remove", "VIP", "-"]).stdin(Stdio::null()).output().unwrap();
    assert_eq!(empty.status.code(), Some(2), "{}", text(&empty.stderr));
}

#[test]
fn spends_and_target_populations_are_kept() {
    let folder = folder();
    let here = folder.path();
    let _up = Up::start(here);
    let period = ["--from", "2026-03-01", "--to", "2026-03-31"];
    let create = [&["acquisition-spend", "create", "trade fair", "12000", "--currency", "EUR"], &period[..]].concat();
    let made = json(here, &[&create[..], &["--format", "json"]].concat());
    let id = made["acquisition_spend_id"].as_str().unwrap();
    assert_eq!(made["amount"]["units"].as_i64(), Some(12_000));
    let changed = printed(here, &["acquisition-spend", "update", id, "--amount", "12000.5", "--to", "2026-04-30"]);
    assert!(changed.contains(id) && changed.contains("EUR 12,000.50") && changed.contains("2026-04-30"), "{changed}");
    printed(here, &[&["acquisition-spend", "create", "web", "7", "--currency", "JPY"], &period[..]].concat());
    let listed =
        printed(here, &["acquisition-spend", "list", "--filter", "channel = \"trade fair\"", "--format", "csv"]);
    let heads = "acquisition_spend_id,channel,start_date,end_date,currency,amount\n";
    assert_eq!(listed, format!("{heads}{id},trade fair,2026-03-01,2026-04-30,EUR,12000.50\n"));
    assert_eq!(json(here, &["acquisition-spend", "list", "--format", "json"]).as_array().map(Vec::len), Some(2));

    let (code, told) = refused(here, &["acquisition-spend", "update", id]);
    assert!(code == Some(2) && told.contains("--channel, --amount, --from or --to"), "{told}");
    let (code, told) =
        refused(here, &[&["acquisition-spend", "create", "web", "7.5", "--currency", "JPY"], &period[..]].concat());
    assert!(code == Some(2) && told.contains("the amount 7.5"), "{told}");
    let (code, told) = refused(here, &["acquisition-spend", "update", id, "--to", "2026-02-01"]);
    assert!(code == Some(1) && told.contains("end_date"), "{told}");
    assert!(printed(here, &["acquisition-spend", "delete", id]).contains("trade fair"));
    let (code, told) = refused(here, &["acquisition-spend", "delete", id]);
    assert!(code == Some(1) && told.contains("`clientele acquisition-spend list` shows"), "{told}");

    let set = ["target-population", "set", "--by", "country", "DE"];
    json(here, &[&set[..], &["2000", "--format", "json"]].concat());
    let said = printed(here, &[&set[..], &["2500", "--source", "chamber of commerce"]].concat());
    assert!(said.contains("2,500") && said.contains("chamber of commerce"), "{said}");
    printed(here, &["target-population", "set", "--by", "attribute", "--attribute", "region", "north", "40"]);
    let listed = printed(here, &["target-population", "list", "--format", "csv"]);
    let listed: Vec<_> = listed.lines().map(|line| line.split_once(',').unwrap().1).collect();
    assert_eq!(listed, ["by,group,customers,source", "country,DE,2500,chamber of commerce", "region,north,40,"]);
    let (code, told) = refused(here, &["target-population", "delete", "--by", "country", "FR"]);
    assert!(code == Some(1) && told.contains("`clientele target-population list` shows"), "{told}");
    printed(here, &["target-population", "delete", "--by", "country", "DE"]);
    assert_eq!(json(here, &["target-population", "list", "--format", "json"]).as_array().map(Vec::len), Some(1));
    let (code, told) = refused(here, &["target-population", "set", "--by", "attribute", "north", "40"]);
    assert!(code == Some(2) && told.contains("name the attribute with --attribute"), "{told}");
}

#[test]
fn migrate_tells_what_is_applied() {
    let folder = folder();
    let pending = json(folder.path(), &["migrate", "--format", "json"]);
    let states: Vec<_> = pending.as_array().unwrap().iter().map(|migration| &migration["state"]).collect();
    assert!(states.len() > 5 && states.iter().all(|state| *state == "applied"), "{states:?}");
}
