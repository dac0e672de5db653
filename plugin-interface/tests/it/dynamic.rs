//! Methods that are called by their descriptors: values of each type, errors before
//! the call and after it, and objects.

use evolving::Newer;
use fixture_interface::derived::Derived;
use fixture_interface::everything::Everything;
use fixture_interface::{Echo, Tally};
use plugin_interface::dynamic::{DynamicError, DynamicProxy, check_call};
use plugin_interface::{PluginHandle, PluginManager, ProxyError};
use serde_json::{Value, json};

use crate::fixtures::Directory;

/// The plugin of that interface in a fixture.
fn handle(fixture: &str, interface: &str) -> PluginHandle {
    let directory = Directory::of(&[fixture]);
    let handles = PluginManager::new().load_library(directory.library(fixture)).unwrap();
    let is_it = |handle: &PluginHandle| handle.interface().ends_with(interface);
    handles.into_iter().find(is_it).unwrap()
}

fn proxy(fixture: &str, interface: &str) -> DynamicProxy {
    handle(fixture, interface).dynamic().unwrap()
}

fn value(proxy: &DynamicProxy, method: &str, arguments: Value) -> Value {
    proxy.call(method, arguments).unwrap_or_else(|error| panic!("{method}: {error}")).value
}

/// Passes each value to the method of that name, alone and among others, which give
/// back what they are given.
fn reflect(proxy: &DynamicProxy, one: &str, many: Option<&str>, values: &[Value]) {
    for same in values {
        assert_eq!(value(proxy, one, json!([same])), *same, "{one}");
        let Some(many) = many else { continue };
        let all = json!([{ "Ok": same }, null, { "Err": same }]);
        assert_eq!(value(proxy, many, json!([all])), all, "{many}");
    }
}

macro_rules! reflect {
    ($proxy:ident $($one:ident $($many:ident)?: [$($value:tt)*];)*) => {$(
        let many: &[&str] = &[$(stringify!($many))?];
        let values = json!([$($value)*]);
        reflect(&$proxy, stringify!($one), many.first().copied(), values.as_array().unwrap());
    )*};
}

const WIDE: &str = "340282366920938463463374607431768211455";
const LEAST: &str = "-170141183460469231731687303715884105728";

#[test]
fn a_value_of_each_type_comes_back() {
    let mirror = proxy("healthy", "::Everything");
    reflect! { mirror
        single singles: [[1]];
        pair pairs: [[7, "text"], [0, ""]];
        triple triples: [[true, 18446744073709551615u64, "\u{10ffff}"]];
        quadruple quadruples: [[-128, null, null, []], [1, 2, null, [3, 4]]];
        quintuple quintuples: [[255, 65535, 4294967295u32, 18446744073709551615u64, WIDE]];
        sextuple sextuples: [["", true, "\0", LEAST, [0, 1], "x"]];
        array arrays: [[1, 2, 3, 4, 5]];
        matrix matrices: [[[true, false, true], [false, false, true]]];
        empty_array empty_arrays: [[]];
        names_array names_arrays: [["", "text"]];
        boxed boxes: [0, 18446744073709551615u64];
        boxed_string boxed_strings: ["text"];
        boxed_box boxed_boxes: [[1, 2]];
        boxed_slice boxed_slices: [[], [-1, 2]];
        boxed_strings_slice boxed_strings_slices: [["a", ""]];
        boxed_str boxed_strs: ["", "text"];
        duration durations: [{ "secs": 0, "nanos": 999999999 }, { "secs": 18446744073709551615u64, "nanos": 0 }];
        time times: [{ "secs_since_epoch": -2, "nanos_since_epoch": 500000000 }];
        arc arcs: ["text"];
        arc_slice arc_slices: [[1, 2]];
        ip ips: ["0.0.0.0", "255.255.255.255", "::1"];
        socket sockets: ["127.0.0.1:80", "[::1]:0", "[fe80::1%7]:65535"];
        bound bounds: ["Unbounded", { "Included": "" }, { "Excluded": "x" }];
        wrapping wrappings: [-9223372036854775808i64];
        path paths: ["", "a/b", { "Unix": [97, 255] }];
        os_string os_strings: ["text", { "Unix": [255, 254, 0] }];
        nonzero nonzeros: [1, 255];
        nonzero_wide nonzeros_wide: [1, LEAST];
        ordering orderings: ["Less", "Equal", "Greater"];
        range ranges: [{ "start": 9223372036854775807i64, "end": -1 }];
        inclusive inclusives: [{ "start": 0, "end": 255 }];
        hash_map hash_maps: [{}, { "a": [1, 2], "": [] }];
        btree_map btree_maps: [[], [[[1, "a"], true], [[2, ""], false]]];
        btree_set btree_sets: [["a", "b"]];
        queue queues: [[3, 1, 2]];
        queue_of_strings queues_of_strings: [["a"]];
        plain_vector plain_vectors: [[[1, 2, 3], [4, 5, 6]]];
        nested nesteds: [[null, ["a", { "Ok": [1] }], ["b", { "Err": "c" }]]];
        deep deeps: [null, [{ "a": { "Ok": [[1], [2, 3]] }, "b": { "Err": { "secs": 1, "nanos": 2 } } }, { "start": 1, "end": 2 }]];
        hashed: [{ "1": "a", "255": "z" }];
        error: [["on top", "below"]];
        local_error: [["alone"]];
        io_error: [{ "kind": 0, "code": null, "messages": [] }];
        shared: ["text"];
        flow: [{ "Continue": 1 }, { "Break": "text" }];
        poll: ["Pending", { "Ready": "text" }];
        for_ever: ["text"];
        for_ever_cow: ["text"];
        for_ever_many: [[[1, "a"], [2, "b"]]];
    };
    // An order of its own.
    let set = value(&mirror, "hash_set", json!([[1, -2, 3]]));
    assert_eq!(set.as_array().unwrap().len(), 3);
    // One message is a text, too.
    assert_eq!(value(&mirror, "error", json!(["alone"])), json!(["alone"]));
    assert_eq!(
        value(&mirror, "fail", json!([["top", "below"]])),
        json!({ "Err": ["top", "below"] })
    );
    assert_eq!(value(&mirror, "cow", json!(["text"])), json!([false, "text"]));
    assert_eq!(value(&mirror, "reference", json!([7])), 7);
    assert_eq!(value(&mirror, "reference", json!([null])), Value::Null);
    assert_eq!(value(&mirror, "reference_to_array", json!([[1, 2, 3]])), json!([1, 2, 3]));
    let words = json!({ "a": "b/c", "d": "e" });
    assert_eq!(value(&mirror, "lookup", json!([words, "a"])), "b/c");
    assert_eq!(value(&mirror, "longest", json!([{ "1": "a", "2": "long" }])), "long");
}

#[test]
fn a_value_of_each_derived_type_comes_back() {
    let mirror = proxy("healthy", "::Derived");
    let point = json!({ "x": -1.5, "y": 0.5, "is_set": true });
    let parcel = json!({
        "label": "", "type": 7, "at": point, "marks": [point], "side": "Right",
        "limits": [1, [true, false]], "history": { "Ok": { "Moved": [-1, point] } }, "kind": "x",
    });
    let tree = json!({ "kids": [{ "kids": [], "nest": null }], "nest": [{ "kids": [], "nest": null }, 9] });
    let list = json!({ "value": parcel, "next": { "value": parcel, "next": null } });
    reflect! { mirror
        empty empties: [null];
        wrapper wrappers: ["text"];
        parcel parcels: [parcel];
        point points: [point];
        pair pairs: [["a", point], ["", null]];
        side sides: ["Left", "Right"];
        color colors: ["Red", "Green"];
        event events: ["Nothing", "Void", { "Moved": [3, point] }, { "Named": { "name": "a", "old": null } }, { "Colored": "Green" }];
        spot spots: ["None", { "At": point }, { "Box": { "from": point, "size": [1, 2, 3] } }];
        tree trees: [tree];
        list lists: [list];
        formula formulas: [{ "Number": 1.5 }, { "Negated": { "Sum": [{ "Number": 1.0 }, { "Sum": [] }] } }];
        label labels: [{ "name": "a", "hint": { "Ok": "b" } }, { "name": "", "hint": { "Err": "" } }];
    };
    assert_eq!(value(&mirror, "fail", json!(["Void"])), json!({ "Err": "Void" }));
    let far = json!({ "x": 9.0, "y": 9.0, "is_set": false });
    assert_eq!(value(&mirror, "farthest", json!([[point, far]])), far);
    assert_eq!(
        value(&mirror, "longest", json!([{ "first": "a", "rest": ["long"], "note": "b" }])),
        "long"
    );
    let grows = mirror.call("notice", json!(["Other"])).unwrap_err().to_string();
    assert!(grows.contains("an enum that grows cannot be passed by a description"), "{grows}");
    let grows = mirror.call("ledger", json!([{ "title": "a", "pages": [], "year": 1 }]));
    assert_eq!(
        grows.unwrap_err().to_string(),
        "fn ledger(&self, value: Ledger) -> Ledger: a struct that grows cannot be passed by a description: `Ledger`; call it through a typed proxy"
    );
    // Whatever is `&mut` comes back changed.
    let answer = mirror.call("shift", json!([[point, far], point])).unwrap();
    let moved = json!([
        { "x": -3.0, "y": 1.0, "is_set": true }, { "x": 7.5, "y": 9.5, "is_set": false }
    ]);
    assert_eq!(answer.changed, [("points".to_owned(), moved)]);
    let typed = handle("healthy", "::Derived").proxy::<dyn Derived>().unwrap();
    assert_eq!(value(&mirror, "own_origin", json!([]))["x"], typed.own_origin().x);
}

#[test]
fn answers_are_those_of_the_typed_proxy() {
    let handle = handle("healthy", "::Echo");
    let (typed, echo) = (handle.proxy::<dyn Echo>().unwrap(), handle.dynamic().unwrap());
    let same = |method: &str, arguments: Value, expected: Value| {
        assert_eq!(value(&echo, method, arguments), expected, "{method}");
    };
    same("name", json!([]), json!(typed.name()));
    same("primes", json!([]), json!(typed.primes()));
    same("words", json!([]), json!(typed.words()));
    same("maybe_name", json!([true]), json!(typed.maybe_name(true)));
    same("name_or", json!([true]), json!(typed.name_or(true)));
    same("name_or", json!([false]), json!(typed.name_or(false)));
    same("result_unit", json!([true]), json!(typed.result_unit(true)));
    same("result_unit", json!([false]), json!(typed.result_unit(false)));
    same("doubled", json!([21]), json!(typed.doubled(21)));
    same("type", json!([]), json!(typed.r#type()));
    same("unit", json!([]), Value::Null);
    for float in [0.1, -0.0, 1e300, f64::MIN_POSITIVE] {
        same("f64", json!([float]), json!(typed.f64(float)));
    }
    for (name, float) in [("NaN", f64::NAN), ("inf", f64::INFINITY), ("-inf", f64::NEG_INFINITY)] {
        same("f64", json!([name]), json!(name));
        assert_eq!(typed.f64(float).to_string(), name);
    }
    let mut bytes = [1, 2, 3];
    let many = typed.many(1, "b", 0.5, vec![4], &mut bytes, Some('f'));
    let answer = echo.call("many", (1, "b", 0.5, [4], [1, 2, 3], Some('f'))).unwrap();
    assert_eq!(answer.value, many);
    assert_eq!(answer.changed, [("e".to_owned(), json!(bytes))]);
    assert_eq!(answer.to::<String>().unwrap(), many);
    let mut numbers = [1, 2, 3];
    typed.reverse(&mut numbers);
    let answer = echo.call("reverse", ([1, 2, 3],)).unwrap();
    assert_eq!(answer.changed, [("value".to_owned(), json!(numbers))]);
    // Each signature is there to read.
    let method = echo.methods().iter().find(|method| method.name == "many").unwrap();
    assert!(method.signature.starts_with("fn many(&self, a: u8, b: &str"), "{method:?}");
}

#[test]
fn a_wrong_argument_is_told_with_the_signature_before_anything_is_called() {
    let (echo, derived) = (proxy("healthy", "::Echo"), proxy("healthy", "::Derived"));
    let error = |proxy: &DynamicProxy, method: &str, arguments: Value| {
        let error = proxy.call(method, arguments).unwrap_err();
        error.to_string()
    };
    for (method, arguments, expected) in [
        ("text", json!([]), "fn text(&self, value: &str) -> String: expected 1 argument, found 0"),
        ("unit", json!([1]), "fn unit(&self): expected 0 arguments, found 1"),
        (
            "text",
            json!([1]),
            "fn text(&self, value: &str) -> String: `value`: expected &str, found 1",
        ),
        ("u8", json!([256]), "fn u8(&self, value: u8) -> u8: `value`: expected u8, found 256"),
        ("u8", json!([-1]), "fn u8(&self, value: u8) -> u8: `value`: expected u8, found -1"),
        ("u8", json!(["1"]), "fn u8(&self, value: u8) -> u8: `value`: expected u8, found \"1\""),
        (
            "f32",
            json!([1e300]),
            "fn f32(&self, value: f32) -> f32: `value`: expected f32, found 1e+300",
        ),
        (
            "char",
            json!(["ab"]),
            "fn char(&self, value: char) -> char: `value`: expected char, found \"ab\"",
        ),
        (
            "bool",
            json!([0]),
            "fn bool(&self, value: bool) -> bool: `value`: expected bool, found 0",
        ),
        (
            "strings",
            json!([["a", 1]]),
            "fn strings(&self, value: Vec<String>) -> Vec<String>: `value[1]`: expected String, found 1",
        ),
        ("text", json!("a"), "expected a tuple or a list of arguments, found \"a\""),
    ] {
        assert_eq!(error(&echo, method, arguments), expected);
    }
    let unknown = error(&echo, "shout", json!([]));
    assert!(unknown.contains("has no method `shout`; it has unit, u8, u16"), "{unknown}");
    for (method, argument, expected) in [
        ("point", json!({ "x": 1, "y": 2 }), "`value.is_set`: expected bool, found null"),
        (
            "point",
            json!({ "x": 1, "y": 2, "is_set": true, "z": 3 }),
            "`value.z`: expected a field of Point: x, y, is_set, found 3",
        ),
        ("event", json!("Moved"), "`value.Moved`: expected Moved, found null"),
        ("event", json!({ "Moved": [1, 2] }), "`value.Moved[1]`: expected Point, found 2"),
        (
            "event",
            json!("Gone"),
            "`value`: expected a variant of Event: Nothing, Moved, Named, Void, Colored, found \"Gone\"",
        ),
    ] {
        let error = error(&derived, method, json!([argument]));
        assert!(error.ends_with(expected), "{error}");
    }
    // No depth uses up the stack.
    let mut formula = json!({ "Number": 1.0 });
    for _ in 0..300 {
        formula = json!({ "Negated": formula });
    }
    let deep = derived.call("formula", [&formula]).unwrap_err();
    assert!(matches!(deep, DynamicError::Type { .. } | DynamicError::Arguments { .. }), "{deep}");
}

#[test]
fn a_panic_is_an_error_and_the_plugin_stays_usable() {
    let echo = proxy("healthy", "::Echo");
    for (how, expected) in [("literal", "a literal"), ("formatted", "number 7")] {
        let error = echo.call("panic", (how,)).unwrap_err();
        let DynamicError::Panicked { interface, method, message, location } = &error else {
            panic!("{error}")
        };
        assert_eq!([interface, method, message], ["Echo", "panic", expected]);
        let file = location.as_ref().unwrap().to_string();
        assert!(file.contains("lib.rs"), "{file}");
    }
    assert!(echo.call("panic", ("bomb",)).is_err());
    assert_eq!(value(&echo, "doubled", json!([2])), 4);
}

#[test]
fn a_method_with_mut_self_has_the_instance_alone() {
    let handle = handle("healthy", "::Tally");
    let typed = handle.proxy::<dyn Tally>().unwrap();
    let taken = handle.dynamic().unwrap_err();
    assert!(matches!(taken, DynamicError::Proxy(ProxyError::Taken { .. })), "{taken}");
    drop(typed);
    let tally = handle.dynamic().unwrap();
    assert!(matches!(handle.proxy::<dyn Tally>(), Err(ProxyError::Taken { .. })));
    assert_eq!(value(&tally, "add", json!([3])), 3);
    assert_eq!(value(&tally, "add", json!([4])), 7);
    assert_eq!(value(&tally, "total", json!([])), 7);
    assert_eq!(value(&tally, "slots", json!([])), json!([0, 0, 0, 0]));
    drop(tally);
    assert!(handle.proxy::<dyn Tally>().is_ok());
}

#[test]
fn a_method_that_consumes_its_object_is_refused() {
    let desk = proxy("objects", "::Office");
    let work = desk.call("open", json!(["paper"])).unwrap().objects.remove(0);
    assert_eq!(value(&work, "text", json!([])), "paper");
    let error = work.call("give_up", json!([])).unwrap_err();
    assert!(matches!(error, DynamicError::Unsupported { .. }), "{error}");
    assert!(error.to_string().contains("a call that consumes its instance"), "{error}");
    drop(work);
    assert_eq!(value(&desk, "living", json!([])), 0);
}

#[test]
fn returned_objects_are_called_too() {
    let factory = proxy("objects", "::Factory");
    let alive = || value(&factory, "alive", json!([]));
    let before = alive();
    let mut answer = factory.call("counter", (5,)).unwrap();
    assert_eq!(answer.value, json!({ "$object": 0 }));
    let counter = answer.objects.remove(0);
    assert_eq!(counter.interface().name(), "Counter");
    assert_eq!(value(&counter, "add", json!([2])), 7);
    assert_eq!(value(&counter, "get", json!([])), 7);
    assert_ne!(alive(), before);
    drop(counter);
    assert_eq!(alive(), before);
    let kit = factory.call("kit", (1,)).unwrap();
    assert_eq!(kit.value["counter"], json!({ "$object": 0 }));
    assert_eq!(value(&kit.objects[0], "get", json!([])), 1);
    drop(kit);
    // Objects of objects, also when the first ones are gone.
    let tree = factory.call("tree", (2,)).unwrap().objects.remove(0);
    let kids = tree.call("kids", ()).unwrap().objects;
    drop(tree);
    let grandkids: usize = kids.iter().map(|kid| kid.call("kids", ()).unwrap().objects.len()).sum();
    assert!(!kids.is_empty() && grandkids > 0);
    drop(kids);
    assert_eq!(alive(), before);
    // What others own too is only shared.
    let shared = factory.call("shared", ()).unwrap().objects.remove(0);
    assert_eq!(shared.interface().name(), "Counter");
    shared.call("get", ()).unwrap();
    let refused = shared.call("add", (1,)).unwrap_err();
    assert!(refused.to_string().contains("behind an `Arc`"), "{refused}");
    // A panic in the drop of an object is contained.
    drop(factory.call("faulty", ()).unwrap());
}

#[test]
fn an_object_keeps_what_it_borrows() {
    let factory = proxy("objects", "::Factory");
    let root = factory.call("root", ()).unwrap().objects.remove(0);
    drop(factory);
    assert!(value(&root, "name", json!([])).is_string());
}

#[test]
fn what_only_a_typed_proxy_can_pass_is_refused_by_name() {
    let (factory, calls) = (proxy("objects", "::Factory"), proxy("objects", "::Calls"));
    let (windows, splitter) = (proxy("objects", "::Windows"), proxy("objects", "::Splitter"));
    for (proxy, method, arguments, expected) in [
        (
            &calls,
            "adder",
            json!([1]),
            "a closure, an iterator, a future or a stream cannot be returned: `Box<dyn Fn(u32) -> u32",
        ),
        (&calls, "count_to", json!([1]), "cannot be returned: `Box<dyn Iterator<Item = u32>"),
        (
            &calls,
            "later",
            json!([1, "a"]),
            "cannot be returned: `Pin<Box<dyn Future<Output = String>",
        ),
        (
            &calls,
            "shared",
            json!([1]),
            "an object or a closure of the host cannot be given: `Arc<dyn Fn() -> u32",
        ),
        (&calls, "total", json!([1]), "cannot be given: `Box<dyn Iterator<Item = u32>"),
        (&factory, "is_unwrapped", json!([1]), "cannot be given: `&dyn Counter`"),
        (&factory, "desk", json!(["a"]), "cannot be returned"),
        (
            &splitter,
            "first",
            json!(["a"]),
            "a reference to a part of an argument cannot be returned: `&str`",
        ),
        (
            &windows,
            "embed",
            json!([null, null]),
            "an address of this process cannot be passed by a description: `*mut c_void`",
        ),
    ] {
        let error = proxy.call(method, arguments).unwrap_err();
        assert!(matches!(error, DynamicError::Unsupported { .. }), "{error}");
        let text = error.to_string();
        assert!(
            text.contains(expected) && text.ends_with("call it through a typed proxy"),
            "{text}"
        );
    }
    // Without one, it can be called.
    assert_eq!(value(&factory, "maybe", json!([null])), Value::Null);
    assert_eq!(value(&factory, "reversed", json!([[]])), json!([]));
}

#[test]
fn checked_arguments_are_not_passed() {
    let tally = proxy("healthy", "::Tally");
    check_call(tally.interface(), "add", &[json!(1)]).unwrap();
    assert!(check_call(tally.interface(), "add", &[json!(-1)]).is_err());
    assert_eq!(value(&tally, "total", json!([])), 0);
}

#[test]
fn a_typed_proxy_and_one_by_descriptor_share_what_can_be_shared() {
    let handle = handle("healthy", "::Everything");
    let (typed, dynamic) = (handle.proxy::<dyn Everything>().unwrap(), handle.dynamic().unwrap());
    assert_eq!(json!(typed.array([1; 5])), value(&dynamic, "array", json!([[1, 1, 1, 1, 1]])));
}

#[test]
fn a_shared_typed_proxy_and_one_by_descriptor_with_mut_self_exclude_each_other() {
    // The method with `&mut self` is later than the host's version.
    let handle = handle("evolving", "::Newer");
    let is_taken = |refused: DynamicError| {
        assert!(matches!(refused, DynamicError::Proxy(ProxyError::Taken { .. })), "{refused}");
    };
    let dynamic = handle.dynamic().unwrap();
    is_taken(handle.dynamic().unwrap_err());
    assert!(matches!(handle.proxy::<dyn Newer>(), Err(ProxyError::Taken { .. })));
    drop(dynamic);
    // One that was refused shares nothing.
    let dynamic = handle.dynamic().unwrap();
    assert_eq!(value(&dynamic, "count", json!([])), 0);
    drop(dynamic);
    let typed = [(); 2].map(|()| handle.proxy::<dyn Newer>().unwrap());
    is_taken(handle.dynamic().unwrap_err());
    // Nobody counts those that share it.
    drop(typed);
    is_taken(handle.dynamic().unwrap_err());
}
