//! ISO 8601 durations, as Azure writes them.

/// Length in seconds of a duration such as `PT15M`, `P1DT2H` or `PT0.5S` (fractions are cut off). Years and months have no
/// fixed length and are refused, as is everything that is not of the form; `None` then.
pub fn seconds(text: &str) -> Option<u64> {
    let rest = text.strip_prefix('P')?;
    let (days, time) = match rest.split_once('T') {
        Some((days, time)) if !time.is_empty() => (days, time),
        Some(_) => return None,
        None => (rest, ""),
    };
    if days.is_empty() && time.is_empty() {
        return None;
    }
    sum(days, &[('W', 604_800), ('D', 86_400)])?.checked_add(sum(time, &[('H', 3600), ('M', 60), ('S', 1)])?)
}

/// Adds numbers with units; the units must come in the order of the table, each at most once.
fn sum(mut text: &str, mut units: &[(char, u64)]) -> Option<u64> {
    let mut total = 0_u64;
    while !text.is_empty() {
        let end = text.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, rest) = (text.get(..end)?, text.get(end..)?);
        let unit = rest.chars().next()?;
        let at = units.iter().position(|(letter, _)| *letter == unit)?;
        let (_, length) = *units.get(at)?;
        let whole = match number.split_once('.') {
            Some((whole, fraction)) if unit == 'S' && !fraction.is_empty() && !fraction.contains('.') => whole,
            Some(_) => return None,
            None => number,
        };
        total = total.checked_add(whole.parse::<u64>().ok()?.checked_mul(length)?)?;
        units = units.get(at + 1..)?;
        text = rest.get(unit.len_utf8()..)?;
    }
    Some(total)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn reads_durations() {
        let cases = [
            ("PT15M", 900),
            ("PT900S", 900),
            ("P1DT2H", 93_600),
            ("PT0.5S", 0),
            ("P2W", 1_209_600),
            ("PT1H30M5S", 5405),
        ];
        for (text, length) in cases {
            assert_eq!(seconds(text), Some(length), "{text}");
        }
        for text in [
            "",
            "P",
            "PT",
            "P1DT",
            "15M",
            "PT15",
            "PTM",
            "P1M",
            "P1Y",
            "PT5S5M",
            "PT1.5M",
            "PT1..5S",
            "PT-5M",
            "pt5m",
            "PT99999999999999999999S",
        ] {
            assert_eq!(seconds(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "P?[0-9TDHMSé.]*") {
            let _ = seconds(&text);
        }

        #[test]
        fn hours_minutes_seconds_add_up(h in 0_u64..100, m in 0_u64..100, s in 0_u64..100) {
            prop_assert_eq!(seconds(&format!("PT{h}H{m}M{s}S")), Some(h * 3600 + m * 60 + s));
        }
    }
}
