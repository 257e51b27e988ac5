//! Finding the users and items that somebody names.

use std::collections::HashMap;

use super::RecommendError;
use crate::rec::data::Items;

/// How many near misses are told.
const MAX_SUGGESTIONS: usize = 3;

/// To whom to recommend.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Person {
    /// A user of the data, by the data's own id.
    User(String),
    /// Somebody who has these items, each an id or a title, with `=` and a rating behind it or without; one text may name
    /// several, set apart by commas.
    WithItems(Vec<String>),
}

/// The index of the user with this id.
pub(super) fn user(id: &str, users: &[String]) -> Result<u32, RecommendError> {
    if let Some(index) = users.iter().position(|user| user == id) {
        return Ok(index as u32);
    }
    let near = nearest(id, users.iter().map(String::as_str));
    let help = match &near[..] {
        [] => {
            let some: Vec<String> = users.iter().take(3).map(|user| format!("`{user}`")).collect();
            format!("ids are the data's own, such as {}", some.join(", "))
        }
        near => format!("did you mean {}?", near.iter().map(|id| format!("`{id}`")).collect::<Vec<_>>().join(" or ")),
    };
    Err(RecommendError::NotFound { message: format!("there is no user `{id}` in the split"), help })
}

/// The items that the texts name, and the ratings behind them.
pub(super) fn items(texts: &[String], items: &Items) -> Result<Vec<(u32, Option<f32>)>, RecommendError> {
    let catalogue = Catalogue::of(items);
    let mut found: Vec<(u32, Option<f32>)> = Vec::new();
    for text in texts.iter().map(|text| text.trim()) {
        // A title may hold commas and `=`: the whole text comes first.
        match catalogue.rated(text)? {
            Some(item) => found.push(item),
            None => {
                for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
                    found.push(catalogue.rated(part)?.ok_or_else(|| catalogue.unknown(part))?);
                }
            }
        }
    }
    for (place, (item, _)) in found.iter().enumerate() {
        if found[..place].iter().any(|(other, _)| other == item) {
            let message = format!("{} is named twice", catalogue.name(*item));
            return Err(RecommendError::NotFound { message, help: "name each item once".to_owned() });
        }
    }
    Ok(found)
}

struct Catalogue<'a> {
    items: &'a Items,
    by_id: HashMap<&'a str, u32>,
    by_title: HashMap<String, Vec<u32>>,
}

impl<'a> Catalogue<'a> {
    fn of(items: &'a Items) -> Self {
        let mut by_title: HashMap<String, Vec<u32>> = HashMap::new();
        for (index, title) in (0..).zip(&items.titles).filter(|(_, title)| !title.is_empty()) {
            by_title.entry(title.to_lowercase()).or_default().push(index);
        }
        Self { items, by_id: items.ids.iter().map(String::as_str).zip(0..).collect(), by_title }
    }

    /// The item of that id or, upper and lower case being the same, title, perhaps with a rating behind it.
    fn rated(&self, text: &str) -> Result<Option<(u32, Option<f32>)>, RecommendError> {
        if let Some(item) = self.find(text)? {
            return Ok(Some((item, None)));
        }
        let Some((name, rating)) = text.rsplit_once('=') else { return Ok(None) };
        let rating = rating.trim().parse::<f32>().ok().filter(|rating| rating.is_finite());
        Ok(self.find(name.trim())?.zip(rating).map(|(item, rating)| (item, Some(rating))))
    }

    fn find(&self, text: &str) -> Result<Option<u32>, RecommendError> {
        if let Some(&item) = self.by_id.get(text) {
            return Ok(Some(item));
        }
        match self.by_title.get(&text.to_lowercase()).map(Vec::as_slice) {
            Some([only]) => Ok(Some(*only)),
            Some(several) => {
                let ids: Vec<String> =
                    several.iter().map(|&item| format!("`{}`", self.items.ids[item as usize])).collect();
                let message = format!("{} items have the title `{text}`", several.len());
                Err(RecommendError::NotFound { message, help: format!("name one by its id: {}", ids.join(", ")) })
            }
            None => Ok(None),
        }
    }

    fn unknown(&self, text: &str) -> RecommendError {
        let name = match text.rsplit_once('=') {
            Some((name, rating)) if matches!(self.find(name.trim()), Ok(Some(_))) => {
                let message = format!("the rating `{}` of `{}` is no number", rating.trim(), name.trim());
                return RecommendError::NotFound { message, help: "write for example `ID=4.5`".to_owned() };
            }
            Some((name, _)) => name.trim(),
            None => text,
        };
        let wanted = name.to_lowercase();
        let holding: Vec<u32> = (0..)
            .zip(&self.items.titles)
            .filter(|(_, title)| wanted.chars().count() >= 3 && title.to_lowercase().contains(&wanted))
            .map(|(item, _)| item)
            .take(MAX_SUGGESTIONS)
            .collect();
        let near: Vec<u32> = if holding.is_empty() {
            let titles = self.items.titles.iter().map(String::as_str).filter(|title| !title.is_empty());
            let ids = self.items.ids.iter().map(String::as_str);
            nearest(name, ids.chain(titles)).into_iter().filter_map(|near| self.find(near).ok().flatten()).collect()
        } else {
            holding
        };
        let help = match &near[..] {
            [] => {
                let some: Vec<String> = (0..self.items.ids.len().min(3) as u32).map(|item| self.name(item)).collect();
                format!("name items by the data's own ids or by whole titles, such as {}", some.join(", "))
            }
            near => {
                format!("did you mean {}?", near.iter().map(|&item| self.name(item)).collect::<Vec<_>>().join(" or "))
            }
        };
        RecommendError::NotFound { message: format!("there is no item `{name}` in the split"), help }
    }

    fn name(&self, item: u32) -> String {
        let (id, title) = (&self.items.ids[item as usize], &self.items.titles[item as usize]);
        if title.is_empty() { format!("`{id}`") } else { format!("`{id}` ({title})") }
    }
}

/// The candidates that differ least from the name, if by no more than a third of its letters; nearest first, equally near
/// ones in their order.
fn nearest<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let wanted = name.to_lowercase();
    let length = wanted.chars().count();
    let allowed = (length / 3).max(1);
    let mut near: Vec<(usize, &str)> = candidates
        // Comparing takes time that grows with both lengths; what is much longer or shorter is not near.
        .filter(|candidate| length <= 64 && candidate.len().abs_diff(name.len()) <= 4 * allowed)
        .map(|candidate| (strsim::damerau_levenshtein(&wanted, &candidate.to_lowercase()), candidate))
        .filter(|(distance, candidate)| *distance <= allowed && *distance < candidate.chars().count())
        .collect();
    near.sort_by_key(|(distance, _)| *distance);
    near.dedup_by_key(|(_, candidate)| *candidate);
    near.into_iter().take(MAX_SUGGESTIONS).map(|(_, candidate)| candidate).collect()
}

#[cfg(test)]
mod tests {
    use super::{items, nearest, user};
    use crate::rec::data::Items;

    fn catalogue() -> Items {
        let titled = [("1", "Toy Story (1995)"), ("2", "Heat, or: A = B"), ("7", "Twins"), ("8", "twins"), ("9", "")];
        Items {
            ids: titled.map(|(id, _)| id.to_owned()).to_vec(),
            titles: titled.map(|(_, title)| title.to_owned()).to_vec(),
        }
    }

    fn found(texts: &[&str]) -> Result<Vec<(u32, Option<f32>)>, String> {
        let texts: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
        items(&texts, &catalogue()).map_err(|error| format!("{error}; {}", error.help().unwrap()))
    }

    #[test]
    fn items_have_ids_titles_and_perhaps_ratings() {
        assert_eq!(
            found(&["1, 9=2.5,toy story (1995)"]).unwrap_err(),
            "`1` (Toy Story (1995)) is named twice; name each item once"
        );
        assert_eq!(found(&["9=2.5,toy story (1995) = 4"]), Ok(vec![(4, Some(2.5)), (0, Some(4.0))]));
        assert_eq!(found(&["Heat, or: A = B", "7"]), Ok(vec![(1, None), (2, None)]));
        assert_eq!(found(&["Heat, or: A = B=1"]), Ok(vec![(1, Some(1.0))]));
        assert_eq!(found(&[" , "]), Ok(vec![]));
    }

    #[test]
    fn what_is_not_there_is_told_with_what_is_near() {
        let told = [&["story"][..], &["Toy Stry (1995)"], &["1,twins"], &["1=good"], &["zzzzzz"]]
            .map(|texts| found(texts).unwrap_err());
        insta::assert_snapshot!(told.join("\n"));
        let users = ["12", "13", "ann"].map(str::to_owned);
        assert_eq!(user("ann", &users).unwrap(), 2);
        let told = ["an", "14", "somebody"]
            .map(|id| user(id, &users).unwrap_err())
            .map(|error| format!("{error}; {}", error.help().unwrap()));
        insta::assert_snapshot!(told.join("\n"));
    }

    #[test]
    fn only_what_is_near_is_told_the_nearest_first() {
        assert_eq!(nearest("6041", ["604", "6040", "1", "60411"].into_iter()), ["604", "6040", "60411"]);
        assert!(nearest("x", ["y", "z"].into_iter()).is_empty());
    }
}
