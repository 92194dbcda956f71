//! Clusters by recency, frequency and monetary value.
//!
//! Figures of the CDNOW sample: scikit-learn 1.9.1 (`StandardScaler`; `KMeans(algorithm="lloyd", tol=0)` from the same start, and the best of 100
//! starts by k-means++; `silhouette_score`) on features that numpy computed from the same file.

use std::collections::HashSet;

use btyd::rfm::clusters::{ClusterCount, ClusterError, Clustering, Point, lloyd, scales, silhouette};
use proptest::prelude::*;

use crate::cdnow::{day, purchases};

/// Days since the last purchase, days with a purchase and dollars of the sample's customers on 1998-06-30, in the order of their ids.
fn cdnow() -> Vec<Point> {
    let mut log = btyd::PurchaseLog::new();
    for (customer, day, cents) in purchases() {
        log.purchase(customer, day, cents);
    }
    let summaries = log.summarise(day("1998-06-30")).customers;
    let point = |of: &btyd::Summary| {
        [f64::from(of.days_since_last()), f64::from(of.purchases()), of.total_minor as f64 / 100.0]
    };
    summaries.iter().map(point).collect()
}

fn sizes(labels: &[u8]) -> Vec<usize> {
    let mut sizes = vec![0; labels.iter().map(|label| usize::from(*label) + 1).max().unwrap_or_default()];
    for label in labels {
        sizes[usize::from(*label)] += 1;
    }
    sizes.sort_unstable();
    sizes
}

fn close(got: f64, wanted: f64, relative: f64) {
    assert!((got - wanted).abs() <= relative * wanted.abs(), "{got} instead of {wanted}");
}

fn scaled(points: &[Point]) -> Vec<Point> {
    let scales = scales(points);
    points.iter().map(|point| std::array::from_fn(|at| scales[at].of(point[at]))).collect()
}

#[test]
fn features_of_cdnow_are_scaled_as_elsewhere() {
    let scales = scales(&cdnow());
    assert_eq!(scales.map(|scale| scale.logarithmic), [false, true, true]);
    for (scale, (mean, deviation)) in scales.iter().zip([
        (371.563_852_354_688_15, 178.219_254_067_136_72),
        (1.123_962_312_411_778_1, 0.577_271_451_100_025_4),
        (3.920_005_358_206_925, 1.124_549_069_862_879_3),
    ]) {
        close(scale.mean, mean, 1e-12);
        close(scale.deviation, deviation, 1e-12);
    }
}

#[test]
fn iterations_from_the_same_start_end_as_elsewhere() {
    let points = scaled(&cdnow());
    for (count, inertia, wanted) in [
        (2, 2_488.415_161_454_914_6, vec![785, 1_572]),
        (3, 1_740.417_263_262_294, vec![328, 601, 1_428]),
        (4, 1_282.025_864_304_553_4, vec![288, 498, 630, 941]),
        (5, 1_068.805_443_351_110_6, vec![264, 355, 401, 637, 700]),
    ] {
        let start = (0..count).map(|at| points[at * points.len() / count]).collect();
        let found = lloyd(&points, start);
        close(found.inertia, inertia, 1e-9);
        assert_eq!(sizes(&found.labels), wanted);
    }
}

#[test]
fn the_best_of_several_starts_is_the_best_of_many_elsewhere() {
    let points = cdnow();
    for (count, inertia, silhouette, wanted) in [
        (2, 2_488.406_680_464_604_5, 0.588_913_454_011_372_6, vec![783, 1_574]),
        (3, 1_740.413_107_099_910_3, 0.506_255_567_911_035_5, vec![328, 600, 1_429]),
        (4, 1_282.025_864_304_553_4, 0.420_826_415_116_811_5, vec![288, 498, 630, 941]),
        (5, 1_068.805_443_351_110_6, 0.403_407_492_760_102_5, vec![264, 355, 401, 637, 700]),
    ] {
        let found = Clustering::of(&points, ClusterCount::Given(count), 7).unwrap();
        close(found.inertia, inertia, 1e-6);
        // A handful of points lie between two centres that differ in the seventh digit.
        close(found.silhouette, silhouette, 1e-2);
        let off: usize = sizes(&found.labels).iter().zip(&wanted).map(|(got, wanted)| got.abs_diff(*wanted)).sum();
        assert!(off <= 6, "{:?}", sizes(&found.labels));
    }
    // Two are told apart best.
    assert_eq!(Clustering::of(&points, ClusterCount::BySilhouette, 7).unwrap().centres.len(), 2);
}

#[test]
fn the_number_of_threads_changes_no_bit() {
    let one = cdnow();
    // More points than starts are tried on, and more than are summed up together.
    let points: Vec<Point> = (0..20)
        .flat_map(|time| {
            one.iter().map(move |point| {
                [point[0] + f64::from(time) / 7.0, point[1], point[2] * (1.0 + f64::from(time) / 50.0)]
            })
        })
        .collect();
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| Clustering::of(&points, ClusterCount::Given(5), 3).unwrap())
    };
    assert_eq!(on(1), on(4));
}

/// The same customers a month later, and in another order: who was in a cluster is in it again.
#[test]
fn clusters_found_again_keep_their_places() {
    let points = cdnow();
    let before = Clustering::of(&points, ClusterCount::Given(4), 7).unwrap();
    let same = Clustering::again(&points, (&before.scales, &before.centres), 99).unwrap();
    assert_eq!(same.labels, before.labels);
    let later: Vec<Point> = points.iter().rev().map(|point| [point[0] + 30.0, point[1], point[2]]).collect();
    let again = Clustering::again(&later, (&before.scales, &before.centres), 99).unwrap();
    let kept = again.labels.iter().rev().zip(&before.labels).filter(|(now, before)| now == before).count();
    assert_eq!(kept, points.len(), "a month more for everyone changes no cluster");
}

#[test]
fn clusters_that_there_cannot_be_are_refused() {
    let points = [[1.0, 2.0, 3.0], [1.0, 2.0, 3.0], [4.0, 5.0, 6.0]];
    let of = |count| Clustering::of(&points, ClusterCount::Given(count), 1);
    assert_eq!(of(1), Err(ClusterError::Count(1)));
    assert_eq!(of(13), Err(ClusterError::Count(13)));
    assert_eq!(of(3), Err(ClusterError::TooFew { distinct: 2, wanted: 3 }));
    assert!(of(2).unwrap().inertia.abs() < 1e-15);
    assert!(Clustering::of(&[], ClusterCount::BySilhouette, 1).is_err());
    assert!(Clustering::of(&points[..2], ClusterCount::BySilhouette, 1).is_err());
}

fn distance2(left: &Point, right: &Point) -> f64 {
    left.iter().zip(right).map(|(left, right)| (left - right) * (left - right)).sum()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    /// Every customer is in one cluster, that of the nearest centre; every cluster has a customer; and its centre is their mean.
    #[test]
    fn clusters_partition_all_customers(
        points in prop::collection::vec((0_u16..2_000, 1_u16..60, 0_u32..1_000_000), 2..120),
        count in 2_usize..=12,
        seed: u64,
    ) {
        let points: Vec<Point> =
            points.into_iter().map(|(r, f, m)| [f64::from(r), f64::from(f), f64::from(m) / 100.0]).collect();
        let distinct: HashSet<[u64; 3]> = points.iter().map(|point| point.map(f64::to_bits)).collect();
        let found = Clustering::of(&points, ClusterCount::Given(count), seed);
        if distinct.len() < count {
            let is_refused = matches!(found, Err(ClusterError::TooFew { .. }));
            prop_assert!(is_refused);
            return Ok(());
        }
        let found = found.unwrap();
        prop_assert_eq!(&found, &Clustering::of(&points, ClusterCount::Given(count), seed).unwrap());
        prop_assert_eq!(found.labels.len(), points.len());
        prop_assert_eq!(found.centres.len(), count);
        let scaled: Vec<Point> =
            points.iter().map(|point| std::array::from_fn(|at| found.scales[at].of(point[at]))).collect();
        let mut members = vec![Vec::new(); count];
        for (point, label) in scaled.iter().zip(&found.labels) {
            let own = distance2(point, &found.centres[usize::from(*label)]);
            for centre in &found.centres {
                prop_assert!(own <= distance2(point, centre) + 1e-9);
            }
            members[usize::from(*label)].push(*point);
        }
        for (members, centre) in members.iter().zip(&found.centres) {
            prop_assert!(!members.is_empty());
            for at in 0..3 {
                let mean = members.iter().map(|point| point[at]).sum::<f64>() / members.len() as f64;
                prop_assert!((mean - centre[at]).abs() < 1e-9, "{} is not {}", centre[at], mean);
            }
        }
        let of_all = silhouette(&scaled, &found.labels);
        prop_assert!((-1.0..=1.0).contains(&of_all));
        prop_assert_eq!(of_all.to_bits(), found.silhouette.to_bits());
    }
}
