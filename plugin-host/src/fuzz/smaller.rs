//! Smaller values: what is tried instead of a value that shows a fault.

use std::ops::Range;

use serde_json::{Value, json};

/// The most places of a value at which something is left out or made simpler.
const PLACES: usize = 24;

/// Returns lists of arguments that are smaller by one step, the smallest first.
pub(crate) fn smaller_arguments(arguments: &[Value]) -> Vec<Vec<Value>> {
    let at = |index: usize| {
        smaller(&arguments[index]).into_iter().map(move |value| {
            let mut arguments = arguments.to_vec();
            arguments[index] = value;
            arguments
        })
    };
    (0..arguments.len()).flat_map(at).collect()
}

fn smaller(value: &Value) -> Vec<Value> {
    match value {
        Value::Null | Value::Bool(false) => Vec::new(),
        Value::Bool(true) => vec![json!(false)],
        Value::String(text) => smaller_texts(text).into_iter().map(Value::String).collect(),
        Value::Number(number) => {
            let halves =
                number.as_i64().map(|it| [0, it / 2, it - it.signum()].map(|it| json!(it)));
            let large = number.as_u64().map(|it| [0, it / 2, it.saturating_sub(1)]);
            let large = large.map(|all| all.map(|it| json!(it)));
            let all = halves.or(large).unwrap_or([json!(0), json!(0.0), json!(1.0)]);
            all.into_iter().filter(|smaller| smaller != value).collect()
        }
        Value::Array(values) => smaller_lists(values).into_iter().map(Value::Array).collect(),
        Value::Object(fields) => {
            let mut all = Vec::new();
            for (name, field) in fields.iter().take(PLACES) {
                for smaller in smaller(field) {
                    let mut fields = fields.clone();
                    fields.insert(name.clone(), smaller);
                    all.push(Value::Object(fields));
                }
            }
            all
        }
    }
}

fn smaller_texts(text: &str) -> Vec<String> {
    let chars: Vec<char> = text.chars().collect();
    let mut all = shorter(&chars);
    // Printable letters are easier to read, and shorter texts of them are all alike.
    let letters = |range: Range<usize>| {
        let mut chars = chars.clone();
        chars[range].fill('a');
        chars
    };
    let (half, len) = (chars.len() / 2, chars.len());
    let same_bytes = vec!['a'; text.len()];
    let simple = [0..len, 0..half, half..len].map(letters);
    let at = all.len().min(1);
    all.splice(at..at, simple.into_iter().chain([same_bytes]));
    all.extend((0..len.min(PLACES)).map(|at| letters(at..at + 1)));
    all.retain(|it| *it != chars);
    distinct(all).into_iter().map(String::from_iter).collect()
}

fn smaller_lists(values: &[Value]) -> Vec<Vec<Value>> {
    let mut all = shorter(values);
    for at in 0..values.len().min(PLACES) {
        for smaller in smaller(&values[at]) {
            let mut values = values.to_vec();
            values[at] = smaller;
            all.push(values);
        }
    }
    distinct(all)
}

/// Leaves out everything, halves, quarters and so on, down to single elements.
fn shorter<T: Clone>(all: &[T]) -> Vec<Vec<T>> {
    let mut shorter = Vec::new();
    let mut size = all.len();
    while size > 0 {
        let ends = (0..all.len().div_ceil(size)).map(|chunk| all.len() - chunk * size);
        let without = |end: usize| [&all[..end.saturating_sub(size)], &all[end..]].concat();
        shorter.extend(ends.take(PLACES).map(without));
        size /= 2;
    }
    shorter
}

/// Returns each value once, in the same order.
fn distinct<T: PartialEq>(all: Vec<T>) -> Vec<T> {
    let mut distinct = Vec::with_capacity(all.len());
    for value in all {
        if !distinct.contains(&value) {
            distinct.push(value);
        }
    }
    distinct
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes the first smaller value of which something is true, again and again.
    fn smallest(mut arguments: Vec<Value>, is_bad: impl Fn(&[Value]) -> bool) -> Vec<Value> {
        while let Some(next) = smaller_arguments(&arguments).into_iter().find(|it| is_bad(it)) {
            arguments = next;
        }
        arguments
    }

    #[test]
    fn the_smallest_value_is_found_that_is_still_bad() {
        let text = vec![json!("some text ! with a mark")];
        let is_bad = |arguments: &[Value]| arguments[0].as_str().unwrap().contains('!');
        assert_eq!(smallest(text, is_bad), [json!("!")]);
        let long = vec![json!("\u{e9}".repeat(300))];
        let is_bad = |arguments: &[Value]| arguments[0].as_str().unwrap().chars().count() > 55;
        assert_eq!(smallest(long, is_bad), [json!("a".repeat(56))]);
        let bytes = vec![json!("a\u{20ac}-\u{e9}")];
        let is_bad = |arguments: &[Value]| arguments[0].as_str().unwrap().len() == 7;
        assert_eq!(smallest(bytes, is_bad), [json!("aaaaaaa")]);
        let number = vec![json!(1_000_000_007_u64), json!(-5)];
        let is_bad = |arguments: &[Value]| arguments[0].as_u64().is_some_and(|it| it > 99);
        assert_eq!(smallest(number, is_bad), [json!(100), json!(0)]);
        let nested = vec![json!({ "a": [1, 2, [true, "xyz"]], "b": { "Some": 7.5 } })];
        let is_bad = |arguments: &[Value]| arguments[0]["a"].to_string().contains("true");
        assert_eq!(smallest(nested, is_bad), [json!({ "a": [[true]], "b": { "Some": 0 } })]);
    }
}
