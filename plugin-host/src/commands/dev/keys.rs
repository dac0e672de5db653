//! Single keys on a terminal.

use plugin_interface::crossbeam_channel::Sender;

use super::event::Event;

/// What the keys do.
pub(super) const HELP: &str = "keys: r builds, c calls again, l shows the last messages of the \
                               compiler, a accepts a new interface, q stops";

/// A terminal that passes on each key, until this is dropped.
pub(super) struct Keys {
    #[cfg(unix)]
    before: rustix::termios::Termios,
}

impl Keys {
    /// Reads keys from stdin, if that is a terminal.
    #[cfg(unix)]
    pub(super) fn read(events: Sender<Event>) -> Option<Self> {
        use rustix::termios::{LocalModes, OptionalActions, isatty, tcgetattr, tcsetattr};
        use std::io::Read as _;

        let input = std::io::stdin();
        if !isatty(&input) {
            return None;
        }
        let before = tcgetattr(&input).ok()?;
        let mut single = before.clone();
        single.local_modes.remove(LocalModes::ICANON | LocalModes::ECHO);
        tcsetattr(&input, OptionalActions::Now, &single).ok()?;
        std::thread::spawn(move || {
            for key in input.lock().bytes().map_while(Result::ok) {
                if events.send(Event::Key(key)).is_err() {
                    return;
                }
            }
        });
        Some(Keys { before })
    }

    #[cfg(not(unix))]
    pub(super) fn read(_: Sender<Event>) -> Option<Self> {
        None
    }
}

#[cfg(unix)]
impl Drop for Keys {
    fn drop(&mut self) {
        use rustix::termios::{OptionalActions, tcsetattr};
        let _ = tcsetattr(std::io::stdin(), OptionalActions::Now, &self.before);
    }
}
