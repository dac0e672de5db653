//! Random values of types, in the form that `call` takes. Many are at the edges:
//! the least and the greatest number, an empty text, a long one.

use plugin_interface::metadata::layout::{
    Elements, FieldLayout, LayoutKind, Layouts, Primitive, passed,
};
use plugin_interface::metadata::signature::Type;
use serde_json::{Map, Value, json};

use super::random::Random;

/// The deepest nesting of a value.
const DEPTH: usize = 24;

/// From this depth on, lists are empty and options are none.
const SHALLOW: usize = 5;

const LENGTHS: &[usize] = &[0, 1, 1, 2, 2, 3, 3, 4, 5, 6, 7, 8, 9, 12, 15, 16, 17, 31, 33, 64];
const LONG: &[usize] = &[127, 128, 255, 256, 257, 1_000, 4_096];
const CHARS: &[char] = &[
    'a',
    'Z',
    '0',
    '9',
    ' ',
    '.',
    ',',
    '!',
    '?',
    '%',
    '"',
    '\\',
    '/',
    '-',
    '_',
    '\'',
    '\n',
    '\t',
    '\0',
    '\u{7f}',
    '\u{e9}',
    '\u{20ac}',
    '\u{1f600}',
    '\u{10ffff}',
    '\u{feff}',
    '\u{301}',
];

/// The types of times, and the names of their parts.
const TIMES: &[(&str, [&str; 2])] = &[
    ("Duration", ["secs", "nanos"]),
    ("time::Instant", ["secs", "nanos"]),
    ("SystemTime", ["secs_since_epoch", "nanos_since_epoch"]),
];

const ADDRESSES: &[(&str, &[&str])] = &[
    ("IpAddr", &["127.0.0.1", "::1", "255.255.255.255"]),
    ("Ipv4Addr", &["0.0.0.0", "127.0.0.1", "255.255.255.255"]),
    ("Ipv6Addr", &["::", "::1", "ffff::ffff"]),
    ("SocketAddr", &["127.0.0.1:0", "[::1]:65535"]),
    ("SocketAddrV4", &["127.0.0.1:0", "255.255.255.255:65535"]),
    ("SocketAddrV6", &["[::]:0", "[::1]:65535"]),
];

/// The source of the values of one call.
pub(super) struct Values<'l, 'i> {
    pub(super) layouts: &'l mut Layouts<'i>,
    pub(super) random: Random,
    /// The number of parts that the values may still have.
    pub(super) left: usize,
}

impl Values<'_, '_> {
    /// Returns a value of a type; `None` if there is none in JSON, or none that is
    /// small enough.
    pub(super) fn of(&mut self, ty: &Type, depth: usize) -> Option<Value> {
        if depth > DEPTH {
            return None;
        }
        self.left = self.left.saturating_sub(1);
        let ty = passed(ty);
        if let Type::Named { name, arguments } = ty
            && let Some(value) = self.of_name(name, arguments, depth)
        {
            return value;
        }
        let kind = self.layouts.of(ty).ok()?.kind.clone();
        match kind {
            LayoutKind::Unit => Some(Value::Null),
            LayoutKind::Primitive(primitive) => self.primitive(primitive),
            LayoutKind::NonZero(primitive) => match self.primitive(primitive)? {
                zero if zero == json!(0) => Some(json!(1)),
                value => Some(value),
            },
            LayoutKind::Pointer { to, .. } | LayoutKind::Box { to } => self.of(&to, depth + 1),
            LayoutKind::Slice { of, .. } | LayoutKind::Buffer(of) => self.elements(&of, depth),
            LayoutKind::Option { value } => {
                let is_none = depth > SHALLOW || self.random.below(4) == 0;
                if is_none { Some(Value::Null) } else { self.of(&value.ty, depth + 1) }
            }
            LayoutKind::Result { ok, err } => match self.random.below(2) {
                0 => Some(json!({ "Ok": self.of(&ok.ty, depth + 1)? })),
                _ => Some(json!({ "Err": self.of(&err.ty, depth + 1)? })),
            },
            LayoutKind::Array { of, len, .. } => self.list(&of, len, depth),
            LayoutKind::Struct(fields) => self.fields(matches!(ty, Type::Tuple(_)), &fields, depth),
            LayoutKind::Enum(variants) => {
                let plain = variants.iter().filter(|variant| variant.fields.is_empty());
                let plain: Vec<_> = plain.collect();
                let all: Vec<_> = variants.iter().collect();
                let among = if depth > SHALLOW && !plain.is_empty() { plain } else { all };
                let variant = *among.get(self.random.below(among.len().max(1)))?;
                if variant.fields.is_empty() {
                    return Some(json!(variant.name));
                }
                let content = self.fields(false, &variant.fields, depth)?;
                Some(Value::Object(Map::from_iter([(variant.name.clone(), content)])))
            }
            _ => None,
        }
    }

    /// Returns a value of a type whose form is not that of its layout; `None` for
    /// any other type.
    fn of_name(&mut self, name: &str, arguments: &[Type], depth: usize) -> Option<Option<Value>> {
        match (name, arguments) {
            (
                "Wrapping" | "Saturating" | "Reverse" | "RangeFrom" | "RangeTo"
                | "RangeToInclusive",
                [of],
            ) => Some(self.of(of, depth + 1)),
            ("Poll", [of]) => Some(match self.random.below(3) {
                0 => Some(json!("Pending")),
                _ => self.of(of, depth + 1).map(|value| json!({ "Ready": value })),
            }),
            ("Bound", [of]) => Some(match self.random.below(3) {
                0 => Some(json!("Unbounded")),
                1 => self.of(of, depth + 1).map(|value| json!({ "Included": value })),
                _ => self.of(of, depth + 1).map(|value| json!({ "Excluded": value })),
            }),
            ("ControlFlow", [stop, next]) => Some(match self.random.below(2) {
                0 => self.of(next, depth + 1).map(|value| json!({ "Continue": value })),
                _ => self.of(stop, depth + 1).map(|value| json!({ "Break": value })),
            }),
            (_, [Type::Other(text)]) if text.starts_with("dyn Error") => {
                Some(Some(json!("an error")))
            }
            (_, []) => {
                if let Some((_, [whole, rest])) = TIMES.iter().find(|(known, _)| *known == name) {
                    let seconds = self.random.pick(&[0, 1, 59, 86_400, u64::from(u32::MAX)]);
                    let nanoseconds = self.random.pick(&[0, 1, 500_000_000, 999_999_999]);
                    return Some(Some(json!({ *whole: seconds, *rest: nanoseconds })));
                }
                let known = ADDRESSES.iter().find(|(known, _)| *known == name)?;
                Some(Some(json!(self.random.pick(known.1))))
            }
            _ => None,
        }
    }

    fn primitive(&mut self, primitive: Primitive) -> Option<Value> {
        let whole = |random: &mut Random, least: i128, most: i128| {
            let small = i128::from(random.next() % 21) - 10;
            let any = i128::from(random.next()) - (1 << 63);
            let power = 1_i128 << random.below(64);
            let edges =
                [least, least + 1, most, most - 1, 0, 1, -1, power, power - 1, small, small];
            let number = if random.below(8) == 0 { any } else { random.pick(&edges) };
            let number = number.clamp(least, most);
            // JSON has numbers of 64 bits.
            match u64::try_from(number) {
                Ok(number) => json!(number),
                Err(_) => json!(number.max(i64::MIN.into()) as i64),
            }
        };
        let random = &mut self.random;
        Some(match primitive {
            Primitive::U8 => whole(random, 0, u8::MAX.into()),
            Primitive::U16 => whole(random, 0, u16::MAX.into()),
            Primitive::U32 => whole(random, 0, u32::MAX.into()),
            Primitive::U64 | Primitive::Usize | Primitive::U128 => {
                whole(random, 0, u64::MAX.into())
            }
            Primitive::I8 => whole(random, i8::MIN.into(), i8::MAX.into()),
            Primitive::I16 => whole(random, i16::MIN.into(), i16::MAX.into()),
            Primitive::I32 => whole(random, i32::MIN.into(), i32::MAX.into()),
            Primitive::I64 | Primitive::Isize | Primitive::I128 => {
                whole(random, i64::MIN.into(), i64::MAX.into())
            }
            Primitive::F32 => {
                json!(random.pick(&[0.0, -0.0, 1.0, -1.5, 1e-45, f32::MAX, f32::MIN, 0.1]))
            }
            Primitive::F64 => {
                json!(random.pick(&[0.0, -0.0, 1.0, -1.5, 5e-324, f64::MAX, f64::MIN, 0.1]))
            }
            Primitive::Bool => json!(random.below(2) == 0),
            Primitive::Char => json!(random.pick(CHARS)),
            Primitive::Ordering => json!(random.pick(&["Less", "Equal", "Greater"])),
            _ => return None,
        })
    }

    fn length(&mut self, depth: usize) -> usize {
        let length = match depth {
            0..=1 if self.random.below(16) == 0 => self.random.pick(LONG),
            0..=SHALLOW => self.random.pick(LENGTHS) >> (depth / 2),
            _ => 0,
        };
        length.min(self.left)
    }

    fn elements(&mut self, of: &Elements, depth: usize) -> Option<Value> {
        let len = self.length(depth);
        match of {
            Elements::Values(of) => self.list(of, len, depth),
            _ => {
                let one = self.random.pick(CHARS);
                let is_uniform = self.random.below(4) == 0;
                let text = (0..len).map(|_| if is_uniform { one } else { self.random.pick(CHARS) });
                Some(json!(text.collect::<String>()))
            }
        }
    }

    fn list(&mut self, of: &Type, len: usize, depth: usize) -> Option<Value> {
        (0..len).map(|_| self.of(of, depth + 1)).collect::<Option<Vec<_>>>().map(Value::Array)
    }

    fn fields(&mut self, is_tuple: bool, fields: &[FieldLayout], depth: usize) -> Option<Value> {
        let mut value = |field: &FieldLayout| self.of(&field.ty, depth + 1);
        match fields {
            [] => Some(Value::Null),
            [one, ..] if !one.name.is_empty() => {
                let named = |field: &FieldLayout| Some((field.name.clone(), value(field)?));
                fields.iter().map(named).collect::<Option<Map<_, _>>>().map(Value::Object)
            }
            [one] if !is_tuple => value(one),
            _ => fields.iter().map(value).collect::<Option<Vec<_>>>().map(Value::Array),
        }
    }
}
