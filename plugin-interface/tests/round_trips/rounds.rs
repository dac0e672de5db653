//! Passes values there and back, and looks after what lives on either side.

use std::fmt::Debug;

use fixture_interface::derived::*;
use fixture_interface::everything::*;
use fixture_interface::{Allocations, AllocationsProxy, each_derived, each_owned};
use plugin_interface::{Interface, PluginHandle};
use positions::*;
use proptest::prelude::*;
use proptest::test_runner::{TestCaseResult, TestRunner};

use crate::ALLOCATOR;
use crate::values::Any;

/// How values are passed to the mirrors of one plugin.
pub(crate) struct Rounds {
    /// How many of each type, beside those at its edges.
    pub(crate) cases: u32,
    /// How many bytes of each kind of what grows.
    pub(crate) size: usize,
    pub(crate) mirror: EverythingProxy,
    pub(crate) derived: DerivedProxy,
    pub(crate) positions: PositionsProxy,
    pub(crate) allocations: AllocationsProxy,
}

impl Rounds {
    pub(crate) fn new(plugins: &[PluginHandle], cases: u32, size: usize) -> Self {
        fn proxy<I: Interface + ?Sized>(plugins: &[PluginHandle]) -> I::Proxy {
            plugins.iter().find_map(|plugin| plugin.proxy::<I>().ok()).expect("a mirror of each")
        }
        Rounds {
            cases,
            size,
            mirror: proxy::<dyn Everything>(plugins),
            derived: proxy::<dyn Derived>(plugins),
            positions: proxy::<dyn Positions>(plugins),
            allocations: proxy::<dyn Allocations>(plugins),
        }
    }

    /// Passes values of every type.
    pub(crate) fn all(&self) {
        macro_rules! pass {
            (
                $direct:ident, $places:ident, $kind:ident,
                $($one:ident $($many:ident)?: $ty:ty = $edges:expr;)*
            ) => {$({
                let alone = |value| self.$direct.$one(value);
                let within = |places| match self.positions.$places($kind::$one(places)) {
                    $kind::$one(places) => places,
                    other => panic!("another type: {other:?}"),
                };
                self.owned::<$ty>(stringify!($ty), Vec::from($edges), &alone, &within);
            })*};
        }
        each_basic!(pass positions, basic_places, BasicPlaces,);
        each_owned!(pass mirror, owned_places, OwnedPlaces,);
        each_derived!(pass derived, derived_places, DerivedPlaces,);
        self.lent();
        self.large().expect("large values");
    }

    fn owned<T: Any>(
        &self,
        name: &str,
        edges: Vec<T>,
        alone: &dyn Fn(T) -> T,
        within: &dyn Fn(Places<T>) -> Places<T>,
    ) {
        self.check(name, T::any(), edges, &|a, b| {
            self.unchanged(a, alone)?;
            self.unchanged(&places(a, b), within)
        });
    }

    #[expect(clippy::ptr_arg, reason = "each type is lent as it is owned")]
    fn lent(&self) {
        macro_rules! pass {
            ($($one:ident: $ty:ty, $of:ident: $owned:ty => $lend:expr, $edges:expr;)*) => {$({
                fn lend<'a>($of: &'a $owned) -> $ty {
                    $lend
                }
                let (any, edges) = (any::<$owned>().boxed(), Vec::from($edges));
                self.check(stringify!($ty), any, edges, &|a, b| {
                    let (a, b) = (lend(a), lend(b));
                    self.unchanged(&a, &|value| self.positions.$one(value))?;
                    self.unchanged(&places(&a, &b), &|places| {
                        match self.positions.lent_places(LentPlaces::$one(places)) {
                            LentPlaces::$one(places) => places,
                            other => panic!("another type: {other:?}"),
                        }
                    })
                });
            })*};
        }
        each_lent!(pass);
    }

    /// Checks the values at the edges and then others, two at a time.
    fn check<T: Clone + Debug>(
        &self,
        name: &str,
        any: BoxedStrategy<T>,
        edges: Vec<T>,
        check: &dyn Fn(&T, &T) -> TestCaseResult,
    ) {
        for edge in &edges {
            check(edge, edge).unwrap_or_else(|error| panic!("{name}: {edge:?}: {error}"));
        }
        let config = ProptestConfig {
            cases: self.cases,
            failure_persistence: None,
            ..ProptestConfig::default()
        };
        let outcome = TestRunner::new(config).run(&(any.clone(), any), |(a, b)| check(&a, &b));
        outcome.unwrap_or_else(|error| panic!("{name}: {error}"));
    }

    /// What lives in the host, and in the plugin.
    pub(crate) fn live(&self) -> (usize, usize) {
        (ALLOCATOR.live(), self.allocations.live())
    }

    /// Passes a value twice: in the first call there may be what is made once,
    /// such as the keys of a thread's hashers.
    fn unchanged<V: Clone + Debug + PartialEq>(
        &self,
        value: &V,
        pass: &dyn Fn(V) -> V,
    ) -> TestCaseResult {
        drop(pass(value.clone()));
        let before = self.live();
        let back = pass(value.clone());
        prop_assert_eq!(&back, value);
        drop(back);
        prop_assert_eq!(self.live(), before, "what lives on either side");
        Ok(())
    }

    /// Large values of each kind of what grows.
    fn large(&self) -> TestCaseResult {
        let Rounds { size, mirror, positions, .. } = self;
        let text = "ä".repeat(size / 2);
        let words = || (0..size / 1000).map(|i| i.to_string().repeat(200));
        let within = |place| match positions.basic_places(BasicPlaces::string(vec![place])) {
            BasicPlaces::string(mut places) => places.remove(0),
            other => panic!("another type: {other:?}"),
        };
        self.unchanged(&text, &|value| positions.string(value))?;
        self.unchanged(&&*text, &|value| positions.text(value))?;
        self.unchanged(&text.clone().into(), &|value| mirror.boxed_str(value))?;
        self.unchanged(&PathBuf::from(&text), &|value| mirror.path(value))?;
        self.unchanged(&Place::Optional(Some(text.clone())), &within)?;
        self.unchanged(&Place::Fallible(Err(text)), &within)?;
        self.unchanged(&vec![7; *size], &|value| positions.bytes(value))?;
        self.unchanged(&vec![9; size / 4].into(), &|value| mirror.boxed_slice(value))?;
        self.unchanged(&(0..*size as u64 / 8).collect(), &|value| mirror.queue(value))?;
        self.unchanged(&words().collect(), &|value| positions.texts(value))?;
        self.unchanged(&words().collect(), &|value| mirror.btree_set(value))?;
        self.unchanged(&words().map(|word| (word, vec![1])).collect(), &|value| {
            mirror.hash_map(value)
        })
    }
}
