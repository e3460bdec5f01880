//! Finds the place that a parser's error speaks of.
//!
//! Tracking the place while parsing would double the code of every plugin; errors are rare, as the host has checked the
//! properties before, and so the text is walked once more only when there is one.

/// JSON Pointer of the value that ends, or would begin, at a line and column (as serde_json counts them, from 1 and by
/// bytes) of a JSON text.
pub fn pointer_at(text: &str, line: usize, column: usize) -> String {
    let start: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let mut walk = Walk::default();
    let mut bytes = text.bytes().take(start.saturating_add(column));
    while let Some(byte) = bytes.next() {
        match byte {
            b'{' => walk.open(Frame::Object(None)),
            b'[' => walk.open(Frame::Array(None)),
            b'}' | b']' => drop(walk.frames.pop()),
            b',' => walk.next(),
            b'"' => walk.string(&mut bytes),
            byte if byte.is_ascii_whitespace() || byte == b':' => {}
            _ => walk.begin(),
        }
    }
    walk.pointer()
}

enum Frame {
    /// The member that is at hand; none before its name was read.
    Object(Option<String>),
    /// The index that is at hand; none before the first.
    Array(Option<usize>),
}

#[derive(Default)]
struct Walk {
    frames: Vec<Frame>,
}

impl Walk {
    /// A value begins: in an array that is at its start, it is the first.
    fn begin(&mut self) {
        if let Some(Frame::Array(index)) = self.frames.last_mut() {
            index.get_or_insert(0);
        }
    }

    fn open(&mut self, frame: Frame) {
        self.begin();
        self.frames.push(frame);
    }

    fn next(&mut self) {
        match self.frames.last_mut() {
            Some(Frame::Object(name)) => *name = None,
            Some(Frame::Array(index)) => *index = Some(index.map_or(0, |index| index + 1)),
            None => {}
        }
    }

    /// A string: the name of a member, or a value.
    fn string(&mut self, bytes: &mut impl Iterator<Item = u8>) {
        self.begin();
        let mut raw = vec![b'"'];
        while let Some(byte) = bytes.next() {
            raw.push(byte);
            match byte {
                b'"' => break,
                b'\\' => raw.extend(bytes.next()),
                _ => {}
            }
        }
        if let Some(Frame::Object(name @ None)) = self.frames.last_mut() {
            *name = serde_json::from_slice(&raw).ok();
        }
    }

    fn pointer(&self) -> String {
        let mut out = String::new();
        for frame in &self.frames {
            match frame {
                Frame::Object(Some(name)) => {
                    out.push('/');
                    out.push_str(&name.replace('~', "~0").replace('/', "~1"));
                }
                Frame::Array(Some(index)) => {
                    out.push('/');
                    out.push_str(&index.to_string());
                }
                Frame::Object(None) | Frame::Array(None) => {}
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at_end_of(text: &str, part: &str) -> String {
        pointer_at(text, 1, text.find(part).unwrap() + part.len())
    }

    #[test]
    fn the_place_is_that_of_the_value_before() {
        let text = r#"{"a": [1, {"b/c": "x\"]"}, []], "d": {}}"#;
        for (part, pointer) in [
            (r#"{"#, ""),
            (r#""a": "#, "/a"),
            ("[1", "/a/0"),
            ("[1,", "/a/1"),
            (r#""x\"]""#, "/a/1/b~1c"),
            (r#""x\"]"}"#, "/a/1"),
            (", []", "/a/2"),
            ("[]]", "/a"),
            (r#""d": {"#, "/d"),
            ("{}}", ""),
        ] {
            assert_eq!(at_end_of(text, part), pointer, "{part}");
        }
        assert_eq!(pointer_at("{\n\"a\":\n 1}", 3, 2), "/a");
    }

    proptest! {
        #[test]
        fn no_text_panics(text in r#"[\[\]{}":,a\\é \n1]{0,30}"#, line in 0_usize..4, column in 0_usize..40) {
            let _ = pointer_at(&text, line, column);
        }
    }
}
