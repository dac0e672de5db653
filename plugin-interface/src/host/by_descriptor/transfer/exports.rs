//! The objects of this process that the other one may call, each by its handle.

use core::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::apart::Unfreed;
use super::export::{Export, GONE, New, Use};
use super::handle::Handle;
use crate::host::by_descriptor::error::DynamicError;
use crate::host::by_descriptor::proxy::DynamicProxy;
use crate::object::OwnedObject;

/// The most objects at a time.
const MOST: usize = 1 << 20;

/// The objects that the other process may call.
#[derive(Default)]
pub(crate) struct Exports {
    slots: Mutex<Slots>,
    /// The other process calls with texts that are UTF-8.
    pub(super) trusts_texts: bool,
    /// What the plugins have yet to free.
    pub(super) unfreed: Arc<Unfreed>,
}

#[derive(Default)]
struct Slots {
    /// The plugins, or why they cannot be called. Their handles have no generation.
    plugins: Vec<Result<Arc<Export>, String>>,
    slots: Vec<Slot>,
    free: Vec<u32>,
}

struct Slot {
    generation: u32,
    export: Option<Arc<Export>>,
}

impl Slot {
    fn handle(&self, index: usize) -> Handle {
        Handle { index: index as u32, generation: self.generation }
    }
}

impl Exports {
    /// Those of a worker. A text of its host is one of Rust, and the plugin that gets it
    /// checks it too. To check 64 KB takes as long as to copy them.
    pub(crate) fn of_worker() -> Self {
        Exports { trusts_texts: true, ..Exports::default() }
    }

    /// Exports a plugin for good. Its place is that of its number.
    pub(crate) fn plugin(&self, plugin: Result<DynamicProxy, DynamicError>) {
        let export = Export::plugin(plugin).map(Arc::new);
        lock(&self.slots).plugins.push(export);
    }

    /// Ends the plugins, once no call uses them any more.
    pub(crate) fn end_plugins(&self) {
        self.unfreed.wait();
        let plugins = core::mem::take(&mut lock(&self.slots).plugins);
        drop(plugins);
    }

    /// Exports an object. After an error, its owner is who it was before.
    pub(super) fn add(&self, new: New) -> Result<(Handle, Arc<Export>), String> {
        let export = Arc::new(Export::object(new)?);
        let mut slots = lock(&self.slots);
        let Slots { slots: all, free, .. } = &mut *slots;
        let index = match free.pop() {
            Some(index) => index as usize,
            None if all.len() < MOST => {
                all.push(Slot { generation: 1, export: None });
                all.len() - 1
            }
            None => {
                drop(slots);
                core::mem::forget(export.take_object());
                return Err(format!("expected at most {MOST} objects for the other process"));
            }
        };
        all[index].export = Some(Arc::clone(&export));
        let handle = all[index].handle(index);
        drop(slots);
        export.announce(handle);
        Ok((handle, export))
    }

    /// Takes an object out, so that no call can begin any more. `None` if it has gone.
    fn take(&self, handle: Handle) -> Option<Arc<Export>> {
        let mut slots = lock(&self.slots);
        let Slots { slots: all, free, .. } = &mut *slots;
        let slot = all.get_mut(handle.index as usize);
        let slot = slot.filter(|it| it.generation == handle.generation)?;
        let export = slot.export.take()?;
        // After the last generation, the place is not used again.
        if let Some(next) = slot.generation.checked_add(1) {
            slot.generation = next;
            free.push(handle.index);
        }
        Some(export)
    }

    /// Ends a loan, or drops what borrows from a caller. Waits for the calls of other
    /// threads that use the object, also if the other process has released it before.
    pub(super) fn end_loan(&self, (handle, lent): (Handle, Arc<Export>)) {
        self.take(handle);
        while let Some(children) = lent.end() {
            children.into_iter().for_each(|child| self.end_loan(child));
        }
    }

    /// Drops an object that is owned, once no call uses it any more.
    pub(super) fn release(&self, handle: Handle) -> Result<(), String> {
        let export = self.find(handle)?;
        export.check_thread()?;
        if !export.is_given() {
            return Err("only an object that was given can be released".to_owned());
        }
        drop(export);
        self.take(handle);
        Ok(())
    }

    /// Takes back what the other process has never seen, without dropping it.
    pub(super) fn withdraw(&self, handle: Handle) {
        let taken = self.take(handle);
        core::mem::forget(taken.and_then(|export| export.take_object()));
    }

    /// Drops all that was given to the other process, which is gone.
    pub(crate) fn clear(&self) {
        let is_given = |slot: &Slot| slot.export.as_ref().is_some_and(|it| it.is_given());
        let slots = lock(&self.slots);
        let given = slots.slots.iter().enumerate().filter(|(_, slot)| is_given(slot));
        let given: Vec<_> = given.map(|(index, slot)| slot.handle(index)).collect();
        drop(slots);
        given.into_iter().for_each(|handle| drop(self.take(handle)));
    }

    /// Returns an object.
    pub(super) fn find(&self, handle: Handle) -> Result<Arc<Export>, String> {
        let slots = lock(&self.slots);
        if handle.generation == 0 {
            let plugin = slots.plugins.get(handle.index as usize);
            return plugin.cloned().unwrap_or_else(|| Err("there is no such plugin".to_owned()));
        }
        let slot = slots.slots.get(handle.index as usize);
        let slot = slot.filter(|slot| slot.generation == handle.generation);
        slot.and_then(|slot| slot.export.clone()).ok_or_else(|| GONE.to_owned())
    }

    /// Takes a closure out that its call consumes.
    pub(super) fn consume(&self, handle: Handle) -> Result<(Use, OwnedObject), String> {
        let used = self.find(handle)?.begin(true)?;
        let object = used.export.take_object();
        self.take(handle);
        Ok((used, object.ok_or("the closure is not owned")?))
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl fmt::Debug for Exports {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exports").finish_non_exhaustive()
    }
}
