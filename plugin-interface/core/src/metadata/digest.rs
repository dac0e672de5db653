//! The hash behind fingerprints: BLAKE2s with 128 bits, at compile time.
//!
//! Nobody can make two interfaces of one fingerprint, so equal fingerprints
//! prove equal types. The published test vectors hold the code below.
//!
//! The compiler evaluates this for every interface, each time it compiles a crate that
//! defines or implements one. It needs as long for a sum of 128 bits as for one of 32,
//! and longest for a call. So a row of the state, four words, is one number here: four
//! mixings are one. And sums and rotations are macros.
#![expect(unsafe_code, reason = "the compiler evaluates calls slowest")]
#![expect(clippy::manual_rotate, reason = "the compiler evaluates calls slowest")]
#![allow(clippy::ptr_as_ptr, clippy::borrow_as_ptr, reason = "casts that are no calls")]

use crate::metadata::copy::copy;

/// The first words of the state, those of SHA-256, as two rows.
const START: [u128; 2] =
    [0xa54f_f53a_3c6e_f372_bb67_ae85_6a09_e667, 0x5be0_cd19_1f83_d9ab_9b05_688c_510e_527f];

const BLOCK: usize = 64;

/// All bits of the four words of a row but the highest ones.
const LOW: u128 = 0x7fff_ffff_7fff_ffff_7fff_ffff_7fff_ffff;
const HIGH: u128 = !LOW;

/// The hash of the bytes so far.
#[derive(Clone, Copy, Debug)]
pub(super) struct Digest {
    /// Two rows of four words, the first word lowest.
    state: [u128; 2],
    block: [u8; BLOCK],
    /// The number of bytes in the block.
    used: usize,
    /// The number of bytes in all earlier blocks.
    before: u64,
}

/// Adds each word of a row to that of another one. The highest bits are added apart, so
/// that no word carries into the next.
macro_rules! add {
    ($to:ident, $row:expr) => {
        let row = $row;
        $to = (($to & LOW) + (row & LOW)) ^ (($to ^ row) & HIGH);
    };
}

/// Rotates each word of a row to the right. The mask has the bits that stay in their
/// word.
macro_rules! rotate {
    ($row:ident, $by:literal, $mask:literal) => {
        $row = ($row >> $by) & $mask | ($row << (32 - $by)) & !$mask;
    };
}

/// Rotates the words of a row, each to the place of an earlier one.
macro_rules! turn {
    ($row:ident, $by:literal) => {
        $row = $row >> $by | $row << (128 - $by);
    };
}

/// Mixes four columns of the state with eight words of the message.
macro_rules! mix {
    ($a:ident $b:ident $c:ident $d:ident, $x:expr, $y:expr) => {
        add!($a, $b);
        add!($a, $x);
        $d ^= $a;
        rotate!($d, 16, 0x0000_ffff_0000_ffff_0000_ffff_0000_ffff);
        add!($c, $d);
        $b ^= $c;
        rotate!($b, 12, 0x000f_ffff_000f_ffff_000f_ffff_000f_ffff);
        add!($a, $b);
        add!($a, $y);
        $d ^= $a;
        rotate!($d, 8, 0x00ff_ffff_00ff_ffff_00ff_ffff_00ff_ffff);
        add!($c, $d);
        $b ^= $c;
        rotate!($b, 7, 0x01ff_ffff_01ff_ffff_01ff_ffff_01ff_ffff);
    };
}

/// Puts four words of the message into a row.
macro_rules! row {
    ($words:ident $first:ident $second:ident $third:ident $fourth:ident) => {
        $words[$first] | $words[$second] << 32 | $words[$third] << 64 | $words[$fourth] << 96
    };
}

/// Mixes the columns and then the diagonals, which are columns while the rows are
/// turned. The words of the message come in the order of this round.
macro_rules! round {
    ($a:ident $b:ident $c:ident $d:ident, $words:ident[$order:expr]) => {
        let [p, q, r, s, t, u, v, w, i, j, k, l, m, n, o, z] = $order;
        mix!($a $b $c $d, row!($words p r t v), row!($words q s u w));
        turn!($b, 32);
        turn!($c, 64);
        turn!($d, 96);
        mix!($a $b $c $d, row!($words i k m o), row!($words j l n z));
        turn!($b, 96);
        turn!($c, 64);
        turn!($d, 32);
    };
}

/// The order of the words of the message in each round.
const ORDERS: [[usize; 16]; 10] = [
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

impl Digest {
    pub(super) const fn new() -> Self {
        let [first, second] = START;
        // One chain, no key, a result of 16 bytes.
        let state = [first ^ 0x0101_0010, second];
        Digest { state, block: [0; BLOCK], used: 0, before: 0 }
    }

    pub(super) const fn update(&mut self, bytes: &[u8]) {
        let (mut from, mut rest) = (bytes as *const [u8] as *const u8, bytes.len());
        while rest > 0 {
            // The last block, even a full one, is that of `finish`.
            if self.used == BLOCK {
                self.before += BLOCK as u64;
                self.compress(self.before, false);
                self.used = 0;
            }
            let space = BLOCK - self.used;
            let len = if rest < space { rest } else { space };
            // SAFETY: `from` is in `bytes`, with `rest` bytes before the end.
            unsafe {
                copy!(from, self.block, self.used, len);
                from = from.add(len);
            }
            self.used += len;
            rest -= len;
        }
    }

    pub(super) const fn finish(mut self) -> u128 {
        let len = self.before + self.used as u64;
        while self.used < BLOCK {
            self.block[self.used] = 0;
            self.used += 1;
        }
        self.compress(len, true);
        self.state[0]
    }

    const fn compress(&mut self, len: u64, is_last: bool) {
        let (mut words, mut i) = ([0; 16], 0);
        while i < 16 {
            let bytes = &self.block;
            words[i] = bytes[4 * i] as u128
                | (bytes[4 * i + 1] as u128) << 8
                | (bytes[4 * i + 2] as u128) << 16
                | (bytes[4 * i + 3] as u128) << 24;
            i += 1;
        }
        let ([mut a, mut b], [mut c, mut d]) = (self.state, START);
        d ^= len as u128 | if is_last { 0xffff_ffff << 64 } else { 0 };
        let mut next = 0;
        while next < ORDERS.len() {
            round!(a b c d, words[ORDERS[next]]);
            next += 1;
        }
        self.state = [self.state[0] ^ a ^ c, self.state[1] ^ b ^ d];
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
