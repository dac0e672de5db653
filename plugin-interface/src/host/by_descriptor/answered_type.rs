//! The functions of a type whose instances another process answers.
#![expect(unsafe_code, reason = "makes a vtable by layouts")]

use core::ffi::c_void;
use core::fmt;
use core::ptr;
use std::sync::Arc;

use super::closure::{Answer, Closure};
use super::memory::Block;
use super::transfer::{Carried, ObjectType};
use crate::abi::{ABI_VERSION, Failure, ObjectTable, Opaque, RawSlice, VTableHeader, words};
use crate::metadata::InterfaceMetadata;

/// Drops an instance.
type Drops = unsafe extern "C" fn(*mut Opaque) -> *mut Failure;

/// Creates another owner of an instance.
type Shares = unsafe extern "C" fn(*mut Opaque) -> *mut Opaque;

/// What the instances of a type have in common.
pub(super) type Functions = (Answer, Drops, Option<Shares>);

/// The functions of a type.
pub(super) struct AnsweredType {
    pub(super) path: String,
    pub(super) methods: Vec<Carried>,
    /// `true` for a closure that its call consumes.
    pub(super) is_consumed: bool,
    /// The header of the vtable, and its functions.
    vtable: Block,
    table: ObjectTable,
    #[expect(dead_code, reason = "the vtable has their addresses")]
    closures: Vec<Closure>,
}

// SAFETY: nothing in it changes after it was made; its table points to the vtable.
unsafe impl Send for AnsweredType {}
// SAFETY: as above.
unsafe impl Sync for AnsweredType {}

impl AnsweredType {
    /// Makes the functions of the first methods of an interface.
    pub(super) fn of_interface(
        interface: &InterfaceMetadata,
        methods: Vec<Carried>,
        functions: Functions,
    ) -> Self {
        let fingerprint = words(interface.fingerprint);
        AnsweredType::new(interface.path.clone(), fingerprint, methods, false, functions)
    }

    /// Returns the functions of a type of objects, which stay as long as the process.
    ///
    /// # Errors
    ///
    /// If a method takes or returns what cannot be passed.
    pub(super) fn of_objects(
        of: &'static ObjectType,
        functions: Functions,
    ) -> Result<&'static Arc<Self>, String> {
        let new = || -> Result<Arc<Self>, String> {
            let methods = of.interface.methods.iter();
            let methods = methods.map(|method| Carried::new(&of.interface, method));
            let methods = methods.collect::<Result<Vec<_>, _>>();
            let methods = methods.map_err(|error| error.to_string())?;
            // That of a closure is not looked at.
            let fingerprint = of.fingerprint.unwrap_or_default();
            let name = of.name.clone();
            let mut made = AnsweredType::new(name, fingerprint, methods, of.is_consumed, functions);
            if let Some(record) = of.record.get() {
                made.table.record = RawSlice::of(record);
            }
            Ok(Arc::new(made))
        };
        let known = of.called.get_or_init(|| Box::new(new()));
        let known = known.downcast_ref::<Result<Arc<Self>, String>>().expect("written here only");
        known.as_ref().map_err(String::clone)
    }

    fn new(
        path: String,
        fingerprint: [u64; 2],
        methods: Vec<Carried>,
        is_consumed: bool,
        (answer, drop, share): Functions,
    ) -> Self {
        let closures: Vec<_> = methods
            .iter()
            .enumerate()
            .map(|(index, method)| {
                let layouts = method.parameters.iter().map(|parameter| &*parameter.layout);
                Closure::new((index, answer), layouts, &method.outcome)
            })
            .collect();
        let count = methods.len();
        let header =
            VTableHeader { abi_version: ABI_VERSION, methods: count as u32, fingerprint, drop };
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
        // Results are validated, as those of a library in C.
        let table = ObjectTable {
            vtable: vtable.start().cast_const().cast(),
            record: RawSlice::of::<u8>(&[]),
            share,
            is: is_never,
            flags: 0,
            unchecked: ptr::null(),
        };
        AnsweredType { path, methods, is_consumed, vtable, table, closures }
    }

    pub(super) fn vtable(&self) -> *const VTableHeader {
        self.vtable.start().cast_const().cast()
    }

    pub(super) fn table(&self) -> *const ObjectTable {
        &raw const self.table
    }
}

/// No object of such a type is one of a type of this library.
unsafe extern "C" fn is_never(_: *const c_void) -> u8 {
    0
}

impl fmt::Debug for AnsweredType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AnsweredType").field("path", &self.path).finish_non_exhaustive()
    }
}
