//! The key-account index: its parts, and what would gain most.

use super::{Facts, Reason, phrases::ratio};
use crate::domain::index::{Component, MetricScore};

impl Facts<'_> {
    pub(super) fn index(&self) -> Option<Reason> {
        let judged = self.customer.judgement?;
        let points = Component::ALL.map(|component| {
            let of = judged.metrics.iter().filter(|metric| metric.metric.component() == component);
            (component, of.clone().count(), of.map(MetricScore::points).sum::<f64>())
        });
        let known = points.iter().filter(|(_, metrics, _)| *metrics > 0);
        let parts: Vec<String> =
            known.map(|(component, _, points)| format!("{} {points:.1}", component.name())).collect();
        let most = judged.metrics.iter().max_by(|left, right| left.gain().total_cmp(&right.gain()));
        let most = most.filter(|metric| metric.gain() >= 0.05).map(|metric| {
            format!(
                " Most to gain: {} ({:.0} of 100), up to {:.1} points.",
                metric.metric.name(),
                metric.score,
                metric.gain()
            )
        });
        let text = format!("Index {:.1} of 100: {}.{}", judged.index, parts.join(" + "), most.unwrap_or_default());
        let inputs = points.iter().filter(|(_, metrics, _)| *metrics > 0).map(|(of, _, points)| (of.name(), *points));
        let ratio_to_median = ratio(Some(judged.index), self.run.medians.index);
        Some(Reason { score: "index", text, inputs: inputs.collect(), ratio_to_median })
    }
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "these values are exact")]
mod tests {
    use crate::domain::{
        index::{Judgement, Metric, MetricScore},
        reasons::{
            example::{facts, text},
            reasons,
        },
    };

    #[test]
    fn the_index_is_told_by_its_parts_and_what_would_change_it_most() {
        let metric = |metric, weight, score| MetricScore { metric, value: 1.0, weight, score };
        let judged = Judgement {
            index: 60.0,
            metrics: vec![metric(Metric::Clv, 0.6, 80.0), metric(Metric::Growth, 0.4, 30.0)],
            unknown: vec![Metric::Nps],
        };
        let mut facts = facts();
        facts.customer.judgement = Some(&judged);
        assert_eq!(
            text(&facts, "index"),
            "Index 60.0 of 100: contribution 48.0 + potential 12.0. Most to gain: growth (30 of 100), up to 28.0 points."
        );
        assert_eq!(reasons(&facts)[0].ratio_to_median, 1.5);
    }
}
