//! Every type that crosses, in every position, there and back.

use std::panic::catch_unwind;

use fixture_interface::{Echo, EchoProxy, Tally, TallyProxy};
use plugin_interface::{PluginManager, inspect};

use crate::fixtures::Directory;

fn echo() -> EchoProxy {
    let directory = Directory::of(&["healthy"]);
    PluginManager::new().load::<dyn Echo>(directory.path()).unwrap().remove(0)
}

#[test]
fn numbers_come_back_at_their_edges() {
    let echo = echo();
    echo.unit();
    macro_rules! edges {
        ($($ty:ident)*) => {$(
            for value in [$ty::MIN, $ty::MIN + 1, 0, 1, $ty::MAX / 3, $ty::MAX] {
                assert_eq!(echo.$ty(value), value);
            }
        )*};
    }
    edges!(u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize);
}

/// Interfaces that return references.
mod returning {
    use plugin_interface::{FfiSafe, plugin_interface};

    pub(super) type Number = u64;

    #[derive(Clone, Copy, FfiSafe)]
    #[repr(C)]
    pub(super) struct Point(pub(super) f64, pub(super) f64);

    #[plugin_interface]
    pub(super) trait Plain {
        fn numbers(&self) -> &[Number];
        fn point(&self) -> Option<&Point>;
        fn points(&mut self) -> Vec<&[Point]>;
    }

    #[plugin_interface]
    pub(super) trait Copied {
        fn numbers(&self) -> &[Number];
        fn names(&self) -> Option<&[String]>;
    }

    #[plugin_interface]
    pub(super) trait Conditional {
        #[cfg(any())]
        fn absent(&self) -> &Absent;
        fn number(&self) -> Number;
    }
}

#[test]
fn a_proxy_keeps_copies_only_of_what_is_not_plain() {
    use plugin_interface::Interface;
    use std::any::TypeId;

    fn keeps_nothing<I: Interface + ?Sized>() -> bool {
        TypeId::of::<I::Copies>() == TypeId::of::<()>()
    }
    assert!(keeps_nothing::<dyn returning::Plain>());
    assert!(!keeps_nothing::<dyn returning::Copied>());
    assert!(!keeps_nothing::<dyn returning::Conditional>());
    assert!(keeps_nothing::<dyn Echo>());
}

#[test]
fn floats_come_back_bit_for_bit() {
    let echo = echo();
    for value in [0.0, -0.0, 1.5, f64::MIN_POSITIVE, f64::MAX, f64::INFINITY, f64::NAN] {
        assert_eq!(echo.f64(value).to_bits(), value.to_bits());
        let value = value as f32;
        assert_eq!(echo.f32(value).to_bits(), value.to_bits());
    }
}

#[test]
fn bools_and_chars_come_back() {
    let echo = echo();
    assert!(echo.bool(true) && !echo.bool(false));
    for value in ['\0', 'a', 'é', '\u{d7ff}', '\u{e000}', char::MAX] {
        assert_eq!(echo.char(value), value);
    }
    assert_eq!(echo.flags(&[true, false, true]), [true, false, true]);
    assert_eq!(echo.chars(&['x', '\u{10ffff}']), ['x', '\u{10ffff}']);
}

#[test]
fn text_comes_back_with_nul_and_all_planes() {
    let echo = echo();
    let long = "ä".repeat(1 << 20);
    for value in ["", "\0", "a\0b", "naïve 漢字 🦜", &long] {
        assert_eq!(echo.text(value), value);
        assert_eq!(echo.string(value.to_owned()), value);
        assert_eq!(echo.option_text(Some(value)).as_deref(), Some(value));
    }
    assert_eq!(echo.option_text(None), None);
}

#[test]
fn a_string_with_spare_capacity_and_an_empty_one_with_memory_come_back() {
    let echo = echo();
    let mut value = String::with_capacity(1000);
    assert_eq!(echo.string(value.clone()), "");
    value.push_str("short");
    assert_eq!(echo.string(value), "short");
    assert_eq!(echo.string(String::with_capacity(64)), "");
}

#[test]
fn slices_come_back_and_mutable_ones_are_written_in_place() {
    let echo = echo();
    assert!(echo.slice(&[]).is_empty());
    assert_eq!(echo.slice(&[1, u16::MAX]), [1, u16::MAX]);
    let mut numbers = [1, 2, 3];
    echo.reverse(&mut numbers);
    assert_eq!(numbers, [3, 2, 1]);
    echo.reverse(&mut []);
}

#[test]
fn vectors_of_owned_values_come_back() {
    let echo = echo();
    let strings: Vec<String> = (0..1000).map(|i| "x".repeat(i)).collect();
    assert_eq!(echo.strings(strings.clone()), strings);
    assert_eq!(echo.strings(Vec::new()), Vec::<String>::new());
}

#[test]
fn options_and_results_come_back_on_either_side() {
    let echo = echo();
    for value in [None, Some(0), Some(u64::MAX)] {
        assert_eq!(echo.option(value), value);
    }
    for value in [Ok(7), Err(String::new()), Err("no".to_owned())] {
        assert_eq!(echo.result(value.clone()), value);
    }
    assert_eq!(echo.result_unit(false), Ok(()));
    assert_eq!(echo.result_unit(true), Err("asked to fail".to_owned()));
}

#[test]
fn nested_values_come_back() {
    let value = vec![None, Some(Ok("text".to_owned())), Some(Err(vec![1, 2])), Some(Err(vec![]))];
    assert_eq!(echo().nested(value.clone()), value);
}

#[test]
fn returns_may_borrow_from_the_plugin() {
    let echo = echo();
    assert!(echo.name().contains("healthy"), "{}", echo.name());
    assert_eq!(echo.primes(), [2, 3, 5, 7]);
    assert_eq!(echo.words(), ["one", "", "three"]);
    assert_eq!(echo.maybe_name(true), Some(echo.name()));
    assert_eq!(echo.maybe_name(false), None);
    assert_eq!(echo.name_or(false), Ok(echo.name()));
    assert_eq!(echo.name_or(true), Err("no name".to_owned()));
}

#[test]
fn many_parameters_of_all_kinds_arrive_in_order() {
    let mut bytes = [0; 2];
    let text = echo().many(7, "b", 0.5, vec![1, 2], &mut bytes, Some('f'));
    assert_eq!(text, "7 b 0.5 [1, 2] [7, 7] Some('f')");
    assert_eq!(bytes, [7, 7]);
}

#[test]
fn methods_under_cfg_with_a_default_and_with_a_raw_name_are_called() {
    let echo = echo();
    #[cfg(unix)]
    assert_eq!(echo.unix(), 1970);
    assert_eq!(echo.doubled(21), 42);
    assert_eq!(echo.r#type(), 9);
}

#[test]
fn methods_with_mut_self_change_the_instance() {
    let directory = Directory::of(&["healthy"]);
    let mut tally = PluginManager::new().load::<dyn Tally>(directory.path()).unwrap().remove(0);
    assert_eq!(tally.add(40), 40);
    assert_eq!(tally.add(2), 42);
    assert_eq!(tally.total(), 42);
    tally.slots()[2] = 9;
    assert_eq!(tally.slots(), [0, 0, 9, 0]);
}

#[test]
fn methods_of_sized_types_are_the_traits_and_not_the_interfaces() {
    let directory = Directory::of(&["healthy"]);
    let metadata = inspect(directory.library("healthy")).unwrap();
    let tally = metadata.interfaces.iter().find(|interface| interface.name() == "Tally").unwrap();
    let names: Vec<_> = tally.methods.iter().map(|method| &*method.name).collect();
    assert_eq!(names, ["add", "total", "slots"]);

    // The body of the trait, which calls the plugin.
    let tally = PluginManager::new().load::<dyn Tally>(directory.path()).unwrap().remove(0);
    assert_eq!(tally.with_all([40, 2]).total(), 42);
    let panic = catch_unwind(|| TallyProxy::beginning_at(1)).unwrap_err();
    assert_eq!(
        panic.downcast_ref::<&str>().unwrap(),
        &"`beginning_at` needs the type itself, and a proxy is an instance in a plugin"
    );
}
