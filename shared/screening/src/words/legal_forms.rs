//! Legal forms of many countries, folded to what they are: companies of members, of shares, partnerships.
//!
//! Sources: ISO 20275 (the entity legal forms that GLEIF keeps), the company acts' own abbreviations.

use std::collections::HashMap;
use std::sync::LazyLock;

/// What a legal form is, whatever the country.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LegalForm {
    /// Liability limited to shares that are not traded: GmbH, Ltd, LLC, OOO, SARL, 有限公司.
    Limited,
    /// Share capital: AG, plc, SA, PAO, 股份有限公司, Inc, Corp.
    Shares,
    /// A partnership: LP, LLP, KG.
    Partnership,
    /// No statement but "company" or "firm".
    Company,
    /// A foundation, association or non-profit organisation.
    NonProfit,
    /// A cooperative.
    Cooperative,
    /// A state enterprise.
    State,
    /// A sole trader.
    Sole,
}

use LegalForm::{Company, Cooperative, Limited, NonProfit, Partnership, Shares, Sole, State};

const TABLE: &[(LegalForm, &[&str])] = &[
    (
        Limited,
        &[
            "ltd",
            "limited",
            "llc",
            "gmbh",
            "co ltd",
            "company limited",
            "limited liability company",
            "limited company",
            "pty ltd",
            "pte ltd",
            "pvt ltd",
            "private limited",
            "sdn bhd",
            "bv",
            "bvba",
            "sarl",
            "srl",
            "sl",
            "slu",
            "sp z oo",
            "spzoo",
            "ooo",
            "too",
            "tov",
            "tzov",
            "doo",
            "dooel",
            "eood",
            "ood",
            "kft",
            "sro",
            "spol sro",
            "spol s r o",
            "oy",
            "ab",
            "as",
            "aps",
            "oü",
            "ou",
            "uab",
            "sia",
            "lda",
            "ltda",
            "ltd sti",
            "limited sirketi",
            "fze",
            "fzc",
            "fzco",
            "fz llc",
            "fz",
            "wll",
            "lllc",
            "gesellschaft mit beschrankter haftung",
            "ug",
            "eurl",
            "unipessoal",
            "xk",
            "mchj",
            "ltd co",
            "mbh",
            "pty",
            "pte",
            "pvt",
            "s de rl",
            "s de rl de cv",
            "sociedad limitada",
            "societe a responsabilite limitee",
            "societa a responsabilita limitata",
            "societatea cu raspundere limitata",
            "obshchestvo s ogranichennoi otvetstvennostiu",
            "obshchestvo s ogranichennoy otvetstvennostyu",
            "общество с ограниченной ответственностью",
            "ооо",
            "тоо",
            "тов",
            "товарищество с ограниченной ответственностью",
            "товариство з обмеженою відповідальністю",
            "одоо",
            "едоо",
            "еоод",
            "оод",
            "yugen kaisha",
            "godo kaisha",
            "ltd liability co",
            "limited liability co",
            "ذ م م",
            "besloten vennootschap",
            "sàrl",
            "společnost s ručením omezeným",
            "spolka z ograniczona odpowiedzialnoscia",
            "sociedad de responsabilidad limitada",
            "lc",
            "有限",
            "hk ltd",
        ],
    ),
    (
        Shares,
        &[
            "inc",
            "incorporated",
            "corp",
            "corporation",
            "ag",
            "aktiengesellschaft",
            "plc",
            "public limited company",
            "sa",
            "spa",
            "nv",
            "se",
            "jsc",
            "ojsc",
            "cjsc",
            "pjsc",
            "oao",
            "zao",
            "pao",
            "ao",
            "nao",
            "joint stock company",
            "open joint stock company",
            "public joint stock company",
            "closed joint stock company",
            "joint stock co",
            "pt",
            "tbk",
            "kk",
            "kabushiki kaisha",
            "asa",
            "oyj",
            "abp",
            "a s",
            "akciova spolecnost",
            "sa de cv",
            "sab de cv",
            "sab",
            "sas",
            "sasu",
            "saoc",
            "saog",
            "psc",
            "pjs",
            "bhd",
            "berhad",
            "nyrt",
            "zrt",
            "rt",
            "ad",
            "ead",
            "dd",
            "ab publ",
            "kgaa",
            "sca",
            "scpa",
            "aktsionernoe obshchestvo",
            "akg",
            "naamloze vennootschap",
            "societe anonyme",
            "sociedad anonima",
            "societa per azioni",
            "sirketi",
            "anonim sirketi",
            "акционерное общество",
            "публичное акционерное общество",
            "открытое акционерное общество",
            "закрытое акционерное общество",
            "непубличное акционерное общество",
            "ао",
            "оао",
            "зао",
            "пао",
            "нао",
            "ат",
            "пат",
            "пр ат",
            "акціонерне товариство",
            "акционерно дружество",
            "ад",
            "еад",
            "aktiebolag",
            "joint stock",
            "co inc",
            "company inc",
            "co corp",
        ],
    ),
    (
        Partnership,
        &[
            "lp",
            "llp",
            "lllp",
            "kg",
            "ohg",
            "gbr",
            "gmbh and co kg",
            "gmbh and co",
            "limited partnership",
            "limited liability partnership",
            "general partnership",
            "cv",
            "vof",
            "snc",
            "sas di",
            "scs",
            "ks",
            "ka",
            "коммандитное товарищество",
        ],
    ),
    (
        Company,
        &[
            "co",
            "company",
            "companies",
            "cie",
            "compagnie",
            "firma",
            "kompaniya",
            "kompania",
            "компания",
            "компанія",
            "фирма",
            "شركة",
            "شرکت",
            "cos",
            "sh",
            "and co",
            "and company",
        ],
    ),
    (
        NonProfit,
        &[
            "ev",
            "eingetragener verein",
            "ano",
            "nko",
            "ngo",
            "asbl",
            "stiftung",
            "автономная некоммерческая организация",
            "ано",
            "нко",
            "avtonomnaya nekommercheskaya organizatsiya",
            "autonomous nonprofit organization",
            "autonomous non profit organization",
        ],
    ),
    (Cooperative, &["eg", "scrl", "cooperative", "kooperativ", "кооператив", "coop"]),
    (
        State,
        &[
            "fgup",
            "gup",
            "mup",
            "фгуп",
            "гуп",
            "муп",
            "fsue",
            "sue",
            "federal state unitary enterprise",
            "state unitary enterprise",
            "unitary enterprise",
            "федеральное государственное унитарное предприятие",
            "state owned enterprise",
            "гп",
            "дп",
            "kp",
        ],
    ),
    (Sole, &["ip", "ип", "fop", "фоп", "ek", "sole proprietorship", "индивидуальный предприниматель", "chp"]),
];

/// Endings of Chinese and Japanese names, longest first.
const CHINESE: &[(&str, LegalForm)] = &[
    ("股份有限责任公司", Shares),
    ("集团股份有限公司", Shares),
    ("有限责任公司", Limited),
    ("股份有限公司", Shares),
    ("集团有限公司", Limited),
    ("股份公司", Shares),
    ("有限公司", Limited),
    ("株式会社", Shares),
    ("株式會社", Shares),
    ("有限会社", Limited),
    ("合同会社", Limited),
    ("有限合伙", Partnership),
    ("合伙企业", Partnership),
    ("总公司", Company),
    ("分公司", Company),
    ("公司", Company),
    ("회사", Company),
    ("주식회사", Shares),
    ("유한회사", Limited),
    ("合作社", Cooperative),
];

static PHRASES: LazyLock<HashMap<Vec<&str>, LegalForm>> = LazyLock::new(|| {
    TABLE.iter().flat_map(|(form, all)| all.iter().map(|phrase| (phrase.split(' ').collect(), *form))).collect()
});

const LONGEST: usize = 6;

/// The longest legal form that begins at the first word, and how many words it has.
pub(crate) fn longest(words: &[&str]) -> Option<(LegalForm, usize)> {
    (1..=words.len().min(LONGEST)).rev().find_map(|count| PHRASES.get(&words[..count]).map(|form| (*form, count)))
}

/// Splits a legal form off a run of Chinese characters: from its end, or from its start as Japanese may write it.
pub(crate) fn chinese(run: &str) -> Option<(LegalForm, &str, &'static str)> {
    CHINESE.iter().find_map(|(ending, form)| {
        run.strip_suffix(ending).or_else(|| run.strip_prefix(ending)).map(|rest| (*form, rest, *ending))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_form_is_taken() {
        assert_eq!(longest(&["limited", "liability", "company"]), Some((Limited, 3)));
        assert_eq!(longest(&["public", "limited", "company"]), Some((Shares, 3)));
        assert_eq!(longest(&["sp", "z", "oo"]), Some((Limited, 3)));
        assert_eq!(longest(&["siemens"]), None);
    }

    #[test]
    fn chinese_forms_end_a_name() {
        assert_eq!(chinese("华为技术有限公司"), Some((Limited, "华为技术", "有限公司")));
        assert_eq!(chinese("中国石油股份有限公司"), Some((Shares, "中国石油", "股份有限公司")));
        assert_eq!(chinese("有限公司"), Some((Limited, "", "有限公司")));
    }
}
