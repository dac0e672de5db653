//! How many values of each type are passed.

use crate::builds::is_soak;

fn is_thorough() -> bool {
    std::env::var_os("PLUGIN_THOROUGH").is_some_and(|value| value == "1")
}

/// Returns the number of random values of each type, beside those at its edges. One
/// takes half a second, since nothing is optimised.
pub(crate) fn cases() -> u32 {
    match (is_soak(), is_thorough()) {
        (true, _) => 250,
        (false, true) => 8,
        (false, false) => 2,
    }
}

/// Returns the arguments under valgrind: the number of random values, the size of large
/// ones, and the types. Valgrind translates all code that runs, and each type has its
/// own. So each of the two programs passes one half of the types by default.
pub(crate) fn under_valgrind(half: &'static str) -> [&'static str; 3] {
    match (is_soak(), is_thorough()) {
        (true, _) => ["5", "10485760", "all"],
        (false, true) => ["0", "100000", "all"],
        (false, false) => ["0", "100000", half],
    }
}
