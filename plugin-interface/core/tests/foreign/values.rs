//! Values at the edges of each type.

use std::fmt::Debug;

use serde_json::{Value, json};

use super::interface::*;

/// Returns a value within others.
fn places<T: Clone>(value: &T) -> Places<T> {
    Places {
        field: value.clone(),
        boxed: Box::new(value.clone()),
        option: Some(value.clone()),
        list: vec![value.clone(); 2],
        result: Err((1, value.clone())),
        map: [("key".to_owned(), value.clone())].into(),
    }
}

/// Passes a value in each position. Its print shows what `==` does not compare.
fn pass<T: Clone + Debug + PartialEq>(
    value: T,
    method: impl FnOnce(T, &T, Places<T>) -> (T, T, Places<T>),
) {
    let sent = (value.clone(), value.clone(), places(&value));
    let received = method(value.clone(), &value, places(&value));
    assert_eq!(received, sent);
    assert_eq!(format!("{received:?}"), format!("{sent:?}"));
}

macro_rules! pass {
    ($echo:ident $($method:ident: [$($value:expr),+ $(,)?];)*) => {
        $(for value in [$($value),+] {
            pass(value, |value, borrowed, places| $echo.$method(value, borrowed, places));
        })*
    };
}

/// A value that is nested to this depth.
pub(super) fn nested(depth: usize) -> Value {
    (0..depth).fold(Value::Null, |value, level| match level % 2 {
        0 => Value::Array(vec![value]),
        _ => json!({ "of": value }),
    })
}

pub(super) fn json_values() -> [Value; 10] {
    let long = "x".repeat(70_000);
    [
        json!(null),
        json!([true, false, "", "text", long, [], {}]),
        json!([0, 127, 128, u32::MAX, u64::MAX, -1, -32, -33, i64::MIN]),
        json!([0.0, -0.0, 0.1, 1e300, 5e-324, f64::MAX, 1.0 / 3.0, 1e21, 89255.3]),
        json!({ "z": 1, "a": { "b": [null] }, "": "empty" }),
        json!(vec![1; 20]),
        json!(vec![json!([]); 70_000]),
        (0..70)
            .map(|n| (n.to_string(), json!("x".repeat(n))))
            .collect::<serde_json::Map<_, _>>()
            .into(),
        nested(1_000),
        // With the feature `arbitrary_precision` these are what they are here.
        serde_json::from_str("[123456789012345678901234567890.0, 1.10, -0, 1E+3, 1]").unwrap(),
    ]
}

fn headers() -> http::HeaderMap {
    let mut map = http::HeaderMap::new();
    map.append("accept", "a".parse().unwrap());
    map.append("x-other", http::HeaderValue::from_bytes(b"\xff\t").unwrap());
    map.append("accept", "b".parse().unwrap());
    let mut secret: http::HeaderValue = "secret".parse().unwrap();
    secret.set_sensitive(true);
    map.append("authorization", secret);
    map
}

pub(super) fn check(echo: &dyn Echo) {
    use chrono::{
        FixedOffset, Month, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Timelike, Weekday,
    };
    use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Version};

    let leap = NaiveTime::from_hms_nano_opt(23, 59, 59, 1_999_999_999).unwrap();
    // Within a minute, which only this method makes.
    let odd = NaiveTime::MIN.with_nanosecond(1_500_000_000).unwrap();
    let naive = [
        NaiveDateTime::MIN,
        NaiveDateTime::MAX,
        NaiveDate::from_ymd_opt(1969, 12, 31).unwrap().and_time(leap),
        NaiveDate::from_ymd_opt(2024, 2, 29).unwrap().and_time(odd),
    ];
    let [east, west] =
        [FixedOffset::east_opt(86_399), FixedOffset::west_opt(86_399)].map(Option::unwrap);
    let fixed = [naive[2], naive[3]]
        .map(|time| [east, west].map(|offset| time.and_local_timezone(offset).unwrap()));
    let min_utc = chrono::DateTime::<chrono::Utc>::MIN_UTC;
    let url = |text: &str| text.parse::<url::Url>().unwrap();
    let uri = |text: &str| text.parse::<http::Uri>().unwrap();
    let date = |year, day| time::Date::from_ordinal_date(year, day).unwrap();
    let last = time::Time::from_hms_nano(23, 59, 59, 999_999_999).unwrap();
    let offset = |seconds| time::UtcOffset::from_whole_seconds(seconds).unwrap();
    let whole = bytes::Bytes::from(vec![1; 100]);
    let entries = ["z", "a", "m"].map(|key| (key.to_owned(), json!(key)));
    let uuids = [uuid::Uuid::max(), uuid::Uuid::nil(), uuid::Uuid::from_u128(0x0102 << 100)];
    let [number_min, number_max, number] = [json!(i64::MIN), json!(u64::MAX), json!(0.1)];
    let numbers = [number_min, number_max, number].map(|value| value.as_number().unwrap().clone());
    let objects = [json!({}), json!({ "b": 1, "a": [nested(3)] })]
        .map(|value| value.as_object().unwrap().clone());
    pass! { echo
        array_vec: [[].into_iter().collect(), ["a", "b", "c"].map(str::to_owned).into()];
        array_string: [arrayvec::ArrayString::new(), arrayvec::ArrayString::from("äö").unwrap()];
        bytes: [whole.slice(7..9), whole.clone(), bytes::Bytes::new(), bytes::Bytes::from_static(b"\0")];
        bytes_mut: [bytes::BytesMut::new(), bytes::BytesMut::from(&b"\xff\0"[..])];
        chrono_naive: [naive[0], naive[1], naive[2], naive[3]];
        chrono_utc: [min_utc, chrono::DateTime::<chrono::Utc>::MAX_UTC, naive[3].and_utc()];
        chrono_fixed: [fixed[0][0], fixed[0][1], fixed[1][0], fixed[1][1], min_utc.with_timezone(&west)];
        chrono_offset: [east, west, FixedOffset::east_opt(0).unwrap()];
        chrono_date: [NaiveDate::MIN, NaiveDate::MAX, NaiveDate::default()];
        chrono_time: [NaiveTime::MIN, leap, odd];
        chrono_delta: [
            TimeDelta::MIN, TimeDelta::MAX, TimeDelta::zero(), TimeDelta::nanoseconds(-1),
            TimeDelta::nanoseconds(1), TimeDelta::seconds(-5), TimeDelta::milliseconds(-1500),
        ];
        chrono_day: [Weekday::Mon, Weekday::Sun];
        chrono_month: [Month::January, Month::December];
        compact_str: ["".into(), "24 bytes within the value".into(), "x".repeat(100).into()];
        header_map: [HeaderMap::new(), headers()];
        header_name: [http::header::ACCEPT, HeaderName::from_static("x-mine")];
        header_value: [HeaderValue::from_static(""), headers()["x-other"].clone(), headers()["authorization"].clone()];
        method: [Method::GET, "MINE".parse().unwrap()];
        status: [StatusCode::CONTINUE, StatusCode::from_u16(999).unwrap()];
        uri: [
            uri("/"), uri("*"), uri("/a%20b?c=d&e"), uri("example.com:80"),
            uri("https://user@example.com:8080/a//b?c"), uri("https://[::1]/"),
        ];
        version: [Version::HTTP_09, Version::HTTP_10, Version::HTTP_11, Version::HTTP_2, Version::HTTP_3];
        index_map: [[].into(), entries.into()];
        index_set: [[].into(), uuids.into()];
        ordered_f32: [f32::NAN.into(), (-0.0).into(), f32::INFINITY.into()];
        ordered_f64: [f64::NAN.into(), (-0.0).into(), f64::MIN_POSITIVE.into()];
        not_nan_f32: [f32::MAX.try_into().unwrap(), (-0.0).try_into().unwrap()];
        not_nan_f64: [f64::INFINITY.try_into().unwrap(), (-0.0).try_into().unwrap()];
        json_map: [objects[0].clone(), objects[1].clone()];
        json_number: [numbers[0].clone(), numbers[1].clone(), numbers[2].clone()];
        small_vec: [[].into_iter().collect(), [url("a:b")].into_iter().collect(), (0..9).map(|_| url("a:b")).collect()];
        smol_str: ["".into(), "within the value".into(), "x".repeat(100).into()];
        time_offset_date: [
            time::OffsetDateTime::UNIX_EPOCH,
            time::OffsetDateTime::new_in_offset(date(-9999, 2), last, offset(86_399)),
            time::OffsetDateTime::new_in_offset(date(9999, 364), last, offset(-86_399)),
        ];
        time_primitive: [time::PrimitiveDateTime::MIN, time::PrimitiveDateTime::MAX];
        time_date: [time::Date::MIN, time::Date::MAX, date(2024, 366)];
        time_time: [time::Time::MIDNIGHT, last];
        time_offset: [offset(0), offset(86_399), offset(-86_399)];
        time_duration: [
            time::Duration::MIN, time::Duration::MAX, time::Duration::nanoseconds(-1),
            time::Duration::milliseconds(-1500), time::Duration::ZERO,
        ];
        url: [
            url("https://user:pw@example.com:8080/a%20b/?c=d#e"), url("mailto:a@example.com"), url("file:///a/b"),
            url("https://[::1]/"), url("https://ä.example/ö"), url("data:,"), url("a:/..//b"),
        ];
        uuid: [uuid::Uuid::nil(), uuid::Uuid::from_u128(0x0102), uuid::Uuid::max()];
    }
    for value in json_values() {
        pass(value, |value, borrowed, places| echo.value(value, borrowed, places));
    }
}
