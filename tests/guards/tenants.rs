//! A tenant never sees and never changes what is another's.

use clientele_tests::{
    World,
    contract::methods,
    garbage::Garbage,
    rows::{count, snapshot},
};
use prost::Message;
use prost_reflect::MethodDescriptor;
use tonic::Code;

use crate::fixtures::{Tenant, furnish};

/// Registers are public: what they answer belongs to no tenant.
fn reads(method: &MethodDescriptor) -> bool {
    method.parent_service().name() != "RegistryConnectorService"
        && ["Get", "List", "BatchGet", "Watch", "Subscribe"].iter().any(|prefix| method.name().starts_with(prefix))
}

/// Texts that stand in answers to the owner and that nobody else may be told, unless they said them first.
fn secrets(tenant: &Tenant) -> Vec<String> {
    let ids = ["customer_ids", "score_run_id"].iter().flat_map(|name| tenant.ids[name].clone());
    ids.chain(["Buyer ".to_owned(), "cdnow-".to_owned()]).collect()
}

#[tokio::test]
async fn no_read_tells_one_tenant_of_another() {
    let world = World::start().await;
    let owner = furnish(&world, "owner", 300, 2).await;
    let secrets = secrets(&owner);
    for method in methods().into_iter().filter(reads) {
        let mut garbage = Garbage::new(3, owner.ids.clone());
        for service in world.serving(&method) {
            let mut told_the_owner = false;
            for round in 0..100 {
                // Few filters and orders that are made up suit every list.
                if told_the_owner && round >= 12 {
                    break;
                }
                let message = garbage.message(&method.input(), 0.0);
                let said = String::from_utf8_lossy(&message.encode_to_vec()).into_owned();
                told_the_owner |= world
                    .raw(service, owner.name)
                    .call(&method, &message)
                    .await
                    .is_ok_and(|answers| !answers.is_empty());
                let answers = match world.raw(service, "stranger").call(&method, &message).await {
                    Ok(answers) => answers,
                    Err(status) => {
                        // A log of no leaves has no proof of any.
                        let expected = matches!(
                            status.code(),
                            Code::NotFound | Code::FailedPrecondition | Code::InvalidArgument | Code::OutOfRange
                        );
                        assert!(expected, "{}: {status:?}", method.full_name());
                        continue;
                    }
                };
                for answer in answers {
                    let answer = String::from_utf8_lossy(&answer).into_owned();
                    let leak = secrets.iter().find(|secret| answer.contains(*secret) && !said.contains(*secret));
                    assert!(leak.is_none(), "{} tells a stranger {leak:?}: {message:?}", method.full_name());
                }
            }
            assert!(told_the_owner, "{}: the owner got no answer either, so nothing was shown", method.full_name());
        }
    }
}

#[tokio::test]
async fn no_call_of_a_tenant_changes_a_row_of_another() {
    let world = World::start().await;
    let owner = furnish(&world, "owner", 40, 1).await;
    let mut database = world.database.owner().await;
    let numbered = "SELECT count(*) FROM value.outbox WHERE position IS NULL";
    clientele_tests::eventually("all events have positions", async || {
        (count(&mut database, numbered).await == 0).then_some(())
    })
    .await;
    let before = snapshot(&mut database, owner.name).await;
    for method in methods() {
        let mut garbage = Garbage::new(5, owner.ids.clone());
        for service in world.serving(&method) {
            for _ in 0..12 {
                let message = garbage.message(&method.input(), 0.0);
                let answer = world.raw(service, "stranger").call(&method, &message).await;
                if let Err(status) = answer {
                    assert!(status.code() != Code::Internal, "{}: {status:?}", method.full_name());
                }
            }
        }
    }
    assert_eq!(snapshot(&mut database, owner.name).await, before);
}

#[tokio::test]
async fn strangers_write_under_their_own_name_only() {
    let world = World::start().await;
    let owner = furnish(&world, "owner", 5, 0).await;
    let stranger = furnish(&world, "stranger", 5, 0).await;
    let of = |tenant: &Tenant| tenant.ids["customer_ids"].clone();
    assert!(of(&owner).iter().all(|id| !of(&stranger).contains(id)), "the same keys are other customers");
}
