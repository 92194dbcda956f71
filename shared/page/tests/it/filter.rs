//! The language: what filters mean, and what is said of those that mean nothing.

use clientele_page::{Filter, MAX_DEPTH, MAX_LENGTH, MAX_TESTS, PageError, Value};
use proptest::prelude::*;

use crate::things::{THINGS, Thing};

fn parse(text: &str) -> Result<Filter, PageError> {
    Filter::parse(text, &THINGS)
}

fn matches(text: &str, thing: &Thing) -> bool {
    parse(text).unwrap_or_else(|error| panic!("{text}: {error}")).matches(&|name| thing.field(name))
}

fn position_and_message(text: &str) -> (usize, String) {
    match parse(text) {
        Err(PageError::Filter { position, message }) => (position, message),
        other => panic!("{text}: {other:?}"),
    }
}

/// For each of the eight ways three fields can be true or false, what the filter says.
fn truth_table(text: &str) -> Vec<bool> {
    let cases = (0..8).map(|bits| Thing {
        active: Some(bits & 1 > 0),
        orders: Some(bits >> 1 & 1),
        clv: Some(f64::from(i32::try_from(bits >> 2).unwrap())),
        ..Thing::default()
    });
    cases.map(|thing| matches(text, &thing)).collect()
}

fn expected(formula: fn(bool, bool, bool) -> bool) -> Vec<bool> {
    (0..8).map(|bits| formula(bits & 1 > 0, bits & 2 > 0, bits & 4 > 0)).collect()
}

#[test]
fn or_binds_tighter_than_and_and_a_sequence_is_an_and() {
    for (text, formula) in [
        ("active=true AND orders=1 OR clv=1", (|a, b, c| a && (b || c)) as fn(bool, bool, bool) -> bool),
        ("active=true OR orders=1 AND clv=1", |a, b, c| (a || b) && c),
        ("active=true orders=1 OR clv=1", |a, b, c| a && (b || c)),
        ("active=true OR orders=1 clv=1", |a, b, c| (a || b) && c),
        ("(active=true AND orders=1) OR clv=1", |a, b, c| (a && b) || c),
        ("NOT active=true OR orders=1", |a, b, _| !a || b),
        ("NOT (active=true OR orders=1)", |a, b, _| !(a || b)),
        ("-active=true -(orders=1 clv=1)", |a, b, c| !(a || b && c)),
        ("NOT NOT active=true", |a, _, _| a),
        ("active=true OR orders=1 OR clv=1", |a, b, c| a || b || c),
    ] {
        assert_eq!(truth_table(text), expected(formula), "{text}");
    }
}

#[test]
fn an_empty_filter_lets_everything_pass() {
    for text in ["", "  \n"] {
        let filter = parse(text).unwrap();
        assert!(filter.is_empty() && filter.matches(&|_| clientele_page::FieldValue::Null));
        assert_eq!(filter.to_sql(1), ("TRUE".to_owned(), vec![]));
    }
    assert!(!parse("orders=1").unwrap().is_empty());
}

#[test]
fn a_filter_knows_the_fields_it_asks() {
    let filter = parse("NOT orders = (1 OR 2) AND (attributes.region = \"north\" OR clv:*)").unwrap();
    let names: Vec<_> = filter.fields().into_iter().map(|field| field.name).collect();
    assert_eq!(names, ["orders", "orders", "attributes", "clv"]);
    assert!(parse("").unwrap().fields().is_empty());
}

#[test]
fn literals_may_be_alternatives_in_parentheses() {
    let at = |orders| Thing { orders: Some(orders), ..Thing::default() };
    for (text, passing) in [
        ("orders = (1 OR 3)", vec![1, 3]),
        ("orders != (1 OR 3)", vec![0, 2]),
        ("orders > (0 AND 2)", vec![3]),
        ("orders = (NOT 2)", vec![0, 1, 3]),
        ("orders = (-1 OR 0)", vec![0]),
    ] {
        let found: Vec<i64> = (0..4).filter(|orders| matches(text, &at(*orders))).collect();
        assert_eq!(found, passing, "{text}");
    }
}

#[test]
fn text_equals_by_case_and_contains_without() {
    let thing = Thing { name: Some("Ana \"the\" *Star* 50%_\\".into()), ..Thing::default() };
    for (text, passes) in [
        (r#"name = "Ana \"the\" \*Star\* 50%_\\""#, true),
        (r#"name = "ana \"the\" \*Star\* 50%_\\""#, false),
        (r#"name = 'Ana "the" *'"#, true),
        ("name = Ana*", true),
        ("name = *Star*", true),
        ("name = *star*", false),
        ("name = Ana", false),
        ("name = A*e*%*", true),
        ("name = A*A*", false),
        (r#"name = "*0%_\\""#, true),
        (r#"name = "*5_%*""#, false),
        ("name : star", true),
        ("name:\"THE\"", true),
        ("name:thee", false),
        ("name:a*50", true),
        ("name:50*a", false),
        ("name >= Ana", true),
        ("name < \"Anb\"", true),
        ("name < \"Ana\"", false),
    ] {
        assert_eq!(matches(text, &thing), passes, "{text}");
    }
}

#[test]
fn a_star_is_a_star_when_escaped_and_anything_when_not() {
    let thing = |name: &str| Thing { name: Some(name.into()), ..Thing::default() };
    assert!(matches(r#"name = "a\*""#, &thing("a*")) && !matches(r#"name = "a\*""#, &thing("ab")));
    assert!(matches("name = a*a", &thing("aa")) && !matches("name = a*a", &thing("a")));
}

#[test]
fn what_is_not_set_is_neither_equal_nor_less_and_its_negation_holds() {
    let nothing = Thing::default();
    for text in
        ["orders = 1", "orders < 1", "orders > 1", "orders:*", "name:a", "name = *", "tags:a", "attributes:a", "tags:*"]
    {
        assert!(!matches(text, &nothing), "{text}");
        assert!(matches(&format!("NOT {text}"), &nothing), "NOT {text}");
    }
    for text in ["orders != 1", "orders = null", "name = null", "attributes.region = null", "-attributes:*"] {
        assert!(matches(text, &nothing), "{text}");
    }
    assert!(!matches("name = \"null\"", &nothing));
    assert!(matches("name != null", &Thing { name: Some(String::new()), ..nothing }));
}

#[test]
fn maps_are_asked_for_keys_and_values_and_lists_for_elements() {
    let attributes =
        [("region", "EU"), ("my key", "x"), ("a.b", "y")].map(|(key, value)| (key.to_owned(), value.to_owned()));
    let thing = Thing {
        attributes: Some(attributes.into()),
        tags: Some(vec!["vip".into(), "early adopter".into()]),
        country: Some("de".into()),
        ..Thing::default()
    };
    for (text, passes) in [
        ("attributes:region", true),
        ("attributes:REGION", false),
        ("attributes.region:*", true),
        ("attributes.zone:*", false),
        ("attributes.region = EU", true),
        ("attributes.region:\"EU\"", true),
        ("attributes.region:E", false),
        ("attributes.region = E*", true),
        ("attributes.region < F", true),
        ("attributes.\"my key\" = x", true),
        ("attributes.'a.b' = y", true),
        ("attributes.a.b = y", true),
        ("attributes:*", true),
        ("tags:vip", true),
        ("tags:vi", false),
        ("tags:\"early*\"", true),
        ("tags:(nope OR vip)", true),
        ("tags:*", true),
        ("organisation.country_code = DE", true),
    ] {
        assert_eq!(matches(text, &thing), passes, "{text}");
    }
}

#[test]
fn typed_literals_are_read_as_their_type() {
    let thing = Thing {
        id: "01980a5c-7d3e-7000-8000-00000000000a".parse().unwrap(),
        clv: Some(2_997.0),
        balance: Some("19.90".into()),
        create_time: Some("2026-01-31T09:30:00.000001Z".parse().unwrap()),
        birth_date: Some("1990-02-28".parse().unwrap()),
        state: Some("at risk".into()),
        orders: Some(-5),
        ..Thing::default()
    };
    for (text, passes) in [
        ("clv = 2.997e3", true),
        ("clv>2996.5 clv<=2997", true),
        ("balance = 19.9", true),
        ("balance > 19.899999999999999999999", true),
        ("create_time = 2026-01-31T15:00:00.000001+05:30", true),
        ("create_time>\"2026-01-31T09:30:00Z\"", true),
        ("birth_date < 1990-03-01", true),
        ("state = AT_RISK", true),
        ("state != (ACTIVE OR AT_RISK)", false),
        ("thing_id = 01980A5C-7D3E-7000-8000-00000000000A", true),
        ("orders = -5", true),
        ("orders:-5", true),
        ("orders>-6", true),
    ] {
        assert_eq!(matches(text, &thing), passes, "{text}");
    }
}

#[test]
fn errors_say_where_and_what_to_write_instead() {
    let fields = "the fields are thing_id, name, organisation.country_code, orders";
    for (text, position, says) in [
        ("Victor", 1, "name"),
        ("orders = 1 AND Victor Hugo", 16, fields),
        ("\"Victor Hugo\"", 1, fields),
        ("orders = 1 and name = a", 12, "upper case"),
        ("nmae = a", 1, fields),
        ("organisation.vat = a", 1, fields),
        ("name.first = a", 1, "there is no field name.first"),
        ("secret = a", 1, "there is no field secret"),
        ("orders = 1 AND place = 2", 16, "place is what is being decided; use rank"),
        ("orders = \"7\"", 10, "orders expects a whole number, such as 42"),
        ("orders = 7.5", 10, "whole number"),
        ("orders = 9223372036854775808", 10, "whole number"),
        ("orders = 7*", 10, "whole number"),
        ("clv = NaN", 7, "a number"),
        ("clv = 1e999", 7, "a number"),
        ("balance = 1e3", 11, "without exponent"),
        ("active = yes", 10, "true or false"),
        ("active = \"true\"", 10, "without quotes"),
        ("active > true", 1, "no order"),
        ("state = active", 9, "one of ACTIVE, AT_RISK"),
        ("state < ACTIVE", 1, "no order"),
        ("thing_id = 7", 12, "UUID"),
        ("create_time > 2026-01-31", 15, "RFC 3339"),
        ("create_time > -009999-01-02T00:00:00Z", 15, "RFC 3339"),
        ("birth_date = 2026-01-31T00:00", 14, "a date"),
        ("birth_date = 2026-02-30", 14, "a date"),
        ("attributes = a", 1, "attributes.region"),
        ("attributes:reg*", 12, "no wildcards"),
        ("tags = vip", 1, "tags:\"element\""),
        ("name < a*", 8, "wildcard"),
        ("name = \"open", 8, "never closed"),
        (r#"name = "a\x""#, 11, "backslash"),
        ("name = ", 7 + 1, "a value is missing after ="),
        ("name = AND orders = 1", 8, "a value is missing"),
        ("(name = a", 1, "never closed"),
        ("name = a)", 9, "no opening"),
        ("()", 2, "the name of a field"),
        ("name = a AND", 13, "a comparison is missing"),
        ("OR name = a", 1, "either side"),
        ("name = a AND OR orders = 1", 14, "either side"),
        ("exists(name)", 1, "functions"),
        ("name. = a", 7, "after the dot"),
        ("orders[0] = 1", 1, "cannot stand alone"),
        ("name == a", 7, "a value is missing"),
        ("name = \"\u{0}\"", 9, "control"),
        ("größe = 1 AND orders = x", 1, "größe"),
        ("name = größe AND orders = x", 27, "whole number"),
    ] {
        let (at, message) = position_and_message(text);
        assert!(at == position && message.contains(says), "{text}: at {at}: {message}");
    }
}

#[test]
fn errors_do_not_repeat_values() {
    for text in [
        "orders = hunter2",
        "hunter2",
        "state = hunter2",
        "name = \"hunter2",
        "active = hunter2",
        "create_time > hunter2",
    ] {
        let error = parse(text).unwrap_err().to_string();
        assert!(!error.contains("hunter2"), "{error}");
    }
}

#[test]
fn length_depth_and_number_of_comparisons_are_bounded() {
    let of_length = |length: usize| format!("name = \"{}\"", "é".repeat(length - 9));
    assert!(parse(&of_length(MAX_LENGTH)).is_ok());
    assert_eq!(position_and_message(&of_length(MAX_LENGTH + 1)).0, MAX_LENGTH + 1);

    let nested = |depth: usize| format!("{}orders=1{}", "(".repeat(depth), ")".repeat(depth));
    assert!(parse(&nested(MAX_DEPTH)).is_ok());
    let (position, message) = position_and_message(&nested(MAX_DEPTH + 1));
    assert!(position == MAX_DEPTH + 2 && message.contains("deeper"), "{position}: {message}");
    for hostile in ["(", "-", "NOT ", "orders=(", "orders=1 OR (", "-(", "a."] {
        assert!(parse(&hostile.repeat(MAX_LENGTH / hostile.len())).is_err(), "{hostile}");
    }

    let many = |tests: usize| vec!["orders=1"; tests].join(" ");
    assert!(parse(&many(MAX_TESTS)).is_ok());
    assert!(position_and_message(&many(MAX_TESTS + 1)).1.contains("more than"));
}

#[test]
fn values_are_bound_and_placeholders_count_from_the_first() {
    let (sql, values) =
        parse("name = \"'; DROP TABLE things; --\" AND NOT orders > 3 OR attributes.a = b").unwrap().to_sql(4);
    assert_eq!(
        sql,
        "(t.name = $4 AND (((t.orders > $5) IS NOT TRUE) OR t.attributes @> jsonb_build_object($6::text, $7::text)))"
    );
    assert_eq!(values, ["'; DROP TABLE things; --".into(), Value::Int(3), "a".into(), "b".into()]);
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused_with_a_position_within_it(text in "\\PC{0,200}|[ ()\"'.:=!<>*\\\\a-z-]{0,80}") {
        if let Err(error) = parse(&text) {
            let position = error.position().unwrap();
            prop_assert!(position >= 1 && position <= text.chars().count() + 1, "{}", error);
        }
    }

    #[test]
    fn any_sequence_of_tokens_is_read_or_refused(tokens in prop::collection::vec(prop::sample::select(
        vec!["AND", "OR", "NOT", "-", "(", ")", "name", "orders", "attributes", ".", ":", "=", "!=", "<", ">=", "*", "\"a b\"", "1", "null", "tags"],
    ), 0..60), space: bool) {
        let text = tokens.join(if space { " " } else { "" });
        if let Ok(filter) = parse(&text) {
            let thing = Thing::default();
            let negated = parse(&format!("NOT ({text})"));
            if let Ok(negated) = negated {
                prop_assert_ne!(filter.matches(&|name| thing.field(name)), negated.matches(&|name| thing.field(name)));
            }
            let (sql, values) = filter.to_sql(1);
            prop_assert_eq!(sql.matches('$').count(), values.len());
        }
    }
}
