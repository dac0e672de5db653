//! The baseline: a `dyn Trait` made in a `cdylib`.

use std::fmt;
use std::sync::{Arc, OnceLock};

use callbacks_interface::by_dyn_trait::{Asks, Host, Kept};

use workload::TARGET;

use crate::ask;

#[derive(Default)]
struct Asker {
    boxed: OnceLock<Box<dyn Host>>,
    shared: OnceLock<Arc<dyn Host>>,
    closure: OnceLock<Kept>,
}

impl Asks for Asker {
    fn lent(&self, host: &dyn Host, times: u64) -> u64 {
        ask(times, |question| host.answer(question))
    }

    fn keep_box(&self, host: Box<dyn Host>) {
        let _ = self.boxed.set(host);
    }

    fn boxed(&self, times: u64) -> u64 {
        let host = self.boxed.wait();
        ask(times, |question| host.answer(question))
    }

    fn keep_arc(&self, host: Arc<dyn Host>) {
        let _ = self.shared.set(host);
    }

    fn shared(&self, times: u64) -> u64 {
        let host = self.shared.wait();
        ask(times, |question| host.answer(question))
    }

    fn closure(&self, answer: &mut dyn FnMut(u64) -> u64, times: u64) -> u64 {
        ask(times, answer)
    }

    fn keep_closure(&self, answer: Kept) {
        let _ = self.closure.set(answer);
    }

    fn kept_closure(&self, times: u64) -> u64 {
        ask(times, self.closure.wait())
    }

    fn write(&self, out: &mut dyn fmt::Write, times: u64) -> fmt::Result {
        (0..times).try_for_each(|_| out.write_str(TARGET))
    }
}

#[unsafe(no_mangle)]
fn make_dyn_trait() -> Box<dyn Asks> {
    Box::new(Asker::default())
}
