//! The way from the root of a tree down to a part of it: which parts are left aside, on which side. Building and checking a proof walk it
//! alike.

/// The leaves from `low` up to `high`, one part of a tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    pub low: u64,
    pub high: u64,
}

/// A part left aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Aside {
    pub part: Part,
    /// It lies on the left of the way.
    pub is_left: bool,
}

/// A way down a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Way {
    /// What was left aside, from the bottom: the order of a proof.
    pub asides: Vec<Aside>,
    /// Where it ends.
    pub end: Part,
}

impl Way {
    /// Down to one leaf, `index < size` (RFC 9162, 2.1.3.1: PATH).
    pub fn to_leaf(index: u64, size: u64) -> Self {
        Self::down(size, |part| part.high - part.low == 1, |middle| index < middle)
    }

    /// Down to the largest part that ends where a tree of `old` leaves ended, `0 < old <= new` (RFC 9162, 2.1.4.1: SUBPROOF).
    pub fn to_old_end(old: u64, new: u64) -> Self {
        Self::down(new, |part| part.high == old, |middle| old <= middle)
    }

    fn down(size: u64, is_end: impl Fn(Part) -> bool, goes_left: impl Fn(u64) -> bool) -> Self {
        let mut end = Part { low: 0, high: size };
        let mut asides = Vec::new();
        while !is_end(end) {
            let middle = end.low + largest_power_below(end.high - end.low);
            let (left, right) = (Part { high: middle, ..end }, Part { low: middle, ..end });
            let is_left = !goes_left(middle);
            let (next, part) = if is_left { (right, left) } else { (left, right) };
            asides.push(Aside { part, is_left });
            end = next;
        }
        asides.reverse();
        Self { asides, end }
    }
}

/// The largest power of two below `leaves`, of which there are two at least.
fn largest_power_below(leaves: u64) -> u64 {
    1 << (leaves - 1).ilog2()
}
