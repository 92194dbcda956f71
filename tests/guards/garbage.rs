//! Whatever a caller sends, the answer says what is wrong with it: never INTERNAL, never nothing.

use std::collections::BTreeMap;

use bytes::Bytes;
use clientele_tests::{
    World,
    contract::methods,
    garbage::Garbage,
    status::{is_the_callers, well_formed},
};
use futures::{StreamExt, stream};
use prost::Message;
use prost_reflect::MethodDescriptor;
use tonic::Code;

use crate::fixtures::{Tenant, furnish};

/// Made-up messages for each method.
const MESSAGES: usize = 300;
/// Strings of random bytes for each method.
const BYTES: usize = 40;
/// Calls in flight.
const CALLS: usize = 12;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn garbage_is_answered_with_what_is_wrong_with_it() {
    let world = World::start().await;
    let tenant = furnish(&world, "acme", 40, 1).await;
    let mut wrong = Vec::new();
    // Those that take customers away come when nothing asks for them any more.
    let takes_away = |method: &MethodDescriptor| matches!(method.name(), "EraseCustomer" | "CreateCustomerMerge");
    let (last, first): (Vec<_>, Vec<_>) = methods().into_iter().partition(takes_away);
    for method in first.into_iter().chain(last) {
        let calls: Vec<_> = bodies(&method, &tenant)
            .into_iter()
            .flat_map(|body| world.serving(&method).into_iter().map(move |service| (service, body.clone())))
            .map(|(service, body)| (world.raw(service, tenant.name), body))
            .collect();
        let (mut taken, mut complaints) = (0, BTreeMap::new());
        let mut answers = stream::iter(calls)
            .map(|(raw, body)| {
                let method = method.clone();
                async move { (raw.send(&method, vec![body.clone()]).await, body) }
            })
            .buffer_unordered(CALLS);
        while let Some((answer, body)) = answers.next().await {
            match answer {
                Ok(_) => taken += 1,
                Err(status) if is_the_callers(status.code()) => {
                    well_formed(&status, method.full_name());
                    taken += usize::from(status.code() != Code::InvalidArgument);
                    *complaints.entry(status.message().to_owned()).or_insert(0) += 1;
                }
                Err(status) => {
                    wrong.push(format!("{}: {:?} {}: {body:?}", method.name(), status.code(), status.message()));
                }
            }
        }
        let teach = "no message got past the rules; teach `garbage` its fields";
        assert!(taken > 0, "{}: {teach}: {complaints:#?}", method.full_name());
    }
    let some: Vec<_> = wrong.iter().step_by(wrong.len() / 20 + 1).collect();
    assert!(wrong.is_empty(), "{} answers blame the service, among them {some:#?}", wrong.len());
}

fn bodies(method: &MethodDescriptor, tenant: &Tenant) -> Vec<Bytes> {
    let mut garbage = Garbage::new(1, tenant.ids.clone());
    let mut bodies: Vec<Bytes> = (0..MESSAGES)
        .map(|round| garbage.message(&method.input(), [0.0, 0.05, 0.2, 1.0][round % 4]).encode_to_vec().into())
        .collect();
    bodies.extend((0..BYTES).map(|_| Bytes::from(garbage.bytes())));
    // Valid up to a point.
    for round in 0..BYTES {
        let mut bytes = bodies[round * 4].to_vec();
        if !bytes.is_empty() {
            let place = garbage.below(bytes.len());
            bytes[place] = bytes[place].wrapping_add(1 + garbage.below(255) as u8);
        }
        bodies.push(bytes.into());
    }
    bodies
}

#[tokio::test]
async fn a_call_with_no_message_or_with_two_is_the_callers_fault() {
    let world = World::start().await;
    for method in methods().into_iter().filter(|method| !method.is_client_streaming()) {
        for service in world.serving(&method) {
            let status = world.raw(service, "acme").send(&method, Vec::new()).await.expect_err(method.full_name());
            well_formed(&status, method.full_name());
            assert!(is_the_callers(status.code()), "{} without a message: {status:?}", method.full_name());
        }
    }
}

#[tokio::test]
async fn a_message_that_is_too_large_is_the_callers_fault() {
    let world = World::start().await;
    for method in methods() {
        let large = Bytes::from(vec![0; if method.is_client_streaming() { 33 << 20 } else { 5 << 20 }]);
        for service in world.serving(&method) {
            let status =
                world.raw(service, "acme").send(&method, vec![large.clone()]).await.expect_err(method.full_name());
            well_formed(&status, method.full_name());
            assert!(is_the_callers(status.code()), "{} with some MiB: {status:?}", method.full_name());
        }
    }
}
