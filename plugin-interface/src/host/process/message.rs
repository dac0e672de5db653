//! The messages between a host and a worker.
//!
//! A call is its number, the places of the plugin and of the method, and the arguments.
//! The answer is that number and the reply; `by_descriptor` has the bytes of both. A
//! message without bytes asks for the end. What a worker says when it starts is JSON. A
//! worker may send anything. So that is read as a value first, and each part of it is
//! looked up.

use serde_json::{Map, Value, json};

use super::frame::PREFIX;
use crate::host::by_descriptor::HEAD;

/// A call, as the worker gets it.
#[derive(Debug, PartialEq)]
pub(super) struct Request<'b> {
    pub(super) number: u64,
    /// The place of the plugin among those of the library.
    pub(super) plugin: u32,
    /// The place of the method in its interface.
    pub(super) method: u32,
    pub(super) arguments: &'b [u8],
}

/// The bytes of an answer before the reply.
pub(super) const ANSWER: usize = PREFIX + 8;

impl<'b> Request<'b> {
    /// Writes the begin of the frame of a call, whose arguments follow.
    pub(super) fn head(frame: &mut [u8], number: u64, plugin: u32, method: u32) {
        let (number, plugin) = (number.to_le_bytes(), plugin.to_le_bytes());
        let head = [&number[..], &plugin, &method.to_le_bytes()].concat();
        frame[PREFIX..HEAD].copy_from_slice(&head);
    }

    /// Reads the frame of a request; `None` if it asks for the end.
    pub(super) fn read(frame: &'b [u8]) -> Result<Option<Self>, String> {
        let message = &frame[PREFIX..];
        if message.is_empty() {
            return Ok(None);
        }
        let short = || format!("expected a call, found {} bytes", message.len());
        let (number, rest) = message.split_first_chunk().ok_or_else(short)?;
        let (plugin, rest) = rest.split_first_chunk().ok_or_else(short)?;
        let (method, arguments) = rest.split_first_chunk().ok_or_else(short)?;
        let [plugin, method] = [plugin, method].map(|it| u32::from_le_bytes(*it));
        Ok(Some(Request { number: u64::from_le_bytes(*number), plugin, method, arguments }))
    }
}

/// Begins the frame of the answer to a call.
pub(super) fn begin_answer(frame: &mut Vec<u8>, number: u64) {
    frame.clear();
    frame.extend([0; PREFIX]);
    frame.extend(number.to_le_bytes());
}

/// Refuses the frame of an answer that is not the one to that call.
pub(super) fn check_answer(frame: &[u8], number: u64) -> Result<(), String> {
    let message = &frame[PREFIX..];
    let Some(found) = message.first_chunk() else {
        return Err(format!("expected the reply to a call, found {} bytes", message.len()));
    };
    match u64::from_le_bytes(*found) {
        found if found == number => Ok(()),
        found => Err(format!("expected the reply to call {number}, found that to call {found}")),
    }
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
    /// Returns the frame of the message.
    pub(super) fn frame(&self) -> Vec<u8> {
        let message = match self {
            Greeting::Here => json!({ "worker": true }),
            Greeting::Ready(plugins) => json!({ "ready": plugins }),
            Greeting::Failed(error) => json!({ "failed": error }),
        };
        [&[0; PREFIX], message.to_string().as_bytes()].concat()
    }

    pub(super) fn read(frame: &[u8]) -> Result<Self, String> {
        let mut fields = Fields::read(&frame[PREFIX..])?;
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
    use crate::PanicLocation;
    use crate::host::by_descriptor::Reply;
    use crate::host::process::frame;
    use crate::host::process::frame::tests::Bytes;

    fn answer(reply: &Reply<'_>) -> Vec<u8> {
        let mut frame = Vec::new();
        begin_answer(&mut frame, 7);
        reply.write(&mut frame);
        frame
    }

    /// One frame of each message, as it is sent.
    fn frames() -> Vec<Vec<u8>> {
        let mut request = vec![0; HEAD];
        Request::head(&mut request, 7, 1, 2);
        request.extend(b"arguments");
        let location = PanicLocation::known("src/lib.rs".to_owned(), 1, 2);
        let plugin = ("a::Tool".to_owned(), "Shout".to_owned());
        let frames = [
            request,
            vec![0; PREFIX],
            Greeting::Ready(vec![plugin]).frame(),
            Greeting::Failed("it has no plugins".to_owned()).frame(),
            Greeting::Here.frame(),
            answer(&Reply::Returned { failed: true, values: b"values" }),
            answer(&Reply::Panicked { message: "no".to_owned(), location }),
            answer(&Reply::Invalid("not UTF-8".to_owned())),
            answer(&Reply::Refused("borrowed".to_owned())),
        ];
        frames.map(sent).into()
    }

    fn sent(mut frame: Vec<u8>) -> Vec<u8> {
        let mut connection = Bytes::default();
        frame::write(&mut connection, &mut frame).unwrap();
        connection.sent
    }

    /// Reads a frame as each side does, and returns whether it is a request, a
    /// greeting and an answer to call 7.
    fn read(sent: &[u8]) -> [bool; 3] {
        let mut connection = Bytes { received: sent.to_vec(), ..Bytes::default() };
        let mut frame = Vec::new();
        if frame::read(&mut connection, &mut frame).is_err() {
            return [false; 3];
        }
        let request = Request::read(&frame);
        let greeting = Greeting::read(&frame);
        let answer = check_answer(&frame, 7).and_then(|()| Reply::read(&frame[ANSWER..]));
        if let Ok(greeting) = &greeting {
            assert_eq!(Greeting::read(&greeting.frame()).as_ref(), Ok(greeting));
        }
        if let Ok(reply) = &answer {
            assert_eq!(Reply::read(&self::answer(reply)[ANSWER..]).as_ref(), Ok(reply));
        }
        [request.is_ok(), greeting.is_ok(), answer.is_ok()]
    }

    #[test]
    fn each_message_is_read_by_its_reader() {
        let read: Vec<_> = frames().iter().map(|frame| read(frame)).collect();
        // A worker gets requests alone, so these need no sign of what they are.
        assert!(read[..2].iter().all(|[is_request, ..]| *is_request));
        let others = read[2..].iter().map(|[_, greeting, answer]| [*greeting, *answer]);
        let [greeting, answer] = [[true, false], [false, true]];
        let expected = [greeting, greeting, greeting, answer, answer, answer, answer];
        assert_eq!(others.collect::<Vec<_>>(), expected);
    }

    #[test]
    fn what_was_written_is_read() {
        let frames = frames();
        let request = Request::read(&frames[0]).unwrap().unwrap();
        assert_eq!(request, Request { number: 7, plugin: 1, method: 2, arguments: b"arguments" });
        assert_eq!(Request::read(&frames[1]), Ok(None));
        let other = check_answer(&frames[5], 8).unwrap_err();
        assert_eq!(other, "expected the reply to call 8, found that to call 7");
        let Ok(Reply::Panicked { message, location: Some(location) }) =
            Reply::read(&frames[6][ANSWER..])
        else {
            panic!("a panic")
        };
        assert_eq!((&*message, &*location.file), ("no", "src/lib.rs"));
        assert_eq!((location.line, location.column), (1, 2));
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
