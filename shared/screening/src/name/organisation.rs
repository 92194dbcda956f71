//! Organisations and ships: legal forms, words of trade, places, numbers, and what is particular to one.

use super::{chinese, person};
use crate::kind::Kind;
use crate::normalise::Word;
use crate::romanise::{ascii, han};
use crate::script::Script;
use crate::token::{Role, Token};
use crate::weights::Weights;
use crate::words;

/// Forms that begin a name only by chance: `As-Sahab`, `SA Trading`, `Co Investors`.
const NEVER_FIRST: [&str; 22] = [
    "as", "ab", "sa", "se", "ad", "dd", "ka", "ks", "ek", "co", "sl", "ou", "ag", "cv", "rt", "lc", "dp", "sh", "coop",
    "fz", "eg", "ip",
];

/// Words that stand before a ship's name.
const SHIPS: [&str; 6] = ["mv", "mt", "ms", "ss", "my", "m"];

/// The words and the legal forms.
pub(super) fn tokens(words: &[Word], kind: Kind, weights: &Weights) -> (Vec<Token>, Vec<Token>) {
    let mut out = Vec::with_capacity(words.len());
    let mut forms = Vec::new();
    let texts: Vec<&str> = words.iter().map(|it| it.text.as_str()).collect();
    let mut at = 0;
    while at < words.len() {
        let word = &words[at];
        if kind == Kind::Organisation
            && let Some((form, count)) = words::longest_legal_form(&texts[at..])
            && !(at == 0 && count == 1 && NEVER_FIRST.contains(&texts[0]))
        {
            forms.push(Token::legal_form(&texts[at..at + count].join(" "), word.script, form, weights));
            at += count;
            continue;
        }
        match word.script {
            Script::Han | Script::Hangul => east(&word.text, word.script, kind, weights, &mut out, &mut forms),
            Script::Arabic => {
                let from = out.len();
                person::arabic(&word.text, weights, &mut out);
                out[from..].iter_mut().for_each(of_trade);
            }
            _ => {
                let token = spelt(word, at, kind, weights);
                match compound(&out, &token, weights) {
                    Some(joined) => {
                        out.pop();
                        out.push(Token { text: format!("{} {}", texts[at - 1], word.text).into(), ..joined });
                    }
                    None => out.push(token),
                }
            }
        }
        at += 1;
    }
    (out, forms)
}

fn east(text: &str, script: Script, kind: Kind, weights: &Weights, out: &mut Vec<Token>, forms: &mut Vec<Token>) {
    let simple = han::simplified(text);
    let mut rest = simple.as_str();
    if kind == Kind::Organisation
        && let Some((form, before, ending)) = words::chinese_legal_form(rest)
    {
        forms.push(Token::legal_form(ending, script, form, weights));
        rest = before;
    }
    if script == Script::Han {
        chinese::organisation(rest, weights, out);
    } else if !rest.is_empty() {
        out.push(Token::word(rest, script, Role::Name, weights));
    }
}

/// Gives an Arabic word the role its concept has.
fn of_trade(token: &mut Token) {
    token.concept = words::concept(&token.text);
    if token.role == Role::Name && token.concept.is_some() {
        token.role = if words::is_place(&token.text) { Role::Place } else { Role::Trade };
        token.weight = token.role.weight();
    }
}

/// `forty four` is one number, `united states` one place: what takes the place of the word before.
fn compound(before: &[Token], token: &Token, weights: &Weights) -> Option<Token> {
    let last = before.last()?;
    if let (Some(tens), Some(units)) = (last.number, token.number) {
        let in_words =
            last.text.bytes().all(|byte| byte.is_ascii_alphabetic()) && (20..100).contains(&tens) && tens % 10 == 0;
        let both = tens + units;
        return (in_words && (1..10).contains(&units)).then(|| Token::number("", both, weights));
    }
    let country = match (&*last.text, &*token.text) {
        ("united", "states") => "usa",
        ("united", "kingdom") => "uk",
        _ => return None,
    };
    Some(Token { concept: words::concept(country), ..Token::word(country, Script::Latin, Role::Place, weights) })
}

fn spelt(word: &Word, at: usize, kind: Kind, weights: &Weights) -> Token {
    let text = word.text.as_str();
    if let Some(number) = words::number(text) {
        return Token::number(text, number, weights);
    }
    let ship = kind == Kind::Vessel && at == 0 && SHIPS.contains(&text);
    let concept = words::concept(text).or_else(|| words::concept(&ascii(text)));
    let role = if ship || words::is_stop(text) {
        Role::Stop
    } else if words::is_place(text) {
        Role::Place
    } else if concept.is_some() {
        Role::Trade
    } else if words::is_particle(text) && text.len() < 3 {
        Role::Particle
    } else {
        Role::Name
    };
    let mut token = Token::word(text, word.script, role, weights);
    token.concept = if role == Role::Stop { None } else { concept };
    token
}

#[cfg(test)]
mod tests {
    use super::Role;
    use crate::{Kind, Name};

    fn roles(text: &str) -> Vec<(String, Role)> {
        let name = Name::new(text, Kind::Organisation);
        name.tokens.iter().chain(&name.forms).map(|it| (it.text.to_string(), it.role)).collect()
    }

    #[test]
    fn a_chinese_company_is_place_brand_trade_and_form() {
        let expected =
            [("上海", Role::Place), ("宝钢", Role::Name), ("贸易", Role::Trade), ("有限公司", Role::LegalForm)];
        assert_eq!(roles("上海市宝钢贸易有限公司"), expected.map(|(text, role)| (text.to_owned(), role)));
    }

    #[test]
    fn forms_stand_first_or_last() {
        assert_eq!(roles("OOO Oboronnye Initsiativy")[2], ("ooo".to_owned(), Role::LegalForm));
        assert_eq!(roles("Citigroup Capital Trust XV")[3].1, Role::Number);
    }
}
