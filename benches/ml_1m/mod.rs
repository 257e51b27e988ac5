//! Interactions of the size of MovieLens-1M: the real ones if `RECFLOW_DATA` holds `ml-1m`, else generated.

use std::collections::{BTreeMap, BTreeSet};

use rand::RngExt;
use rayon::ThreadPool;
use recflow::rec::data::{Holdout, Interactions, Items, Split, SplitInfo};
use recflow::rec::stream;

const N_USERS: usize = 6040;
const N_ITEMS: usize = 3706;

/// All histories.
pub(crate) fn interactions() -> Interactions {
    let histories = real().unwrap_or_else(generated);
    assemble(N_ITEMS, &histories)
}

/// Every fifth entry of a user held out, the rest for training.
#[allow(dead_code, reason = "not every bench needs it")]
pub(crate) fn split() -> Split {
    let all = interactions();
    let part = |held_out: bool| {
        let histories: Vec<Vec<u32>> = (0..all.n_users())
            .map(|user| {
                let items = all.items_of(user).iter().enumerate();
                items.filter(|(place, _)| (place % 5 == 4) == held_out).map(|(_, &item)| item).collect()
            })
            .collect();
        assemble(all.n_items(), &histories)
    };
    let (train, targets) = (part(false), part(true));
    let test = Holdout { users: (0..N_USERS as u32).collect(), history: train.clone(), targets };
    Split {
        about: SplitInfo::default(),
        users: (0..N_USERS).map(|user| user.to_string()).collect(),
        items: Items { ids: vec![String::new(); N_ITEMS], titles: vec![String::new(); N_ITEMS] },
        train,
        validation: test.clone(),
        test,
    }
}

/// A rayon pool of that many threads.
#[allow(dead_code, reason = "not every bench needs it")]
pub(crate) fn pool(threads: usize) -> ThreadPool {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads can be started")
}

fn assemble(n_items: usize, histories: &[Vec<u32>]) -> Interactions {
    let mut offsets = vec![0];
    for history in histories {
        offsets.push(offsets[offsets.len() - 1] + history.len());
    }
    let items = histories.concat();
    let n = items.len();
    Interactions::from_parts(n_items, offsets, items, vec![1.0; n], vec![0; n])
}

fn real() -> Option<Vec<Vec<u32>>> {
    let folder = std::env::var_os("RECFLOW_DATA")?;
    let file = std::fs::read_to_string(std::path::Path::new(&folder).join("ml-1m/ratings.dat")).ok()?;
    let mut items = BTreeMap::new();
    let mut histories = vec![Vec::new(); N_USERS];
    for line in file.lines() {
        let mut fields = line.split("::").map(|field| field.parse::<usize>().expect("a number"));
        let (user, item) = (fields.next().expect("a user"), fields.next().expect("an item"));
        let next = items.len() as u32;
        histories[user - 1].push(*items.entry(item).or_insert(next));
    }
    Some(histories)
}

/// A million entries; lengths of histories and popularities of items fall off as MovieLens-1M's do.
fn generated() -> Vec<Vec<u32>> {
    (0..N_USERS)
        .map(|user| {
            let mut random = stream(1, "bench", &[user as u64]);
            let length = (20.0 / random.random_range(0.02_f64..1.0).powf(1.05)).min(1500.0) * 1.75;
            let mut items = BTreeSet::new();
            while items.len() < length as usize {
                items.insert((random.random::<f64>().powf(2.5) * N_ITEMS as f64) as u32);
            }
            items.into_iter().collect()
        })
        .collect()
}
