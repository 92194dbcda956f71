//! The fields of inputs that a call names.

use clientele_error::Violation;
use clientele_proto::qualification::v1::RiskInputs;

/// Takes a field from other inputs.
type Take = fn(&mut RiskInputs, &RiskInputs);
/// Whether a field is set.
type IsSet = fn(&RiskInputs) -> bool;

/// The fields that can be set.
const FIELDS: [(&str, Take, IsSet); 18] = [
    ("country_code", |to, from| to.country_code.clone_from(&from.country_code), |from| !from.country_code.is_empty()),
    (
        "industry_code",
        |to, from| to.industry_code.clone_from(&from.industry_code),
        |from| !from.industry_code.is_empty(),
    ),
    (
        "incorporation_date",
        |to, from| to.incorporation_date = from.incorporation_date,
        |from| from.incorporation_date.is_some(),
    ),
    ("revenue", |to, from| to.revenue.clone_from(&from.revenue), |from| from.revenue.is_some()),
    ("equity", |to, from| to.equity.clone_from(&from.equity), |from| from.equity.is_some()),
    ("debt", |to, from| to.debt.clone_from(&from.debt), |from| from.debt.is_some()),
    ("profit", |to, from| to.profit.clone_from(&from.profit), |from| from.profit.is_some()),
    ("current_ratio", |to, from| to.current_ratio = from.current_ratio, |from| from.current_ratio.is_some()),
    ("financial_years", |to, from| to.financial_years = from.financial_years, |from| from.financial_years.is_some()),
    (
        "average_days_late",
        |to, from| to.average_days_late = from.average_days_late,
        |from| from.average_days_late.is_some(),
    ),
    ("overdue", |to, from| to.overdue.clone_from(&from.overdue), |from| from.overdue.is_some()),
    ("disputes", |to, from| to.disputes = from.disputes, |from| from.disputes.is_some()),
    (
        "ownership_opacity",
        |to, from| to.ownership_opacity = from.ownership_opacity,
        |from| from.ownership_opacity.is_some(),
    ),
    (
        "politically_exposed",
        |to, from| to.politically_exposed = from.politically_exposed,
        |from| from.politically_exposed.is_some(),
    ),
    ("adverse_media", |to, from| to.adverse_media = from.adverse_media, |from| from.adverse_media.is_some()),
    ("products", |to, from| to.products.clone_from(&from.products), |from| !from.products.is_empty()),
    ("channels", |to, from| to.channels.clone_from(&from.channels), |from| !from.channels.is_empty()),
    ("sources", |to, from| to.sources.clone_from(&from.sources), |from| !from.sources.is_empty()),
];

/// What a call takes over.
#[derive(Debug, Clone)]
pub(super) struct Mask(Vec<Take>);

impl Mask {
    /// Whether there is such a field.
    pub(super) fn is_field(name: &str) -> bool {
        FIELDS.iter().any(|(field, ..)| *field == name)
    }

    /// Of the paths of a mask; of an empty one the fields that are set.
    pub(super) fn of(paths: &[String], from: &RiskInputs) -> Result<Self, Vec<Violation>> {
        if paths.is_empty() {
            let set = FIELDS.iter().filter(|(_, _, is_set)| is_set(from));
            return Ok(Self(set.map(|(_, take, _)| *take).collect()));
        }
        if paths == ["*"] {
            return Ok(Self(FIELDS.iter().map(|(_, take, _)| *take).collect()));
        }
        let (mut takes, mut wrong) = (Vec::with_capacity(paths.len()), Vec::new());
        for (at, path) in paths.iter().enumerate() {
            if let Some((_, take, _)) = FIELDS.iter().find(|(name, ..)| name == path) {
                takes.push(*take);
            } else {
                let names: Vec<&str> = FIELDS.iter().map(|(name, ..)| *name).collect();
                let text = format!("must be one of {}, or * alone", names.join(", "));
                wrong.push(Violation::new(format!("update_mask.paths[{at}]"), text));
            }
        }
        if wrong.is_empty() { Ok(Self(takes)) } else { Err(wrong) }
    }

    /// The inputs as they would be.
    pub(super) fn onto(&self, mut stored: RiskInputs, from: &RiskInputs) -> RiskInputs {
        for take in &self.0 {
            take(&mut stored, from);
        }
        stored
    }
}
