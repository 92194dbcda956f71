//! Finds clusters among the customers of a run, and says in words what they are.

use btyd::rfm::clusters::{ClusterCount, ClusterError, Clustering, Point, Scale};
use clientele_pg::{Pool, copy::copy_out};
use clientele_proto::value::v1::{SegmentCluster, SegmentClustering, SegmentFeatureScale};
use sqlx::AssertSqlSafe;

use crate::{
    domain::{cluster_summary::cluster_summary, currency::rounded},
    scoring::{RunError, ScoredRun, progress::Progress, session, settings_message::money},
    store::segment_features::{Centres, features_copy},
};

/// The features, by their names in the contract.
const FEATURES: [&str; 3] = ["recency_days", "purchase_days", "total_revenue"];

/// What is wanted of a clustering.
#[derive(Debug, Clone)]
pub enum Task {
    /// So many clusters.
    New(ClusterCount),
    /// As many as there are, each in the place of the old one that is nearest.
    Again(Centres),
}

/// Customers as they are clustered, ascending by buyer.
#[derive(Debug, Default)]
struct Customers {
    points: Vec<Point>,
    rfm_segments: Vec<i16>,
}

/// Clusters the customers of a run. What the message says of segments, and of who asked, is left open.
pub async fn cluster(
    pool: &Pool,
    tenant: &str,
    (run, set): (&ScoredRun, i64),
    task: Task,
    seed: i64,
) -> Result<Result<SegmentClustering, ClusterError>, RunError> {
    let customers = read(pool, tenant, run, set).await?;
    let (currency, names) = (run.settings.currency, run.segment_names.clone());
    let score_run_id = run.id.clone();
    session::compute(move || {
        // The bits of the number, whatever its sign.
        let bits = seed as u64;
        let found = match &task {
            Task::New(count) => Clustering::of(&customers.points, *count, bits),
            Task::Again(before) => Clustering::again(&customers.points, (&before.scales, &before.centres), bits),
        };
        let mut found = match found {
            Ok(found) => found,
            Err(error) => return Ok(Err(error)),
        };
        if matches!(task, Task::New(_)) {
            richest_first(&mut found, &customers);
        }
        let scales = FEATURES.iter().zip(&found.scales).map(|(feature, scale)| SegmentFeatureScale {
            feature: (*feature).to_owned(),
            logarithmic: scale.logarithmic,
            mean: scale.mean,
            standard_deviation: scale.deviation,
        });
        let clusters = found.centres.iter().zip(means(&found, &customers)).map(|(centre, mean)| SegmentCluster {
            customers: mean.customers,
            mean_recency_days: mean.features[0],
            mean_purchase_days: mean.features[1],
            mean_revenue: Some(money(currency, rounded(mean.features[2] * currency.minor_per_unit() as f64))),
            centre_coordinates: centre.to_vec(),
            summary: cluster_summary(*centre),
            nearest_rfm_segment: mean.rfm_segment(&names),
            ..SegmentCluster::default()
        });
        Ok(Ok(SegmentClustering {
            cluster_count: found.centres.len() as i32,
            seed,
            currency_code: currency.code().to_owned(),
            score_run_id,
            customers: customers.points.len() as i64,
            inertia: found.inertia,
            silhouette: found.silhouette,
            feature_scales: scales.collect(),
            clusters: clusters.collect(),
            ..SegmentClustering::default()
        }))
    })
    .await
}

/// The centres of a stored clustering; `None` where it says something else than three features of each.
pub fn centres(message: &SegmentClustering) -> Option<Centres> {
    let scale = |scale: &SegmentFeatureScale| Scale {
        logarithmic: scale.logarithmic,
        mean: scale.mean,
        deviation: scale.standard_deviation,
    };
    let scales: Vec<Scale> = message.feature_scales.iter().map(scale).collect();
    let centres = message.clusters.iter().map(|cluster| Point::try_from(cluster.centre_coordinates.as_slice()).ok());
    Some(Centres { scales: scales.try_into().ok()?, centres: centres.collect::<Option<_>>()? })
}

async fn read(pool: &Pool, tenant: &str, run: &ScoredRun, set: i64) -> Result<Customers, RunError> {
    let mut connection = session::begin(pool, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
    let copy = features_copy(tenant, set, run.settings.as_of_date);
    let per_unit = run.settings.currency.minor_per_unit() as f64;
    let progress = Progress::default();
    let reading = async move {
        let mut customers = Customers::default();
        copy_out(&mut connection, AssertSqlSafe(copy), |row| {
            let (recency, days, revenue): (i32, i32, i64) = (row.get()?, row.get()?, row.get()?);
            customers.points.push([f64::from(recency), f64::from(days), revenue as f64 / per_unit]);
            customers.rfm_segments.push(row.get()?);
            Ok::<(), RunError>(())
        })
        .await?;
        Ok((customers, connection))
    };
    let (customers, connection) = session::apart(&progress, reading).await?;
    session::end(connection).await?;
    Ok(customers)
}

/// The customers of a cluster.
#[derive(Debug, Clone, Default)]
struct Mean {
    customers: i64,
    features: Point,
    rfm_segments: Vec<u32>,
}

impl Mean {
    /// The name of the RFM segment that most are in; of several the first by number.
    fn rfm_segment(&self, names: &[String]) -> String {
        let most = self.rfm_segments.iter().enumerate().rev().max_by_key(|(_, customers)| **customers);
        most.and_then(|(number, _)| names.get(number.checked_sub(1)?)).cloned().unwrap_or_default()
    }
}

fn means(found: &Clustering, customers: &Customers) -> Vec<Mean> {
    let mut means = vec![Mean::default(); found.centres.len()];
    for ((label, point), rfm_segment) in found.labels.iter().zip(&customers.points).zip(&customers.rfm_segments) {
        let mean = &mut means[usize::from(*label)];
        mean.customers += 1;
        for (sum, feature) in mean.features.iter_mut().zip(point) {
            *sum += feature;
        }
        let number = usize::try_from(*rfm_segment).unwrap_or_default();
        if mean.rfm_segments.len() <= number {
            mean.rfm_segments.resize(number + 1, 0);
        }
        mean.rfm_segments[number] += 1;
    }
    for mean in &mut means {
        let customers = mean.customers.max(1) as f64;
        mean.features = mean.features.map(|sum| sum / customers);
    }
    means
}

/// Puts the clusters in the order of their mean revenue, the greatest first.
fn richest_first(found: &mut Clustering, customers: &Customers) {
    let means = means(found, customers);
    let mut order: Vec<usize> = (0..means.len()).collect();
    order.sort_by(|left, right| means[*right].features[2].total_cmp(&means[*left].features[2]));
    let mut place_of = vec![0_u8; order.len()];
    for (place, was) in order.iter().enumerate() {
        place_of[*was] = place as u8;
    }
    found.centres = order.iter().map(|was| found.centres[*was]).collect();
    for label in &mut found.labels {
        *label = place_of[usize::from(*label)];
    }
}
