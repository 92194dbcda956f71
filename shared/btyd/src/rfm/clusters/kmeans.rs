//! k-means: starts by k-means++, iterations by Lloyd.

use rayon::prelude::*;

use super::{ClusterError, Point, SAMPLE, distance2, evenly};

/// Starts of which the best is kept.
pub const STARTS: usize = 20;
/// Iterations at most; real data need a few dozen.
const ITERATIONS: usize = 300;
/// Points summed up together, so that sums do not depend on the number of threads.
const STRETCH: usize = 16_384;
/// No centre yet.
const NONE: u8 = u8::MAX;

/// Points with the centre that each is nearest to.
#[derive(Debug, Clone, PartialEq)]
pub struct Partition {
    /// The centres: means of their points.
    pub centres: Vec<Point>,
    /// The place of each point's centre; of equally near ones the first.
    pub labels: Vec<u8>,
    /// Sum of the squared distances of points to their centres.
    pub inertia: f64,
}

/// The best partition of several starts.
pub(super) fn best(points: &[Point], count: usize, seed: u64) -> Result<Partition, ClusterError> {
    if points.len() > SAMPLE {
        let sample = evenly(points, SAMPLE);
        if let Ok(partition) = best_of_starts(&sample, count, seed) {
            return Ok(lloyd(points, partition.centres));
        }
    }
    best_of_starts(points, count, seed)
}

fn best_of_starts(points: &[Point], count: usize, seed: u64) -> Result<Partition, ClusterError> {
    let mut numbers = Numbers(seed);
    let seeds: Vec<u64> = (0..STARTS).map(|_| numbers.next()).collect();
    let partitions: Result<Vec<Partition>, ClusterError> =
        seeds.into_par_iter().map(|seed| Ok(lloyd(points, plus_plus(points, count, Numbers(seed))?))).collect();
    let best = partitions?.into_iter().min_by(|left, right| left.inertia.total_cmp(&right.inertia));
    best.ok_or(ClusterError::TooFew { distinct: 0, wanted: count })
}

/// The partition that Lloyd's iterations reach from some centres. At most 255 of them.
pub fn lloyd(points: &[Point], mut centres: Vec<Point>) -> Partition {
    let mut labels = vec![NONE; points.len()];
    let mut inertia = 0.0;
    for _ in 0..ITERATIONS {
        let sums: Vec<Sums> = points
            .par_chunks(STRETCH)
            .zip(labels.par_chunks_mut(STRETCH))
            .map(|(points, labels)| Sums::of(points, labels, &centres))
            .collect();
        let all = sums.into_iter().fold(Sums::none(centres.len()), |all, of_stretch| all.and(&of_stretch));
        inertia = all.inertia;
        if !all.changed {
            break;
        }
        let mut left_alone = Vec::new();
        for (at, centre) in centres.iter_mut().enumerate() {
            let count = all.counts[at] as f64;
            if all.counts[at] == 0 {
                left_alone.push(at);
            } else {
                *centre = all.totals[at].map(|sum| sum / count);
            }
        }
        if !left_alone.is_empty() {
            for (at, point) in left_alone.into_iter().zip(furthest(points, &labels, &centres)) {
                centres[at] = point;
            }
        }
    }
    Partition { centres, labels, inertia }
}

/// What a stretch of points adds up to.
struct Sums {
    totals: Vec<Point>,
    counts: Vec<u64>,
    inertia: f64,
    changed: bool,
}

impl Sums {
    fn none(centres: usize) -> Self {
        Self { totals: vec![[0.0; 3]; centres], counts: vec![0; centres], inertia: 0.0, changed: false }
    }

    fn of(points: &[Point], labels: &mut [u8], centres: &[Point]) -> Self {
        let mut found = Self::none(centres.len());
        for (point, label) in points.iter().zip(labels) {
            let (nearest, distance) = nearest(point, centres);
            found.changed |= *label != nearest as u8;
            *label = nearest as u8;
            found.counts[nearest] += 1;
            found.inertia += distance;
            for (sum, value) in found.totals[nearest].iter_mut().zip(point) {
                *sum += value;
            }
        }
        found
    }

    fn and(mut self, other: &Self) -> Self {
        for (at, sum) in self.totals.iter_mut().enumerate() {
            for (sum, more) in sum.iter_mut().zip(other.totals[at]) {
                *sum += more;
            }
            self.counts[at] += other.counts[at];
        }
        self.inertia += other.inertia;
        self.changed |= other.changed;
        self
    }
}

/// The place of the nearest centre, of equally near ones the first, and its squared distance.
fn nearest(point: &Point, centres: &[Point]) -> (usize, f64) {
    let mut found = (0, f64::INFINITY);
    for (at, centre) in centres.iter().enumerate() {
        let distance = distance2(point, centre);
        if distance < found.1 {
            found = (at, distance);
        }
    }
    found
}

/// The points furthest from their centres, furthest first: where centres go that no point is nearest to.
fn furthest(points: &[Point], labels: &[u8], centres: &[Point]) -> Vec<Point> {
    let mut far: Vec<(f64, usize)> = Vec::new();
    for (at, (point, label)) in points.iter().zip(labels).enumerate() {
        let distance = distance2(point, &centres[usize::from(*label)]);
        let place = far.partition_point(|(other, _)| *other >= distance);
        if place < centres.len() {
            far.insert(place, (distance, at));
            far.truncate(centres.len());
        }
    }
    far.into_iter().map(|(_, at)| points[at]).collect()
}

/// The first centre is any point; each further one is a point, by chance in proportion to its squared distance to the nearest so far.
fn plus_plus(points: &[Point], count: usize, mut numbers: Numbers) -> Result<Vec<Point>, ClusterError> {
    let too_few = |distinct| ClusterError::TooFew { distinct, wanted: count };
    let first = points.get((numbers.share() * points.len() as f64) as usize).ok_or(too_few(0))?;
    let mut centres = vec![*first];
    let mut distances = vec![f64::INFINITY; points.len()];
    while centres.len() < count {
        let newest = centres[centres.len() - 1];
        let sums: Vec<f64> = points
            .par_chunks(STRETCH)
            .zip(distances.par_chunks_mut(STRETCH))
            .map(|(points, distances)| {
                for (point, distance) in points.iter().zip(distances.iter_mut()) {
                    *distance = distance.min(distance2(point, &newest));
                }
                distances.iter().sum::<f64>()
            })
            .collect();
        let total: f64 = sums.iter().sum();
        if total <= 0.0 {
            return Err(too_few(centres.len()));
        }
        let mut left = numbers.share() * total;
        // Rounding may leave a little at the end: the last point that is no centre takes it.
        let mut chosen = None;
        for (at, distance) in distances.iter().enumerate().filter(|(_, distance)| **distance > 0.0) {
            chosen = Some(at);
            left -= distance;
            if left < 0.0 {
                break;
            }
        }
        centres.push(points[chosen.ok_or(too_few(centres.len()))?]);
    }
    Ok(centres)
}

/// `SplitMix64` (Steele, Lea and Flood, 2014).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// From 0 to below 1.
    fn share(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first outputs of the reference implementation for the seed 1234567, as Rosetta Code publishes them.
    #[test]
    fn numbers_are_those_of_splitmix64() {
        let mut numbers = Numbers(1_234_567);
        let got = [(); 5].map(|()| numbers.next());
        let wanted = [
            6_457_827_717_110_365_317,
            3_203_168_211_198_807_973,
            9_817_491_932_198_370_423,
            4_593_380_528_125_082_431,
            16_408_922_859_458_223_821,
        ];
        assert_eq!(got, wanted);
    }

    /// Two points near 0 and two near 10 on a line: whatever the start, means 0.5 and 10.5, and each point is half a unit away.
    #[test]
    fn iterations_end_at_the_means() {
        let points = [0.0, 1.0, 10.0, 11.0].map(|x| [x, 0.0, 0.0]);
        let found = lloyd(&points, vec![points[0], points[1]]);
        assert_eq!(found.labels, [0, 0, 1, 1]);
        assert_eq!(found.centres, [[0.5, 0.0, 0.0], [10.5, 0.0, 0.0]]);
        assert!((found.inertia - 1.0).abs() < 1e-15, "{}", found.inertia);
    }

    /// The third centre is nearest to nobody and goes to the point furthest from its centre: all are half a unit away, so to the first.
    #[test]
    fn a_centre_that_is_left_alone_goes_where_it_is_needed() {
        let points = [0.0, 1.0, 10.0, 11.0].map(|x| [x, 0.0, 0.0]);
        let found = lloyd(&points, vec![[0.5, 0.0, 0.0], [9.0, 0.0, 0.0], [500.0, 0.0, 0.0]]);
        assert_eq!(found.labels, [2, 0, 1, 1]);
        assert!((found.inertia - 0.5).abs() < 1e-15, "{}", found.inertia);
    }
}
