//! Every interface of the fixtures, in each placement that its plugin may have: a plugin
//! of it answers the same, or there is no proxy, and the error names the type.

use std::collections::BTreeSet;
use std::fmt::{self, Debug};
use std::sync::Arc;

use copying::{Changes, Copies, Fills, Lends, Marks, Shows, change, fail, fail_to_change};
use copying::{fail_to_fill, fill, lend, mark, read, show};
use evolving::{Level, Newer, Older};
use fixture_interface::adopted::Network;
use fixture_interface::calls::Calls;
use fixture_interface::consuming::{Fragile, Office};
use fixture_interface::derived::Derived;
use fixture_interface::everything::Everything;
use fixture_interface::foreign::{Listener, Voice};
use fixture_interface::lending::{Archive, Climber, Ladder, Later, Lending};
use fixture_interface::museum::{Catalogue, Museum};
use fixture_interface::objects::{Factory, Nest, Plain};
use fixture_interface::splitting::Splitter;
use fixture_interface::streams::Streams;
use fixture_interface::supertraits::{Fault, Keeper, Page, Text, Turn, Wheel};
use fixture_interface::visiting::{Changer, Visitor};
use fixture_interface::windows::Windows;
use fixture_interface::{Allocations, Echo, Local, Movable, Tally, Threads};
use plugin_interface::metadata::MethodMetadata;
use plugin_interface::metadata::signature::Field;
use plugin_interface::{Greeter, Interface, PluginHandle, PluginManager, PluginTrait, inspect};
use positions::Positions;
use positions::made::Making;
use rows::Placement;
use serde_json::{Value, json};

use super::builds::built;
use super::lending_bodies::Steps;
use super::placements::{At, apart, in_process, linked};
use super::{turn, worker};

/// The two placements of a library of the fixtures.
fn placements(library: &str) -> [At; 2] {
    let mut manager = PluginManager::new();
    manager.provide::<dyn Ladder>(Arc::new(Steps("host")));
    let here = manager.load_library(&built()[library]).unwrap();
    let there = manager.load_isolated(&built()[library], worker());
    let there = there.unwrap_or_else(|error| panic!("{library}: {error}"));
    [At::InProcess(here), At::Apart(there)]
}

/// Compares what a plugin answers in two placements. `None` if it did, or the reason for
/// which it has no proxy.
fn compare<I: Interface + ?Sized, R: Debug + PartialEq>(
    [here, there]: &mut [At; 2],
    call: impl Fn(&mut I::Proxy) -> R,
) -> Option<String> {
    let mut proxy = here.proxy::<I>().unwrap_or_else(|error| panic!("{error}"));
    let expected = call(&mut proxy);
    match there.proxy::<I>() {
        Ok(mut proxy) => {
            assert_eq!(call(&mut proxy), expected, "{}", PluginTrait::of::<I>().path());
            None
        }
        Err(reason) => Some(reason),
    }
}

/// Calls `$then!` with each interface of the fixtures that this program knows: the
/// library, what is called, and a part of the reason for which it has no proxy in another
/// process, or `""`.
macro_rules! each_interface {
    ($then:ident) => {
        $then! {
            "objects": dyn Archive, |it| it.sheets(2, 0)[1].line(9).to_owned(), "";
            "objects": dyn Calls, |it| it.four(&|a, b, c, d| format!("{a}{b}{c}{d:?}")),
                "cannot be returned";
            "objects": dyn Catalogue, |it| it.titles().count(), "cannot be returned";
            "objects": dyn Changer, |it| {
                it.change(vec![Default::default()], &mut |row| row.cells.push(1))
            }, "";
            "objects": dyn Climber, |it| it.first_name(), "";
            "objects": dyn Factory, |it| it.add(&mut Plain::default(), 3), "";
            "objects": dyn Fault, |it| (it.code(), it.to_string()), "";
            "objects": dyn Keeper, |it| { it.keep(Box::new(Text("a".into()))); it.kept() }, "";
            "objects": dyn Later, |it| fixture_interface::calls::block_on(it.on_a_thread(3)), "";
            "objects": dyn Lending, |it| it.counter(3).add(4), "";
            "objects": dyn Listener, |it| it.hear(Box::new(Spoken)), "";
            "objects": dyn Museum, |it| it.first().name().to_owned(), "a borrowed object";
            "objects": dyn Network, |it| it.address([1, 2, 3, 4].into()), "";
            "objects": dyn Office, |it| {
                it.open("pap").finish(vec!["er".into()], &Fragile("seal".into()))
            }, "`self: Box<Self>`";
            "objects": dyn Page, |it| title(it), "";
            "objects": dyn Splitter, |it| it.first("a text").to_owned(), "`&str`";
            "objects": dyn Streams, |it| {
                let mut to = Vec::new();
                it.write("text", &mut to).map_err(|error| error.kind()).map(|()| to)
            }, "";
            "objects": dyn Visitor, |it| it.words("a text", &mut |word| word == "a"), "";
            "objects": dyn Windows, |it| it.handles(vec![None]), "`*mut c_void`";
            "objects": dyn Wheel, |it| (it.turn(&[1, 2]), it.again().spokes()), "";
            "healthy": dyn Greeter, |it| it.greet("you"), "";
            "healthy": dyn Derived, |it| it.own_origin().clone(), "";
            "healthy": dyn Echo, |it| it.text("text"), "";
            "healthy": dyn Everything, |it| it.own_path().to_owned(), "";
            "healthy": dyn Local, |it| it.count(), "";
            "healthy": dyn Movable, |it| it.count(), "";
            "healthy": dyn Tally, |it| it.add(3), "&mut [u8]";
            "tagged": dyn Positions, |it| it.string("text".into()), "";
            "tagged": dyn Making, |it| it.counter(Box::new(Plain::default())).get(), "";
            // What lives there is its own business.
            "tagged": dyn Allocations, |it| it.live() > 0, "";
            "threads": dyn Threads, |it| it.spawn(3), "";
            "evolving": dyn Level, |it| it.title(), "";
            "evolving": dyn Newer, |it| it.name(), "";
            "evolving": dyn Older, |it| it.louder_name("!"), "";
            "nesting": dyn Nest, |it| {
                it.load(built()["objects"].to_str().unwrap(), false);
                it.counter(3).add(4)
            }, "";
        }
    };
}

/// A voice of the host.
struct Spoken;

impl Voice for Spoken {
    fn text(&self) -> String {
        "spoken".to_owned()
    }

    fn word(&self) -> &str {
        "word"
    }

    fn is_loud(&self) -> bool {
        true
    }

    fn letter(&self) -> char {
        'a'
    }
}

/// Returns the title that a page writes.
fn title(page: &dyn Page) -> String {
    struct Title<'a>(&'a dyn Page);

    impl fmt::Display for Title<'_> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            self.0.title(f, vec!["one".to_owned(), "two".to_owned()])
        }
    }

    Title(page).to_string()
}

#[test]
fn each_interface_of_the_fixtures_is_the_same_in_each_placement() {
    let _turn = turn();
    let (mut known, mut wrong) = (BTreeSet::new(), Vec::new());
    macro_rules! compare {
        ($($library:literal: dyn $interface:ident, |$it:ident| $call:expr, $part:literal;)*) => {$(
            let path = PluginTrait::of::<dyn $interface>().path();
            assert!(known.insert(path.to_owned()), "{path}: twice");
            let reason = compare::<dyn $interface, _>(&mut placements($library), |$it| $call);
            match reason {
                None if $part == "" => {}
                Some(reason) if $part != "" && reason.contains($part) => {}
                reason => wrong.push(format!("{path}: {reason:?}")),
            }
        )*};
    }
    each_interface!(compare);
    assert!(wrong.is_empty(), "{wrong:#?}");
    // Those of crates that are no part of this program are called by name.
    let others: BTreeSet<_> = registered().difference(&known).cloned().collect();
    let is_by_name = |path: &&String| BY_NAME.contains(&path.split("::").next().unwrap());
    assert_eq!(others.iter().find(|path| !is_by_name(path)), None);
}

/// Libraries whose interfaces this program does not know, or in another version.
const BY_NAME: [&str; 6] = ["counted", "counted_types", "evolving", "matrix", "names", "strict"];

#[test]
fn methods_that_are_called_by_name_are_the_same_in_each_placement() {
    let _turn = turn();
    for library in BY_NAME {
        let here = PluginManager::new().load_library(&built()[library]).unwrap();
        let there = PluginManager::new().load_isolated(&built()[library], worker());
        let there = there.unwrap_or_else(|error| panic!("{library}: {error}")).plugins();
        let mut compared = 0;
        for plugin in &there {
            let is_it = |it: &&PluginHandle| {
                (it.interface(), it.name()) == (plugin.interface(), plugin.name())
            };
            let proxy = here.iter().find(is_it).expect("the same plugins").dynamic().unwrap();
            for method in proxy.methods() {
                let Some(arguments) = arguments(method) else { continue };
                let expected = proxy.call(&method.name, &arguments).map_err(|it| reason(&it));
                let expected = expected.map(|it| (it.value, it.changed, it.failed));
                let found = plugin.call(&method.name, &arguments).map_err(|it| reason(&it));
                let found = found.map(|it| (it.value, it.changed, it.failed));
                assert_eq!(found, expected, "{}: {}", plugin.interface(), method.signature);
                compared += 1;
            }
        }
        assert!(compared > 0, "{library}");
        println!("{library}: {compared} methods of {} plugins", there.len());
    }
}

/// Returns the message of an error without what to do about it.
fn reason(error: &dyn std::error::Error) -> String {
    let text = error.to_string();
    text.rsplit_once("; ").map_or(&*text, |(reason, _)| reason).to_owned()
}

/// Returns arguments for a method. `None` if it takes or returns other things than
/// values of some types.
fn arguments(method: &MethodMetadata) -> Option<Vec<Value>> {
    let syntax = method.syntax()?;
    if ["dyn ", "Future", "self: "].iter().any(|part| method.signature.contains(part)) {
        return None;
    }
    let argument = |parameter: &Field| match &*parameter.ty.to_string() {
        "&str" | "String" => Some(json!("text")),
        "u8" | "u16" | "u32" | "u64" | "usize" | "i8" | "i16" | "i32" | "i64" => Some(json!(7)),
        "bool" => Some(json!(true)),
        "char" => Some(json!("a")),
        "f32" | "f64" => Some(json!(1.5)),
        "&[u8]" | "&mut [u8]" | "Vec<u8>" => Some(json!([1, 2])),
        _ => None,
    };
    syntax.parameters.iter().map(argument).collect()
}

/// Returns the paths of the interfaces of all plugins of the fixtures.
fn registered() -> BTreeSet<String> {
    let libraries = built().values().filter(|file| file.extension().is_some());
    let all = libraries.filter_map(|file| inspect(file).ok());
    all.flat_map(|it| it.registrations).map(|it| it.interface).collect()
}

/// Runs the bodies of the tests of references that are passed as copies. Returns the
/// reasons for which there are no proxies.
fn copy(placement: &mut At) -> Vec<String> {
    let mut refused = Vec::new();
    match placement.proxy::<dyn Copies>() {
        Ok(copies) => {
            read(&copies);
            fail(&copies);
        }
        Err(reason) => refused.push(reason),
    }
    match placement.proxy::<dyn Changes>() {
        Ok(changes) => {
            change(&changes);
            fail_to_change(&changes);
        }
        Err(reason) => refused.push(reason),
    }
    match placement.proxy::<dyn Fills>() {
        Ok(fills) => {
            fill(&fills);
            fail_to_fill(&fills);
        }
        Err(reason) => refused.push(reason),
    }
    match placement.proxy::<dyn Marks>() {
        Ok(marks) => mark(&marks, true),
        Err(reason) => refused.push(reason),
    }
    match placement.proxy::<dyn Lends>() {
        Ok(lends) => lend(&lends),
        Err(reason) => refused.push(reason),
    }
    match placement.proxy::<dyn Shows>() {
        Ok(mut shows) => show(&mut shows),
        Err(reason) => refused.push(reason),
    }
    refused
}

#[test]
fn references_that_are_passed_as_copies_are_the_same_in_each_placement() {
    let _turn = turn();
    assert_eq!(copy(&mut linked()), [""; 0]);
    assert_eq!(copy(&mut in_process("copying")), [""; 0]);
    let refused = copy(&mut apart("copying"));
    let [copies, changes, marks] = &refused[..] else { panic!("{refused:?}") };
    assert!(copies.contains("an object behind a reference"), "{copies}");
    assert!(copies.contains("`Arc<dyn Service>`; load the library in this process"), "{copies}");
    assert!(changes.contains("`&mut Label`; load the library in this process"), "{changes}");
    assert!(marks.contains("that may borrow from an object or a `&mut`"), "{marks}");
}

#[test]
fn interfaces_of_one_name_are_the_same_in_each_placement() {
    let _turn = turn();
    for placement in ["linked", "in_process", "apart"] {
        let count = |tool: &mut dyn linked_one::Tool| tool.count("four");
        let apply = |tool: &dyn linked_two::Tool| tool.apply("a")("b".to_owned());
        let found = match placement {
            "linked" => (
                count(&mut linked().proxy::<dyn linked_one::Tool>().unwrap()),
                apply(&linked().proxy::<dyn linked_two::Tool>().unwrap()),
            ),
            "in_process" => (
                count(&mut in_process("linked_one").proxy::<dyn linked_one::Tool>().unwrap()),
                apply(&in_process("linked_two").proxy::<dyn linked_two::Tool>().unwrap()),
            ),
            _ => (
                count(&mut apart("linked_one").proxy::<dyn linked_one::Tool>().unwrap()),
                apply(&apart("linked_two").proxy::<dyn linked_two::Tool>().unwrap()),
            ),
        };
        assert_eq!(found, (4, "ab".to_owned()), "{placement}");
    }
}
