//! Keys in messages, and what their author may have meant.

/// Returns a key from the begin of the file, as TOML writes it.
pub(super) fn key_of(within: &str, key: &str) -> String {
    let is_bare = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let dot = if within.is_empty() { "" } else { "." };
    match !key.is_empty() && key.bytes().all(is_bare) {
        true => format!("{within}{dot}{key}"),
        false => format!("{within}{dot}{key:?}"),
    }
}

/// Returns the known keys: `a`, `b` or `c`.
pub(super) fn known<'a>(keys: impl IntoIterator<Item = &'a str>) -> String {
    let mut keys: Vec<_> = keys.into_iter().map(|key| format!("`{key}`")).collect();
    match keys.pop() {
        None => "no key".to_owned(),
        Some(last) if keys.is_empty() => last,
        Some(last) => format!("{} or {last}", keys.join(", ")),
    }
}

/// Returns the most similar name, if one is similar.
pub(super) fn suggestion<'a>(
    found: &str,
    names: impl IntoIterator<Item = &'a str>,
) -> Option<Box<str>> {
    let plain = |name: &str| name.to_lowercase().replace('-', "_");
    let likeness = |name: &str| strsim::jaro_winkler(&plain(found), &plain(name));
    let best = names.into_iter().max_by(|a, b| likeness(a).total_cmp(&likeness(b)))?;
    (likeness(best) > 0.8).then(|| best.into())
}
