//! HTTP messages as text: a first line, headers until an empty line, a body; `---` on a line of its own ends it.

/// A request or a response.
pub struct Message<'a> {
    /// Its first line: `METHOD URL`, or a status.
    pub first: &'a str,
    /// Header names in lower case, with values that HTTP can carry.
    pub headers: Vec<(String, String)>,
    /// Whatever follows.
    pub body: &'a [u8],
}

/// At most `most` messages; those whose head is no text are left out.
pub fn messages(data: &[u8], most: usize) -> Vec<Message<'_>> {
    let mut found = Vec::new();
    let (mut start, mut at) = (0, 0);
    for line in data.split_inclusive(|byte| *byte == b'\n') {
        if line.trim_ascii_end() == b"---" {
            found.extend(data.get(start..at).and_then(message));
            start = at + line.len();
        }
        at += line.len();
    }
    found.extend(data.get(start..).and_then(message));
    found.truncate(most);
    found
}

fn message(data: &[u8]) -> Option<Message<'_>> {
    let mut rest = data;
    let mut lines = Vec::new();
    while !rest.is_empty() {
        let end = rest.iter().position(|byte| *byte == b'\n').map_or(rest.len(), |at| at + 1);
        let (line, after) = rest.split_at(end);
        rest = after;
        let line = std::str::from_utf8(line).ok()?.trim_end();
        if line.is_empty() {
            break;
        }
        lines.push(line);
    }
    let (first, headers) = lines.split_first()?;
    let headers =
        headers.iter().filter_map(|line| line.split_once(':')).map(|(name, value)| (name.trim(), value.trim()));
    let fits = |name: &str, value: &str| {
        let token = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        !name.is_empty() && name.bytes().all(token) && value.bytes().all(|byte| (b' '..=b'~').contains(&byte))
    };
    let headers = headers.filter(|(name, value)| fits(name, value));
    let headers = headers.map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned())).collect();
    let body = rest.strip_suffix(b"\n").unwrap_or(rest);
    Some(Message { first, headers, body })
}
