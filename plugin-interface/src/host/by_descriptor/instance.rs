//! An instance of which the host knows the descriptor only, and who borrows it.
#![expect(unsafe_code, reason = "finds functions in a vtable of another library")]

use core::cell::Cell;
use core::ffi::c_void;
use core::fmt;
use std::rc::Rc;
use std::sync::Arc;

use crate::abi::{Opaque, VTableHeader};
use crate::host::library::instance::Described;
use crate::metadata::InterfaceMetadata;
use crate::object::OwnedObject;

/// An instance, its methods, and the owner that keeps both loaded.
pub(super) struct Instance {
    vtable: *const VTableHeader,
    pub(super) this: *mut Opaque,
    pub(super) interface: InterfaceMetadata,
    borrows: Borrows,
    /// `true` for an object behind an `Arc`, which others may own too.
    pub(super) is_shared: bool,
    /// After the pointers above: destroys the instance and closes the library.
    owner: Owner,
    /// Last: what the instance borrows from.
    #[expect(dead_code, reason = "ends when the instance is gone")]
    borrow: Option<Rc<Borrow>>,
}

enum Owner {
    Registration(Arc<dyn fmt::Debug + Send + Sync>),
    Object(#[expect(dead_code, reason = "dropped with the instance")] OwnedObject),
}

impl Instance {
    pub(super) fn of_registration(described: Described) -> Self {
        let Described { interface, vtable, instance, owner } = described;
        Instance {
            vtable,
            this: instance,
            interface,
            borrows: Borrows::default(),
            is_shared: false,
            owner: Owner::Registration(owner),
            borrow: None,
        }
    }

    /// `interface` was found to be that of the object.
    pub(super) fn of_object(
        object: OwnedObject,
        interface: InterfaceMetadata,
        is_shared: bool,
        borrow: Option<Rc<Borrow>>,
    ) -> Self {
        let table = object.table();
        Instance {
            // Of a Rust library, the one that validates its arguments.
            vtable: table.vtable,
            this: object.raw().instance,
            interface,
            borrows: Borrows::default(),
            is_shared: is_shared || table.share.is_some(),
            owner: Owner::Object(object),
            borrow,
        }
    }

    #[cfg(all(unix, feature = "process"))]
    pub(super) fn vtable(&self) -> *const VTableHeader {
        self.vtable
    }

    /// Returns what keeps a plugin; `None` for an object.
    #[cfg(all(unix, feature = "process"))]
    pub(super) fn owner(&self) -> Option<Arc<dyn fmt::Debug + Send + Sync>> {
        match &self.owner {
            Owner::Registration(owner) => Some(Arc::clone(owner)),
            Owner::Object(_) => None,
        }
    }

    /// Returns the function of a method, by its place in the interface. Null only
    /// if a library in C left it out.
    pub(super) fn function(&self, index: usize) -> *const c_void {
        assert!(index < self.interface.methods.len(), "the place of a method");
        // SAFETY: the functions follow the header, and the vtable was found to have
        // as many as the interface; the owner keeps it.
        unsafe { *self.vtable.add(1).cast::<*const c_void>().add(index) }
    }
}

impl fmt::Debug for Instance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.owner {
            Owner::Registration(owner) => owner.fmt(f),
            Owner::Object(_) => {
                f.debug_struct("Object").field("interface", &self.interface.path).finish()
            }
        }
    }
}

/// The calls and objects that borrow an instance: how many share it, or -1 for one
/// that has it alone.
#[derive(Debug, Default)]
struct Borrows(Cell<isize>);

/// A borrow of an instance, which lives as long.
#[derive(Debug)]
pub(super) struct Borrow {
    of: Rc<Instance>,
    is_exclusive: bool,
}

impl Borrow {
    /// Borrows an instance, unless somebody else has it alone, or is to be alone.
    pub(super) fn new(of: &Rc<Instance>, is_exclusive: bool) -> Option<Self> {
        let count = &of.borrows.0;
        let next = match (is_exclusive, count.get()) {
            (true, 0) => -1,
            (false, shared @ 0..) => shared + 1,
            _ => return None,
        };
        count.set(next);
        Some(Borrow { of: Rc::clone(of), is_exclusive })
    }
}

impl Drop for Borrow {
    fn drop(&mut self) {
        let count = &self.of.borrows.0;
        count.set(if self.is_exclusive { 0 } else { count.get() - 1 });
    }
}
