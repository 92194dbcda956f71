//! Rows that are items, put together to transactions.
//!
//! Rows of a transaction follow each other. One that cannot be used takes the others of its transaction with it: what is left would not sum
//! to its amount. Each of them is told. Memory holds one transaction.

use std::collections::VecDeque;

use super::layout::{ItemColumns, Layout};
use super::row::TransactionRow;
use crate::files::error::{Place, Problem, RowError};
use crate::files::records::Record;

/// Items a transaction may have.
const MOST: usize = 1000;

/// What is ready, and the transaction whose rows are still coming.
#[derive(Debug, Default)]
pub struct Gathering {
    held: Option<Held>,
    ready: VecDeque<Result<TransactionRow, RowError>>,
}

#[derive(Debug)]
struct Held {
    id: String,
    /// Of the rows that are kept.
    places: Vec<Place>,
    state: State,
}

#[derive(Debug)]
enum State {
    Begun,
    Whole(TransactionRow),
    /// Since this row.
    Spoilt(u64),
}

impl Gathering {
    /// The next transaction or bad row that is ready.
    pub fn next(&mut self) -> Option<Result<TransactionRow, RowError>> {
        self.ready.pop_front()
    }

    /// Adds a row.
    pub fn add(&mut self, layout: &Layout, items: ItemColumns, record: Record<'_>) {
        if record.len() != layout.header.len() {
            // Nobody knows which transaction it is of: the numbers of the lines, or the sum of the items, tell what is missing there.
            self.ready.push_back(Err(layout.header.wrong_count(record)));
            return;
        }
        let id = layout.text_at(record, items.id);
        if self.held.as_ref().is_none_or(|held| held.id != id || items.begin(record)) {
            self.finish();
        }
        let held = self.held.get_or_insert_with(|| Held { id: id.to_owned(), places: Vec::new(), state: State::Begun });
        if let State::Spoilt(row) = held.state {
            let told = layout.row(record).err().unwrap_or_else(|| part_of(layout, items, &held.id, record.place, row));
            self.ready.push_back(Err(told));
        } else if let Err(error) = held.join(layout, items, record) {
            self.spoil(layout, items, error);
        }
    }

    /// Adds a row that could not be read. Where it ends the file, the transaction before it may not be whole.
    pub fn broken(&mut self, layout: &Layout, items: ItemColumns, error: RowError) {
        if error.stops_reading() && self.held.is_some() {
            self.spoil(layout, items, error);
            self.held = None;
        } else {
            self.ready.push_back(Err(error));
        }
    }

    /// No row of the transaction comes any more.
    pub fn finish(&mut self) {
        if let Some(Held { state: State::Whole(row), .. }) = self.held.take() {
            self.ready.push_back(Ok(row));
        }
    }

    /// Tells every row of the transaction that is held, and the one at fault.
    fn spoil(&mut self, layout: &Layout, items: ItemColumns, error: RowError) {
        if let Some(held) = &mut self.held {
            let row = error.place.row;
            for place in held.places.drain(..) {
                self.ready.push_back(Err(part_of(layout, items, &held.id, place, row)));
            }
            held.state = State::Spoilt(row);
        }
        self.ready.push_back(Err(error));
    }
}

impl Held {
    fn join(&mut self, layout: &Layout, items: ItemColumns, record: Record<'_>) -> Result<(), RowError> {
        let cells = layout.header.cells(record);
        let row = layout.row(record)?;
        let has_item = row.detail.as_ref().is_some_and(|detail| !detail.items.is_empty());
        if has_item {
            layout.check_line(record, items, self.places.len() as u64 + 1)?;
        }
        match &mut self.state {
            State::Whole(first) => {
                if let Some(column) = layout.difference(first, &row) {
                    return Err(cells.error(column, Problem::OtherThanFirst { row: first.row }));
                }
                if !has_item {
                    return Err(cells.error(items.product, Problem::Empty));
                }
                if self.places.len() == MOST {
                    return Err(cells.error(items.id, Problem::TooManyItems(MOST)));
                }
                let next = row.detail.into_iter().flat_map(|detail| detail.items);
                first.detail.get_or_insert_default().items.extend(next);
            }
            state => *state = State::Whole(row),
        }
        self.places.push(record.place);
        Ok(())
    }
}

fn part_of(layout: &Layout, items: ItemColumns, id: &str, place: Place, row: u64) -> RowError {
    layout.header.error(place, items.id, id, Problem::PartOf { row })
}
