//! The lifecycle stage of everyone, and who went from which stage to which since the run before. Pure.

use btyd::Summary;

use super::{judging::Before, reading::day_number};
use crate::domain::{
    lifecycle::{Bought, Stage, Stay},
    score_settings::ScoreSettings,
};

/// Stages, in the order of the summaries.
#[derive(Debug)]
pub struct Staged {
    /// The stage of each, and since when.
    pub stays: Vec<Stay>,
    /// Customers by stage before, the first for those without, and stage now; all zero without a run before.
    moved: [[usize; Stage::ALL.len()]; Stage::ALL.len() + 1],
}

impl Staged {
    /// Stage before, stage now and customers, of all pairs that have any.
    pub fn transitions(&self) -> impl Iterator<Item = (Option<Stage>, Stage, usize)> {
        let before = std::iter::once(None).chain(Stage::ALL.map(Some));
        before.zip(&self.moved).flat_map(|(from, to)| {
            let filled = Stage::ALL.into_iter().zip(to).filter(|(_, customers)| **customers > 0);
            filled.map(move |(to, customers)| (from, to, *customers))
        })
    }
}

/// The stages of `summaries`, which ascend by buyer, as those of the run before.
pub fn stage(summaries: &[Summary], before: Option<&Before>, settings: &ScoreSettings) -> Staged {
    let today = day_number(settings.as_of_date);
    let mut stood = before.map(|before| before.standings.as_slice()).unwrap_or_default().iter().peekable();
    let mut moved = [[0; Stage::ALL.len()]; Stage::ALL.len() + 1];
    let stays = summaries.iter().map(|summary| {
        let Summary { customer, first_day, last_day, previous_day, frequency, .. } = *summary;
        while stood.next_if(|stood| stood.buyer < customer).is_some() {}
        let earlier = stood.next_if(|stood| stood.buyer == customer).and_then(|stood| stood.stay);
        let stay = settings.lifecycle.stay(Bought { first_day, last_day, frequency }, previous_day, today);
        moved[earlier.map_or(0, |earlier| usize::from(earlier.stage.number()))][stay.stage as usize] += 1;
        stay.going_on_from(earlier, first_day)
    });
    let stays = stays.collect();
    if before.is_none() {
        moved = [[0; Stage::ALL.len()]; Stage::ALL.len() + 1];
    }
    Staged { stays, moved }
}
