//! Interfaces with supertraits: what a proxy is beside the interface, and that no
//! way to the proxy of a lent object leads out of the call.

use std::any::Any;
use std::env;
use std::error::Error;
use std::fmt::{self, Write as _};
use std::iter;
use std::panic::catch_unwind;
use std::process::Command;
use std::ptr;

use fixture_interface::supertraits::Render;
use fixture_interface::supertraits::{Fault, FaultProxy, Keeper, Named};
use fixture_interface::supertraits::{KeeperProxy, Sink, SinkProxy, Text};
use fixture_interface::supertraits::{Label, Page, PageProxy, Turn, Wheel, WheelProxy};
use plugin_interface::{Interface, PluginManager};

use crate::fixtures::Directory;

/// The plugin, which keeps a sink of ours.
fn keeper(name: &str) -> KeeperProxy {
    let directory = Directory::new();
    directory.add("objects", name);
    let mut keeper = PluginManager::new().load::<dyn Keeper>(directory.path()).unwrap().remove(0);
    keeper.keep(Box::new(Text("kept".to_owned())));
    keeper
}

/// What the keeper has, and what was lent, after a call.
fn feed(keeper: &mut KeeperProxy, how: &str) -> [String; 2] {
    let mut lent = Box::new(Text("lent, ".to_owned()));
    keeper.feed(&mut *lent, how);
    [keeper.kept(), lent.text()]
}

#[test]
fn what_is_lent_may_move_within_the_call() {
    let mut keeper = keeper("keeper_within");
    assert_eq!(feed(&mut keeper, "put"), ["kept", "lent, fed"]);
    // What was swapped wrote to what was lent, and then came back.
    assert_eq!(feed(&mut keeper, "back"), ["kept", "lent, fed, swapped"]);
    // What was lent has gone, and so has what took its place.
    assert_eq!(feed(&mut keeper, "dropped"), ["nothing", "lent, fed"]);
}

const WAY: &str = "PLUGIN_TEST_WAY";

#[test]
fn what_is_lent_and_kept_ends_the_process() {
    if let Ok(way) = env::var(WAY) {
        let [kept, _] = feed(&mut keeper("keeper_kept"), &way);
        panic!("after the call, it reads {kept:?}");
    }
    for way in ["downcast", "upcast", "blanket"] {
        let output = Command::new(env::current_exe().unwrap())
            .args(["--exact", "supertraits::what_is_lent_and_kept_ends_the_process", "--nocapture"])
            .env(WAY, way)
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&output.stderr);
        assert!(text.contains("that was lent for a call was moved away"), "{way}: {text}");
        assert!(text.contains("dyn fixture_interface::supertraits::Sink"), "{way}: {text}");
        assert!(!text.contains("after the call, it reads"), "{way}: {text}");
        // By a signal, where there are any.
        assert!(!output.status.success(), "{way}: {text}");
        assert_eq!(output.status.code().is_none(), cfg!(unix), "{way}: {text}");
    }
}

#[test]
fn a_proxy_has_what_its_author_wrote_and_its_supertraits() {
    let keeper = keeper("keeper_proxy");
    assert_eq!(keeper.named(), "remote, with kept");
    let copy: Box<dyn Keeper> = keeper.copy();
    let named: Box<dyn Named> = copy;
    assert_eq!(named.named(), "remote, with kept");
    drop(named);
    assert_eq!(keeper.kept(), "kept");
}

#[test]
fn a_proxy_has_the_display_of_its_plugin() {
    let keeper = keeper("keeper_display");
    assert_eq!(keeper.to_string(), "a pocket");
    let copy: Box<dyn Keeper> = keeper.copy();
    assert_eq!(format!("{copy:>10}|{copy:.5}"), "  a pocket|a poc");
    assert_eq!(KeeperProxy::checked(&keeper).fmt_display(false).unwrap().unwrap(), "a pocket");
}

/// An error of a plugin with these causes.
fn fault(name: &str, causes: &[&str]) -> FaultProxy {
    let directory = Directory::new();
    directory.add("objects", name);
    let mut fault = PluginManager::new().load::<dyn Fault>(directory.path()).unwrap().remove(0);
    fault.set(causes.iter().copied().map(str::to_owned).collect());
    fault
}

fn causes(error: &dyn Error) -> Vec<String> {
    iter::successors(error.source(), |&cause| cause.source()).map(ToString::to_string).collect()
}

#[test]
fn a_proxy_is_an_error_with_the_text_and_the_causes_of_its_plugin() {
    let mut fault = fault("fault_causes", &["hot", "sun"]);
    assert_eq!((fault.to_string(), format!("{fault:#}")), ("burnt".into(), "burnt: hot".into()));
    assert_eq!((causes(&fault), fault.code()), (vec!["hot".to_owned(), "sun".to_owned()], 451));
    let [one, other] = [(); 2].map(|()| fault.source().unwrap());
    assert!(ptr::addr_eq(one, other), "one error of each distinct list");
    let copy: Box<dyn Fault> = fault.copy();
    fault.set(Vec::new());
    assert!(fault.source().is_none());
    // An object is an error as well, and stays one after its plugin was dropped.
    drop(fault);
    let error: Box<dyn Error + Send + Sync> = copy;
    assert_eq!((error.to_string(), causes(&*error).len()), ("burnt".into(), 2));
}

#[test]
fn an_error_of_a_display_and_its_panic_arrive_as_such() {
    let mut fault = fault("fault_display", &["nothing to say"]);
    let mut text = String::new();
    assert!(write!(text, "{fault}").is_err());
    fault.set(vec!["panic".to_owned()]);
    let panic = catch_unwind(|| fault.to_string()).unwrap_err();
    assert_eq!(*panic.downcast::<String>().unwrap(), "no text");
    assert!(FaultProxy::checked(&fault).fmt_display(false).is_err());
    assert_eq!(causes(&fault), ["panic"]);
}

#[test]
fn a_proxy_has_the_inherited_methods_of_its_plugin() {
    let directory = Directory::new();
    directory.add("objects", "wheel");
    let mut wheel = PluginManager::new().load::<dyn Wheel>(directory.path()).unwrap().remove(0);
    assert_eq!((wheel.label(), wheel.twice()), ("round 0".into(), "round 0 round 0".into()));
    assert_eq!((wheel.turn(&[3, 4]), wheel.side(), wheel.spokes()), (Ok(7), "right", 12));
    assert_eq!(wheel.turn(&[6]), Err("round 13".to_owned()));
    assert_eq!(WheelProxy::checked_mut(&mut wheel).turn(&[-20]).unwrap(), Ok(-7));
    assert_eq!((wheel.side(), wheel.size()), ("left", 8));
    assert_eq!(WheelProxy::checked(&wheel).label().unwrap(), "round -7");
    // An object is one of the supertrait too, and can be passed as such.
    let label: Box<dyn Label> = wheel.again();
    assert_eq!(label.label(), "round -7");
    assert_eq!(wheel.read(&*label), "round -7 round -7");
    let names = <dyn Wheel as Interface>::DESCRIPTION.methods.iter().map(|method| method.name);
    let expected = ["label", "turn", "spokes", "side", "again", "read", "size"];
    assert!(names.eq(expected), "the table has the methods in the order of the trait");
    drop(wheel);
    assert_eq!(label.twice(), "round -7 round -7");
}

/// Prints by a method that takes a formatter.
struct By<F>(F);

impl<F: Fn(&mut fmt::Formatter<'_>) -> fmt::Result> fmt::Display for By<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (self.0)(f)
    }
}

#[test]
fn a_method_writes_to_the_formatter_of_its_caller() {
    let directory = Directory::new();
    directory.add("objects", "page");
    let page = PluginManager::new().load::<dyn Page>(directory.path()).unwrap().remove(0);
    let page = &page;
    let render = |level| By(move |f: &mut fmt::Formatter<'_>| page.render(level, f));
    assert_eq!(format!("<{}> <{:#}>", render(7), render(8)), "<7> <level 8>");
    let mut text = String::new();
    assert!(write!(text, "{}", render(0)).is_err());
    assert!(catch_unwind(|| render(1).to_string()).is_err());
    let words = || vec!["a".to_owned(), "b".to_owned()];
    assert_eq!(
        By(|f: &mut fmt::Formatter<'_>| page.title(f, words())).to_string(),
        r#"["a", "b"]"#
    );
    assert_eq!(By(|f: &mut fmt::Formatter<'_>| page.end(f)).to_string(), "9");
    let checked = By(|f: &mut fmt::Formatter<'_>| match PageProxy::checked(page).render(1, f) {
        Ok(result) => result,
        Err(error) => write!(f, "{error}"),
    });
    assert!(checked.to_string().contains("Page::render panicked"), "{checked}");
}

#[test]
fn a_proxy_prints_its_interface_and_its_plugin() {
    let text = format!("{:?}", keeper("keeper_printed"));
    assert!(text.contains("Keeper") && text.contains("Pocket"), "{text}");
}

#[test]
fn a_method_that_returns_any_gives_the_proxy() {
    let keeper = keeper("keeper_any");
    let copy: Box<dyn Keeper> = keeper.copy();
    assert!(copy.as_any().is::<KeeperProxy>());
    let copy = copy.into_any().downcast::<KeeperProxy>().unwrap();
    assert_eq!(copy.kept(), "kept");
}

#[test]
fn a_local_value_is_no_proxy() {
    let mut local: Box<dyn Sink> = Box::new(Text::default());
    local.put_twice("a");
    assert_eq!((local.text(), format!("{local:?}")), ("aa".to_owned(), "Text(\"aa\")".to_owned()));
    assert!(SinkProxy::of(&*local).is_none());
    assert!((*local).as_any().is::<Text>());
    let any: Box<dyn Any> = local;
    assert_eq!(any.downcast::<Text>().unwrap().0, "aa");
}
