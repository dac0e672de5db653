//! Each bad signature and each bad file of keys has an error of its own.

use std::fs;

use plugin_interface::{LoadError, PluginManager, SignatureError, TrustedKey};

use super::signer::{Signer, signature_of};
use crate::fixtures::Directory;

/// Which line of a file is replaced, by what, and the error.
type Bad = (usize, &'static str, &'static str);

const SIGNATURES: &[Bad] = &[
    (1, "", ":1: expected a line that begins with `untrusted comment: `, found an empty line"),
    (1, "comment", ":1: expected a line that begins with `untrusted comment: `, found `comment`"),
    (
        2,
        "",
        ":2: expected a signature of `minisign`, which is 100 digits of base64, found an empty line",
    ),
    (
        2,
        "RUQ=",
        ":2: expected a signature of `minisign`, which is 100 digits of base64, found `RUQ=`",
    ),
    (
        2,
        "\u{1b}[31m",
        ":2: expected a signature of `minisign`, which is 100 digits of base64, found `\u{fffd}[31m`",
    ),
    (3, "comment", ":3: expected a line that begins with `trusted comment: `, found `comment`"),
    (
        4,
        "RUQ=",
        ":4: expected the signature of the comment, which is 88 digits of base64, found `RUQ=`",
    ),
];

const KEYS: &[Bad] = &[
    (1, "comment", ":1: expected a line that begins with `untrusted comment: `, found `comment`"),
    (
        2,
        "RWQ=",
        ":2: expected a public key of `minisign`, which is 56 digits of base64, found `RWQ=`",
    ),
    (
        2,
        "",
        ":2: expected a public key of `minisign`, which is 56 digits of base64, found an empty line",
    ),
];

/// The text with another line.
fn with(text: &str, line: usize, other: &str) -> String {
    let lines = text.lines().zip(1..).map(|(text, at)| if at == line { other } else { text });
    lines.map(|line| format!("{line}\n")).collect()
}

/// The text with the algorithm of its second line replaced.
fn with_algorithm(text: &str, begin: &str) -> String {
    let second = text.lines().nth(1).unwrap();
    with(text, 2, &format!("{begin}{}", &second[begin.len()..]))
}

#[test]
fn each_bad_signature_has_an_error_of_its_own_with_its_line() {
    let (directory, signer) = (Directory::new(), Signer::new());
    let path = directory.compile("a", &[], "");
    signer.sign(&path);
    let signature = signature_of(&path);
    let good = fs::read_to_string(&signature).unwrap();
    let mut manager = PluginManager::with_policy(signer.policy());
    let mut expect = |content: &[u8], expected: &str| {
        fs::write(&signature, content).unwrap();
        let LoadError::Signature { reason, .. } = manager.load_library(&path).unwrap_err() else {
            panic!("{expected}")
        };
        let expected = format!("{}{expected}", signature.display());
        assert!(reason.to_string().starts_with(&expected), "expected: {expected}\nfound: {reason}");
    };
    for (line, other, expected) in SIGNATURES {
        expect(with(&good, *line, other).as_bytes(), expected);
    }
    let first =
        |lines| good.lines().take(lines).map(|line| format!("{line}\n")).collect::<String>();
    for (lines, expected) in [
        (1, ":2: expected a signature of `minisign`, which is 100 digits of base64, found the end"),
        (2, ":3: expected a line that begins with `trusted comment: `, found the end of the file"),
        (
            3,
            ":4: expected the signature of the comment, which is 88 digits of base64, found the end",
        ),
    ] {
        expect(first(lines).as_bytes(), expected);
    }
    expect(
        format!("{good}{good}").as_bytes(),
        ":5: expected the end of the file, found `untrusted",
    );
    expect(b"", " is empty: expected lines as `minisign` writes them");
    expect(b" \n\n", " is empty");
    expect(&[b'a'; (16 << 10) + 1], " is too large: expected at most 16384 bytes, found 16385");
    expect(b"untrusted comment: \xff\n", ":1: expected text in UTF-8, found the byte 0xff");
    expect(&fs::read(&path).unwrap()[..4096], ":1: expected text in UTF-8, found the byte");
    // `Ed` is of a file and not of its hash, `ED` of its hash.
    let legacy = with_algorithm(&good, "RWR");
    expect(
        legacy.as_bytes(),
        ":2: expected a signature of the algorithm ED (of a hash), found the algorithm Ed (the",
    );
    expect(
        with_algorithm(&good, "QUJ").as_bytes(),
        ":2: expected a signature of the algorithm ED (of a hash), found the algorithm AB; use",
    );
    expect(
        signer.public().as_bytes(),
        ":2: expected a signature of `minisign`, which is 100 digits of base64, found `RW",
    );
    fs::remove_file(&signature).unwrap();
    fs::create_dir(&signature).unwrap();
    let error = manager.load_library(&path).unwrap_err().to_string();
    assert!(error.starts_with(&format!("cannot read {}: ", signature.display())), "{error}");
    fs::remove_dir(&signature).unwrap();
    let huge = fs::File::create(&signature).unwrap();
    huge.set_len(1 << 40).unwrap();
    let error = manager.load_library(&path).unwrap_err().to_string();
    assert!(error.ends_with("expected at most 16384 bytes, found 1099511627776"), "{error}");
}

#[test]
fn each_bad_file_of_keys_has_an_error_of_its_own_with_its_line() {
    let good = Signer::new().public();
    let parse = |text: &[u8]| TrustedKey::parse_file("k.pub", text);
    assert_eq!(parse(good.as_bytes()).unwrap().len(), 1);
    assert_eq!(parse(good.replace('\n', "\r\n").as_bytes()).unwrap().len(), 1);
    let expect = |content: &[u8], expected: &str| {
        let (found, expected) =
            (parse(content).unwrap_err().to_string(), format!("k.pub{expected}"));
        assert!(found.starts_with(&expected), "expected: {expected}\nfound: {found}");
    };
    for (line, other, expected) in KEYS {
        expect(with(&good, *line, other).as_bytes(), expected);
    }
    let comment = good.lines().next().unwrap();
    expect(
        comment.as_bytes(),
        ":2: expected a public key of `minisign`, which is 56 digits of base64, found the end",
    );
    expect(
        good.lines().nth(1).unwrap().as_bytes(),
        ":1: expected a line that begins with `untrusted comment: `, found `RW",
    );
    let key = good.lines().nth(1).unwrap().to_owned();
    let twice = format!("{good}\n{good}");
    let line = 2 + good.lines().count() + usize::from(good.ends_with('\n'));
    expect(twice.as_bytes(), &format!(":{line}: expected each key once, found "));
    // Of a signature of a hash, which no public key is of; and a secret key.
    expect(
        with_algorithm(&good, "RUR").as_bytes(),
        ":2: expected a public key of the algorithm Ed, found the algorithm ED",
    );
    expect(b"", " is empty");
    expect(b"untrusted comment: x\n\xff", ":2: expected text in UTF-8, found the byte 0xff");
    expect(
        &vec![b'\n'; (1 << 20) + 1],
        " is too large: expected at most 1048576 bytes, found 1048577",
    );
    let pinned = |text: &str| TrustedKey::parse(text).map_err(|error| error.to_string());
    assert_eq!(pinned(&key).unwrap().comment(), "");
    assert!(pinned("").unwrap_err().starts_with("the trusted key:1: expected a public key"));
    assert!(pinned(&key[1..]).unwrap_err().starts_with("the trusted key:1: expected a public key"));
    let absent = TrustedKey::read("no/such/keys").unwrap_err();
    assert!(matches!(absent, SignatureError::Read { .. }), "{absent}");
}
