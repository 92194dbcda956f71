//! The features by which customers are clustered, in SQL and as the clustering reads them.
//!
//! Both come to the same bits: the same operations in the same order, on doubles.

use btyd::rfm::clusters::{Point, Scale};
use jiff::civil::Date;
use sqlx::{Postgres, QueryBuilder};

use super::transaction_scan::quoted;

/// Centres and how features become comparable with them.
#[derive(Debug, Clone, PartialEq)]
pub struct Centres {
    /// Recency, frequency, monetary value.
    pub scales: [Scale; 3],
    /// The centres, in the order of their segments.
    pub centres: Vec<Point>,
}

/// Days since the last purchase, days with a purchase, total net revenue in units of the currency.
const FEATURES: [&str; 3] = [
    "(coalesce(s.as_of_date, r.as_of_date) - s.last_purchase_date)::double precision",
    "(s.frequency + 1)::double precision",
    "(s.total_revenue_minor / r.minor_per_unit)",
];

/// Adds `SELECT <buyer_id, nearest: the place of the nearest centre, from 1> FROM (SELECT <distances> FROM (SELECT <features>`, three selects
/// of which the innermost wants its `FROM` and `f) d`.
pub fn push_features(query: &mut QueryBuilder<Postgres>, centres: &Centres) {
    let count = centres.centres.len();
    let distance = |centre: &Point| {
        let square = |at: usize| {
            let off = format!("(f.x{at} - ({:?})::double precision)", centre[at]);
            format!("{off} * {off}")
        };
        format!("{} + {} + {}", square(0), square(1), square(2))
    };
    let distances: Vec<String> = centres.centres.iter().map(distance).collect();
    let all: Vec<String> = (1..=count).map(|place| format!("d.distances[{place}]")).collect();
    // Of equally near centres the first, as in the clustering.
    query.push(format_args!("SELECT d.buyer_id, array_position(d.distances, least({})) AS nearest", all.join(", ")));
    query.push(format_args!(
        " FROM (SELECT f.buyer_id, ARRAY[{}]::double precision[] AS distances",
        distances.join(", ")
    ));
    query.push(" FROM (SELECT b.buyer_id");
    for (at, (feature, scale)) in FEATURES.iter().zip(&centres.scales).enumerate() {
        let taken = if scale.logarithmic { format!("ln(1 + greatest({feature}, 0))") } else { (*feature).to_owned() };
        let Scale { mean, deviation, .. } = scale;
        query.push(format_args!(
            ", ({taken} - ({mean:?})::double precision) / ({deviation:?})::double precision AS x{at}"
        ));
    }
}

/// The statement that copies out the features of a set's customers, ascending by buyer: days since the last purchase, days with a purchase,
/// total net revenue in minor units, number of the RFM segment.
pub fn features_copy(tenant: &str, set: i64, as_of_date: Date) -> String {
    format!(
        "COPY (SELECT coalesce(as_of_date, '{as_of_date}'::date) - last_purchase_date, frequency + 1, total_revenue_minor, segment \
         FROM value.score WHERE tenant_id = {} AND score_set = {set} ORDER BY buyer_id) TO STDOUT (FORMAT binary)",
        quoted(tenant)
    )
}
