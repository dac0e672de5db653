//! Types of other crates in each position, for host and plugin.

use std::collections::BTreeMap;
use std::fmt;

use plugin_interface::{BoxFuture, FfiSafe, plugin_interface};

pub(crate) use arrayvec::{ArrayString, ArrayVec};
pub(crate) use bytes::{Bytes, BytesMut};
pub(crate) use compact_str::CompactString;
pub(crate) use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, Version};
pub(crate) use indexmap::{IndexMap, IndexSet};
pub(crate) use ordered_float::{NotNan, OrderedFloat};
pub(crate) use serde_json::{Map, Number, Value};
pub(crate) use smallvec::SmallVec;
pub(crate) use smol_str::SmolStr;
pub(crate) use url::Url;
pub(crate) use uuid::Uuid;

pub(crate) type ChronoUtc = chrono::DateTime<chrono::Utc>;
pub(crate) type ChronoFixed = chrono::DateTime<chrono::FixedOffset>;

/// A type within others.
#[derive(Clone, Debug, PartialEq, FfiSafe)]
pub(crate) struct Places<T> {
    pub(crate) field: T,
    pub(crate) boxed: Box<T>,
    pub(crate) option: Option<T>,
    pub(crate) list: Vec<T>,
    pub(crate) result: Result<T, (u8, T)>,
    pub(crate) map: BTreeMap<String, T>,
}

/// Gives `$then!` each type by the name of a method.
macro_rules! each_type {
    ($then:ident) => {
        $then! {
            array_vec: ArrayVec<String, 3>,
            array_string: ArrayString<4>,
            bytes: Bytes,
            bytes_mut: BytesMut,
            chrono_naive: chrono::NaiveDateTime,
            chrono_utc: ChronoUtc,
            chrono_fixed: ChronoFixed,
            chrono_offset: chrono::FixedOffset,
            chrono_date: chrono::NaiveDate,
            chrono_time: chrono::NaiveTime,
            chrono_delta: chrono::TimeDelta,
            chrono_day: chrono::Weekday,
            chrono_month: chrono::Month,
            compact_str: CompactString,
            header_map: HeaderMap,
            header_name: HeaderName,
            header_value: HeaderValue,
            method: Method,
            status: StatusCode,
            uri: Uri,
            version: Version,
            index_map: IndexMap<String, Value>,
            index_set: IndexSet<Uuid>,
            ordered_f32: OrderedFloat<f32>,
            ordered_f64: OrderedFloat<f64>,
            not_nan_f32: NotNan<f32>,
            not_nan_f64: NotNan<f64>,
            value: Value,
            json_map: Map<String, Value>,
            json_number: Number,
            small_vec: SmallVec<[Url; 2]>,
            smol_str: SmolStr,
            time_offset_date: time::OffsetDateTime,
            time_primitive: time::PrimitiveDateTime,
            time_date: time::Date,
            time_time: time::Time,
            time_offset: time::UtcOffset,
            time_duration: time::Duration,
            url: Url,
            uuid: Uuid,
        }
    };
}
pub(crate) use each_type;

macro_rules! interface {
    ($($method:ident: $ty:ty,)*) => {
        /// Returns what it gets.
        #[plugin_interface]
        pub(crate) trait Echo: Send + Sync {
            $(fn $method(&self, value: $ty, borrowed: &$ty, places: Places<$ty>) -> ($ty, $ty, Places<$ty>);)*
        }
    };
}
each_type!(interface);

pub(crate) type Fallible<T> = anyhow::Result<T>;

/// Returns errors, and takes them.
#[plugin_interface]
pub(crate) trait Faults: Send + Sync {
    fn fail(&self, texts: &[String]) -> anyhow::Result<Value>;
    fn later(&self, url: Url) -> BoxFuture<'_, anyhow::Result<Bytes>>;
    fn aliased(&self, error: anyhow::Error) -> Fallible<()>;
    fn call(&self, log: &dyn Fn(Value) -> Fallible<Value>) -> Vec<Option<anyhow::Error>>;
    fn each(&self) -> Box<dyn Iterator<Item = Result<Url, anyhow::Error>> + Send>;
    fn parse(&self, text: &str) -> serde_json::Result<Value>;
    fn cause(&self, error: serde_json::Error) -> Option<Result<u8, serde_json::Error>>;
}

/// A line of a log, as the crate `log` has it.
#[derive(Clone, Debug, FfiSafe)]
pub(crate) struct Record<'a> {
    pub(crate) target: &'a str,
    pub(crate) args: fmt::Arguments<'a>,
}

/// Takes what `format_args!` creates.
#[plugin_interface]
pub(crate) trait Log: Send + Sync {
    fn log(&self, record: &Record<'_>) -> String;
    fn args(&self, args: fmt::Arguments<'_>, more: Option<fmt::Arguments<'_>>) -> String;
}
