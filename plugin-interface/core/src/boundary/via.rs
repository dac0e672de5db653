//! A type that crosses as another one, its carrier: `PathBuf` as bytes, a map
//! as the vector of its entries.

/// Implements `FfiSafe` for a type by a carrier that crosses already.
///
/// ```text
/// impl [T: FfiSafe] Range<T>, carrier: (T, T), at 'a: Range<T::At<'a>>,
/// shape: Shape::Apply("Range", &[T::SHAPE]),
/// lower: range => (range.start, range.end),
/// lift: (start, end) => Ok(start..end),
/// ```
///
/// A type that leads to itself says `lends: Never`, behind its shape.
///
/// The type owns all it has, or borrows what its carrier borrows, and `lift`
/// gives back what was lowered. It is named by its shape, never by the
/// carrier's: two sides that agree on one agree on the other.
macro_rules! crosses_as {
    (
        impl [$($generics:tt)*] $ty:ty $(where [$($clause:tt)*])?,
        carrier: $carrier:ty, at $a:lifetime: $at:ty,
        shape: $shape:expr,
        $(lends: $lends:ident,)?
        lower: $value:pat => $lower:expr,
        lift: $received:pat => $lift:expr $(,)?
    ) => {
        // SAFETY: the wire is the carrier's; what this type adds, it checks.
        unsafe impl<$($generics)*> $crate::boundary::FfiSafe for $ty $(where $($clause)*)? {
            type Wire = <$carrier as $crate::boundary::FfiSafe>::Wire;
            type At<$a> = $at;
            type ByRef = $crate::boundary::ByCopy;
            const SHAPE: &'static $crate::boundary::Shape = &$shape;
            const LENDS: $crate::boundary::Lends = $crate::boundary::via::lends!($carrier $(, $lends)?);

            #[inline]
            fn lower(self) -> Self::Wire {
                let $value = self;
                let carrier: $carrier = $lower;
                carrier.lower()
            }

            #[inline]
            unsafe fn lift<$a>(
                wire: Self::Wire,
                origin: $crate::boundary::Origin,
            ) -> Result<Self::At<$a>, $crate::boundary::Invalid> {
                use $crate::boundary::FfiSafe;
                // SAFETY: the contract of this function, for the carrier.
                let carrier = unsafe { <$carrier as FfiSafe>::lift::<$a>(wire, origin) };
                let $received = carrier?;
                $lift
            }

            $crate::boundary::returned_as_wire!();
        }
    };
}

/// Whether objects may be lent in it: as in its carrier, unless it says so.
macro_rules! lends {
    ($carrier:ty) => {
        <$carrier as $crate::boundary::FfiSafe>::LENDS
    };
    ($carrier:ty, $lends:ident) => {
        $crate::boundary::Lends::$lends
    };
}

pub(crate) use {crosses_as, lends};
