//! What rules of tiers can ask of a customer, and the profiles that they ask of many.
//!
//! The fields are those of segment rules but for what the tiers themselves decide. A run asks rules in memory, before there are rows.

use std::{collections::BTreeSet, sync::LazyLock};

use clientele_page::{Field, Filter, Kind, PageError, Schema};

use super::{
    segment_rule::{self, Asked},
    transaction_scan::quoted,
};

const DECIDED: &str =
    "is what the rules of tiers decide, which cannot ask it; ask what the tier rests on, such as clv, index or stage";
const PLACE: &str = "is a place among all customers, which rules cannot ask; use top_share for the best share of them, or ask clv or index";

/// The fields of rules, those of scores and of profiles.
static RULES: LazyLock<Schema> = LazyLock::new(|| {
    let fields: Vec<Field> = segment_rule::fields()
        .map(|field| match field.name {
            "tier" | "earned_tier" | "candidate_tier" => field.refused(DECIDED),
            "rank" => field.refused(PLACE),
            _ => field,
        })
        .collect();
    Schema::new(Field::new("buyer_id", "b.buyer_id", Kind::Integer).not_filterable(), fields.leak())
});

/// Reads a rule.
pub fn tier_rule(text: &str) -> Result<Filter, PageError> {
    Filter::parse(text, &RULES)
}

/// The statement that copies out the profiles of buyers: buyer, and in their order kind, country, industry, external id, time of
/// creation and attributes, each only where it is among `fields`. A few buyers are looked up one by one.
pub fn profiles_copy(tenant: &str, fields: &BTreeSet<&'static str>, asked: Asked<'_>) -> String {
    let column = |name: &str, column: &'static str, or: &'static str| if fields.contains(name) { column } else { or };
    let columns = [
        column("customer.kind", "p.kind", "NULL::smallint"),
        column("customer.country_code", "p.country_code", "NULL::text"),
        column("customer.industry_code", "p.industry_code", "NULL::text"),
        column("customer.external_id", "b.external_id", "NULL::text"),
        column("customer.create_time", "p.create_time", "NULL::timestamptz"),
        column("customer.attributes", "p.attributes::text", "NULL::text"),
    ]
    .join(", ");
    let tenant = quoted(tenant);
    let of = match asked {
        Asked::All => format!(
            "value.buyer b LEFT JOIN value.customer_profile p ON p.tenant_id = {tenant} AND p.customer_id = b.customer_id \
                 AND NOT p.deleted WHERE b.tenant_id = {tenant}"
        ),
        Asked::Buyers(buyers) => {
            let buyers: Vec<String> = buyers.iter().map(ToString::to_string).collect();
            format!(
                "unnest('{{{}}}'::bigint[]) AS k (buyer_id) \
                 CROSS JOIN LATERAL (SELECT * FROM value.buyer WHERE tenant_id = {tenant} AND buyer_id = k.buyer_id LIMIT 1) b \
                 LEFT JOIN LATERAL (SELECT * FROM value.customer_profile \
                     WHERE tenant_id = {tenant} AND customer_id = b.customer_id AND NOT deleted LIMIT 1) p ON true",
                buyers.join(",")
            )
        }
    };
    format!("COPY (SELECT b.buyer_id, {columns} FROM {of}) TO STDOUT (FORMAT binary)")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::tier_rule::{Profile, ScoreFields};

    #[test]
    fn the_fields_of_rules_are_sound() {
        clientele_page::suite::schema_is_sound(&RULES);
    }

    /// A field that segments can ask and a run cannot would silently be not set.
    #[test]
    fn a_run_can_ask_every_field() {
        let profile = Profile::default();
        let scores = ScoreFields::nothing();
        for field in RULES.all().filter(|field| field.filterable) {
            let of_profile = field.name.starts_with("customer.");
            let value = if of_profile { profile.value(field.name) } else { scores.value(field.name) };
            assert!(value.is_some(), "{}", field.name);
        }
    }

    #[test]
    fn a_rule_asks_neither_what_tiers_decide_nor_places() {
        for (rule, position, says) in [
            ("clv > 5 AND tier = \"KEY\"", 13, "tier is what the rules of tiers decide"),
            ("earned_tier = \"KEY\"", 1, "such as clv, index or stage"),
            ("candidate_tier:*", 1, "is what the rules of tiers decide"),
            ("NOT rank > 10", 5, "use top_share"),
            ("buyer_id = 1", 1, "there is no field buyer_id to filter by; the fields are segment"),
        ] {
            let error = tier_rule(rule).unwrap_err();
            assert_eq!(error.position(), Some(position), "{rule}: {error}");
            assert!(error.to_string().contains(says), "{rule}: {error}");
        }
    }
}
