//! The customers that are read and written.

use std::collections::BTreeMap;

use anyhow::Result;
use clientele_proto::customers::v1::{Customer, Organisation, customer};
use uuid::Uuid;

use crate::psql::Psql;

/// The tenant they belong to.
pub const TENANT: &str = "bench";

/// The id of the customer with a number, laid out as a UUIDv7.
pub fn id(number: u64) -> Uuid {
    Uuid::from_u128((0x0199_0000_0000 << 80) | (0x7 << 76) | (0x2 << 62) | u128::from(number))
}

/// The caller's key of the customer with a number.
pub fn external_id(number: u64) -> String {
    format!("C-{number:08}")
}

/// A new customer as a caller would send it.
pub fn message(external_id: String) -> Customer {
    Customer {
        kind: Some(customer::Kind::Organisation(Organisation {
            legal_name: format!("Northern Lamp Works {external_id} GmbH"),
            website: "https://lamps.example".into(),
            industry_code: "C27.40".into(),
            ..Organisation::default()
        })),
        external_id,
        email: "orders@lamps.example".into(),
        phone: "+4915112345678".into(),
        country_code: "DE".into(),
        attributes: BTreeMap::from([("region".into(), "north".into()), ("channel".into(), "web".into())]),
        ..Customer::default()
    }
}

/// Stores customers 0 to `count`.
pub async fn fill(owner: &Psql, count: u64) -> Result<()> {
    let target = "customers.customer (tenant_id, customer_id, external_id, kind, display_name, legal_name, website, industry_code, email, \
                  phone, country_code, attributes, version, create_time, update_time)";
    let rows = (0..count).map(|number| {
        let (id, external_id) = (id(number), external_id(number));
        let name = format!("Northern Lamp Works {external_id} GmbH");
        format!(
            "{TENANT}\t{id}\t{external_id}\t1\t{name}\t{name}\thttps://lamps.example\tC27.40\torders@lamps.example\t+4915112345678\tDE\t\
             {{\"region\": \"north\", \"channel\": \"web\"}}\t1\t2026-11-01 00:00:00Z\t2026-11-01 00:00:00Z\n"
        )
    });
    owner.fill(target, rows).await?;
    owner.run(&["VACUUM ANALYZE customers.customer", "CHECKPOINT"]).await
}
