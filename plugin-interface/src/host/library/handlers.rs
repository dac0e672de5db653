//! The handlers of signals that are in a library.

use crate::host::platform;
use crate::host::platform::Image;

/// Names the signals that a library handles: each would run code that is
/// unmapped.
pub(crate) fn reasons(image: &Image) -> Vec<String> {
    let in_it = platform::caught_signals().filter(|(_, handler)| image.contains(*handler));
    in_it
        .map(|(signal, _)| {
            let name = platform::signal_name(signal);
            format!("it handles {name}: let its `stop` put the earlier handler back")
        })
        .collect()
}
