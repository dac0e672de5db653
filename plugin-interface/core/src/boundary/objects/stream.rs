//! Writers and readers: `&mut dyn io::Write`, `&mut dyn fmt::Write` and
//! `&mut dyn io::Read`, and boxes of them. They run in the library that created
//! them.
#![expect(unsafe_code, reason = "writers and readers are reached by pointers")]

use std::{fmt, io};

use crate::abi::{Opaque, Outcome, RawSlice, VTableHeader};
use crate::boundary::objects::builtin::{
    BuiltinObject, BuiltinTables, BuiltinVTable, builtin_object_items, finish, header, pointees,
};
use crate::boundary::objects::dyn_trait::{BorrowableMut, Dyn};
use crate::boundary::{FfiSafe, InstanceStorage, Origin, Shape};
use crate::runtime::call::{contain, valid};

type Returned<R> = Outcome<<R as FfiSafe>::Returned>;
type Count = io::Result<usize>;
type Done = io::Result<()>;

/// The vtable of an `io::Write`.
#[repr(C)]
pub(crate) struct WriterTable {
    header: VTableHeader,
    write: unsafe extern "C" fn(*mut Opaque, RawSlice) -> Returned<Count>,
    write_all: unsafe extern "C" fn(*mut Opaque, RawSlice) -> Returned<Done>,
    flush: unsafe extern "C" fn(*mut Opaque) -> Returned<Done>,
}

/// The vtable of a `fmt::Write`.
#[repr(C)]
pub(crate) struct TextTable {
    header: VTableHeader,
    write_str: unsafe extern "C" fn(*mut Opaque, RawSlice) -> Returned<fmt::Result>,
}

/// The vtable of an `io::Read`.
#[repr(C)]
pub(crate) struct ReaderTable {
    header: VTableHeader,
    /// Fills a buffer, which is initialised.
    read: unsafe extern "C" fn(*mut Opaque, RawSlice) -> Returned<Count>,
}

unsafe extern "C" fn write<P>(this: *mut Opaque, bytes: RawSlice) -> Returned<Count>
where
    P: InstanceStorage<dyn io::Write>,
{
    // SAFETY: the caller of a `P` passes a writer of this table, and bytes that it
    // borrows for the call.
    contain(|| unsafe { P::exclusive(this).write(lent::<&[u8]>(bytes, P::CALLER)) })
}

unsafe extern "C" fn write_all<P>(this: *mut Opaque, bytes: RawSlice) -> Returned<Done>
where
    P: InstanceStorage<dyn io::Write>,
{
    // SAFETY: as above.
    contain(|| unsafe { P::exclusive(this).write_all(lent::<&[u8]>(bytes, P::CALLER)) })
}

unsafe extern "C" fn flush<P>(this: *mut Opaque) -> Returned<Done>
where
    P: InstanceStorage<dyn io::Write>,
{
    // SAFETY: the caller passes a writer of this table.
    contain(|| unsafe { P::exclusive(this) }.flush())
}

unsafe extern "C" fn write_str<P>(this: *mut Opaque, text: RawSlice) -> Returned<fmt::Result>
where
    P: InstanceStorage<dyn fmt::Write>,
{
    // SAFETY: the caller of a `P` passes a writer of this table, and a text that it
    // borrows for the call.
    contain(|| unsafe { P::exclusive(this).write_str(lent::<&str>(text, P::CALLER)) })
}

unsafe extern "C" fn read<P>(this: *mut Opaque, buffer: RawSlice) -> Returned<Count>
where
    P: InstanceStorage<dyn io::Read>,
{
    // SAFETY: the caller of a `P` passes a reader of this table, and initialised bytes
    // that it borrows exclusively for the call.
    contain(|| unsafe { P::exclusive(this).read(lent::<&mut [u8]>(buffer, P::CALLER)) })
}

/// Lifts what the caller of a function lends. What code in C passes is checked.
///
/// # Safety
///
/// As for [`FfiSafe::lift`].
#[inline]
unsafe fn lent<'a, T: FfiSafe<Wire = RawSlice>>(wire: RawSlice, caller: Origin) -> T::At<'a> {
    // SAFETY: the contract of this function.
    valid(unsafe { T::lift(wire, caller) })
}

/// Checks the number of bytes that a function claims to have used, since
/// callers index by it.
fn checked(count: Count, len: usize, function: &str) -> Count {
    match count {
        Ok(count) if count > len => Err(io::Error::other(format!(
            "`{function}` of another library must return at most {len}, the length of its buffer, and returned {count}"
        ))),
        count => count,
    }
}

/// A writer of another library.
struct RemoteWriter(BuiltinObject<WriterTable>);

impl io::Write for RemoteWriter {
    fn write(&mut self, bytes: &[u8]) -> Count {
        // SAFETY: the instance of this function, borrowed exclusively, and
        // bytes that are borrowed for the call.
        let count = unsafe {
            let outcome = (self.0.vtable().write)(self.0.instance(), bytes.lower());
            finish(self.0.origin(), "io::Write", "write", outcome)
        };
        checked(count, bytes.len(), "io::Write::write")
    }

    fn write_all(&mut self, bytes: &[u8]) -> Done {
        // SAFETY: as above.
        unsafe {
            let outcome = (self.0.vtable().write_all)(self.0.instance(), bytes.lower());
            finish(self.0.origin(), "io::Write", "write_all", outcome)
        }
    }

    fn flush(&mut self) -> Done {
        // SAFETY: as above.
        unsafe {
            let outcome = (self.0.vtable().flush)(self.0.instance());
            finish(self.0.origin(), "io::Write", "flush", outcome)
        }
    }
}

/// A writer of texts of another library.
struct RemoteText(BuiltinObject<TextTable>);

impl fmt::Write for RemoteText {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        // SAFETY: the instance of this function, borrowed exclusively, and a
        // text that is borrowed for the call.
        unsafe {
            let outcome = (self.0.vtable().write_str)(self.0.instance(), text.lower());
            finish(self.0.origin(), "fmt::Write", "write_str", outcome)
        }
    }
}

/// A reader of another library.
struct RemoteReader(BuiltinObject<ReaderTable>);

impl io::Read for RemoteReader {
    fn read(&mut self, buffer: &mut [u8]) -> Count {
        let len = buffer.len();
        // SAFETY: the instance of this function, borrowed exclusively, and a
        // buffer that is borrowed exclusively for the call.
        let count = unsafe {
            let outcome = (self.0.vtable().read)(self.0.instance(), buffer.lower());
            finish(self.0.origin(), "io::Read", "read", outcome)
        };
        checked(count, len, "io::Read::read")
    }
}

macro_rules! streams {
    ($($($path:ident)::+: $name:literal, $remote:ident, $table:ident [$($function:ident),*];)*) => {$(
        impl<P: InstanceStorage<Self>> BuiltinVTable<P> for dyn $($path)::+ {
            type VTable = $table;
            const VTABLE: &'static $table = &$table {
                header: header::<P>([$(stringify!($function)),*].len() as u32),
                $($function: $function::<P>),*
            };
        }

        // SAFETY: the table is the one above, and adopted objects call it.
        unsafe impl Dyn for dyn $($path)::+ {
            builtin_object_items! {
                $table,
                BuiltinTables<Self>,
                Shape::Named($name),
                object => $remote(object)
            }
        }

        pointees!(impl [] $($path)::+);

        // SAFETY: its functions borrow the instance.
        unsafe impl BorrowableMut for dyn $($path)::+ {}
    )*};
}

streams! {
    io::Write: "dyn std::io::Write", RemoteWriter, WriterTable [write, write_all, flush];
    fmt::Write: "dyn std::fmt::Write", RemoteText, TextTable [write_str];
    io::Read: "dyn std::io::Read", RemoteReader, ReaderTable [read];
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::boundary::Borrowed;
    use crate::boundary::objects::dyn_trait::ObjectTables;
    use crate::object::call_error::CallError;

    /// Writes through the table that lenders pass, as C does or as Rust does.
    fn write_to(out: &mut String, bytes: &[u8], as_c: bool) -> Result<(), String> {
        let table = <<dyn fmt::Write as Dyn>::Tables as ObjectTables>::BORROWED;
        let mut lent = Borrowed::<dyn fmt::Write>(out);
        let vtable = if as_c { table.vtable } else { table.unchecked };
        // SAFETY: a vtable of this table, an instance of its storage, and bytes that
        // are borrowed for the call. They are text unless the vtable validates them.
        let returned = unsafe {
            let write_str = (*vtable.cast::<TextTable>()).write_str;
            let outcome = write_str((&raw mut lent).cast(), RawSlice::of(bytes));
            <fmt::Result as FfiSafe>::lift_return(outcome, Origin::Rust)
        };
        match returned {
            Ok(written) => written.map_err(|error| error.to_string()),
            Err(error) => Err(CallError::of("fmt::Write", "write_str", error).to_string()),
        }
    }

    #[test]
    fn text_of_a_caller_in_c_is_validated() {
        let mut out = String::new();
        assert_eq!(write_to(&mut out, "ä".as_bytes(), true), Ok(()));
        assert_eq!(write_to(&mut out, "ß".as_bytes(), false), Ok(()));
        let refused = write_to(&mut out, b"a\xff", true).unwrap_err();
        assert!(refused.contains("the caller passed an invalid value"), "{refused}");
        assert_eq!(out, "äß");
    }

    #[test]
    fn a_count_beyond_the_buffer_is_an_error() {
        assert_eq!(checked(Ok(4), 4, "f").unwrap(), 4);
        let error = checked(Ok(5), 4, "f").unwrap_err().to_string();
        assert!(error.ends_with("at most 4, the length of its buffer, and returned 5"), "{error}");
    }
}
