//! Tests: pairs of interfaces of one path, as a host and a plugin know them.
#![expect(
    unsafe_code,
    clippy::undocumented_unsafe_blocks,
    reason = "`__generate!` is of this crate, so its `unsafe` is seen"
)]

use crate::host::compare::fit::{is_compatible, mismatch};
use crate::host::compare::version_check::InterfaceChange;
use crate::metadata::{InterfaceMetadata, Reference};
use crate::{FfiSafe, Interface, PluginTrait, plugin_interface};

fn metadata<I: Interface + ?Sized>() -> InterfaceMetadata {
    PluginTrait::of::<I>().metadata().unwrap()
}

/// Returns the text of the refusal, without its first line and the remedy.
fn refusal(host: &InterfaceMetadata, plugin: &InterfaceMetadata) -> String {
    assert!(!is_compatible(host, plugin));
    assert!(!InterfaceChange::between(host, plugin).is_compatible());
    let text = mismatch(host, plugin).unwrap().to_string();
    assert!(text.lines().count() <= 10, "{text}");
    let lines: Vec<_> = text.lines().skip(1).map(str::trim_start).collect();
    lines[..lines.len() - 1].join("\n")
}

/// Defines an interface of two versions of a crate `garden`, which are in
/// functions: so their types have one path, and may differ.
macro_rules! garden {
    ($module:ident, $new:ty, ($($parameter:ident: $seed:ident),*)) => {
        mod $module {
            use super::*;

            pub(crate) mod one {
                use super::*;
                #[derive(FfiSafe)]
                #[ffi(path = "garden::Seed")]
                pub(crate) struct Seed(pub(crate) u8);
                #[derive(FfiSafe)]
                #[ffi(path = "garden::Tree")]
                pub(crate) struct Tree<T> { pub(crate) seed: Seed, pub(crate) more: Option<T> }
                #[derive(FfiSafe)]
                #[ffi(path = "garden::Kind")]
                pub(crate) enum Kind { None, Some(Seed) }
                #[plugin_interface(path = "garden::Sower")]
                pub(crate) trait Sower {
                    fn sow(&self, seed: Seed);
                }
            }
            pub(crate) mod two {
                use super::*;
                #[derive(FfiSafe)]
                #[ffi(path = "garden::Seed")]
                pub(crate) struct Seed(pub(crate) $new);
                #[derive(FfiSafe)]
                #[ffi(path = "garden::Tree")]
                pub(crate) struct Tree<T> { pub(crate) seed: Seed, pub(crate) more: Option<T> }
                #[derive(FfiSafe)]
                #[ffi(path = "garden::Kind")]
                pub(crate) enum Kind { None, Some(Seed) }
                #[plugin_interface(path = "garden::Sower")]
                pub(crate) trait Sower {
                    fn sow(&self, seed: Seed);
                }
            }

            type Old = one::Seed;
            type New = two::Seed;

            #[plugin_interface(path = "farm::Plant")]
            pub(crate) trait Plant {
                fn plant(&self, $($parameter: $seed),*);
            }
            #[plugin_interface(path = "farm::Trees")]
            pub(crate) trait Trees {
                fn trees(&self, one: one::Tree<u8>, two: two::Tree<u8>);
            }
            #[plugin_interface(path = "farm::Kinds")]
            pub(crate) trait Kinds {
                fn kinds(&self, kinds: Vec<(one::Kind, two::Kind)>);
            }
            #[plugin_interface(path = "farm::Sowers")]
            pub(crate) trait Sowers {
                fn sowers(&self, one: &dyn one::Sower, two: &dyn two::Sower);
            }
            #[plugin_interface(path = "farm::Later")]
            pub(crate) trait Later {
                fn later(&self, f: Box<dyn Fn(one::Tree<Old>) -> two::Tree<New> + Send + Sync>);
            }
        }
    };
}

garden!(before, [usize; 4], (first: Old, middle: Old, last: New));
garden!(same, [usize; 4], (first: Old, middle: Old, last: New));
garden!(changed, String, (first: Old, middle: Old, last: New));
garden!(middle, [usize; 4], (first: Old, middle: New, last: New));
garden!(twins, u8, (first: Old, middle: Old, last: New));
garden!(other_twin, u8, (first: Old, middle: New, last: New));

const VERSION: &str = env!("CARGO_PKG_VERSION");

#[test]
fn two_types_of_one_path_are_compared_each_with_its_own() {
    let host = metadata::<dyn before::Plant>();
    assert_eq!(host.methods[0].names, [Reference::Type(0), Reference::Type(0), Reference::Type(1)]);
    assert_eq!(host.types[0].path, host.types[1].path);
    assert!(is_compatible(&host, &metadata::<dyn same::Plant>()));
    assert_eq!(
        refusal(&host, &metadata::<dyn changed::Plant>()),
        format!(
            "method plant: fn plant(&self, first: Seed, middle: Seed, last: Seed)\nin the field 0 of garden::Seed:\nhost   [usize; 4], in garden {VERSION}\nplugin String, in garden {VERSION}"
        )
    );
    assert_eq!(
        refusal(&host, &metadata::<dyn middle::Plant>()),
        format!(
            "method plant: fn plant(&self, first: Seed, middle: Seed, last: Seed)\nin the field 0 of garden::Seed:\nhost   u8, in garden {VERSION}\nplugin [usize; 4], in garden {VERSION}"
        )
    );
}

#[test]
fn two_types_of_one_path_and_text_are_still_two() {
    let text = refusal(&metadata::<dyn twins::Plant>(), &metadata::<dyn other_twin::Plant>());
    assert!(text.contains("\nin the type garden::Seed:\n"), "{text}");
}

#[test]
fn a_change_behind_two_types_of_one_path_and_text_is_found() {
    type Pair = [InterfaceMetadata; 3];
    let all: [Pair; 3] = [
        [
            metadata::<dyn before::Trees>(),
            metadata::<dyn same::Trees>(),
            metadata::<dyn changed::Trees>(),
        ],
        [
            metadata::<dyn before::Kinds>(),
            metadata::<dyn same::Kinds>(),
            metadata::<dyn changed::Kinds>(),
        ],
        [
            metadata::<dyn before::Later>(),
            metadata::<dyn same::Later>(),
            metadata::<dyn changed::Later>(),
        ],
    ];
    for [host, same, changed] in all {
        assert!(is_compatible(&host, &same), "{}", host.path);
        let text = refusal(&host, &changed);
        assert!(text.contains("\nin the field 0 of garden::Seed:\n"), "{text}");
    }
}

#[test]
fn two_interfaces_of_one_path_are_compared_each_with_its_own() {
    let host = metadata::<dyn before::Sowers>();
    assert_eq!(host.objects.len(), 2);
    assert!(is_compatible(&host, &metadata::<dyn same::Sowers>()));
    let text = refusal(&host, &metadata::<dyn changed::Sowers>());
    assert!(text.contains("method sow: fn sow(&self, seed: Seed)"), "{text}");
    assert!(text.contains("host   [usize; 4]\nplugin String"), "{text}");
}

/// A trait and a type that move from one module to another.
mod moving {
    use super::*;

    #[plugin_interface(path = "app::inner::T")]
    pub(crate) trait T {
        fn part(&self) -> u8;
    }
    pub(crate) mod other {
        use super::*;

        #[plugin_interface(path = "app::other::T")]
        pub(crate) trait T {
            fn part(&self) -> u8;
        }
    }

    macro_rules! app {
        ($module:ident, $t:path) => {
            pub(crate) mod $module {
                use super::*;

                #[plugin_interface(path = "app::S")]
                pub(crate) trait S {
                    fn t(&self) -> Box<dyn $t>;
                }
                #[plugin_interface(path = "app::A")]
                pub(crate) trait A {
                    fn s(&self) -> Box<dyn S>;
                }
            }
        };
    }
    app!(before, super::T);
    app!(after, super::other::T);
}

#[test]
fn a_trait_that_moved_is_named_however_deep_it_is() {
    let [host, plugin] = [metadata::<dyn moving::before::A>(), metadata::<dyn moving::after::A>()];
    let text = mismatch(&host, &plugin).unwrap().to_string();
    assert_eq!(
        text,
        "the interface app::S is not the same in host (version 1.0) and plugin (version 1.0)\n  method t: fn t(&self) -> Box<dyn T>\n  in the interface T:\n    host   app::inner::T\n    plugin app::other::T\n  if it only moved, keep its identity by `#[plugin_interface(path = \"app::inner::T\")]`"
    );
    let changes = InterfaceChange::between(&host, &plugin).changes();
    assert!(changes.iter().any(|text| text.contains("app::other::T")), "{changes:?}");
}

/// What moves in further places: a type in a field of another one, a trait in a list of
/// objects that a closure takes, and one that kept its path.
mod moving_elsewhere {
    use super::*;

    macro_rules! app {
        ($module:ident, $plan:literal, $part:literal, $kept:literal) => {
            pub(crate) mod $module {
                use super::*;

                #[derive(FfiSafe)]
                #[ffi(path = $plan)]
                pub(crate) struct Plan {
                    pub(crate) size: u8,
                }
                #[derive(FfiSafe)]
                #[ffi(path = "app::Order")]
                pub(crate) struct Order {
                    pub(crate) plans: Vec<Option<Plan>>,
                }
                #[plugin_interface(path = $part)]
                pub(crate) trait Part {
                    fn size(&self) -> u8;
                }
                #[plugin_interface(path = $kept)]
                pub(crate) trait Kept {
                    fn size(&self) -> u8;
                }
                #[plugin_interface(path = "app::Shop")]
                pub(crate) trait Shop {
                    fn order(&self, order: Order);
                }
                #[plugin_interface(path = "app::Shops")]
                pub(crate) trait Shops {
                    fn shop(&self, name: &str) -> Option<Box<dyn Shop>>;
                }
                #[plugin_interface(path = "app::Store")]
                pub(crate) trait Store {
                    fn each(&self, use_parts: Box<dyn Fn(Vec<Box<dyn Part>>)>);
                }
                #[plugin_interface(path = "app::Keeper")]
                pub(crate) trait Keeper {
                    fn kept(&self) -> Vec<Box<dyn Kept>>;
                }
            }
        };
    }
    app!(before, "app::inner::Plan", "app::inner::Part", "app::Kept");
    app!(after, "app::other::Plan", "app::other::Part", "app::Kept");
}

#[test]
fn what_moved_is_named_in_fields_and_closures_and_may_keep_its_path() {
    use moving_elsewhere::{after, before};
    let shops = [metadata::<dyn before::Shops>(), metadata::<dyn after::Shops>()];
    let stores = [metadata::<dyn before::Store>(), metadata::<dyn after::Store>()];
    for ([host, plugin], name, attribute) in
        [(&shops, "Plan", "ffi"), (&stores, "Part", "plugin_interface")]
    {
        assert!(!is_compatible(host, plugin));
        let text = mismatch(host, plugin).unwrap().to_string();
        let places = format!("host   app::inner::{name}\n    plugin app::other::{name}\n");
        assert!(text.contains(&places), "{text}");
        let remedy =
            format!("keep its identity by `#[{attribute}(path = \"app::inner::{name}\")]`");
        assert!(text.ends_with(&remedy), "{text}");
    }
    let [host, plugin] = [metadata::<dyn before::Keeper>(), metadata::<dyn after::Keeper>()];
    assert!(is_compatible(&host, &plugin));
}

/// Interfaces of one path whose texts had one hash of 64 bits: found in four minutes
/// by a search for collisions of FNV-1a, in which equal methods behind them change
/// nothing.
mod colliding {
    use super::*;

    macro_rules! colliding {
        ($module:ident, $returns:ty, $name:ident) => {
            pub(crate) mod $module {
                use super::*;

                #[plugin_interface(path = "tools::Tool")]
                pub(crate) trait Tool {
                    fn a(&self) -> $returns;
                    fn $name(&self);
                }
                #[plugin_interface(path = "tools::Longer")]
                pub(crate) trait Longer {
                    fn a(&self) -> $returns;
                    fn $name(&self);
                    fn last(&self, of: &[u8]) -> u32;
                }
                #[plugin_interface(path = "tools::Maker")]
                pub(crate) trait Maker {
                    fn make(&self) -> Box<dyn Tool>;
                }
            }
        };
    }
    colliding!(one, u64, mlnenapcnmdacehb);
    colliding!(other, String, lnchbjpcmabnabkd);
}

#[test]
fn interfaces_whose_texts_collide_are_refused_alone_and_within_others() {
    use colliding::{one, other};
    let tools = [metadata::<dyn one::Tool>(), metadata::<dyn other::Tool>()];
    let longer = [metadata::<dyn one::Longer>(), metadata::<dyn other::Longer>()];
    let makers = [metadata::<dyn one::Maker>(), metadata::<dyn other::Maker>()];
    for [host, plugin] in [&tools, &longer, &makers] {
        assert!(is_compatible(host, host));
        let text = refusal(host, plugin);
        assert!(text.contains("fn a(&self) -> u64"), "{text}");
        assert!(text.contains("fn a(&self) -> String"), "{text}");
    }
}
