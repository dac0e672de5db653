//! The messages between a host and a worker, as JSON.
//!
//! A worker may send anything. So each reply is read as a value first, and each part
//! of it is looked up.

use serde_json::{Map, Value, json};

use crate::PanicLocation;
use crate::host::by_descriptor::{Answer, DynamicError};

/// A call, as the worker gets it.
#[derive(Debug, PartialEq)]
pub(super) struct Request {
    pub(super) number: u64,
    /// The interface and the name of the plugin.
    pub(super) plugin: (String, String),
    pub(super) method: String,
    pub(super) arguments: Vec<Value>,
}

impl Request {
    pub(super) fn write(&self) -> Vec<u8> {
        let Request { number, plugin: (interface, name), method, arguments } = self;
        bytes(&json!({
            "call": number, "interface": interface, "plugin": name, "method": method,
            "arguments": arguments,
        }))
    }

    /// Reads a request; `None` if it asks for the end.
    pub(super) fn read(bytes: &[u8]) -> Result<Option<Self>, String> {
        let mut fields = Fields::read(bytes)?;
        if fields.0.contains_key("stop") {
            return Ok(None);
        }
        Ok(Some(Request {
            number: fields.number("call")?,
            plugin: (fields.text("interface")?, fields.text("plugin")?),
            method: fields.text("method")?,
            arguments: fields.list("arguments")?,
        }))
    }
}

/// Returns the message that asks for the end.
pub(super) fn stop() -> Vec<u8> {
    bytes(&json!({ "stop": true }))
}

/// The first two messages of a worker.
#[derive(Debug, PartialEq)]
pub(super) enum Greeting {
    /// The program is a worker, and loads the library next.
    Here,
    /// The interfaces and the names of its plugins.
    Ready(Vec<(String, String)>),
    /// The library cannot be loaded.
    Failed(String),
}

impl Greeting {
    pub(super) fn write(&self) -> Vec<u8> {
        bytes(&match self {
            Greeting::Here => json!({ "worker": true }),
            Greeting::Ready(plugins) => json!({ "ready": plugins }),
            Greeting::Failed(error) => json!({ "failed": error }),
        })
    }

    pub(super) fn read(bytes: &[u8]) -> Result<Self, String> {
        let mut fields = Fields::read(bytes)?;
        if fields.0.contains_key("worker") {
            return Ok(Greeting::Here);
        }
        if fields.0.contains_key("failed") {
            return fields.text("failed").map(Greeting::Failed);
        }
        let plugin = |(interface, name)| match name {
            Value::String(name) => Ok((interface, name)),
            _ => Err("expected a text as the name of a plugin".to_owned()),
        };
        let plugins = fields.pairs("ready")?.into_iter().map(plugin).collect::<Result<_, _>>()?;
        Ok(Greeting::Ready(plugins))
    }
}

/// The outcome of a call.
#[derive(Debug, PartialEq)]
pub(super) enum Outcome {
    Returned {
        value: Value,
        changed: Vec<(String, Value)>,
        failed: bool,
    },
    Panicked {
        message: String,
        location: Option<PanicLocation>,
    },
    /// The method returned an invalid value.
    Invalid(String),
    /// Nothing was called.
    Refused(String),
}

impl From<Result<Answer, DynamicError>> for Outcome {
    fn from(called: Result<Answer, DynamicError>) -> Self {
        match called {
            Ok(Answer { objects, .. }) if !objects.is_empty() => {
                Outcome::Invalid("an object cannot leave the process of its plugin".to_owned())
            }
            Ok(Answer { value, changed, failed, .. }) => {
                Outcome::Returned { value, changed, failed }
            }
            Err(DynamicError::Panicked { message, location, .. }) => {
                Outcome::Panicked { message, location }
            }
            Err(DynamicError::Invalid { reason, .. }) => Outcome::Invalid(reason),
            Err(error) => Outcome::Refused(error.to_string()),
        }
    }
}

impl Outcome {
    /// Writes the reply to the call of that number.
    pub(super) fn write(&self, number: u64) -> Vec<u8> {
        bytes(&match self {
            Outcome::Returned { value, changed, failed } => {
                json!({ "reply": number, "value": value, "changed": changed, "failed": failed })
            }
            Outcome::Panicked { message, location } => {
                let location = location.as_ref().map(|it| json!([it.file, it.line, it.column]));
                json!({ "reply": number, "panicked": message, "location": location })
            }
            Outcome::Invalid(reason) => json!({ "reply": number, "invalid": reason }),
            Outcome::Refused(error) => json!({ "reply": number, "refused": error }),
        })
    }

    /// Reads the reply to the call of that number.
    pub(super) fn read(bytes: &[u8], number: u64) -> Result<Self, String> {
        let mut fields = Fields::read(bytes)?;
        let found = fields.number("reply")?;
        if found != number {
            return Err(format!("expected the reply to call {number}, found that to call {found}"));
        }
        if fields.0.contains_key("panicked") {
            let location = fields.take("location")?;
            return Ok(Outcome::Panicked {
                message: fields.text("panicked")?,
                location: place(&location),
            });
        }
        if fields.0.contains_key("invalid") {
            return fields.text("invalid").map(Outcome::Invalid);
        }
        if fields.0.contains_key("refused") {
            return fields.text("refused").map(Outcome::Refused);
        }
        Ok(Outcome::Returned {
            changed: fields.pairs("changed")?,
            failed: fields.take("failed")?.as_bool().ok_or("expected a bool in `failed`")?,
            value: fields.take("value")?,
        })
    }
}

/// Reads the place of a panic; `None` if there is none.
fn place(value: &Value) -> Option<PanicLocation> {
    let number = |index: usize| u32::try_from(value.get(index)?.as_u64()?).ok();
    PanicLocation::known(value.get(0)?.as_str()?.to_owned(), number(1)?, number(2)?)
}

fn bytes(message: &Value) -> Vec<u8> {
    message.to_string().into_bytes()
}

/// The fields of a message.
struct Fields(Map<String, Value>);

impl Fields {
    fn read(bytes: &[u8]) -> Result<Self, String> {
        match serde_json::from_slice(bytes) {
            Ok(Value::Object(fields)) => Ok(Fields(fields)),
            Ok(_) => Err("expected an object".to_owned()),
            Err(error) => Err(error.to_string()),
        }
    }

    fn take(&mut self, name: &str) -> Result<Value, String> {
        self.0.remove(name).ok_or_else(|| format!("expected a field `{name}`"))
    }

    fn text(&mut self, name: &str) -> Result<String, String> {
        match self.take(name)? {
            Value::String(text) => Ok(text),
            _ => Err(format!("expected a text in `{name}`")),
        }
    }

    fn number(&mut self, name: &str) -> Result<u64, String> {
        self.take(name)?.as_u64().ok_or_else(|| format!("expected a number in `{name}`"))
    }

    fn list(&mut self, name: &str) -> Result<Vec<Value>, String> {
        match self.take(name)? {
            Value::Array(list) => Ok(list),
            _ => Err(format!("expected a list in `{name}`")),
        }
    }

    /// Returns a list of pairs of a text and a value.
    fn pairs(&mut self, name: &str) -> Result<Vec<(String, Value)>, String> {
        let pair = |value| match value {
            Value::Array(pair) => match <[Value; 2]>::try_from(pair) {
                Ok([Value::String(first), second]) => Ok((first, second)),
                _ => Err(format!("expected pairs of a text and a value in `{name}`")),
            },
            _ => Err(format!("expected a list of pairs in `{name}`")),
        };
        self.list(name)?.into_iter().map(pair).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::host::process::frame;

    /// One frame of each message.
    fn frames() -> Vec<Vec<u8>> {
        let request = Request {
            number: 7,
            plugin: ("a::Tool".to_owned(), "Shout".to_owned()),
            method: "apply".to_owned(),
            arguments: vec![json!("text"), json!([1, { "a": 0.1 }])],
        };
        let location = PanicLocation::known("src/lib.rs".to_owned(), 1, 2);
        let value = json!({ "Ok": [1e-300, "\u{10ffff}"] });
        let changed = vec![("numbers".to_owned(), json!([2]))];
        let messages = [
            request.write(),
            stop(),
            Greeting::Ready(vec![request.plugin.clone()]).write(),
            Greeting::Failed("it has no plugins".to_owned()).write(),
            Greeting::Here.write(),
            Outcome::Returned { value, changed, failed: true }.write(7),
            Outcome::Panicked { message: "no".to_owned(), location }.write(7),
            Outcome::Invalid("not UTF-8".to_owned()).write(7),
            Outcome::Refused("borrowed".to_owned()).write(7),
        ];
        let frame = |message: &Vec<u8>| {
            let mut frame = Vec::new();
            frame::write(&mut frame, message).unwrap();
            frame
        };
        messages.iter().map(frame).collect()
    }

    /// Reads a frame as each side does. Messages that are read are written again.
    fn read(mut bytes: &[u8]) -> [bool; 3] {
        let Ok(message) = frame::read(&mut bytes) else { return [false; 3] };
        let request = Request::read(&message).map(|it| it.map_or_else(stop, |it| it.write()));
        let greeting = Greeting::read(&message).map(|it| it.write());
        let outcome = Outcome::read(&message, 7).map(|it| it.write(7));
        if let Ok(again) = &request {
            assert!(Request::read(again).is_ok());
        }
        if let Ok(again) = &greeting {
            assert!(Greeting::read(again).is_ok());
        }
        if let Ok(again) = &outcome {
            assert!(Outcome::read(again, 7).is_ok());
        }
        [request.is_ok(), greeting.is_ok(), outcome.is_ok()]
    }

    #[test]
    fn each_message_is_read_by_its_reader_alone() {
        let read: Vec<_> = frames().iter().map(|frame| read(frame)).collect();
        let expected = [[0], [0], [1], [1], [1], [2], [2], [2], [2]];
        assert_eq!(read, expected.map(|[is]| core::array::from_fn(|reader| reader == is)));
    }

    #[test]
    fn what_was_written_is_read() {
        let frames = frames();
        let message = frame::read(&mut &frames[5][..]).unwrap();
        let Outcome::Returned { value, changed, failed } = Outcome::read(&message, 7).unwrap()
        else {
            panic!("a returned value")
        };
        assert_eq!(value, json!({ "Ok": [1e-300, "\u{10ffff}"] }));
        assert_eq!((changed, failed), (vec![("numbers".to_owned(), json!([2]))], true));
        let other = Outcome::read(&message, 8).unwrap_err();
        assert_eq!(other, "expected the reply to call 8, found that to call 7");
    }

    #[test]
    fn each_number_keeps_its_bits() {
        for bits in [0x3fb9_9999_9999_999a, 1, 0x7fef_ffff_ffff_ffff, 0x0010_0000_0000_0001] {
            let value = json!(f64::from_bits(bits));
            let outcome = Outcome::Returned { value, changed: Vec::new(), failed: false };
            assert_eq!(Outcome::read(&outcome.write(1), 1).unwrap(), outcome);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]

        #[test]
        fn no_frame_disturbs_a_reader(
            which in 0..9usize,
            changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
            cut in prop::option::of(any::<prop::sample::Index>()),
        ) {
            let mut frame = frames().swap_remove(which);
            for (index, byte) in changes {
                let len = frame.len();
                frame[index.index(len)] = byte;
            }
            if let Some(cut) = cut {
                frame.truncate(cut.index(frame.len()));
            }
            read(&frame);
        }
    }
}
