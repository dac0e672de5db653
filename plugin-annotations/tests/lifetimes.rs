//! Two ways to write the lifetimes of a type, which are one interface or two.

use plugin_interface::{FfiSafe, Interface, plugin_interface};

#[derive(Clone, FfiSafe)]
pub(crate) struct Line<'a> {
    pub(crate) text: &'a str,
}

mod written {
    use super::*;

    #[derive(Clone, FfiSafe)]
    #[ffi(path = "one::Page")]
    pub(crate) struct Page<'a> {
        pub(crate) first: Option<Line<'a>>,
    }

    #[plugin_interface(path = "one::Printer")]
    pub(crate) trait Printer {
        fn line(&self, line: &Line<'_>, pair: (Line<'_>, &str)) -> (Line<'_>, &str);
        fn page(&self, page: &Page<'_>);
    }
}

mod hidden {
    #![allow(elided_lifetimes_in_paths)]

    use super::*;

    type First<'a> = Option<Line<'a>>;

    #[derive(Clone, FfiSafe)]
    #[ffi(path = "one::Page")]
    pub(crate) struct Page<'a> {
        pub(crate) first: First<'a>,
    }

    #[plugin_interface(path = "one::Printer")]
    pub(crate) trait Printer {
        fn line(&self, line: &Line, pair: (Line, &str)) -> (Line<'_>, &str);
        fn page(&self, page: &Page);
    }
}

mod calls {
    pub(crate) mod lent {
        #[plugin_interface::plugin_interface(path = "one::Caller")]
        pub(crate) trait Caller {
            fn call(&self, pair: (Box<dyn Fn() + '_>, &str));
        }
    }

    pub(crate) mod kept {
        #[plugin_interface::plugin_interface(path = "one::Caller")]
        pub(crate) trait Caller {
            fn call(&self, pair: (Box<dyn Fn()>, &str));
        }
    }
}

fn record<I: Interface + ?Sized>() -> &'static [u8] {
    I::RECORD
}

#[test]
fn lifetimes_and_aliases_of_what_owns_no_object_make_no_other_interface() {
    assert_eq!(record::<dyn written::Printer>(), record::<dyn hidden::Printer>());
}

#[test]
fn whether_an_object_is_lent_makes_another_interface() {
    assert_ne!(record::<dyn calls::lent::Caller>(), record::<dyn calls::kept::Caller>());
}
