//! The comparison of texts, for `const fn`s.

/// Returns `true` if two texts are equal.
///
/// The compiler evaluates this step by step, so it compares sixteen bytes at once. It
/// begins at the ends, since most paths that differ begin alike.
pub(crate) const fn is_same(one: &str, other: &str) -> bool {
    let (mut one, mut other) = (one.as_bytes(), other.as_bytes());
    if one.len() != other.len() {
        return false;
    }
    while let (Some((rest, last)), Some((others, end))) =
        (one.split_last_chunk::<16>(), other.split_last_chunk::<16>())
    {
        if u128::from_ne_bytes(*last) != u128::from_ne_bytes(*end) {
            return false;
        }
        (one, other) = (rest, others);
    }
    while let ([first, rest @ ..], [start, others @ ..]) = (one, other) {
        if *first != *start {
            return false;
        }
        (one, other) = (rest, others);
    }
    true
}
