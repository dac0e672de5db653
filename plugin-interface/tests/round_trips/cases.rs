//! How many values of each type are passed.

use crate::builds::is_soak;

/// Returns the number of random values of each type, beside those at its edges. One
/// takes half a second, since nothing is optimised.
pub(crate) fn cases() -> u32 {
    let is_thorough = std::env::var_os("PLUGIN_THOROUGH").is_some_and(|value| value == "1");
    match (is_soak(), is_thorough) {
        (true, _) => 250,
        (false, true) => 8,
        (false, false) => 2,
    }
}
