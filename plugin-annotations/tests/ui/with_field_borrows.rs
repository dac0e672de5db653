use std::cell::Cell;

use plugin_interface::{FfiSafe, plugin_interface};

pub struct Note<'a>(Cell<&'a str>);

impl Clone for Note<'_> {
    fn clone(&self) -> Self {
        Note(Cell::new(""))
    }
}

mod note {
    use std::cell::Cell;

    use plugin_interface::boundary::LiftError;

    use super::Note;

    pub type Crossing = ();

    pub fn lower(_: Note<'_>) -> Crossing {}

    pub fn lift<'a>(_: Crossing) -> Result<Note<'a>, LiftError> {
        Ok(Note(Cell::new("")))
    }
}

#[derive(Clone, FfiSafe)]
pub struct Page<'a> {
    #[ffi(with = note)]
    pub note: Note<'a>,
    pub text: &'a str,
}

#[plugin_interface]
pub trait Tool: Send + Sync {
    fn read(&self, page: Page<'_>);
}

fn main() {}
