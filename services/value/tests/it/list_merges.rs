//! Lists follow merges of customers: the survivor is on those of all, and an undo restores who was on which.

use std::collections::{BTreeMap, BTreeSet};

use clientele_proto::{
    customers::v1::CustomerErased,
    value::v1::{Segment, SegmentChangeCause, SegmentMovementGrouping},
};

use crate::{
    customer_merges::{CAT, Keys},
    customers_projection::{ANA, BEN, Feed, caught_up, start},
    harness::Value,
    segments::{figures, list, movements},
};

const DAN: &str = "0198c1f2-7d3a-7cc3-8a51-000000000004";
const ANN: Keys<'_> = (ANA, "ann");
const BOB: Keys<'_> = (BEN, "bob");
const CATHY: Keys<'_> = (CAT, "cat");
const DANNY: Keys<'_> = (DAN, "dan");

/// Customers that the service knows, and lists with nobody on them.
async fn office(customers: &[Keys<'_>], lists: &[&str]) -> (Value, Feed, clientele_testkit::Running, Vec<Segment>) {
    let (value, feed, running) = start().await;
    for (id, key) in customers {
        feed.created(id, key);
    }
    caught_up(&value, &feed).await;
    let mut made = Vec::new();
    for name in lists {
        made.push(value.create(list(name)).await.unwrap());
    }
    (value, feed, running, made)
}

impl Value {
    async fn sorted_members(&self, name: &str) -> Vec<String> {
        let mut members = self.members(name).await;
        members.sort();
        assert_eq!(self.segment(name).await.members, members.len() as i64, "{name} counts its members");
        members
    }

    async fn merge(&self, feed: &Feed, keys: &[Keys<'_>]) {
        feed.merged(keys);
        caught_up(self, feed).await;
    }

    async fn unmerge(&self, feed: &Feed, keys: &[Keys<'_>]) {
        feed.unmerged(keys);
        caught_up(self, feed).await;
    }
}

#[tokio::test]
async fn the_survivor_joins_the_lists_of_the_merged_and_the_undo_restores_them() {
    use SegmentChangeCause::{CustomersMerged, CustomersUnmerged};

    let (value, feed, _customers, lists) = office(&[ANN, BOB], &["ONLY_ANN", "BOTH", "ONLY_BOB"]).await;
    value.add(&lists[0], &["ann"]).await.unwrap();
    value.add(&lists[1], &["ann", "bob"]).await.unwrap();
    value.add(&lists[2], &["bob"]).await.unwrap();
    let before = [value.segments_of("ann").await, value.segments_of("bob").await];
    value.clock.advance(jiff::SignedDuration::from_hours(24));

    value.merge(&feed, &[ANN, BOB]).await;
    for name in ["ONLY_ANN", "BOTH", "ONLY_BOB"] {
        assert_eq!(value.sorted_members(name).await, ["ann"], "{name}");
    }
    let of_ann = value.segments_of("bob").await;
    assert_eq!(of_ann.len(), 3, "bob's key leads to her");
    assert_eq!(of_ann[1].join_time, before[0][1].join_time, "she stays where she was");
    let seconds = |time: Option<prost_types::Timestamp>| time.unwrap().seconds;
    assert_eq!(seconds(of_ann[2].join_time) - seconds(before[1][1].join_time), 86_400, "she is there since the merge");

    value.clock.advance(jiff::SignedDuration::from_hours(24));
    value.unmerge(&feed, &[ANN, BOB]).await;
    assert_eq!([value.segments_of("ann").await, value.segments_of("bob").await], before);
    assert_eq!(value.count("SELECT count(*) FROM value.segment_member_merged").await, 0);
    let told = value.told_of_members().await.split_off(3);
    let one = |keys: &[&str]| keys.iter().map(|key| (*key).to_owned()).collect::<Vec<_>>();
    let (ann, bob, nobody) = (one(&["ann"]), one(&["bob"]), one(&[]));
    let both = [
        (CustomersMerged, nobody.clone(), bob.clone()),
        (CustomersMerged, ann.clone(), bob.clone()),
        (CustomersUnmerged, bob.clone(), nobody),
        (CustomersUnmerged, bob, ann),
    ];
    assert_eq!(told, both);
    let by_day = movements(&value, &lists[2].segment_id, SegmentMovementGrouping::Day).await;
    assert_eq!(by_day.iter().map(figures).collect::<Vec<_>>(), [[0, 1, 0, 0, 1], [1, 1, 1, 0, 1], [1, 1, 1, 0, 1]]);
}

#[tokio::test]
async fn what_people_do_to_a_list_meanwhile_outlives_the_undo() {
    let (value, feed, _customers, lists) = office(&[ANN, BOB], &["OFF", "BY_ANN", "BY_BOB", "BY_BOTH"]).await;
    value.add(&lists[0], &["ann", "bob"]).await.unwrap();
    value.add(&lists[3], &["bob"]).await.unwrap();
    value.merge(&feed, &[ANN, BOB]).await;
    assert_eq!(value.remove(&lists[0], &["bob"]).await.unwrap(), 1);
    assert_eq!(value.add(&lists[1], &["ann"]).await.unwrap(), 1);
    assert_eq!(value.add(&lists[2], &["bob"]).await.unwrap(), 1);
    assert_eq!(value.add(&lists[2], &["bob"]).await.unwrap(), 0, "it is on it already");
    assert_eq!(value.add(&lists[3], &["ann"]).await.unwrap(), 0, "so is she, by bob, and now by herself");
    for (name, members) in [("OFF", vec![]), ("BY_ANN", vec!["ann"]), ("BY_BOB", vec!["ann"]), ("BY_BOTH", vec!["ann"])]
    {
        assert_eq!(value.sorted_members(name).await, members, "{name}");
    }

    value.unmerge(&feed, &[ANN, BOB]).await;
    let none: [&str; 0] = [];
    assert_eq!(value.sorted_members("OFF").await, none);
    assert_eq!(value.sorted_members("BY_ANN").await, ["ann"]);
    assert_eq!(value.sorted_members("BY_BOB").await, ["bob"]);
    assert_eq!(value.sorted_members("BY_BOTH").await, ["ann", "bob"]);
}

#[tokio::test]
async fn two_keys_of_one_customer_are_on_the_lists_of_both_and_an_erased_one_is_on_none() {
    let (value, feed, _customers, lists) = office(&[(ANA, "ann"), (BEN, "")], &["VIP", "PILOTS"]).await;
    value.record(crate::harness::purchase("b", "bob", 1)).await;
    value.record(crate::harness::by_id(crate::harness::purchase("b-2", "", 1), BEN)).await;
    let by_id = clientele_proto::value::v1::AddSegmentMembersRequest {
        segment_id: lists[0].segment_id.clone(),
        customer_ids: vec![BEN.into()],
        ..Default::default()
    };
    value.segments().add_segment_members(by_id).await.unwrap();
    value.add(&lists[0], &["bob"]).await.unwrap();
    value.add(&lists[1], &["ann"]).await.unwrap();
    feed.updated(BEN, "bob");
    value.merge(&feed, &[ANN, BOB]).await;
    assert_eq!(value.sorted_members("VIP").await, ["ann"]);
    value.unmerge(&feed, &[ANN, BOB]).await;
    assert_eq!(
        (value.sorted_members("VIP").await, value.sorted_members("PILOTS").await),
        (vec!["bob".to_owned()], vec!["ann".to_owned()])
    );

    value.merge(&feed, &[ANN, BOB]).await;
    feed.publish(&CustomerErased {
        customer_id: ANA.into(),
        merged_customer_ids: vec![BEN.into()],
        external_ids: vec!["ann".into(), "bob".into()],
    });
    caught_up(&value, &feed).await;
    while value.count("SELECT count(*) FROM value.buyer").await > 0 {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    let none: [&str; 0] = [];
    assert_eq!((value.sorted_members("VIP").await.len(), value.sorted_members("PILOTS").await.len()), (none.len(), 0));
    for table in ["segment_member", "segment_member_merged", "segment_move"] {
        let sql: &'static str = match table {
            "segment_member" => "SELECT count(*) FROM value.segment_member",
            "segment_member_merged" => "SELECT count(*) FROM value.segment_member_merged",
            _ => "SELECT count(*) FROM value.segment_move",
        };
        assert_eq!(value.count(sql).await, 0, "{table}");
    }
}

/// What the lists have to be, thought of another way: who was put on which by its own key, and whom each counts for.
#[derive(Default)]
struct Thought {
    put: BTreeMap<&'static str, BTreeSet<usize>>,
    merged_into: BTreeMap<&'static str, &'static str>,
}

impl Thought {
    fn survivor(&self, mut key: &'static str) -> &'static str {
        while let Some(into) = self.merged_into.get(key) {
            key = into;
        }
        key
    }

    fn members(&self, list: usize) -> BTreeSet<String> {
        let on = self.put.iter().filter(|(_, lists)| lists.contains(&list));
        on.map(|(key, _)| self.survivor(key).to_owned()).collect()
    }

    fn take_off(&mut self, key: &'static str, list: usize) {
        let survivor = self.survivor(key);
        let together: Vec<_> = self.put.keys().copied().filter(|key| self.survivor(key) == survivor).collect();
        for key in together {
            self.put.entry(key).or_default().remove(&list);
        }
    }
}

/// Numbers as if by chance, the same ones each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % sides
    }
}

/// Merges, chains of them, undos in whatever order, additions and removals by whatever key: after each of 300 steps the lists are who they
/// have to be, as are those that somebody would keep who only follows the events.
#[tokio::test]
async fn lists_are_what_they_have_to_be_after_any_merges_undos_and_changes() {
    const PEOPLE: [Keys<'static>; 4] = [ANN, BOB, CATHY, DANNY];
    const LISTS: [&str; 3] = ["X", "Y", "Z"];

    let (value, feed, _customers, lists) = office(&PEOPLE, &LISTS).await;
    let (mut thought, mut dice) = (Thought::default(), Dice(20_261_129));
    let mut done = [0; 4];
    for step in 0..300 {
        let (key, list) = (PEOPLE[dice.below(4)], dice.below(LISTS.len()));
        let what = dice.below(4);
        match what {
            0 => {
                value.add(&lists[list], &[key.1]).await.unwrap();
                thought.put.entry(key.1).or_default().insert(list);
            }
            1 if dice.below(2) == 0 => {
                value.remove(&lists[list], &[key.1]).await.unwrap();
                thought.take_off(key.1, list);
            }
            2 => {
                let other = PEOPLE[dice.below(4)];
                if key == other || [key, other].iter().any(|(_, key)| thought.merged_into.contains_key(key)) {
                    continue;
                }
                value.merge(&feed, &[key, other]).await;
                thought.merged_into.insert(other.1, key.1);
            }
            3 => {
                let Some(into) = thought.merged_into.remove(key.1) else { continue };
                let survivor = PEOPLE.into_iter().find(|(_, key)| *key == into).unwrap();
                value.unmerge(&feed, &[survivor, key]).await;
            }
            _ => continue,
        }
        done[what] += 1;
        if step % 9 == 0 {
            value.clock.advance(jiff::SignedDuration::from_hours(24));
        }
        for (list, name) in LISTS.iter().enumerate() {
            let members: BTreeSet<String> = value.sorted_members(name).await.into_iter().collect();
            assert_eq!(members, thought.members(list), "{name} after step {step}, {what} of {key:?}");
        }
    }
    assert!(done.iter().all(|times| *times > 10), "{done:?}");

    let mut followed: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (segment, joined, left) in value.told_of_lists().await {
        let members = followed.entry(segment).or_default();
        for key in left {
            assert!(members.remove(&key), "{key} leaves and was not on it");
        }
        for key in joined {
            assert!(members.insert(key.clone()), "{key} joins and was on it");
        }
    }
    for (list, name) in LISTS.iter().enumerate() {
        assert_eq!(followed.remove(*name).unwrap_or_default(), thought.members(list), "{name} by the events");
        let by_day = movements(&value, &lists[list].segment_id, SegmentMovementGrouping::Day).await;
        let mut members = 0;
        for movement in by_day.iter().map(figures) {
            let [before, joined, left, stayed, after] = movement;
            assert_eq!((before, stayed, after), (members, before - left, before - left + joined), "{movement:?}");
            members = after;
        }
        assert_eq!(members, thought.members(list).len() as i64, "{name} by its movements");
    }
    let all_undone = thought.merged_into.clone();
    for (merged, into) in all_undone {
        let of = |wanted: &str| PEOPLE.into_iter().find(|(_, key)| *key == wanted).unwrap();
        value.unmerge(&feed, &[of(into), of(merged)]).await;
    }
    assert_eq!(value.count("SELECT count(*) FROM value.segment_member_merged").await, 0);
    assert_eq!(value.count("SELECT count(*) FROM value.segment_member WHERE NOT by_itself").await, 0);
}

impl Value {
    /// What was told of lists: which one, who joined, who left.
    async fn told_of_lists(&self) -> Vec<(String, Vec<String>, Vec<String>)> {
        use prost::Message as _;

        let told: Vec<Vec<u8>> = sqlx::query_scalar(
            "SELECT data FROM value.outbox WHERE event_type = 'clientele.value.v1.SegmentMembersChanged' ORDER BY outbox_id",
        )
        .fetch_all(&*self.pool)
        .await
        .unwrap();
        let read = |data: &Vec<u8>| {
            let event = clientele_proto::value::v1::SegmentMembersChanged::decode(data.as_slice()).unwrap();
            let keys = |members: Vec<clientele_proto::value::v1::SegmentMember>| {
                members.into_iter().map(|member| member.customer_external_id).collect()
            };
            (event.segment_name, keys(event.joined_members), keys(event.left_members))
        };
        told.iter().map(read).collect()
    }
}
