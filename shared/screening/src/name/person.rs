//! Persons: given and family names, particles, titles, initials.

use super::chinese;
use crate::normalise::Word;
use crate::romanise::ascii;
use crate::script::Script;
use crate::token::{Role, Token};
use crate::weights::Weights;
use crate::words;

/// How `abd`, `abdul`, `abdel` and عبد are all read.
const SERVANT: &str = "abdul";

pub(super) fn tokens(words: Vec<Word>, weights: &Weights) -> Vec<Token> {
    let words = surname_first(words);
    let single = words.len() == 1;
    let mut out = Vec::with_capacity(words.len() + 2);
    for (at, word) in words.iter().enumerate() {
        // A particle stands before a name: at the end, or first of two words, it is one.
        let is_last = at + 1 == words.len();
        let alone = is_last || (at == 0 && words.len() == 2 && words::may_be_family_name(&word.text));
        match word.script {
            Script::Han => chinese::person(&word.text, single, weights, &mut out),
            Script::Hangul => korean(&word.text, single, weights, &mut out),
            Script::Arabic => arabic(&word.text, weights, &mut out),
            _ => spelt(word, single || alone, weights, &mut out),
        }
    }
    join_compounds(out, weights)
}

/// `FAMILY, Given` as it is spoken: the words before the comma go last. Order costs little, but neighbours may be one word.
fn surname_first(mut words: Vec<Word>) -> Vec<Word> {
    if let Some(at) = words.iter().position(|it| it.before_comma)
        && at + 1 < words.len()
    {
        words.rotate_left(at + 1);
    }
    words
}

fn spelt(word: &Word, stands_alone: bool, weights: &Weights, out: &mut Vec<Token>) {
    let text = word.text.as_str();
    if word.capitals {
        for letter in text.chars() {
            out.push(Token::word(&letter.to_string(), word.script, Role::Initial, weights));
        }
        return;
    }
    let role = if text.chars().count() == 1 && text.chars().all(char::is_alphabetic) {
        Role::Initial
    } else if stands_alone && !words::is_title(text) {
        Role::Name
    } else if words::is_particle(text) && !(out.is_empty() && text == "ben") {
        Role::Particle
    } else if words::is_title(text) {
        Role::Title
    } else {
        Role::Name
    };
    if word.script == Script::Latin && role == Role::Name {
        let latin = ascii(text);
        if let Some(rest) = after_abd(&latin) {
            out.push(Token::word("abdul", Script::Latin, Role::Particle, weights));
            out.push(Token::word(rest, Script::Latin, role, weights));
            return;
        }
    }
    if role == Role::Particle && text.starts_with("abd") {
        out.push(Token::with_readings(text, word.script, role, &[SERVANT.to_owned()], weights));
        return;
    }
    out.push(Token::word(text, word.script, role, weights));
}

/// What follows `Abdul` in `Abdulaziz`, `Abdelkader`, `Abdurrahman`; none in `Abdullah`, which is one name.
fn after_abd(word: &str) -> Option<&str> {
    let rest = word.strip_prefix("abd")?;
    let rest = rest.strip_prefix(['u', 'e', 'a', 'o'])?;
    let rest = rest.strip_prefix('l').unwrap_or(rest);
    let starts_well = !rest.starts_with("la") && !rest.starts_with("ev") && !rest.starts_with("ov");
    (rest.len() >= 4 && starts_well).then_some(rest)
}

/// Arabic writes the article, `abd` and `abu` together with what follows.
pub(super) fn arabic(text: &str, weights: &Weights, out: &mut Vec<Token>) {
    let mut rest = text;
    for (prefix, least) in [("عبدال", 2), ("عبد ال", 2), ("ابوال", 2), ("أبوال", 2), ("وال", 4), ("ال", 2), ("أل", 3)]
    {
        if let Some(after) = text.strip_prefix(prefix)
            && after.chars().count() >= least
            && !matches!(after, "له" | "لة")
        {
            let spoken = match prefix {
                "ال" | "وال" | "أل" => "ال",
                "ابوال" | "أبوال" => "ابو",
                _ => "عبد",
            };
            out.push(Token::word(spoken, Script::Arabic, Role::Particle, weights));
            rest = after;
            break;
        }
    }
    if rest.len() == text.len()
        && let Some(after) = text.strip_prefix("ابو").or_else(|| text.strip_prefix("أبو"))
        && after.chars().count() >= 2
    {
        out.push(Token::word("ابو", Script::Arabic, Role::Particle, weights));
        rest = after;
    }
    let role = match rest {
        "بن" | "ابن" | "ابو" | "أبو" | "عبد" | "ال" | "ام" | "بنت" => Role::Particle,
        "الدكتور" | "شيخ" | "حاجي" | "حاجی" | "ملا" | "مولوي" | "مولوی" | "سيد" | "سید" | "شیخ" | "دكتور" => {
            Role::Title
        }
        _ => Role::Name,
    };
    out.push(Token::word(rest, Script::Arabic, role, weights));
}

fn korean(text: &str, single: bool, weights: &Weights, out: &mut Vec<Token>) {
    let letters = text.chars().count();
    let split = if single && (2..=4).contains(&letters) { text.chars().next().map_or(0, char::len_utf8) } else { 0 };
    let (family, given) = text.split_at(split);
    for part in [family, given].into_iter().filter(|it| !it.is_empty()) {
        out.push(Token::word(part, Script::Hangul, Role::Name, weights));
    }
}

/// `Abd Allah` and عبد الله are Abdullah, `Nasr Allah` is Nasrullah, `Siraj al-Din` and `Siraj-ud-Din` are Sirajuddin.
fn join_compounds(tokens: Vec<Token>, weights: &Weights) -> Vec<Token> {
    let mut out: Vec<Token> = Vec::with_capacity(tokens.len());
    for token in tokens {
        let latin = &*token.readings[0].latin;
        let allah = matches!(&*token.text, "الله" | "لله" | "اللہ" | "allah" | "ullah" | "ollah" | "له");
        let din = matches!(latin, "din" | "deen" | "dine" | "uddin" | "eddine" | "eddin" | "aldin");
        if !allah && !din {
            out.push(token);
            continue;
        }
        let article = out
            .last()
            .is_some_and(|it| it.role == Role::Particle && it.weight < 0.2 && it.readings[0].latin.len() == 2);
        let at = out.len().wrapping_sub(1 + usize::from(article));
        let Some(before) = out.get(at) else {
            out.push(token);
            continue;
        };
        let joined = if allah && before.role == Role::Particle && before.readings[0].latin.starts_with("abd") {
            Token { script: token.script, ..Token::word("abdullah", Script::Latin, Role::Name, weights) }
        } else if before.role == Role::Name {
            let (ending, bare) = if allah { ("ullah", "AlAh") } else { ("uddin", "AdIn") };
            let reading = format!("{}{ending}", before.readings[0].latin);
            let text = format!("{} {}", before.text, token.text);
            let bare = before.bare.as_ref().map(|it| format!("{it}{bare}").into());
            Token { bare, ..Token::with_readings(&text, token.script, Role::Name, &[reading], weights) }
        } else {
            out.push(token);
            continue;
        };
        out.truncate(at);
        out.push(joined);
    }
    out
}

#[cfg(test)]
mod tests {
    use crate::{Kind, Name};

    fn latin(text: &str) -> Vec<String> {
        Name::new(text, Kind::Person).tokens.iter().map(|it| it.readings[0].latin.to_string()).collect()
    }

    #[test]
    fn servants_of_god_are_taken_apart_and_abdullah_is_not() {
        assert_eq!(latin("Abdulaziz Nooristani"), ["abdul", "aziz", "nooristani"]);
        assert_eq!(latin("Abdelkader"), ["abdul", "kader"]);
        assert_eq!(latin("Abd Allah"), ["abdullah"]);
        assert_eq!(latin("عبد الله"), ["abdullah"]);
        assert_eq!(latin("Abdullah"), ["abdullah"]);
        assert_eq!(latin("Siraj al-Din"), ["sirajuddin"]);
        assert_eq!(latin("نور الدين"), ["nooruddin"]);
    }

    #[test]
    fn a_comma_tells_the_family_name() {
        assert_eq!(latin("MONTOYA SANCHEZ, Juan Carlos"), ["juan", "carlos", "montoya", "sanchez"]);
    }
}
