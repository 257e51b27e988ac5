//! What running stages share: slots, threads and memory.

use super::request::Request;

/// The resources of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capacity {
    /// How many stages may run at once.
    pub jobs: usize,
    /// The threads that all running stages share.
    pub threads: usize,
    /// The memory that all running stages share, in bytes.
    pub memory_bytes: u64,
}

/// What one stage was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Allotment {
    /// Threads.
    pub threads: usize,
    /// Memory in bytes.
    pub memory_bytes: u64,
}

/// Capacity, and how much of them is in use.
#[derive(Debug)]
pub(super) struct Budget {
    total: Capacity,
    running: usize,
    threads: usize,
    memory_bytes: u64,
}

impl Budget {
    pub(super) fn new(total: Capacity) -> Self {
        Self { total, running: 0, threads: 0, memory_bytes: 0 }
    }

    /// Whether any stage at all could start now.
    pub(super) fn has_room(&self) -> bool {
        self.running < self.total.jobs && self.threads < self.total.threads
    }

    /// What the stage gets now, if it can start now. `waiting` stages (this one among them) could start: a stage that
    /// does not say how many threads it wants gets an equal share of those that are free.
    pub(super) fn allot(&mut self, request: Request, waiting: usize) -> Option<Allotment> {
        let slots = self.total.jobs.saturating_sub(self.running);
        let free = self.total.threads.saturating_sub(self.threads);
        if slots == 0 || free == 0 {
            return None;
        }
        let share = (free / slots.min(waiting).max(1)).max(1);
        let wanted = request.threads.map_or(share, |threads| threads.min(self.total.threads));
        let threads = wanted.min(request.max_threads).max(1);
        let fits = threads <= free && self.memory_bytes + request.memory_bytes <= self.total.memory_bytes;
        fits.then(|| {
            self.running += 1;
            self.threads += threads;
            self.memory_bytes += request.memory_bytes;
            Allotment { threads, memory_bytes: request.memory_bytes }
        })
    }

    /// Takes back what a stage was given.
    pub(super) fn release(&mut self, allotment: Allotment) {
        self.running -= 1;
        self.threads -= allotment.threads;
        self.memory_bytes -= allotment.memory_bytes;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANY: Request = Request { threads: None, max_threads: usize::MAX, memory_bytes: 0 };

    fn budget(jobs: usize, threads: usize) -> Budget {
        Budget::new(Capacity { jobs, threads, memory_bytes: 100 })
    }

    fn threads(allotment: Option<Allotment>) -> Option<usize> {
        allotment.map(|allotment| allotment.threads)
    }

    #[test]
    fn stages_that_could_start_together_share_the_threads() {
        let mut budget = budget(4, 4);
        assert_eq!(threads(budget.allot(ANY, 2)), Some(2));
        assert_eq!(threads(budget.allot(ANY, 1)), Some(2));
        assert_eq!(budget.allot(ANY, 1), None);
    }

    #[test]
    fn a_lone_stage_gets_all_threads_it_can_use() {
        assert_eq!(threads(budget(4, 4).allot(ANY, 1)), Some(4));
        assert_eq!(threads(budget(4, 4).allot(Request { max_threads: 1, ..ANY }, 1)), Some(1));
    }

    #[test]
    fn nothing_is_ever_oversubscribed() {
        let mut budget = budget(8, 4);
        let fixed = Request { threads: Some(3), ..ANY };
        let first = budget.allot(fixed, 1).unwrap();
        assert_eq!(budget.allot(fixed, 1), None);
        budget.release(first);
        assert_eq!(threads(budget.allot(Request { threads: Some(64), ..ANY }, 1)), Some(4));
    }

    #[test]
    fn memory_is_shared_too() {
        let mut budget = budget(8, 8);
        let large = Request { memory_bytes: 60, max_threads: 1, ..ANY };
        assert!(budget.allot(large, 2).is_some());
        assert_eq!(budget.allot(large, 1), None);
        assert!(budget.allot(Request { memory_bytes: 40, ..large }, 1).is_some());
    }
}
