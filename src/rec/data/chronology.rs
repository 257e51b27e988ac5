//! The events of each user, in order.

use super::{Dataset, Events};

/// Positions of events grouped by user.
#[derive(Debug)]
pub(super) struct Rows {
    /// Row boundaries. Shape: `[n_users + 1]`.
    offsets: Vec<usize>,
    /// Positions in the events. Shape: `[n_events]`.
    events: Vec<u32>,
}

impl Rows {
    /// The events of one user.
    pub(super) fn of(&self, user: usize) -> &[u32] {
        &self.events[self.offsets[user]..self.offsets[user + 1]]
    }

    /// Number of users.
    pub(super) fn n_users(&self) -> usize {
        self.offsets.len() - 1
    }
}

/// What must be said of a split by time of data that has none.
pub(super) fn caveat(dataset: &Dataset) -> &'static str {
    if dataset.about.has_times {
        ""
    } else {
        " (the data has no times: the order of its lines is taken for that of time)"
    }
}

/// Groups events by user and leaves those of one user in file order. `users` is the user of each event.
pub(super) fn by_user(users: &[u32], n_users: usize) -> Rows {
    let mut offsets = vec![0; n_users + 1];
    for &user in users {
        offsets[user as usize + 1] += 1;
    }
    for user in 0..n_users {
        offsets[user + 1] += offsets[user];
    }
    let mut next = offsets.clone();
    let mut events = vec![0; users.len()];
    for (event, &user) in users.iter().enumerate() {
        let slot = &mut next[user as usize];
        events[*slot] = event as u32;
        *slot += 1;
    }
    Rows { offsets, events }
}

/// Groups events by user, those of one user oldest first; ties in time stay in file order.
pub(super) fn chronological(dataset: &Dataset) -> Rows {
    let mut rows = by_user(&dataset.events.users, dataset.n_users());
    if dataset.about.has_times {
        for user in 0..dataset.n_users() {
            let row = &mut rows.events[rows.offsets[user]..rows.offsets[user + 1]];
            sort_by_time(row, &dataset.events);
        }
    }
    rows
}

/// Sorts events by time; ties keep their order.
pub(super) fn sort_by_time(row: &mut [u32], events: &Events) {
    row.sort_by_key(|&event| events.times[event as usize]);
}
