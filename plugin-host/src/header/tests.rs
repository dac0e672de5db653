//! Tests: a host calls plugins that compilers of C and C++ build with headers.

use std::env::consts::DLL_EXTENSION;
use std::fs;
use std::panic::{self, AssertUnwindSafe};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use fixture_interface::derived::{self, Derived};
use fixture_interface::everything::{self, Everything};
use fixture_interface::windows::Windows;
use fixture_interface::{Echo, Local, Movable, Tally, Threads};
use plugin_interface::metadata::{InterfaceMetadata, MethodMetadata, TypeMetadata};
use plugin_interface::{Greeter, Interface, PluginManager, PluginMetadata};
use tempfile::TempDir;

use super::header;

/// Every warning that users may enable.
const WARNINGS: [&str; 4] = ["-Wall", "-Wextra", "-pedantic", "-Werror"];
const C: [&str; 2] = ["gcc", "-std=c11"];
const CPP: [&str; 2] = ["g++", "-std=c++17"];

/// Returns the metadata of an interface.
fn metadata<I: Interface + ?Sized>() -> InterfaceMetadata {
    // A package of no name: ABI version, flags, eight empty texts.
    let mut section = b"PLUGIN\0\x01\x01\0\0\0\x28\0\0\0\x01".to_vec();
    section.extend([0; 39]);
    section.extend(I::RECORD);
    PluginMetadata::from_section(&section).unwrap().interfaces.remove(0)
}

fn compile([compiler, standard]: [&str; 2], folder: &Path, arguments: &[&str]) {
    let output = Command::new(compiler)
        .args([standard, "-O1"])
        .args(WARNINGS)
        .args(arguments)
        .current_dir(folder)
        .output()
        .expect("the tests need gcc and g++");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

fn sources() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/c")
}

/// Compiles a plugin against the header of its interface, and loads it.
fn load<I: Interface + ?Sized>(compiler: [&str; 2], source: &str, more: &[&str]) -> I::Proxy {
    load_with_header_of::<I>(&metadata::<I>(), compiler, source, more)
}

/// Does the same with the header of an earlier version of the interface.
fn load_with_header_of<I: Interface + ?Sized>(
    known: &InterfaceMetadata,
    compiler: [&str; 2],
    source: &str,
    more: &[&str],
) -> I::Proxy {
    let folder = TempDir::new().unwrap();
    let (name, _) = source.split_once('.').unwrap();
    let made = header(known);
    assert_eq!(made.missing, [""; 0]);
    fs::write(folder.path().join(format!("{name}.h")), made.text).unwrap();
    let source = sources().join(source);
    let library = format!("lib{name}.{DLL_EXTENSION}");
    let arguments = ["-shared", "-fPIC", "-I.", "-o", &library, source.to_str().unwrap()];
    compile(compiler, folder.path(), &[&arguments, more].concat());
    let mut manager = PluginManager::new();
    let mut proxies = manager.load::<I>(folder.path()).unwrap();
    assert_eq!(manager.rejected().len(), 0, "{:?}", manager.rejected());
    let metadata = plugin_interface::inspect(folder.path().join(&library)).unwrap();
    assert_eq!(metadata.interfaces, std::slice::from_ref(known));
    assert!(!metadata.package.name.is_empty() && !metadata.package.version.is_empty());
    assert_eq!(metadata.registrations.len(), 1);
    proxies.remove(0)
}

#[test]
fn structs_and_enums_are_passed_to_c_and_back() {
    derived::reflect(&load::<dyn Derived>(C, "derived.c", &[]));
}

#[test]
fn all_other_types_are_passed_to_cpp_and_back() {
    let written = [
        "fail",
        "borrowed_path",
        "cow",
        "cow_of_numbers",
        "reference",
        "lookup",
        "longest",
        "own_cow",
        "own_words",
        "duration",
        "time",
        "range",
        "inclusive",
        "ordering",
        "sextuple",
        "output",
    ];
    let not_called = [
        "borrowed_os_str",
        "reference_to_array",
        "transpose",
        "arrays_slice",
        "nonzeros_slice",
        "own_path",
        "own_origin",
        "own_pairs",
        "borrowed_c_str",
        "own_c_str",
        "reversed",
        "now_and_since",
        "printed",
        "causes",
        "own_static_words",
        "own_static_pairs",
    ];
    let methods: Vec<_> = metadata::<dyn Everything>()
        .methods
        .iter()
        .map(|method| match method.name.as_str() {
            name if written.contains(&name) => name.to_owned(),
            name if not_called.contains(&name) => "panics".to_owned(),
            _ => "echo".to_owned(),
        })
        .collect();
    let methods = format!("-DMETHODS={}", methods.join(","));
    let mirror = load::<dyn Everything>(CPP, "everything.cpp", &[&methods]);
    everything::reflect_values(&mirror);
    let error = fixture_interface::everything::EverythingProxy::checked(&mirror);
    let error = error.own_path().unwrap_err().to_string();
    assert!(error.contains("not written") && error.contains("everything.cpp"), "{error}");
}

/// An interface in its first version, and in a later one.
mod lamp {
    pub(super) mod first {
        #[plugin_interface::plugin_interface]
        pub(crate) trait Lamp: Send + Sync {
            fn name(&self) -> &str;
            fn turn(&mut self, on: bool) -> u32;
        }
    }

    pub(super) mod grown {
        #[plugin_interface::plugin_interface(version = "1.2")]
        pub(crate) trait Lamp: Send + Sync {
            fn name(&self) -> &str;
            fn turn(&mut self, on: bool) -> u32;
            #[since("1.1")]
            fn title(&self) -> String {
                self.name().to_uppercase()
            }
            #[since("1.2")]
            fn blink(&mut self, times: u32) -> u32 {
                (0..times).map(|i| self.turn(i % 2 == 0)).last().unwrap_or_default()
            }
        }
    }
}

#[test]
fn a_plugin_in_c_serves_hosts_of_later_versions() {
    use lamp::grown::{Lamp, LampProxy};
    let mut known = metadata::<dyn lamp::first::Lamp>();
    let grown = metadata::<dyn Lamp>();
    assert_eq!((known.methods.len(), grown.methods.len()), (2, 4));
    assert_ne!(known.fingerprint, grown.fingerprint);
    // Both are one interface, in two builds.
    known.path = grown.path;
    let mut lamp = load_with_header_of::<dyn Lamp>(&known, C, "lamp.c", &[]);
    assert_eq!((lamp.turn(true), lamp.turn(false)), (1, 2), "its own");
    assert_eq!(lamp.title(), "LAMP OF C", "the default, with the plugin's name");
    assert_eq!(lamp.blink(3), 5, "the default, with the plugin's turns");
    assert!(LampProxy::supports(&lamp, "turn") && !LampProxy::supports(&lamp, "blink"));
    assert_eq!(LampProxy::checked_mut(&mut lamp).blink(0), Ok(0));
}

/// References to types that own memory, which are passed as copies.
mod shop {
    use plugin_interface::{FfiSafe, plugin_interface};

    #[derive(Clone, FfiSafe)]
    pub(crate) struct Item {
        pub(crate) name: String,
        pub(crate) price: u32,
    }

    #[plugin_interface]
    pub(crate) trait Shop: Send + Sync {
        fn joined(&self, words: &[String]) -> String;
        fn total(&self, items: &[Item], more: Option<&[Item]>) -> u32;
        fn price(&self, item: &Item, others: &[Option<&Item>]) -> u32;
        /// Fails without a name, and takes the number away if it is 0.
        fn label(&self, item: &mut Item, number: &mut Option<u32>) -> Result<u32, u8>;
        fn scale(&self, channels: &mut [&mut [f32]], by: f32);
    }
}

#[test]
fn a_plugin_in_c_owns_the_copies_that_are_passed_to_it() {
    use shop::{Item, Shop};
    let shop = load::<dyn Shop>(C, "shop.c", &[]);
    let words = ["one".to_owned(), String::new(), "two".to_owned()];
    assert_eq!(shop.joined(&words), "onetwo");
    assert_eq!(shop.joined(&[]), "");
    let item = |price| Item { name: "item".to_owned(), price };
    let items = [item(1), item(2), item(4)];
    assert_eq!(shop.total(&items, None), 7);
    assert_eq!(shop.total(&items[1..], Some(&items[..1])), 7);
    assert_eq!(shop.price(&items[0], &[None, Some(&items[1]), Some(&items[2])]), 7);
}

#[test]
fn a_plugin_in_c_changes_what_it_is_lent() {
    use shop::{Item, Shop, ShopProxy};
    let shop = load::<dyn Shop>(C, "shop.c", &[]);
    let (mut item, mut number) = (Item { name: "item".to_owned(), price: 7 }, Some(5));
    assert_eq!(shop.label(&mut item, &mut number), Ok(7));
    assert_eq!((&*item.name, item.price, number), ("item no. 5", 8, Some(6)));
    number = None;
    assert_eq!(shop.label(&mut item, &mut number), Err(1), "an error changes them too");
    assert_eq!((&*item.name, item.price, number), ("item no. 5", 9, Some(0)));
    number = Some(u32::MAX);
    let error = ShopProxy::checked(&shop).label(&mut item, &mut number).unwrap_err();
    assert!(error.to_string().contains("the tag of an option"), "{error}");
    assert_eq!((&*item.name, item.price, number), ("item no. 5", 9, Some(u32::MAX)));
    let (mut left, mut right) = ([1.0, 2.0], [3.0]);
    shop.scale(&mut [&mut left, &mut [], &mut right], 2.0);
    assert_eq!((left, right), ([2.0, 4.0], [6.0]));
}

/// Services of a host, which a plugin gets as objects.
mod keeper {
    use std::sync::Arc;

    use plugin_interface::plugin_interface;

    #[plugin_interface]
    pub(crate) trait Service: Send + Sync {
        fn answer(&self, question: &str) -> String;
        fn part(&self) -> Option<Box<dyn Service>>;
    }

    #[plugin_interface]
    pub(crate) trait Keeper: Send + Sync {
        fn keep(&self, service: Arc<dyn Service>);
        fn ask(&self, question: &str) -> String;
        fn ask_lent(&self, service: &dyn Service, question: &str) -> String;
        fn share(&self) -> Arc<dyn Service>;
        /// How many of them have a part.
        fn count(&self, services: Vec<Box<dyn Service>>) -> u32;
    }

    /// Creates words, each of which has the rest of it as a part.
    #[plugin_interface]
    pub(crate) trait Maker: Send + Sync {
        fn make(&self, word: &str) -> Box<dyn Service>;
        fn share(&self, word: &str) -> Arc<dyn Service>;
        /// How many owners a word of its own has.
        fn owners(&self, service: Arc<dyn Service>) -> u32;
        /// How many words are alive.
        fn count(&self) -> u32;
    }

    /// Repeats what it is asked, and is counted.
    #[derive(Clone)]
    pub(crate) struct Echo {
        pub(crate) _count: Arc<()>,
        pub(crate) has_part: bool,
    }

    impl Service for Echo {
        fn answer(&self, question: &str) -> String {
            assert!(!question.is_empty(), "no question");
            format!("{question}!")
        }

        fn part(&self) -> Option<Box<dyn Service>> {
            self.has_part.then(|| Box::new(self.clone()) as _)
        }
    }
}

#[test]
fn a_plugin_in_c_calls_keeps_shares_and_drops_objects_of_its_host() {
    use keeper::{Echo, Keeper, KeeperProxy, Service};
    for compiler in [C, CPP] {
        let more: &[&str] =
            if compiler == CPP { &["-x", "c++", "-Wno-missing-field-initializers"] } else { &[] };
        let keeper = load::<dyn Keeper>(compiler, "keeper.c", more);
        let checked = KeeperProxy::checked(&keeper);
        let error = checked.ask("?").unwrap_err().to_string();
        assert!(error.contains("nothing is kept"), "{error}");
        let count = Arc::new(());
        let echo = |has_part| Echo { _count: Arc::clone(&count), has_part };
        let service = Arc::new(echo(false));
        keeper.keep(Arc::clone(&service) as Arc<dyn Service>);
        assert_eq!((keeper.ask("who"), Arc::strong_count(&service)), ("who!".to_owned(), 2));
        let error = checked.ask("").unwrap_err().to_string();
        assert!(error.contains("no question"), "{error}");
        assert_eq!(keeper.ask_lent(&echo(false), "lent"), "lent!");
        let shared = keeper.share();
        assert_eq!((shared.answer("a"), Arc::strong_count(&service)), ("a!".to_owned(), 3));
        // The one that was kept is dropped.
        keeper.keep(shared);
        assert_eq!(Arc::strong_count(&service), 2);
        let services = [true, false, true].map(|part| Box::new(echo(part)) as Box<dyn Service>);
        assert_eq!(keeper.count(services.into()), 2);
        assert_eq!(Arc::strong_count(&count), 2, "each was dropped");
        drop(keeper);
        assert_eq!(Arc::strong_count(&service), 1);
    }
}

#[test]
fn a_plugin_in_c_creates_objects_for_its_host() {
    use keeper::Maker;
    for compiler in [C, CPP] {
        let more: &[&str] = if compiler == CPP { &["-x", "c++"] } else { &[] };
        let maker = load::<dyn Maker>(compiler, "maker.c", more);
        let word = maker.make("word");
        assert_eq!(word.answer("?"), "word?");
        let answer = AssertUnwindSafe(|| word.answer(&"?".repeat(41)));
        let message = panic::catch_unwind(answer).unwrap_err();
        assert_eq!(message.downcast_ref::<String>().unwrap(), "too long");
        let mut part = word.part();
        let mut parts = Vec::new();
        while let Some(found) = part {
            parts.push(found.answer(""));
            part = found.part();
        }
        assert_eq!((parts, maker.count()), (["ord", "rd", "d"].map(str::to_owned).into(), 1));
        let shared = maker.share("all");
        assert_eq!((shared.answer("!"), maker.count()), ("all!".to_owned(), 2));
        // The plugin gets an owner of its own.
        assert_eq!(maker.owners(Arc::clone(&shared)), 2);
        assert_eq!(maker.owners(Arc::clone(&shared)), 2, "that one was dropped");
        drop((shared, word));
        assert_eq!(maker.count(), 0);
    }
}

#[test]
fn headers_compile_in_both_languages_and_beside_each_other() {
    let folder = TempDir::new().unwrap();
    let mut source = String::new();
    for interface in [
        metadata::<dyn Greeter>(),
        metadata::<dyn Echo>(),
        metadata::<dyn Tally>(),
        metadata::<dyn Local>(),
        metadata::<dyn Movable>(),
        metadata::<dyn Threads>(),
        metadata::<dyn Derived>(),
        metadata::<dyn Everything>(),
        metadata::<dyn Windows>(),
        metadata::<dyn shop::Shop>(),
        metadata::<dyn keeper::Keeper>(),
        metadata::<dyn keeper::Maker>(),
        metadata::<dyn keeper::Service>(),
    ] {
        let file = format!("{}.h", interface.name());
        fs::write(folder.path().join(&file), header(&interface).text).unwrap();
        source += &format!("#include \"{file}\"\n");
    }
    // A header may be included twice.
    source += &source.clone();
    fs::write(folder.path().join("all.c"), &source).unwrap();
    fs::write(folder.path().join("all.cpp"), source).unwrap();
    compile(C, folder.path(), &["-fsyntax-only", "all.c"]);
    compile(CPP, folder.path(), &["-fsyntax-only", "all.cpp"]);
}

#[test]
fn an_address_is_a_pointer_to_void() {
    let made = header(&metadata::<dyn Windows>());
    assert_eq!(made.missing, [""; 0]);
    for expected in ["void * parent", "const void * other"] {
        assert!(
            made.text.replace("*", "* ").replace("  ", " ").contains(expected),
            "{}",
            made.text
        );
    }
}

/// Returns a hand-written interface.
fn handwritten(signatures: &[&str], types: &[(&str, &str)]) -> InterfaceMetadata {
    let mut interface = metadata::<dyn Greeter>();
    let method = interface.methods[0].clone();
    interface.methods = signatures
        .iter()
        .enumerate()
        .map(|(i, signature)| {
            let mut method: MethodMetadata = method.clone();
            (method.name, method.signature) = (format!("m{i}"), (*signature).to_owned());
            method
        })
        .collect();
    let any = metadata::<dyn Derived>().types[0].clone();
    interface.types = types
        .iter()
        .map(|(path, definition)| {
            let mut ty: TypeMetadata = any.clone();
            (ty.path, ty.definition) = ((*path).to_owned(), (*definition).to_owned());
            ty
        })
        .collect();
    interface
}

#[test]
fn a_type_without_a_form_in_c_is_named_and_the_rest_compiles() {
    let interface = handwritten(
        &[
            "fn good(&self, a: &Egg) -> u8",
            "fn call(&self, f: Box<dyn Fn(u8) -> u8 + Send>)",
            "fn deep(&self) -> Vec<Option<Nest>>",
            "fn two(&self, value: Twin)",
            "fn own(&self, value: Duration)",
            "fn endless(&self, value: Endless)",
            "fn grows(&self, value: Grows<u8>)",
            "nonsense */ int x;",
            "fn large(&self, value: [[u64; 1000000000]; 1000000000])",
            "fn wide(&self, value: u128)",
            "fn int(&self, int: u8, class: u8, int_: u8, instance: u8)",
        ],
        &[
            ("a::Egg", "struct Egg { new: u8, new_: u8, unix: u16, é: [u64; 0] }"),
            ("a::Nest", "struct Nest(Egg, &dyn Host)"),
            ("a::Twin", "struct Twin"),
            ("b::Twin", "struct Twin"),
            ("a::Duration", "struct Duration"),
            ("a::Endless", "struct Endless(Endless)"),
            ("a::Grows", "struct Grows<T> { next: Option<Box<Grows<(T, T)>>> }"),
        ],
    );
    let made = header(&interface);
    assert_eq!(
        made.missing,
        [
            "m1 cannot be written in C: `dyn Fn(u8) -> u8 + Send` has no form in C",
            "m2 cannot be written in C: `dyn Host` has no form in C",
            "m3 cannot be written in C: `Twin` is both a::Twin and b::Twin",
            "m4 cannot be written in C: `Duration` is both a::Duration and a type of the standard library",
            "m5 cannot be written in C: one of its types contains itself",
            "m7 cannot be written in C: its signature cannot be parsed",
            "m8 cannot be written in C: `[[u64; 1000000000]; 1000000000]` has no form in C",
        ]
    );
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("header.h"), &made.text).unwrap();
    fs::write(folder.path().join("header.c"), "#include \"header.h\"\n").unwrap();
    fs::write(folder.path().join("header.cpp"), "#include \"header.h\"\n").unwrap();
    compile(C, folder.path(), &["-fsyntax-only", "header.c"]);
    compile(CPP, folder.path(), &["-fsyntax-only", "header.cpp"]);
    for expected in
        ["void (*m1)(void);", "uint8_t int_, uint8_t class_, uint8_t int__, uint8_t instance_"]
    {
        assert!(made.text.contains(expected), "{expected}");
    }
}
