//! What customers declare to need, as it is stored beside their signals: encoded.

use prost::Message as _;
use sqlx::PgConnection;

use crate::domain::{
    money::Amount,
    needs::{DeclaredNeed, Needed},
};

#[derive(Clone, PartialEq, prost::Message)]
struct StoredNeeds {
    #[prost(message, repeated, tag = "1")]
    needs: Vec<StoredNeed>,
}

/// Either a product or a category.
#[derive(Clone, PartialEq, prost::Message)]
struct StoredNeed {
    #[prost(string, tag = "1")]
    product: String,
    #[prost(string, tag = "2")]
    category: String,
    #[prost(double, tag = "3")]
    weight: f64,
    #[prost(int64, optional, tag = "4")]
    yearly_amount_minor: Option<i64>,
    #[prost(string, tag = "5")]
    currency_code: String,
    /// In a score: the share of it that was bought.
    #[prost(double, optional, tag = "6")]
    coverage: Option<f64>,
}

/// Needs on their way into a row of signals; `None` for none.
pub fn encode(needs: &[DeclaredNeed]) -> Option<Vec<u8>> {
    (!needs.is_empty()).then(|| encoded(needs.iter().map(|need| (need, None))))
}

/// Needs on their way into a score, each with the share of it that was bought.
pub fn encode_covered(needs: &[(DeclaredNeed, f64)]) -> Vec<u8> {
    encoded(needs.iter().map(|(need, coverage)| (need, Some(*coverage))))
}

fn encoded<'n>(needs: impl Iterator<Item = (&'n DeclaredNeed, Option<f64>)>) -> Vec<u8> {
    let stored = |(need, coverage): (&DeclaredNeed, Option<f64>)| {
        let (product, category) = match &need.needed {
            Needed::Product(key) => (key.clone(), String::new()),
            Needed::Category(category) => (String::new(), category.clone()),
        };
        StoredNeed {
            product,
            category,
            weight: need.weight,
            yearly_amount_minor: need.yearly_amount.map(Amount::minor),
            currency_code: need.yearly_amount.map(Amount::currency_code).unwrap_or_default().to_owned(),
            coverage,
        }
    };
    StoredNeeds { needs: needs.map(stored).collect() }.encode_to_vec()
}

/// Needs out of a row.
pub fn decode(encoded: &[u8]) -> sqlx::Result<Vec<DeclaredNeed>> {
    Ok(decode_covered(encoded)?.into_iter().map(|(need, _)| need).collect())
}

/// Needs out of a score, each with the share of it that was bought.
pub fn decode_covered(encoded: &[u8]) -> sqlx::Result<Vec<(DeclaredNeed, f64)>> {
    let stored = StoredNeeds::decode(encoded).map_err(|error| sqlx::Error::Decode(error.into()))?;
    let needs = stored.needs.into_iter().map(|need| {
        let needed =
            if need.product.is_empty() { Needed::Category(need.category) } else { Needed::Product(need.product) };
        let yearly_amount = need.yearly_amount_minor.and_then(|minor| Amount::stored(minor, &need.currency_code));
        (DeclaredNeed { needed, weight: need.weight, yearly_amount }, need.coverage.unwrap_or_default())
    });
    Ok(needs.collect())
}

/// The encoded needs of all buyers of a tenant that declared any.
pub async fn declared_needs_all(connection: &mut PgConnection, tenant: &str) -> sqlx::Result<Vec<(i64, Vec<u8>)>> {
    let rows = sqlx::query!(
        r#"SELECT buyer_id, declared_needs AS "declared_needs!" FROM value.account_signals
           WHERE tenant_id = $1 AND declared_needs IS NOT NULL"#,
        tenant,
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| (row.buyer_id, row.declared_needs)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn needs_read_back_as_they_were_stored() {
        let needs = [
            DeclaredNeed { needed: Needed::Product("P".into()), weight: 2.5, yearly_amount: None },
            DeclaredNeed {
                needed: Needed::Category("Pumps".into()),
                weight: 1.0,
                yearly_amount: Amount::new("EUR", 12, 500_000_000).ok(),
            },
        ];
        assert_eq!(decode(&encode(&needs).unwrap()).unwrap(), needs);
        assert_eq!(encode(&[]), None);
        let covered = needs.map(|need| (need, 0.5));
        assert_eq!(decode_covered(&encode_covered(&covered)).unwrap(), covered);
    }
}
