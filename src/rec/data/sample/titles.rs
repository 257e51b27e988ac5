//! Invented titles.

use std::collections::BTreeSet;

use rand::{Rng, RngExt};

const QUALITIES: [&str; 40] = [
    "Amber",
    "Bitter",
    "Borrowed",
    "Broken",
    "Burning",
    "Copper",
    "Crooked",
    "Distant",
    "Drowning",
    "Electric",
    "Empty",
    "Endless",
    "Fallen",
    "Forgotten",
    "Frozen",
    "Gentle",
    "Gilded",
    "Hidden",
    "Hollow",
    "Iron",
    "Last",
    "Lonely",
    "Lost",
    "Midnight",
    "Nameless",
    "Northern",
    "Pale",
    "Paper",
    "Quiet",
    "Reckless",
    "Restless",
    "Rusted",
    "Salted",
    "Scarlet",
    "Second",
    "Silent",
    "Stolen",
    "Sudden",
    "Velvet",
    "Wandering",
];
const THINGS: [&str; 48] = [
    "Accordion",
    "Alibi",
    "Anchor",
    "Archive",
    "Astronomer",
    "Atlas",
    "Bakery",
    "Ballad",
    "Beekeeper",
    "Bridge",
    "Cabaret",
    "Carnival",
    "Cartographer",
    "Clockmaker",
    "Comet",
    "Courier",
    "Detective",
    "Duchess",
    "Engine",
    "Ferryman",
    "Garden",
    "Glacier",
    "Guest",
    "Harbour",
    "Heist",
    "Horizon",
    "Inheritance",
    "Invitation",
    "Island",
    "Lantern",
    "Lighthouse",
    "Locksmith",
    "Mirror",
    "Monsoon",
    "Orchard",
    "Outlaw",
    "Parade",
    "Passenger",
    "Piano",
    "Promise",
    "Rehearsal",
    "Satellite",
    "Signal",
    "Stowaway",
    "Summer",
    "Telegram",
    "Violin",
    "Witness",
];
const PLACES: [&str; 28] = [
    "Alder Bay",
    "the Attic",
    "Birchwood",
    "Calder Street",
    "the Capital",
    "Cold Harbour",
    "the Delta",
    "Eastgate",
    "the Fjord",
    "Greywater",
    "the Hinterland",
    "Juniper Hill",
    "Kestrel Point",
    "the Lowlands",
    "Marrow Creek",
    "the Metro",
    "Nightingale Lane",
    "the Observatory",
    "Old Quarry",
    "Pepper Island",
    "the Plateau",
    "Quince Valley",
    "the Riviera",
    "Saltmarsh",
    "the Steppe",
    "Thornfield",
    "the Underpass",
    "Windmill Square",
];

/// The titles given so far.
#[derive(Default)]
pub(super) struct Titles {
    given: BTreeSet<String>,
}

impl Titles {
    /// A title that was not given before.
    pub(super) fn invent(&mut self, random: &mut impl Rng) -> String {
        loop {
            let quality = QUALITIES[random.random_range(0..QUALITIES.len())];
            let thing = THINGS[random.random_range(0..THINGS.len())];
            let place = PLACES[random.random_range(0..PLACES.len())];
            let title = match random.random_range(0..5) {
                0 => format!("The {quality} {thing}"),
                1 => format!("{quality} {thing}"),
                2 => format!("The {thing} of {place}"),
                3 => format!("A {thing} in {place}"),
                _ => format!("The {quality} {thing} of {place}"),
            };
            let title = if title.starts_with("A ") && "AEIOU".contains(thing.chars().next().unwrap_or(' ')) {
                title.replacen("A ", "An ", 1)
            } else {
                title
            };
            if self.given.insert(title.clone()) {
                return title;
            }
            // Where all such titles are given a number makes the difference.
            if self.given.len() > 40_000 {
                let title = format!("{title}, No. {}", self.given.len());
                if self.given.insert(title.clone()) {
                    return title;
                }
            }
        }
    }

    /// The title of a part of a series, with its year.
    pub(super) fn of_part(name: &str, part: usize, year: u32) -> String {
        let part = ["", "", " II", " III", " IV", " V"][part];
        format!("{name}{part} ({year})")
    }
}
