//! What a plugin may use. All limits are always on; `[limits]` in the project file moves them.

use std::time::Duration;

use bytesize::ByteSize;

use crate::duration;

/// A limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Limit {
    /// Memory of an instance.
    Memory,
    /// Elements of its tables.
    Tables,
    /// Parts that it is made of.
    Instances,
    /// Stack of a call.
    Stack,
    /// Wall time of a call.
    Call,
    /// Computing time of a call.
    Compute,
    /// Bytes that leave it at once.
    Boundary,
    /// Handles that it holds.
    Handles,
    /// Items of an answer.
    Results,
    /// Messages of an answer.
    Diagnostics,
    /// Bytes of a message.
    Text,
    /// Lines of log.
    LogLines,
    /// Bytes of a line of log.
    LogLine,
    /// Bytes of what a cloud keeps.
    Store,
    /// Bytes of a component file.
    File,
}

/// What a limit counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Bytes: `"512 MiB"`, or a number.
    Bytes,
    /// A number.
    Count,
    /// Milliseconds: `"5m"`, `"90s"`.
    Time,
}

/// A limit in words and numbers.
#[derive(Debug, Clone, Copy)]
pub struct Description {
    /// The key in `[limits]`.
    pub name: &'static str,
    /// What it counts.
    pub unit: Unit,
    /// When nobody says otherwise.
    pub default: u64,
    /// Less makes no sense.
    pub least: u64,
    /// More would endanger the host.
    pub most: u64,
    /// What it limits.
    pub summary: &'static str,
}

impl Limit {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 15] = [
        Self::Memory,
        Self::Tables,
        Self::Instances,
        Self::Stack,
        Self::Call,
        Self::Compute,
        Self::Boundary,
        Self::Handles,
        Self::Results,
        Self::Diagnostics,
        Self::Text,
        Self::LogLines,
        Self::LogLine,
        Self::Store,
        Self::File,
    ];

    /// The limit in words and numbers.
    #[rustfmt::skip]
    pub fn description(self) -> Description {
        use Unit::{Bytes, Count, Time};
        let row = |name, unit, default, (least, most), summary| Description { name, unit, default, least, most, summary };
        match self {
            Self::Memory => row("memory", Bytes, 256 << 20, (1 << 20, 3 << 30), "memory of an instance"),
            Self::Tables => row("tables", Count, 20_000, (100, 10_000_000), "elements of its tables"),
            Self::Instances => row("instances", Count, 64, (4, 1_000), "modules, memories and tables that it is made of"),
            Self::Stack => row("stack", Bytes, 2 << 20, (64 << 10, 64 << 20), "stack of a call"),
            Self::Call => row("call", Time, 300_000, (100, 86_400_000), "time of a call, waiting for the network included"),
            Self::Compute => row("compute", Time, 10_000, (100, 3_600_000), "time for which a call computes"),
            Self::Boundary => row("boundary", Bytes, 64 << 20, (64 << 10, 1 << 30), "what a call hands to the host at once"),
            Self::Handles => row("handles", Count, 10_000, (0, 1_000_000), "handles of resources that it holds"),
            Self::Results => row("results", Count, 250_000, (100, 10_000_000), "items of an answer: resources, declarations, findings"),
            Self::Diagnostics => row("diagnostics", Count, 1_000, (1, 100_000), "messages of an answer; the others are counted"),
            Self::Text => row("text", Bytes, 8 << 10, (256, 1 << 20), "one message; the rest of it is cut off"),
            Self::LogLines => row("log_lines", Count, 1_000, (0, 1_000_000), "lines of log of an instance; the others are counted"),
            Self::LogLine => row("log_line", Bytes, 4 << 10, (80, 1 << 20), "a line of log; the rest of it is cut off"),
            Self::Store => row("store", Bytes, 4 << 30, (1 << 20, 1 << 40), "what the clouds of a project keep"),
            Self::File => row("file", Bytes, 32 << 20, (1 << 10, 1 << 30), "a component file"),
        }
    }

    /// The limit of that name.
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|limit| limit.description().name == name)
    }

    /// Reads a value: `512 MiB`, `90s`, `1000`.
    ///
    /// # Errors
    /// What was expected, as the end of a sentence that begins with the limit's name.
    pub fn parse(self, text: &str) -> Result<u64, String> {
        let Description { unit, least, most, .. } = self.description();
        let text = text.trim();
        let value = match unit {
            Unit::Count => text.replace('_', "").parse().ok(),
            Unit::Bytes => text.parse().ok().map(|ByteSize(bytes)| bytes),
            Unit::Time => duration::parse(text).and_then(|time| u64::try_from(time.as_millis()).ok()),
        };
        let example = self.show(self.description().default);
        let value = value.ok_or_else(|| format!("must look like `{example}`, not `{text}`"))?;
        if (least..=most).contains(&value) {
            return Ok(value);
        }
        Err(format!("must be from {} to {}, not {}", self.show(least), self.show(most), self.show(value)))
    }

    /// A value as it is written in the project file.
    pub fn show(self, value: u64) -> String {
        match self.description().unit {
            Unit::Count => value.to_string(),
            Unit::Bytes if value < 1 << 10 => format!("{value} B"),
            Unit::Bytes => {
                // Only whole units: what is shown can be written back.
                let (size, unit) = [(1 << 30, "GiB"), (1 << 20, "MiB")]
                    .into_iter()
                    .find(|(size, _)| value.is_multiple_of(*size) || value > 100 * size)
                    .unwrap_or((1 << 10, "KiB"));
                format!("{} {unit}", value.div_ceil(size))
            }
            Unit::Time => duration::show(Duration::from_millis(value)),
        }
    }
}

/// The value of each limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits([u64; Limit::ALL.len()]);

impl Default for Limits {
    fn default() -> Self {
        Self(Limit::ALL.map(|limit| limit.description().default))
    }
}

impl Limits {
    /// A limit's value, in bytes, milliseconds or a number.
    pub fn get(&self, limit: Limit) -> u64 {
        self.0.get(limit as usize).copied().unwrap_or_default()
    }

    /// The same as a length or a number of things in memory.
    pub fn size(&self, limit: Limit) -> usize {
        usize::try_from(self.get(limit)).unwrap_or(usize::MAX)
    }

    /// The same as a time.
    pub fn time(&self, limit: Limit) -> Duration {
        Duration::from_millis(self.get(limit))
    }

    /// Sets a limit.
    pub fn set(&mut self, limit: Limit, value: u64) {
        if let Some(slot) = self.0.get_mut(limit as usize) {
            *slot = value;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_as_they_are_shown() {
        for limit in Limit::ALL {
            let Description { name, default, least, most, .. } = limit.description();
            for value in [default, least, most] {
                assert_eq!(limit.parse(&limit.show(value)), Ok(value), "{name} {}", limit.show(value));
            }
            assert_eq!(Limit::by_name(name), Some(limit));
            assert_eq!(Limits::default().get(limit), default, "{name}: the order of ALL is that of the enum");
            assert!(limit.parse(&limit.show(most.saturating_add(1 << 20))).is_err(), "{name}");
        }
    }

    #[test]
    fn units_and_mistakes() {
        assert_eq!(Limit::Memory.parse("1 GiB"), Ok(1 << 30));
        assert_eq!(Limit::Memory.parse("536870912"), Ok(512 << 20));
        assert_eq!(Limit::Call.parse("1h 30m"), Ok(5_400_000));
        assert_eq!(Limit::Results.parse("1_000"), Ok(1_000));
        for (limit, text) in
            [(Limit::Memory, "much"), (Limit::Call, "-5s"), (Limit::Call, "5"), (Limit::Results, "1.5")]
        {
            assert!(limit.parse(text).unwrap_err().starts_with("must"), "{text}");
        }
        assert_eq!(Limit::Memory.parse("1 KiB"), Err("must be from 1 MiB to 3 GiB, not 1 KiB".to_owned()));
    }
}
