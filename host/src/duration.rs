//! Times as people write them: `90s`, `5m`, `1h 30m`.

use std::time::Duration;

use jiff::SignedDuration;

/// Reads a time with its units; `None` for what is none, or is negative.
pub fn parse(text: &str) -> Option<Duration> {
    text.trim().parse::<SignedDuration>().ok().and_then(|time| Duration::try_from(time).ok())
}

/// A time as [`parse`] reads it, in the fewest words.
pub fn show(time: Duration) -> String {
    let time = SignedDuration::try_from(time).unwrap_or(SignedDuration::MAX);
    format!("{time:#}").replace(' ', "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_can_be_read() {
        for (text, seconds) in [("90s", 90), ("5m", 300), ("1h 30m", 5400), (" 4h ", 14_400), ("PT2M", 120)] {
            let time = Duration::from_secs(seconds);
            assert_eq!(parse(text), Some(time), "{text}");
            assert_eq!(parse(&show(time)), Some(time), "{}", show(time));
        }
        for none in ["", "5", "-5s", "soon", "1.5.1s", "∞"] {
            assert_eq!(parse(none), None, "{none}");
        }
    }
}
