//! Lists of contracts, by where they stand on a day.

use clientele_page::{Field, Kind, ListPlan, Page, Schema};
use jiff::civil::Date;
use jiff_sqlx::ToSqlx as _;
use sqlx::{FromRow as _, PgConnection, Postgres, QueryBuilder};

use super::contract::{ContractRecord, ContractRow};

/// What `ListContracts` can filter and sort by.
pub static CONTRACTS: Schema = Schema::new(
    Field::new("contract_id", "c.contract_id", Kind::Uuid),
    &[
        Field::new("external_id", "c.external_id", Kind::Text).nullable().sortable(),
        Field::new("customer_id", "c.customer_id", Kind::Uuid).nullable(),
        Field::new("customer_external_id", "c.customer_external_id", Kind::Text).nullable(),
        Field::new("product", "c.product", Kind::Text).sortable(),
        Field::new("state", "c.state", STATES),
        Field::new("currency_code", "c.currency_code", Kind::Text),
        Field::new("start_date", "c.start_date", Kind::Date).sortable(),
        Field::new("term_months", "c.term_months", Kind::Integer),
        Field::new("auto_renew", "c.auto_renew", Kind::Bool),
        Field::new("renewals", "c.renewals", Kind::Integer),
        Field::new("term_end_date", "c.term_end_date", Kind::Date).sortable(),
        Field::new("renewal_date", "c.renewal_date", Kind::Date).nullable().sortable(),
        Field::new("notice_date", "c.notice_date", Kind::Date).nullable().sortable(),
        Field::new("cancel_date", "c.cancel_date", Kind::Date).nullable(),
        Field::new("create_time", "c.create_time", Kind::Timestamp).sortable(),
    ],
)
.ordered_by("contract_id desc");

const STATES: Kind =
    Kind::Enum(&[("SCHEDULED", "SCHEDULED"), ("ACTIVE", "ACTIVE"), ("ENDED", "ENDED"), ("CANCELLED", "CANCELLED")]);

/// The contracts of a tenant with where they stand on a day: `domain/contract/agreement.rs`, in SQL. The tenant is to follow.
const STANDING: &str = "::date AS today), contract AS (
        SELECT c.*, b.customer_id, b.external_id AS customer_external_id, s.state, t.terms - 1 AS renewals, r.renewal_date,
            r.renewal_date - greatest(c.notice_days, 1) AS notice_date,
            least(
                value.contract_term_start(c.start_date, c.term_months,
                    CASE s.state WHEN 'SCHEDULED' THEN 1 WHEN 'ACTIVE' THEN t.begun ELSE t.terms END),
                c.cancel_date
            ) - 1 AS term_end_date
        FROM value.contract c CROSS JOIN day
        CROSS JOIN LATERAL (
            SELECT CASE
                WHEN c.cancel_date <= day.today THEN 'CANCELLED'
                WHEN day.today < c.start_date THEN 'SCHEDULED'
                WHEN c.auto_renew OR day.today < c.end_date THEN 'ACTIVE'
                ELSE 'ENDED'
            END AS state
        ) s
        CROSS JOIN LATERAL (
            SELECT b.begun, CASE WHEN c.auto_renew THEN greatest(c.terms, b.begun) ELSE c.terms END AS terms
            FROM (
                SELECT value.contract_terms_begun(c.start_date, c.term_months, least(day.today, c.cancel_date - 1)) AS begun
            ) b
        ) t
        CROSS JOIN LATERAL (
            SELECT CASE WHEN s.state IN ('SCHEDULED', 'ACTIVE') AND c.cancel_date IS NULL
                THEN value.contract_term_start(c.start_date, c.term_months, t.terms) END AS renewal_date
        ) r
        LEFT JOIN value.buyer b ON b.tenant_id = c.tenant_id AND b.buyer_id = c.buyer_id
        WHERE c.tenant_id = ";

/// A page of the contracts of a tenant, as they stand on a day.
pub async fn contracts_list(
    connection: &mut PgConnection,
    tenant: &str,
    today: Date,
    plan: &ListPlan,
) -> sqlx::Result<Page<ContractRecord>> {
    let mut query = QueryBuilder::<Postgres>::new("WITH day AS (SELECT ");
    query.push_bind(today.to_sqlx()).push(STANDING).push_bind(tenant).push(") SELECT c.*");
    plan.push_keys(&mut query);
    query.push(" FROM contract c WHERE true");
    plan.push_rest(&mut query);
    let rows = query.build().fetch_all(connection).await?;
    plan.finish(rows)?.try_map(|row| ContractRow::from_row(&row)?.record())
}

#[cfg(test)]
mod tests {
    use clientele_testkit::TestDatabase;
    use jiff::{Span, Timestamp, civil::date};
    use proptest::{prelude::*, strategy::ValueTree as _, test_runner::TestRunner};
    use sqlx::Row as _;
    use uuid::Uuid;

    use super::*;
    use crate::{
        SCHEMA,
        domain::{
            contract::{Agreement, Contract, State},
            money::Amount,
        },
        store::contract::contract_put,
    };

    const TODAY: Date = date(2026, 3, 2);

    fn record(number: u128, agreement: Agreement) -> ContractRecord {
        let value = Amount::new("USD", 1, 0).unwrap();
        ContractRecord {
            contract_id: Uuid::from_u128(number),
            buyer_id: 1,
            customer_id: None,
            customer_external_id: None,
            contract: Contract {
                external_id: None,
                product: "Gold".into(),
                value,
                renewal_value: None,
                agreement,
                cancel_reason: String::new(),
            },
            due_date: None,
            version: 1,
            actor: "ann".into(),
            create_time: Timestamp::UNIX_EPOCH,
            update_time: Timestamp::UNIX_EPOCH,
        }
    }

    /// Also of contracts of which nobody wrote down that they renewed themselves.
    #[tokio::test]
    async fn contracts_stand_in_lists_where_the_rules_say() {
        let database = TestDatabase::new(&[&SCHEMA]).await;
        let pool = database.pool(SCHEMA.schema).await;
        let mut connection = pool.acquire().await.unwrap();
        let any = (-900_i64..200, 1..=14, 1..4, any::<bool>(), 0..40, prop::option::of(0_i64..900));
        let mut runner = TestRunner::deterministic();
        let agreements: Vec<Agreement> = (0..400)
            .map(|_| {
                let (start, term_months, terms, auto_renew, notice_days, cancel) =
                    any.new_tree(&mut runner).unwrap().current();
                let start_date = TODAY.saturating_add(Span::new().days(start));
                let mut agreement =
                    Agreement { start_date, term_months, terms, auto_renew, notice_days, cancel_date: None };
                let cancel_date = cancel.map(|days| start_date.saturating_add(Span::new().days(days)));
                agreement.cancel_date = cancel_date.filter(|day| auto_renew || *day <= agreement.contracted_until());
                agreement.terms = agreement.terms_before_cancellation().max(1);
                agreement
            })
            .collect();
        for (number, agreement) in agreements.iter().enumerate() {
            contract_put(&mut connection, "acme", &record(number as u128, *agreement)).await.unwrap();
        }
        let mut query = QueryBuilder::<Postgres>::new("WITH day AS (SELECT ");
        query.push_bind(TODAY.to_sqlx()).push(STANDING).push_bind("acme");
        query.push(") SELECT c.* FROM contract c ORDER BY c.contract_id");
        let rows = query.build().fetch_all(&mut *connection).await.unwrap();
        assert_eq!(rows.len(), agreements.len());
        let mut states = [0; 4];
        for (row, agreement) in rows.iter().zip(agreements) {
            let state = match agreement.state_on(TODAY) {
                State::Scheduled => "SCHEDULED",
                State::Active => "ACTIVE",
                State::Ended => "ENDED",
                State::Cancelled => "CANCELLED",
            };
            states[agreement.state_on(TODAY) as usize - 1] += 1;
            let renewed = Agreement { terms: agreement.terms_on(TODAY), ..agreement };
            let renewal_date = renewed.renewal_date_on(TODAY);
            let day = |name: &str| row.get::<Option<jiff_sqlx::Date>, _>(name).map(jiff_sqlx::Date::to_jiff);
            let found =
                (row.get::<&str, _>("state"), row.get::<i32, _>("renewals"), day("renewal_date"), day("notice_date"));
            let notice_date = renewal_date.map(|renewal_date| agreement.notice_date(renewal_date));
            assert_eq!(found, (state, renewed.terms - 1, renewal_date, notice_date), "{agreement:?}");
            let term = renewed.term_on(TODAY);
            if term > 0 {
                assert_eq!(day("term_end_date"), Some(renewed.days_of(term).1), "{agreement:?}");
            }
        }
        assert!(states.iter().all(|contracts| *contracts > 20), "{states:?}");
    }
}
