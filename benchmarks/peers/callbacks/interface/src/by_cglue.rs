//! The objects of `cglue`.

use cglue::prelude::v1::*;

/// What a host offers.
#[cglue_trait]
pub trait Host {
    fn answer(&self, question: u64) -> u64;
}

#[cglue_trait]
pub trait Asks {
    fn lent(&self, host: HostRef<'_>, times: u64) -> u64;
    fn keep_box(&mut self, host: HostBox<'static>);
    fn boxed(&self, times: u64) -> u64;
}

/// The type of the export.
pub type Make = extern "C" fn() -> AsksBox<'static>;
