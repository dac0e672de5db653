//! The storage for values that are borrowed for one call.
#![expect(unsafe_code, reason = "stored values are borrowed through pointers until the call ends")]

use core::alloc::Layout;
use core::cell::{Cell, UnsafeCell};
use core::mem::MaybeUninit;
use core::ptr;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::runtime::failure;

/// States whether a value contains something that a [`CallScope`] must store.
///
/// Such a value is dropped when the call returns.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NeedsScope {
    Never,
    /// A derived type does not look into its fields, since it may refer to
    /// itself.
    Perhaps,
    Always,
}

impl NeedsScope {
    /// Returns the value for a derived type, with or without lifetimes.
    pub const fn derived(borrows: bool) -> Self {
        if borrows { NeedsScope::Perhaps } else { NeedsScope::Never }
    }

    /// Returns the value for a type with such parts.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        match (self, other) {
            (NeedsScope::Always, _) | (_, NeedsScope::Always) => NeedsScope::Always,
            (NeedsScope::Never, NeedsScope::Never) => NeedsScope::Never,
            _ => NeedsScope::Perhaps,
        }
    }
}

/// The storage of one call.
///
/// It is a linked list. The value that was stored last comes first. The values
/// are in the call's [`Space`] as long as they fit in, then in boxes.
#[doc(hidden)]
#[repr(align(8))]
pub struct CallScope {
    last: Cell<*mut Stored<()>>,
    /// States whether a value must be given back.
    has_lent: Cell<bool>,
    /// The space for its values, or null.
    space: Cell<*mut u8>,
    /// How many bytes of the space have a value.
    used: Cell<usize>,
}

/// Space for the values of a scope: a local variable of a call, so that nothing
/// is allocated for what fits in. Eight objects do.
#[repr(C, align(16))]
pub(crate) struct Space(UnsafeCell<MaybeUninit<[u8; 8 * 160]>>);

impl Space {
    #[inline]
    pub(crate) fn new() -> Self {
        Space(UnsafeCell::new(MaybeUninit::uninit()))
    }
}

/// A scope that stores values in a space. All of them are dropped with it.
pub(crate) struct Within<'a>(&'a CallScope);

impl Drop for Within<'_> {
    #[inline]
    fn drop(&mut self) {
        self.0.space.set(ptr::null_mut());
        if !self.0.last.get().is_null() {
            self.0.drop_all();
        }
    }
}

/// A value, and the function that drops it when the call ends.
///
/// The list refers to each as a `Stored<()>`, which has the same first fields.
#[repr(C)]
struct Stored<V> {
    before: *mut Stored<()>,
    end: unsafe fn(*mut Stored<()>),
    /// Gives the value back to the caller, if it was lent as `&mut`.
    give_back: Option<unsafe fn(*mut Stored<()>)>,
    value: V,
}

/// A value that was lent as `&mut`, and what gives it back.
struct Lent<V, F> {
    value: Option<V>,
    give_back: Option<F>,
}

impl CallScope {
    #[inline]
    pub(crate) fn new() -> Self {
        CallScope {
            last: Cell::new(ptr::null_mut()),
            has_lent: Cell::new(false),
            space: Cell::new(ptr::null_mut()),
            used: Cell::new(0),
        }
    }

    /// Stores values in `space` until the result is dropped.
    ///
    /// # Safety
    ///
    /// 1. The result is dropped before the space, which is not moved meanwhile.
    /// 2. What was stored is not used after it.
    #[inline]
    pub(crate) unsafe fn within(&self, space: &Space) -> Within<'_> {
        self.space.set(space.0.get().cast());
        self.used.set(0);
        Within(self)
    }

    /// Stores a value, which may be used for as long as `self` lives, or until
    /// its [`Within`] is dropped.
    ///
    /// # Safety
    ///
    /// What the value borrows outlives `self`, whose drop drops the value at the
    /// latest.
    pub(crate) unsafe fn store<V>(&self, value: V) -> *mut V {
        // SAFETY: the contract of this function.
        unsafe { self.push(value, None) }
    }

    /// # Safety
    ///
    /// As for `store`.
    unsafe fn push<V>(&self, value: V, give_back: Option<unsafe fn(*mut Stored<()>)>) -> *mut V {
        let (stored, end): (*mut Stored<V>, unsafe fn(_)) = match self.take_space::<Stored<V>>() {
            Some(space) => (space, end_in_space::<V>),
            None => (Box::into_raw(Box::<Stored<V>>::new_uninit()).cast(), end_in_box::<V>),
        };
        let before = self.last.replace(stored.cast());
        // SAFETY: room for a `Stored<V>`, which stays until it is dropped.
        unsafe {
            stored.write(Stored { before, end, give_back, value });
            &raw mut (*stored).value
        }
    }

    /// Returns the next free part of the space, if a `T` fits in.
    #[inline]
    fn take_space<T>(&self) -> Option<*mut T> {
        const UNIT: usize = align_of::<Space>();
        let (space, begin) = (self.space.get(), self.used.get());
        let layout = Layout::new::<T>();
        let size = layout.size().next_multiple_of(UNIT);
        if space.is_null() || layout.align() > UNIT || size > size_of::<Space>() - begin {
            return None;
        }
        self.used.set(begin + size);
        // SAFETY: within the space. A multiple of its alignment, as all sizes are.
        Some(unsafe { space.add(begin) }.cast())
    }

    /// Stores a value that was lent as `&mut`. [`give_all_back`] passes it to
    /// `give_back`.
    ///
    /// [`give_all_back`]: Self::give_all_back
    pub(crate) fn store_lent<V: 'static, F: FnOnce(V) + 'static>(
        &self,
        value: V,
        give_back: F,
    ) -> *mut V {
        let lent = Lent { value: Some(value), give_back: Some(give_back) };
        // SAFETY: it borrows nothing that is not static.
        let stored = unsafe { self.push(lent, Some(self::give_back::<V, F>)) };
        self.has_lent.set(true);
        // SAFETY: stored above, and the value is in it until it is given back.
        unsafe { (*stored).value.as_mut().unwrap_unchecked() }
    }

    /// Gives the values back that were lent as `&mut`.
    ///
    /// # Safety
    ///
    /// The method has returned, and its result borrows none of them.
    pub(crate) unsafe fn give_all_back(&self) {
        let mut next = self.last.get();
        while !next.is_null() {
            // SAFETY: stored, and alive until `self` is dropped.
            let (before, give_back) = unsafe { ((*next).before, (*next).give_back) };
            if let Some(give_back) = give_back {
                // SAFETY: stored together with this function; the contract of
                // this one.
                unsafe { give_back(next) };
            }
            next = before;
        }
    }

    /// Returns `true` if a value must be given back.
    #[inline]
    pub(crate) fn has_lent(&self) -> bool {
        self.has_lent.get()
    }
}

/// # Safety
///
/// `stored` is a stored `Stored<Lent<V, F>>`, and nothing borrows the value.
unsafe fn give_back<V, F: FnOnce(V)>(stored: *mut Stored<()>) {
    // SAFETY: the contract of this function.
    let lent = unsafe { &mut (*stored.cast::<Stored<Lent<V, F>>>()).value };
    if let (Some(value), Some(give_back)) = (lent.value.take(), lent.give_back.take()) {
        give_back(value);
    }
}

/// # Safety
///
/// `stored` is a `Stored<V>` in a box, which is dropped here only.
unsafe fn end_in_box<V>(stored: *mut Stored<()>) {
    // SAFETY: the contract of this function.
    drop(unsafe { Box::from_raw(stored.cast::<Stored<V>>()) });
}

/// # Safety
///
/// `stored` is a `Stored<V>` in a space, which is dropped here only.
unsafe fn end_in_space<V>(stored: *mut Stored<()>) {
    // SAFETY: the contract of this function.
    unsafe { stored.cast::<Stored<V>>().drop_in_place() };
}

impl Drop for CallScope {
    #[inline]
    fn drop(&mut self) {
        if !self.last.get().is_null() {
            self.drop_all();
        }
    }
}

impl CallScope {
    /// Drops all values, the last one first, since it may borrow from earlier
    /// ones.
    ///
    /// A panic in a drop is discarded, since the method has returned.
    fn drop_all(&self) {
        while !self.last.get().is_null() {
            let last = self.last.get();
            // SAFETY: stored by `push`, and not dropped yet.
            let (before, end) = unsafe { ((*last).before, (*last).end) };
            self.last.set(before);
            // SAFETY: stored by `push` together with this `end`, and removed
            // from the list.
            let ended = || unsafe { end(last) };
            if let Err(payload) = catch_unwind(AssertUnwindSafe(ended)) {
                failure::discard(payload);
            }
        }
    }
}

impl core::fmt::Debug for CallScope {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_tuple("CallScope").field(&!self.last.get().is_null()).finish()
    }
}

#[cfg(test)]
mod tests {
    use core::cell::RefCell;

    use super::{CallScope, Space};

    /// Notes its number when it is dropped.
    struct Noted<'a, const SIZE: usize>(&'a RefCell<Vec<usize>>, usize, [u8; SIZE]);

    impl<const SIZE: usize> Drop for Noted<'_, SIZE> {
        fn drop(&mut self) {
            self.0.borrow_mut().push(self.1);
        }
    }

    #[repr(align(64))]
    struct Aligned(u8);

    /// Returns `true` if the value is in the space.
    fn is_within<V>(value: *const V, space: &Space) -> bool {
        let begin = space.0.get().addr();
        (begin..begin + size_of::<Space>()).contains(&value.addr())
    }

    #[test]
    fn values_are_in_the_space_as_long_as_they_fit_and_each_is_dropped_last_first() {
        let dropped = RefCell::new(Vec::new());
        let (scope, space) = (CallScope::new(), Space::new());
        // SAFETY: dropped before the space, and nothing is used after it.
        let within = unsafe { scope.within(&space) };
        let mut are_within = Vec::new();
        for number in 0..40 {
            // SAFETY: the list outlives the scope.
            let value = unsafe { scope.store(Noted(&dropped, number, [7; 40])) };
            are_within.push(is_within(value, &space));
            // SAFETY: stored above.
            assert_eq!(unsafe { (*value).2 }, [7; 40]);
        }
        assert_eq!(are_within.iter().filter(|is| **is).count(), size_of::<Space>() / 80);
        assert!(are_within.is_sorted_by(|a, b| a >= b), "{are_within:?}");
        drop(within);
        assert_eq!(*dropped.borrow(), (0..40).rev().collect::<Vec<_>>());
    }

    #[test]
    fn what_does_not_fit_in_a_space_is_in_a_box() {
        let dropped = RefCell::new(Vec::new());
        let (scope, space) = (CallScope::new(), Space::new());
        // SAFETY: as above.
        let within = unsafe { scope.within(&space) };
        // SAFETY: as above.
        let (large, aligned) =
            unsafe { (scope.store(Noted(&dropped, 1, [0; 2000])), scope.store(Aligned(5))) };
        assert!(!is_within(large, &space) && !is_within(aligned, &space));
        // SAFETY: stored above.
        assert_eq!((unsafe { (*aligned).0 }, aligned.addr() % 64), (5, 0));
        drop(within);
        assert_eq!(*dropped.borrow(), [1]);
        // SAFETY: the list outlives the scope.
        let value = unsafe { scope.store(Noted(&dropped, 2, [])) };
        assert!(!is_within(value, &space), "the space is gone");
        drop(scope);
        assert_eq!(*dropped.borrow(), [1, 2]);
    }
}
