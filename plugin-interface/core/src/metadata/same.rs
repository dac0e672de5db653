//! The comparison of texts, for `const fn`s.

/// Returns `true` if two texts are equal.
pub(crate) const fn is_same(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    let mut same = one.len() == other.len();
    let mut i = 0;
    while same && i < one.len() {
        same = one[i] == other[i];
        i += 1;
    }
    same
}
