//! The messages between a host and a worker.
//!
//! A call is its number, a byte, the handle of the object, the place of the method, and
//! the arguments. The answer is that number and the reply, which begins with another
//! byte; `by_descriptor` has the bytes of both. Each side may call the other one. A
//! message without bytes asks a worker for the end. What a worker says when it starts is
//! JSON. A worker may send anything. So that is read as a value first, and each part of
//! it is looked up.

use serde_json::{Map, Value, json};

use super::frame::PREFIX;
#[cfg(feature = "sandbox")]
use super::sandbox::Enforced;
use crate::host::by_descriptor::{HEAD, Handle, LONGEST, Reply, too_long};

/// The byte of a call. Those of replies are less.
const CALL: u8 = 5;

/// A call, as the other side gets it.
#[derive(Debug, PartialEq)]
pub(super) struct Request<'b> {
    pub(super) number: u64,
    pub(super) object: Handle,
    /// The place of the method in its interface.
    pub(super) method: u32,
    pub(super) arguments: &'b [u8],
}

/// The bytes of an answer before the reply.
pub(super) const ANSWER: usize = PREFIX + 8;

/// A message behind the greetings.
#[derive(Debug, PartialEq)]
pub(super) enum Message<'b> {
    Call(Request<'b>),
    /// The answer to the call of that number.
    Answer(u64),
    End,
}

impl<'b> Message<'b> {
    pub(super) fn read(frame: &'b [u8]) -> Result<Self, String> {
        let message = &frame[PREFIX..];
        if message.is_empty() {
            return Ok(Message::End);
        }
        let short = || format!("expected a call or a reply to one, found {} bytes", message.len());
        let (number, rest) = message.split_first_chunk().ok_or_else(short)?;
        let number = u64::from_le_bytes(*number);
        match rest.first().ok_or_else(short)? {
            &CALL => {}
            _ => return Ok(Message::Answer(number)),
        }
        let (words, arguments) = rest[1..].split_first_chunk::<12>().ok_or_else(short)?;
        let word = |at: usize| u32::from_le_bytes([0, 1, 2, 3].map(|byte| words[at + byte]));
        let object = Handle { index: word(0), generation: word(4) };
        Ok(Message::Call(Request { number, object, method: word(8), arguments }))
    }
}

impl Request<'_> {
    /// Writes the begin of the frame of a call, whose arguments follow.
    pub(super) fn head(frame: &mut [u8], number: u64, object: Handle, method: u32) {
        let head: &mut [u8; HEAD - PREFIX] =
            (&mut frame[PREFIX..HEAD]).try_into().expect("a head has one length");
        head[..8].copy_from_slice(&number.to_le_bytes());
        head[8] = CALL;
        head[9..13].copy_from_slice(&object.index.to_le_bytes());
        head[13..17].copy_from_slice(&object.generation.to_le_bytes());
        head[17..].copy_from_slice(&method.to_le_bytes());
    }
}

/// Begins the frame of the answer to a call.
pub(super) fn begin_answer(frame: &mut Vec<u8>, number: u64) {
    frame.clear();
    frame.extend([0; PREFIX]);
    frame.extend(number.to_le_bytes());
}

/// Replaces a reply that is too long for a frame.
pub(super) fn fit(frame: &mut Vec<u8>) {
    if frame.len() - PREFIX > LONGEST {
        let reason = too_long(frame.len() - PREFIX);
        frame.truncate(ANSWER);
        Reply::Invalid(reason).write(frame);
    }
}

/// Refuses an answer that is not the one to that call.
pub(super) fn check_answer(found: u64, number: u64) -> Result<(), String> {
    match found {
        found if found == number => Ok(()),
        found => Err(format!("expected the reply to call {number}, found that to call {found}")),
    }
}

/// The first messages of a worker.
#[derive(Debug, PartialEq)]
pub(super) enum Greeting {
    /// The program is a worker, and loads the library next.
    Here,
    /// What is enforced of its sandbox. It opens the library next.
    #[cfg(feature = "sandbox")]
    Sandboxed(Enforced),
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
            #[cfg(feature = "sandbox")]
            Greeting::Sandboxed(enforced) => json!({ "sandboxed": enforced.words() }),
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
        #[cfg(feature = "sandbox")]
        if fields.0.contains_key("sandboxed") {
            return Enforced::read(fields.texts("sandboxed")?).map(Greeting::Sandboxed);
        }
        fields.texts("ready").map(Greeting::Ready)
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

    /// Returns a list of pairs of texts.
    fn texts(&mut self, name: &str) -> Result<Vec<(String, String)>, String> {
        let pair = |value| match value {
            Value::Array(pair) => match <[Value; 2]>::try_from(pair) {
                Ok([Value::String(first), Value::String(second)]) => Ok((first, second)),
                _ => Err(format!("expected pairs of texts in `{name}`")),
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
        Request::head(&mut request, 7, Handle { index: 1, generation: 3 }, 2);
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
        let message = Message::read(&frame);
        let request = matches!(message, Ok(Message::Call(_) | Message::End));
        let greeting = Greeting::read(&frame);
        let answer = match message {
            Ok(Message::Answer(7)) => Reply::read(&frame[ANSWER..]),
            _ => Err("no answer to call 7".to_owned()),
        };
        if let Ok(greeting) = &greeting {
            assert_eq!(Greeting::read(&greeting.frame()).as_ref(), Ok(greeting));
        }
        if let Ok(reply) = &answer {
            assert_eq!(Reply::read(&self::answer(reply)[ANSWER..]).as_ref(), Ok(reply));
        }
        [request, greeting.is_ok(), answer.is_ok()]
    }

    #[test]
    fn each_message_is_read_by_its_reader() {
        let read: Vec<_> = frames().iter().map(|frame| read(frame)).collect();
        let [request, greeting, answer] = [0, 1, 2].map(|only| [0, 1, 2].map(|it| it == only));
        let [two, three] = [[request; 2], [greeting; 2]];
        assert_eq!(read, [&two[..], &three, &[greeting], &[answer; 4]].concat());
    }

    #[test]
    fn what_was_written_is_read() {
        let frames = frames();
        let object = Handle { index: 1, generation: 3 };
        let request = Request { number: 7, object, method: 2, arguments: b"arguments" };
        assert_eq!(Message::read(&frames[0]), Ok(Message::Call(request)));
        assert_eq!(Message::read(&frames[1]), Ok(Message::End));
        assert_eq!(Message::read(&frames[5]), Ok(Message::Answer(7)));
        let other = check_answer(7, 8).unwrap_err();
        assert_eq!(other, "expected the reply to call 8, found that to call 7");
        let Ok(Reply::Panicked { message, location: Some(location) }) =
            Reply::read(&frames[6][ANSWER..])
        else {
            panic!("a panic")
        };
        assert_eq!((&*message, &*location.file), ("no", "src/lib.rs"));
        assert_eq!((location.line, location.column), (1, 2));
    }

    /// The number of changed frames; `PLUGIN_SOAK=1` asks for more.
    fn cases() -> u32 {
        if std::env::var_os("PLUGIN_SOAK").is_some() { 200_000 } else { 20_000 }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(cases()))]

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
