//! A trait as `cglue`'s documentation shows.

use cglue::prelude::v1::*;
use cglue::repr_cstring::ReprCString;
use cglue::result::CResult;
use cglue::vec::CVec;

/// What a host offers.
#[cglue_trait]
pub trait Host {
    fn answer(&self, question: u64) -> u64;
}

#[cglue_trait]
pub trait Calls {
    fn add(&self, a: u64, b: u64) -> u64;
    fn sum(&self, values: &[u64]) -> u64;
    fn len(&self, text: &str) -> usize;
    fn greet(&self, target: &str) -> ReprCString;
    fn bytes(&self, value: u8) -> CVec<u8>;
    fn fill(&self, page: &mut [u8], value: u8);
    fn ask(&self, host: HostRef<'_>, question: u64) -> u64;
    fn halve(&self, value: u64) -> CResult<u64, ReprCString>;
}

/// The type of the library's only export.
pub type Make = extern "C" fn() -> CallsBox<'static>;
