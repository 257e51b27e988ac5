//! Curves and spans of time as a line of block characters.

/// Heights of one character, lowest first.
const HEIGHTS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/// Widths of one character, in eighths.
const WIDTHS: [char; 8] = ['▏', '▎', '▍', '▌', '▋', '▊', '▉', '█'];

/// The values as one character each, from the lowest to the highest of them; of more than `width` values, neighbours
/// share a character that shows their mean. Values must be finite.
pub fn sparkline(values: &[f64], width: usize) -> String {
    let shown: Vec<f64> = if values.len() <= width {
        values.to_vec()
    } else {
        (0..width)
            .map(|place| {
                let group = &values[place * values.len() / width..(place + 1) * values.len() / width];
                group.iter().sum::<f64>() / group.len() as f64
            })
            .collect()
    };
    let low = shown.iter().copied().fold(f64::INFINITY, f64::min);
    let high = shown.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let height = |value: f64| {
        let share = if high > low { (value - low) / (high - low) } else { 0.5 };
        HEIGHTS[((share * 8.0) as usize).min(7)]
    };
    shown.into_iter().map(height).collect()
}

/// A bar from `begin` to `end`, which are shares of the whole, in a line of `width` characters; without what stands
/// empty behind it. Even the shortest bar is seen.
pub fn bar(begin: f64, end: f64, width: usize) -> String {
    let eighths = |share: f64| (share.clamp(0.0, 1.0) * width as f64 * 8.0).round() as usize;
    // The first character is filled from its left side: there are no characters that are filled from the right.
    let first = (eighths(begin) / 8).min(width.saturating_sub(1));
    let length = eighths(end).saturating_sub(first * 8).max(1);
    let mut text = " ".repeat(first);
    text.extend(std::iter::repeat_n('█', length / 8));
    text.extend((!length.is_multiple_of(8)).then(|| WIDTHS[length % 8 - 1]));
    text
}

#[cfg(test)]
mod tests {
    use super::{bar, sparkline};

    #[test]
    fn curves_are_scaled_to_their_own_range() {
        assert_eq!(sparkline(&[0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0], 20), "▁▂▃▄▅▆▇█");
        assert_eq!(sparkline(&[-3.0, -3.0], 20), "▅▅");
        assert_eq!(sparkline(&[], 20), "");
        let falling: Vec<f64> = (0..100).map(|epoch| 1.0 / f64::from(epoch + 1)).collect();
        assert_eq!(sparkline(&falling, 5), "█▂▁▁▁");
        assert_eq!(sparkline(&[1.0, 2.0, 3.0], 2).chars().count(), 2);
    }

    #[test]
    fn bars_stand_where_their_time_is() {
        assert_eq!(bar(0.0, 0.5, 10), "█████");
        assert_eq!(bar(0.5, 1.0, 10), "     █████");
        assert_eq!(bar(0.0, 0.05, 10), "▌");
        assert_eq!(bar(0.2, 0.2, 10), "  ▏");
        assert_eq!(bar(1.0, 1.0, 10), "         █");
        assert_eq!(bar(0.0, 1.0, 3).chars().count(), 3);
    }
}
