//! Recency/frequency cells: what BG/BB is fitted to.

use super::error::BgBbError;
use crate::purchase_log::{PeriodCalibration, PeriodSummary};

/// The most opportunities accepted: one a day for 179 years.
pub const MAX_OPPORTUNITIES: u32 = 65_535;

/// A discrete purchase history and how many customers share it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cell {
    /// Opportunities at which the customer bought, x; the first purchase, by which the customer was won, does not count.
    pub frequency: u32,
    /// The last of those, t_x, counted from 1; 0 exactly when `frequency` is 0, and at least `frequency`.
    pub recency: u32,
    /// Opportunities observed, n; at least `recency`.
    pub opportunities: u32,
    /// Customers with this history.
    pub customers: u64,
}

/// Distinct histories, ascending by (x, t_x, n).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cells {
    rows: Vec<Cell>,
    customers: u64,
}

impl Cells {
    /// Collects cells given in any order and with any repetitions; customers may have had different numbers of opportunities.
    ///
    /// # Errors
    ///
    /// [`BgBbError::ImpossibleCell`] for a cell that contradicts itself or exceeds [`MAX_OPPORTUNITIES`].
    pub fn new(cells: impl IntoIterator<Item = Cell>) -> Result<Self, BgBbError> {
        let mut rows = Vec::new();
        for (position, cell) in cells.into_iter().enumerate() {
            if !cell.is_possible() {
                return Err(BgBbError::ImpossibleCell { position, cell });
            }
            if cell.customers > 0 {
                rows.push(cell);
            }
        }
        rows.sort_unstable();
        rows.dedup_by(|next, kept| {
            let same = next.history() == kept.history();
            if same {
                kept.customers = kept.customers.saturating_add(next.customers);
            }
            same
        });
        let customers = rows.iter().fold(0_u64, |sum, cell| sum.saturating_add(cell.customers));
        Ok(Self { rows, customers })
    }

    /// The cells of a purchase log cut into periods, one customer each.
    ///
    /// # Errors
    ///
    /// As [`Cells::new`].
    pub fn from_periods(calibration: &PeriodCalibration) -> Result<Self, BgBbError> {
        Self::new(calibration.customers.iter().map(Cell::from))
    }

    /// The distinct cells, ascending by (frequency, recency, opportunities).
    pub fn rows(&self) -> &[Cell] {
        &self.rows
    }

    /// Customers behind all cells.
    pub fn customers(&self) -> u64 {
        self.customers
    }

    /// The most opportunities any customer has had.
    pub fn opportunities(&self) -> u32 {
        self.rows.iter().map(|cell| cell.opportunities).max().unwrap_or(0)
    }

    /// Customers who bought again.
    pub fn repeaters(&self) -> u64 {
        self.rows.iter().filter(|cell| cell.frequency > 0).map(|cell| cell.customers).sum()
    }

    /// Sum over customers of a field.
    pub(super) fn total(&self, field: impl Fn(&Cell) -> u32) -> f64 {
        self.rows.iter().map(|cell| cell.customers as f64 * f64::from(field(cell))).sum()
    }
}

impl Cell {
    fn is_possible(&self) -> bool {
        self.frequency <= self.recency
            && self.recency <= self.opportunities
            && (self.frequency == 0) == (self.recency == 0)
            && self.opportunities <= MAX_OPPORTUNITIES
    }

    fn history(&self) -> (u32, u32, u32) {
        (self.frequency, self.recency, self.opportunities)
    }
}

impl From<&PeriodSummary> for Cell {
    fn from(summary: &PeriodSummary) -> Self {
        let PeriodSummary { frequency, recency, opportunities, .. } = *summary;
        Self { frequency, recency, opportunities, customers: 1 }
    }
}
