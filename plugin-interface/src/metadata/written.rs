//! The texts of a record, as the author of the interface wrote them.

/// Returns a signature or a definition as its author wrote it.
///
/// A reference that is passed as a copy has the name of what is passed in the
/// record: `&Vec<Page>` for `&[Page]`, `&Box<Page>` for `&Page`, and
/// `&mut Option<Page>` for `&mut Page`, whose copy comes back.
///
/// ```
/// use plugin_interface::metadata::as_written;
///
/// assert_eq!(as_written("fn print(&self, pages: &Vec<Page>)"), "fn print(&self, pages: &[Page])");
/// assert_eq!(as_written("fn show(&self, page: &Box<Page>)"), "fn show(&self, page: &Page)");
/// assert_eq!(as_written("fn turn(&self, page: &mut Option<Page>)"), "fn turn(&self, page: &mut Page)");
/// ```
pub fn as_written(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    // For each open angle bracket, what stands for its end if it is of a copy.
    let mut open = Vec::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let (piece, len) = if rest.starts_with("&Box<") {
            open.push(Some(""));
            ("&", "&Box<".len())
        } else if rest.starts_with("&Vec<") {
            open.push(Some("]"));
            ("&[", "&Vec<".len())
        } else if rest.starts_with("&mut Option<") {
            open.push(Some(""));
            ("&mut ", "&mut Option<".len())
        } else {
            let itself = &rest[..c.len_utf8()];
            match c {
                '<' => open.push(None),
                // The end of an arrow closes nothing.
                '>' if !out.ends_with('-') => {
                    let end = open.pop().flatten();
                    out.push_str(end.unwrap_or(itself));
                    rest = &rest[1..];
                    continue;
                }
                _ => {}
            }
            (itself, itself.len())
        };
        out.push_str(piece);
        rest = &rest[len..];
    }
    match open.iter().any(Option::is_some) {
        // It is no Rust.
        true => text.to_owned(),
        false => out,
    }
}

#[cfg(test)]
mod tests {
    use crate::metadata::written::*;

    #[test]
    fn copies_are_shown_as_the_references_that_they_stand_for() {
        for (recorded, written) in [
            ("fn a(&self) -> &str", "fn a(&self) -> &str"),
            ("fn a(&self, b: &Box<Option<Page>>, c: u8)", "fn a(&self, b: &Option<Page>, c: u8)"),
            ("fn a(&self, b: &Vec<(u8, &Box<Page>)>)", "fn a(&self, b: &[(u8, &Page)])"),
            ("fn a(&self, b: &Box<Vec<Page>>)", "fn a(&self, b: &Vec<Page>)"),
            (
                "fn a(&self, b: Box<dyn Fn(&Vec<A>) -> B + Send>)",
                "fn a(&self, b: Box<dyn Fn(&[A]) -> B + Send>)",
            ),
            ("fn a(&self, b: &Vec<Box<dyn Fn(A) -> B>>)", "fn a(&self, b: &[Box<dyn Fn(A) -> B>])"),
            ("struct A { b: &Box<C<D>>, e: Vec<F> }", "struct A { b: &C<D>, e: Vec<F> }"),
            ("fn a(&self, b: &Box<unfinished", "fn a(&self, b: &Box<unfinished"),
            ("&mut Box<A> &", "&mut Box<A> &"),
            ("fn a(&self, b: &mut Option<Option<A>>)", "fn a(&self, b: &mut Option<A>)"),
            ("fn a(&self, b: &mut Option<Vec<(A, B)>>)", "fn a(&self, b: &mut Vec<(A, B)>)"),
            ("fn é(&self) > ->", "fn é(&self) > ->"),
        ] {
            assert_eq!(as_written(recorded), written);
        }
        let deep = |open: &str, close: &str| open.repeat(50_000) + "A" + &close.repeat(50_000);
        assert_eq!(as_written(&deep("&Box<", ">")), deep("&", ""));
    }
}
