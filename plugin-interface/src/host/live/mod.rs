//! A plugin that is replaced while it is in use.
//!
//! [`Live`] is the handle. `engine` loads the next version, `shared` publishes
//! it through the reload kernel (`reload`), and `version` closes the last one.
//! `announcer` sends the `events` of all that. With the feature `watch`, a
//! `follower` reloads when the file changes.

mod announcer;
mod engine;
mod error;
mod event_text;
mod events;
#[cfg(feature = "watch")]
mod follower;
mod handle;
mod interface;
mod options;
mod outcome;
mod shared;
#[cfg(feature = "tracing")]
mod trace;
mod version;
#[cfg(feature = "watch")]
mod watch;

pub use self::error::ReloadError;
pub use self::events::{GuardHolder, LiveEvent, LiveEvents};
#[cfg(feature = "watch")]
pub(crate) use self::follower::Follower;
pub use self::handle::{Live, LiveGuard};
pub use self::interface::LiveInterface;
pub use self::options::LiveOptions;
pub use self::outcome::ReloadOutcome;
