//! Numbers, `bool`, `char` and `Ordering` as bytes and as JSON.

use serde_json::{Number, Value};

use crate::metadata::layout::Primitive;

const ORDERINGS: [&str; 3] = ["Less", "Equal", "Greater"];

/// Returns the bytes of a value; `None` if it is not of that type.
pub(super) fn to_bytes(primitive: Primitive, value: &Value) -> Option<Vec<u8>> {
    macro_rules! integer {
        ($number:ty) => {
            <$number>::try_from(integer(value)?).ok()?.to_ne_bytes().to_vec()
        };
    }
    // Beyond 64 bits, JSON has only text.
    macro_rules! wide {
        ($number:ty) => {
            match value {
                Value::String(text) => text.parse::<$number>().ok()?.to_ne_bytes().to_vec(),
                _ => integer!($number),
            }
        };
    }
    Some(match primitive {
        Primitive::U8 => integer!(u8),
        Primitive::U16 => integer!(u16),
        Primitive::U32 => integer!(u32),
        Primitive::U64 => integer!(u64),
        Primitive::U128 => wide!(u128),
        Primitive::Usize => integer!(usize),
        Primitive::I8 => integer!(i8),
        Primitive::I16 => integer!(i16),
        Primitive::I32 => integer!(i32),
        Primitive::I64 => integer!(i64),
        Primitive::I128 => wide!(i128),
        Primitive::Isize => integer!(isize),
        Primitive::F32 => {
            let wide = float(value)?;
            let narrow = wide as f32;
            let is_in_range = narrow.is_finite() || !wide.is_finite();
            is_in_range.then(|| narrow.to_ne_bytes().to_vec())?
        }
        Primitive::F64 => float(value)?.to_ne_bytes().to_vec(),
        Primitive::Bool => vec![u8::from(value.as_bool()?)],
        Primitive::Char => {
            let mut all = value.as_str()?.chars();
            let one = all.next().filter(|_| all.next().is_none())?;
            u32::from(one).to_ne_bytes().to_vec()
        }
        Primitive::Ordering => {
            let number = ORDERINGS.iter().position(|name| value == name)? as i8 - 1;
            number.to_ne_bytes().to_vec()
        }
    })
}

/// Returns the value of these bytes, which are as many as the type has; or what is
/// wrong with them.
pub(super) fn from_bytes(primitive: Primitive, bytes: &[u8]) -> Result<Value, String> {
    macro_rules! number {
        ($number:ty) => {
            <$number>::from_ne_bytes(bytes.try_into().expect("as many bytes as the type has"))
        };
    }
    Ok(match primitive {
        Primitive::U8 => number!(u8).into(),
        Primitive::U16 => number!(u16).into(),
        Primitive::U32 => number!(u32).into(),
        Primitive::U64 => number!(u64).into(),
        Primitive::U128 => match number!(u128) {
            wide if wide > u64::MAX.into() => wide.to_string().into(),
            narrow => (narrow as u64).into(),
        },
        Primitive::Usize => number!(usize).into(),
        Primitive::I8 => number!(i8).into(),
        Primitive::I16 => number!(i16).into(),
        Primitive::I32 => number!(i32).into(),
        Primitive::I64 => number!(i64).into(),
        Primitive::I128 => {
            let wide = number!(i128);
            match (i64::try_from(wide), u64::try_from(wide)) {
                (Ok(narrow), _) => narrow.into(),
                (_, Ok(narrow)) => narrow.into(),
                _ => wide.to_string().into(),
            }
        }
        Primitive::Isize => number!(isize).into(),
        Primitive::F32 => of_float(number!(f32).into()),
        Primitive::F64 => of_float(number!(f64)),
        Primitive::Bool => match number!(u8) {
            bit @ 0..=1 => (bit == 1).into(),
            other => return Err(format!("a bool must be 0 or 1, found {other}")),
        },
        Primitive::Char => match char::from_u32(number!(u32)) {
            Some(one) => one.to_string().into(),
            None => {
                let found = number!(u32);
                return Err(format!("a char must be a Unicode scalar value, found {found:#x}"));
            }
        },
        Primitive::Ordering => match number!(i8) {
            number @ -1..=1 => ORDERINGS[(number + 1) as usize].into(),
            other => return Err(format!("an Ordering must be -1, 0 or 1, found {other}")),
        },
    })
}

/// Returns the value that the key of an object in JSON stands for. The keys of a
/// map are texts there.
pub(super) fn of_key(primitive: Primitive, key: &str) -> Value {
    match primitive {
        Primitive::Char | Primitive::Ordering | Primitive::U128 | Primitive::I128 => key.into(),
        _ => serde_json::from_str(key).unwrap_or_else(|_| key.into()),
    }
}

/// Returns the key that stands for a value.
pub(super) fn to_key(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn integer(value: &Value) -> Option<i128> {
    value.as_u64().map(i128::from).or_else(|| value.as_i64().map(i128::from))
}

/// JSON has no infinity.
const NOT_FINITE: [(&str, f64); 3] =
    [("NaN", f64::NAN), ("inf", f64::INFINITY), ("-inf", f64::NEG_INFINITY)];

fn float(value: &Value) -> Option<f64> {
    let named = |text: &str| NOT_FINITE.iter().find(|(name, _)| *name == text).map(|(_, it)| *it);
    match value {
        Value::String(text) => named(text),
        value => value.as_f64(),
    }
}

fn of_float(value: f64) -> Value {
    match Number::from_f64(value) {
        Some(number) => Value::Number(number),
        None => value.to_string().into(),
    }
}
