//! Conversion of a type with `serde` to the bytes of a [`PluginState`], and
//! back.
//!
//! Feature `serde`, for plugins. The bytes are JSON. So you can add a field
//! with `#[serde(default)]` under the same [`VERSION`](PluginState::VERSION).
//! Newer builds read the state of older ones, and older builds that of newer
//! ones. For any other change raise the version, and convert states of the
//! older one.
//!
//! ```standalone_crate
//! use std::collections::BTreeMap;
//! use std::sync::Mutex;
//!
//! use plugin_interface::{Greeter, PluginState, plugin_aggregates, plugin_impl, state};
//! use serde::{Deserialize, Serialize};
//!
//! #[plugin_aggregates(Greeter)]
//! mod plugin {}
//!
//! /// Version 1: the number of greetings.
//! #[derive(Deserialize)]
//! struct Total {
//!     greeted: u64,
//! }
//!
//! /// Version 2: also the number for each guest.
//! #[derive(Default, Serialize, Deserialize)]
//! struct Guests {
//!     greeted: u64,
//!     #[serde(default)]
//!     by_name: BTreeMap<String, u64>,
//! }
//!
//! #[derive(Default)]
//! struct Counting(Mutex<Guests>);
//!
//! impl PluginState for Counting {
//!     const VERSION: u32 = 2;
//!
//!     fn save(&self) -> Vec<u8> {
//!         state::to_bytes(&*self.0.lock().unwrap())
//!     }
//!
//!     fn restore(&mut self, version: u32, saved: &[u8]) -> Result<(), String> {
//!         let guests = match version {
//!             1 => {
//!                 let Total { greeted } = state::from_bytes(saved)?;
//!                 Guests { greeted, ..Guests::default() }
//!             }
//!             2 => state::from_bytes(saved)?,
//!             _ => return Err(format!("expected version 1 or 2, found {version}")),
//!         };
//!         self.0 = Mutex::new(guests);
//!         Ok(())
//!     }
//! }
//!
//! #[plugin_impl(Greeter, state)]
//! impl Greeter for Counting {
//!     fn name(&self) -> &str {
//!         "counting"
//!     }
//!
//!     fn greet(&self, target: &str) -> String {
//!         let mut guests = self.0.lock().unwrap();
//!         guests.greeted += 1;
//!         *guests.by_name.entry(target.to_owned()).or_default() += 1;
//!         format!("{target}, you are number {}", guests.greeted)
//!     }
//! }
//!
//! fn main() {
//!     // A host replaces one build by another like this:
//!     let mut next = Counting::default();
//!     next.restore(1, br#"{"greeted":41}"#).unwrap();
//!     assert_eq!(next.greet("Ada"), "Ada, you are number 42");
//!     let saved = next.save();
//!     let mut after = Counting::default();
//!     after.restore(2, &saved).unwrap();
//!     assert_eq!(after.greet("Ada"), "Ada, you are number 43");
//!     // An older build reads the fields that it knows.
//!     assert_eq!(state::from_bytes::<Total>(&saved).unwrap().greeted, 42);
//! }
//! ```

use std::any::type_name;

use serde::Serialize;
use serde::de::DeserializeOwned;

#[cfg(doc)]
use crate::PluginState;

/// Converts a state to bytes, for [`PluginState::save`].
///
/// # Panics
///
/// If JSON has no form for the value: a map whose keys are neither text nor
/// numbers. Then the current version stays in use, as after each panic of
/// `save`. Note that JSON has only finite numbers.
///
/// ```
/// assert_eq!(plugin_interface::state::to_bytes(&(1, "two")), br#"[1,"two"]"#);
/// ```
#[track_caller]
pub fn to_bytes<T: Serialize + ?Sized>(state: &T) -> Vec<u8> {
    serde_json::to_vec(state)
        .unwrap_or_else(|error| panic!("cannot save {}: {error}", type_name::<T>()))
}

/// Converts the bytes that [`PluginState::restore`] receives to a state.
///
/// # Errors
///
/// If they are not the bytes of such a state. The text states the position and
/// the expected value, and `restore` can return it.
///
/// ```
/// use plugin_interface::state::from_bytes;
///
/// assert_eq!(from_bytes::<(u8, String)>(br#"[1,"two"]"#), Ok((1, "two".to_owned())));
/// let refused = from_bytes::<(u8, u8)>(br#"[1,"two"]"#).unwrap_err();
/// assert_eq!(refused, "cannot read (u8, u8): invalid type: string \"two\", expected u8 at line 1 column 8");
/// ```
pub fn from_bytes<T: DeserializeOwned>(saved: &[u8]) -> Result<T, String> {
    serde_json::from_slice(saved)
        .map_err(|error| format!("cannot read {}: {error}", type_name::<T>()))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::panic::catch_unwind;

    use super::*;

    #[test]
    fn a_value_without_a_form_in_json_is_named() {
        let map = BTreeMap::from([((1, 2), 3)]);
        let panicked = catch_unwind(|| to_bytes(&map)).unwrap_err();
        let text = panicked.downcast::<String>().unwrap();
        assert!(text.starts_with("cannot save") && text.contains("key must be a string"), "{text}");
    }

    #[test]
    fn bytes_of_another_kind_are_refused() {
        let refused = from_bytes::<u64>(&[0; 8]).unwrap_err();
        assert!(refused.starts_with("cannot read u64: expected value"), "{refused}");
    }
}
