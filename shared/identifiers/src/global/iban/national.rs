//! The check digits inside a country's own account number, where they hold for every bank of the country.
//!
//! Sources: each country's page of SWIFT's IBAN registry and the European Committee for Banking Standards' "Register of European Account
//! Numbers" (TR 201). Countries where each bank has its own rule (Germany, Denmark, Sweden, the United Kingdom) are left out.

use crate::{
    checksum::{luhn, mod_11_10, mod_97, sum},
    shape::value,
};

/// Whether the national check digits of an IBAN fit. The structure has been checked.
pub(super) fn fits(iban: &[u8]) -> bool {
    let account = &iban[4..];
    match &iban[..2] {
        b"BE" => belgium(account),
        b"CZ" | b"SK" => czechia(account),
        b"EE" => estonia(account),
        b"ES" => spain(account),
        b"FI" => luhn(account),
        b"FR" | b"MC" => france(account),
        b"HR" => mod_11_10(&account[..7]) && mod_11_10(&account[7..]),
        b"HU" => hungary(account),
        b"IT" | b"SM" => italy(account),
        b"NO" => norway(account),
        b"PL" => sum(&account[..8], &[3, 9, 7, 1, 3, 9, 7, 1]).is_multiple_of(10),
        // ISO 7064 MOD 97-10 over the whole account number.
        b"BA" | b"ME" | b"MK" | b"PT" | b"RS" | b"SI" | b"TL" => mod_97(account) == 1,
        // The key of a French account number, without letters and weights: it makes the whole divisible.
        b"MR" | b"TN" => mod_97(account) == 0,
        _ => true,
    }
}

/// Dutch account numbers of nine or ten digits pass the eleven-test, but accounts that began as giro numbers do not, and new ones need
/// not: a doubt, not a refusal.
pub(super) fn doubtful(iban: &[u8]) -> bool {
    iban.starts_with(b"NL")
        && !iban[8..].starts_with(b"000")
        && !sum(&iban[8..], &[10, 9, 8, 7, 6, 5, 4, 3, 2, 1]).is_multiple_of(11)
}

/// The last two digits are the first ten modulo 97, 97 for 0.
fn belgium(account: &[u8]) -> bool {
    let rest = value(&account[..10]) % 97;
    value(&account[10..]) == if rest == 0 { 97 } else { rest }
}

/// Prefix (six digits) and number (ten digits) each weigh to a multiple of 11.
fn czechia(account: &[u8]) -> bool {
    const WEIGHTS: [u32; 10] = [6, 3, 7, 9, 10, 5, 8, 4, 2, 1];
    let (prefix, number) = account[4..].split_at(6);
    sum(prefix, &WEIGHTS[4..]).is_multiple_of(11) && sum(number, &WEIGHTS).is_multiple_of(11)
}

/// Weights 7 3 1 from the right over everything after the bank; the last digit fills up to a multiple of 10.
fn estonia(account: &[u8]) -> bool {
    sum(&account[2..], &[7, 1, 3, 7, 1, 3, 7, 1, 3, 7, 1, 3, 7, 1]).is_multiple_of(10)
}

/// Two control digits: the first for bank and branch, the second for the account; each 11 less the weighted sum modulo 11.
fn spain(account: &[u8]) -> bool {
    const WEIGHTS: [u32; 10] = [1, 2, 4, 8, 5, 10, 9, 7, 3, 6];
    let digit = |sum: u32| match 11 - sum % 11 {
        11 => b'0',
        10 => b'1',
        digit => b'0' + digit as u8,
    };
    account[8] == digit(sum(&account[..8], &WEIGHTS[2..])) && account[9] == digit(sum(&account[10..], &WEIGHTS))
}

/// The RIB key: 97 less (89 bank + 15 branch + 3 account) modulo 97, letters counting A to I = 1 to 9, J to R = 1 to 9, S to Z = 2 to 9.
fn france(account: &[u8]) -> bool {
    let number = account[10..21].iter().fold(0, |number, byte| number * 10 + u64::from(rib_digit(*byte)));
    let rest = (89 * value(&account[..5]) + 15 * value(&account[5..10]) + 3 * number) % 97;
    value(&account[21..]) == 97 - rest
}

fn rib_digit(byte: u8) -> u8 {
    match byte {
        b'A'..=b'I' => byte - b'A' + 1,
        b'J'..=b'R' => byte - b'J' + 1,
        b'S'..=b'Z' => byte - b'S' + 2,
        _ => byte - b'0',
    }
}

/// Weights 9 7 3 1: bank and branch with their own check digit, the account (eight or sixteen digits) with one.
fn hungary(account: &[u8]) -> bool {
    const WEIGHTS: [u32; 16] = [9, 7, 3, 1, 9, 7, 3, 1, 9, 7, 3, 1, 9, 7, 3, 1];
    let (branch, number) = account.split_at(8);
    sum(branch, &WEIGHTS).is_multiple_of(10) && sum(number, &WEIGHTS).is_multiple_of(10)
}

/// The CIN letter: values by place, even places as they are, odd places by a table; their sum modulo 26.
fn italy(account: &[u8]) -> bool {
    const ODD: [u32; 26] =
        [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];
    let (cin, rest) = (account[0], &account[1..]);
    let sum: u32 = rest
        .iter()
        .enumerate()
        .map(|(place, byte)| {
            let value = if byte.is_ascii_digit() { byte - b'0' } else { byte - b'A' };
            if place % 2 == 0 { ODD[usize::from(value)] } else { u32::from(value) }
        })
        .sum();
    u32::from(cin - b'A') == sum % 26
}

/// Weights 5 4 3 2 7 6 5 4 3 2. Numbers whose fifth and sixth digit are 00 are internal to the bank and weigh only what follows.
fn norway(account: &[u8]) -> bool {
    const WEIGHTS: [u32; 11] = [5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1];
    let whole = sum(account, &WEIGHTS).is_multiple_of(11);
    whole || (account[4..6] == *b"00" && sum(&account[6..], &WEIGHTS[6..]).is_multiple_of(11))
}
