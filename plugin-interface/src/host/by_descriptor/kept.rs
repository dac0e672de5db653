//! Memory that callers borrow for as long as a proxy lives.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::memory::Block;
use crate::boundary::{LiftError, Room};

/// Values that methods returned by reference, each once: a value that is returned
/// again has the address that it had before. So the memory grows with the number of
/// different values, and not with that of calls, up to a limit: another process may
/// return what it likes.
#[derive(Debug, Default)]
pub(super) struct Kept {
    blocks: HashMap<(usize, Vec<u8>), Block>,
    room: Room,
}

impl Kept {
    /// Keeps a block, which has no addresses but those of others that are kept.
    /// Returns the address of the bytes.
    ///
    /// # Errors
    ///
    /// If there is no room for another value.
    pub(super) fn keep(&mut self, mut block: Block) -> Result<*mut u8, LiftError> {
        let key = (block.align(), block.bytes().to_vec());
        Ok(match self.blocks.entry(key) {
            Entry::Occupied(known) => known.get().start(),
            Entry::Vacant(place) => {
                // The key is kept too.
                self.room.take(2 * place.key().1.len())?;
                place.insert(block).start()
            }
        })
    }

    /// Frees all values, which nobody borrows any more.
    pub(super) fn clear(&mut self) {
        *self = Kept::default();
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
            kept.keep(block).unwrap().addr()
        };
        let first = keep(b"text", 1);
        assert_eq!(keep(b"text", 1), first);
        assert_ne!(keep(b"test", 1), first);
        assert_eq!(keep(b"text", 4) % 4, 0);
        assert_eq!(keep(b"", 8) % 8, 0);
        assert_eq!(kept.blocks.len(), 4);
    }

    #[test]
    fn only_an_earlier_value_is_kept_when_the_room_is_taken() {
        let mut kept = Kept { room: Room::of(300), ..Kept::default() };
        let keep = |kept: &mut Kept, byte: u8| {
            let mut block = Block::new(100, 1).unwrap();
            block.bytes().fill(byte);
            kept.keep(block).map(|kept| kept.addr())
        };
        let first = keep(&mut kept, 1).unwrap();
        assert!(keep(&mut kept, 2).is_err());
        assert_eq!(keep(&mut kept, 1), Ok(first));
        kept.clear();
        assert!(keep(&mut kept, 2).is_ok());
    }
}
