//! The ranking of a set: which buyer has which rank, in blocks of a thousand.

use std::ops::RangeInclusive;

use clientele_pg::copy::CopyIn;
use sqlx::PgConnection;

use super::score::ScoreRecord;

/// Ranks of a block.
const BLOCK: usize = 1_000;
const BUYER_BYTES: usize = 8;

/// Writes the ranking of a set: its buyers, best first.
pub async fn score_ranking_insert(
    connection: &mut PgConnection,
    tenant: &str,
    set: i64,
    buyers: impl ExactSizeIterator<Item = i64>,
) -> sqlx::Result<()> {
    let mut copy = CopyIn::begin(
        connection,
        "COPY value.score_ranking (tenant_id, score_set, block, buyers) FROM STDIN (FORMAT binary)",
    )
    .await?;
    let (mut bytes, mut block, last) = (Vec::with_capacity(BLOCK * BUYER_BYTES), 0_i32, buyers.len());
    for (place, buyer) in (1..).zip(buyers) {
        bytes.extend_from_slice(&buyer.to_be_bytes());
        if bytes.len() == BLOCK * BUYER_BYTES || place == last {
            copy.row(4).put(tenant).put(set).put(block).put(bytes.as_slice());
            copy.flow().await?;
            bytes.clear();
            block += 1;
        }
    }
    copy.finish().await.map(drop)
}

/// The scores of some ranks, in their order.
pub async fn score_ranking_list(
    connection: &mut PgConnection,
    tenant: &str,
    set: i64,
    ranks: RangeInclusive<usize>,
) -> sqlx::Result<Vec<ScoreRecord>> {
    let block = |rank: usize| (rank - 1) / BLOCK;
    let (first, last) = (block(*ranks.start()), block(*ranks.end()));
    let blocks = sqlx::query_scalar!(
        "SELECT buyers FROM value.score_ranking WHERE tenant_id = $1 AND score_set = $2 AND block BETWEEN $3 AND $4 ORDER BY block",
        tenant,
        set,
        first as i32,
        last as i32,
    )
    .fetch_all(&mut *connection)
    .await?;
    let bytes = blocks.concat();
    let buyers = bytes.as_chunks::<BUYER_BYTES>().0.iter().map(|bytes| i64::from_be_bytes(*bytes));
    let skipped = ranks.start() - 1 - first * BLOCK;
    let buyers: Vec<i64> = buyers.skip(skipped).take(ranks.count()).collect();
    super::score::score_by_buyer(connection, tenant, set, &buyers).await
}
