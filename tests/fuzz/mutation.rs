//! Inputs that are nearly right: valid ones with a few changes of the kinds that have broken readers before.

use rand::seq::IndexedRandom;
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::Value;

/// Numbers at which something ends.
const NUMBERS: [&str; 22] = [
    "0",
    "-0",
    "1",
    "-1",
    "255",
    "256",
    "65536",
    "2147483648",
    "4294967295",
    "4294967296",
    "9223372036854775807",
    "9223372036854775808",
    "18446744073709551615",
    "18446744073709551616",
    "-9223372036854775809",
    "1e308",
    "1e309",
    "-1e400",
    "1e-400",
    "0.1e99999999999999999999",
    "nan",
    ".inf",
];

/// Texts that mean something to somebody.
const TEXTS: [&str; 26] = [
    "",
    " ",
    "\0",
    "\n",
    "\r",
    "\r\n",
    "\t",
    "\"",
    "'",
    "\\",
    ",",
    "::",
    ":",
    "|",
    "${",
    "${x}",
    "$${",
    "../",
    "/",
    "\u{feff}",
    "\u{85}",
    "\u{2028}",
    "é",
    "👩‍👩‍👧",
    "\u{202e}",
    "%",
];

/// The input of that number: a function of its arguments.
pub fn input(target: &str, seed: u64, number: u64, corpus: &[Vec<u8>], words: &[&str]) -> Vec<u8> {
    let purpose = blake3::hash(format!("{target} {seed} {number}").as_bytes());
    let mut random = ChaCha8Rng::from_seed(*purpose.as_bytes());
    // The valid ones come first, as they are.
    if let Some(valid) = corpus.get(number as usize) {
        return valid.clone();
    }
    let mut bytes = corpus.choose(&mut random).cloned().unwrap_or_default();
    for _ in 0..1 << random.random_range(0..4) {
        bytes = mutated(bytes, corpus, words, &mut random);
        bytes.truncate(1 << 21);
    }
    bytes
}

fn mutated(mut bytes: Vec<u8>, corpus: &[Vec<u8>], words: &[&str], random: &mut ChaCha8Rng) -> Vec<u8> {
    let place = random.random_range(0..=bytes.len());
    match random.random_range(0..16) {
        0 => flip(&mut bytes, random),
        1 => bytes.truncate(place),
        2 => drop(bytes.drain(place..(place + random.random_range(0..64)).min(bytes.len()))),
        3 => insert(&mut bytes, place, TEXTS.choose(random).unwrap_or(&"").as_bytes()),
        4 => insert(&mut bytes, place, words.choose(random).unwrap_or(&"").as_bytes()),
        5 | 6 => replace_number(&mut bytes, place, NUMBERS.choose(random).unwrap_or(&"0").as_bytes()),
        7 => lines(&mut bytes, random),
        8 => {
            // The beginning of one and the end of another.
            let other = corpus.choose(random).cloned().unwrap_or_default();
            bytes.truncate(place);
            bytes.extend(&other[random.random_range(0..=other.len())..]);
        }
        9 => {
            let end = (place + random.random_range(1..200)).min(bytes.len());
            let part = bytes[place..end].repeat(random.random_range(1..50));
            insert(&mut bytes, end, &part);
        }
        10 => nest(&mut bytes, place, random),
        11 => {
            let digits: Vec<u8> =
                (0..random.random_range(1..5000)).map(|_| b"0123456789.e-"[random.random_range(0..13)]).collect();
            replace_number(&mut bytes, place, &digits);
        }
        12 | 13 => return json(&bytes, random).unwrap_or(bytes),
        14 => return tensors(&bytes, random).unwrap_or(bytes),
        _ => {
            let junk: Vec<u8> = (0..random.random_range(1..100)).map(|_| random.random()).collect();
            insert(&mut bytes, place, &junk);
        }
    }
    bytes
}

fn insert(bytes: &mut Vec<u8>, place: usize, part: &[u8]) {
    bytes.splice(place..place, part.iter().copied());
}

fn flip(bytes: &mut [u8], random: &mut ChaCha8Rng) {
    for _ in 0..random.random_range(1..8) {
        if let Some(last) = bytes.len().checked_sub(1) {
            bytes[random.random_range(0..=last)] ^= 1 << random.random_range(0..8);
        }
    }
}

/// The next number behind the place becomes another.
fn replace_number(bytes: &mut Vec<u8>, place: usize, number: &[u8]) {
    let is_digit = |byte: &u8| byte.is_ascii_digit();
    let Some(start) = bytes[place..].iter().position(is_digit).map(|at| place + at) else { return };
    let end = bytes[start..].iter().position(|byte| !is_digit(byte)).map_or(bytes.len(), |at| start + at);
    bytes.splice(start..end, number.iter().copied());
}

/// A line is left out, doubled, or changes its place.
fn lines(bytes: &mut Vec<u8>, random: &mut ChaCha8Rng) {
    let mut lines: Vec<Vec<u8>> = bytes.split(|&byte| byte == b'\n').map(<[u8]>::to_vec).collect();
    let (from, to) = (random.random_range(0..lines.len()), random.random_range(0..lines.len()));
    match random.random_range(0..3) {
        0 => drop(lines.remove(from)),
        1 => lines.insert(to, lines[from].clone()),
        _ => lines.swap(from, to),
    }
    *bytes = lines.join(&b'\n');
}

/// Deep nesting, or aliases of aliases.
fn nest(bytes: &mut Vec<u8>, place: usize, random: &mut ChaCha8Rng) {
    let depth = 1 << random.random_range(1..16);
    let part = match random.random_range(0..6) {
        0 => "[".repeat(depth),
        1 => "{a: ".repeat(depth),
        2 => "[".repeat(depth) + &"]".repeat(depth),
        3 => "- ".repeat(depth),
        4 => format!("{}1{}", "{\"a\":".repeat(depth), "}".repeat(depth)),
        _ => {
            let level = |level: usize| {
                format!("a{level}: &a{level} [{}]\n", vec![format!("*a{}", level.max(1) - 1); 9].join(", "))
            };
            "a0: &a0 [x, x, x]\n".to_owned() + &(1..random.random_range(2..30)).map(level).collect::<String>()
        }
    };
    insert(bytes, place, part.as_bytes());
}

/// For JSON and lines of JSON: another value in one place.
fn json(bytes: &[u8], random: &mut ChaCha8Rng) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(bytes).ok()?;
    if let Ok(mut value) = serde_json::from_str::<Value>(text) {
        change(&mut value, random);
        return serde_json::to_vec(&value).ok();
    }
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let place = random.random_range(0..lines.len().max(1));
    let mut value: Value = serde_json::from_str(lines.get(place)?).ok()?;
    change(&mut value, random);
    lines[place] = value.to_string();
    Some((lines.join("\n") + "\n").into_bytes())
}

fn change(value: &mut Value, random: &mut ChaCha8Rng) {
    let goes_down = random.random_range(0..4) > 0;
    match value {
        Value::Object(map) if goes_down && !map.is_empty() => {
            let key = map.keys().nth(random.random_range(0..map.len())).cloned().unwrap_or_default();
            match random.random_range(0..8) {
                0 => drop(map.remove(&key)),
                1 => {
                    let moved = map.remove(&key).unwrap_or_default();
                    map.insert(TEXTS.choose(random).unwrap_or(&"x").to_string(), moved);
                }
                _ => map.get_mut(&key).into_iter().for_each(|value| change(value, random)),
            }
        }
        Value::Array(items) if goes_down && !items.is_empty() => {
            let place = random.random_range(0..items.len());
            match random.random_range(0..6) {
                0 => drop(items.remove(place)),
                1 => items.push(items[place].clone()),
                _ => change(&mut items[place], random),
            }
        }
        other => {
            let number: String = NUMBERS[random.random_range(0..19)].to_owned();
            *other = match random.random_range(0..6) {
                0 => Value::Null,
                1 => Value::Array(Vec::new()),
                2 => Value::Object(serde_json::Map::new()),
                3 => Value::String(TEXTS.choose(random).unwrap_or(&"").to_string()),
                _ => serde_json::from_str(&number).unwrap_or(Value::Bool(true)),
            };
        }
    }
}

/// For safetensors: another header over the same bytes, its length right or nearly.
fn tensors(bytes: &[u8], random: &mut ChaCha8Rng) -> Option<Vec<u8>> {
    let length = u64::from_le_bytes(bytes.get(..8)?.try_into().ok()?) as usize;
    let header = json(bytes.get(8..8usize.checked_add(length)?)?, random)?;
    let mut told = header.len() as u64;
    match random.random_range(0..8) {
        0 => told = random.next_u64(),
        1 => told += random.random_range(0..16),
        _ => {}
    }
    Some([&told.to_le_bytes(), &header[..], &bytes[8 + length..]].concat())
}
