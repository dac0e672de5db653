//! The events of a plain library as text, one line each.

use core::fmt;

use super::events::HotEvent;
use super::outcome::HotReload;

/// One line for a log. It does not name the file.
///
/// ```
/// let (appeared, vanished) = (vec!["bar".to_owned()], Vec::new());
/// let event = plugin_interface::HotEvent::Reloaded { generation: 2, appeared, vanished };
/// assert_eq!(event.to_string(), "version 2 is current; new: bar");
/// ```
impl fmt::Display for HotEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            HotEvent::Reloaded { generation, appeared, vanished } => {
                reloaded(f, *generation, appeared, vanished)
            }
            HotEvent::Refused { generation, message } => {
                write!(f, "{message}; version {generation} stays")
            }
            HotEvent::NotWatched { message } => f.write_str(message),
            HotEvent::Unloaded { generation, outcome } => {
                write!(f, "version {generation} was closed: {outcome}")
            }
            HotEvent::ListenerPanicked { listener, message } => {
                write!(f, "the listener added at {listener} panicked: {message}")
            }
            HotEvent::ListenerBlocked { listener, since } => {
                write!(f, "the listener added at {listener} has not returned for {since:?}")
            }
        }
    }
}

impl fmt::Display for HotReload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            HotReload::Unchanged => f.write_str("unchanged"),
            HotReload::Reloaded { generation, appeared, vanished } => {
                reloaded(f, *generation, appeared, vanished)
            }
        }
    }
}

fn reloaded(
    f: &mut fmt::Formatter<'_>,
    generation: u64,
    appeared: &[String],
    vanished: &[String],
) -> fmt::Result {
    write!(f, "version {generation} is current")?;
    for (what, names) in [("new", appeared), ("gone", vanished)] {
        if !names.is_empty() {
            write!(f, "; {what}: {}", names.join(", "))?;
        }
    }
    Ok(())
}
