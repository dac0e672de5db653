//! The hash behind fingerprints: BLAKE2s with 128 bits, at compile time.
//!
//! Nobody can make two interfaces of one fingerprint, so equal fingerprints
//! prove equal types. The published test vectors hold the code below.
//!
//! The compiler evaluates this for every interface, each time it compiles a crate that
//! defines or implements one. It needs as long for a sum of 128 bits as for one of 32,
//! and longest for a call. So a row of the state, four words, is one number here: four
//! mixings are one. And sums and rotations are macros.
#![expect(clippy::manual_rotate, reason = "the compiler evaluates calls slowest")]

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
    ($first:ident $second:ident $third:ident $fourth:ident) => {
        $first | $second << 32 | $third << 64 | $fourth << 96
    };
}

/// Mixes the columns and then the diagonals, which are columns while the rows are
/// turned. The words of the message come in the order of this round.
macro_rules! round {
    ($a:ident $b:ident $c:ident $d:ident,
        $m0:ident $m1:ident $m2:ident $m3:ident $m4:ident $m5:ident $m6:ident $m7:ident
        $m8:ident $m9:ident $m10:ident $m11:ident $m12:ident $m13:ident $m14:ident $m15:ident
    ) => {
        mix!($a $b $c $d, row!($m0 $m2 $m4 $m6), row!($m1 $m3 $m5 $m7));
        turn!($b, 32);
        turn!($c, 64);
        turn!($d, 96);
        mix!($a $b $c $d, row!($m8 $m10 $m12 $m14), row!($m9 $m11 $m13 $m15));
        turn!($b, 96);
        turn!($c, 64);
        turn!($d, 32);
    };
}

impl Digest {
    pub(super) const fn new() -> Self {
        let [first, second] = START;
        // One chain, no key, a result of 16 bytes.
        let state = [first ^ 0x0101_0010, second];
        Digest { state, block: [0; BLOCK], used: 0, before: 0 }
    }

    pub(super) const fn update(&mut self, bytes: &[u8]) {
        let mut rest = bytes;
        while !rest.is_empty() {
            // The last block, even a full one, is that of `finish`.
            if self.used == BLOCK {
                self.before += BLOCK as u64;
                self.compress(self.before, false);
                self.used = 0;
            }
            let space = self.block.split_at_mut(self.used).1;
            let len = if rest.len() < space.len() { rest.len() } else { space.len() };
            let (now, later) = rest.split_at(len);
            space.split_at_mut(len).0.copy_from_slice(now);
            self.used += len;
            rest = later;
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
        let [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15] = words;
        let ([mut a, mut b], [mut c, mut d]) = (self.state, START);
        d ^= len as u128 | if is_last { 0xffff_ffff << 64 } else { 0 };
        round!(a b c d, m0 m1 m2 m3 m4 m5 m6 m7 m8 m9 m10 m11 m12 m13 m14 m15);
        round!(a b c d, m14 m10 m4 m8 m9 m15 m13 m6 m1 m12 m0 m2 m11 m7 m5 m3);
        round!(a b c d, m11 m8 m12 m0 m5 m2 m15 m13 m10 m14 m3 m6 m7 m1 m9 m4);
        round!(a b c d, m7 m9 m3 m1 m13 m12 m11 m14 m2 m6 m5 m10 m4 m0 m15 m8);
        round!(a b c d, m9 m0 m5 m7 m2 m4 m10 m15 m14 m1 m11 m12 m6 m8 m3 m13);
        round!(a b c d, m2 m12 m6 m10 m0 m11 m8 m3 m4 m13 m7 m5 m15 m14 m1 m9);
        round!(a b c d, m12 m5 m1 m15 m14 m13 m4 m10 m0 m7 m6 m3 m9 m2 m8 m11);
        round!(a b c d, m13 m11 m7 m14 m12 m1 m3 m9 m5 m0 m15 m4 m8 m6 m2 m10);
        round!(a b c d, m6 m15 m14 m9 m11 m3 m0 m8 m12 m2 m13 m7 m1 m4 m10 m5);
        round!(a b c d, m10 m2 m8 m4 m7 m6 m1 m5 m15 m11 m9 m14 m3 m12 m13 m0);
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
