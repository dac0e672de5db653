//! A manager that watches: what it loads, replaces and unloads, and when.

mod background;
mod holding;
mod lacking;
mod places;
mod replacing;
mod writers;
