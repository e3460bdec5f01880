//! The times of stages that a run logs: `DEBUG mlhost: composed … elapsed=1.5ms`.

use std::collections::BTreeMap;

/// Milliseconds by stage.
pub fn read(log: &str) -> BTreeMap<String, f64> {
    let stage = |line: &str| {
        let (_, said) = line.split_once(" mlhost: ")?;
        let name = said.split_whitespace().next()?;
        let elapsed = said.split_whitespace().find_map(|word| word.strip_prefix("elapsed="))?;
        Some((name.to_owned(), millis(elapsed)?))
    };
    log.lines().filter_map(stage).collect()
}

/// A duration as Rust's `{:?}` writes it.
fn millis(text: &str) -> Option<f64> {
    let number = text.trim_end_matches(|c: char| !c.is_ascii_digit());
    let scale = match text.get(number.len()..)? {
        "ns" => 1e-6,
        "µs" => 1e-3,
        "ms" => 1.0,
        "s" => 1e3,
        _ => return None,
    };
    Some(number.parse::<f64>().ok()? * scale)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stages_are_read_from_a_log() {
        let log = "2026-01-01T00:00:00Z DEBUG mlhost: composed resources=9 elapsed=1.5ms\n\
                   2026-01-01T00:00:00Z DEBUG mlhost: judged elapsed=250µs\nother\n\
                   2026-01-01T00:00:00Z DEBUG mlhost::plugin: loaded elapsed=3ms\n";
        let expected = [("composed".to_owned(), 1.5), ("judged".to_owned(), 0.25)];
        assert_eq!(read(log), expected.into());
        assert_eq!(millis("1.25s"), Some(1250.0));
    }
}
