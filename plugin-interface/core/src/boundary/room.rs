//! The memory of different values that are kept for those who borrow them.

use crate::boundary::LiftError;

/// The most bytes that are kept in one place.
const MOST: usize = 256 << 20;

/// The memory that is left for values that are kept.
#[doc(hidden)]
#[derive(Debug)]
pub struct Room(usize);

impl Room {
    pub const fn new() -> Self {
        Room::of(MOST)
    }

    pub const fn of(bytes: usize) -> Self {
        Room(bytes)
    }

    /// Takes the memory of one value.
    ///
    /// # Errors
    ///
    /// If there is not enough. Then nothing is taken.
    pub fn take(&mut self, bytes: usize) -> Result<(), LiftError> {
        /// What the place of a value takes besides, about.
        const PLACE: usize = 64;
        let left = self.0.checked_sub(bytes.saturating_add(PLACE));
        self.0 = left.ok_or(LiftError::Refused(
            "all different values that came by reference must take at most 256 MiB: return \
             a value, such as a `String`, where it is another one each time",
        ))?;
        Ok(())
    }
}

impl Default for Room {
    fn default() -> Self {
        Room::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_room_until_it_is_taken() {
        let mut room = Room::of(300);
        room.take(100).unwrap();
        assert!(room.take(100).unwrap_err().to_string().contains("at most 256 MiB"));
        assert!(room.take(usize::MAX).is_err());
        room.take(36).unwrap();
        assert_eq!((room.0, room.take(0).is_err()), (36, true));
        assert_eq!(Room::new().0, MOST);
    }
}
