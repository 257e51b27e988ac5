//! Whole users are held out, unseen in training (strong generalisation).
//!
//! The protocol of Liang et al., "Variational Autoencoders for Collaborative Filtering" (WWW 2018) with a random
//! fold-in, and of Sachdeva et al., "Sequential Variational Autoencoders for Collaborative Filtering" (WSDM 2019) with
//! a temporal one: users are shuffled, the last are the test, those before them the validation; the items are those of
//! the training users; of each held-out user's events on these items a part is shown and the rest is to be found.

use std::collections::BTreeSet;

use super::assemble::{RowBuilder, about, percent, report};
use super::draws::Draws;
use super::params::{FoldIn, SplitParams};
use super::share::floor_share;
use super::{Holdout, Split, SplitError};
use crate::rec::data::chronology::Rows;
use crate::rec::data::{Dataset, Items, chronology};
use crate::rec::{Interrupted, Monitor};

/// Users are taken in the order of their first appearance and shuffled. In the split, training users, then validation
/// users, then test users stand in the order of first appearance each, and items in that of their first training event.
///
/// With draws that are one sequence, users are taken by rising id, and so are the held-out ones of the split: it is
/// the one that the programs of the papers make, and its parts written as files and read again are the same split.
pub(super) fn split(
    dataset: &Dataset,
    params: &SplitParams,
    mut draws: Draws,
    monitor: &dyn Monitor,
) -> Result<Split, SplitError> {
    let n_users = dataset.n_users();
    let count =
        |users: Option<usize>, share: Option<f64>| users.unwrap_or_else(|| floor_share(share.unwrap_or(0.0), n_users));
    let n_validation = count(params.validation_users, params.validation);
    let n_test = count(params.test_users, params.test);
    if n_validation.saturating_add(n_test) >= n_users {
        let message = format!(
            "{n_validation} users for validation and {n_test} for the test leave none of {n_users} for training"
        );
        return Err(SplitError::unfit(message, "lower `validation-users` or `test-users`"));
    }
    let mut order: Vec<u32> = (0..n_users as u32).collect();
    draws.arrange_users(dataset, &mut order);
    draws.shuffle(&mut order, "held-out-users", &[]);
    let n_train = n_users - n_validation - n_test;
    let (train_users, held_out) = order.split_at_mut(n_train);
    let (validation_users, test_users) = held_out.split_at_mut(n_validation);
    train_users.sort_unstable();
    draws.arrange_users(dataset, validation_users);
    draws.arrange_users(dataset, test_users);

    let rows = chronology::chronological(dataset);
    let vocabulary = Vocabulary::of(dataset, train_users);
    let mut train = RowBuilder::new(&dataset.events);
    for (index, &user) in train_users.iter().enumerate() {
        report(monitor, index, n_train)?;
        for &event in rows.of(user as usize) {
            if let Some(item) = vocabulary.item_of(dataset, event) {
                train.push(event, item);
            }
        }
        train.end_row();
    }
    let fold_in = params.fold_in.unwrap_or_default();
    let share = params.fold_out.unwrap_or(0.2);
    let mut fold = Fold { dataset, rows: &rows, vocabulary: &vocabulary, order: fold_in, share, draws };
    let validation = fold.holdout(validation_users, n_train, monitor)?;
    let test = fold.holdout(test_users, n_train + n_validation, monitor)?;
    if !fold.draws.is_sequence() {
        refuse_fewer("validation", params.validation_users, &validation)?;
        refuse_fewer("test", params.test_users, &test)?;
    }

    let (which, caveat) = match fold_in {
        FoldIn::Random => ("random", ""),
        FoldIn::Temporal => ("latest", chronology::caveat(dataset)),
    };
    let description = format!(
        "{n_test} users for the test and {n_validation} for validation held out at random; of each, the {which} {} of the \
         events are to be found ({}){caveat}",
        percent(share),
        fold.draws.in_words()
    );
    let users = order.iter().map(|&user| dataset.users[user as usize].clone()).collect();
    Ok(Split {
        about: about(dataset, "held-out-users", description, Some(fold.draws.seed)),
        users,
        items: vocabulary.items(dataset),
        train: train.finish(vocabulary.old.len()),
        validation,
        test,
    })
}

/// A number of users is a promise that a table repeats; who has too little to be folded must not be missing unseen. Published
/// splits, which are drawn as numpy does, are what they are: the programs that drew them leave such users out.
fn refuse_fewer(part: &str, asked_for: Option<usize>, holdout: &Holdout) -> Result<(), SplitError> {
    let (n_asked_for, n_scored) = (asked_for.unwrap_or(0), holdout.users.len());
    if n_scored >= n_asked_for {
        return Ok(());
    }
    let message = format!(
        "of {n_asked_for} {part} users asked for, {n_scored} have something to be shown and something to be found"
    );
    let help = format!("filter users with few events away first, or ask for a share of them: `{part}: 0.1`");
    Err(SplitError::unfit(message, help))
}

/// The items that training users have, indexed by their first training event.
struct Vocabulary {
    /// The data set's index by the split's.
    old: Vec<u32>,
    /// The split's index by the data set's.
    new: Vec<Option<u32>>,
}

impl Vocabulary {
    fn of(dataset: &Dataset, train_users: &[u32]) -> Self {
        let mut is_training = vec![false; dataset.n_users()];
        for &user in train_users {
            is_training[user as usize] = true;
        }
        let mut vocabulary = Self { old: Vec::new(), new: vec![None; dataset.n_items()] };
        for (&user, &item) in dataset.events.users.iter().zip(&dataset.events.items) {
            let new = &mut vocabulary.new[item as usize];
            if is_training[user as usize] && new.is_none() {
                *new = Some(vocabulary.old.len() as u32);
                vocabulary.old.push(item);
            }
        }
        vocabulary
    }

    fn item_of(&self, dataset: &Dataset, event: u32) -> Option<u32> {
        self.new[dataset.events.items[event as usize] as usize]
    }

    fn items(&self, dataset: &Dataset) -> Items {
        let pick = |from: &[String]| self.old.iter().map(|&item| from[item as usize].clone()).collect();
        Items { ids: pick(&dataset.items.ids), titles: pick(&dataset.items.titles) }
    }
}

/// How held-out users' events are folded.
struct Fold<'a> {
    dataset: &'a Dataset,
    rows: &'a Rows,
    vocabulary: &'a Vocabulary,
    order: FoldIn,
    share: f64,
    draws: Draws,
}

impl Fold<'_> {
    /// The part of these users, whose index in the split starts at `first`.
    fn holdout(&mut self, users: &[u32], first: usize, monitor: &dyn Monitor) -> Result<Holdout, Interrupted> {
        self.draws.restart();
        let mut scored = Vec::new();
        let mut history = RowBuilder::new(&self.dataset.events);
        let mut targets = RowBuilder::new(&self.dataset.events);
        for (index, &user) in users.iter().enumerate() {
            report(monitor, index, users.len())?;
            let (shown, held_out) = self.fold(user as usize);
            if shown.is_empty() || held_out.is_empty() {
                continue;
            }
            scored.push((first + index) as u32);
            for (rows, events) in [(&mut history, shown), (&mut targets, held_out)] {
                for event in events {
                    let item = self.vocabulary.item_of(self.dataset, event);
                    rows.push(event, item.expect("only events on items of the vocabulary are folded"));
                }
                rows.end_row();
            }
        }
        let n_items = self.vocabulary.old.len();
        Ok(Holdout { users: scored, history: history.finish(n_items), targets: targets.finish(n_items) })
    }

    /// What is shown of a user and what is to be found, both oldest first.
    fn fold(&mut self, user: usize) -> (Vec<u32>, Vec<u32>) {
        let known = |event: &u32| self.vocabulary.item_of(self.dataset, *event).is_some();
        let mut events: Vec<u32> = self.rows.of(user).iter().copied().filter(known).collect();
        match self.order {
            FoldIn::Temporal => {
                let held_out = events.split_off(floor_share(1.0 - self.share, events.len()));
                (events, held_out)
            }
            FoldIn::Random => {
                if !self.draws.folds(events.len()) {
                    return (events, Vec::new());
                }
                let mut order = events.clone();
                self.draws.arrange_events(&mut order);
                self.draws.shuffle(&mut order, "fold-in", &[user as u64]);
                let held_out = BTreeSet::from_iter(&order[..floor_share(self.share, order.len())]);
                events.into_iter().partition(|event| !held_out.contains(event))
            }
        }
    }
}
