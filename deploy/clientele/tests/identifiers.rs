//! `clientele identifiers` as a user runs it: one answer a line, whatever the line.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

fn clientele(arguments: &[&str], input: &[u8]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_clientele"))
        .arg("identifiers")
        .args(arguments)
        .env_remove("COLUMNS")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    let feeder = std::thread::spawn(move || {
        // The program may stop reading early: then the pipe breaks, which is no fault.
        let _ = stdin.write_all(&input);
    });
    let output = child.wait_with_output().unwrap();
    feeder.join().unwrap();
    output
}

fn answers(output: &Output) -> Vec<Value> {
    assert!(output.status.success());
    str::from_utf8(&output.stdout).unwrap().lines().map(|it| serde_json::from_str(it).unwrap()).collect()
}

#[test]
fn every_line_has_its_answer_in_order() {
    let input = b"cn.uscc\t91 4403 0019 2203 8216\nxx.none\t1\nno tab\n\xff\xfe\t1\nlei\t506700GE1G29325QX364\n";
    let answers = answers(&clientele(&["check", "--format", "json"], input));
    let reasons: Vec<_> = answers.iter().map(|it| it["reason"].as_str()).collect();
    assert_eq!(reasons, [None, Some("unknown_scheme"), Some("no_tab"), Some("not_utf8"), Some("bad_check_digit")]);
    assert_eq!(answers[0]["normalised"], "914403001922038216");
    assert_eq!(answers[0]["decoded"]["embedded"][0]["value"], "192203821");
}

#[test]
fn a_scheme_for_all_lines_and_strict_presentation() {
    let strict = ["check", "--scheme", "de.vat", "--presentation", "strict"];
    let answers = answers(&clientele(&strict, b"136695976\nDE136695976\n"));
    assert_eq!(answers[0]["valid"], true);
    assert_eq!(answers[1]["reason"], "too_long");
    assert_eq!(clientele(&["check", "--scheme", "xx.none"], b"").status.code(), Some(2));
}

/// A program that writes a line and waits for its answer before it writes the next.
#[test]
fn an_answer_comes_before_the_next_line_is_asked_for() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_clientele"))
        .args(["identifiers", "check", "--scheme", "lei"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    for valid in [true, false] {
        let number = if valid { "506700GE1G29325QX363\n" } else { "506700GE1G29325QX362\n" };
        stdin.write_all(number.as_bytes()).unwrap();
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        assert_eq!(serde_json::from_str::<Value>(&line).unwrap()["valid"], valid);
    }
    drop(stdin);
    assert!(child.wait().unwrap().success());
}

#[test]
fn detect_names_the_scheme_and_schemes_lists_it() {
    let output = clientele(&["detect", "914403001922038216", "--format", "json"], b"");
    let detected: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(detected["candidates"][0]["scheme"], "cn.uscc");
    let output = clientele(&["schemes", "--format", "csv"], b"");
    assert!(str::from_utf8(&output.stdout).unwrap().contains("cn.uscc,CN,company,"));
}
