//! Headers, methods, status codes, URIs and versions of HTTP.
#![expect(unsafe_code, reason = "implementations of FfiSafe guarantee layouts")]

use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, Version};

use crate::boundary::via::converts_via;
use crate::boundary::{LiftError, Shape};

/// The versions by their numbers. A new one is appended.
const VERSIONS: [Version; 5] =
    [Version::HTTP_09, Version::HTTP_10, Version::HTTP_11, Version::HTTP_2, Version::HTTP_3];

// The entries in their order. Those of one name are in the order of their values.
converts_via! {
    impl [] HeaderMap,
    via: Vec<(HeaderName, HeaderValue)>, at 'a: HeaderMap,
    shape: Shape::Named("http::HeaderMap"),
    lower: map => map.iter().map(|(name, value)| (name.clone(), value.clone())).collect(),
    lift: entries => {
        let too_many = LiftError::Length(entries.len());
        let mut map = HeaderMap::new();
        for (name, value) in entries {
            map.try_append(name, value).map_err(|_| too_many)?;
        }
        Ok(map)
    },
}

converts_via! {
    impl [] HeaderName,
    via: String, at 'a: HeaderName,
    shape: Shape::Named("http::HeaderName"),
    lower: name => name.as_str().to_owned(),
    lift: name => HeaderName::from_lowercase(name.as_bytes())
        .map_err(|_| LiftError::Refused("the name of a header must be a token in lower case")),
}

// The bytes, and whether they are kept out of logs.
converts_via! {
    impl [] HeaderValue,
    via: (Vec<u8>, bool), at 'a: HeaderValue,
    shape: Shape::Named("http::HeaderValue"),
    lower: value => (value.as_bytes().to_vec(), value.is_sensitive()),
    lift: (bytes, is_sensitive) => {
        let mut value = HeaderValue::try_from(bytes)
            .map_err(|_| LiftError::Refused("the value of a header must be printable"))?;
        value.set_sensitive(is_sensitive);
        Ok(value)
    },
}

converts_via! {
    impl [] Method,
    via: String, at 'a: Method,
    shape: Shape::Named("http::Method"),
    lower: method => method.as_str().to_owned(),
    lift: text => Method::from_bytes(text.as_bytes())
        .map_err(|_| LiftError::Refused("a method of HTTP must be a token")),
}

converts_via! {
    impl [] StatusCode,
    via: u16, at 'a: StatusCode,
    shape: Shape::Named("http::StatusCode"),
    lower: status => status.as_u16(),
    lift: number => StatusCode::from_u16(number)
        .map_err(|_| LiftError::Refused("a status of HTTP must be from 100 to 999")),
}

converts_via! {
    impl [] Uri,
    via: String, at 'a: Uri,
    shape: Shape::Named("http::Uri"),
    lower: uri => uri.to_string(),
    lift: text => Uri::try_from(text)
        .map_err(|_| LiftError::Refused("an http::Uri must be a URI, found none")),
}

converts_via! {
    impl [] Version,
    via: u8, at 'a: Version,
    shape: Shape::Named("http::Version"),
    lower: version => VERSIONS.iter().zip(0..).find(|(of, _)| **of == version)
        .map_or(u8::MAX, |(_, number)| number),
    lift: number => VERSIONS.get(usize::from(number)).copied()
        .ok_or(LiftError::Refused("a version of HTTP must be 0.9, 1.0, 1.1, 2 or 3")),
}
