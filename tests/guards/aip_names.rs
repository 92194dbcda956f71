//! Names say what a field is (AIP-126, 140, 142, 148), and money is never a floating point number.

use clientele_tests::contract::{enums, inputs, messages, rule, snake_case};
use prost_reflect::{FieldDescriptor, Kind, Value};

fn fields() -> Vec<FieldDescriptor> {
    messages().iter().flat_map(|message| message.fields().collect::<Vec<_>>()).collect()
}

fn is_double(kind: &Kind) -> bool {
    matches!(kind, Kind::Double | Kind::Float)
}

#[test]
fn an_enum_starts_with_unspecified_and_its_values_carry_its_name() {
    for of in enums() {
        let prefix = snake_case(of.name()).to_uppercase();
        let zero = of.get_value(0).unwrap_or_else(|| panic!("{} has no value 0", of.full_name()));
        assert_eq!(zero.name(), format!("{prefix}_UNSPECIFIED"), "{}", of.full_name());
        for value in of.values() {
            assert!(value.name().starts_with(&format!("{prefix}_")), "{}", value.full_name());
        }
    }
}

#[test]
fn money_is_no_floating_point_number() {
    let money = ["amount", "price", "revenue", "cost", "clv", "spend", "value_of", "balance", "fee", "monetary"];
    for field in fields().iter().filter(|field| is_double(&field.kind())) {
        let is_ratio = field.name().contains("_to_");
        let named = money.iter().find(|word| !is_ratio && field.name().contains(*word));
        // Shares and cut points of money are numbers without a unit, or would be messages themselves.
        assert!(named.is_none(), "{} is a floating point number: use clientele.type.v1.Money", field.full_name());
    }
}

#[test]
fn instants_and_days_are_named_so_and_nothing_else_is() {
    for field in fields() {
        let of = match field.kind() {
            Kind::Message(of) => of.full_name().to_owned(),
            _ => String::new(),
        };
        // The envelope of events has the names of CloudEvents.
        let is_cloud_events = field.parent_message().full_name() == "clientele.events.v1.Event";
        let (is_instant, is_day) = (of == "google.protobuf.Timestamp", of == "clientele.type.v1.Date");
        assert!(is_instant == field.name().ends_with("_time") || is_cloud_events, "{}", field.full_name());
        assert_eq!(is_day, field.name().ends_with("_date"), "{}", field.full_name());
    }
}

#[test]
fn ids_are_text_and_say_of_what() {
    for field in fields() {
        assert!(!matches!(field.name(), "id" | "ids" | "uuid"), "{}: name it <resource>_id", field.full_name());
        if field.name().ends_with("_id") || field.name().ends_with("_ids") {
            assert_eq!(field.kind(), Kind::String, "{}", field.full_name());
            assert_eq!(field.name().ends_with("_ids"), field.is_list(), "{}", field.full_name());
        }
    }
}

#[test]
fn lists_have_plural_names_and_names_are_snake_case() {
    for field in fields() {
        assert_eq!(field.name(), snake_case(field.name()), "{}", field.full_name());
        if field.is_list() || field.is_map() {
            // `monetary`, `recency` and `frequency` are the axes of RFM, each with its thresholds; `rejected` are those rejected.
            let is_axis = field.parent_message().name() == "RfmThresholds";
            let is_plural = field.name().ends_with('s') || field.name().ends_with("ed");
            assert!(is_plural || is_axis, "{}: a list has a plural name", field.full_name());
        }
    }
}

#[test]
fn a_number_that_callers_send_is_finite() {
    for message in inputs() {
        for field in message.fields() {
            let (kind, within): (Kind, &[&str]) = match field.kind() {
                Kind::Message(entry) if field.is_map() => (entry.map_entry_value_field().kind(), &["map", "values"]),
                kind if field.is_list() => (kind, &["repeated", "items"]),
                kind => (kind, &[]),
            };
            if !is_double(&kind) {
                continue;
            }
            let path: Vec<&str> = within.iter().copied().chain(["double", "finite"]).collect();
            assert_eq!(
                rule(&field, &path),
                Some(Value::Bool(true)),
                "{}: NaN gets in, say finite: true",
                field.full_name()
            );
        }
    }
}

#[test]
fn an_enum_that_callers_send_is_a_defined_one() {
    for message in inputs() {
        for field in message.fields().filter(|field| matches!(field.kind(), Kind::Enum(_))) {
            let path: &[&str] = if field.is_list() {
                &["repeated", "items", "enum", "defined_only"]
            } else {
                &["enum", "defined_only"]
            };
            assert_eq!(rule(&field, path), Some(Value::Bool(true)), "{}: say defined_only", field.full_name());
        }
    }
}
