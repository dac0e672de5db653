//! Attributes of an interface, of its methods and of other items: what they say is
//! true of the generated code too.
#![deny(warnings, clippy::all)]
#![allow(dead_code, reason = "the compiler is what is asked")]

use plugin_interface::{FfiSafe, plugin_aggregates, plugin_impl, plugin_interface};

#[plugin_interface(version = "1.1")]
#[cfg_attr(all(), mockall::automock, allow(non_camel_case_types))]
trait tool: Send + Sync {
    fn apply(&self, text: &str) -> String;
    fn count(&mut self, by: u32) -> u32;
    fn name(&self) -> &str;

    #[cfg_attr(all(), cfg(any()))]
    fn never(&self, argument: NoSuchType);

    #[expect(clippy::too_many_arguments)]
    fn many(&self, _: u8, _: u8, _: u8, _: u8, _: u8, _: u8, _: bool, _: bool) -> u8;

    #[since("1.1")]
    #[cfg_attr(all(), allow(unused_variables))]
    fn later(&self, text: &str) -> u8 {
        7
    }

    fn made(by: u8) -> Self;

    fn changed(self) -> Self
    where
        Self: Sized,
    {
        self
    }
}

#[plugin_interface]
trait Loud: Send + Sync {
    #[allow(non_snake_case)]
    fn Shout(&self) -> u8;

    #[allow(non_snake_case, clippy::boxed_local)]
    #[cfg(any())]
    fn Never(&self);
}

#[plugin_interface]
#[cfg(any())]
trait Absent {
    fn never(&self, argument: NoSuchType);
}

#[derive(FfiSafe)]
#[allow(non_camel_case_types, non_snake_case)]
#[cfg_attr(all(), expect(clippy::upper_case_acronyms))]
struct NAMES {
    First: u32,
}

mod old {
    use super::*;

    #[deprecated]
    #[plugin_interface]
    pub(crate) trait Old: Send + Sync {
        fn old(&self, text: &str) -> String;
    }
}

#[plugin_aggregates(NoSuchTrait)]
#[cfg(any())]
mod absent {}

#[plugin_aggregates(Old)]
#[cfg_attr(all(), expect(deprecated))]
mod plugin {
    #[expect(unused_imports)]
    use super::old::Old;
}

#[expect(deprecated)]
use old::Old;

#[deprecated]
#[derive(Default)]
struct Plain;

#[plugin_impl(Old)]
#[cfg_attr(all(), expect(deprecated))]
impl Old for Plain {
    fn old(&self, text: &str) -> String {
        text.to_owned()
    }
}

#[plugin_impl(Old, name = "absent")]
#[cfg(any())]
impl Old for NoSuchType {}

#[test]
fn a_mock_is_an_object_of_this_side() {
    let made = Mocktool::made_context();
    made.expect().times(1).returning(|_| Mocktool::new());
    let mut mock = <Mocktool as tool>::made(1).changed();
    mock.expect_apply().returning(|text| text.to_uppercase());
    mock.expect_count().times(2).returning(|by| by + 1);
    mock.expect_name().return_const("mock".to_owned());
    let mut object: Box<dyn tool> = Box::new(mock);
    assert_eq!((object.apply("text"), object.name()), ("TEXT".to_owned(), "mock"));
    assert_eq!((object.count(1), object.count(2)), (2, 3));
    assert!(toolProxy::of(&*object).is_none());
    assert!(toolProxy::checked_mut_of(&mut *object).is_none());
}
