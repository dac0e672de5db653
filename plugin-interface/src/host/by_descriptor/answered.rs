//! An instance without code of its own: a function answers its methods, with values
//! as JSON. A typed proxy calls it like any other.
//!
//! `libffi` makes a function for each method, which `closure` calls with the
//! arguments in memory. Arguments become values as what a plugin returns does, and
//! values become what the method returns as arguments do.
#![expect(unsafe_code, reason = "is called through a vtable, by layouts")]

use core::ffi::c_void;
use core::fmt;
use core::ptr::{self, NonNull, null_mut};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;

use super::closure::Closure;
use super::error::DynamicError;
use super::expected::Expected;
use super::kept::Kept;
use super::memory::Block;
use super::pack::{Item, Packer};
use super::read::Reader;
use super::refusal::{Place, Refusal};
use super::release::release;
use super::wire::Wire;
use crate::PanicLocation;
use crate::abi::{ABI_VERSION, Failure, FailureKind, METHOD_ERROR, Opaque, VTableHeader, words};
use crate::boundary::Origin;
use crate::interface::{Interface, PluginTrait};
use crate::metadata::InterfaceMetadata;
use crate::metadata::layout::{LayoutKind, Layouts, Target};
use crate::object::Object;
use crate::runtime::failure::{contain, panicked, refused};

/// What a method answers.
pub(crate) enum Reply {
    /// What it returned, as `{"Ok": ..}` or `{"Err": ..}` if that is a `Result`, and
    /// its `&mut` arguments by their names.
    Returned {
        value: Value,
        changed: Vec<(String, Value)>,
    },
    Panicked {
        message: String,
        location: Option<PanicLocation>,
    },
    /// Nobody knows what it did.
    Lost {
        message: String,
    },
}

type Answer = dyn Fn(&str, Vec<Value>) -> Reply + Send + Sync;

/// An instance of an interface of this host, whose methods a function answers.
pub(crate) struct Answered {
    interface: InterfaceMetadata,
    methods: Vec<Expected>,
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
        interface: InterfaceMetadata,
        count: usize,
        answers: Box<Answer>,
    ) -> Result<Arc<Self>, DynamicError> {
        let methods = interface.methods[..count].iter();
        let methods = methods.map(|method| Expected::new(&interface, method));
        let methods = methods.collect::<Result<Vec<_>, _>>()?;
        let closures: Vec<_> = methods
            .iter()
            .enumerate()
            .map(|(index, method)| {
                Closure::new((index, answer), &method.parameters, &method.outcome)
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
        Ok(Arc::new(Answered { interface, methods, answers, vtable, kept, closures }))
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
        let answered = Answered::new(interface, count, answer)?;
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
        // SAFETY: condition 1.
        let called = contain(|| unsafe { self.answer(index, arguments) });
        let lost = |message| refused(FailureKind::LOST, message);
        let status = match called {
            Ok(Ok(Outcome { bytes, status })) => {
                // SAFETY: condition 2, and as many bytes as the layout has.
                unsafe { ptr::copy_nonoverlapping(bytes.as_ptr(), outcome, bytes.len()) };
                status
            }
            Ok(Err(failure)) => failure,
            Err(message) => lost(message),
        };
        // SAFETY: an outcome begins with its status.
        unsafe { outcome.cast::<*mut Failure>().write(status) };
    }

    /// Does the same, and returns the bytes of the outcome, or a failure.
    ///
    /// # Safety
    ///
    /// Condition 1 of [`call`](Self::call).
    unsafe fn answer(
        &self,
        index: usize,
        arguments: *mut *mut c_void,
    ) -> Result<Outcome, *mut Failure> {
        let method = &self.methods[index];
        let mut layouts = Layouts::for_target(&self.interface, Target::NATIVE);
        // SAFETY: the contract of this function.
        let at = unsafe { method.places(arguments) };
        let mut read = Vec::new();
        for (parameter, at) in method.parameters.iter().zip(&at) {
            // SAFETY: there is an argument of this layout, which is the callee's.
            read.push(Reader::new(&mut layouts).read(&parameter.ty, unsafe { Wire::new(*at) }));
        }
        for (parameter, at) in method.parameters.iter().zip(&at) {
            // SAFETY: as above, and nothing reads it again but what is lent.
            release(&mut layouts, &parameter.ty, unsafe { Wire::new(*at) }, false);
        }
        let lost = |message: String| refused(FailureKind::LOST, message);
        let values = read.into_iter().collect::<Result<Vec<_>, _>>().map_err(lost)?;
        let (value, changed) = match (self.answers)(&method.name, values) {
            Reply::Returned { value, changed } => (value, changed),
            Reply::Panicked { message, location } => {
                return Err(panicked(message, location.as_ref()));
            }
            Reply::Lost { message } => return Err(lost(message)),
        };
        let invalid = |refusal: Refusal| {
            let text = refusal.of_method(&method.signature).to_string();
            refused(FailureKind::LOST, format!("the worker returned an invalid value: {text}"))
        };
        // SAFETY: the arguments that are lent live until the end of the call.
        let changes = unsafe { method.changes(&mut layouts, &at, &changed) }.map_err(invalid)?;
        let written = self.write(method, &mut layouts, &value).map_err(invalid)?;
        // Nothing can fail any more.
        // SAFETY: as above; the caller lent them exclusively.
        changes.into_iter().for_each(|change| unsafe { change.make(&mut layouts) });
        Ok(written)
    }

    /// Writes the outcome of a call.
    fn write(
        &self,
        method: &Expected,
        layouts: &mut Layouts<'_>,
        value: &Value,
    ) -> Result<Outcome, Refusal> {
        let LayoutKind::Outcome { ok, err } = &method.outcome.kind else {
            unreachable!("the layout of an outcome")
        };
        let place = Place::Parameter("the return value");
        let (field, value, status) = match err {
            None => (ok, value, null_mut()),
            Some(err) => match (value.get("Ok"), value.get("Err")) {
                (Some(value), None) => (ok, value, null_mut()),
                (None, Some(value)) => (err, value, METHOD_ERROR),
                _ => return Err(Refusal::of("{\"Ok\": ..} or {\"Err\": ..}", value, &place)),
            },
        };
        let mut bytes = vec![0; method.outcome.size];
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let mut packer = Packer::new(layouts);
        packer.kept = Some(&mut *kept);
        let part = &mut bytes[field.offset..][..field.layout.size];
        packer.pack(Item { ty: &field.ty, value, place: &place }, part)?;
        // From here on they are the caller's.
        packer.given.into_iter().for_each(Block::give);
        Ok(Outcome { bytes, status })
    }
}

/// The outcome of a call that returned.
struct Outcome {
    bytes: Vec<u8>,
    status: *mut Failure,
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
        f.debug_struct("Answered").field("interface", &self.interface.path).finish_non_exhaustive()
    }
}
