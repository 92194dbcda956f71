//! Whether two people who write a name differently mean the same one.

/// Whether two names are the same but for case, width, spaces, brackets and other marks.
pub fn is_same(one: &str, other: &str) -> bool {
    folded(one) == folded(other)
}

/// A name without what people write differently.
fn folded(name: &str) -> String {
    let narrow = |letter: char| match u32::from(letter) {
        wide @ 0xFF01..=0xFF5E => char::from_u32(wide - 0xFEE0).unwrap_or(letter),
        _ => letter,
    };
    name.chars().map(narrow).filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}
