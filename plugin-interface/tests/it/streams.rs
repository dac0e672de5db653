//! Writers and readers that hosts and plugins lend and hand to each other.

use std::io::{self, ErrorKind, Read, Write};

use fixture_interface::streams::{Streams, StreamsProxy, Told};
use plugin_interface::{Interface, PluginManager};

use crate::calls::panic_of;
use crate::fixtures::{Directory, is_mapped};
use crate::objects::wait_until_unmapped;

/// The plugin, under a name that no other test uses.
fn streams(name: &str) -> StreamsProxy {
    let directory = Directory::new();
    directory.add("objects", name);
    PluginManager::new().load::<dyn Streams>(directory.path()).unwrap().remove(0)
}

#[test]
fn a_plugin_writes_to_what_the_host_lends() {
    let streams = streams("streams_writing");
    let mut bytes = Vec::new();
    streams.write("a bc", &mut bytes).unwrap();
    assert_eq!(bytes, b"0a1bca bc");
    let mut told = Told::default();
    streams.write_there("d", &mut told).unwrap();
    assert_eq!(told.1, b"0dd.");
    // A writer of another library, lent on to the plugin and unwrapped there.
    streams.write("e", &mut *streams.writer("")).unwrap();
    let (mut array, large) = ([0; 3], vec![1; 1 << 20]);
    assert_eq!(streams.write_once(b"four", Some(&mut &mut array[..])).unwrap(), 3);
    assert_eq!(&array, b"fou");
    assert_eq!(streams.write_once(b"", Some(&mut bytes)).unwrap(), 0);
    assert_eq!(streams.write_once(b"none", None).unwrap(), 0);
    assert_eq!(streams.write_once(&large, Some(&mut io::sink())).unwrap(), large.len());
    let short = streams.write("long text", &mut &mut array[..]).unwrap_err();
    assert_eq!(short.kind(), ErrorKind::WriteZero);
}

#[test]
fn a_plugin_prints_to_what_the_host_lends() {
    let streams = streams("streams_printing");
    let mut text = String::new();
    streams.print("ö", &mut text).unwrap();
    streams.print_there("", &mut text).unwrap();
    assert_eq!(text, "002öä000ä");
    assert!(streams.print("x", &mut Told::new("fail")).is_err());
    let mut printer = streams.printer();
    write!(printer, "{:02}-漢", streams.alive()).unwrap();
    printer.write_char('c').unwrap();
    streams.print("unwrapped", &mut *printer).unwrap();
}

#[test]
fn a_plugin_reads_what_the_host_lends() {
    let streams = streams("streams_reading");
    let xs = |count: usize, len| (count, [vec![b'x'; count], vec![7; len - count]].concat());
    for (how, len, count) in [("", 5, 5), ("", 0, 0), ("short", 5, 2)] {
        assert_eq!(streams.read_once(len, &mut Told::new(how)).unwrap(), xs(count, len), "{how}");
    }
    let large = "long ".repeat(100_000);
    assert_eq!(streams.read_all(&mut large.as_bytes()).unwrap(), large);
    let not_text = streams.read_all(&mut &b"\xff"[..]).unwrap_err();
    assert_eq!(not_text.kind(), ErrorKind::InvalidData);
    assert_eq!(streams.read_all(&mut *streams.reader("unwrapped")).unwrap(), "UNWRAPPED");
}

#[test]
fn a_host_uses_writers_and_readers_of_a_plugin() {
    let streams = streams("streams_of_plugin");
    let mut writer = streams.writer("short");
    assert_eq!(writer.write(b"abc").unwrap(), 2);
    writer.write_all(b"abcdef").unwrap();
    let slices = [&b""[..], b"de"].map(io::IoSlice::new);
    assert_eq!(writer.write_vectored(&slices).unwrap(), 2);
    writer.flush().unwrap();
    let mut reader = streams.reader("some text");
    let (mut some, mut rest) = ([0; 4], String::new());
    reader.read_exact(&mut some).unwrap();
    reader.read_to_string(&mut rest).unwrap();
    assert_eq!((&some, rest.as_str()), (b"SOME", " TEXT"));
    assert_eq!(reader.read(&mut some).unwrap(), 0);
    let back = streams.copy(streams.reader("copied"), writer).unwrap();
    assert_eq!(streams.alive(), 2);
    drop((back, reader));
    assert_eq!(streams.alive(), 0);
    let ours = streams.copy(Box::new(&b"ours"[..]), Box::new(io::sink())).unwrap();
    drop(ours);
}

#[test]
fn an_error_of_a_stream_has_its_kind_and_text() {
    let streams = streams("streams_failing");
    let theirs = streams.writer("fail").write(b"a").unwrap_err();
    let ours = streams.write("a", &mut Told::new("fail")).unwrap_err();
    let read = streams.read_once(1, &mut Told::new("fail")).unwrap_err();
    for error in [theirs, ours, read] {
        assert_eq!((error.kind(), &*error.to_string()), (ErrorKind::StorageFull, "told to fail"));
    }
}

#[test]
fn a_panic_of_a_stream_is_that_of_its_call() {
    let streams = streams("streams_panicking");
    let mut writer = streams.writer("panic");
    assert_eq!(panic_of(|| writer.write(b"ab")), "told to panic with 2");
    assert_eq!(panic_of(|| writer.write_all(b"a")), "told to panic with 1");
    assert_eq!(panic_of(|| writer.flush()), "told to panic with 0");
    let mut told = Told::new("panic");
    assert_eq!(panic_of(|| streams.write("abc", &mut told)), "told to panic with 1");
    assert_eq!(panic_of(|| streams.print("abc", &mut told)), "told to panic with 1");
    assert_eq!(panic_of(|| streams.read_once(4, &mut told)), "told to panic with 4");
    told.0.clear();
    streams.write("usable", &mut told).unwrap();
}

#[test]
fn a_stream_that_counts_beyond_its_buffer_is_refused() {
    let streams = streams("streams_lying");
    let theirs = streams.writer("lie").write(b"abc").unwrap_err();
    let written = streams.write_once(b"abc", Some(&mut Told::new("lie"))).unwrap_err();
    let read = streams.read_once(3, &mut Told::new("lie")).unwrap_err();
    for error in [theirs, written, read] {
        let text = error.to_string();
        assert!(text.ends_with("at most 3, the length of its buffer, and returned 4"), "{text}");
    }
}

#[test]
fn streams_keep_their_library_mapped() {
    let streams = streams("streams_kept");
    let (mut writer, mut reader) = (streams.writer(""), streams.reader("kept"));
    drop(streams);
    writer.write_all(b"after").unwrap();
    drop(writer);
    assert!(is_mapped("streams_kept"));
    assert_eq!(io::read_to_string(&mut reader).unwrap(), "KEPT");
    drop(reader);
    wait_until_unmapped("streams_kept");
}

#[test]
fn signatures_name_streams_by_their_paths() {
    let library = Directory::of(&["objects"]);
    let metadata = plugin_interface::inspect(library.library("objects")).unwrap();
    let path = <dyn Streams as Interface>::DESCRIPTION.path;
    let streams = metadata.interfaces.iter().find(|found| found.path == path).unwrap();
    let of = |name: &str| {
        let method = streams.methods.iter().find(|method| method.name == name);
        method.unwrap().signature.clone()
    };
    for (name, expected) in [
        (
            "write",
            "fn write(&self, text: &str, to: &mut dyn std::io::Write) -> Result<(), io::Error>",
        ),
        (
            "read_all",
            "fn read_all(&self, from: &mut (dyn std::io::Read + Send)) -> Result<String, io::Error>",
        ),
        ("printer", "fn printer(&self) -> Box<dyn std::fmt::Write + Send>"),
    ] {
        assert_eq!(of(name), expected);
    }
}
