//! Calls by name, with types and values that are known at run time.

use plugin_interface::HotLibrary;
use plugin_interface::dynamic::{DynamicCallError, Signature, Value};

use super::sources::Sources;

const SOURCE: &str = r#"
    #include <stdbool.h>
    #include <stddef.h>
    #include <stdint.h>
    #include <stdlib.h>
    #include <string.h>
    #define SAME(type, name) type name(type value) { return value; }
    SAME(bool, f_bool) SAME(char, f_char) SAME(signed char, f_schar) SAME(unsigned char, f_uchar)
    SAME(short, f_short) SAME(unsigned short, f_ushort) SAME(int, f_int) SAME(unsigned, f_unsigned)
    SAME(long, f_long) SAME(unsigned long, f_ulong) SAME(long long, f_llong)
    SAME(uint64_t, f_u64) SAME(size_t, f_size) SAME(float, f_float) SAME(double, f_double)
    double mixed(int a, double b, unsigned char c, float d, long e, const char *f, int g, double h) {
        return a + b * 10 + c * 100 + d * 1000 + e * 1e4 + strlen(f) * 1e5 + g * 1e6 + h * 1e7;
    }
    double sum(const double *values, size_t count) {
        double sum = 0;
        for (size_t i = 0; i < count; i++) sum += values[i];
        return sum;
    }
    void fill(int *values, size_t count, int value) { while (count) values[--count] = value; }
    size_t copy(char *to, size_t size, const char *from) {
        strncpy(to, from, size);
        return strlen(from);
    }
    const char *name(int which) { return which ? "caf\xc3\xa9" : NULL; }
    static int place;
    int *where(void) { place = 7; return &place; }
    int at(const void *where) { return *(const int *)where; }
"#;

fn open() -> (Sources, HotLibrary) {
    let sources = Sources::of(SOURCE);
    let names = SOURCE.split(['(', ' ', ')', ',', '*']).filter(|word| word.starts_with("f_"));
    let others = ["mixed", "sum", "fill", "copy", "name", "where", "at", "absent"];
    let library =
        HotLibrary::open(sources.library(), &names.chain(others).collect::<Vec<_>>()).unwrap();
    (sources, library)
}

/// Calls the function that the signature names.
fn call(
    library: &HotLibrary,
    signature: &str,
    arguments: &[Value<'_>],
) -> Result<Value<'static>, DynamicCallError> {
    let signature: Signature = signature.parse()?;
    // SAFETY: the tests write the signatures of the source above, and buffers of
    // the sizes that they say.
    unsafe { library.call_dynamic(signature.name(), &signature, arguments) }
}

#[test]
fn every_number_goes_there_and_back() {
    let (_sources, library) = open();
    let extremes = |bits: u32| (-(1i128 << (bits - 1)), (1i128 << (bits - 1)) - 1);
    let unsigned = |bits: u32| (0, (1i128 << bits) - 1);
    let long = size_of::<std::ffi::c_long>() as u32 * 8;
    let char = if std::ffi::c_char::MIN == 0 { unsigned(8) } else { extremes(8) };
    for (name, range) in [
        ("f_char(char) -> char", char),
        ("f_schar(signed char) -> signed char", extremes(8)),
        ("f_uchar(unsigned char) -> unsigned char", unsigned(8)),
        ("f_short(short) -> short", extremes(16)),
        ("f_ushort(unsigned short) -> unsigned short", unsigned(16)),
        ("f_int(int) -> int", extremes(32)),
        ("f_unsigned(unsigned) -> unsigned", unsigned(32)),
        ("f_long(long) -> long", extremes(long)),
        ("f_ulong(unsigned long) -> unsigned long", unsigned(long)),
        ("f_llong(long long) -> long long", extremes(64)),
        ("f_u64(uint64_t) -> uint64_t", unsigned(64)),
        ("f_size(size_t) -> size_t", unsigned(usize::BITS)),
    ] {
        for value in [range.0, 0, 1, range.1] {
            assert_eq!(call(&library, name, &[Value::Int(value)]), Ok(Value::Int(value)), "{name}");
        }
        for value in [range.0 - 1, range.1 + 1] {
            let error = call(&library, name, &[Value::Int(value)]).unwrap_err();
            assert!(matches!(error, DynamicCallError::Type { place: 1, .. }), "{name}: {error}");
        }
    }
    for value in [true, false] {
        assert_eq!(call(&library, "f_bool(bool) -> bool", &[value.into()]), Ok(value.into()));
    }
    for value in [0.0, -1.5, 1e30, f64::INFINITY] {
        let rounded = f64::from(value as f32);
        assert_eq!(call(&library, "f_double(double) -> double", &[value.into()]), Ok(value.into()));
        assert_eq!(call(&library, "f_float(float) -> float", &[value.into()]), Ok(rounded.into()));
    }
    let error = call(&library, "f_float(float) -> float", &[1e300.into()]).unwrap_err();
    assert_eq!(error.to_string(), "argument 1: expected float, found Float(1e300)");
}

#[test]
fn arguments_of_all_kinds_go_to_their_places() {
    let (_sources, library) = open();
    let arguments =
        [1.into(), 2.0.into(), 3u8.into(), 4.0f32.into(), 5.into(), c"123456".into(), 7.into()];
    let arguments: Vec<_> = arguments.into_iter().chain([Value::from(8.0)]).collect();
    let signature =
        "mixed(int, double, unsigned char, float, long, const char *, int, double) -> double";
    assert_eq!(call(&library, signature, &arguments), Ok(Value::Float(87_654_321.0)));
}

#[test]
fn buffers_and_texts_are_read_and_written() {
    let (_sources, library) = open();
    let sum = "sum(const double *, size_t) -> double";
    let numbers = [0.5, 1.0, 2.0];
    assert_eq!(call(&library, sum, &[numbers[..].into(), 3usize.into()]), Ok(3.5.into()));
    let mut places = [0i32; 5];
    let arguments = [Value::from(&mut places[..4]), 4.into(), 9.into()];
    assert_eq!(call(&library, "fill(int *, size_t, int)", &arguments), Ok(Value::Void));
    drop(arguments);
    assert_eq!(places, [9, 9, 9, 9, 0]);
    let mut text = [0u8; 8];
    let arguments = [Value::from(&mut text[..]), 8.into(), c"seven".into()];
    let copy = "copy(char *, size_t, const char *) -> size_t";
    assert_eq!(call(&library, copy, &arguments), Ok(5.into()));
    drop(arguments);
    assert_eq!(&text, b"seven\0\0\0");
    assert_eq!(call(&library, "name(int) -> const char *", &[1.into()]), Ok(c"café".into()));
    let null = Value::Pointer(std::ptr::null_mut());
    assert_eq!(call(&library, "name(int) -> const char *", &[0.into()]), Ok(null));
    let place = call(&library, "where() -> int *", &[]).unwrap();
    assert!(matches!(place, Value::Pointer(_)));
    assert_eq!(call(&library, "at(const void *) -> int", &[place]), Ok(7.into()));
}

#[test]
fn wrong_numbers_and_types_of_arguments_are_errors() {
    let (_sources, library) = open();
    let refused = |signature: &str, arguments: &[Value<'_>], expected: &str| {
        let error = call(&library, signature, arguments).unwrap_err();
        assert_eq!(error.to_string(), expected);
    };
    let int = "f_int(int) -> int";
    refused(int, &[], "f_int(int) -> int takes 1 arguments, found 0");
    refused(int, &[1.into(), 2.into()], "f_int(int) -> int takes 1 arguments, found 2");
    refused(int, &[1.5.into()], "argument 1: expected int, found Float(1.5)");
    refused(int, &[c"1".into()], "argument 1: expected int, found Text(\"1\")");
    refused(int, &[Value::Void], "argument 1: expected int, found Void");
    refused("f_double(double) -> double", &[1.into()], "argument 1: expected double, found Int(1)");
    refused("f_bool(bool) -> bool", &[1.into()], "argument 1: expected bool, found Int(1)");
    let numbers = [1i32, 2];
    for signature in ["sum(const double *, size_t) -> double", "fill(int *, size_t)"] {
        // Of another type; and not to be written.
        let error = call(&library, signature, &[numbers[..].into(), 2.into()]).unwrap_err();
        let expected = "found Buffer(&[Signed(4); 2])";
        assert!(error.to_string().ends_with(expected), "{error}");
    }
    let copy = "copy(char *, size_t, const char *) -> size_t";
    let error = call(&library, copy, &[c"to".into(), 2.into(), c"from".into()]).unwrap_err();
    assert_eq!(error.to_string(), "argument 1: expected char *, found Text(\"to\")");
    refused("absent()", &[], "absent() is not defined");
}

#[test]
fn a_call_by_name_reaches_the_newest_version() {
    let sources = Sources::of("int foo(void) { return 4; }");
    let library = HotLibrary::open(sources.library(), &["foo", "bar"]).unwrap();
    let foo = || call(&library, "foo() -> int", &[]);
    assert_eq!(foo(), Ok(4.into()));
    sources.build("int foo(void) { return 5; }");
    library.check_and_reload().unwrap();
    assert_eq!(foo(), Ok(5.into()));
    library.unload().unwrap();
    assert_eq!(foo().unwrap_err().to_string(), "foo() is not defined");
}

#[test]
fn texts_are_read_as_the_types_that_a_signature_has() {
    let signature: Signature =
        "f(bool, unsigned char, double, const char *, void *)".parse().unwrap();
    let read = signature.read(["true", "200", "-1.5e3", "a b", "null"]).unwrap();
    let null = Value::Pointer(std::ptr::null_mut());
    assert_eq!(read, [true.into(), 200.into(), (-1500.0).into(), c"a b".into(), null]);
    for (texts, expected) in [
        (["1", "1", "1", "", "null"], "argument 1: expected bool, found `1`"),
        (["true", "1.5", "1", "", "null"], "argument 2: expected unsigned char, found `1.5`"),
        (["true", "1", "", "", "null"], "argument 3: expected double, found ``"),
        (["true", "1", "1", "\0", "null"], "argument 4: expected const char *, found `\0`"),
        (["true", "1", "1", "", "0x10"], "argument 5: expected void *, found `0x10`"),
    ] {
        assert_eq!(signature.read(texts).unwrap_err().to_string(), expected);
    }
    assert!(matches!(signature.read(["true"]), Err(DynamicCallError::Arity { .. })));
}
