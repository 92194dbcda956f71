//! Clusters of customers by recency, frequency and monetary value: k-means over standardised features.
//!
//! A [`Clustering`] is the same to the bit for the same points and seed, whatever the number of threads: sums are taken over stretches of
//! the points in a fixed size and order.
//!
//! - **Features** ([`Scale`]): a feature whose skewness is above 1 is taken as ln(1 + x), then all get mean 0 and deviation 1, so that days
//!   and money weigh alike.
//! - **Starts** are chosen by k-means++ (Arthur and Vassilvitskii, 2007); the best of [`STARTS`] is kept. Beyond [`SAMPLE`] points they are
//!   tried on so many of them, evenly spaced, and the best goes on with all.
//! - **Iterations** are Lloyd's (1982), until no point changes its cluster.
//! - **k** is given, or the one of 2 to 10 with the greatest mean silhouette (Rousseeuw, 1987) on an evenly spaced sample.
//!
//! ```
//! use btyd::rfm::clusters::{ClusterCount, Clustering};
//!
//! // Days since the last purchase, days with a purchase, revenue.
//! let customers = [[3.0, 40.0, 900.0], [5.0, 38.0, 800.0], [300.0, 1.0, 9.0], [290.0, 2.0, 12.0]];
//! let found = Clustering::of(&customers, ClusterCount::Given(2), 7)?;
//! assert_eq!(found.labels[0], found.labels[1]);
//! assert_ne!(found.labels[0], found.labels[2]);
//! # Ok::<(), btyd::rfm::clusters::ClusterError>(())
//! ```

mod kmeans;
mod matching;
mod scale;
mod silhouette;

pub use kmeans::{Partition, STARTS, lloyd};
pub use matching::matched;
pub use scale::{Scale, scales};
pub use silhouette::silhouette;

/// One number for each feature: recency, frequency, monetary value.
pub type Point = [f64; 3];

/// Clusters at least and at most.
pub const COUNTS: std::ops::RangeInclusive<usize> = 2..=12;
/// Clusters that are tried where the silhouette decides.
const TRIED: std::ops::RangeInclusive<usize> = 2..=10;
/// Points on which starts and counts are tried.
pub const SAMPLE: usize = 20_000;
/// Points of which silhouettes are taken.
pub const SILHOUETTES: usize = 2_000;

/// How many clusters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClusterCount {
    /// So many, 2 to 12.
    Given(usize),
    /// As many, 2 to 10, as have the greatest silhouette; of equals the fewest.
    BySilhouette,
}

/// Why there are no clusters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ClusterError {
    /// k out of range.
    #[error("{0} clusters: it must be 2 to 12")]
    Count(usize),
    /// Fewer distinct points than clusters.
    #[error("{wanted} clusters of {distinct} customers that differ: ask for fewer clusters")]
    TooFew {
        /// Distinct points found.
        distinct: usize,
        /// Clusters wanted.
        wanted: usize,
    },
}

/// Points in clusters.
#[derive(Debug, Clone, PartialEq)]
pub struct Clustering {
    /// How features became comparable.
    pub scales: [Scale; 3],
    /// The centres in standard deviations.
    pub centres: Vec<Point>,
    /// The place of each point's centre.
    pub labels: Vec<u8>,
    /// Sum of the squared distances of points to their centres.
    pub inertia: f64,
    /// Mean silhouette of at most [`SILHOUETTES`] points, evenly spaced.
    pub silhouette: f64,
}

impl Clustering {
    /// Clusters of `points`, with scales of their own.
    ///
    /// # Errors
    ///
    /// [`ClusterError`] for a count out of range, or for fewer distinct points than clusters.
    pub fn of(points: &[Point], count: ClusterCount, seed: u64) -> Result<Self, ClusterError> {
        Self::scaled(points, scales(points), count, seed)
    }

    /// Clusters of other points in as many clusters as `before`, whose labels they take over as well as can be: features are taken as
    /// before, centres get the places of the old ones that are nearest to them, all together.
    ///
    /// # Errors
    ///
    /// [`ClusterError::TooFew`].
    pub fn again(points: &[Point], before: (&[Scale; 3], &[Point]), seed: u64) -> Result<Self, ClusterError> {
        let (old_scales, old_centres) = before;
        let scales = std::array::from_fn(|at| old_scales[at].again(points.iter().map(|point| point[at])));
        let mut found = Self::scaled(points, scales, ClusterCount::Given(old_centres.len()), seed)?;
        let moved: Vec<Point> = old_centres
            .iter()
            .map(|centre| std::array::from_fn(|at| scales[at].of_scaled(old_scales[at].unscaled(centre[at]))))
            .collect();
        let places = matched(&moved, &found.centres);
        found.centres = places.iter().map(|new| found.centres[*new]).collect();
        let mut old_of_new = vec![0; places.len()];
        for (old, new) in places.iter().enumerate() {
            old_of_new[*new] = old as u8;
        }
        for label in &mut found.labels {
            *label = old_of_new[usize::from(*label)];
        }
        Ok(found)
    }

    fn scaled(points: &[Point], scales: [Scale; 3], count: ClusterCount, seed: u64) -> Result<Self, ClusterError> {
        let scaled: Vec<Point> =
            points.iter().map(|point| std::array::from_fn(|at| scales[at].of(point[at]))).collect();
        let partition = match count {
            ClusterCount::Given(count) if !COUNTS.contains(&count) => return Err(ClusterError::Count(count)),
            ClusterCount::Given(count) => kmeans::best(&scaled, count, seed)?,
            ClusterCount::BySilhouette => kmeans::best(&scaled, chosen(&scaled, seed)?, seed)?,
        };
        let silhouette = sampled_silhouette(&scaled, &partition.labels);
        let Partition { centres, labels, inertia } = partition;
        Ok(Self { scales, centres, labels, inertia, silhouette })
    }
}

/// The count with the greatest silhouette.
fn chosen(points: &[Point], seed: u64) -> Result<usize, ClusterError> {
    let sample = evenly(points, SAMPLE);
    let mut best: Option<(usize, f64)> = None;
    for count in TRIED {
        let partition = match kmeans::best(&sample, count, seed) {
            Ok(partition) => partition,
            // More clusters than points that differ: fewer had their chance.
            Err(_) if best.is_some() => break,
            Err(error) => return Err(error),
        };
        let silhouette = sampled_silhouette(&sample, &partition.labels);
        if best.is_none_or(|(_, so_far)| silhouette > so_far) {
            best = Some((count, silhouette));
        }
    }
    Ok(best.map_or(*TRIED.start(), |(count, _)| count))
}

fn sampled_silhouette(points: &[Point], labels: &[u8]) -> f64 {
    silhouette(&evenly(points, SILHOUETTES), &evenly(labels, SILHOUETTES))
}

/// At most so many of `all`, evenly spaced.
fn evenly<T: Copy>(all: &[T], most: usize) -> Vec<T> {
    if all.len() <= most {
        return all.to_vec();
    }
    (0..most).map(|at| all[at * all.len() / most]).collect()
}

/// Squared distance, summed in the order of the features.
pub(crate) fn distance2(left: &Point, right: &Point) -> f64 {
    let [x, y, z] = [left[0] - right[0], left[1] - right[1], left[2] - right[2]];
    x * x + y * y + z * z
}
