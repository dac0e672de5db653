//! The signature of a library, which lies beside it.

use std::io;
use std::path::{Path, PathBuf};

use minisign_verify::Signature;

use super::keys::TrustedKey;
use super::minisign::{KeyId, fault, lines};
use super::small_file::{self, Fault};
use crate::host::error::SignatureError;

/// The largest signature: `minisign` writes no longer comments.
const MOST: u64 = 16 << 10;

/// The lines of the signature and of the trusted comment.
pub(super) const SIGNATURE_LINE: usize = 2;
pub(super) const COMMENT_LINE: usize = 3;

const UNTRUSTED: &str = "a line that begins with `untrusted comment: `";
const SIGNATURE: &str = "a signature of `minisign`, which is 100 digits of base64";
const TRUSTED: &str = "a line that begins with `trusted comment: `";
const GLOBAL: &str = "the signature of the comment, which is 88 digits of base64";
const NOTHING: &str = "the end of the file";

/// The content of a `FILE.minisig`.
#[derive(Clone)]
pub(crate) struct SignatureFile {
    pub(super) path: PathBuf,
    pub(super) key: KeyId,
    signature: Signature,
}

/// Returns the path of the signature of a library.
pub(super) fn path_of(library: &Path) -> PathBuf {
    let mut path = library.as_os_str().to_owned();
    path.push(".minisig");
    path.into()
}

impl SignatureFile {
    /// Reads the signature of a library; `None` if there is none.
    pub(super) fn of(library: &Path) -> Result<Option<Self>, SignatureError> {
        let path = path_of(library);
        match small_file::read(&path, MOST) {
            Ok(content) => Self::parse(&path, &content).map(Some),
            Err(Fault::Read(error)) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(fault(&path, MOST, error)),
        }
    }

    /// Reads the four lines of a signature, which are checked one by one. So
    /// each fault has its line.
    fn parse(path: &Path, content: &[u8]) -> Result<Self, SignatureError> {
        let text = small_file::text(content, MOST).map_err(|it| fault(path, MOST, it))?;
        let mut next = lines(path, text);
        next().after("untrusted comment: ", UNTRUSTED)?;
        let line = next();
        let decoded: [u8; 74] = line.decode(SIGNATURE)?;
        if decoded[..2] != *b"ED" {
            let expected = "a signature of the algorithm ED (of a hash)";
            return Err(line.other_algorithm(expected, &decoded[..2]));
        }
        next().after("trusted comment: ", TRUSTED)?;
        next().decode::<64>(GLOBAL)?;
        let end = next();
        if end.text.is_some() {
            return Err(end.wrong(NOTHING));
        }
        let signature = Signature::decode(text).map_err(|_| line.wrong(SIGNATURE))?;
        let key = KeyId::of(&decoded);
        Ok(SignatureFile { path: path.to_owned(), key, signature })
    }

    /// Returns the comment that is signed too.
    pub(super) fn comment(&self) -> &str {
        self.signature.trusted_comment()
    }

    /// Verifies the signature of a content, which `read` hands over in parts.
    /// The inner error is that of `read`.
    pub(super) fn verify(
        &self,
        key: &TrustedKey,
        read: impl FnOnce(&mut (dyn FnMut(&[u8]) + Send)) -> io::Result<()>,
    ) -> io::Result<Result<(), SignatureError>> {
        let invalid = || SignatureError::Invalid {
            path: self.path.clone(),
            line: SIGNATURE_LINE,
            key: self.key.to_string(),
        };
        let Ok(mut verifier) = key.key().verify_stream(&self.signature) else {
            return Ok(Err(invalid()));
        };
        read(&mut |bytes| verifier.update(bytes))?;
        Ok(verifier.finalize().map_err(|_| invalid()))
    }
}
