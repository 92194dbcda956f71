//! Reads the profiles of customers that rules of tiers ask.

use std::collections::HashMap;

use clientele_pg::copy::copy_out;
use sqlx::{AssertSqlSafe, PgConnection};

use super::error::RunError;
use crate::{
    domain::{tier_policy::TierPolicy, tier_rule::Profile},
    store::{segment_rule::Asked, tier_rule::profiles_copy},
};

/// The profiles of buyers, as far as a policy's rules ask them; of those of whom nothing that is asked is known there is none. Nothing is read
/// where no rule asks profiles.
pub async fn read(
    connection: &mut PgConnection,
    tenant: &str,
    tiers: &TierPolicy,
    asked: Asked<'_>,
) -> Result<HashMap<u64, Profile>, RunError> {
    let mut profiles = HashMap::new();
    let fields = tiers.profile_fields();
    if fields.is_empty() {
        return Ok(profiles);
    }
    let copy = profiles_copy(tenant, &fields, asked);
    copy_out(connection, AssertSqlSafe(copy), |row| {
        let buyer: i64 = row.get()?;
        let kind = row.get_opt::<i16>()?;
        let mut text = || Ok::<_, RunError>(row.get_opt::<&str>()?.map(str::to_owned));
        let (country_code, industry_code, external_id) = (text()?, text()?, text()?);
        let create_time = row.get_opt()?;
        let attributes = row.get_opt::<&str>()?.map(serde_json::from_str).transpose();
        let profile = Profile {
            kind: match kind {
                Some(1) => Some("ORGANISATION"),
                Some(2) => Some("PERSON"),
                _ => None,
            },
            country_code,
            industry_code,
            external_id,
            create_time,
            attributes: attributes.map_err(|error| RunError::Fault(error.to_string()))?,
        };
        if profile != Profile::default() {
            profiles.insert(buyer as u64, profile);
        }
        Ok::<(), RunError>(())
    })
    .await?;
    Ok(profiles)
}
