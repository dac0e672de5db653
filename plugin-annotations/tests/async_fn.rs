//! Interfaces with `async` methods, and all that may implement them: the mock, an
//! impl under our attribute, one under that of the crate `async-trait`.
#![deny(warnings, clippy::all)]

use std::task::{Context, Poll, Waker};

use plugin_interface::{BoxFuture, FfiSafe, async_impl, plugin_aggregates, plugin_impl};
use plugin_interface::{PluginTrait, plugin_interface};

#[derive(Clone, Debug, FfiSafe, PartialEq)]
pub(crate) struct Key {
    name: String,
}

#[plugin_interface(version = "1.1")]
#[mockall::automock]
pub(crate) trait Store: Send + Sync {
    /// Borrows all of them.
    async fn get(&self, key: &Key, others: &[Key], text: &str) -> Result<String, String>;
    async fn put(&mut self, mut key: Key, _: u8) -> usize {
        key.name.push('!');
        key.name.len()
    }
    async fn nothing(&self) {}
    fn plain(&self) -> u32;
    #[since("1.1")]
    async fn later(&self, key: &Key) -> String {
        self.get(key, &[], "later").await.unwrap_or_default()
    }
}

/// Without `Sync` its futures stay on their thread.
#[plugin_interface]
pub(crate) trait Local {
    async fn get(&self, key: &Key) -> String;
    async fn change<'k>(&mut self, bytes: &'k mut [u8], by: &'k Key);
}

#[plugin_aggregates(Store)]
mod store {}

#[plugin_aggregates(Local)]
mod local {}

#[plugin_aggregates(impl_future::Exporter)]
mod exporter {}

#[derive(Default)]
struct Plugin;

#[plugin_impl(Store)]
impl Store for Plugin {
    async fn get(&self, key: &Key, others: &[Key], text: &str) -> Result<String, String> {
        std::future::ready(()).await;
        if key.name.is_empty() {
            return Err("empty".to_owned());
        }
        Ok(format!("{} {} {text}", key.name, others.len()))
    }

    fn plain(&self) -> u32 {
        1
    }
}

#[plugin_impl(Local)]
impl Local for Plugin {
    async fn get(&self, key: &Key) -> String {
        let alone = std::rc::Rc::new(key.name.clone());
        std::future::ready(()).await;
        String::clone(&alone)
    }

    async fn change<'k>(&mut self, bytes: &'k mut [u8], by: &'k Key) {
        bytes[0] = by.name.len() as u8;
    }
}

/// An object of a host.
struct Ours;

#[async_impl]
impl Store for Ours {
    async fn get(&self, Key { name }: &Key, others: &[Key], text: &str) -> Result<String, String> {
        Ok(format!("{name} {} {text}", others.len()))
    }

    fn plain(&self) -> u32 {
        2
    }
}

struct Theirs;

#[async_trait::async_trait]
impl Store for Theirs {
    async fn get(&self, key: &Key, others: &[Key], text: &str) -> Result<String, String> {
        Ok(format!("{} {} {text}", key.name, others.len()))
    }

    fn plain(&self) -> u32 {
        3
    }
}

#[async_trait::async_trait(?Send)]
impl Local for Theirs {
    async fn get(&self, key: &Key) -> String {
        key.name.clone()
    }

    async fn change<'k>(&mut self, bytes: &'k mut [u8], _by: &'k Key) {
        bytes[0] = 3;
    }
}

mod beside_async_trait {
    use super::*;

    #[plugin_interface]
    #[async_trait::async_trait]
    pub(crate) trait Below {
        async fn get(&self, text: &str) -> usize;
    }

    #[async_trait::async_trait]
    #[plugin_interface]
    pub(crate) trait Above: Sync {
        async fn get(&self, text: &str) -> usize;
        async fn twice(&self, key: &Key) -> usize {
            2 * self.get(&key.name).await
        }
    }

    #[async_impl]
    impl Below for Ours {
        async fn get(&self, text: &str) -> usize {
            text.len()
        }
    }

    #[async_trait::async_trait]
    impl Above for Ours {
        async fn get(&self, text: &str) -> usize {
            text.len()
        }
    }
}

/// The same interface in other words.
mod in_words {
    use super::*;

    pub(crate) mod a {
        use super::*;

        #[plugin_interface(path = "one::Tool")]
        pub(crate) trait Tool: Send + Sync {
            async fn get(&self, text: &str) -> String;
        }
    }

    pub(crate) mod b {
        use super::*;

        #[plugin_interface(path = "one::Tool")]
        pub(crate) trait Tool: Send + Sync {
            fn get<'a>(&'a self, text: &'a str) -> BoxFuture<'a, String>;
        }
    }

    /// Its future does not borrow the text.
    pub(crate) mod c {
        use super::*;

        #[plugin_interface(path = "one::Tool")]
        pub(crate) trait Tool: Send + Sync {
            fn get(&self, text: &str) -> BoxFuture<'_, String>;
        }
    }
}

mod impl_future {
    use super::*;

    #[plugin_interface]
    pub(crate) trait Exporter: Send + Sync {
        fn export(&self, batch: Vec<Key>) -> impl Future<Output = Result<usize, String>> + Send;
        fn first(&self, key: Option<&Key>) -> impl std::future::Future<Output = String> + Send {
            let name = key.map(|key| key.name.clone());
            async move { name.unwrap_or_default() }
        }
        fn flush(&mut self) -> impl Send + Future<Output = ()>;
        async fn described(&self, key: Option<&Key>) -> String {
            self.first(key).await
        }
    }

    #[derive(Default)]
    pub(crate) struct Printer(pub(crate) usize);

    #[plugin_impl(Exporter)]
    impl Exporter for Printer {
        fn export(&self, batch: Vec<Key>) -> impl Future<Output = Result<usize, String>> + Send {
            if batch.is_empty() {
                return std::future::ready(Err("empty".to_owned()));
            }
            std::future::ready(Ok(batch.len() + self.0))
        }

        async fn flush(&mut self) {
            self.0 = 0;
        }
    }

    #[async_impl]
    impl Exporter for Ours {
        async fn export(&self, batch: Vec<Key>) -> Result<usize, String> {
            Ok(batch.len())
        }

        fn flush(&mut self) -> impl Future<Output = ()> {
            async {}
        }
    }
}

fn now<T>(mut future: std::pin::Pin<Box<dyn Future<Output = T> + '_>>) -> T {
    match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("it waits"),
    }
}

#[test]
fn every_impl_of_an_async_method_is_called_alike() {
    let key = Key { name: "key".to_owned() };
    for store in [&Plugin as &dyn Store, &Ours, &Theirs] {
        assert_eq!(now(store.get(&key, std::slice::from_ref(&key), "text")).unwrap(), "key 1 text");
        assert_eq!(now(store.later(&key)), "key 0 later");
        now(store.nothing());
    }
    assert_eq!(now(Ours.put(key.clone(), 1)), 4);
    let mut bytes = [0];
    now(Plugin.change(&mut bytes, &key));
    assert_eq!((bytes, now(Local::get(&Plugin, &key))), ([3], "key".to_owned()));
    assert_eq!(now(Local::get(&Theirs, &key)), "key");
    assert_eq!(now(beside_async_trait::Below::get(&Ours, "text")), 4);
    assert_eq!(now(beside_async_trait::Above::twice(&Ours, &key)), 6);
}

#[test]
fn a_method_that_returns_impl_future_is_an_async_one() {
    use impl_future::{Exporter, Printer};
    let key = Key { name: "key".to_owned() };
    let mut printer = Printer(7);
    let exporters: [(&mut dyn Exporter, usize, usize); 2] =
        [(&mut printer, 8, 1), (&mut Ours, 1, 1)];
    for (exporter, before, behind) in exporters {
        assert_eq!(now(exporter.export(vec![key.clone()])), Ok(before));
        now(exporter.flush());
        assert_eq!(now(exporter.export(vec![key.clone()])), Ok(behind));
        assert_eq!(now(exporter.first(None)) + &now(exporter.described(Some(&key))), "key");
    }
    assert_eq!(now(Printer(0).export(vec![])), Err("empty".to_owned()));
}

#[test]
fn the_mock_of_an_async_method_returns_its_value() {
    let (mut mock, key) = (MockStore::new(), Key { name: "key".to_owned() });
    mock.expect_get().returning(|key, _, text| Ok(key.name.clone() + text));
    mock.expect_plain().returning(|| 5);
    let store: Box<dyn Store> = Box::new(mock);
    assert_eq!((now(store.get(&key, &[], "!")), store.plain()), (Ok("key!".to_owned()), 5));
}

#[test]
fn a_future_is_send_exactly_if_the_borrow_of_self_is() {
    fn is_send<T: Send>(_: &T) {}
    let key = Key { name: String::new() };
    let store: &dyn Store = &Ours;
    is_send(&store.get(&key, &[], ""));
    is_send(&async { store.get(&key, &[], "").await });
    is_send(&beside_async_trait::Below::get(&Ours, ""));
}

#[test]
fn the_words_of_an_interface_do_not_matter_and_its_lifetimes_do() {
    use in_words::{a, b, c};
    let [a, b, c] = [
        PluginTrait::of::<dyn a::Tool>(),
        PluginTrait::of::<dyn b::Tool>(),
        PluginTrait::of::<dyn c::Tool>(),
    ]
    .map(|interface| interface.fingerprint());
    assert_eq!(a, b);
    assert_ne!(a, c);
}
