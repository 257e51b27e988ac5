//! What a computation costs, also one that goes on from where another was left.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::program::Programs;

/// What a computation has cost until some moment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Spent {
    /// Wall-clock time.
    pub wall: Duration,
    /// Processor time of all threads and programs; `None` where it cannot be told apart.
    pub cpu: Option<Duration>,
    /// The most memory that was held, in bytes; `None` where it cannot be told apart.
    pub peak_memory_bytes: Option<u64>,
}

impl Spent {
    /// This and, after it, `later`: times add up, of memory the most counts. What one of them does not know, both do not.
    fn then(self, later: Self) -> Self {
        Self {
            wall: self.wall + later.wall,
            cpu: self.cpu.zip(later.cpu).map(|(first, then)| first + then),
            peak_memory_bytes: self.peak_memory_bytes.zip(later.peak_memory_bytes).map(|(first, then)| first.max(then)),
        }
    }
}

/// What the process that carries a job out can tell of itself.
pub(super) trait Meter: Sync {
    /// Processor time so far.
    fn cpu(&self) -> Option<Duration>;
    /// The most memory held so far, in bytes.
    fn peak_memory_bytes(&self) -> Option<u64>;
}

/// What a running stage costs, and has cost before.
pub struct Spending<'a> {
    begun: Instant,
    meter: &'a dyn Meter,
    pub(super) programs: Programs,
    before: Mutex<Option<Spent>>,
}

impl<'a> Spending<'a> {
    /// Of a stage that begins now.
    pub(super) fn begin(meter: &'a dyn Meter) -> Self {
        Self { begun: Instant::now(), meter, programs: Programs::default(), before: Mutex::default() }
    }

    /// What the result has cost until now, with what it goes on from. A checkpoint keeps it with the rest.
    pub fn so_far(&self) -> Spent {
        let now = self.now();
        self.before().map_or(now, |before| before.then(now))
    }

    /// The stage goes on from a checkpoint: what the result had cost when that was made.
    pub fn goes_on_from(&self, before: Spent) {
        *self.before.lock().unwrap_or_else(PoisonError::into_inner) = Some(before);
    }

    /// What the result had cost when the checkpoint was made from which the stage goes on, if it does.
    pub(super) fn before(&self) -> Option<Spent> {
        *self.before.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What this stage has cost by itself.
    fn now(&self) -> Spent {
        let (programs_cpu, programs_bytes) = self.programs.used();
        Spent {
            wall: self.begun.elapsed(),
            cpu: self.meter.cpu().map(|cpu| cpu + programs_cpu),
            peak_memory_bytes: self.meter.peak_memory_bytes().map(|bytes| bytes.max(programs_bytes)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Meter, Spending, Spent};

    struct Process;

    impl Meter for Process {
        fn cpu(&self) -> Option<Duration> {
            Some(Duration::from_secs(2))
        }

        fn peak_memory_bytes(&self) -> Option<u64> {
            Some(500)
        }
    }

    #[test]
    fn what_was_spent_before_is_counted_in() {
        let spending = Spending::begin(&Process);
        assert_eq!((spending.before(), spending.so_far().cpu), (None, Some(Duration::from_secs(2))));
        let hour = Duration::from_hours(1);
        let before = |bytes| Spent { wall: hour, cpu: Some(hour), peak_memory_bytes: bytes };
        spending.goes_on_from(before(Some(900)));
        let all = spending.so_far();
        assert!(all.wall >= hour);
        assert_eq!((all.cpu, all.peak_memory_bytes), (Some(hour + Duration::from_secs(2)), Some(900)));
        spending.goes_on_from(before(Some(100)));
        assert_eq!(spending.so_far().peak_memory_bytes, Some(500));
        // What nobody could tell then, nobody can tell now.
        spending.goes_on_from(before(None));
        assert_eq!(spending.so_far().peak_memory_bytes, None);
    }
}
