//! Times as ARM writes them, from milliseconds since 1970.

/// Milliseconds of a day.
pub const DAY_MS: u64 = 86_400_000;

/// `2026-11-22T23:31:00.1230000Z`: seven digits, as .NET writes them.
pub fn round_trip(ms: u64) -> String {
    let (year, month, day) = civil(ms / DAY_MS);
    let (hour, minute, second) = clock(ms);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{:03}0000Z", ms % 1000)
}

/// `20261122T233100Z`: the form in `x-ms-routing-request-id`.
pub fn compact(ms: u64) -> String {
    let (year, month, day) = civil(ms / DAY_MS);
    let (hour, minute, second) = clock(ms);
    format!("{year:04}{month:02}{day:02}T{hour:02}{minute:02}{second:02}Z")
}

fn clock(ms: u64) -> (u64, u64, u64) {
    let seconds = ms / 1000;
    (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60)
}

/// Year, month and day of a day counted from 1970-01-01, by the era method of the proleptic Gregorian calendar.
fn civil(days: u64) -> (u64, u64, u64) {
    let shifted = days + 719_468;
    let era = shifted / 146_097;
    let day_of_era = shifted % 146_097;
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_index = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_index + 2) / 5 + 1;
    let month = if month_index < 10 { month_index + 3 } else { month_index - 9 };
    (year_of_era + era * 400 + u64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_moments() {
        assert_eq!(round_trip(0), "1970-01-01T00:00:00.0000000Z");
        assert_eq!(round_trip(951_782_400_000), "2000-02-29T00:00:00.0000000Z");
        assert_eq!(round_trip(1_795_390_260_123), "2026-11-22T23:31:00.1230000Z");
        assert_eq!(compact(1_795_390_260_123), "20261122T233100Z");
    }
}
