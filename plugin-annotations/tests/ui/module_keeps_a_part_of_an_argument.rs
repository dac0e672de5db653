use plugin_interface::plugin_interface;

pub struct Word<'a>(pub &'a str);

mod word {
    use plugin_interface::boundary::Invalid;

    use super::Word;

    pub type Crossing = &'static str;

    pub fn lower(_: Word<'_>) -> &'static str {
        "word"
    }

    pub fn lift(text: &'static str) -> Result<Word<'static>, Invalid> {
        Ok(Word(text))
    }
}

#[plugin_interface]
pub trait Tool {
    #[ffi(with = word)]
    fn first<'a>(&self, text: &'a str) -> Word<'a>;
}

fn main() {}
