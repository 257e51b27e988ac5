//! "Did you mean": the known name closest to an unknown one.

/// Longer names are not typing errors, and comparing them would take long.
const MAX_LENGTH: usize = 64;
/// Comparing with more is not worth the time.
const MAX_CANDIDATES: usize = 500;

/// The candidate that the name is most likely meant to be, if one is close: a third of its letters may differ, upper
/// and lower case and `-` and `_` are the same; else the only candidate of which it is a part.
pub(in crate::engine) fn closest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if name.is_empty() || name.len() > MAX_LENGTH {
        return None;
    }
    let plain = |text: &str| text.to_lowercase().replace('_', "-");
    let wanted = plain(name);
    let allowed = (wanted.chars().count() / 3).max(1);
    let mut nearest: Option<(usize, &str)> = None;
    let mut holding: Vec<&str> = Vec::new();
    for candidate in candidates.into_iter().take(MAX_CANDIDATES).filter(|candidate| candidate.len() <= MAX_LENGTH) {
        let known = plain(candidate);
        let distance = strsim::damerau_levenshtein(&wanted, &known);
        // A name as short as the number of changes would be replaced, not corrected.
        if distance <= allowed
            && distance < known.chars().count()
            && nearest.is_none_or(|(shortest, _)| distance < shortest)
        {
            nearest = Some((distance, candidate));
        }
        if wanted.len() >= 3 && known.contains(&wanted) {
            holding.push(candidate);
        }
    }
    nearest.map(|(_, candidate)| candidate).or(if holding.len() == 1 { Some(holding[0]) } else { None })
}

#[cfg(test)]
mod tests {
    use super::closest;

    #[test]
    fn only_what_is_close_is_suggested() {
        let kinds = ["train-ease", "train-item-knn", "split", "id"];
        assert_eq!(closest("train-eese", kinds), Some("train-ease"));
        assert_eq!(closest("Train_Ease", kinds), Some("train-ease"));
        assert_eq!(closest("slpit", kinds), Some("split"));
        assert_eq!(closest("knn", kinds), Some("train-item-knn"));
        assert_eq!(closest("train", kinds), None);
        assert_eq!(closest("banana", kinds), None);
        assert_eq!(closest("", kinds), None);
    }
}
