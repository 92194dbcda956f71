//! What is marked sensitive reaches neither logs nor errors, whatever fails.
//!
//! The log is captured as the services write it, with everything of ours on. It has a process to itself only if this file had; so it looks
//! for words that nobody else uses.

use std::{
    io::Write,
    sync::{Arc, LazyLock, Mutex},
};

use clientele_proto::contract::is_sensitive;
use clientele_tests::{World, contract::methods, garbage::Garbage};
use prost_reflect::{DynamicMessage, Kind, MessageDescriptor, Value};
use tonic::Status;
use tracing_subscriber::EnvFilter;

use crate::fixtures::furnish;

/// Stands in every sensitive field; printable, in some of them against the rules.
const WORD: &str = "xyzzy-plugh";

#[derive(Clone, Default)]
struct Captured(Arc<Mutex<Vec<u8>>>);

impl Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

static LOG: LazyLock<Captured> = LazyLock::new(|| {
    let log = Captured::default();
    let writer = log.clone();
    let filter =
        EnvFilter::new("debug,clientele=trace,clientele_service=trace,h2=info,hyper=info,hyper_util=info,tower=info");
    tracing_subscriber::fmt().with_env_filter(filter).with_ansi(false).with_writer(move || writer.clone()).init();
    log
});

fn logged() -> String {
    String::from_utf8_lossy(&LOG.0.lock().unwrap()).into_owned()
}

/// Puts a text into every sensitive field of a message and counts them.
fn mark(message: &mut DynamicMessage, text: &str) -> usize {
    let fields: Vec<_> = message.fields().map(|(field, _)| field).collect();
    let mut marked = 0;
    for field in fields {
        let mut value = message.get_field(&field).into_owned();
        if is_sensitive(&field) {
            assert_eq!(field.kind(), Kind::String, "{}: teach this guard its kind", field.full_name());
            value = Value::String(text.to_owned());
            marked += 1;
        }
        marked += match &mut value {
            Value::Message(inner) => mark(inner, text),
            Value::List(values) => {
                values.iter_mut().filter_map(Value::as_message_mut).map(|inner| mark(inner, text)).sum()
            }
            _ => 0,
        };
        message.set_field(&field, value);
    }
    marked
}

fn holds_sensitive(message: &MessageDescriptor) -> bool {
    message.fields().any(|field| is_sensitive(&field) || matches!(field.kind(), Kind::Message(of) if of.full_name().starts_with("clientele.") && holds_sensitive(&of)))
}

fn shown(status: &Status) -> String {
    format!("{} {}", status.message(), String::from_utf8_lossy(status.details()))
}

#[tokio::test]
async fn sensitive_values_stay_out_of_logs_and_errors() {
    LazyLock::force(&LOG);
    let world = World::start().await;
    let tenant = furnish(&world, "acme", 5, 0).await;
    let (mut refused, mut taken) = (0, 0);
    for method in methods().into_iter().filter(|method| holds_sensitive(&method.input())) {
        let mut garbage = Garbage::new(9, tenant.ids.clone());
        for round in 0..60 {
            let mut message = garbage.message(&method.input(), [0.0, 0.1, 0.4][round % 3]);
            // Against the rules of e-mail and telephone, too long for names, or with a character that no name has.
            let text = [WORD.to_owned(), format!("{WORD}\u{7}"), WORD.repeat(100)][round / 3 % 3].clone();
            if mark(&mut message, &text) == 0 {
                continue;
            }
            for service in world.serving(&method) {
                match world.raw(service, tenant.name).call(&method, &message).await {
                    Ok(answers) if method.name().contains("Batch") || method.is_client_streaming() => {
                        let said = String::from_utf8_lossy(&answers.concat()).into_owned();
                        assert!(
                            !said.contains(WORD),
                            "{}: the outcome of a row repeats {WORD}: {said}",
                            method.full_name()
                        );
                        taken += 1;
                    }
                    Ok(_) => taken += 1,
                    Err(status) => {
                        assert!(!shown(&status).contains(WORD), "{}: {}", method.full_name(), shown(&status));
                        refused += 1;
                    }
                }
            }
        }
    }
    assert!(refused > 20 && taken > 5, "{refused} refused, {taken} taken: both were to be seen");
    let log = logged();
    assert!(log.contains("serving"), "the log is captured");
    let told: Vec<_> = log.lines().filter(|line| line.contains(WORD)).take(3).collect();
    assert!(told.is_empty(), "{told:#?}");
}

/// The owner's own token is secret as well.
#[tokio::test]
async fn tokens_stay_out_of_logs() {
    LazyLock::force(&LOG);
    let world = World::start().await;
    let token = world.customers.tokens.of_tenant("acme");
    for method in methods().into_iter().take(5) {
        let _ = world.raw(&world.customers, "acme").send(&method, vec![bytes::Bytes::from_static(b"\xff")]).await;
    }
    let signature = token.rsplit('.').next().unwrap();
    assert!(!logged().contains(signature));
}
