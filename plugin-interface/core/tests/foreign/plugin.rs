//! A plugin whose interfaces have types of other crates.

mod interface;

use std::fmt;

use anyhow::{Context, anyhow};
use interface::*;
use plugin_interface::{BoxFuture, plugin_aggregates, plugin_impl};

#[plugin_aggregates(Echo)]
mod echo {}

#[plugin_aggregates(Faults)]
mod faults {}

#[plugin_aggregates(Log)]
mod log {}

#[derive(Default)]
struct Plain;

macro_rules! echo {
    ($($method:ident: $ty:ty,)*) => {
        #[plugin_impl(Echo)]
        impl Echo for Plain {
            $(fn $method(&self, value: $ty, borrowed: &$ty, places: Places<$ty>) -> ($ty, $ty, Places<$ty>) {
                (value, borrowed.clone(), places)
            })*
        }
    };
}
each_type!(echo);

#[plugin_impl(Faults)]
impl Faults for Plain {
    fn fail(&self, texts: &[String]) -> anyhow::Result<serde_json::Value> {
        let Some((first, contexts)) = texts.split_first() else {
            return Ok(serde_json::json!({ "ok": [1, null] }));
        };
        let error = anyhow!("{first}");
        Err(contexts.iter().fold(error, |error, text| error.context(text.clone())))
    }

    fn later(&self, url: url::Url) -> BoxFuture<'_, anyhow::Result<bytes::Bytes>> {
        Box::pin(async move {
            let host = url.host_str().context("a host")?;
            Ok(host.to_owned().into())
        })
    }

    fn aliased(&self, error: anyhow::Error) -> Fallible<()> {
        Err(error.context("taken"))
    }

    fn call(
        &self,
        log: &dyn Fn(serde_json::Value) -> Fallible<serde_json::Value>,
    ) -> Vec<Option<anyhow::Error>> {
        vec![log(serde_json::json!([1.5])).err(), log(serde_json::Value::Null).err()]
    }

    fn each(&self) -> Box<dyn Iterator<Item = Result<url::Url, anyhow::Error>> + Send> {
        let texts = ["https://example.com/", "no url"];
        Box::new(texts.into_iter().map(|text| text.parse().with_context(|| text.to_owned())))
    }

    fn parse(&self, text: &str) -> serde_json::Result<serde_json::Value> {
        serde_json::from_str(text)
    }

    fn cause(&self, error: serde_json::Error) -> Option<Result<u8, serde_json::Error>> {
        Some(Err(error))
    }
}

#[plugin_impl(Log)]
impl Log for Plain {
    fn log(&self, record: &Record<'_>) -> String {
        let Record { target, args } = record.clone();
        format!("{target}: {args}")
    }

    fn args(&self, args: fmt::Arguments<'_>, more: Option<fmt::Arguments<'_>>) -> String {
        format!("{args:?} {more:?}")
    }
}
