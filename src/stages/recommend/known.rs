//! What a model is told of the person to whom it recommends.

use super::RecommendError;
use super::lookup::{self, Person};
use crate::rec::data::{Holdout, Interactions, Split};

/// What is known of a person.
#[derive(Debug)]
pub(super) struct Known {
    /// The user's own id; `None` for somebody who only has some items.
    pub(super) user: Option<String>,
    /// The user's row in the training part, if there is one.
    pub(super) training_row: Option<u32>,
    /// What the person has, oldest first. Shape: `[1, n_items]`.
    pub(super) history: Interactions,
    /// What of the user is held out for the test, by index.
    pub(super) targets: Vec<u32>,
}

/// Finds the person's items.
pub(super) fn look_up(person: &Person, split: &Split) -> Result<Known, RecommendError> {
    match person {
        Person::User(id) => Ok(of_user(lookup::user(id, &split.users)?, split)),
        Person::WithItems(texts) => {
            let found = lookup::items(texts, &split.items)?;
            // Without a rating, what somebody names is what they like.
            let rating = |given: Option<f32>| match (given, split.about.dataset.has_ratings) {
                (Some(rating), true) => rating,
                _ => split.about.rating_range.1,
            };
            let events = found.into_iter().map(|(item, given)| (item, rating(given), 0));
            Ok(Known { user: None, training_row: None, history: one_row(events, split), targets: Vec::new() })
        }
    }
}

/// What is known of a user in the test, and of one who is not in it everything.
fn of_user(user: u32, split: &Split) -> Known {
    let row_of = |holdout: &Holdout| holdout.users.binary_search(&user).ok();
    let is_trained = (user as usize) < split.train.n_users();
    let events = if let Some(row) = row_of(&split.test) {
        events_of(&split.test.history, row)
    } else if let Some(row) = row_of(&split.validation) {
        let (history, targets) = (&split.validation.history, &split.validation.targets);
        let mut events = [events_of(history, row), events_of(targets, row)].concat();
        events.sort_by_key(|&(_, _, time)| time);
        events
    } else if is_trained {
        events_of(&split.train, user as usize)
    } else {
        Vec::new()
    };
    Known {
        user: Some(split.users[user as usize].clone()),
        training_row: is_trained.then_some(user),
        history: one_row(events.into_iter(), split),
        targets: row_of(&split.test).map_or_else(Vec::new, |row| split.test.targets.items_of(row).to_vec()),
    }
}

type Event = (u32, f32, i64);

fn events_of(rows: &Interactions, row: usize) -> Vec<Event> {
    let (items, ratings, times) = (rows.items_of(row), rows.ratings_of(row), rows.times_of(row));
    items.iter().zip(ratings).zip(times).map(|((&item, &rating), &time)| (item, rating, time)).collect()
}

fn one_row(events: impl Iterator<Item = Event>, split: &Split) -> Interactions {
    let events: Vec<Event> = events.collect();
    Interactions::from_parts(
        split.items.ids.len(),
        vec![0, events.len()],
        events.iter().map(|event| event.0).collect(),
        events.iter().map(|event| event.1).collect(),
        events.iter().map(|event| event.2).collect(),
    )
}
