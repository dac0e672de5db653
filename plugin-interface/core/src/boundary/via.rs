//! Types that are passed as another type: `PathBuf` as bytes, a map as the
//! vector of its entries.

/// Implements `FfiSafe` for a type by conversion to another FFI-safe type.
///
/// ```text
/// impl [T: FfiSafe] Range<T>, via: (T, T), at 'a: Range<T::At<'a>>,
/// shape: Shape::Apply("Range", &[T::SHAPE]),
/// lower: range => (range.start, range.end),
/// lift: (start, end) => Ok(start..end),
/// ```
///
/// A type that refers to itself has `needs_scope: Never` after its shape.
///
/// The type owns its data, or borrows what the other type borrows. `lift`
/// returns the value that was lowered. The shape names the type, never the
/// other one: two libraries that agree on one agree on both.
macro_rules! converts_via {
    (
        impl [$($generics:tt)*] $ty:ty $(where [$($clause:tt)*])?,
        via: $via:ty, at $a:lifetime: $at:ty,
        shape: $shape:expr,
        $(needs_scope: $needs_scope:ident,)?
        lower: $value:pat => $lower:expr,
        lift: $received:pat => $lift:expr $(,)?
    ) => {
        // SAFETY: the wire is that of the other type; `$lift` checks the rest.
        unsafe impl<$($generics)*> $crate::boundary::FfiSafe for $ty $(where $($clause)*)? {
            type Wire = <$via as $crate::boundary::FfiSafe>::Wire;
            type At<$a> = $at;
            type ByRef = $crate::boundary::ByCopy;
            const SHAPE: &'static $crate::boundary::Shape = &$shape;
            const NEEDS_SCOPE: $crate::boundary::NeedsScope = $crate::boundary::via::needs_scope!($via $(, $needs_scope)?);

            #[inline]
            fn lower(self) -> Self::Wire {
                let $value = self;
                let via: $via = $lower;
                via.lower()
            }

            #[inline]
            unsafe fn lift<$a>(
                wire: Self::Wire,
                origin: $crate::boundary::Origin,
            ) -> Result<Self::At<$a>, $crate::boundary::LiftError> {
                use $crate::boundary::FfiSafe;
                // SAFETY: the contract of this function, for the other type.
                let via = unsafe { <$via as FfiSafe>::lift::<$a>(wire, origin) };
                let $received = via?;
                $lift
            }

            #[inline]
            unsafe fn content(wire: Self::Wire, content: &mut $crate::boundary::Content) {
                // SAFETY: the contract of this function, for the other type.
                unsafe { <$via as $crate::boundary::FfiSafe>::content(wire, content) }
            }

            $crate::boundary::returned_as_wire!();
        }
    };
}

/// Returns the `NEEDS_SCOPE` of the other type, unless one is given.
macro_rules! needs_scope {
    ($via:ty) => {
        <$via as $crate::boundary::FfiSafe>::NEEDS_SCOPE
    };
    ($via:ty, $needs_scope:ident) => {
        $crate::boundary::NeedsScope::$needs_scope
    };
}

pub(crate) use {converts_via, needs_scope};
