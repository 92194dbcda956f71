//! Which share of the customers brings which share of the value.

/// Percentages of the customers at which the curve is told: 1, 2, 5, then every 5.
const POINTS: [u32; 22] = [1, 2, 5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55, 60, 65, 70, 75, 80, 85, 90, 95, 100];

/// How concentrated a value is.
#[derive(Debug, Clone, PartialEq)]
pub struct Concentration {
    /// The value in all.
    pub total: f64,
    /// Share of the customers, best first, and the share of the value they bring.
    pub points: Vec<(f64, f64)>,
    /// Gini coefficient.
    pub gini: f64,
    /// Smallest share of the customers that brings 80 % of the value.
    pub customer_share_of_80_percent: f64,
}

/// The concentration of `values`, best first and none negative. Where nothing has value, nothing is concentrated: all shares are 0.
pub fn concentration(values: &[f64]) -> Concentration {
    let customers = values.len() as f64;
    let total: f64 = values.iter().sum();
    let share = |part: f64| if total > 0.0 { part / total } else { 0.0 };
    let mut at_places = POINTS.map(|percent| (values.len() * percent as usize).div_ceil(100)).into_iter().peekable();
    let mut brought = Vec::with_capacity(POINTS.len());
    let (mut sum, mut weighted, mut most) = (0.0, 0.0, None);
    for (place, value) in (1_usize..).zip(values) {
        sum += value;
        // By its definition for values in falling order: the i-th from the bottom has the weight 2i - n - 1.
        weighted += value * (customers + 1.0 - 2.0 * place as f64);
        if most.is_none() && total > 0.0 && sum >= 0.8 * total {
            most = Some(place as f64 / customers);
        }
        while at_places.next_if_eq(&place).is_some() {
            brought.push(share(sum).min(1.0));
        }
    }
    let points = POINTS.iter().zip(brought).map(|(percent, brought)| (f64::from(*percent) / 100.0, brought));
    Concentration {
        total,
        points: points.collect(),
        gini: share(weighted / customers.max(1.0)).max(0.0),
        customer_share_of_80_percent: most.unwrap_or(0.0),
    }
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "these values are exact")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn equal_values_are_not_concentrated() {
        let even = concentration(&[7.0; 100]);
        assert_eq!(even.gini, 0.0);
        assert_eq!(even.customer_share_of_80_percent, 0.8);
        assert!(even.points.iter().all(|(customers, value)| (customers - value).abs() < 1e-12));
        assert_eq!(even.points.len(), POINTS.len());
    }

    #[test]
    fn one_customer_who_brings_all_is_the_most_there_is() {
        let mut values = vec![0.0; 100];
        values[0] = 5.0;
        let all = concentration(&values);
        // (n - 1) / n, the largest Gini coefficient of n values.
        assert!((all.gini - 0.99).abs() < 1e-12);
        assert_eq!(all.customer_share_of_80_percent, 0.01);
        assert_eq!(all.points[0], (0.01, 1.0));
    }

    /// Of 1, 2, 3, 4: mean difference over all pairs 20/16, over twice the mean 5.
    #[test]
    fn the_gini_coefficient_is_half_the_mean_difference_over_the_mean() {
        assert!((concentration(&[4.0, 3.0, 2.0, 1.0]).gini - 0.25).abs() < 1e-12);
    }

    #[test]
    fn nothing_and_no_value_have_no_concentration() {
        assert_eq!(concentration(&[]).gini, 0.0);
        let nothing = concentration(&[0.0, 0.0]);
        assert_eq!((nothing.gini, nothing.customer_share_of_80_percent), (0.0, 0.0));
    }

    proptest! {
        #[test]
        fn the_curve_rises_from_above_the_diagonal_to_one(mut values in prop::collection::vec(0.0_f64..1e6, 1..300)) {
            values.sort_by(|left, right| right.total_cmp(left));
            prop_assume!(values[0] > 0.0);
            let found = concentration(&values);
            prop_assert!((0.0..1.0).contains(&found.gini));
            prop_assert!(found.points.is_sorted_by(|left, right| left.1 <= right.1));
            prop_assert!(found.points.iter().all(|(customers, value)| *value >= customers - 1e-9));
            prop_assert!((found.points[21].1 - 1.0).abs() < 1e-9);
        }
    }
}
