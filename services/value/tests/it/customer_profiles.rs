//! What the customers service tells, and segments whose rules ask for it.

use std::time::Duration;

use clientele_proto::customers::v1::{
    Customer, CustomerCreated, CustomerDeleted, CustomerErased, CustomerMerge, CustomerUndeleted, CustomerUpdated,
    CustomersMerged, CustomersUnmerged, Organisation, customer::Kind,
};
use tokio::time::{sleep, timeout};

use crate::{
    customers_projection::{ANA, BEN, Feed, caught_up, start},
    harness::{Value, by_id, on, purchase},
    scoring::{SHOP, settings},
    segments::rule,
};

/// An organisation of a region, known as `ann`.
pub fn ana(region: &str) -> Customer {
    Customer {
        customer_id: ANA.to_owned(),
        external_id: "ann".to_owned(),
        kind: Some(Kind::Organisation(Organisation { industry_code: "C10".into(), ..Organisation::default() })),
        country_code: "DE".to_owned(),
        attributes: [("region".to_owned(), region.to_owned())].into(),
        ..Customer::default()
    }
}

fn updated(feed: &Feed, customer: Customer) {
    feed.publish(&CustomerUpdated { customer: Some(customer), changed_fields: vec!["attributes".into()] });
}

const NORTH: &str =
    "customer.attributes.region = \"north\" AND customer.country_code = \"DE\" AND customer.kind = ORGANISATION";

#[tokio::test]
async fn members_follow_attributes_deletions_and_recoveries() {
    let (value, feed, _customers) = start().await;
    value.create(rule("NORTH", NORTH)).await.unwrap();
    value.reviewed("NORTH").await;
    // Before any run, and before any purchase.
    feed.publish(&CustomerCreated { customer: Some(ana("north")) });
    value.until_members("NORTH", &["ann"]).await;
    updated(&feed, ana("south"));
    value.until_members("NORTH", &[]).await;
    updated(&feed, ana("north"));
    value.until_members("NORTH", &["ann"]).await;
    let gone = Customer { delete_time: Some(prost_types::Timestamp::default()), ..ana("north") };
    feed.publish(&CustomerDeleted { customer: Some(gone) });
    value.until_members("NORTH", &[]).await;
    feed.publish(&CustomerUndeleted { customer: Some(ana("north")) });
    value.until_members("NORTH", &["ann"]).await;
    assert_eq!(value.segment("NORTH").await.members, 1);
    assert_eq!(value.count("SELECT count(*) FROM value.segment_move").await, 5);
}

#[tokio::test]
async fn a_rule_asks_scores_and_attributes_at_once() {
    let (value, feed, _customers) = start().await;
    value.bought(&SHOP).await;
    value.run(settings("1997-06-30")).await;
    feed.publish(&CustomerCreated { customer: Some(ana("north")) });
    value.create(rule("C10_OFTEN", "customer.industry_code = \"C10\" AND frequency >= 2")).await.unwrap();
    value.create(rule("NOT_C10", "NOT customer.industry_code = \"C10\"")).await.unwrap();
    value.until_members("C10_OFTEN", &["ann"]).await;
    // Of those of whom no industry is known it is not true that they are in it.
    value.until_members("NOT_C10", &["bob", "cat", "dan", "eve"]).await;
}

/// Bought under its key and under its id: two buyers, of whom one is on the list and both fit the rule.
#[tokio::test]
async fn buyers_that_turn_out_to_be_one_are_one_member() {
    let (value, feed, _customers) = start().await;
    value.bought(&SHOP).await;
    value.record(on(by_id(purchase("b", "", 1), ANA), 2, 2)).await;
    value.run(settings("1997-06-30")).await;
    let vip = value.create(rule("BOUGHT", "frequency >= 0")).await.unwrap();
    assert_eq!(value.reviewed("BOUGHT").await.members, 6);
    feed.publish(&CustomerCreated { customer: Some(ana("north")) });
    caught_up(&value, &feed).await;
    assert_eq!(value.reviewed("BOUGHT").await.members, 5);
    assert_eq!(value.members("BOUGHT").await, ["ann", "bob", "cat", "dan", "eve"]);
    let of_members = count_of(&value, &vip.segment_id).await;
    assert_eq!(of_members, 5, "as many as are counted");
}

/// What a buyer was that became part of another has no attributes, which rules that deny something hold of.
#[tokio::test]
async fn who_became_part_of_another_fits_no_rule() {
    let (value, feed, _customers) = start().await;
    value.bought(&SHOP).await;
    value.record(on(by_id(purchase("b", "", 1), ANA), 2, 2)).await;
    feed.publish(&CustomerCreated { customer: Some(ana("north")) });
    caught_up(&value, &feed).await;
    value.create(rule("NOT_C10", "NOT customer.industry_code = \"C10\"")).await.unwrap();
    assert_eq!(value.reviewed("NOT_C10").await.members, 4);
    assert_eq!(value.members("NOT_C10").await, ["bob", "cat", "dan", "eve"]);
    // Somebody asked for another look at it just before.
    let parts = "INSERT INTO value.segment_review (tenant_id, buyer_id, cause, actor)
                     SELECT tenant_id, buyer_id, 3, 'value' FROM value.buyer WHERE survivor_id IS NOT NULL";
    assert_eq!(sqlx::query(parts).execute(&*value.pool).await.unwrap().rows_affected(), 1);
    assert_eq!(value.reviewed("NOT_C10").await.members, 4);
}

async fn count_of(value: &Value, segment_id: &str) -> i64 {
    sqlx::query_scalar("SELECT count(*) FROM value.segment_member WHERE segment_id = $1::uuid")
        .bind(segment_id)
        .fetch_one(&*value.pool)
        .await
        .unwrap()
}

/// Ben, of the south, is merged into Ana, who takes over what makes her one of the north.
#[tokio::test]
async fn a_merge_leaves_the_survivor_as_it_made_it_and_an_undo_both_as_they_were() {
    let (value, feed, _customers) = start().await;
    value.create(rule("NORTH", "customer.attributes.region = \"north\"")).await.unwrap();
    value.create(rule("SOUTH", "customer.attributes.region = \"south\"")).await.unwrap();
    let ben = |region| Customer { customer_id: BEN.to_owned(), external_id: "ben".to_owned(), ..ana(region) };
    feed.publish(&CustomerCreated { customer: Some(ana("south")) });
    feed.publish(&CustomerCreated { customer: Some(ben("south")) });
    value.until_members("SOUTH", &["ann", "ben"]).await;
    let merge = CustomerMerge {
        survivor_customer_id: ANA.to_owned(),
        merged_customer_ids: vec![BEN.to_owned()],
        previous_customers: vec![ana("south"), ben("south")],
        survivor: Some(ana("north")),
        ..CustomerMerge::default()
    };
    feed.publish(&CustomersMerged { customer_merge: Some(merge.clone()), merged_customers: vec![ben("south")] });
    value.until_members("NORTH", &["ann"]).await;
    value.until_members("SOUTH", &[]).await;
    feed.publish(&CustomersUnmerged {
        customer_merge: Some(merge),
        survivor: Some(ana("south")),
        restored_customers: vec![ben("south")],
    });
    value.until_members("SOUTH", &["ann", "ben"]).await;
    value.until_members("NORTH", &[]).await;
}

#[tokio::test]
async fn an_erased_customer_has_no_profile_and_is_in_no_segment() {
    let (value, feed, _customers) = start().await;
    value.create(rule("NORTH", NORTH)).await.unwrap();
    feed.publish(&CustomerCreated { customer: Some(ana("north")) });
    value.until_members("NORTH", &["ann"]).await;
    feed.publish(&CustomerErased { customer_id: ANA.into(), external_ids: vec!["ann".into()], ..Default::default() });
    let traces = "SELECT (SELECT count(*) FROM value.customer_profile) + (SELECT count(*) FROM value.segment_member)
                      + (SELECT count(*) FROM value.segment_move) + (SELECT sum(members)::bigint FROM value.segment)";
    let gone = async {
        while value.count(traces).await > 0 {
            sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(Duration::from_mins(1), gone).await.expect("every trace goes");
}
