//! The same by descriptor: what a host writes is freed once by the plugin, and what
//! comes back once by the host.

use plugin_interface::PluginHandle;
use plugin_interface::dynamic::{DynamicError, DynamicProxy};
use serde_json::{Value, json};

pub(crate) fn proxies(handles: &[PluginHandle]) -> [DynamicProxy; 2] {
    ["::Copies", "::Changes"].map(|name| {
        let is_it = |handle: &&PluginHandle| handle.interface().ends_with(name);
        handles.iter().find(is_it).unwrap().dynamic().unwrap()
    })
}

fn parcel() -> Value {
    let point = json!({ "x": 1.5, "y": 0.5, "is_set": true });
    json!({
        "label": "a label", "type": 7, "at": point, "marks": [point, point], "side": "Left",
        "limits": [1, [true, false]], "kind": "x",
        "history": { "Ok": { "Named": { "name": "new", "old": "older" } } },
    })
}

fn value(proxy: &DynamicProxy, method: &str, arguments: &Value) -> Value {
    proxy.call(method, arguments).unwrap_or_else(|error| panic!("{method}: {error}")).value
}

pub(crate) fn read(copies: &DynamicProxy) {
    let tree = json!({
        "kids": [{ "kids": [], "nest": [{ "kids": [], "nest": null }, 1] }], "nest": null,
    });
    for (method, arguments, expected) in [
        ("joined", json!([["a", "b"], "-"]), json!("a-b")),
        ("borrowed", json!([["a", "b"]]), json!(["a", "b"])),
        ("nested", json!([[["a"], ["b", "c"]]]), json!([["a"], ["b", "c"]])),
        ("parcel", json!([parcel()]), parcel()),
        ("tree", json!([tree]), tree),
        ("pair", json!([[1, "text"]]), json!([1, "text"])),
        ("map", json!([{ "a": [1, 2], "b": [] }]), json!({ "a": [1, 2], "b": [] })),
        ("maybe", json!([parcel(), [parcel()]]), json!([parcel(), parcel()])),
        ("total", json!([["ab", "c"]]), json!(3)),
    ] {
        assert_eq!(value(copies, method, &arguments), expected, "{method}");
    }
    let raised = copies.call("raise", (5, 2)).unwrap();
    assert_eq!(raised.changed, [("number".to_owned(), json!(7))]);
}

pub(crate) fn change(changes: &DynamicProxy) {
    let config = json!({ "title": "t", "parcels": [parcel()], "next": null });
    let tree = json!({ "kids": [], "nest": null });
    for (method, arguments, changed) in [
        ("config", json!([config]), 1),
        ("text", json!(["text", "more"]), 1),
        ("collections", json!([[["a"], []], { "k": [1] }, 7]), 3),
        ("maybe", json!([null, "text"]), 2),
        ("maybe", json!([1, null]), 2),
        ("tree", json!([tree, [1, 2]]), 2),
        ("swap", json!(["one", "other"]), 2),
        ("mix", json!([[[1.0, 2.0]], [[0.0, 0.0], [1.0]], [0.5]]), 2),
    ] {
        let answer = changes.call(method, &arguments);
        let answer = answer.unwrap_or_else(|error| panic!("{method}: {error}"));
        assert_eq!(answer.changed.len(), changed, "{method}: {answer:?}");
    }
    let swapped = changes.call("swap", ("one", "other")).unwrap().changed;
    let named = |name: &str, text: &str| (name.to_owned(), json!(text));
    assert_eq!(swapped, [named("one", "other"), named("other", "one")]);
}

pub(crate) fn fail(copies: &DynamicProxy, changes: &DynamicProxy) {
    for (proxy, method, arguments) in [
        (copies, "panic", json!([["a", "b"], parcel()])),
        (changes, "panic", json!(["text", ["a", "b"]])),
        (changes, "ended", json!(["before", ["after"]])),
        (changes, "end", json!(["before", { "start": 9, "end": 9 }, "after"])),
    ] {
        let error = proxy.call(method, &arguments).unwrap_err();
        assert!(matches!(error, DynamicError::Panicked { .. }), "{method}: {error}");
    }
    // The first arguments were written already.
    for (proxy, method, arguments) in [
        (copies, "joined", json!([["a", "b"], 7])),
        (copies, "joined", json!([["a", 7], "-"])),
        (copies, "map", json!([{ "a": [1], "b": [null] }])),
        (copies, "names", json!([["a service"]])),
        (changes, "swap", json!(["one", 2])),
    ] {
        proxy.call(method, &arguments).unwrap_err();
    }
}
