//! What a person sees: tables, charts and progress that fit the terminal.
//!
//! Everything that draws is a pure function to a `String`, given a [`Screen`] (width and colour), so that tests compare whole
//! pictures. Only [`print()`], [`stream`] and [`note`] write. A further picture is a further file here with a function
//! `name(data, &Screen) -> String` whose lines are never wider than the screen.

pub mod bar;
pub mod concentration;
mod format;
pub mod heatmap;
pub mod number;
mod output;
pub mod progress;
mod screen;
pub mod sparkline;
pub mod style;
pub mod table;
pub mod text;

pub use concentration::Concentration;
pub use format::Format;
pub use heatmap::Heatmap;
pub use output::{note, print, stream};
pub use progress::Progress;
pub use screen::Screen;
pub use style::Style;
pub use table::{Cell, Column, Table, csv_line};
