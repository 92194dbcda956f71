//! Rules of tiers: filters over scores and profiles, asked of one customer at a time.
//!
//! The vocabulary is that of segment rules, which ask the same in SQL: [`ScoreFields::value`] and [`Profile::value`] must say what the
//! columns of [`crate::store::score::SCORES`] and [`crate::store::segment_rule`] say. To add a field: a column there and an arm here.

use std::collections::BTreeMap;

use clientele_page::{FieldValue, Filter};
use jiff::{Timestamp, civil::Date};

use super::lifecycle::Stage;

/// What fields of profiles begin with.
const OF_PROFILES: &str = "customer.";

/// Who belongs to a tier, or may stay in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    text: String,
    filter: Filter,
}

impl Rule {
    /// A rule as it was written, and as it was read.
    pub fn new(text: &str, filter: Filter) -> Self {
        Self { text: text.to_owned(), filter }
    }

    /// As it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether everybody fits.
    pub fn is_empty(&self) -> bool {
        self.filter.is_empty()
    }

    /// Whether two rules ask the same, however they are written.
    pub fn asks_as(&self, other: &Self) -> bool {
        self.filter == other.filter
    }

    /// The fields of profiles that it asks.
    pub fn profile_fields(&self) -> impl Iterator<Item = &'static str> {
        self.filter.fields().into_iter().map(|field| field.name).filter(|name| name.starts_with(OF_PROFILES))
    }

    /// Whether a customer fits. What is not known of it is not set: a comparison with it is false.
    pub fn fits(&self, scores: &ScoreFields<'_>, profile: Option<&Profile>) -> bool {
        self.filter.matches(&|name| {
            let value = match profile {
                Some(profile) if name.starts_with(OF_PROFILES) => profile.value(name),
                _ => scores.value(name),
            };
            value.unwrap_or(FieldValue::Null)
        })
    }
}

/// A score as rules see it: as it would be stored. Money in minor units.
#[derive(Debug, Clone, PartialEq)]
pub struct ScoreFields<'a> {
    /// The key-account index.
    pub index: f64,
    /// Name of the RFM segment.
    pub segment: Option<&'a str>,
    /// The RFM scores as a number of three digits.
    pub rfm_code: i16,
    /// P(alive).
    pub p_alive: f64,
    /// Over the horizon.
    pub expected_purchases: f64,
    /// Of a purchase day.
    pub expected_spend_minor: Option<f64>,
    /// Over the horizon.
    pub clv_minor: Option<f64>,
    /// Net revenue.
    pub total_revenue_minor: i64,
    /// Net revenue after the first purchase day.
    pub repeat_revenue_minor: i64,
    /// Net revenue of the last 365 days.
    pub last_year_minor: i64,
    /// What winning the customer cost; 0 for nothing.
    pub acquisition_cost_minor: i64,
    /// Purchase days after the first.
    pub frequency: i32,
    /// Day of the first purchase, as all that follow counted from the same day.
    pub first_day: i32,
    /// Day of the last purchase.
    pub last_day: i32,
    /// The day the score is true for.
    pub as_of_day: i32,
    /// The lifecycle stage and since which day; `None` in runs of before there were stages.
    pub stage: Option<(Stage, i32)>,
    /// Since when winning the customer has been paid back.
    pub payback_date: Option<Date>,
    /// Minor units in a unit of the currency.
    pub minor_per_unit: f64,
}

impl ScoreFields<'_> {
    /// What a field of `ListScores` holds; `None` for one that rules cannot ask.
    pub fn value(&self, name: &str) -> Option<FieldValue> {
        let units = |minor: f64| minor / self.minor_per_unit;
        let days = |from: i32, to: i32| FieldValue::from(i64::from(to) - i64::from(from));
        Some(match name {
            "index" => self.index.into(),
            "segment" => self.segment.into(),
            "rfm_code" => self.rfm_code.to_string().into(),
            "p_alive" => self.p_alive.into(),
            "expected_purchases" => self.expected_purchases.into(),
            "expected_spend" => self.expected_spend_minor.map(units).into(),
            "clv" => self.clv_minor.map(units).into(),
            "total_revenue" => units(self.total_revenue_minor as f64).into(),
            "revenue_last_year" => units(self.last_year_minor as f64).into(),
            "monetary_value" if self.frequency == 0 => 0.0.into(),
            "monetary_value" => units(self.repeat_revenue_minor as f64 / f64::from(self.frequency)).into(),
            "frequency" => i64::from(self.frequency).into(),
            "recency_days" => days(self.first_day, self.last_day),
            "age_days" => days(self.first_day, self.as_of_day),
            "days_since_last_purchase" => days(self.last_day, self.as_of_day),
            "stage" => self.stage.map(|(stage, _)| stage.name()).into(),
            "stage_days" => self.stage.map_or(FieldValue::Null, |(_, since)| days(since, self.as_of_day)),
            "acquisition_cost" => units(self.acquisition_cost_minor as f64).into(),
            "clv_to_cac" => {
                let cost = (self.acquisition_cost_minor != 0).then_some(self.acquisition_cost_minor as f64);
                self.clv_minor.zip(cost).map(|(clv, cost)| clv / cost).into()
            }
            "payback_date" => self.payback_date.into(),
            _ => return None,
        })
    }
}

/// What the customers service tells of a customer, as far as rules ask it; nothing of one that is deleted there.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Profile {
    /// ORGANISATION or PERSON.
    pub kind: Option<&'static str>,
    /// Where it is based.
    pub country_code: Option<String>,
    /// An organisation's industry.
    pub industry_code: Option<String>,
    /// The caller's own key.
    pub external_id: Option<String>,
    /// Since when the customers service knows it.
    pub create_time: Option<Timestamp>,
    /// Free attributes.
    pub attributes: Option<BTreeMap<String, String>>,
}

impl Profile {
    /// What a field of profiles holds; `None` for one that rules cannot ask.
    pub fn value(&self, name: &str) -> Option<FieldValue> {
        Some(match name {
            "customer.kind" => self.kind.into(),
            "customer.country_code" => self.country_code.clone().into(),
            "customer.industry_code" => self.industry_code.clone().into(),
            "customer.external_id" => self.external_id.clone().into(),
            "customer.create_time" => self.create_time.into(),
            "customer.attributes" => self.attributes.clone().into(),
            _ => return None,
        })
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::store::tier_rule::tier_rule;

    /// A rule that is known to be good.
    pub fn rule(text: &str) -> Rule {
        Rule::new(text, tier_rule(text).unwrap())
    }

    impl ScoreFields<'_> {
        /// Nobody's.
        pub fn nothing() -> Self {
            Self {
                index: 0.0,
                segment: None,
                rfm_code: 111,
                p_alive: 0.0,
                expected_purchases: 0.0,
                expected_spend_minor: None,
                clv_minor: None,
                total_revenue_minor: 0,
                repeat_revenue_minor: 0,
                last_year_minor: 0,
                acquisition_cost_minor: 0,
                frequency: 0,
                first_day: 0,
                last_day: 0,
                as_of_day: 0,
                stage: None,
                payback_date: None,
                minor_per_unit: 1.0,
            }
        }
    }

    /// Bought for 100.00 on two days and 150.00 in all, won for 25.00.
    fn scores() -> ScoreFields<'static> {
        ScoreFields {
            index: 42.5,
            segment: Some("Champions"),
            rfm_code: 543,
            p_alive: 0.75,
            expected_purchases: 3.5,
            expected_spend_minor: Some(2_050.0),
            clv_minor: Some(10_000.0),
            total_revenue_minor: 15_000,
            repeat_revenue_minor: 10_000,
            last_year_minor: 15_000,
            acquisition_cost_minor: 2_500,
            frequency: 2,
            first_day: 20_000,
            last_day: 20_060,
            as_of_day: 20_090,
            stage: Some((Stage::AtRisk, 20_080)),
            payback_date: Some(Date::constant(2026, 3, 1)),
            minor_per_unit: 100.0,
        }
    }

    #[test]
    fn every_field_of_scores_says_what_its_comment_says() {
        for text in [
            "index = 42.5",
            "segment = \"Champions\"",
            "rfm_code = \"54*\"",
            "p_alive >= 0.75",
            "expected_purchases = 3.5",
            "expected_spend = 20.5",
            "clv = 100",
            "total_revenue = 150",
            "revenue_last_year = 150",
            "monetary_value = 50",
            "frequency = 2",
            "recency_days = 60",
            "age_days = 90",
            "days_since_last_purchase = 30",
            "stage = AT_RISK AND stage_days = 10",
            "acquisition_cost = 25 AND clv_to_cac = 4",
            "payback_date < \"2026-03-02\"",
        ] {
            assert!(rule(text).fits(&scores(), None), "{text}");
            assert!(!rule(&format!("NOT ({text})")).fits(&scores(), None), "not {text}");
        }
    }

    #[test]
    fn what_is_not_set_fits_no_comparison() {
        let nothing = ScoreFields::nothing();
        for text in ["clv >= 0", "stage_days >= 0", "clv_to_cac >= 0", "payback_date:*", "customer.kind = PERSON"] {
            assert!(!rule(text).fits(&nothing, None), "{text}");
        }
        assert!(rule("clv = null AND monetary_value = 0 AND acquisition_cost = 0").fits(&nothing, None));
    }

    #[test]
    fn profiles_are_asked_beside_scores() {
        let profile = Profile {
            kind: Some("ORGANISATION"),
            country_code: Some("DE".to_owned()),
            attributes: Some([("region".to_owned(), "north".to_owned())].into()),
            ..Profile::default()
        };
        let rule = rule("customer.attributes.region = \"north\" AND customer.kind = ORGANISATION AND clv >= 100");
        assert!(rule.fits(&scores(), Some(&profile)));
        assert!(!rule.fits(&scores(), Some(&Profile::default())));
        assert!(!rule.fits(&scores(), None));
        assert_eq!(rule.profile_fields().collect::<Vec<_>>(), ["customer.attributes", "customer.kind"]);
    }

    #[test]
    fn rules_that_ask_the_same_are_the_same_however_they_are_written() {
        assert!(rule("clv>=100").asks_as(&rule(" clv >= 100.0 ")));
        assert!(!rule("clv>=100").asks_as(&rule("clv > 100")));
    }
}
