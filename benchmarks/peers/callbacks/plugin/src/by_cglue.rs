//! As `cglue`'s documentation shows.

use callbacks_interface::by_cglue::*;
use cglue::prelude::v1::*;

use crate::ask;

#[derive(Default)]
struct Asker(Option<HostBox<'static>>);

impl Asks for Asker {
    fn lent(&self, host: HostRef<'_>, times: u64) -> u64 {
        ask(times, |question| host.answer(question))
    }

    fn keep_box(&mut self, host: HostBox<'static>) {
        self.0 = Some(host);
    }

    fn boxed(&self, times: u64) -> u64 {
        let Some(host) = &self.0 else { return 0 };
        ask(times, |question| host.answer(question))
    }
}

#[unsafe(no_mangle)]
extern "C" fn make_cglue() -> AsksBox<'static> {
    trait_obj!(Asker::default() as Asks)
}
