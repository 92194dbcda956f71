//! Enums of the contract as the codes of BODS, which they spell in capitals.

use std::str::FromStr;

/// The code of a name such as `INTEREST_TYPE_VOTING_RIGHTS`, without its prefix; `None` for a name that is none.
pub fn code<C: FromStr>(name: &str, prefix: &str) -> Option<C> {
    let mut camel = String::with_capacity(name.len());
    for (place, word) in name.strip_prefix(prefix)?.split('_').enumerate() {
        let lower = word.to_lowercase();
        if place == 0 {
            camel.push_str(&lower);
        } else if let Some(first) = word.get(..1) {
            camel.push_str(first);
            camel.push_str(lower.get(1..).unwrap_or_default());
        }
    }
    camel.parse().ok()
}

#[cfg(test)]
mod tests {
    use clientele_proto::qualification::v1 as proto;
    use ownership::{Directness, EntityType, InterestType, PersonType, UnspecifiedReason};

    use super::code;

    /// Every number of an enum but 0 is a code, and there are as many as the standard has.
    macro_rules! all_are_codes {
        ($message:ty, $code:ty, $prefix:literal) => {
            let codes: Vec<$code> = (1..)
                .map_while(|number| <$message>::try_from(number).ok())
                .map(|value| code(value.as_str_name(), $prefix).unwrap_or_else(|| panic!("{}", value.as_str_name())))
                .collect();
            assert_eq!(codes, <$code>::ALL);
        };
    }

    #[test]
    fn the_enums_of_the_contract_are_the_code_lists_of_the_standard() {
        all_are_codes!(proto::InterestType, InterestType, "INTEREST_TYPE_");
        all_are_codes!(proto::UnspecifiedReason, UnspecifiedReason, "UNSPECIFIED_REASON_");
        all_are_codes!(proto::PersonType, PersonType, "PERSON_TYPE_");
        all_are_codes!(proto::EntityType, EntityType, "ENTITY_TYPE_");
        all_are_codes!(proto::DirectOrIndirect, Directness, "DIRECT_OR_INDIRECT_");
        assert_eq!(code::<InterestType>("INTEREST_TYPE_UNSPECIFIED", "INTEREST_TYPE_"), None);
    }
}
