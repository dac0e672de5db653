//! `Pin<Box<dyn Future<Output = T>>>`: polled by the executor of the side that
//! has it, run on the side that made it, and dropped there.
#![expect(unsafe_code, reason = "futures are reached by pointers")]

use core::pin::Pin;
use core::task::{Context, Poll};

use crate::abi::{Opaque, Outcome, RawObject, RawTaskWaker, VTableHeader};
use crate::boundary::objects::builtin::{
    BuiltinObject, BuiltinVTable, builtin_object_items, finish, header, pointees,
};
use crate::boundary::objects::dyn_trait::Dyn;
use crate::boundary::objects::pointee::{ConvertPointer, DynPointee, Pointee};
use crate::boundary::objects::waker;
use crate::boundary::{
    ByCopy, FfiOwned, FfiSafe, InstanceStorage, LiftError, Origin, Shape, returned_as_wire,
};
use crate::runtime::call::contain;

/// A future as a method returns it: what `Box::pin(async move { .. })` makes.
///
/// Polling it runs the plugin's code, within the host's executor; dropping it
/// drops the plugin's. It keeps its library mapped. A panic in it is that of the
/// poll.
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

/// What a poll gives: nothing yet, or the value.
type Polled<T> = <Option<T> as FfiSafe>::Returned;

/// A future's vtable.
#[repr(C)]
pub(crate) struct FutureTable<T: FfiSafe> {
    header: VTableHeader,
    /// The waker is lent.
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
        // SAFETY: the caller has the future that the table was made for. It lies
        // in a box, which does not come back: it stays where it is.
        let future = unsafe { Pin::new_unchecked(P::exclusive(this)) };
        let poll = |waker: &_| future.poll(&mut Context::from_waker(waker));
        // SAFETY: lent by the caller.
        match unsafe { waker::with(waker, poll) } {
            Poll::Ready(value) => Some(value),
            Poll::Pending => None,
        }
    })
}

/// A future of another side.
struct RemoteFuture<T: FfiSafe>(BuiltinObject<FutureTable<T>>);

impl<T: FfiOwned> Future for RemoteFuture<T> {
    type Output = T;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        let lent = waker::lend(context.waker());
        // SAFETY: the instance that the function takes, which is ours alone, and
        // a waker that lives across the call.
        let polled: Option<T> = unsafe {
            let outcome = (self.0.vtable().poll)(self.0.instance(), &lent);
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

// SAFETY: the tables are those above, and what is adopted calls by them.
unsafe impl<T: FfiOwned> Dyn for dyn Future<Output = T> {
    builtin_object_items! {
        FutureTable<T>,
        Shape::Bound("dyn Future<Output = ", T::SHAPE),
        object => Box::new(RemoteFuture(object))
    }
}

pointees!(impl [T: FfiOwned] Future<Output = T>);

// SAFETY: what is in the box stays where it is, on the side that made it.
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
        // SAFETY: the box goes to where nobody moves the future out of it.
        <D::Kind as ConvertPointer<Box<D>>>::lower(unsafe { Pin::into_inner_unchecked(self) })
    }

    unsafe fn lift<'a>(wire: RawObject, origin: Origin) -> Result<Self::At<'a>, LiftError> {
        // SAFETY: the contract of this function.
        let future = unsafe { <D::Kind as ConvertPointer<Box<D>>>::lift(wire, origin) }?;
        Ok(Box::into_pin(future))
    }

    returned_as_wire!();
}
