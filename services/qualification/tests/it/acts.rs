use clientele_error::{Reason, reason_of, violations_of};
use clientele_proto::{
    Date, Money,
    qualification::v1::{
        Act, ActRefusal as Refusal, Authorisation, AuthorisationBasis, ListActsRequest, MayAct, MayActRequest,
        RecordActRequest,
    },
};
use jiff::{SignedDuration, Timestamp};
use tonic::Status;

use crate::{
    authorisations::{ACME, Client, cny, create, get, letter, of, person, revoke, verified},
    check_qualification::approve,
    harness::Qualification,
};

fn question(who: &str, amount: Option<Money>) -> MayActRequest {
    MayActRequest {
        customer_id: ACME.into(),
        person_external_id: who.into(),
        matter: "place-order".into(),
        amount,
        allow_unqualified: true,
        ..MayActRequest::default()
    }
}

async fn may(service: &Qualification, request: MayActRequest) -> MayAct {
    of(service, "shop").may_act(request).await.unwrap().into_inner()
}

async fn refusals(service: &Qualification, request: MayActRequest) -> Vec<Refusal> {
    let answer = may(service, request).await;
    assert_eq!(answer.allowed, answer.refusals.is_empty());
    answer.refusals().collect()
}

fn order(key: &str, who: &str, units: i64) -> Act {
    Act {
        external_id: key.into(),
        customer_id: ACME.into(),
        person_external_id: who.into(),
        matter: "place-order".into(),
        amount: Some(cny(units)),
        ..Act::default()
    }
}

async fn record(client: &mut Client, act: Act) -> Result<Act, Status> {
    let request = RecordActRequest { act: Some(act), allow_unqualified: true, ..RecordActRequest::default() };
    Ok(client.record_act(request).await?.into_inner())
}

#[tokio::test]
async fn may_act_is_true_at_the_instant_without_waiting_for_anybody() {
    let service = Qualification::start().await;
    assert_eq!(refusals(&service, question("wei", None)).await, [Refusal::NoAuthorisation]);
    let draft = create(&mut of(&service, "maker"), letter("wei")).await.unwrap();
    assert_eq!(refusals(&service, question("wei", None)).await, [Refusal::NotVerified]);
    let by_letter = |id: &str| MayActRequest {
        authorisation_id: id.into(),
        person_external_id: String::new(),
        ..question("", None)
    };
    assert_eq!(refusals(&service, by_letter(&draft.authorisation_id)).await, [Refusal::NotVerified]);

    let coming = Authorisation { valid_from_date: Some(Date { year: 2026, month: 3, day: 4 }), ..letter("wei") };
    let coming = verified(&service, coming).await;
    assert_eq!(refusals(&service, question("wei", None)).await, [Refusal::NotYetValid]);
    let reach = |instant: &str| {
        let instant: Timestamp = instant.parse().unwrap();
        service.clock.advance(instant.duration_since(service.clock.now()));
    };
    reach("2026-03-03T15:59:59Z");
    assert_eq!(refusals(&service, question("wei", None)).await, [Refusal::NotYetValid]);
    reach("2026-03-03T16:00:00Z");
    let yes = may(&service, question("wei", None)).await;
    assert_eq!((yes.allowed, yes.authorisation_id.as_str()), (true, coming.authorisation_id.as_str()));
    assert_eq!(yes.valid_until_time, coming.valid_until_time);
    assert!(may(&service, by_letter(&coming.authorisation_id)).await.allowed);
    let somebody_else = MayActRequest { person_external_id: "ana".into(), ..by_letter(&coming.authorisation_id) };
    assert_eq!(refusals(&service, somebody_else).await, [Refusal::NoAuthorisation]);
    let other = MayActRequest { matter: "change-bank-account".into(), ..question("wei", None) };
    assert_eq!(refusals(&service, other).await, [Refusal::OutOfScope]);
    reach("2026-06-30T15:59:59Z");
    assert!(may(&service, question("wei", None)).await.allowed);
    reach("2026-06-30T16:00:00Z");
    assert!(!may(&service, question("wei", None)).await.allowed);
    assert_eq!(refusals(&service, by_letter(&coming.authorisation_id)).await, [Refusal::Expired]);
    let nobody = of(&service, "shop").may_act(question("", None)).await.unwrap_err();
    assert_eq!(violations_of(&nobody)[0].field, "person_external_id");
}

#[tokio::test]
async fn nobody_acts_for_a_customer_that_is_not_qualified_unless_that_is_left_aside() {
    let service = Qualification::start().await;
    let made = verified(&service, letter("wei")).await;
    let strict =
        |product: &str| MayActRequest { allow_unqualified: false, product: product.into(), ..question("wei", None) };
    assert_eq!(refusals(&service, strict("parts")).await, [Refusal::CustomerNotQualified]);
    approve(&service, ACME).await;
    let qualified_until = service.clock.now() + SignedDuration::from_hours(24);
    let yes = may(&service, strict("parts")).await;
    assert!(yes.allowed, "{yes:?}");
    assert_eq!(yes.valid_until_time.unwrap().seconds, qualified_until.as_second());
    assert_eq!(refusals(&service, strict("engines")).await, [Refusal::CustomerNotQualified]);
    let recorded = RecordActRequest {
        act: Some(Act { product: "parts".into(), ..order("o-1", "wei", 1) }),
        ..RecordActRequest::default()
    };
    let recorded = of(&service, "shop").record_act(recorded).await.unwrap().into_inner();
    assert_eq!(recorded.authorisation_id, made.authorisation_id);
    service.clock.advance(SignedDuration::from_hours(24));
    assert_eq!(refusals(&service, strict("parts")).await, [Refusal::CustomerNotQualified]);
    let late = RecordActRequest {
        act: Some(Act { product: "parts".into(), ..order("o-2", "wei", 1) }),
        ..RecordActRequest::default()
    };
    let refused = of(&service, "shop").record_act(late).await.unwrap_err();
    assert_eq!(reason_of(&refused), Some(Reason::ActRefused));
    assert!(may(&service, question("wei", None)).await.allowed);
}

#[tokio::test]
async fn limits_currencies_and_cosignatories_are_kept() {
    let service = Qualification::start().await;
    let limited = Authorisation {
        act_limit: Some(cny(50)),
        total_limit: Some(cny(80)),
        cosignatories: vec![person("ana"), person("ben")],
        required_cosignatures: 1,
        ..letter("wei")
    };
    let made = verified(&service, limited).await;
    let signed = |amount: Option<Money>| MayActRequest {
        cosignatory_external_ids: vec!["ben".into()],
        ..question("wei", amount)
    };
    let alone = may(&service, question("wei", Some(cny(10)))).await;
    assert_eq!(alone.refusals().collect::<Vec<_>>(), [Refusal::NeedsCosignatory]);
    assert_eq!(
        (alone.missing_cosignatory_external_ids, alone.missing_cosignatures),
        (vec!["ana".into(), "ben".into()], 1)
    );
    let yes = may(&service, signed(Some(cny(50)))).await;
    assert_eq!((yes.allowed, yes.act_limit, yes.remaining_amount), (true, Some(cny(50)), Some(cny(80))));
    assert_eq!(refusals(&service, signed(Some(cny(51)))).await, [Refusal::AmountOverLimit]);
    assert_eq!(refusals(&service, signed(None)).await, [Refusal::AmountMissing]);
    let euro = Money { currency_code: "EUR".into(), units: 1, nanos: 0 };
    assert_eq!(refusals(&service, signed(Some(euro))).await, [Refusal::CurrencyMismatch]);

    let mut shop = of(&service, "shop");
    let together = |key: &str, units| Act { cosignatory_external_ids: vec!["ben".into()], ..order(key, "wei", units) };
    let first = record(&mut shop, together("o-1", 50)).await.unwrap();
    assert_eq!((first.actor.as_str(), first.authorisation_id.as_str()), ("shop", made.authorisation_id.as_str()));
    assert_eq!(may(&service, signed(Some(cny(30)))).await.remaining_amount, Some(cny(30)));
    assert_eq!(refusals(&service, signed(Some(cny(31)))).await, [Refusal::TotalOverLimit]);
    let refused = record(&mut shop, together("o-2", 31)).await.unwrap_err();
    assert_eq!(reason_of(&refused), Some(Reason::ActRefused));
    assert!(refused.message().contains("TOTAL_OVER_LIMIT"), "{}", refused.message());
    record(&mut shop, together("o-2", 30)).await.unwrap();
    assert_eq!(get(&service, &made.authorisation_id).await.used_amount, Some(cny(80)));
    service.log_agrees_until("DELETE FROM qualification.act").await;
}

#[tokio::test]
async fn the_same_act_is_recorded_once_and_another_under_its_key_is_refused() {
    let service = Qualification::start().await;
    let made = verified(&service, Authorisation { total_limit: Some(cny(100)), ..letter("wei") }).await;
    let mut shop = of(&service, "shop");
    let tried = RecordActRequest {
        act: Some(order("o-1", "wei", 60)),
        allow_unqualified: true,
        validate_only: true,
        ..RecordActRequest::default()
    };
    shop.record_act(tried).await.unwrap();
    let first = record(&mut shop, order("o-1", "wei", 60)).await.unwrap();
    let named = Act { authorisation_id: made.authorisation_id.clone(), ..order("o-1", "wei", 60) };
    assert_eq!(record(&mut shop, named).await.unwrap(), first);
    let other = record(&mut shop, order("o-1", "wei", 61)).await.unwrap_err();
    assert_eq!(reason_of(&other), Some(Reason::ActConflict));
    revoke(&mut of(&service, "maker"), &made.authorisation_id, None).await.unwrap();
    assert_eq!(record(&mut shop, order("o-1", "wei", 60)).await.unwrap(), first, "it did happen");
    let refused = record(&mut shop, order("o-2", "wei", 1)).await.unwrap_err();
    assert!(refused.message().contains("REVOKED"), "{}", refused.message());
    assert_eq!(get(&service, &made.authorisation_id).await.used_amount, Some(cny(60)));

    let request = ListActsRequest { filter: "matter = \"place-order\"".into(), ..ListActsRequest::default() };
    assert_eq!(shop.list_acts(request).await.unwrap().into_inner().acts, [first]);
}

#[tokio::test]
async fn the_law_needs_no_letter_and_the_one_without_a_limit_is_taken_first() {
    let service = Qualification::start().await;
    verified(&service, Authorisation { total_limit: Some(cny(100)), ..letter("li") }).await;
    let statutory = Authorisation {
        basis: AuthorisationBasis::Statutory.into(),
        signatory: None,
        register_reference: "统一社会信用代码 91310000MA1K35X23T".into(),
        matters: vec!["*".into()],
        valid_until_date: None,
        ..letter("li")
    };
    let statutory = verified(&service, statutory).await;
    let yes = may(&service, question("li", Some(cny(1_000_000)))).await;
    assert_eq!((yes.allowed, yes.authorisation_id), (true, statutory.authorisation_id));
    assert_eq!((yes.remaining_amount, yes.valid_until_time), (None, None));
}

#[tokio::test]
async fn acts_below_use_up_what_is_above_and_a_fallen_letter_says_so() {
    let service = Qualification::start().await;
    let parent = verified(&service, Authorisation { total_limit: Some(cny(100)), ..letter("wei") }).await;
    let below = Authorisation {
        parent_authorisation_id: parent.authorisation_id.clone(),
        total_limit: Some(cny(80)),
        ..letter("ana")
    };
    verified(&service, below).await;
    let mut shop = of(&service, "shop");
    record(&mut shop, order("o-1", "wei", 50)).await.unwrap();
    let answer = may(&service, question("ana", Some(cny(60)))).await;
    assert_eq!(answer.refusals().collect::<Vec<_>>(), [Refusal::TotalOverLimit]);
    assert_eq!(answer.remaining_amount, Some(cny(50)));
    record(&mut shop, order("o-2", "ana", 50)).await.unwrap();
    assert_eq!(refusals(&service, question("wei", Some(cny(1)))).await, [Refusal::TotalOverLimit]);
    revoke(&mut of(&service, "maker"), &parent.authorisation_id, None).await.unwrap();
    assert_eq!(refusals(&service, question("wei", Some(cny(0)))).await, [Refusal::Revoked]);
    assert_eq!(refusals(&service, question("ana", Some(cny(0)))).await, [Refusal::ParentRevoked]);
}

/// Many at once, by the holder and by two to whom it was delegated: what was recorded is what was used, and never more than any total.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn totals_are_never_exceeded_however_many_act_at_once() {
    let service = Qualification::start().await;
    let parent = verified(&service, Authorisation { total_limit: Some(cny(500)), ..letter("wei") }).await;
    let mut below = Vec::new();
    for (holder, total) in [("ana", 300), ("ben", 250)] {
        let letter = Authorisation {
            parent_authorisation_id: parent.authorisation_id.clone(),
            total_limit: Some(cny(total)),
            ..letter(holder)
        };
        below.push((holder, total, verified(&service, letter).await.authorisation_id));
    }
    let mut acts = Vec::new();
    let mut seed = 7_u64;
    for place in 0..90 {
        // An LCG of Knuth's MMIX.
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let who = ["wei", "ana", "ben"][place % 3];
        acts.push(order(&format!("o-{place}"), who, 1 + (seed >> 33) as i64 % 40));
    }
    let mut client = of(&service, "shop");
    let mut running = Vec::new();
    for act in acts {
        // Each comes twice, as after a lost answer.
        for _ in 0..2 {
            let (act, mut client) = (act.clone(), client.clone());
            running.push(tokio::spawn(async move { (act.clone(), record(&mut client, act).await) }));
        }
    }
    let (mut taken, mut smallest_refused) = (std::collections::BTreeMap::new(), i64::MAX);
    for one in running {
        let (act, outcome) = one.await.unwrap();
        let units = act.amount.unwrap().units;
        match outcome {
            Ok(recorded) => drop(taken.insert(recorded.act_id, (act.person_external_id, units))),
            Err(status) => {
                assert_eq!(reason_of(&status), Some(Reason::ActRefused), "{status:?}");
                if act.person_external_id == "wei" {
                    smallest_refused = smallest_refused.min(units);
                }
            }
        }
    }
    let all: i64 = taken.values().map(|(_, units)| units).sum();
    assert_eq!(get(&service, &parent.authorisation_id).await.used_amount, Some(cny(all)));
    assert!(all <= 500 && 500 - all < smallest_refused, "{all} of 500, and {smallest_refused} was refused");
    for (holder, total, id) in below {
        let own: i64 = taken.values().filter(|(who, _)| who == holder).map(|(_, units)| units).sum();
        assert!(own <= total);
        assert_eq!(get(&service, &id).await.used_amount, Some(cny(own)));
    }
    let request = ListActsRequest { page_size: 1000, ..ListActsRequest::default() };
    assert_eq!(client.list_acts(request).await.unwrap().into_inner().acts.len(), taken.len());
}
