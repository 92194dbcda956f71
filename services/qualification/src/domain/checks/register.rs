//! What a register's answer means. Words of China's registers: 国家企业信用信息公示系统 writes them, often with an addition in brackets.

use clientele_proto::qualification::v1::{
    CaseFacts, CheckFinding, CheckFindingKind as Kind, CheckResult, RegistryList, RegistryRecord, RegistryStatus,
};
use jiff::civil::Date;

use super::{finding, wording::is_same};

/// Days after which what a register said is called old: a year's report, and a month for it to appear.
const OUTDATED_DAYS: i32 = 400;

/// What a register answers about one identifier.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// It knows the entity.
    Found(Box<RegistryRecord>),
    /// It does not.
    NotFound,
    /// It did not answer, or not so that it can be used; why, for people.
    Unavailable(String),
}

/// What words mean, in the order they are looked for: `吊销，未注销` is revoked, and `吊销，已注销` struck off.
const STATUSES: [(&str, RegistryStatus); 18] = [
    ("已注销", RegistryStatus::Deregistered),
    ("吊销", RegistryStatus::Revoked),
    ("注销", RegistryStatus::Deregistered),
    ("清算", RegistryStatus::Liquidation),
    ("停业", RegistryStatus::Closed),
    ("歇业", RegistryStatus::Dormant),
    ("迁出", RegistryStatus::MovedOut),
    ("迁入", RegistryStatus::MovedIn),
    ("存续", RegistryStatus::Existing),
    ("在业", RegistryStatus::Operating),
    ("deregistered", RegistryStatus::Deregistered),
    ("revoked", RegistryStatus::Revoked),
    ("liquidation", RegistryStatus::Liquidation),
    ("dormant", RegistryStatus::Dormant),
    ("moved out", RegistryStatus::MovedOut),
    ("moved in", RegistryStatus::MovedIn),
    ("closed", RegistryStatus::Closed),
    ("existing", RegistryStatus::Existing),
];

/// The status that a register's words mean; unspecified where they are none of those known.
pub fn status_of(text: &str) -> RegistryStatus {
    let text = text.trim().to_lowercase().replace('_', " ");
    if text == "operating" {
        return RegistryStatus::Operating;
    }
    let found = STATUSES.iter().find(|(word, _)| text.contains(word));
    found.map_or(RegistryStatus::Unspecified, |(_, status)| *status)
}

/// The list that a register's words mean.
pub fn list_of(text: &str) -> RegistryList {
    match text.trim().to_lowercase().replace('_', " ").as_str() {
        text if text.contains("严重违法") || text == "serious violation" => RegistryList::SeriousViolation,
        text if text.contains("经营异常") || text == "irregular operation" => RegistryList::IrregularOperation,
        _ => RegistryList::Unspecified,
    }
}

/// What answers about the identifiers of one customer come to, and the records among them.
pub fn judge(facts: &CaseFacts, answers: &[Answer], today: Date) -> (Vec<CheckFinding>, Vec<RegistryRecord>) {
    let (mut findings, mut records) = (Vec::new(), Vec::new());
    for answer in answers {
        if let Answer::Found(record) = answer {
            findings.extend(judge_record(facts, record, today));
            records.push((**record).clone());
        }
    }
    if records.is_empty() {
        let failure = answers.iter().find_map(|answer| match answer {
            Answer::Unavailable(why) => Some(why.as_str()),
            _ => None,
        });
        findings.push(match failure {
            Some(why) => finding(Kind::RegistryUnavailable, CheckResult::Unavailable, "", why),
            None if answers.is_empty() => {
                let detail = "the case has no well-formed identifier to ask a register about";
                finding(Kind::IdentifierMissing, CheckResult::Unavailable, "", detail)
            }
            None => {
                finding(Kind::RegistryNotFound, CheckResult::Failed, "", "the register knows none of the identifiers")
            }
        });
    }
    (findings, records)
}

fn judge_record(facts: &CaseFacts, record: &RegistryRecord, today: Date) -> Vec<CheckFinding> {
    let mut findings = Vec::new();
    let mut add = |kind, result, detail: String| findings.push(finding(kind, result, &record.scheme, &detail));
    let says = format!("the register says {}", record.status_text);
    match record.registry_status() {
        RegistryStatus::Existing | RegistryStatus::Operating | RegistryStatus::MovedIn => {}
        RegistryStatus::Revoked | RegistryStatus::Deregistered => add(Kind::RegistryEnded, CheckResult::Failed, says),
        _ => add(Kind::RegistryIrregular, CheckResult::Warning, says),
    }
    for list in record.registry_lists() {
        let (result, name) = match list {
            RegistryList::SeriousViolation => (CheckResult::Failed, "serious violations (严重违法失信)"),
            RegistryList::IrregularOperation => (CheckResult::Warning, "irregular operation (经营异常名录)"),
            RegistryList::Unspecified => (CheckResult::Warning, "another kind"),
        };
        add(Kind::RegistryListed, result, format!("the register has it on a list of {name}"));
    }
    if !record.name.is_empty() && !is_same(&record.name, &facts.legal_name) {
        let detail = format!("the register has the name {}", record.name);
        add(Kind::RegistryNameDiffers, CheckResult::Failed, detail);
    }
    let representatives = [&record.legal_representative, &facts.legal_representative];
    if representatives.iter().all(|name| !name.is_empty()) && !is_same(representatives[0], representatives[1]) {
        let detail = format!("the register has {} as legal representative", record.legal_representative);
        add(Kind::RegistryRepresentativeDiffers, CheckResult::Warning, detail);
    }
    let of = record.as_of_date.as_ref().and_then(|day| {
        Date::new(i16::try_from(day.year).ok()?, i8::try_from(day.month).ok()?, i8::try_from(day.day).ok()?).ok()
    });
    if let Some(days) = of.and_then(|of| today.since(of).ok()).map(|span| span.get_days())
        && days > OUTDATED_DAYS
    {
        add(Kind::RegistryOutdated, CheckResult::Warning, format!("the register said so {days} days ago"));
    }
    findings
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::{super::result_of, *};

    fn facts() -> CaseFacts {
        CaseFacts {
            legal_name: "上海机械（集团）有限公司".into(),
            legal_representative: "王芳".into(),
            ..CaseFacts::default()
        }
    }

    fn record(status: &str) -> RegistryRecord {
        RegistryRecord {
            scheme: "cn.uscc".into(),
            name: "上海机械(集团)有限公司".into(),
            registry_status: status_of(status).into(),
            status_text: status.into(),
            legal_representative: "王芳".into(),
            as_of_date: Some(clientele_proto::Date { year: 2026, month: 1, day: 1 }),
            ..RegistryRecord::default()
        }
    }

    fn judged(record: RegistryRecord) -> (Vec<Kind>, CheckResult) {
        let (findings, records) =
            judge(&facts(), &[Answer::NotFound, Answer::Found(Box::new(record))], date(2026, 6, 1));
        assert_eq!(records.len(), 1);
        (findings.iter().map(CheckFinding::kind).collect(), result_of(&findings))
    }

    #[test]
    fn the_words_of_registers_are_read_also_with_their_additions() {
        for (text, status) in [
            ("存续（在营、开业、在册）", RegistryStatus::Existing),
            ("在业", RegistryStatus::Operating),
            ("吊销，未注销", RegistryStatus::Revoked),
            ("吊销，已注销", RegistryStatus::Deregistered),
            ("注销", RegistryStatus::Deregistered),
            ("迁入", RegistryStatus::MovedIn),
            ("迁出", RegistryStatus::MovedOut),
            ("停业", RegistryStatus::Closed),
            ("清算", RegistryStatus::Liquidation),
            ("歇业", RegistryStatus::Dormant),
            ("MOVED_OUT", RegistryStatus::MovedOut),
            ("OPERATING", RegistryStatus::Operating),
            ("?", RegistryStatus::Unspecified),
        ] {
            assert_eq!(status_of(text), status, "{text}");
        }
        assert_eq!(list_of("列入经营异常名录"), RegistryList::IrregularOperation);
        assert_eq!(list_of("严重违法失信名单"), RegistryList::SeriousViolation);
    }

    #[test]
    fn an_entity_that_has_ended_fails_and_one_that_moves_is_doubtful() {
        assert_eq!(judged(record("存续")), (vec![], CheckResult::Passed));
        assert_eq!(judged(record("吊销")), (vec![Kind::RegistryEnded], CheckResult::Failed));
        assert_eq!(judged(record("迁出")), (vec![Kind::RegistryIrregular], CheckResult::Warning));
        let listed = RegistryRecord { registry_lists: vec![2], ..record("存续") };
        assert_eq!(judged(listed), (vec![Kind::RegistryListed], CheckResult::Failed));
    }

    #[test]
    fn another_name_fails_another_representative_and_an_old_answer_are_doubtful() {
        let other = RegistryRecord { name: "上海机械有限公司".into(), ..record("存续") };
        assert_eq!(judged(other), (vec![Kind::RegistryNameDiffers], CheckResult::Failed));
        let day = clientele_proto::Date { year: 2025, month: 4, day: 26 };
        let old = RegistryRecord { legal_representative: "李强".into(), as_of_date: Some(day), ..record("存续") };
        let kinds = vec![Kind::RegistryRepresentativeDiffers, Kind::RegistryOutdated];
        assert_eq!(judged(old), (kinds, CheckResult::Warning));
    }

    #[test]
    fn no_answer_is_not_the_same_as_no_entity() {
        let today = date(2026, 6, 1);
        let results = |answers: &[Answer]| result_of(&judge(&facts(), answers, today).0);
        assert_eq!(results(&[Answer::NotFound, Answer::Unavailable("down".into())]), CheckResult::Unavailable);
        assert_eq!(results(&[Answer::NotFound]), CheckResult::Failed);
        assert_eq!(results(&[]), CheckResult::Unavailable);
    }
}
