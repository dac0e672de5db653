//! An object of this process that the other one may call, and those who use it.
#![expect(unsafe_code, reason = "has pointers to an object")]

use core::ffi::c_void;
use core::fmt;
use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::thread::{self, ThreadId};

use super::handle::Handle;
use super::object_type::{How, ObjectPart, ObjectType};
use super::own_thread::Staying;
use crate::abi::{Opaque, VTableHeader};
use crate::host::by_descriptor::error::DynamicError;
use crate::host::by_descriptor::memory::Block;
use crate::host::by_descriptor::proxy::DynamicProxy;
use crate::metadata::InterfaceMetadata;
use crate::object::OwnedObject;

pub(super) const GONE: &str = "the object has gone: a loan ends with its call";

/// The most objects of which each borrows from the one before. The other process may ask
/// for one more each time, and they end one within the other.
const DEEPEST: usize = 256;

/// An object that the other process may call.
pub(super) struct Export {
    pub(super) of: &'static ObjectType,
    /// `None` for a plugin.
    how: Option<How>,
    vtable: *const VTableHeader,
    pub(super) this: *mut Opaque,
    /// The thread that exported it.
    maker: ThreadId,
    /// `true` if no other thread may use it.
    stays: bool,
    users: Mutex<Users>,
    idle: Condvar,
    /// What is owned, which is dropped first.
    object: Mutex<Option<Owned>>,
    #[expect(dead_code, reason = "keeps a plugin, and its library")]
    owner: Option<Arc<dyn fmt::Debug + Send + Sync>>,
    /// The object that this one borrows from.
    parent: Option<Arc<Borrowed>>,
}

// SAFETY: the pointers are used by those that `begin` lets in: by threads that the type
// of the pointer permits, one at a time where it wants that.
unsafe impl Send for Export {}
// SAFETY: as above.
unsafe impl Sync for Export {}

/// An object that is about to be exported.
pub(super) struct New {
    pub(super) part: ObjectPart,
    pub(super) vtable: *const VTableHeader,
    pub(super) this: *mut Opaque,
    /// `None` if it is lent.
    pub(super) object: Option<OwnedObject>,
    pub(super) parent: Option<Arc<Borrowed>>,
}

/// An object that was given to the other process.
enum Owned {
    /// Any thread may drop it.
    Moving(OwnedObject),
    Staying(Staying<Arc<Borrowed>>),
}

impl Owned {
    /// Returns the object. `None` in a thread that may not use it.
    fn take(self) -> Option<OwnedObject> {
        match self {
            Owned::Moving(object) => Some(object),
            Owned::Staying(object) => object.take(),
        }
    }
}

#[derive(Default)]
struct Users {
    /// How many threads wait for a change of it. To wake nobody would take a call of the
    /// system, in each call of an object.
    waiting: u32,
    count: usize,
    is_exclusive: bool,
    /// The thread of the last one that came.
    thread: Option<ThreadId>,
    /// `true` if the loan has ended: nobody may come any more.
    has_ended: bool,
    /// The objects that borrow from it, by their addresses.
    children: BTreeMap<usize, (Handle, Weak<Export>)>,
}

impl Export {
    /// Returns a plugin; an error if it cannot be called by its descriptor.
    pub(super) fn plugin(plugin: Result<DynamicProxy, DynamicError>) -> Result<Self, String> {
        let plugin = plugin.map_err(|error| error.to_string())?;
        let instance = plugin.instance();
        let of = ObjectType::of_instances(&instance.interface)?;
        let owner = instance.owner().ok_or("this is an object, and no plugin")?;
        Ok(Export {
            of,
            how: None,
            vtable: instance.vtable(),
            this: instance.this,
            maker: thread::current().id(),
            stays: !is_shareable(&of.interface),
            users: Mutex::default(),
            idle: Condvar::new(),
            object: Mutex::default(),
            owner: Some(owner),
            parent: None,
        })
    }

    /// Returns an object.
    ///
    /// # Errors
    ///
    /// If the object would have to be dropped by this thread before another one may go on,
    /// or if it borrows from too many. Its owner is who it was before then.
    pub(super) fn object(new: New) -> Result<Self, &'static str> {
        let New { part, vtable, this, object, parent } = new;
        let (maker, stays) = (thread::current().id(), !part.may_move());
        let (mut ancestor, mut depth) = (parent.as_ref(), 0);
        while let Some(borrowed) = ancestor {
            depth += 1;
            if depth == DEEPEST {
                core::mem::forget(object);
                return Err("expected at most 256 objects that borrow one after another");
            }
            let Export { how, maker: of, parent, .. } = &*borrowed.of.export;
            if stays && how.is_some() && *of != maker {
                core::mem::forget(object);
                return Err("an object that borrows from one of another thread must be `Send`");
            }
            ancestor = parent.as_ref();
        }
        let object = object.map(|object| match stays {
            true => Owned::Staying(Staying::new(object, parent.clone())),
            false => Owned::Moving(object),
        });
        Ok(Export {
            of: part.of,
            how: Some(part.how),
            vtable,
            this,
            maker,
            stays,
            users: Mutex::default(),
            idle: Condvar::new(),
            object: Mutex::new(object),
            owner: None,
            parent,
        })
    }

    /// Returns `true` if it is a plugin, which stays until the end of its process.
    pub(super) fn is_plugin(&self) -> bool {
        self.how.is_none()
    }

    /// Returns `true` if the other process owns it.
    pub(super) fn is_given(&self) -> bool {
        matches!(self.how, Some(How::Owned | How::Shared))
    }

    /// Notes it with what it borrows from, and tells who waits for the end of that.
    pub(super) fn announce(self: &Arc<Self>, handle: Handle) {
        if let Some(parent) = &self.parent {
            let mut users = lock(&parent.of.export.users);
            users.children.insert(self.address(), (handle, Arc::downgrade(self)));
            parent.of.export.wake(&users);
            drop(users);
        }
    }

    /// What it borrows from does not wait for its calls any more.
    fn leave_parent(&self) {
        if let Some(parent) = &self.parent {
            lock(&parent.of.export.users).children.remove(&self.address());
        }
    }

    fn address(&self) -> usize {
        core::ptr::from_ref(self).addr()
    }

    /// Takes the object out. `None` if it is not owned, or stays with another thread.
    pub(super) fn take_object(&self) -> Option<OwnedObject> {
        let object = lock(&self.object).take();
        object.and_then(Owned::take)
    }

    /// Refuses a thread that may not use it.
    pub(super) fn check_thread(&self) -> Result<(), String> {
        match self.stays && self.maker != thread::current().id() {
            true => Err("only the thread that the object belongs to may use it".to_owned()),
            false => Ok(()),
        }
    }

    /// Borrows it for a call.
    pub(super) fn begin(self: Arc<Self>, is_exclusive: bool) -> Result<Use, String> {
        self.check_thread()?;
        if is_exclusive && matches!(self.how, Some(How::Lent { is_exclusive: false } | How::Shared))
        {
            return Err("the object is not borrowed exclusively".to_owned());
        }
        let mut users = lock(&self.users);
        if users.has_ended {
            return Err(GONE.to_owned());
        }
        let thread = thread::current().id();
        let may_join = !is_exclusive
            && !users.is_exclusive
            && (self.of.is_sync || users.thread == Some(thread));
        if users.count > 0 && !may_join {
            return Err("the instance is borrowed by another call".to_owned());
        }
        (users.count, users.is_exclusive, users.thread) =
            (users.count + 1, is_exclusive, Some(thread));
        drop(users);
        Ok(Use { export: self })
    }

    /// Ends a loan, or drops what borrows from a caller, if nobody uses it. Otherwise it
    /// returns the objects that borrow from it; if there are none, it waits until that may
    /// have changed.
    pub(super) fn end(&self) -> Option<Vec<(Handle, Arc<Export>)>> {
        let mut users = lock(&self.users);
        if users.count == 0 {
            users.has_ended = true;
            drop(users);
            self.leave_parent();
            // Somebody may have found it, and is about to be refused.
            drop(self.take_object());
            return None;
        }
        let children = users.children.values();
        let children = children.filter_map(|(handle, child)| Some((*handle, child.upgrade()?)));
        let children: Vec<_> = children.collect();
        if children.is_empty() {
            users.waiting += 1;
            users = self.idle.wait(users).unwrap_or_else(PoisonError::into_inner);
            users.waiting -= 1;
        }
        drop(users);
        Some(children)
    }

    /// Wakes the threads that wait for a change of the users.
    fn wake(&self, users: &Users) {
        if users.waiting > 0 {
            self.idle.notify_all();
        }
    }

    /// Returns the function of a method, by its place. Null only if a library in C left
    /// it out.
    pub(super) fn function(&self, method: usize) -> *const c_void {
        assert!(method < self.of.interface.methods.len(), "the place of a method");
        // SAFETY: the functions follow the header, and the vtable was found to have as
        // many as its type.
        unsafe { *self.vtable.add(1).cast::<*const c_void>().add(method) }
    }
}

impl Drop for Export {
    fn drop(&mut self) {
        // Before what it borrows from.
        drop(self.take_object());
        self.leave_parent();
    }
}

/// Returns `true` if any thread may call the instances of an interface, also at once.
/// Others are called by the thread that created them.
pub(crate) fn is_shareable(interface: &InterfaceMetadata) -> bool {
    // What cannot be read may need an exclusive borrow.
    let is_shared = |signature: &str| signature.contains("(&self");
    interface.send
        && interface.sync
        && interface.methods.iter().all(|method| is_shared(&method.signature))
}

/// What an object borrows from: another one, and the arguments of a call.
pub(super) struct Borrowed {
    pub(super) of: Use,
    #[expect(dead_code, reason = "freed when it is dropped")]
    pub(super) arguments: Vec<Block>,
}

/// A borrow of an object, which ends with it.
pub(super) struct Use {
    pub(super) export: Arc<Export>,
}

impl Drop for Use {
    fn drop(&mut self) {
        let mut users = lock(&self.export.users);
        users.count -= 1;
        users.is_exclusive = false;
        if users.count == 0 {
            self.export.wake(&users);
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
