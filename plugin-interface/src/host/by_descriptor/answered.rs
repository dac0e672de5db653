//! An instance without code of its own: a function answers its methods, with messages.
//! A typed proxy calls it like any other.
//!
//! `libffi` makes a function for each method, which `closure` calls with the
//! arguments in memory. `transfer` makes a message of them, and values of the reply.
#![expect(unsafe_code, reason = "is called through a vtable, by layouts")]

use core::ffi::c_void;
use core::fmt;
use core::ptr::{self, NonNull, null_mut};
use std::sync::{Arc, Mutex, PoisonError};

use super::closure::Closure;
use super::error::DynamicError;
use super::kept::Kept;
use super::memory::Block;
use super::transfer::{Carried, HEAD, with_buffer};
use crate::abi::{ABI_VERSION, Failure, FailureKind, Opaque, VTableHeader, words};
use crate::boundary::Origin;
use crate::interface::{Interface, PluginTrait};
use crate::metadata::InterfaceMetadata;
use crate::object::Object;
use crate::runtime::failure::{contain, refused};

/// Answers a method, by its place in the interface. It gets a message whose first
/// [`HEAD`] bytes it may write, and puts the answer in its place. It returns where the
/// reply begins, or why nobody knows what the method did.
type Answer = dyn Fn(usize, &mut Vec<u8>) -> Result<usize, String> + Send + Sync;

/// An instance of an interface of this host, whose methods a function answers.
pub(crate) struct Answered {
    path: String,
    methods: Vec<Carried>,
    answers: Box<Answer>,
    /// The header of the vtable, and its functions.
    vtable: Block,
    /// What methods returned by reference, as long as the instance lives.
    kept: Mutex<Kept>,
    #[expect(dead_code, reason = "the vtable has their addresses")]
    closures: Vec<Closure>,
}

impl Answered {
    /// Creates an instance that has the first methods of an interface.
    ///
    /// # Errors
    ///
    /// If one of them takes or returns what is no value.
    fn new(
        interface: &InterfaceMetadata,
        count: usize,
        answers: Box<Answer>,
    ) -> Result<Arc<Self>, DynamicError> {
        let methods = interface.methods[..count].iter();
        let methods = methods.map(|method| Carried::new(interface, method));
        let methods = methods.collect::<Result<Vec<_>, _>>()?;
        let closures: Vec<_> = methods
            .iter()
            .enumerate()
            .map(|(index, method)| {
                let layouts = method.parameters.iter().map(|parameter| &*parameter.layout);
                Closure::new((index, answer), layouts, &method.outcome)
            })
            .collect();
        let header = VTableHeader {
            abi_version: ABI_VERSION,
            methods: count as u32,
            fingerprint: words(interface.fingerprint),
            drop: drop_nothing,
        };
        let size = size_of::<VTableHeader>() + count * size_of::<*mut c_void>();
        let vtable = Block::new(size, align_of::<VTableHeader>()).expect("a possible size");
        // SAFETY: it begins with room for a header.
        unsafe { vtable.start().cast::<VTableHeader>().write(header) };
        for (index, closure) in closures.iter().enumerate() {
            // SAFETY: behind the header there is room for each function, which is
            // aligned as the header is.
            unsafe {
                let first = vtable.start().add(size_of::<VTableHeader>());
                first.cast::<*mut c_void>().add(index).write(closure.code());
            }
        }
        let kept = Mutex::default();
        let path = interface.path.clone();
        Ok(Arc::new(Answered { path, methods, answers, vtable, kept, closures }))
    }

    /// Returns a typed proxy whose calls a function answers. The plugin has the first
    /// `count` methods of the host's interface.
    ///
    /// # Errors
    ///
    /// If a method takes or returns what is no value.
    pub(crate) fn proxy<I: Interface + ?Sized>(
        count: usize,
        answer: Box<Answer>,
    ) -> Result<I::Proxy, DynamicError> {
        let wanted = PluginTrait::of::<I>();
        let not_described = || DynamicError::NotDescribed { interface: wanted.path().to_owned() };
        let interface = wanted.metadata().ok_or_else(not_described)?;
        let answered = Answered::new(&interface, count, answer)?;
        let vtable = answered.vtable.start().cast::<I::VTable>();
        let vtable = NonNull::new(vtable).expect("a block has an address");
        let instance = Arc::as_ptr(&answered).cast_mut().cast::<Opaque>();
        // SAFETY: the vtable has the functions of the host's own interface, each made
        // for the layouts of that, and `instance` is what they expect; the proxy keeps
        // both. Two proxies never share an instance. What is returned is validated, as
        // that of a library in C.
        Ok(I::proxy(unsafe { Object::new(vtable, instance, Origin::Foreign, answered) }))
    }

    /// Answers a call: reads and frees the arguments, and writes the outcome.
    ///
    /// # Safety
    ///
    /// 1. `arguments` has the address of each argument that has a size, of the
    ///    layouts of the method, and they are the callee's.
    /// 2. `outcome` has room for the outcome of the method.
    unsafe fn call(&self, index: usize, arguments: *mut *mut c_void, outcome: *mut u8) {
        let method = &self.methods[index];
        // SAFETY: condition 2.
        unsafe { ptr::write_bytes(outcome, 0, method.outcome.size) };
        // SAFETY: the conditions of this function.
        let called = contain(|| unsafe { self.answer(index, arguments, outcome) });
        let lost = |message| refused(FailureKind::LOST, message);
        let status = match called {
            Ok(Ok(status)) => status,
            Ok(Err(message)) | Err(message) => lost(message),
        };
        // SAFETY: an outcome begins with its status.
        unsafe { outcome.cast::<*mut Failure>().write(status) };
    }

    /// Does the same, but for the status, which it returns. `Err` says why nobody
    /// knows what the method did.
    ///
    /// # Safety
    ///
    /// That of [`call`](Self::call), and `outcome` is all 0.
    unsafe fn answer(
        &self,
        index: usize,
        arguments: *mut *mut c_void,
        outcome: *mut u8,
    ) -> Result<*mut Failure, String> {
        let method = &self.methods[index];
        // SAFETY: condition 1 of `call`.
        let at = unsafe { method.places(arguments) };
        with_buffer(|message| {
            message.resize(HEAD, 0);
            // SAFETY: condition 1 of `call`.
            unsafe { method.send(&at, message) }?;
            let begin = (self.answers)(index, message)?;
            let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
            // SAFETY: condition 2 of `call`; the arguments that are lent live until the
            // end of the call.
            unsafe { method.receive(&at, &message[begin..], &mut kept, outcome) }
        })
    }
}

/// Answers a call of a function of a vtable.
///
/// # Safety
///
/// 1. `arguments` begins with the address of a pointer to the [`Answered`] whose
///    vtable has the function, and goes on with those of the arguments that have a
///    size.
/// 2. `outcome` has room for the outcome of the method of that index.
unsafe fn answer(index: usize, arguments: *mut *mut c_void, outcome: *mut u8) {
    // SAFETY: condition 1; the proxy keeps it.
    let answered = unsafe { &*(**arguments.cast::<*mut *const Answered>()) };
    // SAFETY: conditions 1 and 2; the arguments are the callee's, as always.
    unsafe { answered.call(index, arguments.add(1), outcome) };
}

unsafe extern "C" fn drop_nothing(_: *mut Opaque) -> *mut Failure {
    null_mut()
}

impl fmt::Debug for Answered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answered").field("interface", &self.path).finish_non_exhaustive()
    }
}
