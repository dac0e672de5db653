//! The events of a `Live` as text, one line each.

use core::fmt;

use super::events::{GuardHolder, LiveEvent};
use super::outcome::ReloadOutcome;

/// One line for a log. It does not name the file.
///
/// ```
/// use plugin_interface::LiveEvent;
///
/// let event = LiveEvent::Unloaded { generation: 2, counter: None, outcome: None };
/// assert_eq!(event.to_string(), "version 2 was released, its library is still in use");
/// ```
impl fmt::Display for LiveEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LiveEvent::Loaded { generation, times } => {
                write!(f, "version {generation} was loaded ({times})")
            }
            LiveEvent::Replaced { generation, times } => {
                write!(f, "version {generation} is current ({times})")
            }
            LiveEvent::Refused { generation, message, .. } => {
                write!(f, "{message}; version {generation} stays")
            }
            #[cfg(feature = "watch")]
            LiveEvent::WatchImpaired { message } => f.write_str(message),
            #[cfg(feature = "tracing")]
            LiveEvent::SubscriberPanicked { message } => {
                write!(f, "a subscriber of `tracing` panicked: {message}")
            }
            LiveEvent::StillUsed { generation, since, holders } => {
                write!(
                    f,
                    "version {generation} was replaced {since:?} ago and is still in use by "
                )?;
                separated(f, holders)
            }
            LiveEvent::NotStopped { generation, message } => {
                write!(f, "version {generation}: {message}")
            }
            LiveEvent::Retired { generation, after, panicked } => {
                write!(f, "version {generation} was destroyed {after:?} after it was replaced")?;
                match panicked {
                    Some(message) => write!(f, "; its drop panicked: {message}"),
                    None => Ok(()),
                }
            }
            LiveEvent::Unloaded { generation, counter, outcome } => {
                write!(f, "version {generation} was ")?;
                match outcome {
                    Some(outcome) => write!(f, "closed: {outcome}")?,
                    None => f.write_str("released, its library is still in use")?,
                }
                match counter {
                    Some(counter) => write!(f, ", unmaker counter {counter}"),
                    None => Ok(()),
                }
            }
        }
    }
}

/// The thread by its name or its number, and the number of guards.
impl fmt::Display for GuardHolder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let GuardHolder { thread, guards } = self;
        write!(f, "{guards} {}", if *guards == 1 { "guard" } else { "guards" })?;
        match thread {
            Some(thread) => match thread.name() {
                Some(name) => write!(f, " of the thread `{name}`"),
                None => write!(f, " of {:?}", thread.id()),
            },
            None => Ok(()),
        }
    }
}

impl fmt::Display for ReloadOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ReloadOutcome::Unchanged => f.write_str("unchanged"),
            ReloadOutcome::Replaced { generation, times } => {
                write!(f, "version {generation} is current ({times})")
            }
        }
    }
}

fn separated(f: &mut fmt::Formatter<'_>, all: &[impl fmt::Display]) -> fmt::Result {
    let mut separator = "";
    for one in all {
        write!(f, "{separator}{one}")?;
        separator = ", ";
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::host::error::stage::Stage;
    use crate::host::library::outcome::UnloadOutcome;
    use crate::host::load::timings::StageTimes;

    #[test]
    fn each_event_is_one_line() {
        let holder = |thread, guards| GuardHolder { thread, guards };
        let times = StageTimes::default;
        let (since, after) = (Duration::from_secs(10), Duration::from_millis(2));
        let named = std::thread::Builder::new().name("worker".to_owned());
        let named = named.spawn(|| {}).unwrap();
        let holders = vec![holder(Some(named.thread().clone()), 1), holder(None, 2)];
        let message = "cannot read libx.so (at the stage `settle`): gone".to_owned();
        let outcome = Some(UnloadOutcome::Unmapped);
        let texts = [
            (LiveEvent::Loaded { generation: 1, times: times() }, "version 1 was loaded ()"),
            (LiveEvent::Replaced { generation: 2, times: times() }, "version 2 is current ()"),
            (
                LiveEvent::Refused { generation: 2, stage: Stage::Settle, message, times: times() },
                "cannot read libx.so (at the stage `settle`): gone; version 2 stays",
            ),
            (
                LiveEvent::StillUsed { generation: 1, since, holders },
                "version 1 was replaced 10s ago and is still in use by 1 guard of the thread `worker`, 2 guards",
            ),
            (
                LiveEvent::NotStopped { generation: 1, message: "it did not stop".to_owned() },
                "version 1: it did not stop",
            ),
            (
                LiveEvent::Retired { generation: 1, after, panicked: Some("boom".to_owned()) },
                "version 1 was destroyed 2ms after it was replaced; its drop panicked: boom",
            ),
            (
                LiveEvent::Unloaded { generation: 1, counter: Some(3), outcome },
                "version 1 was closed: unmapped, unmaker counter 3",
            ),
        ];
        for (event, text) in texts {
            assert_eq!(event.to_string(), text);
        }
        named.join().unwrap();
    }
}
