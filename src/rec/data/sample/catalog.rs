//! The films of the sample.

use rand::RngExt;
use rand::seq::SliceRandom;

use super::titles::Titles;
use super::{DAYS, GENRES, Genres, bell, mixture};
use crate::rec::stream;

/// One film.
pub(super) struct Film {
    pub(super) title: String,
    /// What it is made of; adds to 1.
    pub(super) genres: Genres,
    /// How good it is found, in stars.
    pub(super) quality: f64,
    /// The day on which it is talked about most; old films have none.
    pub(super) peak: Option<f64>,
    /// The film that follows it in its series.
    pub(super) sequel: Option<usize>,
}

/// All films, and how likely each is met.
pub(super) struct Catalog {
    pub(super) films: Vec<Film>,
    /// Sums of the films' popularity up to each, over all films and over those mainly of each genre.
    all: Shelf,
    by_genre: Vec<Shelf>,
}

/// Some films and the running sums of their popularity.
#[derive(Default)]
struct Shelf {
    films: Vec<usize>,
    sums: Vec<f64>,
}

impl Shelf {
    fn add(&mut self, film: usize, popularity: f64) {
        self.films.push(film);
        self.sums.push(self.sums.last().unwrap_or(&0.0) + popularity);
    }

    /// A film, as likely as it is popular; `point` is uniform in 0..1.
    fn draw(&self, point: f64) -> Option<usize> {
        let at = point * self.sums.last()?;
        let index = self.sums.partition_point(|&sum| sum <= at).min(self.films.len() - 1);
        Some(self.films[index])
    }
}

impl Catalog {
    pub(super) fn new(n_films: usize, seed: u64) -> Self {
        let mut random = stream(seed, "sample-films", &[]);
        let mut titles = Titles::default();
        let mut films: Vec<Film> = Vec::with_capacity(n_films);
        while films.len() < n_films {
            let genres = mixture(&mut random);
            let quality = 0.45 * bell(&mut random);
            // Three of ten belong to a series of two to five films.
            let length = if random.random::<f64>() < 0.14 { random.random_range(2..=5) } else { 1 };
            let mut year = 1998 - (70.0 * random.random::<f64>() * random.random::<f64>()) as u32;
            let name = titles.invent(&mut random);
            for part in 1..=length.min(n_films - films.len()) {
                if part > 1 {
                    let before = films.len() - 1;
                    films[before].sequel = Some(films.len());
                    year = (year + random.random_range(1..=3)).min(1998);
                }
                let day = random.random::<f64>() * 365.0;
                films.push(Film {
                    title: Titles::of_part(&name, part, year),
                    genres,
                    quality: quality - 0.12 * (part - 1) as f64 + 0.15 * bell(&mut random),
                    peak: (year >= 1996).then(|| f64::from(year - 1996) * 365.0 + day),
                    sequel: None,
                });
            }
        }
        let mut catalog = Self { films, all: Shelf::default(), by_genre: Vec::new() };
        catalog.by_genre.resize_with(GENRES, Shelf::default);
        catalog.shelve(seed);
        catalog
    }

    /// Gives every film its popularity: a few are known to all, most to few, and the good ones to more.
    fn shelve(&mut self, seed: u64) {
        let mut random = stream(seed, "sample-popularity", &[]);
        let n_films = self.films.len();
        let mut ranks: Vec<usize> = (0..n_films).collect();
        ranks.shuffle(&mut random);
        for (film, &rank) in ranks.iter().enumerate() {
            let share = (rank as f64 + 0.5) / n_films as f64;
            let tail = (1.0 - share) * (1.0 - share);
            let goodness = (1.0 + 0.5 * self.films[film].quality).max(0.2);
            let popularity = goodness * (tail / (share + 0.04) + 0.01);
            self.all.add(film, popularity);
            let genres = &self.films[film].genres;
            let main = (0..GENRES).max_by(|&a, &b| genres[a].total_cmp(&genres[b])).unwrap_or(0);
            self.by_genre[main].add(film, popularity);
        }
    }

    /// A film, as likely as it is popular; `point` is uniform in 0..1.
    pub(super) fn draw(&self, point: f64) -> usize {
        self.all.draw(point).unwrap_or(0)
    }

    /// A film mainly of this genre; of any if there is none.
    pub(super) fn draw_of(&self, genre: usize, point: f64) -> usize {
        self.by_genre[genre].draw(point).unwrap_or_else(|| self.draw(point))
    }
}

impl Film {
    /// How much it is talked about on a day, 1 for films that are always there.
    pub(super) fn presence(&self, day: f64) -> f64 {
        let Some(peak) = self.peak else { return 0.7 };
        if day < peak - 30.0 {
            return 0.0;
        }
        let age = (day - peak) / (DAYS as f64 / 6.0);
        0.25 + 0.75 / (1.0 + age * age)
    }
}
