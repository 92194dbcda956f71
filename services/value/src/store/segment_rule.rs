//! What rules of segments can ask of a customer, and whom they ask it of.

use std::sync::LazyLock;

use clientele_page::{Field, Filter, Kind, PageError, Schema};
use jiff::civil::Date;
use jiff_sqlx::ToSqlx as _;
use sqlx::{Postgres, QueryBuilder};

use super::score::{RunColumns, SCORES};

const KINDS: Kind = Kind::Enum(&[("ORGANISATION", "ORGANISATION"), ("PERSON", "PERSON")]);

/// What the customers service tells; `b` is the buyer, `p` the profile.
static OF_CUSTOMERS: [Field; 6] = [
    Field::new("customer.kind", "('{ORGANISATION,PERSON}'::text[])[p.kind]", KINDS).nullable(),
    Field::new("customer.country_code", "p.country_code", Kind::Text).nullable(),
    Field::new("customer.industry_code", "p.industry_code", Kind::Text).nullable(),
    Field::new("customer.external_id", "b.external_id", Kind::Text).nullable(),
    Field::new("customer.create_time", "p.create_time", Kind::Timestamp).nullable(),
    Field::new("customer.attributes", "p.attributes", Kind::TextMap).nullable(),
];

/// The fields of rules: those of scores, which not every customer has, and those of the customers service.
pub(super) fn fields() -> impl Iterator<Item = Field> {
    SCORES.all().map(|field| field.nullable()).chain(OF_CUSTOMERS)
}

static RULES: LazyLock<Schema> = LazyLock::new(|| {
    let fields: Vec<Field> = fields().collect();
    Schema::new(Field::new("buyer_id", "b.buyer_id", Kind::Integer).not_filterable(), fields.leak())
});

/// Reads a rule.
pub fn rule(filter: &str) -> Result<Filter, PageError> {
    Filter::parse(filter, &RULES)
}

/// Which customers are asked.
#[derive(Debug, Clone, Copy)]
pub enum Asked<'a> {
    /// All.
    All,
    /// These buyers.
    Buyers(&'a [i64]),
}

/// The columns of no run at all: nobody has a score.
pub fn no_run() -> RunColumns<'static> {
    RunColumns {
        score_set: 0,
        tier_names: &[],
        segment_names: &[],
        minor_per_unit: 1.0,
        as_of_date: Date::constant(1970, 1, 1),
    }
}

/// Adds ` FROM <buyers b, profiles p, scores s, the run r> WHERE <not merged and not deleted>`. A few buyers are looked up one by one. A buyer that
/// became part of another is no customer any more, though its score stays until it is rescored.
pub fn push_customers(query: &mut QueryBuilder<Postgres>, tenant: &str, run: &RunColumns<'_>, asked: Asked<'_>) {
    query.push(" FROM (SELECT ").push_bind(tenant).push("::text AS tenant_id, ");
    query.push_bind(run.score_set).push("::bigint AS score_set, ");
    query.push_bind(run.tier_names).push("::text[] AS tier_names, ");
    query.push_bind(run.segment_names).push("::text[] AS segment_names, ");
    query.push_bind(run.minor_per_unit).push("::double precision AS minor_per_unit, ");
    query.push_bind(run.as_of_date.to_sqlx()).push("::date AS as_of_date) r ");
    match asked {
        Asked::All => query.push(
            "JOIN value.buyer b ON b.tenant_id = r.tenant_id \
             LEFT JOIN value.customer_profile p ON p.tenant_id = r.tenant_id AND p.customer_id = b.customer_id \
             LEFT JOIN value.score s ON s.tenant_id = r.tenant_id AND s.score_set = r.score_set AND s.buyer_id = b.buyer_id",
        ),
        Asked::Buyers(buyers) => query.push("CROSS JOIN unnest(").push_bind(buyers).push(
            "::bigint[]) AS k (buyer_id) \
             CROSS JOIN LATERAL (SELECT * FROM value.buyer WHERE tenant_id = r.tenant_id AND buyer_id = k.buyer_id LIMIT 1) b \
             LEFT JOIN LATERAL (\
                 SELECT * FROM value.customer_profile WHERE tenant_id = r.tenant_id AND customer_id = b.customer_id LIMIT 1) p ON true \
             LEFT JOIN LATERAL (\
                 SELECT * FROM value.score WHERE tenant_id = r.tenant_id AND score_set = r.score_set AND buyer_id = b.buyer_id LIMIT 1) s \
             ON true",
        ),
    };
    query.push(" WHERE b.survivor_id IS NULL AND p.deleted IS NOT TRUE");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fields_of_rules_are_sound() {
        clientele_page::suite::schema_is_sound(&RULES);
    }

    #[test]
    fn a_rule_asks_scores_and_attributes() {
        for filter in [
            "rank <= 10",
            "tier = \"KEY\" AND customer.country_code = (\"DE\" OR \"AT\")",
            "customer.attributes.region = \"north\" NOT customer.kind = PERSON",
            "customer.create_time > 2026-01-31T09:30:00Z",
        ] {
            assert!(rule(filter).is_ok(), "{filter}: {:?}", rule(filter));
        }
        for filter in ["buyer_id = 1", "customer.email = \"ana@example.com\"", "rank"] {
            assert!(rule(filter).is_err(), "{filter}");
        }
    }
}
