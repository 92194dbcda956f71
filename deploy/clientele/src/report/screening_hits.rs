//! Customers that are close to a listed party, and why.

use clientele_proto::qualification::v1::{HitState, ScreeningHit, ScreeningMatch, ScreeningToken};

use crate::term::{Column, Screen, Table, number, text};

/// For a person: what to look at, best first or as they come.
pub fn render(hits: &[ScreeningHit], screen: &Screen) -> String {
    if hits.is_empty() {
        return "There is no such hit.\n".to_owned();
    }
    let heads = [
        Column::text("hit"),
        Column::text("state"),
        Column::number("score"),
        Column::text("screened name"),
        Column::text("listed name"),
        Column::text("list"),
        Column::text("customer"),
        Column::text("decided by"),
        Column::text("opens again"),
    ];
    let mut table = Table::new(heads);
    for hit in hits {
        let found = hit.r#match.clone().unwrap_or_default();
        let entry = found.entry.unwrap_or_default();
        table.row([
            hit.screening_hit_id.clone(),
            state(hit),
            number::decimal(found.score, 3),
            found.screened_name,
            found.listed_name,
            entry.screening_list_id,
            hit.customer_id.clone(),
            hit.decided_by.clone(),
            opens(hit),
        ]);
    }
    table.render(screen)
}

/// For a person: one hit, the listed party, and what each word counts for.
pub fn one(hit: &ScreeningHit, screen: &Screen) -> String {
    let found = hit.r#match.clone().unwrap_or_default();
    let entry = found.entry.clone().unwrap_or_default();
    let mut table = Table::new([Column::text("field"), Column::text("value")]);
    let mut row = |field: &str, value: String| {
        if !value.is_empty() {
            table.row([field.to_owned(), value]);
        }
    };
    row("hit", hit.screening_hit_id.clone());
    row("customer", hit.customer_id.clone());
    row("state", state(hit));
    row("score", number::decimal(found.score, 3));
    row("screened name", found.screened_name.clone());
    row("listed name", found.listed_name.clone());
    row("list", format!("{} {}", entry.screening_list_id, entry.entry_key));
    row(
        "other names",
        entry.names.iter().filter(|name| **name != found.listed_name).cloned().collect::<Vec<_>>().join(", "),
    );
    row("born or founded", entry.births.join(", "));
    row("countries", entry.country_codes.join(", "));
    row("identifiers", entry.identifiers.join(", "));
    row("programmes", entry.programmes.join(", "));
    row("proposed by", hit.proposed_by.clone());
    row("decided by", hit.decided_by.clone());
    row("reason", hit.reason.clone());
    row("opens again", opens(hit));
    format!("{}\n{}", table.render(screen), words(&found, screen))
}

/// What each word, and each fact beside the names, counts for.
fn words(found: &ScreeningMatch, screen: &Screen) -> String {
    let heads = [Column::number("counts"), Column::text("screened"), Column::text("listed"), Column::text("how")];
    let mut table = Table::new(heads);
    for ScreeningToken { screened, listed, how, contribution } in &found.tokens {
        let sign = if *contribution < 0.0 { "" } else { "+" };
        let counts = format!("{sign}{}", number::decimal(*contribution, 3));
        table.row([counts, screened.clone(), listed.clone(), how.replace('_', " ")]);
    }
    if found.tokens.is_empty() {
        return text::wrap("What the words count for was not kept.", screen.width).join("\n") + "\n";
    }
    table.render(screen)
}

/// For a spreadsheet.
pub fn csv(hits: &[ScreeningHit]) -> String {
    let heads = [
        "screening_hit_id",
        "customer_id",
        "state",
        "score",
        "screened_name",
        "listed_name",
        "screening_list_id",
        "entry_key",
        "proposed_by",
        "decided_by",
        "reason",
        "expire_time",
    ];
    let mut table = Table::new(heads.map(Column::text));
    for hit in hits {
        let found = hit.r#match.clone().unwrap_or_default();
        let entry = found.entry.unwrap_or_default();
        table.row([
            hit.screening_hit_id.clone(),
            hit.customer_id.clone(),
            hit.state().as_str_name().trim_start_matches("HIT_STATE_").to_owned(),
            found.score.to_string(),
            found.screened_name,
            found.listed_name,
            entry.screening_list_id,
            entry.entry_key,
            hit.proposed_by.clone(),
            hit.decided_by.clone(),
            hit.reason.clone(),
            opens(hit),
        ]);
    }
    table.csv()
}

/// Where it stands.
pub fn state(hit: &ScreeningHit) -> String {
    match hit.state() {
        HitState::Open => "open".to_owned(),
        HitState::TrueMatch => "true match".to_owned(),
        HitState::FalsePositive => "false positive".to_owned(),
        HitState::Inconclusive if hit.proposed_by.is_empty() => "inconclusive".to_owned(),
        HitState::Inconclusive => "false positive, to be confirmed".to_owned(),
        HitState::Closed => "closed".to_owned(),
        HitState::Unspecified => String::new(),
    }
}

/// When a false positive opens again; nothing in other states.
fn opens(hit: &ScreeningHit) -> String {
    let time = hit.expire_time.as_ref().and_then(|time| jiff::Timestamp::from_second(time.seconds).ok());
    time.map(|time| time.to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use clientele_proto::qualification::v1::ScreeningEntry;

    use super::*;

    fn hit() -> ScreeningHit {
        let token = |screened: &str, listed: &str, how: &str, contribution| ScreeningToken {
            screened: screened.into(),
            listed: listed.into(),
            how: how.into(),
            contribution,
        };
        ScreeningHit {
            screening_hit_id: "01990000-0000-7000-8000-000000000001".into(),
            customer_id: "01990000-0000-7000-8000-000000000002".into(),
            state: HitState::Inconclusive.into(),
            proposed_by: "rob".into(),
            decided_by: "rob".into(),
            reason: "born, in another year".into(),
            r#match: Some(ScreeningMatch {
                screened_name: "Сергей Волков".into(),
                listed_name: "Sergei Petrovich Volkov".into(),
                score: 0.813,
                tokens: vec![
                    token("сергей", "sergei", "transliteration", 0.4),
                    token("", "petrovich", "unmatched", -0.1),
                    token("1990", "", "other_birth_year", -0.2),
                ],
                entry: Some(ScreeningEntry {
                    screening_list_id: "un".into(),
                    entry_key: "7".into(),
                    names: vec!["Sergei Petrovich Volkov".into(), "The Wolf".into()],
                    births: vec!["1962-05-12".into()],
                    ..ScreeningEntry::default()
                }),
            }),
            ..ScreeningHit::default()
        }
    }

    #[test]
    fn a_hit_is_a_line_and_tables_fit_whatever_the_width() {
        let drawn = render(&[hit()], &Screen::plain(300));
        let line = drawn.lines().nth(2).unwrap().split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(
            line.contains("false positive, to be confirmed 0.813 Сергей Волков Sergei Petrovich Volkov un"),
            "{line}"
        );
        assert_eq!(render(&[], &Screen::plain(80)), "There is no such hit.\n");
        for width in [40, 60, 80, 120] {
            let screen = Screen::plain(width);
            for line in render(&[hit()], &screen).lines().chain(one(&hit(), &screen).lines()) {
                assert!(text::width(line) <= width, "{width}: {line}");
            }
        }
    }

    #[test]
    fn one_hit_says_what_each_word_counts_for() {
        let drawn = one(&hit(), &Screen::plain(100));
        let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
        let lines: Vec<String> = drawn.lines().map(words).collect();
        for told in [
            "+0.400 сергей sergei transliteration",
            "-0.100 petrovich unmatched",
            "-0.200 1990 other birth year",
            "other names The Wolf",
            "proposed by rob",
        ] {
            assert!(lines.iter().any(|line| line == told), "{told}\n{drawn}");
        }
    }

    #[test]
    fn a_spreadsheet_gets_names_of_the_contract_and_quotes_what_needs_it() {
        let lines = csv(&[hit()]);
        let line = lines.lines().nth(1).unwrap();
        assert!(line.contains(",INCONCLUSIVE,0.813,") && line.contains("\"born, in another year\""), "{line}");
    }
}
