//! Amounts of memory as people write them.

use std::fmt;
use std::str::FromStr;

/// An amount of memory; written as `512MiB`, `1.5 GB` or in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub struct MemorySize {
    /// How many bytes.
    pub bytes: u64,
}

/// A text that is no amount of memory.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an amount of memory; write it like `512MiB`, `2GiB` or `1.5GB`")]
pub struct MemorySizeError(String);

const UNITS: [(&str, u64); 10] = [
    ("", 1),
    ("b", 1),
    ("kb", 1_000),
    ("mb", 1_000_000),
    ("gb", 1_000_000_000),
    ("tb", 1_000_000_000_000),
    ("kib", 1 << 10),
    ("mib", 1 << 20),
    ("gib", 1 << 30),
    ("tib", 1 << 40),
];

impl FromStr for MemorySize {
    type Err = MemorySizeError;

    fn from_str(text: &str) -> Result<Self, MemorySizeError> {
        let refused = || MemorySizeError(text.to_owned());
        let trimmed = text.trim();
        let digits = trimmed.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(trimmed.len());
        let unit = trimmed[digits..].trim_start().to_lowercase();
        let (_, factor) = UNITS.iter().find(|(name, _)| *name == unit).ok_or_else(refused)?;
        let bytes = if let Ok(count) = trimmed[..digits].parse::<u64>() {
            count.checked_mul(*factor)
        } else {
            let amount = trimmed[..digits].parse::<f64>().map_err(|_| refused())? * *factor as f64;
            (amount < u64::MAX as f64).then_some(amount as u64)
        };
        bytes.filter(|&bytes| bytes > 0).map(|bytes| Self { bytes }).ok_or_else(refused)
    }
}

impl fmt::Display for MemorySize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (unit, factor) =
            UNITS[6..].iter().rev().find(|(_, factor)| self.bytes >= *factor).copied().unwrap_or(("", 1));
        let unit = match unit {
            "tib" => "TiB",
            "gib" => "GiB",
            "mib" => "MiB",
            "kib" => "KiB",
            _ => "B",
        };
        let amount = self.bytes as f64 / factor as f64;
        if amount.fract() == 0.0 { write!(f, "{amount} {unit}") } else { write!(f, "{amount:.1} {unit}") }
    }
}

#[cfg(test)]
mod tests {
    use super::MemorySize;

    #[test]
    fn amounts_are_read_and_written() {
        let read = |text: &str| text.parse::<MemorySize>().map(|size| size.bytes).ok();
        assert_eq!(read("2GiB"), Some(2 << 30));
        assert_eq!(read(" 512 MiB "), Some(512 << 20));
        assert_eq!(read("1.5gb"), Some(1_500_000_000));
        assert_eq!(read("4096"), Some(4096));
        for text in ["", "0", "2 G", "GiB", "-1GiB", "1.2.3GB", "1e3MB", "99999999999TiB", "٣GB"] {
            assert_eq!(read(text), None, "{text}");
        }
        assert_eq!(MemorySize { bytes: 3 << 29 }.to_string(), "1.5 GiB");
        assert_eq!(MemorySize { bytes: 2 << 30 }.to_string(), "2 GiB");
        assert_eq!(MemorySize { bytes: 12 }.to_string(), "12 B");
    }
}
