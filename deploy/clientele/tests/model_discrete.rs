//! `clientele model fit` for the models of discrete time: the published figures, how purchases become periods, every kind of bad input.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fmt::Write as _;
use std::io::Write as _;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

const DONATIONS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/data/donations.csv");
const HIGH_END: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/data/survivors_high_end.csv");
const REGULAR: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/data/survivors_regular.csv");
const CDNOW: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/data/cdnow_sample.csv");

fn fit(arguments: &[&str], stdin: &[u8]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_clientele"))
        .args(["model", "fit"])
        .args(arguments)
        .env_remove("COLUMNS")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // The program may stop reading early: then the pipe breaks, which is no fault.
    let _ = child.stdin.take().unwrap().write_all(stdin);
    child.wait_with_output().unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// The outcome of a fit that succeeds.
#[track_caller]
fn fitted(arguments: &[&str], stdin: &[u8]) -> Value {
    let output = fit(&[arguments, &["--format", "json"]].concat(), stdin);
    assert!(output.status.success(), "{}", stderr(&output));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// A fit that is refused as unusable, with an explanation.
#[track_caller]
fn refused(arguments: &[&str], stdin: impl AsRef<[u8]>, explained: &str) {
    let output = fit(arguments, stdin.as_ref());
    let told = stderr(&output);
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert!(output.stdout.is_empty());
    assert!(told.contains(explained), "{told}");
}

/// Whether `value`, rounded as `published` is, is `published`.
#[track_caller]
fn rounds_to(value: &Value, published: &str) {
    let decimals = published.split_once('.').map_or(0, |(_, decimals)| decimals.len());
    assert_eq!(format!("{:.decimals$}", value.as_f64().unwrap()), published);
}

fn sbg(rows: &str, more: &[&str]) -> Value {
    let fixed = ["--model", "sbg", "--survivors", "-"];
    fitted(&[&fixed, more].concat(), format!("period,survivors\n{rows}").as_bytes())
}

const CELLS: [&str; 4] = ["--model", "bg-bb", "--cells", "-"];
const SURVIVORS: [&str; 4] = ["--model", "sbg", "--survivors", "-"];

#[test]
fn sbg_reproduces_fader_hardie_2007_and_compares_the_five_years_after() {
    let fit = fitted(&["--model", "sbg", "--survivors", HIGH_END, "--periods", "7"], b"");
    rounds_to(&fit["parameters"]["alpha"], "0.668");
    rounds_to(&fit["parameters"]["beta"], "3.806");
    rounds_to(&fit["log_likelihood"], "-1611.2");
    assert_eq!((&fit["model"], &fit["customers"], &fit["converged"]), (&json!("sbg"), &json!(1000), &json!(true)));
    assert_eq!((&fit["periods"], &fit["rows"]), (&json!(7), &json!({"used": 13, "left_out": 0})));
    assert_eq!(fit["warnings"], json!([]));

    let projection = fit["projection"].as_array().unwrap();
    let periods: Vec<u64> = projection.iter().map(|it| it["period"].as_u64().unwrap()).collect();
    assert_eq!(periods, (1..=14).collect::<Vec<u64>>());
    // r(t) = (beta+t-1)/(alpha+beta+t-1), and S is the product of them.
    let mut survival = 1.0;
    for it in projection {
        let kept = 3.806 + it["period"].as_f64().unwrap() - 1.0;
        let retention = it["retention_rate"].as_f64().unwrap();
        assert!((retention - kept / (0.668 + kept)).abs() < 1e-3, "{it}");
        survival *= retention;
        assert!((it["survival"].as_f64().unwrap() - survival).abs() < 1e-12, "{it}");
    }

    let holdout = &fit["holdout"];
    assert_eq!((&holdout["periods"], &holdout["survivors"][0]["actual"]), (&json!(5), &json!(468.0)));
    let errors = holdout["survivors"].as_array().unwrap().iter().map(|it| {
        let share = projection[it["period"].as_u64().unwrap() as usize - 1]["survival"].as_f64().unwrap();
        assert!((it["projected"].as_f64().unwrap() - 1000.0 * share).abs() < 1e-9);
        (it["projected"].as_f64().unwrap() - it["actual"].as_f64().unwrap()).abs()
    });
    let mae = errors.sum::<f64>() / 5.0;
    assert!((holdout["mae"].as_f64().unwrap() - mae).abs() < 1e-9);
    assert!(mae < 15.0, "{mae}");
}

/// Whether each parameter has an error, and an interval that is symmetric about its logarithm: 1.96 relative errors to either side.
#[track_caller]
fn has_errors(fit: &Value, names: &[&str]) {
    let parameters = fit["parameters"].as_object().unwrap();
    assert_eq!(parameters.keys().collect::<Vec<_>>(), names);
    for (name, value) in parameters {
        let number = |value: &Value| value.as_f64().unwrap();
        let (value, error) = (number(value), number(&fit["standard_errors"][name]));
        let interval = &fit["confidence_intervals_95"][name];
        let factor = (1.959_964 * error / value).exp();
        assert!(error > 0.0 && (number(&interval["low"]) * factor / value - 1.0).abs() < 1e-6, "{fit}");
        assert!((number(&interval["high"]) / factor / value - 1.0).abs() < 1e-6, "{fit}");
    }
}

#[test]
fn errors_of_sbg_are_those_of_the_curvature_and_shrink_with_the_cohort() {
    let fit = fitted(&["--model", "sbg", "--survivors", HIGH_END, "--periods", "7"], b"");
    has_errors(&fit, &["alpha", "beta"]);
    // Ten times the cohort with the same curve: the same parameters, and errors smaller by the root of ten.
    let mut tenfold = String::new();
    for line in std::fs::read_to_string(HIGH_END).unwrap().lines().skip(1) {
        let (period, survivors) = line.split_once(',').unwrap();
        writeln!(tenfold, "{period},{}", 10 * survivors.parse::<u64>().unwrap()).unwrap();
    }
    let tenfold = sbg(&tenfold, &["--periods", "7"]);
    for name in ["alpha", "beta"] {
        let ratio = fit["standard_errors"][name].as_f64().unwrap() / tenfold["standard_errors"][name].as_f64().unwrap();
        assert!((ratio - 10_f64.sqrt()).abs() < 1e-3, "{name}: {ratio}");
    }
    // By second differences of the log-likelihood of Fader and Hardie 2007, made here: P(T = t) and S(t) as products.
    let counts = [1000.0, 869.0, 743.0, 653.0, 593.0, 551.0, 517.0, 491.0];
    let likelihood = |alpha: f64, beta: f64| {
        let (mut survival, mut sum) = (1.0_f64, 0.0);
        for (t, pair) in counts.windows(2).enumerate() {
            let retention = (beta + t as f64) / (alpha + beta + t as f64);
            sum += (pair[0] - pair[1]) * (survival * (1.0 - retention)).ln();
            survival *= retention;
        }
        sum + counts[7] * survival.ln()
    };
    let [alpha, beta] = ["alpha", "beta"].map(|name| fit["parameters"][name].as_f64().unwrap());
    assert!((likelihood(alpha, beta) - fit["log_likelihood"].as_f64().unwrap()).abs() < 1e-6);
    // Second derivatives by the logarithms.
    let step = 1e-3_f64;
    let at = |i: f64, j: f64| likelihood(alpha * (i * step).exp(), beta * (j * step).exp());
    let second = |plus: f64, minus: f64| -(plus - 2.0 * at(0.0, 0.0) + minus) / (step * step);
    let (of_alpha, of_beta) = (second(at(1.0, 0.0), at(-1.0, 0.0)), second(at(0.0, 1.0), at(0.0, -1.0)));
    let mixed = -(at(1.0, 1.0) - at(1.0, -1.0) - at(-1.0, 1.0) + at(-1.0, -1.0)) / (4.0 * step * step);
    let determinant = of_alpha * of_beta - mixed * mixed;
    for (name, value, other) in [("alpha", alpha, of_beta), ("beta", beta, of_alpha)] {
        let expected = value * (other / determinant).sqrt();
        let error = fit["standard_errors"][name].as_f64().unwrap();
        assert!((error / expected - 1.0).abs() < 1e-3, "{name}: {error} is not {expected}");
    }
}

#[test]
fn errors_of_bg_bb_are_told_and_a_fit_without_any_says_why() {
    has_errors(&fitted(&["--model", "bg-bb", "--cells", DONATIONS], b""), &["alpha", "beta", "delta", "gamma"]);
    // All leave alike: the beta distribution has no width, and its parameters run away.
    let alike = sbg("0,1000000\n1,500000\n2,250000\n3,125000\n4,62500\n", &[]);
    assert!(alike.get("standard_errors").is_none() && alike.get("confidence_intervals_95").is_none(), "{alike}");
    assert!(
        alike["warnings"].to_string().contains("no standard errors: the data do not determine alpha + beta"),
        "{alike}"
    );
}

#[test]
fn sbg_reproduces_the_regular_segment_too() {
    let fit = fitted(&["--model", "sbg", "--survivors", REGULAR, "--periods", "7"], b"");
    rounds_to(&fit["parameters"]["alpha"], "0.704");
    rounds_to(&fit["parameters"]["beta"], "1.182");
}

#[test]
fn without_periods_the_whole_curve_is_fitted_and_there_is_no_holdout() {
    let fit = fitted(&["--model", "sbg", "--survivors", REGULAR], b"");
    assert_eq!(fit["periods"], 12);
    assert!(fit.get("holdout").is_none());
    assert_eq!(fit["projection"].as_array().unwrap().len(), 24);
}

#[test]
fn percentages_give_the_same_parameters_and_say_whose_likelihood_it_is() {
    let percents = "0,100\n1,63.1\n2,46.8\n3,38.2\n4,32.6\n5,28.9\n6,26.2\n7,24.1\n";
    let fit = sbg(percents, &[]);
    rounds_to(&fit["parameters"]["alpha"], "0.704");
    rounds_to(&fit["parameters"]["beta"], "1.182");
    assert_eq!(fit["customers"], 100);
    assert!(fit["warnings"].to_string().contains("that of 100 customers"), "{fit}");
}

#[test]
fn bg_bb_reproduces_fader_hardie_shang_2010_from_cells() {
    let fit = fitted(&["--model", "bg-bb", "--cells", DONATIONS], b"");
    published_donors(&fit);
    assert_eq!(fit["rows"], json!({"used": 22, "left_out": 0}));
    assert!(fit.get("holdout").is_none() && fit.get("time_unit").is_none());
}

#[track_caller]
fn published_donors(fit: &Value) {
    rounds_to(&fit["parameters"]["alpha"], "1.2035");
    rounds_to(&fit["parameters"]["beta"], "0.7497");
    rounds_to(&fit["parameters"]["gamma"], "0.6567");
    rounds_to(&fit["parameters"]["delta"], "2.7834");
    rounds_to(&fit["log_likelihood"], "-33225.6");
    assert_eq!((&fit["model"], &fit["customers"], &fit["converged"]), (&json!("bg-bb"), &json!(11_104), &json!(true)));
    assert_eq!(fit["periods"], 6);
}

/// The donors as a file of donations: each cell's customers gave in the first years they could have, and in their last.
fn donations() -> String {
    let mut rows = String::from("customer_id,date,amount\n");
    let mut customer = 0;
    for line in std::fs::read_to_string(DONATIONS).unwrap().lines().skip(1) {
        let cell: Vec<u32> = line.split(',').map(|it| it.parse().unwrap()).collect();
        let (frequency, recency, customers) = (cell[0], cell[1], cell[3]);
        for _ in 0..customers {
            customer += 1;
            writeln!(rows, "{customer},1995-07-01,10\n{customer},1995-12-31,10").unwrap();
            for year in (1..frequency).chain((frequency > 0).then_some(recency)) {
                writeln!(rows, "{customer},{}-12-31,10\n{customer},{}-01-01,10", 1995 + year, 1995 + year).unwrap();
            }
        }
    }
    rows
}

#[test]
fn purchases_by_calendar_year_are_the_cells() {
    let fixed = ["--model", "bg-bb", "--transactions", "-", "--time-unit", "year"];
    let fit = fitted(&fixed, donations().as_bytes());
    published_donors(&fit);
    assert_eq!((&fit["time_unit"], &fit["calibration_end"]), (&json!("year"), &json!("2001-12-31")));
    assert_eq!(fit["warnings"], json!([]));
}

#[test]
fn the_holdout_counts_whole_periods_after_the_calibration() {
    let mut rows = donations();
    // Two donors in 2002, one of them twice, one of 2002's again in 2003; one who was not there before; and 2004 in part.
    rows.push_str("1,2002-01-01,5\n1,2002-06-01,5\n2,2002-12-31,5\n1,2003-05-05,5\nnew,2002-02-02,5\n3,2004-03-01,5\n");
    let fixed = ["--model", "bg-bb", "--transactions", "-", "--time-unit", "year", "--calibration-end", "2001-12-31"];
    let fit = fitted(&fixed, rows.as_bytes());
    published_donors(&fit);
    let holdout = &fit["holdout"];
    assert_eq!((&holdout["customers"], &holdout["actual"]), (&json!(11_104), &json!(3)));
    assert_eq!((&holdout["periods"], &holdout["end"]), (&json!(2), &json!("2003-12-31")));
    assert!(fit["warnings"].to_string().contains("the days after 2003-12-31 are no whole year"), "{fit}");
}

#[test]
fn five_years_of_donations_are_predicted_as_published() {
    // The authors' spreadsheet (brucehardie.com note 010): 12,884.2 donations expected from 2002 to 2006.
    let rows = donations() + "new,2006-12-31,5\n";
    let fixed = ["--model", "bg-bb", "--transactions", "-", "--time-unit", "year", "--calibration-end", "2001-12-31"];
    let fit = fitted(&fixed, rows.as_bytes());
    rounds_to(&fit["holdout"]["predicted"], "12884.2");
    assert_eq!(fit["holdout"]["actual"], 0);
}

#[test]
fn a_period_seen_in_part_is_not_used() {
    let months = ["--model", "bg-bb", "--transactions", CDNOW, "--calibration-end", "1997-09-29"];
    let fit = fitted(&months, b"");
    // August is the last whole month, by default the unit; customers of January have had seven opportunities.
    assert_eq!((&fit["calibration_end"], &fit["periods"]), (&json!("1997-08-31"), &json!(7)));
    assert_eq!((&fit["time_unit"], &fit["holdout"]["periods"]), (&json!("month"), &json!(10)));
    assert!(fit["warnings"].to_string().contains("whole months only: the last of them ends on 1997-08-31"), "{fit}");
    assert_eq!(fit["customers"], 2357);

    let early = ["--model", "bg-bb", "--transactions", CDNOW, "--calibration-end", "1997-01-30"];
    refused(&early, "", "no whole month ends from 1997-01-01, the first row, to 1997-01-30");
}

#[test]
fn the_tables_tell_a_person_parameters_projection_holdout_and_what_next() {
    let told = |arguments: &[&str], parts: &[&str]| {
        let output = fit(arguments, b"");
        let table = String::from_utf8(output.stdout.clone()).unwrap();
        let text = table.replace('\n', " ");
        for part in parts {
            assert!(text.contains(part), "{part} is missing:\n{table}");
        }
        assert!(table.lines().all(|line| line.chars().count() <= 100), "{table}");
        assert!(!table.contains('\u{1b}'), "colour without a terminal");
    };
    let parts = [
        "1,000 customers",
        "7 periods",
        "alpha",
        "0.668",
        "Error",
        "95 % confidence: alpha 0.",
        "-1,611.",
        "projected",
        "468.0",
        "Next: ",
    ];
    told(&["--model", "sbg", "--survivors", HIGH_END, "--periods", "7"], &parts);
    told(
        &["--model", "bg-bb", "--cells", DONATIONS],
        &["11,104 customers", "delta", "2.783", "Error", "95 % confidence: alpha 1.", "-33,225.", "Next: "],
    );
    let parts = ["2,357 customers", "months to 1997-09-30", "actual", "predicted", "9 months to 1998-06-30"];
    told(&["--model", "bg-bb", "--transactions", CDNOW, "--calibration-end", "1997-09-30"], &parts);
}

#[test]
fn csv_has_a_line_for_every_figure() {
    let output = fit(&["--model", "sbg", "--survivors", HIGH_END, "--periods", "7", "--format", "csv"], b"");
    let csv = String::from_utf8(output.stdout).unwrap();
    assert!(csv.starts_with("name,value\n") && csv.contains("\nmodel,sbg\n"), "{csv}");
    assert!(
        csv.contains("\nparameters.alpha,0.66")
            && csv.contains("\nstandard_errors.alpha,0.")
            && csv.contains("\nconfidence_intervals_95.beta.high,")
            && csv.contains("\nprojection.14.period,14\n"),
        "{csv}"
    );
    assert!(csv.contains("\nholdout.survivors.1.actual,468.0\n"), "{csv}");
}

#[test]
fn the_wrong_file_for_a_model_says_which_to_give() {
    let needs_survivors =
        "sBG is fitted to the survivors of a cohort: give --survivors FILE.csv (columns period, survivors)";
    refused(&["--model", "sbg"], "", needs_survivors);
    refused(&["--model", "sbg", "--transactions", CDNOW], "", needs_survivors);
    refused(&["--model", "sbg", "--survivors", HIGH_END, "--cells", DONATIONS], "", needs_survivors);
    let needs_either =
        "BG/BB is fitted to purchases or counted histories: give either --transactions FILE.csv or --cells FILE.csv";
    refused(&["--model", "bg-bb"], "", needs_either);
    refused(&["--model", "bg-bb", "--transactions", CDNOW, "--cells", DONATIONS], "", needs_either);
    refused(&["--model", "bg-bb", "--survivors", HIGH_END], "", needs_either);
    let needs_purchases = "BG/NBD is fitted to purchases: give --transactions FILE.csv and no other file";
    refused(&["--model", "bg-nbd"], "", needs_purchases);
    refused(&["--model", "bg-nbd", "--cells", DONATIONS], "", needs_purchases);
    refused(&["--model", "bg-nbd", "--transactions", CDNOW, "--survivors", HIGH_END], "", needs_purchases);
}

#[test]
fn flags_without_a_meaning_are_refused_with_the_one_to_use() {
    let with = |fixed: &[&'static str], more: [&'static str; 2]| [fixed, &more].concat();
    let survivors = ["--model", "sbg", "--survivors", HIGH_END];
    refused(&with(&survivors, ["--calibration-end", "1997-09-30"]), "", "say with --periods N");
    refused(&with(&survivors, ["--time-unit", "year"]), "", "--time-unit has no meaning here");
    refused(&with(&survivors, ["--periods", "13"]), "", "ends with period 12: take 1 to 12");
    refused(&with(&survivors, ["--periods", "0"]), "", "0 is not in 1..");
    let cells = ["--model", "bg-bb", "--cells", DONATIONS];
    refused(&with(&cells, ["--calibration-end", "1997-09-30"]), "", "for a holdout give --transactions");
    refused(&with(&cells, ["--time-unit", "year"]), "", "--time-unit has no meaning here");
    refused(&with(&cells, ["--periods", "3"]), "", "it is for sbg");
    let purchases = ["--model", "bg-nbd", "--transactions", CDNOW];
    refused(&with(&purchases, ["--periods", "3"]), "", "say with --calibration-end DATE");
    refused(&with(&purchases, ["--time-unit", "month"]), "", "a month has no fixed length, which BG/NBD needs");
}

#[test]
fn a_bad_survivor_curve_is_told_with_row_column_and_remedy() {
    let told = |rows: &str, explained: &str| refused(&SURVIVORS, format!("period,survivors\n{rows}"), explained);
    told(
        "0,10\n1,9\n3,8\n",
        "stdin cannot be used: row 3 (line 4), column 1 \"period\": \"3\" is not the next period, which is 2; list",
    );
    told(
        "0,10\n1,11\n",
        "row 2 (line 3), column 2 \"survivors\": \"11\" is more than the period before had (10); a cohort only loses",
    );
    told("0,10\n1,-1\n", "column 2 \"survivors\": \"-1\" is negative; ");
    told("0,10\n1,NaN\n", "column 2 \"survivors\": \"NaN\" is not a number; write it as 869 or 86.9");
    told("0,100%\n", "\"100%\" is not a number");
    told("0,0\n1,0\n", "\"0\" is no cohort");
    told("0,10\n1,\n", "column 2 \"survivors\": is empty; fill it in");
    told("0,10\n1\n", "the row has 1 columns where the header has 2");
    told("", "stdin has no rows under its header");
    refused(
        &SURVIVORS,
        b"period,survivors\n0,10\n1,\xff\n",
        "is not UTF-8 text (byte 24 of the file); save the file as UTF-8",
    );
    refused(&SURVIVORS, "", "the file is empty: its first line must name the columns");
    refused(
        &SURVIVORS,
        "Period;alive\n0;5\n",
        "no column \"period\": the file has \"Period;alive\"; its columns look separated by semicolons",
    );
    refused(&SURVIVORS, "period,alive\n0,5\n", "no column \"survivors\": the file has \"period\", \"alive\"");
    refused(&["--model", "sbg", "--survivors", "no-such-file.csv"], "", "cannot open no-such-file.csv");
}

#[test]
fn bad_cells_are_told_with_row_column_and_remedy() {
    let told = |rows: &str, explained: &str| {
        refused(&CELLS, format!("frequency,recency,opportunities,customers\n{rows}"), explained);
    };
    told(
        "0,0,6,5\n3,2,6,5\n",
        "stdin cannot be used: row 2 (line 3), column 1 \"frequency\": \"3\" is out of range (1 to 2); frequency counts",
    );
    told("1,7,6,5\n", "column 2 \"recency\": \"7\" is out of range (0 to 6); recency is the last opportunity");
    told("0,0,6,5.5\n", "column 4 \"customers\": \"5.5\" is not a whole number; write digits only");
    told("0,0,-6,5\n", "column 3 \"opportunities\": \"-6\" is negative");
    told("0,0,6,99999999999999999999\n", "column 4 \"customers\": \"99999999999999999999\" is too large a number");
    told("", "stdin has no rows under its header");
    refused(
        &CELLS,
        "frequency,recency,n,n_custs\n0,0,6,5\n",
        "no column \"opportunities\": the file has \"frequency\"",
    );
}

#[test]
fn what_cannot_be_fitted_says_why() {
    refused(&SURVIVORS, "period,survivors\n0,5\n1,5\n", "sBG cannot be fitted to stdin: nobody has left yet");
    refused(&SURVIVORS, "period,survivors\n0,5\n", "no period was observed after the start");
    refused(
        &CELLS,
        "frequency,recency,opportunities,customers\n0,0,6,5\n",
        "none of the 5 customers bought in a later period",
    );
    let once = "customer_id,date,amount\na,1997-01-01,1\nb,1997-01-31,1\n";
    refused(
        &["--model", "bg-bb", "--transactions", "-"],
        once,
        "BG/BB cannot be fitted to stdin: no customer had an opportunity",
    );
}

#[test]
fn a_folder_in_place_of_a_file_is_an_error_without_a_panic() {
    let output = fit(&["--model", "sbg", "--survivors", env!("CARGO_MANIFEST_DIR")], b"");
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("not a folder"), "{}", stderr(&output));
}

#[test]
fn help_explains_the_files_and_the_periods() {
    let help = String::from_utf8(fit(&["--help"], b"").stdout).unwrap();
    for part in
        ["--survivors <FILE>", "--cells <FILE>", "bg-bb", "sbg", "--periods <N>", "every later one is an opportunity"]
    {
        assert!(help.replace('\n', " ").contains(part), "{part} is missing:\n{help}");
    }
}
