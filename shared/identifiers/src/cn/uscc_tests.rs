use crate::{Presentation, Reason, Scheme, check};

fn verdict(number: &str) -> crate::Verdict {
    check(Scheme::CnUscc, number, Presentation::Strict)
}

/// The number with the check character that its first seventeen ask for: the standard's sum, written out anew.
fn completed(head: &str) -> String {
    const ALPHABET: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    let mut weight = 1;
    let mut sum = 0;
    for character in head.chars() {
        sum += ALPHABET.find(character).unwrap() * weight;
        weight = weight * 3 % 31;
    }
    let check = (31 - sum % 31) % 31;
    format!("{head}{}", ALPHABET.chars().nth(check).unwrap())
}

/// Numbers that companies print on their own sites: PetroChina, Huawei, Tencent, Alibaba (China).
#[test]
fn published_numbers() {
    for number in ["91110000710925462X", "914403001922038216", "9144030071526726XG", "91330100799655058B"] {
        assert_eq!(verdict(number).reason(), None, "{number}");
    }
}

#[test]
fn parts_are_named() {
    let verdict = verdict("914403001922038216");
    let decoded = verdict.decoded().unwrap();
    assert_eq!(decoded.authority.as_ref().unwrap().local_name, Some("工商"));
    assert_eq!(decoded.entity_type.as_ref().unwrap().name, Some("Enterprise"));
    let region = decoded.region.as_ref().unwrap();
    assert_eq!((region.code.as_str(), region.name), ("440300", Some("Guangdong")));
    assert_eq!((decoded.embedded[0].scheme, decoded.embedded[0].value.as_str()), (Scheme::CnOrgcode, "192203821"));
}

/// GB 32100: a remainder of 0 gives 31, which is written 0. Peers refuse these.
#[test]
fn a_check_character_of_thirty_one_is_zero() {
    let zero = (0..400).find_map(|serial| {
        let organisation = with_organisation_check(&format!("MA0{serial:05}"));
        Some(completed(&format!("91110105{organisation}"))).filter(|it| it.ends_with('0'))
    });
    assert_eq!(verdict(&zero.unwrap()).reason(), None);
}

fn with_organisation_check(head: &str) -> String {
    "0123456789X"
        .chars()
        .map(|last| format!("{head}{last}"))
        .find(|it| check(Scheme::CnOrgcode, it, Presentation::Strict).is_valid())
        .unwrap()
}

#[test]
fn authorities_with_letters_are_known() {
    let organisation = with_organisation_check("MB1A2345");
    for (head, kind) in
        [("A1", "Military institution"), ("N2", "Collective economic organisation of a village"), ("Y1", "Other")]
    {
        let verdict = verdict(&completed(&format!("{head}110000{organisation}")));
        assert_eq!(verdict.reason(), None, "{head}");
        assert_eq!(verdict.decoded().unwrap().entity_type.as_ref().unwrap().name, Some(kind));
    }
}

#[test]
fn each_part_has_its_own_reason() {
    let organisation = with_organisation_check("MA1A2345");
    let other = if organisation.ends_with('1') { "MA1A23452" } else { "MA1A23451" };
    for (number, reason, position) in [
        (completed(&format!("B1110000{organisation}")), Reason::UnknownAuthority, 1),
        (completed(&format!("95110000{organisation}")), Reason::UnknownEntityType, 2),
        (completed(&format!("91990000{organisation}")), Reason::UnknownRegion, 3),
        (completed(&format!("91110000{other}")), Reason::BadEmbeddedIdentifier, 9),
        (format!("91110000{organisation}I"), Reason::IllegalCharacter, 18),
    ] {
        let verdict = verdict(&number);
        assert_eq!((verdict.reason(), verdict.position()), (Some(reason), Some(position)), "{number}");
    }
}

/// A resident's number that happens to satisfy the sum modulo 31 is still a resident's number.
#[test]
fn a_resident_identity_number_is_not_a_credit_code() {
    let mut found = 0;
    for sequence in 0..1_000 {
        for last in "0123456789X".chars() {
            let number = format!("11010119900307{sequence:03}{last}");
            if completed(&number[..17]) == number && check(Scheme::CnRic, &number, Presentation::Strict).is_valid() {
                assert_eq!(verdict(&number).reason(), Some(Reason::OtherScheme), "{number}");
                found += 1;
            }
        }
    }
    assert!(found > 10, "{found}");
}

/// A body of the state in Yanqing, whose code happens to be a resident's number too: 10 + 8 + 8 + 4 = 30 asks for 3 in the embedded code.
#[test]
fn a_whole_code_is_one_even_if_it_looks_like_a_residents_number() {
    assert!(verdict("11110119000101223X").is_valid());
}
