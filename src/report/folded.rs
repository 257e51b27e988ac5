//! Texts that differ in one place, as one text.

/// The texts with what they have in common written once: `train/seed={1, 2, 3}`. Texts that have nothing in common follow
/// each other; no word is cut.
pub(super) fn folded(texts: &[String]) -> String {
    let mut distinct: Vec<&str> = Vec::new();
    for text in texts {
        if !distinct.contains(&text.as_str()) {
            distinct.push(text);
        }
    }
    let (Some(first), true) = (distinct.first().copied(), distinct.len() > 1) else {
        return distinct.concat();
    };
    let head = distinct.iter().map(|text| common(first.chars(), text.chars())).min().unwrap_or(0);
    let head = first.char_indices().take(head).filter(|(_, c)| !c.is_alphanumeric()).last();
    let head = head.map_or(0, |(place, c)| place + c.len_utf8());
    let rests: Vec<&str> = distinct.iter().map(|text| &text[head..]).collect();
    let tail = rests.iter().map(|rest| common(rests[0].chars().rev(), rest.chars().rev())).min().unwrap_or(0);
    let tail = rests[0].chars().rev().take(tail).collect::<Vec<char>>();
    // From the last sign that ends a word on.
    let tail: usize = tail.iter().rev().skip_while(|c| c.is_alphanumeric()).map(|c| c.len_utf8()).sum();
    if head + tail == 0 {
        return distinct.join(", ");
    }
    let differing: Vec<&str> = rests.iter().map(|rest| &rest[..rest.len() - tail]).collect();
    format!("{}{{{}}}{}", &first[..head], differing.join(", "), &rests[0][rests[0].len() - tail..])
}

/// How many characters two texts begin with in common.
fn common(a: impl Iterator<Item = char>, b: impl Iterator<Item = char>) -> usize {
    a.zip(b).take_while(|(a, b)| a == b).count()
}

#[cfg(test)]
mod tests {
    use super::folded;

    fn of(texts: &[&str]) -> String {
        folded(&texts.iter().map(|&text| text.to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn what_is_common_is_written_once_and_no_word_is_cut() {
        assert_eq!(of(&["train/seed=1", "train/seed=2"]), "train/seed={1, 2}");
        assert_eq!(of(&["train/seed=10", "train/seed=11", "train/seed=10"]), "train/seed={10, 11}");
        assert_eq!(of(&["a split (seed 12) of 2", "a split (seed 2) of 2"]), "a split (seed {12, 2}) of 2");
        assert_eq!(of(&["train-mf", "train-mf"]), "train-mf");
        assert_eq!(of(&["one", "two"]), "one, two");
        assert_eq!(of(&["é=a", "é=", "é=ab"]), "é={a, , ab}");
        assert_eq!(of(&[]), "");
    }
}
