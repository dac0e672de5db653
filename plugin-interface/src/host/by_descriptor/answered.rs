//! An instance without code of its own: another process answers its methods. A typed
//! proxy calls it like any other, and so does a plugin that it was given to.
//!
//! `libffi` makes a function for each method, which `closure` calls with the
//! arguments in memory. `transfer` makes a message of them, and values of the reply.
#![expect(unsafe_code, reason = "is called through a vtable, by layouts")]

use core::cell::OnceCell;
use core::ffi::c_void;
use core::fmt;
use core::ptr::{self, NonNull, null_mut};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::answered_type::AnsweredType;
use super::error::DynamicError;
use super::kept::Kept;
use super::own_library;
use super::transfer::{
    Carried, Exporting, HEAD, Handle, How, Imports, ObjectPart, ObjectType, Outgoing, Peer,
    RELEASE, Reply, Spent, Unsent, WAKE, call_and_forget, check_objects, with_buffer,
};
use super::waker::{LentWaker, Wakes};
use crate::abi::{Failure, FailureKind, Opaque, RawObject};
use crate::boundary::Origin;
use crate::interface::{Interface, PluginTrait};
use crate::object::{Object, OwnedObject};
use crate::runtime::failure::{contain, refused};

/// Lends the process that answers a call, which is kept ready for as long as that takes;
/// an error if there is none.
type PeerOf = dyn Fn(&mut dyn FnMut(&Arc<dyn Peer>)) -> Result<(), String> + Send + Sync;

enum Peers {
    /// Another one may answer the next call.
    Each(Box<PeerOf>),
    /// The one in which the object lives.
    One(Arc<dyn Peer>),
}

/// What another process answers for.
struct Remote {
    peers: Peers,
    object: Handle,
    /// The lane that alone may call it.
    home: Option<u32>,
    /// `true` if the other process drops its object with this.
    is_owned: AtomicBool,
    /// What the drops of all that came with it have taken.
    spent: Arc<Spent>,
}

/// An instance whose methods another process answers.
pub(crate) struct Answered {
    of: Arc<AnsweredType>,
    /// Other owners of the same object have it too.
    remote: Arc<Remote>,
    /// What methods returned by reference, as long as the instance lives.
    kept: Mutex<Kept>,
}

impl Answered {
    /// Returns a typed proxy whose calls other processes answer, one after another. The
    /// plugin has the first `count` methods of the host's interface.
    ///
    /// # Errors
    ///
    /// If a method takes or returns what cannot be passed, or if the plugin does not list
    /// its methods.
    pub(crate) fn proxy<I: Interface + ?Sized>(
        count: usize,
        (plugin, home): (usize, Option<u32>),
        peers: Box<PeerOf>,
    ) -> Result<I::Proxy, DynamicError> {
        let wanted = PluginTrait::of::<I>();
        let not_described = || DynamicError::NotDescribed { interface: wanted.path().to_owned() };
        let interface = wanted.metadata().ok_or_else(not_described)?;
        // A proxy asks for a later method whether it is there, and for no other one. A
        // hand-written plugin may list none.
        let first = interface.methods.iter().filter(|method| method.since.is_empty()).count();
        if count < first {
            return Err(not_described());
        }
        let methods = interface.methods[..count].iter();
        let methods = methods.map(|method| Carried::new(&interface, method));
        let methods = methods.collect::<Result<Vec<_>, _>>()?;
        check_objects(&methods)?;
        let of =
            Arc::new(AnsweredType::of_interface(&interface, methods, (answer, drop_nothing, None)));
        let remote = Arc::new(Remote {
            peers: Peers::Each(peers),
            object: Handle::of_plugin(plugin),
            home,
            is_owned: AtomicBool::new(false),
            spent: Arc::default(),
        });
        let answered = Arc::new(Answered { of, remote, kept: Mutex::default() });
        let vtable = answered.of.vtable().cast_mut().cast::<I::VTable>();
        let vtable = NonNull::new(vtable).expect("a block has an address");
        let instance = Arc::as_ptr(&answered).cast_mut().cast::<Opaque>();
        // SAFETY: the vtable has the functions of the host's own interface, all but later
        // ones, each made for the layouts of that, and `instance` is what they expect; the proxy keeps
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
        let method = &self.of.methods[index];
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
        let method = &self.of.methods[index];
        if method.is_exclusive {
            // Nothing borrows from an instance that is borrowed exclusively.
            self.kept.lock().unwrap_or_else(PoisonError::into_inner).clear();
        }
        // SAFETY: condition 1 of `call`. They are freed after `exporting`, which ends the
        // loans.
        let mut arguments = unsafe { method.arguments(arguments) };
        let remote = &*self.remote;
        let mut exchange = |peer: &Arc<dyn Peer>| {
            with_buffer(|message| {
                message.resize(HEAD, 0);
                let mut exporting = Exporting::to(peer.exports());
                // The arguments and what they refer to live until the end of this call.
                exporting.set_apart();
                arguments.send(message, &mut exporting)?;
                let (object, home, name) = (remote.object, remote.home, &*method.name);
                let (method_index, apart) = (index as u32, exporting.rows());
                let call =
                    Outgoing { object, home, method: method_index, name, apart, spent: None };
                let answer = peer.call(call, message)?;
                let reply = &message[answer.begin..];
                if !Reply::is_refusal(reply) {
                    exporting.keep();
                    if self.of.is_consumed {
                        remote.is_owned.store(false, Ordering::Relaxed);
                    }
                }
                let imports = Importer::new(peer, answer.lane);
                // SAFETY: condition 2 of `call`; the arguments that are lent live until
                // the end of the call.
                unsafe { method.receive(&exporting, reply, (&self.kept, &imports), outcome) }
            })
        };
        match &remote.peers {
            Peers::One(peer) => exchange(peer),
            Peers::Each(peers) => {
                let mut answered = None;
                peers(&mut |peer| answered = Some(exchange(peer)))?;
                answered.expect("a process that is ready is lent")
            }
        }
    }
}

impl Drop for Remote {
    fn drop(&mut self) {
        if let (true, Peers::One(peer)) = (*self.is_owned.get_mut(), &self.peers) {
            let (object, home) = (self.object, self.home);
            let spent = Some(&*self.spent);
            let call = Outgoing { object, home, method: RELEASE, name: "drop", apart: &[], spent };
            call_and_forget(&**peer, call);
        }
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
    // SAFETY: condition 1.
    let this = unsafe { **arguments.cast::<*mut *mut Answered>() };
    // SAFETY: condition 1; its owner keeps it.
    let answered = unsafe { &*this };
    // SAFETY: conditions 1 and 2; the arguments are the callee's, as always.
    unsafe { answered.call(index, arguments.add(1), outcome) };
    if answered.of.is_consumed {
        // SAFETY: an owned object, which this call consumes. The function of this call
        // is one of a type of objects, which stays.
        drop(unsafe { Box::from_raw(this) });
    }
}

unsafe extern "C" fn drop_nothing(_: *mut Opaque) -> *mut Failure {
    null_mut()
}

/// Drops an object.
///
/// # Safety
///
/// It is one of [`Importer`], which is not used again.
unsafe extern "C" fn drop_object(this: *mut Opaque) -> *mut Failure {
    // SAFETY: the contract of this function.
    let object = unsafe { Box::from_raw(this.cast::<Answered>()) };
    // What it does may panic where a thread ends.
    let _ = contain(|| drop(object));
    null_mut()
}

/// Creates another owner of an object.
///
/// # Safety
///
/// It is one of [`Importer`].
unsafe extern "C" fn share(this: *mut Opaque) -> *mut Opaque {
    // SAFETY: the contract of this function.
    let Answered { of, remote, .. } = unsafe { &*this.cast::<Answered>() };
    let (of, remote) = (Arc::clone(of), Arc::clone(remote));
    Box::into_raw(Box::new(Answered { of, remote, kept: Mutex::default() })).cast()
}

/// Calls a method of an object of this process, for the other one, and appends the reply,
/// but for what it returns.
pub(crate) fn serve(
    peer: &Arc<dyn Peer>,
    lane: u32,
    (object, method): (Handle, u32),
    arguments: &[u8],
    out: &mut Vec<u8>,
) -> Option<Box<Unsent>> {
    peer.exports().serve((object, method), arguments, &Importer::new(peer, lane), out)
}

/// Makes objects of the handles of a message that came on a lane.
struct Importer<'p> {
    peer: &'p Arc<dyn Peer>,
    lane: u32,
    spent: OnceCell<Arc<Spent>>,
}

impl<'p> Importer<'p> {
    fn new(peer: &'p Arc<dyn Peer>, lane: u32) -> Self {
        Importer { peer, lane, spent: OnceCell::new() }
    }

    /// Returns what all objects of the message share.
    fn spent(&self) -> Arc<Spent> {
        Arc::clone(self.spent.get_or_init(Arc::default))
    }
}

impl Imports for Importer<'_> {
    fn import(&self, object: ObjectPart, handle: Handle) -> Result<OwnedObject, String> {
        let of = AnsweredType::of_objects(object.of, (answer, drop_object, Some(share)))?;
        let table = of.table();
        let remote = Arc::new(Remote {
            peers: Peers::One(Arc::clone(self.peer)),
            object: handle,
            home: (!object.may_move()).then_some(self.lane),
            is_owned: AtomicBool::new(!object.is_lent()),
            spent: self.spent(),
        });
        let of = Arc::clone(of);
        let answered = Box::new(Answered { of, remote, kept: Mutex::default() });
        let instance = Box::into_raw(answered).cast::<Opaque>();
        let library_ref = own_library::retained();
        // SAFETY: the object is new, and has a table of its type, which stays.
        Ok(unsafe { OwnedObject::new(RawObject { table, instance, library_ref }) })
    }

    fn import_waker(&self, handle: Handle) -> LentWaker {
        LentWaker::new(Arc::new(RemoteWaker { peer: Arc::clone(self.peer), object: handle }))
    }
}

/// A waker of another process. Who wakes a task does not wait until it is woken: the other
/// process could take its time, each time.
struct RemoteWaker {
    peer: Arc<dyn Peer>,
    object: Handle,
}

impl RemoteWaker {
    fn tell(&self, method: u32, name: &'static str) {
        let object = self.object;
        self.peer.call_waker(Outgoing {
            object,
            home: None,
            method,
            name,
            apart: &[],
            spent: None,
        });
    }
}

impl Wakes for RemoteWaker {
    fn wake(&self) {
        self.tell(WAKE, "wake");
    }
}

impl Drop for RemoteWaker {
    fn drop(&mut self) {
        self.tell(RELEASE, "drop");
    }
}

/// Makes an object of the handle of one that the other process shares.
pub(super) fn import_shared(
    peer: &Arc<dyn Peer>,
    of: &'static ObjectType,
    handle: Handle,
) -> Result<OwnedObject, String> {
    Importer::new(peer, 0).import(ObjectPart { of, how: How::Shared }, handle)
}

impl fmt::Debug for Answered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answered").field("interface", &self.of.path).finish_non_exhaustive()
    }
}
