//! The standard methods have the shape that the Google AIPs give them (131 to 136, 154, 155, 158, 163, 164, 231).

use clientele_tests::contract::{methods, snake_case};
use prost_reflect::{FieldDescriptor, Kind, MessageDescriptor, MethodDescriptor};

fn named(prefix: &str) -> Vec<(MethodDescriptor, String)> {
    methods()
        .into_iter()
        .filter_map(|method| {
            let resource = method.name().strip_prefix(prefix)?.to_owned();
            Some((method, resource))
        })
        .collect()
}

fn plural_of(resource: &str) -> String {
    resource.strip_suffix('y').map_or_else(|| format!("{resource}s"), |stem| format!("{stem}ies"))
}

fn field(message: &MessageDescriptor, name: &str, kind: &Kind) -> FieldDescriptor {
    let field = message.get_field_by_name(name).unwrap_or_else(|| panic!("{} lacks {name}", message.full_name()));
    assert_eq!(&field.kind(), kind, "{}", field.full_name());
    field
}

fn message_field(message: &MessageDescriptor, name: &str, of: &str) -> FieldDescriptor {
    let field = message.get_field_by_name(name).unwrap_or_else(|| panic!("{} lacks {name}", message.full_name()));
    match field.kind() {
        Kind::Message(inner) => assert_eq!(inner.name(), of, "{}", field.full_name()),
        other => panic!("{} is {other:?}, not {of}", field.full_name()),
    }
    field
}

#[test]
fn requests_are_named_after_their_methods() {
    for method in methods() {
        assert_eq!(method.input().name(), format!("{}Request", method.name()));
    }
}

#[test]
fn a_stream_or_a_batch_is_answered_by_a_response_and_a_standard_method_by_the_resource() {
    for method in methods() {
        let response = format!("{}Response", method.name());
        let batches = ["List", "Batch"].iter().any(|prefix| method.name().starts_with(prefix));
        if method.is_server_streaming() || batches {
            assert_eq!(method.output().name(), response);
        } else {
            assert!(
                method.name().ends_with(method.output().name()),
                "{} answers {}",
                method.name(),
                method.output().name()
            );
        }
    }
}

#[test]
fn a_list_has_pages() {
    for (method, plural) in named("List") {
        field(&method.input(), "page_size", &Kind::Int32);
        field(&method.input(), "page_token", &Kind::String);
        let first = method.output().get_field(1).expect("a first field");
        assert!(first.is_list(), "{} is the page", first.full_name());
        assert_eq!(first.name(), snake_case(&plural));
        let Kind::Message(resource) = first.kind() else { panic!("{} holds resources", first.full_name()) };
        assert_eq!(plural, plural_of(resource.name()), "{}", method.full_name());
        field(&method.output(), "next_page_token", &Kind::String);
        for text in ["filter", "order_by"] {
            if method.input().get_field_by_name(text).is_some() {
                field(&method.input(), text, &Kind::String);
            }
        }
        for costly in ["total_size", "total_count", "read_mask", "skip"] {
            assert!(method.input().get_field_by_name(costly).is_none(), "{} has {costly}", method.input().full_name());
            assert!(
                method.output().get_field_by_name(costly).is_none(),
                "{} has {costly}",
                method.output().full_name()
            );
        }
    }
}

#[test]
fn only_lists_have_pages() {
    for method in methods().into_iter().filter(|method| !method.name().starts_with("List")) {
        for name in ["page_size", "page_token"] {
            assert!(method.input().get_field_by_name(name).is_none(), "{} has {name}", method.input().full_name());
        }
    }
}

#[test]
fn a_batch_get_takes_ids_and_answers_in_one_list() {
    for (method, plural) in named("BatchGet") {
        let ids = method.input().fields().find(|field| field.name().ends_with("_ids")).expect("ids");
        assert!(ids.is_list() && ids.kind() == Kind::String, "{}", ids.full_name());
        let first = method.output().get_field(1).expect("a first field");
        assert!(first.is_list() && first.name() == snake_case(&plural), "{}", first.full_name());
    }
}

#[test]
fn a_write_of_one_resource_can_be_repeated_and_tried_out() {
    for prefix in ["Create", "Update", "Delete", "Undelete", "Record", "Start"] {
        for (method, _) in named(prefix) {
            field(&method.input(), "request_id", &Kind::String);
            field(&method.input(), "validate_only", &Kind::Bool);
        }
    }
}

#[test]
fn a_create_takes_the_resource() {
    for prefix in ["Create", "Record"] {
        for (method, resource) in named(prefix) {
            message_field(&method.input(), &snake_case(&resource), &resource);
            assert_eq!(method.output().name(), resource, "{}", method.full_name());
        }
    }
}

#[test]
fn an_update_takes_the_resource_with_its_etag_and_a_mask() {
    for (method, resource) in named("Update") {
        message_field(&method.input(), &snake_case(&resource), &resource);
        message_field(&method.input(), "update_mask", "FieldMask");
        field(&method.output(), "etag", &Kind::String);
        assert_eq!(method.output().name(), resource, "{}", method.full_name());
    }
}

#[test]
fn a_delete_takes_the_id_and_the_etag_and_answers_the_resource() {
    for prefix in ["Delete", "Undelete"] {
        for (method, resource) in named(prefix) {
            field(&method.input(), &format!("{}_id", snake_case(&resource)), &Kind::String);
            field(&method.input(), "etag", &Kind::String);
            assert_eq!(method.output().name(), resource, "{}", method.full_name());
        }
    }
}

#[test]
fn what_can_be_deleted_softly_says_when_it_was_and_until_when_it_is_kept() {
    for (method, _) in named("Undelete") {
        message_field(&method.output(), "delete_time", "Timestamp");
        message_field(&method.output(), "purge_time", "Timestamp");
    }
}
