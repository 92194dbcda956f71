//! The distinct (frequency, day) at which histories made their last purchase or ended, with the race at each.
//!
//! The likelihood needs the race of dropout and purchase at (x, t_x) and at (x, T). A million customers of two years have some 50,000
//! distinct pairs of both kinds, so the races are computed once a pair. All frequencies of a day share rho, so that one race a day and a
//! step of the recurrence for each further frequency suffice.

use super::race::{self, Race};
use crate::histories::History;
use crate::parameters::ParetoParameters;
use rayon::prelude::*;

/// The distinct pairs, and which of them each history needs.
pub(super) struct Cells {
    columns: Vec<Column>,
    len: usize,
    /// For each history the numbers of its cells (x, t_x) and (x, T).
    of_rows: Vec<(u32, u32)>,
}

/// The cells of one day.
struct Column {
    day: u32,
    /// Frequencies, ascending, and the number of the cell.
    frequencies: Vec<(u32, u32)>,
}

impl Cells {
    /// The cells of `rows`, which ascend by frequency; numbered by frequency first, as the rows will ask for them.
    pub fn of(rows: &[History]) -> Self {
        let longest = rows.iter().map(|row| row.age_days).max().unwrap_or(0) as usize;
        let mut columns: Vec<Vec<(u32, u32)>> = vec![Vec::new(); longest + 1];
        let mut of_rows = Vec::with_capacity(rows.len());
        let mut number_of_day = vec![u32::MAX; longest + 1];
        let mut days = Vec::new();
        let mut cells = 0;
        for run in rows.chunk_by(|left, right| left.frequency == right.frequency) {
            let mut seen = |day: u32| {
                if std::mem::replace(&mut number_of_day[day as usize], 0) == u32::MAX {
                    days.push(day);
                }
            };
            for row in run {
                seen(row.recency_days);
                seen(row.age_days);
            }
            days.sort_unstable();
            for &day in &days {
                number_of_day[day as usize] = cells;
                columns[day as usize].push((run[0].frequency, cells));
                cells += 1;
            }
            let number = |day: u32| number_of_day[day as usize];
            of_rows.extend(run.iter().map(|row| (number(row.recency_days), number(row.age_days))));
            for day in days.drain(..) {
                number_of_day[day as usize] = u32::MAX;
            }
        }
        let columns = (0..).zip(columns).map(|(day, frequencies)| Column { day, frequencies });
        let columns = columns.filter(|column| !column.frequencies.is_empty()).collect();
        Self { columns, len: cells as usize, of_rows }
    }

    /// For each history the numbers of its cells (x, t_x) and (x, T).
    pub fn of_rows(&self) -> &[(u32, u32)] {
        &self.of_rows
    }

    /// What `convert` makes of the race at each cell, by its number.
    pub fn map<T: Default + Copy + Send>(
        &self,
        parameters: &ParetoParameters,
        days_per_unit: f64,
        convert: impl Fn(&Race) -> T + Sync,
    ) -> Vec<T> {
        let ParetoParameters { r, alpha, s, beta } = *parameters;
        let of_columns: Vec<Vec<T>> = self
            .columns
            .par_iter()
            .map(|column| {
                let time = f64::from(column.day) / days_per_unit;
                let races = column.races(r, s, (beta + time) / (alpha + time));
                races.iter().map(&convert).collect()
            })
            .collect();
        let mut by_number = vec![T::default(); self.len];
        for (column, values) in self.columns.iter().zip(of_columns) {
            for (&(_, number), value) in column.frequencies.iter().zip(values) {
                by_number[number as usize] = value;
            }
        }
        by_number
    }
}

impl Column {
    /// The races of the column, in the order of its frequencies.
    ///
    /// A step of the recurrence down multiplies errors by |1-rho| n/(n+s). Below n = s/(|1-rho|-1) that is less than 1, above it is more, and
    /// then steps up shrink them: so the walk starts there and goes both ways. It jumps a gap around the start, and one wider than a race
    /// costs by itself.
    fn races(&self, r: f64, s: f64, rho: f64) -> Vec<Race> {
        let turn = if rho > 2.0 { s / (rho - 2.0) } else { f64::INFINITY };
        let below = self.frequencies.partition_point(|&(x, _)| r + f64::from(x) <= turn);
        let start = below.saturating_sub(1);
        let longest_walk = race::cost(rho);
        let first = Race::of(r + f64::from(self.frequencies[start].0), s, rho);
        let mut races = vec![first; self.frequencies.len()];
        for at in (0..start).rev() {
            let (to, from) = (self.frequencies[at].0, self.frequencies[at + 1].0);
            races[at] = if f64::from(from - to) > longest_walk {
                Race::of(r + f64::from(to), s, rho)
            } else {
                (to..from).rev().fold(races[at + 1], |race, x| race.lowered(r + f64::from(x), s, rho))
            };
        }
        for at in start + 1..races.len() {
            let (from, to) = (self.frequencies[at - 1].0, self.frequencies[at].0);
            let across_turn = r + f64::from(from) < turn && to - from > 1;
            races[at] = if across_turn || f64::from(to - from) > longest_walk {
                Race::of(r + f64::from(to), s, rho)
            } else {
                (from..to).fold(races[at - 1], |race, x| race.raised(r + f64::from(x), s, rho))
            };
        }
        races
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every frequency up to 300, then gaps; and gaps from the start.
    fn columns() -> [Column; 3] {
        let column =
            |frequencies: &[u32]| Column { day: 0, frequencies: frequencies.iter().map(|x| (*x, 0)).collect() };
        let dense: Vec<u32> = (0..300).chain([310, 900, 901, 3_000]).collect();
        [column(&dense), column(&[0, 90]), column(&[1, 3, 17, 61, 120, 121])]
    }

    #[test]
    fn a_walk_over_frequencies_ends_where_each_alone_does() {
        for rho in [1e-5, 0.01, 0.5, 1.0, 1.8, 2.0, 2.001, 3.0, 40.0, 1e5] {
            for (r, s) in [(0.5, 0.6), (0.001, 30.0), (2.0, 1e-3), (0.3, 1_000.0)] {
                for column in columns() {
                    for (race, &(x, _)) in column.races(r, s, rho).iter().zip(&column.frequencies) {
                        let alone = Race::of(r + f64::from(x), s, rho);
                        for (walked, alone) in [
                            (race.dropout, alone.dropout),
                            (race.purchase, alone.purchase),
                            (race.by_n, alone.by_n),
                            (race.by_s, alone.by_s),
                            (race.falling_by_rho, alone.falling_by_rho),
                        ] {
                            assert!(
                                (walked - alone).abs() <= 1e-11 * alone.abs(),
                                "{r} {s} {rho} {x}: {walked:e} {alone:e}"
                            );
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn every_history_finds_the_races_of_its_own_days() {
        let history = |frequency, recency_days, age_days| History { frequency, recency_days, age_days, customers: 1 };
        let rows = [history(0, 0, 30), history(0, 0, 40), history(2, 10, 30), history(2, 30, 40), history(9, 10, 10)];
        let cells = Cells::of(&rows);
        let parameters = ParetoParameters { r: 0.5, alpha: 3.0, s: 0.7, beta: 5.0 };
        let races = cells.map(&parameters, 7.0, |race| race.dropout);
        let alone = |x: u32, day: u32| {
            let time = f64::from(day) / 7.0;
            Race::of(0.5 + f64::from(x), 0.7, (5.0 + time) / (3.0 + time)).dropout
        };
        for (row, &(at_recency, at_age)) in rows.iter().zip(cells.of_rows()) {
            assert!((races[at_recency as usize] - alone(row.frequency, row.recency_days)).abs() < 1e-14);
            assert!((races[at_age as usize] - alone(row.frequency, row.age_days)).abs() < 1e-14);
        }
        // (0, 0), (0, 30), (0, 40), (2, 10), (2, 30), (2, 40), (9, 10).
        assert_eq!(races.len(), 7);
    }
}
