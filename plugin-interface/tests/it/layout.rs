//! `metadata::layout` against the wire types that the compiler lays out, for each
//! row of the table of types and for nested examples; and `docs/abi.md` against
//! both.
#![expect(clippy::type_complexity, reason = "the tests nest types")]

use std::mem::offset_of;

use plugin_interface::abi::Outcome;
use plugin_interface::metadata::layout::{
    Elements, Layout, LayoutError, LayoutKind, Layouts, Primitive, Target,
};
use plugin_interface::metadata::signature::Type;
use plugin_interface::metadata::{InterfaceMetadata, PluginMetadata};
use plugin_interface::{Interface, plugin_interface};

use crate::table::*;

const ABI: &str = include_str!("../../../docs/abi.md");

/// A type as it is written, with size and alignment of its wire and of its
/// return.
struct Wire {
    written: String,
    wire: [usize; 2],
    returned: [usize; 2],
}

/// An interface whose methods take one type each, and the wires of these.
struct Wires {
    interface: InterfaceMetadata,
    wires: Vec<Wire>,
}

macro_rules! wires {
    ($module:ident $($method:ident: $ty:ty),+ $(,)?) => {
        mod $module {
            use super::*;

            #[plugin_interface]
            trait Takes {
                $(fn $method(&self, value: $ty);)+
            }

            pub(super) fn wires() -> Wires {
                fn of<T: FfiSafe>(written: &str) -> Wire {
                    Wire {
                        written: tidy(written),
                        wire: [size_of::<T::Wire>(), align_of::<T::Wire>()],
                        returned: [
                            size_of::<Outcome<T::Returned>>(),
                            align_of::<Outcome<T::Returned>>(),
                        ],
                    }
                }
                Wires {
                    interface: interface(<dyn Takes as Interface>::RECORD),
                    wires: vec![$(of::<$ty>(stringify!($ty))),+],
                }
            }
        }
    };
}

/// The metadata of an interface from its record.
fn interface(record: &[u8]) -> InterfaceMetadata {
    // A package of no name: ABI version, flags, eight empty texts.
    let mut section = b"PLUGIN\0\x01\x01\0\0\0\x28\0\0\0\x01".to_vec();
    section.extend([0; 39]);
    section.extend(record);
    PluginMetadata::from_section(&section).unwrap().interfaces.remove(0)
}

macro_rules! wires_of_rows {
    ($($row:ident ($($name:ident)+) $position:ident $($method:ident: $ty:ty = $value:expr),+;)*) => {
        $(wires! { $row $($method: $ty),+ })*

        fn rows() -> Vec<Wires> {
            vec![$($row::wires()),*]
        }
    };
}

each_row!(wires_of_rows);

#[derive(FfiSafe)]
struct Unit;

#[derive(FfiSafe)]
struct Mixed {
    a: u8,
    b: u32,
    c: Option<u16>,
    d: [u64; 0],
    e: u8,
}

#[derive(FfiSafe)]
enum Event {
    Nothing,
    At(u8, u64),
    Named { name: String, old: u16 },
}

#[derive(FfiSafe)]
enum Bare {
    One,
    Two,
}

/// The union has no bytes, and aligns.
#[derive(FfiSafe)]
enum Hollow {
    None,
    Aligned([u64; 0]),
}

#[derive(FfiSafe)]
struct Node<T> {
    value: T,
    next: Option<Box<Node<T>>>,
}

#[derive(FfiSafe)]
struct Pair<A, B>(Vec<(A, B)>, A, Option<B>);

wires! {
    nested
    m0: Vec<Option<(String, Result<Vec<u8>, String>)>>, m1: Option<Option<u8>>,
    m2: Option<u128>, m3: Option<(u8, u16)>, m4: Option<[u64; 0]>, m5: Option<()>,
    m6: Result<(), u128>, m7: Result<u8, ()>, m8: Result<[u32; 0], u8>,
    m9: Option<Result<u64, Bare>>, m10: [[u16; 3]; 2], m11: [u64; 0], m12: [(u8, u32); 3],
    m13: (u8, [u64; 0], u8), m14: (u8, u16, u8, u32, u8, u64), m15: (Derived, Adopted),
    m16: Unit, m17: Mixed, m18: Event, m19: Bare, m20: Hollow, m21: Node<u8>, m22: Node<Event>,
    m23: Pair<u8, u128>, m24: Option<Mixed>, m25: Result<Event, Mixed>, m26: &Mixed2, m27: &[Event2],
    m28: Option<&(dyn Trait + '_)>, m29: &(dyn Threads + Send + Sync),
    m30: &mut (dyn FnMut(u8, u8) -> (u8, u16) + Send), m31: (Box<dyn Threads + Send>, u8),
    m32: Option<Box<dyn Iterator<Item = (u8, u8)> + Send>>, m33: Option<NonZero<u128>>,
    m34: Range<u16>, m35: Option<Duration>, m36: (u8, SystemTime), m37: Option<bool>,
    m38: Option<char>, m39: (Ordering, usize), m40: Option<&[u8]>, m41: Option<Option<&u8>>,
    m42: Result<Result<u8, u16>, Result<u32, u64>>, m43: Vec<[u8; 0]>, m44: Box<(u8, u64)>,
    m45: Option<&mut dyn std::io::Write>, m46: Box<dyn std::fmt::Write + Send>,
}

/// Types that are passed as copies behind a reference.
#[derive(Clone, FfiSafe)]
struct Mixed2(String);

#[derive(Clone, FfiSafe)]
enum Event2 {
    Named(String),
}

#[plugin_interface]
trait Threads: Send + Sync {
    fn number(&self) -> u32;
}

fn check(Wires { interface, wires }: &Wires) {
    let mut layouts = Layouts::for_target(interface, Target::NATIVE);
    assert_eq!(interface.methods.len(), wires.len());
    for (method, wire) in interface.methods.iter().zip(wires) {
        let ty = &method.syntax().unwrap().parameters[0].ty;
        let layout = layouts.of(ty).unwrap_or_else(|error| panic!("{ty}: {error}"));
        assert_eq!([layout.size, layout.align], wire.wire, "{} is {ty}: {layout:?}", wire.written);
        let outcome = layouts.outcome(ty).unwrap();
        assert_eq!([outcome.size, outcome.align], wire.returned, "{ty}: {outcome:?}");
    }
}

#[test]
fn each_row_of_the_table_has_the_layout_of_its_wire() {
    let rows = rows();
    rows.iter().for_each(check);
    let listed: Vec<Vec<_>> = cells().map(|row| quoted(row[0]).map(tidy).collect()).collect();
    let written = |row: Wires| row.wires.into_iter().map(|wire| wire.written).collect();
    let tested: Vec<Vec<_>> = rows.into_iter().map(written).collect();
    assert_eq!(listed, tested);
}

#[test]
fn nested_types_have_the_layouts_of_their_wires() {
    check(&nested::wires());
}

#[test]
fn parts_lie_where_the_compiler_puts_them() {
    macro_rules! assert_parts {
        ($layouts:ident $ty:ty { $($($field:tt).+),* }) => {
            let text = stringify!($ty);
            let layout = $layouts.of(&Type::parse(text)).unwrap();
            let found: Vec<_> = layout.kind.fields().map(|field| field.offset).collect();
            assert_eq!(found, [$(offset_of!(<$ty as FfiSafe>::Wire, $($field).+)),*], "{text}");
        };
    }
    let interface = nested::wires().interface;
    let mut layouts = Layouts::for_target(&interface, Target::NATIVE);
    assert_parts!(layouts Mixed { 0, 1, 2, 3, 4 });
    assert_parts!(layouts Node<u8> { 0, 1 });
    assert_parts!(layouts Node<Event> { 0, 1 });
    assert_parts!(layouts Pair<u8, u128> { 0, 1, 2 });
    assert_parts!(layouts Hollow { variant.__WireOfAligned.0 });
    assert_parts!(layouts Event {
        variant.__WireOfAt.0,
        variant.__WireOfAt.1,
        variant.__WireOfNamed.0,
        variant.__WireOfNamed.1
    });
    assert_parts!(layouts Option<u128> { value });
    assert_parts!(layouts Option<(u8, u16)> { value });
    assert_parts!(layouts Result<u8, u128> { value, value });
    assert_parts!(layouts (u8, [u64; 0], u8) { 0, 1, 2 });
    assert_parts!(layouts (u8, u16, u8, u32, u8, u64) { 0, 1, 2, 3, 4, 5 });
    assert_parts!(layouts Range<u16> { 0, 1 });
    assert_parts!(layouts Duration { 0, 1 });
    let outcome = layouts.outcome(&Type::parse("Result<u8, u128>")).unwrap();
    let offsets: Vec<_> = outcome.kind.fields().map(|field| field.offset).collect();
    let expected = offset_of!(Outcome<<Result<u8, u128> as FfiSafe>::Returned>, value);
    assert_eq!(offsets, [expected; 2]);
}

#[test]
fn a_pointer_of_32_bits_is_a_word_of_4_bytes() {
    let interface = nested::wires().interface;
    let target = Target { word: 4, align_of_8: 4, align_of_16: 16 };
    let mut layouts = Layouts::for_target(&interface, target);
    for (ty, size, align) in [
        ("String", 16, 4),
        ("Option<u64>", 12, 4),
        ("Box<u8>", 8, 4),
        ("(u8, usize)", 8, 4),
        ("Node<u8>", 16, 4),
        ("u128", 16, 16),
    ] {
        let layout = layouts.of(&Type::parse(ty)).unwrap();
        assert_eq!((layout.size, layout.align), (size, align), "{ty}");
    }
    assert_eq!(layouts.outcome(&Type::parse("()")).unwrap().size, 8);
}

/// The interface with other definitions, as a library may claim them.
fn claiming(definitions: &[(&str, &str)]) -> InterfaceMetadata {
    let mut interface = nested::wires().interface;
    let any = interface.types[0].clone();
    interface.types.clear();
    for (path, definition) in definitions {
        let mut ty = any.clone();
        (ty.path, ty.definition) = ((*path).to_owned(), (*definition).to_owned());
        interface.types.push(ty);
    }
    interface
}

#[test]
fn a_type_without_a_layout_is_an_error() {
    let interface = claiming(&[
        ("a::Endless", "struct Endless(Option<Endless>)"),
        ("a::Grows", "struct Grows<T> { next: Option<Grows<(T, T)>> }"),
        ("a::Spreads", "struct Spreads<T> { next: Option<Box<Spreads<(T, T)>>> }"),
        ("a::Twin", "struct Twin"),
        ("b::Twin", "struct Twin"),
        ("a::Duration", "struct Duration"),
        ("a::Path", "struct Path(u8)"),
        ("a::Union", "union Union { a: u8 }"),
        ("a::Large", "struct Large([u8; 1099511627776], [u8; 1099511627776])"),
    ]);
    let mut layouts = Layouts::new(&interface);
    let mut error = |ty: &str| layouts.of(&Type::parse(ty)).unwrap_err().to_string();
    for ty in ["Cell<u8>", "str", "[u8]", "dyn Trait", "Vec", "Option", "Twice<u8>", "Union", "#0"]
    {
        assert_eq!(
            error(ty),
            format!("`{ty}` is not FfiSafe, and the metadata does not define it")
        );
    }
    assert_eq!(error("Twin"), "`Twin` is both a::Twin and b::Twin");
    let standard = "a type of the standard library";
    assert_eq!(error("Option<Duration>"), format!("`Duration` is both a::Duration and {standard}"));
    assert_eq!(error("&Path"), format!("`Path` is both a::Path and {standard}"));
    for ty in ["Endless", "Grows<u8>"] {
        assert_eq!(error(ty), format!("`{ty}` contains itself, or is nested too deep"));
    }
    for ty in ["[[u64; 1000000000]; 1000000000]", "Large"] {
        assert_eq!(error(ty), format!("`{ty}` has too many bytes"));
    }
    assert_eq!(layouts.of(&Type::parse("Path")).unwrap().size, 1);
    // A walker that follows the boxes comes to an end.
    let mut ty = Type::parse("Spreads<u8>");
    let error = loop {
        match layouts.of(&ty) {
            Ok(layout) => {
                let option = layout.kind.fields().next().unwrap();
                let boxed = option.layout.kind.fields().next().unwrap();
                ty = boxed.layout.kind.referent().unwrap().clone();
            }
            Err(error) => break error,
        }
    };
    assert!(matches!(error, LayoutError::Recursive { .. }), "{error}");
}

#[test]
fn layouts_are_shared_where_types_repeat() {
    let names: Vec<_> =
        (0..50).map(|i| (format!("a::T{i}"), format!("struct T{i}(T{0}, T{0})", i + 1))).collect();
    let mut definitions: Vec<_> = names.iter().map(|(path, text)| (&**path, &**text)).collect();
    definitions.push(("a::T50", "struct T50([u8; 0])"));
    let interface = claiming(&definitions);
    let layout = Layouts::new(&interface).of(&Type::parse("T0")).unwrap();
    assert_eq!((layout.size, layout.align), (0, 1));
}

/// The begin of a layout's description in `docs/abi.md`.
fn documented(layout: &Layout) -> &'static str {
    match &layout.kind {
        LayoutKind::Unit => "a `u8` of 0",
        LayoutKind::Primitive(Primitive::Bool) => "a `u8` of 0 or 1",
        LayoutKind::Primitive(Primitive::Char) => "a `u32`",
        LayoutKind::Primitive(Primitive::Ordering) => "an `i8`",
        LayoutKind::Primitive(_) | LayoutKind::NonZero(_) => "the number",
        LayoutKind::Pointer { .. } => "a pointer, never null",
        LayoutKind::Address => "the address",
        LayoutKind::Slice { of: Elements::Os, .. } => "`RawSlice` of bytes",
        LayoutKind::Slice { .. } => "`RawSlice {",
        LayoutKind::Buffer(_) => "`RawBuffer",
        LayoutKind::Box { .. } => "`RawBox {",
        LayoutKind::Object { .. } => "`RawObject {",
        LayoutKind::BorrowedObject { .. } => "a pointer, never null, to a `RawBorrowed {",
        LayoutKind::Option { .. } => "`RawOption {",
        LayoutKind::Result { .. } => "`RawResult {",
        LayoutKind::Array { .. } => "`RawArray {",
        LayoutKind::Struct(fields) if fields[0].ty == Type::parse("A") => "`RawTuple2 {",
        LayoutKind::Struct(_) => "a struct",
        LayoutKind::Enum(_) => "`{ u32 tag; union of the variants }`",
        kind => panic!("{kind:?} is the wire of no type"),
    }
}

#[test]
fn the_documented_wires_are_the_layouts() {
    let interface = claiming(&[
        ("a::A", "struct A(u8)"),
        ("a::B", "struct B(u16)"),
        ("a::E", "struct E(u8)"),
        ("a::K", "struct K(u16)"),
        ("a::T", "struct T(u32)"),
        ("a::V", "struct V(u64)"),
        ("a::Derived", "struct Derived { a: u8, b: String }"),
        ("a::Event", "enum Event { Nothing, At(u8) }"),
    ]);
    let mut layouts = Layouts::new(&interface);
    let rows = ABI.lines().skip_while(|line| *line != "| Rust | wire |").skip(2);
    let rows: Vec<_> = rows.take_while(|line| !line.is_empty()).collect();
    for row in &rows {
        let (types, text) = row.trim_matches(['|', ' ']).split_once(" | ").unwrap();
        let quoted = |text: &'static str| text.split('`').skip(1).step_by(2).map(named);
        let types: Vec<_> = match types {
            "a derived struct" => vec![Type::parse("Derived")],
            "a derived enum" => vec![Type::parse("Event")],
            "a type with `#[ffi(with = module)]`" => continue,
            // The other names follow from these.
            types if types.starts_with("`&Vec<T>`") => quoted(types).take(2).collect(),
            types if types.starts_with("`&mut Option<") => quoted(types).take(1).collect(),
            types => quoted(types).collect(),
        };
        let equal: Vec<_> = text.strip_prefix("as ").map(quoted).into_iter().flatten().collect();
        for (i, ty) in types.iter().enumerate() {
            let layout = layouts.of(ty).unwrap_or_else(|error| panic!("{row}: {error}"));
            let Some(equal) = equal.get(i).or(equal.first()) else {
                assert!(text.starts_with(documented(&layout)), "{ty} is not {text}: {layout:?}");
                continue;
            };
            let equal = layouts.of(equal).unwrap_or_else(|error| panic!("{row}: {error}"));
            let parts = |layout: &Layout| -> Vec<_> {
                let parts = layout.kind.fields().map(|field| (field.offset, field.layout.size));
                parts.collect()
            };
            let [one, two] = [&layout, &equal]
                .map(|it| (it.size, it.align, it.kind.referent().cloned(), parts(it)));
            assert_eq!(one, two, "{ty}: {text}");
        }
    }
    assert!(rows.len() > 25, "{rows:?}");
}

/// A type of the documentation, in which `N` stands for a number.
fn named(ty: &str) -> Type {
    Type::parse(&ty.replace("; N]", "; 2]"))
}
