//! A short number in a fixed buffer: one byte a character, no allocation.

/// More than the longest canonical form (an IBAN, 34) with the longest prefix before it.
pub(crate) const CAPACITY: usize = 48;

/// The characters of a number without separators, upper case.
#[derive(Clone, Copy)]
pub(crate) struct Compact {
    bytes: [u8; CAPACITY],
    start: u8,
    end: u8,
    /// How many more characters were dropped from the beginning than put in.
    moved: i8,
}

impl Compact {
    pub const fn new() -> Self {
        Self { bytes: [0; CAPACITY], start: 0, end: 0, moved: 0 }
    }

    /// Adds a character; false when there is no room.
    pub fn push(&mut self, byte: u8) -> bool {
        match self.bytes.get_mut(usize::from(self.end)) {
            Some(place) => {
                *place = byte;
                self.end += 1;
                true
            }
            None => false,
        }
    }

    /// Adds the digits and capital letters that `text` begins with and answers what follows them; none when there is no room.
    #[inline]
    pub fn push_run<'a>(&mut self, text: &'a str) -> Option<&'a str> {
        let bytes = text.as_bytes();
        let room = self.bytes.get_mut(usize::from(self.end)..)?;
        let mut count = 0;
        for byte in bytes {
            if !(byte.is_ascii_digit() || byte.is_ascii_uppercase()) {
                break;
            }
            *room.get_mut(count)? = *byte;
            count += 1;
        }
        self.end += count as u8;
        text.get(count..)
    }

    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(usize::from(self.start)..usize::from(self.end)).unwrap_or_default()
    }

    pub fn len(&self) -> usize {
        usize::from(self.end - self.start)
    }

    /// By how much a place among the characters that came in exceeds the same character's place now.
    pub fn moved(&self) -> isize {
        isize::from(self.moved)
    }

    pub fn starts_with(&self, prefix: &str) -> bool {
        self.as_bytes().starts_with(prefix.as_bytes())
    }

    /// Drops `count` characters from the beginning.
    pub fn drop_first(&mut self, count: usize) {
        let count = count.min(self.len());
        self.start += count as u8;
        self.moved += count as i8;
    }

    /// Drops all characters after the first `count`.
    pub fn truncate(&mut self, count: usize) {
        if count < self.len() {
            self.end = self.start + count as u8;
        }
    }

    /// Puts `prefix` before the number, when there is room.
    pub fn prepend(&mut self, prefix: &[u8]) {
        let mut longer = Self { moved: self.moved - prefix.len() as i8, ..Self::new() };
        if prefix.iter().chain(self.as_bytes()).all(|byte| longer.push(*byte)) {
            *self = longer;
        }
    }

    /// Zeros after the first `at` characters until the number has `length` characters.
    pub fn pad(&mut self, at: usize, length: usize) {
        let (Some(missing), Some((head, tail))) =
            (length.checked_sub(self.len()), self.as_bytes().split_at_checked(at))
        else {
            return;
        };
        let mut longer = Self { moved: self.moved - missing as i8, ..Self::new() };
        let zeros = std::iter::repeat_n(&b'0', missing);
        if head.iter().chain(zeros).chain(tail).all(|byte| longer.push(*byte)) {
            *self = longer;
        }
    }
}
