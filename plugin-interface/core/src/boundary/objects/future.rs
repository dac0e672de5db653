//! Futures: `Pin<Box<dyn Future<Output = T>>>`. The executor of the owner polls
//! them. They run in the library that created them, and are dropped there.
#![expect(unsafe_code, reason = "futures are reached by pointers")]

use core::pin::Pin;
use core::task::{Context, Poll};

use crate::abi::{Opaque, Outcome, RawObject, RawTaskWaker, VTableHeader};
use crate::boundary::objects::builtin::{
    BuiltinObject, BuiltinTables, BuiltinVTable, builtin_object_items, finish, header, pointees,
};
use crate::boundary::objects::dyn_trait::Dyn;
use crate::boundary::objects::pointee::{ConvertPointer, DynPointee, Pointee};
use crate::boundary::objects::waker;
use crate::boundary::{
    ByCopy, FfiOwned, FfiSafe, InstanceStorage, LiftError, Origin, Shape, returned_as_wire,
};
use crate::runtime::call::contain;

/// The type of a returned future, as `Box::pin(async move { .. })` creates it.
///
/// Polling it runs the plugin's code within the host's executor. Dropping it
/// drops the future in the plugin. It keeps its library loaded. A panic in it
/// becomes a panic of the poll.
///
/// ```
/// use plugin_interface::{BoxFuture, plugin_interface};
///
/// #[plugin_interface]
/// pub trait Fetcher: Send + Sync {
///     fn fetch<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Vec<u8>>;
/// }
///
/// struct Echo;
///
/// impl Fetcher for Echo {
///     fn fetch<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Vec<u8>> {
///         Box::pin(async move { name.as_bytes().to_vec() })
///     }
/// }
/// ```
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// The result of a poll: `None` if pending, or the value.
type Polled<T> = <Option<T> as FfiSafe>::Returned;

/// The vtable of a future.
#[repr(C)]
pub(crate) struct FutureTable<T: FfiSafe> {
    header: VTableHeader,
    /// Polls the future. The waker is borrowed.
    poll: unsafe extern "C" fn(*mut Opaque, *const RawTaskWaker) -> Outcome<Polled<T>>,
}

unsafe extern "C" fn poll<T: FfiOwned, P>(
    this: *mut Opaque,
    waker: *const RawTaskWaker,
) -> Outcome<Polled<T>>
where
    P: InstanceStorage<dyn Future<Output = T>>,
{
    contain(|| {
        // SAFETY: the caller passes a future of this table. It is in a box that
        // is never unwrapped, so it is not moved.
        let future = unsafe { Pin::new_unchecked(P::exclusive(this)) };
        let poll = |waker: &_| future.poll(&mut Context::from_waker(waker));
        // SAFETY: borrowed from the caller.
        match unsafe { waker::with(waker, poll) } {
            Poll::Ready(value) => Some(value),
            Poll::Pending => None,
        }
    })
}

/// A future of another library.
struct RemoteFuture<T: FfiSafe>(BuiltinObject<FutureTable<T>>);

impl<T: FfiOwned> Future for RemoteFuture<T> {
    type Output = T;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        let borrowed = waker::borrow(context.waker());
        // SAFETY: the instance of this function, borrowed exclusively, and a
        // waker that outlives the call.
        let polled: Option<T> = unsafe {
            let outcome = (self.0.vtable().poll)(self.0.instance(), &borrowed);
            finish(self.0.origin(), "future", "poll", outcome)
        };
        match polled {
            Some(value) => Poll::Ready(value),
            None => Poll::Pending,
        }
    }
}

impl<T: FfiOwned, P: InstanceStorage<Self>> BuiltinVTable<P> for dyn Future<Output = T> {
    type VTable = FutureTable<T>;
    const VTABLE: &'static Self::VTable =
        &FutureTable { header: header::<P>(1), poll: poll::<T, P> };
}

// SAFETY: the tables are those above, and adopted objects call them.
unsafe impl<T: FfiOwned> Dyn for dyn Future<Output = T> {
    builtin_object_items! {
        FutureTable<T>,
        BuiltinTables<Self>,
        Shape::Bound("dyn Future<Output = ", T::SHAPE),
        object => RemoteFuture(object)
    }
}

pointees!(impl [T: FfiOwned] Future<Output = T>);

// SAFETY: the future in the box is not moved, in the library that created it.
unsafe impl<D, T> FfiSafe for Pin<Box<D>>
where
    D: Pointee<Kind = DynPointee<dyn Future<Output = T>>> + ?Sized,
    T: FfiOwned,
{
    type Wire = RawObject;
    type At<'a> = Pin<Box<D>>;
    type ByRef = ByCopy;
    const SHAPE: &'static Shape =
        &Shape::Apply("Pin", &[<D::Kind as ConvertPointer<Box<D>>>::SHAPE]);

    fn lower(self) -> RawObject {
        // SAFETY: nothing moves the future out of the lowered box.
        <D::Kind as ConvertPointer<Box<D>>>::lower(unsafe { Pin::into_inner_unchecked(self) })
    }

    unsafe fn lift<'a>(wire: RawObject, origin: Origin) -> Result<Self::At<'a>, LiftError> {
        // SAFETY: the contract of this function.
        let future = unsafe { <D::Kind as ConvertPointer<Box<D>>>::lift(wire, origin) }?;
        Ok(Box::into_pin(future))
    }

    returned_as_wire!();
}
