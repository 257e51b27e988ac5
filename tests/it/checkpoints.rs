//! Checkpoints: what a stage has done is not done again, by itself or by one that goes on for longer.

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use recflow::engine::{Event, Observer, Outcome, Status, status};

use crate::toy::{Count, Toy, registry};

/// A counting stage that keeps its diary in the toy's folder.
fn count(toy: &Toy, name: &str, letter: &str, epochs: usize, more: &str) -> String {
    let diary = toy.path("diary");
    format!(
        "  {name}: {{ uses: count, with: {{ letter: {letter}, epochs: {epochs}, diary: '{}'{more} }} }}\n",
        diary.display()
    )
}

fn diary(toy: &Toy) -> String {
    fs::read_to_string(toy.path("diary")).unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ")
}

fn folders(toy: &Toy) -> usize {
    toy.store().checkpoints().unwrap().len()
}

#[test]
fn a_stage_that_was_ended_goes_on_where_it_was() {
    let toy = Toy::new();
    let (summary, _) = toy.run(&count(&toy, "s", "a", 5, ", fail-after: 3"));
    assert_eq!((summary.outcome, diary(&toy).as_str()), (Outcome::Failed, "a1 a2 a3"));
    assert_eq!(toy.computes(&count(&toy, "s", "a", 5, "")), ["s"]);
    assert_eq!((toy.text("s").as_str(), diary(&toy).as_str()), ("aaaaa", "a1 a2 a3 a4 a5"));
    // What it had cost before counts, and is told apart.
    let before = 3 * Count::EPOCH;
    let facts = toy.store().action(toy.store().latest("toy", "s").unwrap()).unwrap().facts;
    assert_eq!(facts.before_checkpoint, Some(before));
    assert!(before < facts.wall && facts.wall < 4 * Count::EPOCH, "{facts:?}");
    assert_eq!(facts.wall_of_last_run() + before, facts.wall);
}

#[test]
fn a_finished_stage_goes_on_when_it_is_told_to() {
    let toy = Toy::new();
    toy.computes(&count(&toy, "s", "a", 2, ""));
    assert_eq!(toy.computes(&count(&toy, "s", "a", 4, "")), ["s"]);
    assert_eq!((toy.text("s").as_str(), diary(&toy).as_str()), ("aaaa", "a1 a2 a3 a4"));
    // For a shorter time, what was kept is of no use; both results are there now.
    assert_eq!(toy.computes(&count(&toy, "s", "a", 3, "")), ["s"]);
    assert_eq!(toy.text("s"), "aaa");
    assert_eq!(toy.computes(&count(&toy, "s", "a", 4, "")), [""; 0]);
    assert_eq!(folders(&toy), 1);
}

#[test]
fn any_other_parameter_begins_anew() {
    let toy = Toy::new();
    toy.computes(&count(&toy, "s", "a", 2, ""));
    toy.computes(&count(&toy, "s", "b", 2, ""));
    assert_eq!((diary(&toy).as_str(), folders(&toy)), ("a1 a2 b1 b2", 2));
    // Another name makes no other computation, nor does what is not in the key.
    toy.computes(&count(&toy, "other", "b", 3, ", wait-for: /"));
    assert_eq!((diary(&toy).as_str(), folders(&toy)), ("a1 a2 b1 b2 b3", 2));
}

#[test]
fn a_checkpoint_changes_no_key() {
    let toy = Toy::new();
    let pipeline = count(&toy, "s", "a", 2, "");
    toy.computes(&pipeline);
    let key = toy.store().latest("toy", "s").unwrap();
    fs::remove_dir_all(toy.path("cache/checkpoints")).unwrap();
    let workspace = recflow::engine::Workspace::default();
    let statuses = status(&Toy::plan(&pipeline), &registry(), &toy.store(), &workspace, &[].into(), toy.capacity);
    assert_eq!(statuses[0].status, Status::Cached);
    // Computed again without what was kept, it is the same.
    fs::remove_dir_all(toy.path("cache/actions")).unwrap();
    toy.store();
    toy.computes(&pipeline);
    assert_eq!(toy.store().latest("toy", "s"), Some(key));
    assert_eq!(diary(&toy), "a1 a2 a1 a2");
}

#[test]
fn stages_that_cannot_go_on_have_no_folder() {
    let toy = Toy::new();
    toy.computes("  s: { uses: write }\n");
    assert!(!toy.path("cache/checkpoints").exists());
}

/// Opens a gate, which is a file, once a stage waits for another.
struct OpensWhenWaiting {
    gate: PathBuf,
    waited: bool,
}

impl Observer for OpensWhenWaiting {
    fn observe(&mut self, _: SystemTime, event: &Event) {
        if let Event::StageWaiting { .. } = event {
            self.waited = true;
            fs::write(&self.gate, "").unwrap();
        }
    }
}

#[test]
fn two_runs_do_not_use_one_checkpoint_at_once() {
    let toy = &Toy::new();
    let gate = toy.path("gate");
    let slow = count(toy, "slow", "a", 2, &format!(", wait-for: '{}'", gate.display()));
    let waited = std::thread::scope(|scope| {
        let first = scope.spawn(|| toy.run(&slow).0);
        while diary(toy) != "a1 a2" {
            std::thread::sleep(Duration::from_millis(2));
        }
        let mut observer = OpensWhenWaiting { gate: gate.clone(), waited: false };
        let long = Toy::plan(&count(toy, "long", "a", 3, ""));
        let second = toy.executor().run(&long, &mut observer).unwrap();
        // Should the second not have waited, the first must end all the same.
        fs::write(&gate, "").unwrap();
        assert_eq!((first.join().unwrap().outcome, second.outcome), (Outcome::Done, Outcome::Done));
        observer.waited
    });
    assert!(waited);
    assert_eq!((toy.text("long").as_str(), diary(toy).as_str()), ("aaa", "a1 a2 a3"));
}

#[test]
fn stages_of_one_run_that_share_a_checkpoint_take_turns() {
    let toy = Toy::new();
    let pipeline: String =
        [4, 2, 3, 1].iter().map(|&epochs| count(&toy, &format!("s{epochs}"), "a", epochs, "")).collect();
    assert_eq!(toy.computes(&pipeline), ["s1", "s2", "s3", "s4"]);
    for (stage, text) in [("s1", "a"), ("s2", "aa"), ("s3", "aaa"), ("s4", "aaaa")] {
        assert_eq!(toy.text(stage), text);
    }
    assert_eq!(folders(&toy), 1);
}
