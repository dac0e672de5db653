//! `Arc` and `Rc` of values: passed as a clone, in a `Box`. Owners in two
//! libraries cannot share one count.
#![expect(unsafe_code, reason = "implementations of FfiSafe guarantee layouts")]

use std::rc::Rc;
use std::sync::Arc;

use crate::abi::RawBox;
use crate::boundary::via::converts_via;
use crate::boundary::{
    Content, ConvertPointer, FfiSafe, LiftError, NeedsScope, Origin, Shape, SizedPointee,
};

// SAFETY: the value is passed as a box.
unsafe impl<T: FfiSafe + Clone> ConvertPointer<Arc<T>> for SizedPointee {
    type Wire = RawBox;
    type At<'a> = Arc<T::At<'a>>;
    type Slot = ();
    const SHAPE: &'static Shape = &Shape::Apply("Arc", &[T::SHAPE]);
    const NEEDS_SCOPE: NeedsScope = T::NEEDS_SCOPE;

    #[inline]
    fn lower(value: Arc<T>) -> RawBox {
        Box::new(Arc::unwrap_or_clone(value)).lower()
    }

    #[inline]
    unsafe fn lift<'a>(wire: RawBox, origin: Origin) -> Result<Self::At<'a>, LiftError> {
        // SAFETY: the contract of this function.
        unsafe { <Box<T> as FfiSafe>::lift(wire, origin) }.map(Arc::from)
    }

    #[inline]
    unsafe fn content(wire: RawBox, content: &mut Content) {
        // SAFETY: the contract of this function.
        unsafe { <Box<T> as FfiSafe>::content(wire, content) }
    }
}

converts_via! {
    impl [T: FfiSafe + Clone] Rc<T>,
    via: Box<T>, at 'a: Rc<T::At<'a>>,
    shape: Shape::Apply("Rc", &[T::SHAPE]),
    lower: value => Box::new(Rc::unwrap_or_clone(value)),
    lift: value => Ok(Rc::from(value)),
}

converts_via! {
    impl [T: FfiSafe + Clone] Arc<[T]>,
    via: Vec<T>, at 'a: Arc<[T::At<'a>]>,
    shape: Shape::Apply("Arc", &[&Shape::Slice(T::SHAPE)]),
    lower: values => values.to_vec(),
    lift: values => Ok(values.into()),
}

converts_via! {
    impl [T: FfiSafe + Clone] Rc<[T]>,
    via: Vec<T>, at 'a: Rc<[T::At<'a>]>,
    shape: Shape::Apply("Rc", &[&Shape::Slice(T::SHAPE)]),
    lower: values => values.to_vec(),
    lift: values => Ok(values.into()),
}

converts_via! {
    impl [] Arc<str>,
    via: String, at 'a: Arc<str>,
    shape: Shape::Apply("Arc", &[&Shape::Named("str")]),
    lower: text => (*text).to_owned(),
    lift: text => Ok(text.into()),
}

converts_via! {
    impl [] Rc<str>,
    via: String, at 'a: Rc<str>,
    shape: Shape::Apply("Rc", &[&Shape::Named("str")]),
    lower: text => (*text).to_owned(),
    lift: text => Ok(text.into()),
}
