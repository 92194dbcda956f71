//! Page tokens: where the next page starts, bound to the list they came from.
//!
//! Bytes: version, fingerprint of the arguments, check over all of it, the last row's keys. A token carries no authority: whoever
//! forges one only chooses where to start in a list they may read anyway.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

use crate::{Key, Kind, Order, PageError, Value};

/// The longest token that is looked at.
pub const TOKEN_MAX_LENGTH: usize = 16 * 1024;

/// Change it with the layout or with the meaning of a key.
const VERSION: u8 = 1;
const FINGERPRINT: usize = 8;
const HEADER: usize = 1 + 2 * FINGERPRINT;

/// Everything that makes two lists differ: the method, the parent, the tenant, whatever else selects rows.
///
/// `filter` and `order_by` are added by [`crate::Schema::plan`]; `page_size` stays out, it may change between pages.
#[derive(Debug, Clone)]
pub struct Arguments {
    hash: Sha256,
}

impl Arguments {
    /// The arguments of a method, such as `customers.list_customers`.
    pub fn of(method: &str) -> Self {
        Self { hash: Sha256::new() }.with("method", method)
    }

    /// Adds one argument.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        for part in [name, value] {
            self.hash.update((part.len() as u64).to_be_bytes());
            self.hash.update(part);
        }
        self
    }

    fn fingerprint(&self) -> [u8; FINGERPRINT] {
        shortened(self.hash.clone())
    }
}

/// The token of the page after the row with these keys.
pub fn encode(arguments: &Arguments, keys: &[Key]) -> Result<String, serde_json::Error> {
    let payload = serde_json::to_vec(keys)?;
    let mut bytes = vec![VERSION];
    bytes.extend(arguments.fingerprint());
    bytes.extend(check(arguments.fingerprint(), &payload));
    bytes.extend(payload);
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// The keys of a token of this list.
pub fn decode(arguments: &Arguments, order: &Order, token: &str) -> Result<Vec<Key>, PageError> {
    if token.len() > TOKEN_MAX_LENGTH {
        return Err(PageError::InvalidToken);
    }
    let bytes = URL_SAFE_NO_PAD.decode(token).map_err(|_| PageError::InvalidToken)?;
    let Some((header, payload)) = bytes.split_first_chunk::<HEADER>() else {
        return Err(PageError::InvalidToken);
    };
    let [version, of @ ..] = header;
    let (of, sum) = of.split_at(FINGERPRINT);
    let is_whole = <[u8; FINGERPRINT]>::try_from(of).is_ok_and(|of| sum == check(of, payload));
    if *version != VERSION || !is_whole {
        return Err(PageError::InvalidToken);
    }
    if of != arguments.fingerprint() {
        return Err(PageError::ForeignToken);
    }
    let keys: Vec<Key> = serde_json::from_slice(payload).map_err(|_| PageError::InvalidToken)?;
    if fit(order, &keys) { Ok(keys) } else { Err(PageError::InvalidToken) }
}

fn check(of: [u8; FINGERPRINT], payload: &[u8]) -> [u8; FINGERPRINT] {
    shortened(Sha256::new().chain_update([VERSION]).chain_update(of).chain_update(payload))
}

fn shortened(hash: Sha256) -> [u8; FINGERPRINT] {
    let digest: [u8; 32] = hash.finalize().into();
    std::array::from_fn(|index| digest[index])
}

/// Whether the keys are what the order's columns hold: a forged token must not become a type error of the database.
fn fit(order: &Order, keys: &[Key]) -> bool {
    let fits = |(term, key): (&crate::Term, &Key)| match key {
        None => term.field.nullable,
        Some(value) => is_of(term.field.kind, value) && value.is_storable(),
    };
    keys.len() == order.terms().len() && order.terms().iter().zip(keys).all(fits)
}

const fn is_of(kind: Kind, value: &Value) -> bool {
    matches!(
        (kind, value),
        (Kind::Text | Kind::Enum(_), Value::Text(_))
            | (Kind::Integer, Value::Int(_))
            | (Kind::Float, Value::Float(_))
            | (Kind::Decimal, Value::Decimal(_))
            | (Kind::Bool, Value::Bool(_))
            | (Kind::Timestamp, Value::Timestamp(_))
            | (Kind::Date, Value::Date(_))
            | (Kind::Uuid, Value::Uuid(_))
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{Field, Schema};

    static SCHEMA: Schema = Schema::new(
        Field::new("id", "id", Kind::Integer),
        &[
            Field::new("name", "name", Kind::Text).nullable().sortable(),
            Field::new("clv", "clv", Kind::Float).sortable(),
        ],
    );

    fn order() -> Order {
        Order::parse("name, clv", &SCHEMA).unwrap()
    }

    fn arguments() -> Arguments {
        Arguments::of("list").with("parent", "p")
    }

    fn keys() -> Vec<Key> {
        vec![Some("Ångström".into()), Some((0.1 + 0.2).into()), Some(7.into())]
    }

    #[test]
    fn a_token_gives_back_its_keys() {
        let token = encode(&arguments(), &keys()).unwrap();
        assert!(token.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'), "{token}");
        assert_eq!(decode(&arguments(), &order(), &token), Ok(keys()));
    }

    #[test]
    fn a_token_of_other_arguments_is_refused_as_such() {
        let token = encode(&arguments(), &keys()).unwrap();
        for other in [
            Arguments::of("list").with("parent", "q"),
            Arguments::of("list"),
            Arguments::of("list").with("paren", "tp"),
            Arguments::of("list").with("parent", "p").with("filter", ""),
        ] {
            assert_eq!(decode(&other, &order(), &token), Err(PageError::ForeignToken));
        }
    }

    #[test]
    fn forged_keys_that_do_not_fit_the_order_are_refused() {
        for keys in [
            vec![],
            vec![Some("a".into()), Some(0.1.into())],
            vec![Some("a".into()), Some(0.1.into()), Some(7.into()), Some(8.into())],
            vec![Some(1.into()), Some(0.1.into()), Some(7.into())],
            vec![Some("a".into()), None, Some(7.into())],
            vec![Some("a\0".into()), Some(0.1.into()), Some(7.into())],
        ] {
            let token = encode(&arguments(), &keys).unwrap();
            assert_eq!(decode(&arguments(), &order(), &token), Err(PageError::InvalidToken), "{keys:?}");
        }
    }

    proptest! {
        #[test]
        fn floats_survive_to_the_bit(bits: u64) {
            let value = f64::from_bits(bits);
            let keys = vec![None, Some(value.into()), Some(7.into())];
            let token = encode(&arguments(), &keys).unwrap();
            let back = decode(&arguments(), &order(), &token).unwrap();
            let Some(Value::Float(back)) = back[1] else { panic!("a float") };
            prop_assert_eq!(back.to_bits(), bits);
        }

        #[test]
        fn any_change_of_a_token_is_refused(index: prop::sample::Index, char in "[A-Za-z0-9_-]") {
            let token = encode(&arguments(), &keys()).unwrap();
            let index = index.index(token.len());
            let mut changed = token.clone();
            changed.replace_range(index..=index, &char);
            if changed != token {
                prop_assert_eq!(decode(&arguments(), &order(), &changed), Err(PageError::InvalidToken));
            }
        }

        #[test]
        fn garbage_is_refused(token in ".{1,60}|[A-Za-z0-9_-]{1,200}") {
            prop_assert_eq!(decode(&arguments(), &order(), &token), Err(PageError::InvalidToken));
        }

        #[test]
        fn garbage_in_a_well_made_envelope_is_refused(payload: Vec<u8>) {
            let of = arguments().fingerprint();
            let mut bytes = vec![VERSION];
            bytes.extend(of);
            bytes.extend(check(of, &payload));
            bytes.extend(payload);
            let token = URL_SAFE_NO_PAD.encode(bytes);
            prop_assert_eq!(decode(&arguments(), &order(), &token), Err(PageError::InvalidToken));
        }
    }
}
