//! Versions of interfaces.

/// The two numbers of a version, without leading zeros.
pub fn numbers(version: &str) -> Option<(u32, u32)> {
    let number = |part: &str| part.parse::<u32>().ok().filter(|n| n.to_string() == part);
    let (major, minor) = version.split_once('.')?;
    Some((number(major)?, number(minor)?))
}
