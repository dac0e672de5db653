//! Numbers of bytes in arguments.

/// Parses a number of bytes, as in `4096`, `512K`, `256M` or `2G`.
pub(crate) fn bytes(text: &str) -> Result<u64, String> {
    let units = [("K", 10), ("M", 20), ("G", 30)];
    let unit = units.iter().find_map(|(unit, bits)| Some((text.strip_suffix(unit)?, *bits)));
    let (number, bits) = unit.unwrap_or((text, 0));
    let bytes = number.parse().ok().and_then(|number: u64| number.checked_mul(1 << bits));
    let bytes = bytes.filter(|bytes| *bytes > 0);
    bytes.ok_or_else(|| "expected a number of bytes greater than 0, such as 256M".to_owned())
}

#[cfg(test)]
mod tests {
    use super::bytes;

    #[test]
    fn a_number_of_bytes_may_have_a_unit() {
        for (text, expected) in [("1", 1), ("2K", 2048), ("256M", 256 << 20), ("3G", 3 << 30)] {
            assert_eq!(bytes(text), Ok(expected));
        }
        for text in ["", "0", "M", "-1", "1.5G", "1T", "1 M", "17179869184G"] {
            assert!(bytes(text).is_err(), "{text}");
        }
    }
}
