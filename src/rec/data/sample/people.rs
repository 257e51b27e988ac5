//! The users of the sample and what they do.

use rand::{Rng, RngExt};

use super::catalog::{Catalog, Film};
use super::{BEGINNING, DAY, DAYS, GENRES, Genres, bell, dot, mixture};

/// One rating.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rating {
    pub(super) user: usize,
    pub(super) item: usize,
    pub(super) stars: f32,
    pub(super) time: i64,
}

/// How many ratings each user gives: in all `total`, each at least one and at most `most`, from many who rate a little
/// to a few who rate a lot.
pub(super) fn activities(n_users: usize, total: usize, most: usize) -> Vec<usize> {
    let least = (total / n_users / 5).max(1);
    let weight = |user: usize| {
        let share = (user as f64 + 0.5) / n_users as f64;
        (1.0 - share) / (share + 0.08)
    };
    let sum: f64 = (0..n_users).map(weight).sum();
    let spare = (total - least * n_users) as f64;
    let mut activities: Vec<usize> =
        (0..n_users).map(|user| (least + (spare * weight(user) / sum) as usize).min(most)).collect();
    // What rounding and the limit left over goes to the users one by one.
    let mut missing = total - activities.iter().sum::<usize>();
    while missing > 0 {
        for activity in activities.iter_mut().filter(|activity| **activity < most).take(missing) {
            *activity += 1;
            missing -= 1;
        }
    }
    activities
}

/// One user.
pub(super) struct Person {
    number: usize,
    /// Liking of each genre when the time begins, and how it changes until the end.
    taste: Genres,
    drift: Genres,
    /// How much above the others this user rates, in stars.
    mildness: f64,
    arrival: f64,
}

impl Person {
    pub(super) fn new(number: usize, random: &mut impl Rng) -> Self {
        let loved = mixture(random);
        let found = mixture(random);
        let taste = std::array::from_fn(|genre| 3.0 * loved[genre] - 0.45 + 0.35 * bell(random));
        let drift = std::array::from_fn(|genre| 1.6 * (found[genre] - loved[genre]) + 0.2 * bell(random));
        Self { number, taste, drift, mildness: 0.4 * bell(random), arrival: random.random() }
    }

    /// Rates `activity` films in sessions over the user's time.
    pub(super) fn live(self, activity: usize, catalog: &Catalog, random: &mut impl Rng, ratings: &mut Vec<Rating>) {
        let mut is_seen = vec![false; catalog.films.len()];
        let mut left = activity;
        // Most come for a while and leave; those who rate a lot stay longer.
        let stay = (20.0 + 1.5 * activity as f64).min(0.9 * DAYS as f64);
        let first_day = self.arrival * (DAYS as f64 - stay);
        let n_sessions = activity.div_ceil(12).max(1);
        let mut second = first_day as i64 * DAY + random.random_range(0..DAY);
        while left > 0 {
            let day = second as f64 / DAY as f64;
            let taste = self.taste_on(day);
            let mood = self.mood(&taste, random);
            let n_films = random.random_range(4..=20).min(left);
            let mut previous: Option<usize> = None;
            for _ in 0..n_films {
                let sequel = previous.and_then(|film| catalog.films[film].sequel);
                let follows = sequel.filter(|&film| !is_seen[film] && random.random::<f64>() < 0.75);
                let film = follows.unwrap_or_else(|| choose(catalog, &taste, mood, day, &is_seen, random));
                is_seen[film] = true;
                let stars = self.stars(&catalog.films[film], &taste, random);
                ratings.push(Rating { user: self.number, item: film, stars, time: BEGINNING + second });
                previous = Some(film);
                // Lists are ticked off in bursts: every other rating has the time of the one before it.
                second += i64::from(random.random::<bool>()) * random.random_range(5..60);
            }
            left -= n_films;
            let pause = 2.0 * random.random::<f64>() * stay / n_sessions as f64;
            second += 3_600 + (pause * DAY as f64) as i64;
        }
    }

    fn taste_on(&self, day: f64) -> Genres {
        let progress = day / DAYS as f64;
        std::array::from_fn(|genre| self.taste[genre] + self.drift[genre] * progress)
    }

    /// The genre of a session: the best liked of three.
    fn mood(&self, taste: &Genres, random: &mut impl Rng) -> usize {
        let drawn: [usize; 3] = std::array::from_fn(|_| random.random_range(0..GENRES));
        drawn.into_iter().max_by(|&a, &b| taste[a].total_cmp(&taste[b])).unwrap_or(self.number % GENRES)
    }

    fn stars(&self, film: &Film, taste: &Genres, random: &mut impl Rng) -> f32 {
        let liking = 1.45 * dot(taste, &film.genres);
        let felt = 3.2 + self.mildness + film.quality + liking + 0.75 * bell(random);
        felt.round().clamp(1.0, 5.0) as f32
    }
}

/// The next film: candidates are met by their popularity, half of them of the session's genre, and taken if they are
/// liked and talked about.
fn choose(catalog: &Catalog, taste: &Genres, mood: usize, day: f64, is_seen: &[bool], random: &mut impl Rng) -> usize {
    for _ in 0..400 {
        let point = random.random();
        let candidate = if random.random::<bool>() { catalog.draw_of(mood, point) } else { catalog.draw(point) };
        let film = &catalog.films[candidate];
        let liking = (0.35 + 0.45 * dot(taste, &film.genres)).clamp(0.12, 1.0);
        let is_taken = random.random::<f64>() < liking * liking * film.presence(day);
        if is_taken && !is_seen[candidate] {
            return candidate;
        }
    }
    // Whoever has seen nearly all that is popular takes the next film on the shelf.
    let start = random.random_range(0..is_seen.len());
    let mut films = (start..is_seen.len()).chain(0..start);
    films.find(|&film| !is_seen[film]).expect("nobody rates more than half of all films")
}
