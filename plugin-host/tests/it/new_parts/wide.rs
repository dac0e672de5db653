//! An interface in modules, with types of its own.

mod data {
    use std::time::Duration;

    use plugin_interface::FfiSafe;

    /// Has no `Default`.
    #[derive(Clone, Debug, FfiSafe)]
    pub struct Pair<T> {
        pub first: T,
        pub second: Option<Box<Pair<T>>>,
        pub kind: Kind,
    }

    #[derive(Clone, Debug, FfiSafe)]
    pub enum Kind {
        Nested(Box<Kind>),
        Timed { limit: Duration },
        Plain,
    }

    #[derive(Clone, Debug, Default, FfiSafe)]
    pub struct Settings {
        pub names: Vec<String>,
    }

    pub(crate) type Words = Result<Vec<String>, crate::Failure>;
}

pub mod inner {
    use std::fmt::Debug;

    use plugin_interface::plugin_interface;

    use super::*;

    /// One of two interfaces of this name.
    #[plugin_interface]
    pub trait Part: Send + Sync + Debug {
        fn pair(&self) -> Pair<u8>;
    }
}

use std::collections::HashMap;
use std::fmt::Display;
use std::io;
use std::sync::Arc;

use plugin_interface::{FfiSafe, plugin_interface};

use data::Words;
pub use data::{Kind, Pair, Settings as Options};

#[derive(Clone, Debug, FfiSafe)]
pub struct Failure {
    pub reason: String,
}

/// Another interface of a name that is taken, and a name that the plugin has.
#[plugin_interface]
pub trait Part: Send + Sync {
    fn wider(&self) -> Arc<dyn inner::Part>;
}

pub struct Wider;

pub trait Named {
    fn named(&self) -> String;
}

#[plugin_interface]
trait Hidden {
    fn nothing(&self);
}

#[plugin_interface(version = "1.1")]
pub trait Wide: Send + Sync + Debug + Display + Named {
    fn nothing(&self);
    fn number(&mut self, by: u32) -> f64;
    fn options(&self) -> &Options;
    fn words(&self) -> Words;
    fn pairs(&self, r#type: Pair<String>) -> HashMap<String, Pair<u32>>;
    fn one(&self) -> Pair<[u16; 3]>;
    fn kind(&self) -> (Kind, bool);
    fn part(&self, outer: Box<dyn inner::Part>) -> Result<Box<dyn inner::Part>, Failure>;
    fn read(&self) -> io::Result<Vec<u8>>;
    fn closure(&self) -> Box<dyn Fn(String) -> u8 + Send + Sync>;
    fn all(&self) -> Box<dyn Iterator<Item = String> + Send + '_>;
    async fn later(&self, text: String) -> Option<u8>;
    #[since("1.1")]
    fn added(&self) -> u32 {
        1
    }
}

use std::fmt::Debug;

impl Named for WideProxy {
    fn named(&self) -> String {
        "a proxy".to_owned()
    }
}
