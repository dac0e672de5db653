//! Objects that were given to the other process, and that only their own thread may use.
//!
//! They stay with that thread. What the other process has released is dropped by the
//! thread's next call to it, or when the thread ends.

use core::any::Any;
use core::marker::PhantomData;
use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::{Arc, Weak};

use crate::object::OwnedObject;

/// An object that stays with its thread, until this is dropped. It borrows from a `B`.
#[derive(Debug)]
pub(super) struct Staying<B> {
    token: Arc<()>,
    borrows: PhantomData<fn(B)>,
}

/// An object of this thread.
struct Own {
    token: Weak<()>,
    object: OwnedObject,
    /// What it borrows from, which is dropped after it.
    borrowed: Option<Box<dyn Any>>,
}

thread_local! {
    static OWN: RefCell<HashMap<usize, Own>> = RefCell::default();
}

impl<B: 'static> Staying<B> {
    /// Keeps an object with this thread, and what it borrows from.
    pub(super) fn new(object: OwnedObject, borrowed: Option<B>) -> Self {
        let token = Arc::new(());
        let borrowed = borrowed.map(|borrowed| Box::new(borrowed) as Box<dyn Any>);
        let own = Own { token: Arc::downgrade(&token), object, borrowed };
        // A thread that ends keeps none: it is dropped here.
        drop(OWN.try_with(|all| all.borrow_mut().insert(key(&token), own)));
        Staying { token, borrows: PhantomData }
    }

    /// Returns the object. `None` in another thread, or in one that ends.
    pub(super) fn take(self) -> Option<OwnedObject> {
        let taken = OWN.try_with(|own| own.borrow_mut().remove(&key(&self.token)));
        let Own { object, borrowed, .. } = taken.ok().flatten()?;
        // Whoever takes it has what it borrows from, too.
        drop(borrowed);
        Some(object)
    }
}

/// Drops the objects of this thread that the other process has released.
pub(super) fn sweep() {
    let sweep = |own: &RefCell<HashMap<usize, Own>>| {
        let mut own = own.borrow_mut();
        if own.is_empty() {
            return Vec::new();
        }
        own.extract_if(|_, own| own.token.strong_count() == 0).collect()
    };
    drop(OWN.try_with(sweep));
}

/// The address of a token, which is its own until the `Weak` is gone.
fn key(token: &Arc<()>) -> usize {
    Arc::as_ptr(token).addr()
}
