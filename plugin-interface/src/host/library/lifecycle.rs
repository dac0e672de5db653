//! The lifecycle of an instance: it is started once, and stopped once after that.
#![expect(unsafe_code, reason = "calls functions of a factory")]

use core::ffi::c_void;
use core::fmt;
use core::ptr::NonNull;
use core::sync::atomic::{AtomicU8, Ordering};
use std::sync::OnceLock;
use std::time::Duration;

use crate::abi::{Failure, FailureKind, RawFactory, RawLifecycle};
use crate::host::error::UnloadError;
use crate::runtime::reported::take_message;

/// How far an instance came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LifecycleState {
    /// It was created, and is not started yet.
    Created,
    /// It was started, or there is nothing to start: it is in use.
    Serving,
    /// It is being stopped.
    Stopping,
    /// It was stopped, or could not start.
    Stopped,
}

impl fmt::Display for LifecycleState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            LifecycleState::Created => "created",
            LifecycleState::Serving => "serving",
            LifecycleState::Stopping => "stopping",
            LifecycleState::Stopped => "stopped",
        })
    }
}

const STATES: [LifecycleState; 4] = [
    LifecycleState::Created,
    LifecycleState::Serving,
    LifecycleState::Stopping,
    LifecycleState::Stopped,
];

/// Why a function of a lifecycle failed.
pub(crate) enum LifecycleFailure {
    /// It returned this error.
    Error(String),
    /// It panicked with this message.
    Panic(String),
}

/// The lifecycle of one registration.
pub(crate) struct Lifecycle {
    registration: NonNull<c_void>,
    functions: NonNull<RawLifecycle>,
    state: AtomicU8,
    /// The time that the stop may take, once it was started.
    stop_within: OnceLock<Duration>,
    /// Takes the error of the end, if nobody asks for it.
    report: OnceLock<Report>,
}

/// Reports an error.
pub(crate) type Report = Box<dyn Fn(UnloadError) + Send + Sync>;

// SAFETY: its functions are called on any thread, as `PluginLifecycle` is `Send` and
// `Sync`; only they use the pointers.
unsafe impl Send for Lifecycle {}
// SAFETY: as above; the rest is atomic.
unsafe impl Sync for Lifecycle {}

impl Lifecycle {
    /// Returns the lifecycle of a registration, if its factory names one.
    ///
    /// # Safety
    ///
    /// 1. `factory` is a static of a library that is open as long as this is used, and
    ///    begins with its size.
    /// 2. It created `registration`, which is not destroyed as long as this is used.
    pub(super) unsafe fn of(
        factory: NonNull<RawFactory>,
        registration: NonNull<c_void>,
    ) -> Option<Self> {
        let factory = factory.as_ptr();
        // SAFETY: condition 1.
        if unsafe { (*factory).size } <= RawFactory::SIZE_WITH_PROVIDE {
            return None;
        }
        // SAFETY: the size says that it has the field.
        let functions = NonNull::new(unsafe { (*factory).lifecycle }.cast_mut())?;
        let state = AtomicU8::new(LifecycleState::Created as u8);
        Some(Lifecycle {
            registration,
            functions,
            state,
            stop_within: OnceLock::new(),
            report: OnceLock::new(),
        })
    }

    /// Sets who takes the error of the end, if nobody asks for it.
    #[cfg(feature = "watch")]
    pub(super) fn report_to(&self, report: Report) {
        let _ = self.report.set(report);
    }

    pub(super) fn take_report(&mut self) -> Option<Report> {
        self.report.take()
    }

    pub(crate) fn state(&self) -> LifecycleState {
        STATES[usize::from(self.state.load(Ordering::Acquire))]
    }

    /// Goes from one state to the next. Returns `false` if it is in another one.
    fn go(&self, from: LifecycleState, to: LifecycleState) -> bool {
        let (from, to) = (from as u8, to as u8);
        self.state.compare_exchange(from, to, Ordering::AcqRel, Ordering::Acquire).is_ok()
    }

    /// Starts the instance, unless that was done. Nobody has it yet.
    pub(super) fn start(&self, stop_within: Duration) -> Result<(), LifecycleFailure> {
        // What began to start is not started again, and stopped only if that succeeds.
        if !self.go(LifecycleState::Created, LifecycleState::Stopped) {
            return Ok(());
        }
        // SAFETY: the conditions of `of`; each version of the table has the field.
        let failure = unsafe { ((*self.functions.as_ptr()).start)(self.registration.as_ptr()) };
        // SAFETY: it was returned just now.
        unsafe { result(failure) }?;
        // Nobody but this thread has it yet.
        let _ = self.stop_within.set(stop_within);
        self.state.store(LifecycleState::Serving as u8, Ordering::Release);
        Ok(())
    }

    /// Makes this call the one that stops the instance. Returns the time that it has;
    /// `None` if there is nothing to stop.
    pub(super) fn begin_stop(&self) -> Option<Duration> {
        let begins = self.go(LifecycleState::Serving, LifecycleState::Stopping);
        begins.then(|| self.stop_within.get().copied()).flatten()
    }

    /// Stops the instance after `begin_stop`. Nobody uses it any more.
    pub(super) fn stop(&self, within: Duration) -> Result<(), LifecycleFailure> {
        let nanoseconds = u64::try_from(within.as_nanos()).unwrap_or(u64::MAX);
        // SAFETY: the conditions of `of`; each version of the table has the field.
        let failure =
            unsafe { ((*self.functions.as_ptr()).stop)(self.registration.as_ptr(), nanoseconds) };
        self.state.store(LifecycleState::Stopped as u8, Ordering::Release);
        // SAFETY: it was returned just now.
        unsafe { result(failure) }
    }

    /// Asks the instance, while nobody has it alone.
    pub(super) fn health(&self) -> Result<(), LifecycleFailure> {
        if self.state() != LifecycleState::Serving {
            return Ok(());
        }
        // SAFETY: the conditions of `of`; each version of the table has the field.
        let failure = unsafe { ((*self.functions.as_ptr()).health)(self.registration.as_ptr()) };
        // SAFETY: it was returned just now.
        unsafe { result(failure) }
    }
}

/// Takes a failure.
///
/// # Safety
///
/// It is null, or was returned to this caller, and is not used again.
unsafe fn result(failure: *mut Failure) -> Result<(), LifecycleFailure> {
    if failure.is_null() {
        return Ok(());
    }
    // SAFETY: the contract of this function.
    let kind = unsafe { (*failure).kind };
    // SAFETY: as above.
    let message = unsafe { take_message(failure) };
    Err(match kind {
        FailureKind::PANIC => LifecycleFailure::Panic(message),
        _ => LifecycleFailure::Error(message),
    })
}

#[cfg(test)]
mod tests {
    use core::ptr;

    use super::*;
    use crate::abi::{RawContext, RawSlice, RawState};

    extern "C" fn maker() -> *const c_void {
        ptr::null()
    }
    unsafe extern "C" fn unmaker(_: *const c_void) {}
    unsafe extern "C" fn make(_: *const RawContext, _: *mut *const c_void) -> *mut Failure {
        ptr::null_mut()
    }
    unsafe extern "C" fn nothing(_: *const c_void) -> *mut Failure {
        ptr::null_mut()
    }
    unsafe extern "C" fn stop(_: *const c_void, _: u64) -> *mut Failure {
        ptr::null_mut()
    }

    static LIFECYCLE: RawLifecycle =
        RawLifecycle { size: size_of::<RawLifecycle>(), start: nothing, stop, health: nothing };

    fn lifecycle(size: usize, lifecycle: *const RawLifecycle) -> Option<Lifecycle> {
        let empty = RawSlice::of::<u8>(&[]);
        let factory = RawFactory {
            size,
            interface: empty,
            name: empty,
            fingerprint: [0; 2],
            maker,
            unmaker,
            make,
            unmake: nothing,
            record: empty,
            state: RawState::NONE,
            package: empty,
            provide: None,
            lifecycle,
        };
        // SAFETY: the factory is there for this call, and its functions use nothing.
        unsafe { Lifecycle::of(NonNull::from(&factory), NonNull::dangling()) }
    }

    #[test]
    fn the_factory_of_an_older_plugin_has_no_lifecycle() {
        let beyond = ptr::without_provenance(8);
        for size in [RawFactory::FIRST_SIZE, RawFactory::SIZE_WITH_PROVIDE] {
            assert!(lifecycle(size, beyond).is_none(), "the field is beyond its end");
        }
        assert!(lifecycle(size_of::<RawFactory>(), ptr::null()).is_none());
    }

    #[test]
    fn an_instance_is_started_once_and_stopped_once_after_that() {
        use LifecycleState::{Created, Serving, Stopped, Stopping};

        let lifecycle = lifecycle(size_of::<RawFactory>(), &LIFECYCLE).unwrap();
        let within = Duration::from_secs(3);
        assert_eq!((lifecycle.state(), lifecycle.begin_stop()), (Created, None));
        assert!(lifecycle.start(within).is_ok());
        assert_eq!(lifecycle.state(), Serving);
        assert_eq!((lifecycle.begin_stop(), lifecycle.state()), (Some(within), Stopping));
        assert_eq!(lifecycle.begin_stop(), None);
        assert!(lifecycle.stop(within).is_ok() && lifecycle.start(within).is_ok());
        assert_eq!((lifecycle.state(), lifecycle.begin_stop()), (Stopped, None));
    }
}
