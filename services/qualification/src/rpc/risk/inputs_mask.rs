//! The fields of risk inputs that a call can name.

use clientele_proto::qualification::v1::RiskInputs;

use crate::domain::mask::{Field, fields};

/// The fields that can be set.
pub(super) static FIELDS: [Field<RiskInputs>; 18] = fields![
    RiskInputs:
    country_code,
    industry_code,
    incorporation_date,
    revenue,
    equity,
    debt,
    profit,
    current_ratio,
    financial_years,
    average_days_late,
    overdue,
    disputes,
    ownership_opacity,
    politically_exposed,
    adverse_media,
    products,
    channels,
    sources,
];
