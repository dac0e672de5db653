//! Numbers as text, which the feature `arbitrary_precision` of `serde_json` has.

use serde_json::Number;

use crate::boundary::LiftError;

/// The type of the extension that is a number as text.
pub(super) const NUMBER: u8 = 1;

const LOSES: LiftError = LiftError::Refused(
    "a number of serde_json must be one of JSON that fits into 64 bits, unless the receiver turns on its feature `arbitrary_precision`",
);

/// Parses a number without a loss.
pub(super) fn parse(text: &str) -> Result<Number, LiftError> {
    let number: Number = text.parse().map_err(|_| LOSES)?;
    let found = number.to_string();
    if found == text || decimal(&found) == decimal(text) {
        return Ok(number);
    }
    // Without that feature the parser is inexact, that of the standard library not.
    let exact = text.parse().ok().and_then(Number::from_f64).ok_or(LOSES)?;
    if decimal(&exact.to_string()) == decimal(text) { Ok(exact) } else { Err(LOSES) }
}

/// Returns the sign, the digits without zeros around them, and the power of ten of
/// the last one.
fn decimal(text: &str) -> (bool, String, i64) {
    let is_negative = text.starts_with('-');
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{}{fraction}", whole.trim_start_matches('-'));
    let significant = digits.trim_end_matches('0');
    let zeros = digits.len() - significant.len();
    let significant = significant.trim_start_matches('0').to_owned();
    // Beyond any power that a number of 64 bits has.
    let exponent = exponent.parse().unwrap_or(i64::MAX);
    let power = exponent.saturating_add(zeros as i64 - fraction.len() as i64);
    let power = if significant.is_empty() { 0 } else { power };
    (is_negative, significant, power)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_parsed_exactly_or_refused() {
        for text in
            ["0.1", "-0", "1e5", "100", "1.50e-3", "5e-324", "179e306", "1.7976931348623157e308"]
        {
            let number = parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!(decimal(&number.to_string()), decimal(text), "{number} of {text}");
        }
        let lost = ["18446744073709551616123", "1e400", "0.1000000000000000000001", "1e-999"];
        for text in lost.into_iter().chain(["", "x", "1 ", "inf", "0x1", "1e99999999999999999999"])
        {
            assert_eq!(parse(text), Err(LOSES), "{text}");
        }
    }

    #[test]
    fn decimals_of_one_value_are_equal() {
        for (a, b) in
            [("1e2", "100"), ("1.0", "1"), ("-0.10", "-1E-1"), ("0e9", "0.00"), ("12e+1", "120")]
        {
            assert_eq!(decimal(a), decimal(b));
        }
        for (a, b) in [("1", "-1"), ("10", "1"), ("0.1", "0.01"), ("1", "0")] {
            assert_ne!(decimal(a), decimal(b));
        }
        decimal("1e9223372036854775807");
    }
}
