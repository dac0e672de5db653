//! The hash behind fingerprints: BLAKE2s with 128 bits, at compile time.
//!
//! Nobody can make two interfaces of one fingerprint, so equal fingerprints
//! prove equal types. The published test vectors hold the code below.
#![expect(clippy::manual_rotate, reason = "the compiler evaluates calls slowest")]

/// The first words of the state: those of SHA-256.
const START: [u32; 8] = [
    0x6a09_e667,
    0xbb67_ae85,
    0x3c6e_f372,
    0xa54f_f53a,
    0x510e_527f,
    0x9b05_688c,
    0x1f83_d9ab,
    0x5be0_cd19,
];

/// The order of the message's words in each round.
const ORDER: [[usize; 16]; 10] = [
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
    [14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3],
    [11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4],
    [7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8],
    [9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13],
    [2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9],
    [12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11],
    [13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10],
    [6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5],
    [10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0],
];

const BLOCK: usize = 64;

/// The hash of the bytes so far.
#[derive(Clone, Copy, Debug)]
pub(super) struct Digest {
    state: [u32; 8],
    block: [u8; BLOCK],
    /// The number of bytes in the block.
    used: usize,
    /// The number of bytes in all earlier blocks.
    before: u64,
}

/// Mixes two words of the message into four of the state. The compiler
/// evaluates calls slowest, so sums and rotations are written out.
macro_rules! mix {
    ($v:ident, $a:literal $b:literal $c:literal $d:literal, $x:expr, $y:expr) => {
        $v[$a] = ($v[$a] as u64 + $v[$b] as u64 + $x as u64) as u32;
        let turned = $v[$d] ^ $v[$a];
        $v[$d] = (turned >> 16) | (turned << 16);
        $v[$c] = ($v[$c] as u64 + $v[$d] as u64) as u32;
        let turned = $v[$b] ^ $v[$c];
        $v[$b] = (turned >> 12) | (turned << 20);
        $v[$a] = ($v[$a] as u64 + $v[$b] as u64 + $y as u64) as u32;
        let turned = $v[$d] ^ $v[$a];
        $v[$d] = (turned >> 8) | (turned << 24);
        $v[$c] = ($v[$c] as u64 + $v[$d] as u64) as u32;
        let turned = $v[$b] ^ $v[$c];
        $v[$b] = (turned >> 7) | (turned << 25);
    };
}

impl Digest {
    pub(super) const fn new() -> Self {
        let mut state = START;
        // One chain, no key, a result of 16 bytes.
        state[0] ^= 0x0101_0010;
        Digest { state, block: [0; BLOCK], used: 0, before: 0 }
    }

    pub(super) const fn update(&mut self, bytes: &[u8]) {
        let mut i = 0;
        while i < bytes.len() {
            // The last block, even a full one, is that of `finish`.
            if self.used == BLOCK {
                self.before += BLOCK as u64;
                self.compress(self.before, false);
                self.used = 0;
            }
            self.block[self.used] = bytes[i];
            self.used += 1;
            i += 1;
        }
    }

    pub(super) const fn finish(mut self) -> u128 {
        let len = self.before + self.used as u64;
        while self.used < BLOCK {
            self.block[self.used] = 0;
            self.used += 1;
        }
        self.compress(len, true);
        let [a, b, c, d, ..] = self.state;
        a as u128 | (b as u128) << 32 | (c as u128) << 64 | (d as u128) << 96
    }

    const fn compress(&mut self, len: u64, is_last: bool) {
        let mut words = [0; 16];
        let mut i = 0;
        while i < 16 {
            let bytes = &self.block;
            words[i] = bytes[4 * i] as u32
                | (bytes[4 * i + 1] as u32) << 8
                | (bytes[4 * i + 2] as u32) << 16
                | (bytes[4 * i + 3] as u32) << 24;
            i += 1;
        }
        let [a, b, c, d, e, f, g, h] = self.state;
        let [i, j, k, l, m, n, o, p] = START;
        let (n, o) = (n ^ (len >> 32) as u32, if is_last { !o } else { o });
        let m = m ^ len as u32;
        let mut v = [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p];
        let mut round = 0;
        while round < ORDER.len() {
            let s = &ORDER[round];
            mix!(v, 0 4 8 12, words[s[0]], words[s[1]]);
            mix!(v, 1 5 9 13, words[s[2]], words[s[3]]);
            mix!(v, 2 6 10 14, words[s[4]], words[s[5]]);
            mix!(v, 3 7 11 15, words[s[6]], words[s[7]]);
            mix!(v, 0 5 10 15, words[s[8]], words[s[9]]);
            mix!(v, 1 6 11 12, words[s[10]], words[s[11]]);
            mix!(v, 2 7 8 13, words[s[12]], words[s[13]]);
            mix!(v, 3 4 9 14, words[s[14]], words[s[15]]);
            round += 1;
        }
        let mut i = 0;
        while i < 8 {
            self.state[i] ^= v[i] ^ v[i + 8];
            i += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::metadata::digest::*;

    /// As `hashlib.blake2s(data, digest_size=16)` of Python computes it.
    #[test]
    fn the_hash_is_blake2s_with_128_bits() {
        let long: Vec<u8> = (0..=255).collect();
        let vectors: [(&[u8], &str); 6] = [
            (b"", "64550d6ffe2c0a01a14aba1eade0200c"),
            (b"abc", "aa4938119b1dc7b87cbad0ffd200d0ae"),
            (&long[..63], "4006430a2d313751a9ece24fccb52de5"),
            (&long[..64], "dc66ca8f03865801b0ffe06ed8a1a90e"),
            (&long[..65], "399d3e92ccfcedcdde9bf4c2be14cf8c"),
            (&long, "f34aabb6e38ab8c17272d90d82e9f56d"),
        ];
        for (data, expected) in vectors {
            let mut all = Digest::new();
            all.update(data);
            let mut in_parts = Digest::new();
            data.chunks(7).for_each(|part| in_parts.update(part));
            for digest in [all, in_parts] {
                let bytes = digest.finish().to_le_bytes();
                let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
                assert_eq!(hex, expected, "{} bytes", data.len());
            }
        }
    }
}
