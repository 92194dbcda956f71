//! The crate as its users see it: published figures, independent high-precision values, properties.

mod cdnow;
mod high_precision;
