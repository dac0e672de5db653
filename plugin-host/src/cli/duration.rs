//! Durations on the command line.

use std::time::Duration;

/// Parses a number of seconds greater than 0.
pub(crate) fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    let time = seconds.filter(|time| !time.is_zero());
    time.ok_or_else(|| "expected a number of seconds greater than 0".to_owned())
}

/// Parses a duration with a unit, as in `1s` or `200ms`.
pub(crate) fn with_unit(text: &str) -> Result<Duration, String> {
    let parsed = match text.strip_suffix("ms") {
        Some(milliseconds) => seconds(milliseconds).map(|time| time / 1000),
        None => seconds(text.strip_suffix('s').unwrap_or(text)),
    };
    parsed.map_err(|_| "expected a duration greater than 0, such as 1s or 200ms".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_a_unit_and_are_not_zero() {
        assert_eq!(seconds("0.5"), Ok(Duration::from_millis(500)));
        assert_eq!(with_unit("200ms"), Ok(Duration::from_millis(200)));
        assert_eq!(with_unit("1s"), Ok(Duration::from_secs(1)));
        assert_eq!(with_unit("2"), Ok(Duration::from_secs(2)));
        for wrong in ["", "0", "-1", "soon", "NaN", "1e400"] {
            assert!(seconds(wrong).is_err_and(|error| error.contains("number of seconds")));
            assert!(with_unit(wrong).is_err_and(|error| error.contains("such as 1s or 200ms")));
        }
    }
}
