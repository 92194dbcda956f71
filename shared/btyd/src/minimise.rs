//! A small quasi-Newton minimiser (BFGS, Nocedal and Wright 2006, algorithm 6.1) inside a box.

/// What is minimised at a point: its value and gradient. A value that is not finite marks a point to step back from.
pub(crate) type Evaluation<const N: usize> = (f64, [f64; N]);

/// Where a search ended.
pub(crate) struct Minimum<const N: usize> {
    pub at: [f64; N],
    pub value: f64,
    /// The gradient, pushes against the box aside, is below the tolerance, or no step lowers the value measurably.
    pub converged: bool,
    pub iterations: u32,
    pub evaluations: u32,
}

/// Where to look and how hard.
pub(crate) struct Search<const N: usize> {
    pub start: [f64; N],
    pub lower: [f64; N],
    pub upper: [f64; N],
    /// On the largest component of the gradient.
    pub tolerance: f64,
}

const MAX_ITERATIONS: u32 = 500;
/// Parameters are logarithms: a step of 2 is a factor of 7.
const LONGEST_STEP: f64 = 2.0;
/// Relative difference of values that is rounding only.
const ROUNDING: f64 = 4e-15;
/// How near a coordinate (the logarithm of a parameter) is to a bound when it counts as on it.
const AT_BOUND: f64 = 1e-6;
/// Steps without a measurable fall after which the search ends.
const STALLED_STEPS: u32 = 4;
/// How many times the tolerance a gradient may be where rounding lets the value fall no further.
const SETTLED: f64 = 1e3;

/// Minimises `objective`; `None` when it is not finite at the start.
pub(crate) fn minimise<const N: usize>(
    search: &Search<N>,
    mut objective: impl FnMut(&[f64; N]) -> Evaluation<N>,
) -> Option<Minimum<N>> {
    let mut at = clamp(search, &search.start);
    let (mut value, mut gradient) = objective(&at);
    let mut evaluations = 1;
    if !is_finite(&(value, gradient)) {
        return None;
    }
    let mut inverse_hessian = identity();
    let mut fresh = true;
    let mut stalled = 0;
    for iterations in 0..MAX_ITERATIONS {
        let free = free_gradient(search, &at, &gradient);
        let ended = |converged, evaluations| Minimum { at, value, converged, iterations, evaluations };
        if largest(&free) <= search.tolerance {
            return Some(ended(true, evaluations));
        }
        if stalled == STALLED_STEPS {
            let settled = largest(&free) <= SETTLED * search.tolerance;
            return Some(ended(settled, evaluations));
        }
        let direction = direction(&inverse_hessian, &free);
        let slope = dot(&direction, &free);
        if slope >= 0.0 {
            inverse_hessian = identity();
            fresh = true;
            continue;
        }
        let line = Line { search, at: &at, value, free: &free, direction: &direction, slope };
        let found = line.descend(fresh, &mut objective, &mut evaluations);
        let Some((next, next_value, next_gradient)) = found else {
            if fresh {
                let settled = largest(&free) <= SETTLED * search.tolerance;
                return Some(ended(settled, evaluations));
            }
            inverse_hessian = identity();
            fresh = true;
            continue;
        };
        let step = minus(&next, &at);
        let bend = minus(&free_gradient(search, &next, &next_gradient), &free_gradient(search, &next, &gradient));
        fresh = !update(&mut inverse_hessian, &step, &bend, fresh);
        let fell = value - next_value > ROUNDING * value.abs();
        stalled = if fell { 0 } else { stalled + 1 };
        (at, value, gradient) = (next, next_value, next_gradient);
    }
    Some(Minimum { at, value, converged: false, iterations: MAX_ITERATIONS, evaluations })
}

struct Line<'a, const N: usize> {
    search: &'a Search<N>,
    at: &'a [f64; N],
    value: f64,
    free: &'a [f64; N],
    direction: &'a [f64; N],
    slope: f64,
}

impl<const N: usize> Line<'_, N> {
    /// A point along the line that lowers the value enough (Armijo), after stretching while the slope stays steep (Wolfe).
    fn descend(
        &self,
        fresh: bool,
        objective: &mut impl FnMut(&[f64; N]) -> Evaluation<N>,
        evaluations: &mut u32,
    ) -> Option<([f64; N], f64, [f64; N])> {
        let length = largest(self.direction);
        let mut scale = (LONGEST_STEP / length).min(1.0);
        if fresh {
            scale = scale.min(0.5 / length);
        }
        let mut best: Option<([f64; N], f64, [f64; N])> = None;
        let mut shortened = false;
        for _ in 0..40 {
            let mut trial = *self.at;
            for (coordinate, by) in trial.iter_mut().zip(self.direction) {
                *coordinate += scale * by;
            }
            let trial = clamp(self.search, &trial);
            if largest(&minus(&trial, self.at)) <= 0.0 {
                return best;
            }
            let (value, gradient) = objective(&trial);
            *evaluations += 1;
            let noise = ROUNDING * self.value.abs();
            // The fall promised by where the box let the step go, not by where it wanted to (Bertsekas 1976).
            let promised = dot(self.free, &minus(&trial, self.at));
            let enough = value <= self.value + 1e-4 * promised + noise;
            let better = best.as_ref().is_none_or(|(_, least, _)| value < *least);
            if !(is_finite(&(value, gradient)) && enough && better) {
                if best.is_some() {
                    return best;
                }
                shortened = true;
                scale *= self.shortening(scale, value);
                continue;
            }
            let slope = dot(self.direction, &free_gradient(self.search, &trial, &gradient));
            best = Some((trial, value, gradient));
            let stretch = !shortened && slope < 0.9 * self.slope;
            if !stretch || scale * length >= LONGEST_STEP {
                return best;
            }
            scale = (2.0 * scale).min(LONGEST_STEP / length);
        }
        best
    }

    /// Minimum of the parabola through value, slope and the refused trial, kept within [0.1, 0.5].
    fn shortening(&self, scale: f64, refused: f64) -> f64 {
        let rise = refused - self.value - scale * self.slope;
        let factor = -0.5 * scale * self.slope / rise;
        if factor.is_finite() { factor.clamp(0.1, 0.5) } else { 0.1 }
    }
}

type Matrix<const N: usize> = [[f64; N]; N];

fn identity<const N: usize>() -> Matrix<N> {
    let mut matrix = [[0.0; N]; N];
    for (i, row) in matrix.iter_mut().enumerate() {
        row[i] = 1.0;
    }
    matrix
}

/// The downhill direction, zero where the box already stops it.
fn direction<const N: usize>(inverse_hessian: &Matrix<N>, free: &[f64; N]) -> [f64; N] {
    let mut direction = [0.0; N];
    for (i, row) in inverse_hessian.iter().enumerate() {
        if free[i] != 0.0 {
            direction[i] = -dot(row, free);
        }
    }
    direction
}

/// The BFGS update of the inverse Hessian; refused (false) when the function does not curve upwards along the step.
fn update<const N: usize>(inverse_hessian: &mut Matrix<N>, step: &[f64; N], bend: &[f64; N], fresh: bool) -> bool {
    let curvature = dot(step, bend);
    if curvature <= 1e-12 * dot(step, step).sqrt() * dot(bend, bend).sqrt() {
        return false;
    }
    if fresh {
        let scale = curvature / dot(bend, bend);
        for (i, row) in inverse_hessian.iter_mut().enumerate() {
            row[i] = scale;
        }
    }
    let turned: [f64; N] = std::array::from_fn(|i| dot(&inverse_hessian[i], bend));
    let weight = (1.0 + dot(bend, &turned) / curvature) / curvature;
    for i in 0..N {
        for j in 0..N {
            inverse_hessian[i][j] +=
                weight * step[i] * step[j] - (turned[i] * step[j] + step[i] * turned[j]) / curvature;
        }
    }
    true
}

/// The gradient without the components that only push against the box.
fn free_gradient<const N: usize>(search: &Search<N>, at: &[f64; N], gradient: &[f64; N]) -> [f64; N] {
    std::array::from_fn(|i| {
        let stopped = (at[i] <= search.lower[i] + AT_BOUND && gradient[i] > 0.0)
            || (at[i] >= search.upper[i] - AT_BOUND && gradient[i] < 0.0);
        if stopped { 0.0 } else { gradient[i] }
    })
}

fn clamp<const N: usize>(search: &Search<N>, point: &[f64; N]) -> [f64; N] {
    std::array::from_fn(|i| point[i].clamp(search.lower[i], search.upper[i]))
}

fn minus<const N: usize>(left: &[f64; N], right: &[f64; N]) -> [f64; N] {
    std::array::from_fn(|i| left[i] - right[i])
}

fn dot<const N: usize>(left: &[f64; N], right: &[f64; N]) -> f64 {
    left.iter().zip(right).map(|(l, r)| l * r).sum()
}

fn largest<const N: usize>(vector: &[f64; N]) -> f64 {
    vector.iter().fold(0.0, |most, it| most.max(it.abs()))
}

fn is_finite<const N: usize>((value, gradient): &Evaluation<N>) -> bool {
    value.is_finite() && gradient.iter().all(|it| it.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rosenbrock's valley; its minimum is 0 at (1, 1) (Rosenbrock 1960).
    fn valley(at: &[f64; 2]) -> Evaluation<2> {
        let [x, y] = *at;
        let off = y - x * x;
        let value = 100.0 * off * off + (1.0 - x) * (1.0 - x);
        (value, [-400.0 * x * off - 2.0 * (1.0 - x), 200.0 * off])
    }

    fn search(upper: [f64; 2]) -> Search<2> {
        Search { start: [-1.2, 1.0], lower: [-5.0; 2], upper, tolerance: 1e-9 }
    }

    #[test]
    fn the_bottom_of_a_curved_valley_is_found() {
        let found = minimise(&search([5.0; 2]), valley).unwrap();
        assert!(found.converged);
        assert!(largest(&minus(&found.at, &[1.0, 1.0])) < 1e-8, "{:?}", found.at);
    }

    #[test]
    fn a_minimum_outside_the_box_ends_on_its_face() {
        // With x held at 0.5 the valley's floor is y = x².
        let found = minimise(&search([0.5, 5.0]), valley).unwrap();
        assert!(found.converged);
        assert!(largest(&minus(&found.at, &[0.5, 0.25])) < 1e-8, "{:?}", found.at);
    }

    #[test]
    fn a_start_that_is_not_finite_is_refused() {
        assert!(minimise(&search([5.0; 2]), |_| (f64::NAN, [0.0; 2])).is_none());
    }
}
