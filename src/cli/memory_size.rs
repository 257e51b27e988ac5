//! Sizes of memory as users write them.

/// Reads `8GiB` or `8G` (powers of 1024), `500MB` (powers of 1000), or a plain number of bytes; fractions are allowed.
pub(super) fn parse(text: &str) -> Result<u64, String> {
    let text = text.trim();
    let digits = text.find(|character: char| !character.is_ascii_digit() && character != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let unit = unit.trim().to_ascii_lowercase();
    let not_a_size = || format!("`{text}` is not a size of memory; use for example `8GiB` or `500MB`");
    let number: f64 = number.parse().ok().filter(|&number| number > 0.0).ok_or_else(not_a_size)?;
    let base: f64 = if unit.len() == 2 { 1000.0 } else { 1024.0 };
    let exponent = match unit.as_str() {
        "" | "b" => 0,
        "k" | "kb" | "kib" => 1,
        "m" | "mb" | "mib" => 2,
        "g" | "gb" | "gib" => 3,
        "t" | "tb" | "tib" => 4,
        _ => return Err(format!("`{unit}` is not a unit of memory; use for example `8GiB` or `500MB`")),
    };
    Ok((number * base.powi(exponent)) as u64)
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn units_are_binary_unless_written_with_a_plain_b() {
        assert_eq!(parse("8GiB"), Ok(8 << 30));
        assert_eq!(parse("8g"), Ok(8 << 30));
        assert_eq!(parse("500 MB"), Ok(500_000_000));
        assert_eq!(parse("1.5k"), Ok(1536));
        assert_eq!(parse("4096"), Ok(4096));
    }

    #[test]
    fn what_is_not_a_size_is_refused() {
        for text in ["", "GiB", "0", "-1G", "1.2.3M", "8 gigs"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
