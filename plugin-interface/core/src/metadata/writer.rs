//! A writer of bytes for `const fn`s.

/// Collects bytes and counts them, or counts and hashes them (FNV-1a, 64 bits).
///
/// The compiler runs this for every interface, each time it compiles a crate that
/// defines or implements one. Calls are what it does slowest: so bytes are kept
/// and hashed in place, and hashed only where a fingerprint is wanted.
#[derive(Debug)]
pub(crate) struct Writer<const N: usize> {
    bytes: [u8; N],
    pub(super) len: usize,
    hash: Option<Hash>,
}

/// The hash of all, and that of a part.
#[derive(Clone, Copy, Debug)]
struct Hash {
    all: u64,
    part: u64,
}

const SEED: u64 = 0xcbf2_9ce4_8422_2325;

/// Keeps and hashes bytes, without a call.
macro_rules! put {
    ($out:ident, $bytes:expr) => {
        let bytes = $bytes;
        let mut i = 0;
        while i < bytes.len() && $out.len + i < N {
            $out.bytes[$out.len + i] = bytes[i];
            i += 1;
        }
        $out.len += bytes.len();
        if let Some(Hash { mut all, mut part }) = $out.hash {
            let mut i = 0;
            while i < bytes.len() {
                all = ((all ^ bytes[i] as u64) as u128 * 0x0000_0100_0000_01b3) as u64;
                part = ((part ^ bytes[i] as u64) as u128 * 0x0000_0100_0000_01b3) as u64;
                i += 1;
            }
            $out.hash = Some(Hash { all, part });
        }
    };
}

impl Writer<0> {
    /// Keeps no bytes, and hashes them.
    pub(crate) const fn hashing() -> Self {
        Writer { bytes: [], len: 0, hash: Some(Hash { all: SEED, part: SEED }) }
    }

    /// Begins a part.
    pub(crate) const fn begin(&mut self) {
        if let Some(hash) = &mut self.hash {
            hash.part = SEED;
        }
    }

    /// What hashes on from where the part is now.
    pub(crate) const fn part(&self) -> Self {
        match self.hash {
            Some(Hash { part, .. }) => {
                Writer { bytes: [], len: 0, hash: Some(Hash { all: part, part }) }
            }
            None => panic!("a writer that hashes"),
        }
    }

    /// The hash of what was written.
    pub(crate) const fn hash(&self) -> u64 {
        match self.hash {
            Some(Hash { all, .. }) => all,
            None => panic!("a writer that hashes"),
        }
    }
}

impl<const N: usize> Writer<N> {
    /// Keeps `N` bytes, and counts those beyond.
    pub(crate) const fn new() -> Self {
        Writer { bytes: [0; N], len: 0, hash: None }
    }

    /// The bytes; all of them if the length measured before was `N`.
    pub(crate) const fn into_bytes(self) -> [u8; N] {
        assert!(self.len == N, "a record is measured before it is written");
        self.bytes
    }

    /// The bytes that were written, of which there is room for more.
    #[cfg(test)]
    pub(crate) fn filled(&self, len: usize) -> Vec<u8> {
        self.bytes[..len].to_vec()
    }

    /// How many bytes were written.
    pub(crate) const fn len(&self) -> usize {
        self.len
    }

    pub(super) const fn raw(&mut self, bytes: &[u8]) {
        put!(self, bytes);
    }

    /// The text alone.
    pub(crate) const fn text(&mut self, text: &str) {
        put!(self, text.as_bytes());
    }

    /// The number in decimal digits.
    pub(crate) const fn number(&mut self, number: usize) {
        if number >= 10 {
            self.number(number / 10);
        }
        self.raw(&[b'0' + (number % 10) as u8]);
    }

    pub(super) const fn u32(&mut self, value: u32) {
        self.raw(&value.to_le_bytes());
    }

    pub(crate) const fn u64(&mut self, value: u64) {
        self.raw(&value.to_le_bytes());
    }

    /// The length of what follows: room for it, which `measure` fills.
    pub(super) const fn length(&mut self) -> usize {
        self.u32(0);
        self.len
    }

    /// What was written from `start` on, whose length was left open, is all.
    pub(super) const fn measure(&mut self, start: usize) {
        let end = self.len;
        self.len = start - size_of::<u32>();
        self.u32((end - start) as u32);
        self.len = end;
    }

    /// Replaces the number at `start`.
    pub(super) const fn fill(&mut self, start: usize, value: u64) {
        let end = self.len;
        self.len = start;
        self.u64(value);
        self.len = end;
    }

    /// The length, then the text.
    pub(super) const fn string(&mut self, text: &str) {
        self.u32(text.len() as u32);
        self.text(text);
    }
}
