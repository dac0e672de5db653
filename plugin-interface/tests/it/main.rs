//! What a host sees of plugins that users wrote.

mod adopted;
mod boundary;
mod builds;
mod by_hand;
mod calls;
mod compilers;
mod crossing;
mod derived;
mod evolving;
mod evolving_objects;
mod faults;
mod fixtures;
mod foreign;
mod foreign_objects;
mod futures;
mod halfway;
mod hostile;
#[cfg(feature = "hot-library")]
mod hot;
mod interface_change;
mod layout;
mod live;
#[cfg(feature = "watch")]
mod live_watching;
mod loading;
mod matrix;
mod nesting;
mod objects;
#[cfg(feature = "watch")]
mod observer;
mod panics;
mod platforms;
mod policy;
mod probing;
mod processes;
mod rejecting;
mod seeds;
mod sharing;
mod stamped;
mod state;
mod storm;
mod thread_exits;
mod tidy;
mod unloading;
#[cfg(feature = "watch")]
mod watching;
#[cfg(feature = "watch")]
mod watching_as_promised;
