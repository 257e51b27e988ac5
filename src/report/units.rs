//! Durations, sizes and counts as people write them.

use std::time::Duration;

/// A duration in two units at most: `3 ms`, `1.2 s`, `3 m 05 s`, `2 h 07 m`.
pub fn duration(duration: Duration) -> String {
    let milliseconds = (duration.as_secs_f64() * 1e3).round() as u64;
    let tenths = (duration.as_secs_f64() * 10.0).round() as u64;
    let seconds = duration.as_secs_f64().round() as u64;
    match () {
        () if milliseconds < 1000 => format!("{milliseconds} ms"),
        () if tenths < 600 => format!("{}.{} s", tenths / 10, tenths % 10),
        () if seconds < 3600 => format!("{} m {:02} s", seconds / 60, seconds % 60),
        () => format!("{} h {:02} m", seconds / 3600, seconds % 3600 / 60),
    }
}

/// An estimated duration, no finer than an estimate can be: `less than a second`, `about 50 s`, `about 4 min`, `about 2.5 h`.
pub fn about(duration: Duration) -> String {
    let seconds = duration.as_secs_f64();
    match () {
        () if seconds < 1.0 => "less than a second".to_owned(),
        () if seconds < 90.0 => format!("about {seconds:.0} s"),
        () if seconds < 5400.0 => format!("about {:.0} min", seconds / 60.0),
        () => format!("about {:.1} h", seconds / 3600.0),
    }
}

/// A running time in whole seconds, for displays that count on: `3 s`, `3 m 05 s`, `2 h 07 m`.
pub fn clock(elapsed: Duration) -> String {
    let seconds = elapsed.as_secs();
    if seconds < 60 { format!("{seconds} s") } else { duration(Duration::from_secs(seconds)) }
}

/// A size with a binary unit and three digits at most: `512 B`, `1.5 KiB`, `210 MiB`.
pub fn bytes(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["KiB", "MiB", "GiB", "TiB", "PiB"];
    if bytes < 1024 {
        return format!("{bytes} B");
    }
    let mut size = bytes as f64 / 1024.0;
    let mut unit = 0;
    while size >= 999.5 && unit + 1 < UNITS.len() {
        size /= 1024.0;
        unit += 1;
    }
    let decimals = usize::from(size < 9.95);
    format!("{size:.decimals$} {}", UNITS[unit])
}

/// A count with its thousands set apart: `1,000,209`.
pub fn count(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A count and its noun: `1 user`, `6,040 users`.
pub fn counted(n: u64, singular: &str, plural: &str) -> String {
    format!("{} {}", count(n), if n == 1 { singular } else { plural })
}

/// Counts and their noun, from the least to the greatest if they differ: `6,040 users`, `5,998 to 6,001 users`.
pub(super) fn counted_range(counts: impl Iterator<Item = u64>, singular: &str, plural: &str) -> String {
    let counts: Vec<u64> = counts.collect();
    let noun = if counts.iter().max() == Some(&1) { singular } else { plural };
    format!("{} {noun}", range(counts, count).unwrap_or_default())
}

/// A number; of several different ones the least and the greatest: `20`, `20 to 31`. `None` of none.
pub fn range<T: Ord>(numbers: impl IntoIterator<Item = T>, in_words: impl Fn(T) -> String) -> Option<String> {
    let mut numbers: Vec<T> = numbers.into_iter().collect();
    numbers.sort();
    numbers.dedup();
    let most = numbers.pop()?;
    let least = numbers.into_iter().next();
    Some(least.map(|least| format!("{} to ", in_words(least))).unwrap_or_default() + &in_words(most))
}

/// A share as a percentage: `95 %`, `12.5 %`.
pub fn percent(share: f64) -> String {
    format!("{} %", (share * 1e3).round() / 10.0)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    #[test]
    fn estimates_are_told_no_finer_than_they_are() {
        let cases = [
            (0.4, "less than a second"),
            (3.52, "about 4 s"),
            (89.0, "about 89 s"),
            (251.0, "about 4 min"),
            (5399.0, "about 90 min"),
            (9000.0, "about 2.5 h"),
        ];
        for (seconds, text) in cases {
            assert_eq!(super::about(Duration::from_secs_f64(seconds)), text, "{seconds}");
        }
    }

    #[test]
    fn durations_round_into_the_next_unit_rather_than_past_it() {
        let cases = [
            (0.0, "0 ms"),
            (0.0123, "12 ms"),
            (0.9996, "1.0 s"),
            (1.24, "1.2 s"),
            (59.94, "59.9 s"),
            (59.96, "1 m 00 s"),
            (185.0, "3 m 05 s"),
            (3599.7, "1 h 00 m"),
            (7620.0, "2 h 07 m"),
        ];
        for (seconds, text) in cases {
            assert_eq!(super::duration(Duration::from_secs_f64(seconds)), text, "{seconds}");
        }
    }

    #[test]
    fn sizes_have_three_digits_at_most() {
        let cases = [
            (0, "0 B"),
            (1023, "1023 B"),
            (1536, "1.5 KiB"),
            (10 << 10, "10 KiB"),
            (1023 << 10, "1.0 MiB"),
            (210 << 20, "210 MiB"),
            (7 << 30, "7.0 GiB"),
        ];
        for (bytes, text) in cases {
            assert_eq!(super::bytes(bytes), text);
        }
    }

    #[test]
    fn counts_are_grouped() {
        assert_eq!(super::count(0), "0");
        assert_eq!(super::count(999), "999");
        assert_eq!(super::count(1_000_209), "1,000,209");
        assert_eq!(super::counted(1, "user", "users"), "1 user");
        assert_eq!(super::counted_range([5, 1200, 7].into_iter(), "user", "users"), "5 to 1,200 users");
        assert_eq!(super::counted_range([1, 1].into_iter(), "user", "users"), "1 user");
        assert_eq!(super::range([31, 20, 24], |n: u32| n.to_string()).as_deref(), Some("20 to 31"));
        assert_eq!(super::range([], |n: u32| n.to_string()), None);
    }

    #[test]
    fn shares_are_percentages_with_one_digit_at_most() {
        assert_eq!(super::percent(0.95), "95 %");
        assert_eq!(super::percent(0.1254), "12.5 %");
        assert_eq!(super::percent(-0.03), "-3 %");
    }
}
