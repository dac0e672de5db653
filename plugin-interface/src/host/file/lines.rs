//! The lines of a text, for messages about places in it.

/// Where the lines of a text begin.
pub(crate) struct Lines(Vec<usize>);

impl Lines {
    pub(crate) fn of(content: &[u8]) -> Self {
        let ends = content.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
        Lines(ends.map(|(at, _)| at + 1).collect())
    }

    /// Returns the number of the line with that byte, from 1 on. Thousands of values
    /// ask for theirs, so the text is not read for each.
    pub(crate) fn number(&self, offset: usize) -> usize {
        1 + self.0.partition_point(|begin| *begin <= offset)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_byte_has_the_line_that_counting_gives() {
        for content in ["", "a", "\n", "\n\nb\n", "first\r\nsecond\n\nfourth"] {
            let lines = Lines::of(content.as_bytes());
            for offset in 0..=content.len() {
                let counted = 1 + content[..offset].matches('\n').count();
                assert_eq!(lines.number(offset), counted, "{content:?} {offset}");
            }
            let last = 1 + content.matches('\n').count();
            assert_eq!(lines.number(usize::MAX), last, "{content:?}");
        }
    }
}
