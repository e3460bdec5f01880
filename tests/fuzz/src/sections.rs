//! Several files in one input: `=== NAME` on a line of its own begins the next one.

/// An input in parts.
pub struct Sections<'a>(Vec<(&'a str, &'a str)>);

impl<'a> Sections<'a> {
    /// Takes an input apart; what stands before the first heading is the section `first`. `None` when it is no text:
    /// nothing but text is written in these formats.
    pub fn new(first: &'static str, data: &'a [u8]) -> Option<Self> {
        let text = std::str::from_utf8(data).ok()?;
        let mut sections = Vec::new();
        let (mut name, mut start, mut at) = (first, 0, 0);
        for line in text.split_inclusive('\n') {
            if let Some(next) = line.strip_prefix("=== ") {
                sections.push((name, text.get(start..at).unwrap_or_default()));
                (name, start) = (next.trim_end(), at + line.len());
            }
            at += line.len();
        }
        sections.push((name, text.get(start..).unwrap_or_default()));
        Some(Self(sections))
    }

    /// The text of a section; empty when there is none.
    pub fn get(&self, name: &str) -> &'a str {
        self.0.iter().find(|(section, _)| *section == name).map_or("", |(_, text)| text)
    }

    /// All of them, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&'a str, &'a str)> + '_ {
        self.0.iter().copied()
    }
}
