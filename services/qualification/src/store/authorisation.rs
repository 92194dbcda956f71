//! Authorisations.

use clientele_money::Amount;
use clientele_proto::qualification::v1::{AuthorisationBasis, AuthorisationState};
use jiff::{Timestamp, civil::Date};
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::authorisation::{
    acting::Power,
    lasting::{Decided, Ends, state_at},
    limits::Limits,
    scope::Scope,
    terms::{Person, Terms},
    validity::Validity,
};

/// The constraint that keeps external ids apart.
pub const EXTERNAL_ID_TAKEN: &str = "authorisation_external_id_taken";

/// An authorisation as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct AuthorisationRecord {
    /// Its id.
    pub authorisation_id: Uuid,
    /// What it says.
    pub terms: Terms,
    /// What it is delegated from, the root first.
    pub ancestor_ids: Vec<Uuid>,
    /// What was decided about it.
    pub decided: Decided,
    /// When it was revoked as of.
    pub revoke_time: Option<Timestamp>,
    /// When another one took its place.
    pub supersede_time: Option<Timestamp>,
    /// Why it was revoked or rejected.
    pub reason: String,
    /// The ancestor with whose end it fell.
    pub fallen_with: Option<Uuid>,
    /// What acts have come to, in minor units of its limits.
    pub used_minor: i64,
    /// Who created and changed it.
    pub makers: Vec<String>,
    /// Who decided about it; empty for nobody.
    pub reviewer: String,
    /// When.
    pub review_time: Option<Timestamp>,
    /// The next reminder; 0 for none.
    pub next_lead_days: i32,
    /// The reminder that was told last; 0 for none.
    pub told_lead_days: i32,
    /// The state that was told last.
    pub told_state: AuthorisationState,
    /// When something is to be told next by itself.
    pub keep_time: Option<Timestamp>,
    /// Rises with every change.
    pub version: i64,
    /// When it was created.
    pub create_time: Timestamp,
    /// When it was changed last.
    pub update_time: Timestamp,
}

impl AuthorisationRecord {
    /// When it ends, and by what.
    pub fn ends(&self) -> Ends {
        Ends { expire: self.terms.validity.expire_time, revoke: self.revoke_time, supersede: self.supersede_time }
    }

    /// Where it stands.
    pub fn state_at(&self, now: Timestamp) -> AuthorisationState {
        state_at(self.decided, &self.ends(), now)
    }

    /// As the rule of acting takes it.
    pub fn power(&self) -> Power {
        Power {
            authorisation_id: self.authorisation_id,
            person: self.terms.grantee.external_id.clone(),
            decided: self.decided,
            start: self.terms.validity.start_time,
            ends: self.ends(),
            fell_with_parent: self.fallen_with.is_some(),
            scope: self.terms.scope.clone(),
            limits: self.terms.limits,
            used: self.used_minor,
            cosignatories: self.terms.cosignatories.iter().filter_map(|person| person.external_id.clone()).collect(),
            required_cosignatures: usize::try_from(self.terms.required_cosignatures).unwrap_or_default(),
        }
    }
}

/// A row as it is read.
#[derive(Debug, sqlx::FromRow)]
pub(super) struct AuthorisationRow {
    authorisation_id: Uuid,
    external_id: Option<String>,
    customer_id: Uuid,
    basis: i16,
    signatory_name: String,
    signatory_position: String,
    grantee_name: String,
    grantee_identity_number: String,
    grantee_external_id: Option<String>,
    parent_authorisation_id: Option<Uuid>,
    ancestor_ids: Vec<Uuid>,
    superseded_authorisation_id: Option<Uuid>,
    document_id: Option<Uuid>,
    register_reference: String,
    matters: Vec<String>,
    products: Vec<String>,
    currency_code: Option<String>,
    act_limit_minor: Option<i64>,
    total_limit_minor: Option<i64>,
    used_minor: i64,
    cosignatory_names: Vec<String>,
    cosignatory_identity_numbers: Vec<String>,
    cosignatory_external_ids: Vec<String>,
    required_cosignatures: i32,
    may_sub_delegate: bool,
    valid_from_date: jiff_sqlx::Date,
    valid_until_date: Option<jiff_sqlx::Date>,
    time_zone: String,
    start_time: jiff_sqlx::Timestamp,
    expire_time: Option<jiff_sqlx::Timestamp>,
    conditions: String,
    state: i16,
    revoke_time: Option<jiff_sqlx::Timestamp>,
    supersede_time: Option<jiff_sqlx::Timestamp>,
    reason: String,
    fallen_with_authorisation_id: Option<Uuid>,
    makers: Vec<String>,
    reviewer: String,
    review_time: Option<jiff_sqlx::Timestamp>,
    next_lead_days: i32,
    told_lead_days: i32,
    told_state: i16,
    keep_time: Option<jiff_sqlx::Timestamp>,
    version: i64,
    create_time: jiff_sqlx::Timestamp,
    update_time: jiff_sqlx::Timestamp,
}

impl From<AuthorisationRow> for AuthorisationRecord {
    fn from(row: AuthorisationRow) -> Self {
        let time = |instant: Option<jiff_sqlx::Timestamp>| instant.map(jiff_sqlx::Timestamp::to_jiff);
        Self {
            authorisation_id: row.authorisation_id,
            terms: Terms {
                external_id: row.external_id,
                customer_id: row.customer_id,
                basis: AuthorisationBasis::try_from(i32::from(row.basis)).unwrap_or_default(),
                signatory_name: row.signatory_name,
                signatory_position: row.signatory_position,
                grantee: Person {
                    name: row.grantee_name,
                    identity_number: row.grantee_identity_number,
                    external_id: row.grantee_external_id,
                },
                parent_authorisation_id: row.parent_authorisation_id,
                superseded_authorisation_id: row.superseded_authorisation_id,
                document_id: row.document_id,
                register_reference: row.register_reference,
                scope: Scope {
                    matters: row.matters.into_iter().collect(),
                    products: row.products.into_iter().collect(),
                },
                limits: limits(row.currency_code.as_deref(), row.act_limit_minor, row.total_limit_minor),
                cosignatories: persons(
                    row.cosignatory_names,
                    row.cosignatory_identity_numbers,
                    row.cosignatory_external_ids,
                ),
                required_cosignatures: row.required_cosignatures,
                may_sub_delegate: row.may_sub_delegate,
                validity: Validity {
                    from: row.valid_from_date.to_jiff(),
                    until: row.valid_until_date.map(jiff_sqlx::Date::to_jiff),
                    time_zone: row.time_zone,
                    start_time: row.start_time.to_jiff(),
                    expire_time: time(row.expire_time),
                },
                conditions: row.conditions,
            },
            ancestor_ids: row.ancestor_ids,
            decided: match row.state {
                2 => Decided::Verified,
                3 => Decided::Rejected,
                _ => Decided::Draft,
            },
            revoke_time: time(row.revoke_time),
            supersede_time: time(row.supersede_time),
            reason: row.reason,
            fallen_with: row.fallen_with_authorisation_id,
            used_minor: row.used_minor,
            makers: row.makers,
            reviewer: row.reviewer,
            review_time: time(row.review_time),
            next_lead_days: row.next_lead_days,
            told_lead_days: row.told_lead_days,
            told_state: AuthorisationState::try_from(i32::from(row.told_state)).unwrap_or_default(),
            keep_time: time(row.keep_time),
            version: row.version,
            create_time: row.create_time.to_jiff(),
            update_time: row.update_time.to_jiff(),
        }
    }
}

fn limits(currency_code: Option<&str>, act: Option<i64>, total: Option<i64>) -> Option<Limits> {
    let amount = |minor: Option<i64>| Amount::stored(minor?, currency_code?);
    // They have one column for their currency.
    Limits::of(amount(act), amount(total)).ok().flatten()
}

fn persons(names: Vec<String>, identity_numbers: Vec<String>, external_ids: Vec<String>) -> Vec<Person> {
    let persons = names.into_iter().zip(identity_numbers).zip(external_ids);
    let person =
        |((name, identity_number), external_id)| Person { name, identity_number, external_id: Some(external_id) };
    persons.map(person).collect()
}

/// The columns of [`AuthorisationRow`], and what follows them.
macro_rules! select {
    ($rest:tt, $($argument:expr),+ $(,)?) => {
        sqlx::query_as!(
            AuthorisationRow,
            "SELECT a.authorisation_id, external_id, customer_id, basis, signatory_name, signatory_position, grantee_name, \
                 grantee_identity_number, grantee_external_id, parent_authorisation_id, ancestor_ids, superseded_authorisation_id, \
                 document_id, register_reference, matters, products, currency_code, act_limit_minor, total_limit_minor, used_minor, \
                 cosignatory_names, cosignatory_identity_numbers, cosignatory_external_ids, required_cosignatures, may_sub_delegate, \
                 valid_from_date, valid_until_date, time_zone, start_time, expire_time, conditions, state, revoke_time, supersede_time, \
                 reason, fallen_with_authorisation_id, makers, reviewer, review_time, next_lead_days, told_lead_days, told_state, keep_time, \
                 version, create_time, update_time \
             FROM qualification.authorisation a " + $rest,
            $($argument),+
        )
    };
}

/// Holds all authorisations of a customer until the end of the transaction: whatever is written of them, and every act, is written one after the other.
pub async fn authorisations_lock(connection: &mut PgConnection, tenant: &str, customer_id: Uuid) -> sqlx::Result<()> {
    sqlx::query!(
        "SELECT pg_advisory_xact_lock(hashtextextended('qualification.authorisation/' || $1 || '/' || $2, 0))",
        tenant,
        customer_id.to_string(),
    )
    .execute(connection)
    .await
    .map(drop)
}

/// Authorisations by their ids, those that others are delegated from before these.
pub async fn authorisations_by_ids(
    connection: &mut PgConnection,
    tenant: &str,
    ids: &[Uuid],
) -> sqlx::Result<Vec<AuthorisationRecord>> {
    let rows = select!(
        "WHERE tenant_id = $1 AND authorisation_id = ANY($2) ORDER BY cardinality(ancestor_ids), authorisation_id",
        tenant,
        ids,
    );
    Ok(rows.fetch_all(connection).await?.into_iter().map(AuthorisationRecord::from).collect())
}

/// The authorisation of an external id.
pub async fn authorisation_by_external_id(
    connection: &mut PgConnection,
    tenant: &str,
    external_id: &str,
) -> sqlx::Result<Option<AuthorisationRecord>> {
    let row = select!("WHERE tenant_id = $1 AND external_id = $2", tenant, external_id);
    Ok(row.fetch_optional(connection).await?.map(AuthorisationRecord::from))
}

/// What a person holds of a customer, and what that was delegated from.
pub async fn authorisations_of_person(
    connection: &mut PgConnection,
    tenant: &str,
    customer_id: Uuid,
    person: &str,
) -> sqlx::Result<Vec<AuthorisationRecord>> {
    let rows = select!(
        "WHERE tenant_id = $1 AND authorisation_id IN (SELECT unnest(h.authorisation_id || h.ancestor_ids) \
             FROM qualification.authorisation h WHERE h.tenant_id = $1 AND h.customer_id = $2 AND h.grantee_external_id = $3) \
         ORDER BY cardinality(ancestor_ids), authorisation_id",
        tenant,
        customer_id,
        person,
    );
    Ok(rows.fetch_all(connection).await?.into_iter().map(AuthorisationRecord::from).collect())
}

/// An authorisation, and what it was delegated from.
pub async fn authorisation_with_ancestors(
    connection: &mut PgConnection,
    tenant: &str,
    authorisation_id: Uuid,
) -> sqlx::Result<Vec<AuthorisationRecord>> {
    let rows = select!(
        "WHERE tenant_id = $1 AND authorisation_id IN (SELECT unnest(h.authorisation_id || h.ancestor_ids) \
             FROM qualification.authorisation h WHERE h.tenant_id = $1 AND h.authorisation_id = $2) \
         ORDER BY cardinality(ancestor_ids), authorisation_id",
        tenant,
        authorisation_id,
    );
    Ok(rows.fetch_all(connection).await?.into_iter().map(AuthorisationRecord::from).collect())
}

/// What was delegated from an authorisation, at any depth.
pub async fn authorisations_below(
    connection: &mut PgConnection,
    tenant: &str,
    above: &AuthorisationRecord,
) -> sqlx::Result<Vec<AuthorisationRecord>> {
    let root = above.ancestor_ids.first().copied().unwrap_or(above.authorisation_id);
    let rows = select!(
        "WHERE tenant_id = $1 AND root_authorisation_id = $2 AND $3 = ANY(ancestor_ids) \
         ORDER BY cardinality(ancestor_ids), authorisation_id",
        tenant,
        root,
        above.authorisation_id,
    );
    Ok(rows.fetch_all(connection).await?.into_iter().map(AuthorisationRecord::from).collect())
}

/// Authorisations of which something is to be told by `now`: whose, of which customer, and their ids.
pub async fn authorisations_due(
    connection: &mut PgConnection,
    now: Timestamp,
    limit: i64,
) -> sqlx::Result<Vec<(String, Uuid, Uuid)>> {
    let rows = sqlx::query!(
        "SELECT tenant_id, customer_id, authorisation_id FROM qualification.authorisation WHERE keep_time <= $1 \
         ORDER BY keep_time LIMIT $2",
        now.to_sqlx() as _,
        limit,
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| (row.tenant_id, row.customer_id, row.authorisation_id)).collect())
}

/// Names and identity numbers of those who may act for a customer, alone or with others, by what was entered or verified and is not over at `now`.
pub async fn authorised_persons(
    connection: &mut PgConnection,
    tenant: &str,
    customer_id: Uuid,
    now: Timestamp,
) -> sqlx::Result<Vec<(String, String)>> {
    let rows = sqlx::query!(
        r#"SELECT DISTINCT p.name AS "name!", p.identity_number AS "identity_number!"
           FROM qualification.authorisation a
           CROSS JOIN LATERAL (
               SELECT a.grantee_name, a.grantee_identity_number
               UNION ALL
               SELECT * FROM unnest(a.cosignatory_names, a.cosignatory_identity_numbers)
           ) AS p (name, identity_number)
           WHERE a.tenant_id = $1 AND a.customer_id = $2 AND a.state IN (1, 2)
               AND least(a.expire_time, a.revoke_time, a.supersede_time, 'infinity') > $3
           ORDER BY 1, 2"#,
        tenant,
        customer_id,
        now.to_sqlx() as _,
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| (row.name, row.identity_number)).collect())
}

/// Whether a document is one of a customer, and its state as in the contract's `DocumentState`.
pub async fn document_state(
    connection: &mut PgConnection,
    tenant: &str,
    customer_id: Uuid,
    document_id: Uuid,
) -> sqlx::Result<Option<i16>> {
    sqlx::query_scalar!(
        "SELECT state FROM qualification.document WHERE tenant_id = $1 AND document_id = $2 AND customer_id = $3",
        tenant,
        document_id,
        customer_id,
    )
    .fetch_optional(connection)
    .await
}

/// Adds an act to what acts have come to. Without a limit in total that may be more than fits: it then stays at the most.
pub async fn authorisations_use(
    connection: &mut PgConnection,
    tenant: &str,
    ids: &[Uuid],
    minor: i64,
) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE qualification.authorisation SET used_minor = least(used_minor::numeric + $3::bigint, 9223372036854775807)::bigint \
         WHERE tenant_id = $1 AND authorisation_id = ANY($2)",
        tenant,
        ids,
        minor,
    )
    .execute(connection)
    .await
    .map(drop)
}

/// Writes an authorisation, new or changed. What acts have come to is left as it is.
pub async fn authorisation_put(
    connection: &mut PgConnection,
    tenant: &str,
    record: &AuthorisationRecord,
) -> sqlx::Result<()> {
    let AuthorisationRecord { terms, .. } = record;
    let matters: Vec<&str> = terms.scope.matters.iter().map(String::as_str).collect();
    let products: Vec<&str> = terms.scope.products.iter().map(String::as_str).collect();
    let names: Vec<&str> = terms.cosignatories.iter().map(|person| person.name.as_str()).collect();
    let numbers: Vec<&str> = terms.cosignatories.iter().map(|person| person.identity_number.as_str()).collect();
    let keys: Vec<&str> =
        terms.cosignatories.iter().map(|person| person.external_id.as_deref().unwrap_or_default()).collect();
    let decided: i16 = match record.decided {
        Decided::Draft => 1,
        Decided::Verified => 2,
        Decided::Rejected => 3,
    };
    sqlx::query!(
        "INSERT INTO qualification.authorisation (tenant_id, authorisation_id, external_id, customer_id, basis, signatory_name, \
             signatory_position, grantee_name, grantee_identity_number, grantee_external_id, parent_authorisation_id, ancestor_ids, \
             root_authorisation_id, superseded_authorisation_id, document_id, register_reference, matters, products, currency_code, \
             act_limit_minor, total_limit_minor, used_minor, cosignatory_names, cosignatory_identity_numbers, \
             cosignatory_external_ids, required_cosignatures, may_sub_delegate, valid_from_date, valid_until_date, time_zone, start_time, \
             expire_time, conditions, state, revoke_time, supersede_time, reason, fallen_with_authorisation_id, makers, reviewer, \
             review_time, next_lead_days, told_lead_days, told_state, keep_time, version, create_time, update_time) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, 0, $22, $23, $24, $25, \
             $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, $37, $38, $39, $40, $41, $42, $43, $44, $45, $46, $47) \
         ON CONFLICT (tenant_id, authorisation_id) DO UPDATE SET external_id = excluded.external_id, \
             signatory_name = excluded.signatory_name, signatory_position = excluded.signatory_position, \
             grantee_name = excluded.grantee_name, grantee_identity_number = excluded.grantee_identity_number, \
             grantee_external_id = excluded.grantee_external_id, document_id = excluded.document_id, \
             register_reference = excluded.register_reference, matters = excluded.matters, products = excluded.products, \
             currency_code = excluded.currency_code, act_limit_minor = excluded.act_limit_minor, \
             total_limit_minor = excluded.total_limit_minor, cosignatory_names = excluded.cosignatory_names, \
             cosignatory_identity_numbers = excluded.cosignatory_identity_numbers, \
             cosignatory_external_ids = excluded.cosignatory_external_ids, required_cosignatures = excluded.required_cosignatures, \
             may_sub_delegate = excluded.may_sub_delegate, valid_from_date = excluded.valid_from_date, \
             valid_until_date = excluded.valid_until_date, time_zone = excluded.time_zone, start_time = excluded.start_time, \
             expire_time = excluded.expire_time, conditions = excluded.conditions, state = excluded.state, \
             revoke_time = excluded.revoke_time, supersede_time = excluded.supersede_time, reason = excluded.reason, \
             fallen_with_authorisation_id = excluded.fallen_with_authorisation_id, makers = excluded.makers, \
             reviewer = excluded.reviewer, review_time = excluded.review_time, next_lead_days = excluded.next_lead_days, \
             told_lead_days = excluded.told_lead_days, told_state = excluded.told_state, keep_time = excluded.keep_time, version = excluded.version, \
             update_time = excluded.update_time",
        tenant,
        record.authorisation_id,
        terms.external_id,
        terms.customer_id,
        terms.basis as i16,
        terms.signatory_name,
        terms.signatory_position,
        terms.grantee.name,
        terms.grantee.identity_number,
        terms.grantee.external_id,
        terms.parent_authorisation_id,
        &record.ancestor_ids,
        record.ancestor_ids.first().copied().unwrap_or(record.authorisation_id),
        terms.superseded_authorisation_id,
        terms.document_id,
        terms.register_reference,
        &matters as _,
        &products as _,
        terms.limits.map(|limits| limits.currency.code()),
        terms.limits.and_then(|limits| limits.act),
        terms.limits.and_then(|limits| limits.total),
        &names as _,
        &numbers as _,
        &keys as _,
        terms.required_cosignatures,
        terms.may_sub_delegate,
        terms.validity.from.to_sqlx() as _,
        terms.validity.until.map(Date::to_sqlx) as _,
        terms.validity.time_zone,
        terms.validity.start_time.to_sqlx() as _,
        terms.validity.expire_time.map(Timestamp::to_sqlx) as _,
        terms.conditions,
        decided,
        record.revoke_time.map(Timestamp::to_sqlx) as _,
        record.supersede_time.map(Timestamp::to_sqlx) as _,
        record.reason,
        record.fallen_with,
        &record.makers,
        record.reviewer,
        record.review_time.map(Timestamp::to_sqlx) as _,
        record.next_lead_days,
        record.told_lead_days,
        record.told_state as i16,
        record.keep_time.map(Timestamp::to_sqlx) as _,
        record.version,
        record.create_time.to_sqlx() as _,
        record.update_time.to_sqlx() as _,
    )
    .execute(connection)
    .await
    .map(drop)
}
