use std::cell::Cell;

use plugin_interface::{FfiSafe, plugin_interface};

pub struct Note(Cell<&'static str>);

impl Clone for Note {
    fn clone(&self) -> Self {
        Note(Cell::new(""))
    }
}

mod note {
    use std::cell::Cell;

    use plugin_interface::boundary::LiftError;

    use super::Note;

    pub type Crossing = ();

    pub fn lower(_: Note) -> Crossing {}

    pub fn lift(_: Crossing) -> Result<Note, LiftError> {
        Ok(Note(Cell::new("")))
    }
}

#[derive(Clone, FfiSafe)]
pub struct Page<'a> {
    #[ffi(with = note)]
    pub note: Note,
    pub text: &'a str,
}

#[plugin_interface]
pub trait Tool: Send + Sync {
    fn read(&self, page: Page<'_>);
}

fn main() {}
