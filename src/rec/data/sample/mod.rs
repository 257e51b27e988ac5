//! The built-in data set `sample`: a seeded world of invented films and people, about as large as MovieLens 100K.
//!
//! It has what recommenders live on: a long tail of popularity and of activity; taste of low rank (a user's liking of a
//! few genres); users who rate high or low and films that are good or bad; drift (films have their years, tastes move);
//! and sequence (sequels follow their film, a session stays with a genre, and ratings come in bursts with equal times).
//!
//! Only additions, multiplications, divisions and square roots are used, which IEEE 754 rounds the same everywhere, and
//! never the mathematical library, whose last bit differs between platforms: equal parameters give equal bytes.

mod catalog;
mod people;
mod titles;

#[cfg(test)]
mod tests;

use rand::{Rng, RngExt};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use self::catalog::Catalog;
use self::people::{Person, activities};
use super::{Dataset, DatasetInfo, Events, Items};
use crate::rec::model::Problem;
use crate::rec::{Interrupted, Monitor, stream};

/// Number of genres, the rank of taste.
const GENRES: usize = 10;
/// One weight for each genre.
type Genres = [f64; GENRES];

/// When the invented time begins: 1 January 1996, in Unix seconds.
const BEGINNING: i64 = 820_454_400;
const DAY: i64 = 86_400;
/// How long it lasts, in days.
const DAYS: i64 = 3 * 365;

/// Size and seed of the built-in data set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct SampleParams {
    /// Number of users.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub users: u32,
    /// Number of films to choose from; those that nobody chooses are not in the data.
    #[schemars(range(min = 20, max = 1_000_000))]
    pub items: u32,
    /// Number of ratings.
    #[schemars(range(min = 1))]
    pub interactions: u32,
    /// Seed of all choices.
    pub seed: u64,
}

impl Default for SampleParams {
    fn default() -> Self {
        Self { users: 950, items: 1_750, interactions: 100_000, seed: 42 }
    }
}

impl SampleParams {
    /// Every problem of these parameters.
    pub fn check(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut problem = |parameter: &str, message: String, help: String| {
            problems.push(Problem { parameter: parameter.to_owned(), message, help: Some(help) });
        };
        if self.users == 0 {
            problem("users", "`0` users rate nothing".to_owned(), "give at least 1".to_owned());
        }
        if self.items < 20 {
            problem(
                "items",
                format!("`{}` items are too few to choose from", self.items),
                "give at least 20".to_owned(),
            );
        }
        if self.interactions < self.users {
            let message = format!("`{}` ratings are not one for each of {} users", self.interactions, self.users);
            problem("interactions", message, format!("give at least {}", self.users));
        }
        let most = u64::from(self.users) * u64::from(self.items / 4);
        if u64::from(self.interactions) > most {
            let message = format!("`{}` ratings are more than a quarter of all pairs", self.interactions);
            problem("interactions", message, format!("give at most {most}, or more users or items"));
        }
        problems
    }

    /// Generates the data set, events in the order of time.
    ///
    /// # Panics
    ///
    /// If [`Self::check`] finds a problem.
    pub fn generate(&self, monitor: &dyn Monitor) -> Result<Dataset, Interrupted> {
        let problems = self.check();
        assert!(problems.is_empty(), "the parameters have been checked: {problems:?}");
        let catalog = Catalog::new(self.items as usize, self.seed);
        let activities = activities(self.users as usize, self.interactions as usize, self.items as usize / 2);
        let mut ratings = Vec::with_capacity(self.interactions as usize);
        for (user, &activity) in activities.iter().enumerate() {
            if user % 64 == 0 {
                monitor.check()?;
                monitor.progress(user as u64, u64::from(self.users), "");
            }
            let mut random = stream(self.seed, "sample-user", &[user as u64]);
            Person::new(user, &mut random).live(activity, &catalog, &mut random, &mut ratings);
        }
        // Each user's ratings come in the order of time already, and a stable sort keeps them so where times tie.
        ratings.sort_by_key(|rating: &people::Rating| (rating.time, rating.user));
        Ok(self.assemble(&ratings, &catalog))
    }

    fn assemble(&self, ratings: &[people::Rating], catalog: &Catalog) -> Dataset {
        let mut events = Events::default();
        let mut users = Numbering::new(self.users as usize);
        let mut items = Numbering::new(self.items as usize);
        for rating in ratings {
            events.push(users.index(rating.user), items.index(rating.item), rating.stars, rating.time);
        }
        let id = |letter: char, number: usize| format!("{letter}{:04}", number + 1);
        Dataset {
            about: DatasetInfo {
                name: "sample".to_owned(),
                has_ratings: true,
                has_times: true,
                ..DatasetInfo::default()
            },
            users: users.seen.iter().map(|&user| id('u', user)).collect(),
            items: Items {
                ids: items.seen.iter().map(|&item| id('i', item)).collect(),
                titles: items.seen.iter().map(|&item| catalog.films[item].title.clone()).collect(),
            },
            events,
        }
    }
}

/// Indices by first appearance.
struct Numbering {
    indices: Vec<Option<u32>>,
    seen: Vec<usize>,
}

impl Numbering {
    fn new(n: usize) -> Self {
        Self { indices: vec![None; n], seen: Vec::new() }
    }

    fn index(&mut self, number: usize) -> u32 {
        *self.indices[number].get_or_insert_with(|| {
            self.seen.push(number);
            self.seen.len() as u32 - 1
        })
    }
}

/// About normally distributed, of mean 0 and variance 1: the sum of twelve uniform numbers (Irwin–Hall).
fn bell(random: &mut impl Rng) -> f64 {
    (0..12).map(|_| random.random::<f64>()).sum::<f64>() - 6.0
}

/// Weights of the genres that add to 1: mostly one, some of a second, a little of all.
fn mixture(random: &mut impl Rng) -> Genres {
    let mut weights = [0.02; GENRES];
    weights[random.random_range(0..GENRES)] += 0.55;
    weights[random.random_range(0..GENRES)] += 0.25;
    weights
}

fn dot(a: &Genres, b: &Genres) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}
