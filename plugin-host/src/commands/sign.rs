//! `sign FILE..`: signs libraries, without running any.

use std::path::Path;

use plugin_interface::trusted_comment;
use serde::Serialize;

use crate::cli::SignArgs;
use crate::exit::Exit;
use crate::output::{escaped, print_json, print_line};

/// A library that was signed, or its comment that is to be signed.
#[derive(Serialize)]
struct Signed {
    file: String,
    signature: Option<String>,
    key: Option<String>,
    comment: String,
}

pub(crate) fn run(args: &SignArgs) -> anyhow::Result<Exit> {
    if let Some(path) = &args.new_key {
        signer::create(path)?;
        return Ok(Exit::Ok);
    }
    let signer = args.key.as_deref().map(signer::Signer::read).transpose()?;
    let signed: Vec<_> =
        args.files.iter().map(|file| sign(file, signer.as_ref())).collect::<anyhow::Result<_>>()?;
    if args.json {
        print_json(&signed)?;
        return Ok(Exit::Ok);
    }
    for Signed { file, signature, key, comment } in &signed {
        match (signature, key) {
            (Some(signature), Some(key)) => {
                print_line(&escaped(&format!("signed {file} with {key}: {signature}")))?;
            }
            // For `minisign -t`, which takes it as it is.
            _ => print_line(comment)?,
        }
    }
    Ok(Exit::Ok)
}

fn sign(file: &Path, signer: Option<&signer::Signer>) -> anyhow::Result<Signed> {
    let comment = trusted_comment(file)?;
    let signature = signer.map(|signer| signer.sign(file, &comment)).transpose()?;
    Ok(Signed {
        file: file.display().to_string(),
        signature: signature.map(|path| path.display().to_string()),
        key: signer.map(signer::Signer::id),
        comment,
    })
}

#[cfg(not(feature = "sign"))]
mod signer {
    //! Nobody signs without the feature `sign`.

    use std::path::{Path, PathBuf};

    use crate::exit::UsageError;

    pub(super) enum Signer {}

    fn absent<T>() -> anyhow::Result<T> {
        let text = "this program was built without the feature `sign`; use `minisign -S -t COMMENT`, \
                    with the comment that `plugin-host sign --comment` prints";
        Err(UsageError(text.to_owned()).into())
    }

    pub(super) fn create(_: &Path) -> anyhow::Result<()> {
        absent()
    }

    impl Signer {
        pub(super) fn read(_: &Path) -> anyhow::Result<Self> {
            absent()
        }

        pub(super) fn sign(&self, _: &Path, _: &str) -> anyhow::Result<PathBuf> {
            match *self {}
        }

        pub(super) fn id(&self) -> String {
            match *self {}
        }
    }
}

#[cfg(feature = "sign")]
mod signer {
    //! Keys and signatures in the format of `minisign`.

    use std::env;
    use std::fs::{self, File, OpenOptions};
    use std::io::Write as _;
    use std::path::{self, Path, PathBuf};

    use anyhow::Context as _;
    use minisign::{KeyPair, PublicKey, SecretKey, SecretKeyBox};
    use plugin_interface::TrustedKey;

    use crate::output::{escaped, print_line, print_note};

    /// The password of a secret key, where nobody can be asked.
    const PASSWORD: &str = "PLUGIN_SIGN_PASSWORD";

    pub(super) struct Signer(SecretKey);

    /// Writes a new pair of keys: the secret one, and the public one beside it.
    pub(super) fn create(path: &Path) -> anyhow::Result<()> {
        let KeyPair { pk, sk } = KeyPair::generate_unencrypted_keypair()?;
        let secret = sk.to_box(Some("secret key of plugin-host"))?.into_string();
        let public_path = path.with_extension("pub");
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        write(&mut options, &public_path, &pk.to_box()?.into_string())?;
        only_for_owner(&mut options);
        write(&mut options, path, &secret)?;
        let (path, public) = (path.display().to_string(), public_path.display().to_string());
        print_line(&escaped(&format!("public key {}: {public}", id_of(&pk)?)))?;
        print_line(&escaped(&format!("secret key: {path}")))?;
        print_note("the secret key has no password; keep it where only the signer can read it");
        Ok(())
    }

    fn write(options: &mut OpenOptions, path: &Path, text: &str) -> anyhow::Result<()> {
        let written = options.open(path).and_then(|mut file| file.write_all(text.as_bytes()));
        written.with_context(|| format!("cannot write {}", path.display()))
    }

    #[cfg(unix)]
    fn only_for_owner(options: &mut OpenOptions) {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }

    #[cfg(not(unix))]
    fn only_for_owner(_: &mut OpenOptions) {}

    fn id_of(key: &PublicKey) -> anyhow::Result<String> {
        Ok(TrustedKey::parse(&key.to_base64())?.id().to_string())
    }

    /// Writes a file at once or not at all, and through no link: others may write
    /// the directories of plugins.
    fn replace(path: &Path, text: &str) -> anyhow::Result<()> {
        let path = path::absolute(path)?;
        let mut new = tempfile::Builder::new();
        #[cfg(unix)]
        new.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644));
        let mut file = new.prefix(".minisig").tempfile_in(path.parent().unwrap_or(&path))?;
        file.write_all(text.as_bytes())?;
        file.persist(&path)?;
        Ok(())
    }

    impl Signer {
        pub(super) fn read(path: &Path) -> anyhow::Result<Self> {
            let unusable = || format!("cannot use the secret key {}", path.display());
            let text = fs::read_to_string(path).with_context(unusable)?;
            let secret = || SecretKeyBox::from_string(&text);
            // One without a password is no error of the other kind.
            let open = secret()?.into_unencrypted_secret_key();
            // Without one it would be asked for, of whoever is there.
            let password = match env::var(PASSWORD) {
                // The error of the library has the value in its text.
                Err(env::VarError::NotUnicode(_)) => anyhow::bail!("{PASSWORD} is not UTF-8"),
                password => password.ok(),
            };
            let key = open.or_else(|_| secret()?.into_secret_key(password));
            key.map(Signer).with_context(unusable)
        }

        /// Writes the signature beside the file.
        pub(super) fn sign(&self, library: &Path, comment: &str) -> anyhow::Result<PathBuf> {
            let mut path = library.as_os_str().to_owned();
            path.push(".minisig");
            let path = PathBuf::from(path);
            let content = File::open(library)?;
            let about = format!("signature of {}", escaped(&library.display().to_string()));
            let signature = minisign::sign(None, &self.0, content, Some(comment), Some(&about))?;
            replace(&path, &signature.into_string())
                .with_context(|| format!("cannot write {}", path.display()))?;
            Ok(path)
        }

        pub(super) fn id(&self) -> String {
            PublicKey::from_secret_key(&self.0)
                .ok()
                .and_then(|key| id_of(&key).ok())
                .unwrap_or_default()
        }
    }
}
