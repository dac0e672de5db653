//! Memory that callers borrow for as long as a proxy lives.

use std::collections::HashMap;

use super::memory::Block;

/// Values that methods returned by reference, each once: a value that is returned
/// again has the address that it had before. So the memory grows with the number of
/// different values, and not with that of calls.
#[derive(Debug, Default)]
pub(super) struct Kept(HashMap<(usize, Vec<u8>), Block>);

impl Kept {
    /// Keeps a block, which has no addresses but those of others that are kept.
    /// Returns the address of the bytes.
    pub(super) fn keep(&mut self, mut block: Block) -> *mut u8 {
        let key = (block.align(), block.bytes().to_vec());
        self.0.entry(key).or_insert(block).start()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_values_have_one_address() {
        let mut kept = Kept::default();
        let mut keep = |bytes: &[u8], align| {
            let mut block = Block::new(bytes.len(), align).unwrap();
            block.bytes().copy_from_slice(bytes);
            kept.keep(block).addr()
        };
        let first = keep(b"text", 1);
        assert_eq!(keep(b"text", 1), first);
        assert_ne!(keep(b"test", 1), first);
        assert_eq!(keep(b"text", 4) % 4, 0);
        assert_eq!(keep(b"", 8) % 8, 0);
        assert_eq!(kept.0.len(), 4);
    }
}
