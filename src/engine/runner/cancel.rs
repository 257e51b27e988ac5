//! The wish that a job end, and the means to enforce it.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};

/// How long what was asked to end has, before it is made to.
pub(in crate::engine) const GRACE: Duration = Duration::from_secs(5);

/// Shared between whoever runs a job and whoever may want it to end.
#[derive(Debug, Default)]
pub struct Cancel {
    wanted: AtomicBool,
    // Whether the end was wanted because time ran out.
    late: AtomicBool,
    // The process group to end; only while its leader has not been waited for, so that the number is still its own.
    group: Mutex<Option<Pid>>,
}

impl Cancel {
    /// Asks for an end: politely first, and by force when called with `force`.
    pub fn request(&self, force: bool) {
        self.wanted.store(true, Ordering::SeqCst);
        if let Some(group) = *self.lock() {
            // It may have ended by itself just now.
            let _ = kill_process_group(group, if force { Signal::KILL } else { Signal::TERM });
        }
    }

    /// Whether an end is wanted.
    pub fn is_requested(&self) -> bool {
        self.wanted.load(Ordering::SeqCst)
    }

    /// Asks for an end because time has run out.
    pub fn time_out(&self) {
        // Whoever was asked to end before is not late.
        self.late.store(!self.is_requested(), Ordering::SeqCst);
        self.request(false);
    }

    /// Whether the end was asked for because time had run out.
    pub fn is_late(&self) -> bool {
        self.late.load(Ordering::SeqCst)
    }

    /// Names the process group that [`Self::request`] ends.
    pub(in crate::engine) fn attach(&self, leader: Pid) {
        *self.lock() = Some(leader);
        if self.is_requested() {
            self.request(false);
        }
    }

    /// The process group is about to be gone.
    pub(in crate::engine) fn detach(&self) {
        *self.lock() = None;
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Pid>> {
        self.group.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}
