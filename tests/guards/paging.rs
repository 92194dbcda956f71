//! Every List pages as AIP-158 says.

use clientele_error::Reason;
use clientele_page::suite::pages_add_up;
use clientele_tests::{Raw, World, contract::methods, garbage::Garbage, status::well_formed};
use prost_reflect::{DynamicMessage, MethodDescriptor, ReflectMessage, Value};
use tonic::Status;

use crate::fixtures::{Tenant, furnish};

fn lists() -> Vec<MethodDescriptor> {
    methods().into_iter().filter(|method| method.name().starts_with("List")).collect()
}

/// A request that lists all there is: only what the method cannot do without is set. Of transactions the first has been corrected.
fn request(method: &MethodDescriptor, tenant: &Tenant) -> DynamicMessage {
    let mut garbage = Garbage::new(1, tenant.ids.clone());
    let guessed = garbage.message(&method.input(), 0.0);
    let mut request = DynamicMessage::new(method.input());
    for field in method.input().fields().filter(|field| field.containing_oneof().is_some()) {
        if guessed.has_field(&field) {
            request.set_field(&field, guessed.get_field(&field).into_owned());
        }
    }
    if let Some(field) = method.input().get_field_by_name("external_id") {
        request.set_field(&field, Value::String(tenant.ids["external_id"][0].clone()));
    }
    // The first case has a history and notes.
    if let Some(field) = method.input().get_field_by_name("case_id") {
        request.set_field(&field, Value::String(tenant.ids["case_id"][0].clone()));
    }
    request
}

async fn list(raw: &Raw, method: &MethodDescriptor, request: &DynamicMessage) -> Result<(Vec<String>, String), Status> {
    let answer = raw.call(method, request).await?.remove(0);
    let answer = DynamicMessage::decode(method.output(), answer).unwrap();
    let items = match answer.get_field_by_number(1).unwrap().into_owned() {
        Value::List(items) => items.iter().map(id).collect(),
        other => panic!("{other:?}"),
    };
    let token = answer.get_field_by_name("next_page_token").unwrap().as_str().unwrap().to_owned();
    Ok((items, token))
}

/// The first field of every resource that is listed says which one it is; a score is named after its customer.
fn id(item: &Value) -> String {
    let resource = item.as_message().unwrap();
    let id = match resource.get_field_by_number(1).unwrap().into_owned() {
        Value::String(id) => id,
        Value::I32(version) => version.to_string(),
        other => panic!("{other:?}"),
    };
    assert_ne!(id, "", "{} has no id", resource.descriptor().full_name());
    id
}

fn with(request: &DynamicMessage, size: i32, token: &str) -> DynamicMessage {
    let mut request = request.clone();
    request.set_field_by_name("page_size", Value::I32(size));
    request.set_field_by_name("page_token", Value::String(token.to_owned()));
    request
}

#[tokio::test]
async fn pages_of_every_size_are_the_same_list() {
    let world = World::start().await;
    let tenant = furnish(&world, "acme", 30, 4).await;
    for method in lists() {
        let raw = world.raw(world.serving(&method)[0], tenant.name);
        let mut request = request(&method, &tenant);
        if let Some(field) = request.descriptor().get_field_by_name("customer_external_id") {
            // The buyer of the sample with the most purchases among the first ones.
            request.set_field(&field, Value::String("11".to_owned()));
        }
        let (all, end) = list(&raw, &method, &with(&request, 1000, "")).await.unwrap();
        assert_eq!(end, "", "{}: one page holds all", method.full_name());
        pages_add_up(&all, async |size, token| list(&raw, &method, &with(&request, size, &token)).await).await;
    }
}

#[tokio::test]
async fn a_token_is_good_for_the_list_it_came_from_only() {
    let world = World::start().await;
    let tenant = furnish(&world, "acme", 30, 4).await;
    for method in lists() {
        let service = world.serving(&method)[0];
        let raw = world.raw(service, tenant.name);
        let mut request = request(&method, &tenant);
        if request.descriptor().get_field_by_name("customer_external_id").is_some() {
            request.set_field_by_name("customer_external_id", Value::String("11".to_owned()));
        }
        let (_, token) = list(&raw, &method, &with(&request, 1, "")).await.unwrap();
        assert_ne!(token, "", "{}: more than one", method.full_name());

        let other_tenant = list(&world.raw(service, "stranger"), &method, &with(&request, 1, &token)).await;
        let mut changed: Vec<_> = vec![("tenant", other_tenant)];
        for (field, text) in [
            ("filter", "external_id = \"1\""),
            ("filter", "rank > 1"),
            ("order_by", "external_id desc"),
            ("order_by", "rank desc"),
        ] {
            if request.descriptor().get_field_by_name(field).is_none() {
                continue;
            }
            let mut other = with(&request, 1, "");
            other.set_field_by_name(field, Value::String(text.to_owned()));
            if list(&raw, &method, &other).await.is_err() {
                // Not a filter or an order of this list.
                continue;
            }
            other.set_field_by_name("page_token", Value::String(token.clone()));
            changed.push((field, list(&raw, &method, &other).await));
        }
        for (what, answer) in changed {
            let what = format!("{} with a token of another {what}", method.full_name());
            let status = answer.expect_err(&what);
            let reason = well_formed(&status, &what);
            // A token of scores names its run, which another tenant does not have.
            let is_not_theirs = what.ends_with("tenant") && reason == Reason::NotFound;
            assert!(reason == Reason::InvalidPageToken || is_not_theirs, "{what}: {status:?}");
        }
    }
}

#[tokio::test]
async fn a_negative_size_is_refused_and_a_huge_one_is_taken_as_the_largest() {
    let world = World::start().await;
    let tenant = furnish(&world, "acme", 1010, 2).await;
    for method in lists() {
        let raw = world.raw(world.serving(&method)[0], tenant.name);
        let request = request(&method, &tenant);
        for size in [-1, i32::MIN] {
            let status = list(&raw, &method, &with(&request, size, "")).await.expect_err(method.full_name());
            assert_eq!(well_formed(&status, method.full_name()), Reason::InvalidFields);
        }
        let (some, _) = list(&raw, &method, &with(&request, 0, "")).await.unwrap();
        assert!(some.len() <= 50, "{}: 0 means 50", method.full_name());
        let (many, token) = list(&raw, &method, &with(&request, i32::MAX, "")).await.unwrap();
        assert!(
            many.len() <= 1000 && (many.len() == 1000) != token.is_empty(),
            "{}: at most 1,000",
            method.full_name()
        );
    }
}
