//! ISO 3166-1 alpha-2, as of 2026.

const CODES: &str = "\
AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD CF CG CH CI \
CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ \
GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS \
LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG \
PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK \
TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW";

/// A bit for each second letter, by first letter.
const fn table(codes: &str) -> [u32; 26] {
    let codes = codes.as_bytes();
    let mut table = [0; 26];
    let mut at = 0;
    while at < codes.len() {
        table[(codes[at] - b'A') as usize] |= 1 << (codes[at + 1] - b'A');
        at += 3;
    }
    table
}

/// A set of codes of two letters.
pub(crate) struct Countries([u32; 26]);

impl Countries {
    /// The codes of ISO 3166-1 and `more`, parted by single spaces.
    pub const fn with(more: &str) -> Self {
        let mut all = table(CODES);
        let more = table(more);
        let mut at = 0;
        while at < all.len() {
            all[at] |= more[at];
            at += 1;
        }
        Self(all)
    }

    /// Whether the first two bytes are a code of the set.
    pub fn has(&self, code: &[u8]) -> bool {
        let [first, second, ..] = code else { return false };
        let (row, bit) = (first.wrapping_sub(b'A'), second.wrapping_sub(b'A'));
        bit < 26 && self.0.get(usize::from(row)).is_some_and(|it| it & (1 << bit) != 0)
    }
}

#[cfg(test)]
mod tests {
    use super::{CODES, Countries};

    #[test]
    fn two_hundred_and_forty_nine_countries_in_order() {
        let codes: Vec<&str> = CODES.split(' ').collect();
        assert_eq!(codes.len(), 249);
        assert!(codes.is_sorted() && codes.iter().all(|it| it.len() == 2));
    }

    #[test]
    fn one_more_letter_is_one_more_country() {
        let countries = Countries::with("XK");
        assert!(
            countries.has(b"XK")
                && countries.has(b"DE")
                && !countries.has(b"XX")
                && !countries.has(b"D1")
                && !countries.has(b"D")
        );
    }
}
