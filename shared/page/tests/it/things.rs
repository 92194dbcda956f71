//! The resource of these tests: a field of every kind, each of which may be missing.

use std::collections::BTreeMap;

use clientele_page::{Field, FieldValue, Kind, Schema};
use jiff::Timestamp;
use jiff::civil::Date;
use sqlx::{PgConnection, Row as _};
use uuid::Uuid;

pub const STATES: &[(&str, &str)] = &[("ACTIVE", "active"), ("AT_RISK", "at risk")];

pub static THINGS: Schema = Schema::new(
    Field::new("thing_id", "t.thing_id", Kind::Uuid),
    &[
        Field::new("name", "t.name", Kind::Text).nullable().sortable(),
        Field::new("organisation.country_code", "upper(t.country)", Kind::Text).nullable(),
        Field::new("orders", "t.orders", Kind::Integer).nullable().sortable(),
        Field::new("clv", "t.clv", Kind::Float).nullable().sortable(),
        Field::new("balance", "t.balance", Kind::Decimal).nullable().sortable(),
        Field::new("active", "t.active", Kind::Bool).nullable().sortable(),
        Field::new("create_time", "t.create_time", Kind::Timestamp).nullable().sortable(),
        Field::new("birth_date", "t.birth_date", Kind::Date).nullable().sortable(),
        Field::new("state", "t.state", Kind::Enum(STATES)).nullable().sortable(),
        Field::new("attributes", "t.attributes", Kind::TextMap).nullable(),
        Field::new("tags", "t.tags", Kind::TextList).nullable(),
        Field::new("rank", "t.rank", Kind::Integer).sortable(),
        Field::new("secret", "t.secret", Kind::Text).not_filterable(),
        Field::new("place", "t.place", Kind::Integer).refused("is what is being decided; use rank"),
    ],
);

#[derive(Debug, Clone, Default)]
pub struct Thing {
    pub id: Uuid,
    pub name: Option<String>,
    pub country: Option<String>,
    pub orders: Option<i64>,
    pub clv: Option<f64>,
    pub balance: Option<String>,
    pub active: Option<bool>,
    pub create_time: Option<Timestamp>,
    pub birth_date: Option<Date>,
    pub state: Option<String>,
    pub attributes: Option<BTreeMap<String, String>>,
    pub tags: Option<Vec<String>>,
    pub rank: i64,
}

impl Thing {
    pub fn field(&self, name: &str) -> FieldValue {
        match name {
            "thing_id" => self.id.into(),
            "name" => self.name.clone().into(),
            "organisation.country_code" => self.country.as_ref().map(|country| country.to_uppercase()).into(),
            "orders" => self.orders.into(),
            "clv" => self.clv.into(),
            "balance" => {
                self.balance.clone().map(clientele_page::Value::Decimal).map_or(FieldValue::Null, FieldValue::One)
            }
            "active" => self.active.into(),
            "create_time" => self.create_time.into(),
            "birth_date" => self.birth_date.into(),
            "state" => self.state.clone().into(),
            "attributes" => self.attributes.clone().into(),
            "tags" => self.tags.clone().into(),
            "rank" => self.rank.into(),
            other => panic!("{other}"),
        }
    }
}

pub async fn create(connection: &mut PgConnection, things: &[Thing]) {
    let table = "CREATE TABLE things (tenant_id text NOT NULL, thing_id uuid NOT NULL, name text, country varchar(2), orders int4,
                 clv float8, balance numeric, active bool, create_time timestamptz, birth_date date, state text, attributes jsonb,
                 tags text[], rank int2 NOT NULL, PRIMARY KEY (tenant_id, thing_id))";
    sqlx::query(table).execute(&mut *connection).await.unwrap();
    for thing in things {
        let attributes = thing.attributes.as_ref().map(|map| sqlx::types::Json(map.clone()));
        sqlx::query(
            "INSERT INTO things VALUES ('a', $1, $2, $3, $4::int8, $5, $6::text::numeric, $7, $8::text::timestamptz, $9::text::date,
             $10, $11, $12, $13::int8)",
        )
        .bind(thing.id)
        .bind(&thing.name)
        .bind(&thing.country)
        .bind(thing.orders)
        .bind(thing.clv)
        .bind(&thing.balance)
        .bind(thing.active)
        .bind(thing.create_time.map(|at| at.to_string()))
        .bind(thing.birth_date.map(|date| date.to_string()))
        .bind(&thing.state)
        .bind(attributes)
        .bind(&thing.tags)
        .bind(thing.rank)
        .execute(&mut *connection)
        .await
        .unwrap();
    }
    // Another tenant's rows must never show up.
    sqlx::query(
        "INSERT INTO things SELECT 'b', thing_id, name, country, orders, clv, balance, active,
                 create_time, birth_date, state, attributes, tags, rank FROM things t",
    )
    .execute(&mut *connection)
    .await
    .unwrap();
}

pub fn thing_id(row: &sqlx::postgres::PgRow) -> Uuid {
    row.get("thing_id")
}
