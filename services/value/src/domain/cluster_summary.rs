//! A cluster's centre in words.

/// Standard deviations from the mean up to which a centre is in the middle.
const MIDDLE: f64 = 0.5;

/// What the customers of a cluster do, by its centre: recency, frequency and monetary value in standard deviations from the mean of all.
pub fn cluster_summary([recency, frequency, monetary]: [f64; 3]) -> String {
    let often = word(frequency, ["rarely", "now and then", "often"]);
    let lately = word(recency, ["lately", "some time ago", "long ago"]);
    let much = word(monetary, ["for little", "for a middling sum", "for much"]);
    format!("buys {often}, {lately}, {much}")
}

fn word(coordinate: f64, [low, middle, high]: [&'static str; 3]) -> &'static str {
    if coordinate < -MIDDLE {
        low
    } else if coordinate > MIDDLE {
        high
    } else {
        middle
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_centre_is_told_by_its_side_of_the_middle() {
        assert_eq!(cluster_summary([-1.2, 1.4, 0.9]), "buys often, lately, for much");
        assert_eq!(cluster_summary([0.8, -0.6, -0.51]), "buys rarely, long ago, for little");
        assert_eq!(cluster_summary([0.5, -0.5, 0.0]), "buys now and then, some time ago, for a middling sum");
    }
}
