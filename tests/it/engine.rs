//! The engine by itself: what runs again and what does not, what happens when things go wrong.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use recflow::engine::{Capacity, Event, Failure, Outcome, Status, Workspace, status};

use crate::toy::{Toy, registry};

const CHAIN: &str = "
  first: { uses: write, with: { text: ab } }
  second: { uses: write, with: { text: cd } }
  both: { uses: join, needs: [first, second] }
  length: { uses: length, needs: both }
  end: { uses: join, needs: length }
";

fn failure_of(told: &[Event], name: &str) -> Failure {
    told.iter()
        .find_map(|event| match event {
            Event::StageFailed { stage, failure, .. } if stage == name => Some(failure.clone()),
            _ => None,
        })
        .unwrap_or_else(|| panic!("`{name}` did not fail: {told:?}"))
}

fn overwrite(path: &Path, change: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = fs::read(path).unwrap();
    change(&mut bytes);
    fs::set_permissions(path, fs::Permissions::from_mode(0o644)).unwrap();
    fs::write(path, bytes).unwrap();
}

#[test]
fn what_is_finished_is_not_computed_again() {
    let toy = Toy::new();
    assert_eq!(toy.computes(CHAIN), ["both", "end", "first", "length", "second"]);
    assert_eq!(toy.text("both"), "ab cd");
    assert_eq!(toy.text("end"), "5");
    assert_eq!(toy.computes(CHAIN), [""; 0]);
}

#[test]
fn an_edit_runs_what_it_touched_and_stops_where_results_are_equal() {
    let toy = Toy::new();
    toy.computes(CHAIN);
    // The joined text changes, its length does not: `end` stays.
    assert_eq!(toy.computes(&CHAIN.replace("text: ab", "text: xy")), ["both", "first", "length"]);
    assert_eq!(toy.computes(&CHAIN.replace("text: ab", "text: xyz")), ["both", "end", "first", "length"]);
    // Back to the beginning: everything is still there.
    assert_eq!(toy.computes(CHAIN), [""; 0]);
}

#[test]
fn comments_order_and_spelled_out_defaults_change_nothing() {
    let toy = Toy::new();
    toy.computes(CHAIN);
    let rewritten = "
  # The same pipeline, told otherwise.
  end: { needs: [length], with: { between: ' ' }, uses: join }
  length: { needs: both, uses: length }
  both: { uses: join, needs: [first, second] }
  second: { with: { text: \"cd\" }, uses: write }
  first: { uses: write, with: { text: 'ab' } }
";
    assert_eq!(toy.computes(rewritten), [""; 0]);
    // The order of joined inputs does count.
    assert_eq!(toy.computes(&CHAIN.replace("[first, second]", "[second, first]")), ["both", "length"]);
}

#[test]
fn source_files_count_by_content() {
    let toy = Toy::new();
    let pipeline = "
  read: { uses: read, with: { path: input.txt } }
  length: { uses: length, needs: read }
  end: { uses: join, needs: length }
";
    fs::write(toy.path("input.txt"), "hello").unwrap();
    assert_eq!(toy.computes(pipeline), ["end", "length", "read"]);
    // Touched, and copied.
    fs::write(toy.path("input.txt"), "hello").unwrap();
    fs::copy(toy.path("input.txt"), toy.path("copy.txt")).unwrap();
    assert_eq!(toy.computes(pipeline), [""; 0]);
    assert_eq!(toy.computes(&pipeline.replace("input.txt", "copy.txt")), [""; 0]);
    fs::write(toy.path("input.txt"), "jello").unwrap();
    assert_eq!(toy.computes(pipeline), ["length", "read"]);
    fs::write(toy.path("input.txt"), "hello, you").unwrap();
    assert_eq!(toy.computes(pipeline), ["end", "length", "read"]);
}

#[test]
fn a_missing_source_is_told_by_name() {
    let toy = Toy::new();
    let (summary, told) = toy.run("  read: { uses: read, with: { path: nothing.txt } }\n");
    assert_eq!(summary.outcome, Outcome::Failed);
    assert!(failure_of(&told.0, "read").to_string().contains("nothing.txt"));
}

#[test]
fn damaged_inputs_are_found_and_computed_again() {
    for damage in [|bytes: &mut Vec<u8>| bytes[0] ^= 1, |bytes: &mut Vec<u8>| bytes.truncate(1), Vec::clear] {
        let toy = Toy::new();
        toy.computes(CHAIN);
        overwrite(&toy.object("both"), damage);
        // `length` must read `both` to run; a run in which nobody reads it has no need to look.
        let edited = format!("{CHAIN}  again: {{ uses: join, needs: [both, first] }}\n");
        assert_eq!(toy.computes(&edited), ["again", "both"]);
        assert_eq!(toy.text("again"), "ab cd ab");
    }
}

#[test]
fn missing_objects_and_damaged_records_count_as_not_there() {
    let toy = Toy::new();
    toy.computes(CHAIN);
    fs::remove_file(toy.object("both")).unwrap();
    assert_eq!(toy.computes(CHAIN), ["both"]);

    let records: Vec<_> = fs::read_dir(toy.path("cache/actions"))
        .unwrap()
        .flat_map(|shard| fs::read_dir(shard.unwrap().path()).unwrap())
        .map(|entry| entry.unwrap().path())
        .collect();
    assert_eq!(records.len(), 5);
    for (index, record) in records.iter().enumerate() {
        overwrite(record, |bytes| {
            let place = bytes.len() / 2 + index;
            bytes[place] ^= 1;
        });
    }
    assert_eq!(toy.computes(CHAIN).len(), 5);
    // Two records that have changed places answer the wrong keys.
    let (a, b) = (fs::read(&records[0]).unwrap(), fs::read(&records[1]).unwrap());
    fs::write(&records[0], b).unwrap();
    fs::write(&records[1], a).unwrap();
    assert_eq!(toy.computes(CHAIN).len(), 2);
}

#[test]
fn failures_are_told_apart() {
    let toy = Toy { keep_going: true, ..Toy::new() };
    let (summary, told) = toy.run(
        "
  error: { uses: fail, with: { how: error } }
  panic: { uses: fail, with: { how: panic } }
  silent: { uses: fail, with: { how: silent } }
",
    );
    assert_eq!((summary.outcome, summary.failed), (Outcome::Failed, 3));
    assert_eq!(
        failure_of(&told.0, "error"),
        Failure::Error { message: "it cannot be done".into(), help: Some("do something else".into()) }
    );
    assert_eq!(failure_of(&told.0, "panic"), Failure::Panic { message: "the number 7 was not expected".into() });
    assert_eq!(failure_of(&told.0, "silent").to_string(), "the stage wrote nothing to its output `text`");
}

#[test]
fn keep_going_runs_what_does_not_depend_on_the_failure() {
    let pipeline = "
  bad: { uses: fail }
  after-bad: { uses: length, needs: bad }
  after-that: { uses: length, needs: after-bad }
  good: { uses: write }
  after-good: { uses: length, needs: good }
";
    let toy = Toy { keep_going: true, ..Toy::new() };
    let (summary, told) = toy.run(pipeline);
    assert_eq!((summary.computed, summary.failed, summary.not_run), (2, 1, 2));
    for name in ["after-bad", "after-that"] {
        assert!(told.0.contains(&Event::StageSkipped { stage: name.into(), cause: "bad".into() }), "{name}");
    }

    let mut strict = Toy::new();
    strict.capacity.jobs = 1;
    let (summary, _) = strict.run(pipeline);
    assert_eq!((summary.computed, summary.failed, summary.not_run), (0, 1, 4));
}

#[test]
fn independent_stages_run_at_the_same_time() {
    let toy = Toy::new();
    let folder = tempfile::tempdir().unwrap();
    // Each waits for the other: neither could end if they ran one after the other.
    let pipeline = format!(
        "
  left: {{ uses: meet, with: {{ name: left, folder: {0}, party: 2 }} }}
  right: {{ uses: meet, with: {{ name: right, folder: {0}, party: 2 }} }}
",
        folder.path().display()
    );
    assert_eq!(toy.computes(&pipeline), ["left", "right"]);
}

#[test]
fn threads_are_shared_and_never_oversubscribed() {
    let mut toy = Toy::new();
    toy.capacity.jobs = 8;
    toy.capacity.threads = 3;
    let stages: Vec<_> = (0..12).map(|i| format!("  s{i}: {{ uses: write, with: {{ text: t{i} }} }}")).collect();
    let stages = stages.join("\n");
    let (_, told) = toy.run(&stages);
    let mut running = std::collections::BTreeMap::new();
    for event in &told.0 {
        match event {
            Event::StageStarted { stage, threads, .. } => {
                running.insert(stage.clone(), *threads);
                assert!(running.values().sum::<usize>() <= 3, "{running:?}");
            }
            Event::StageFinished { stage, .. } => {
                running.remove(stage);
            }
            _ => {}
        }
    }
}

#[test]
fn a_stage_that_cannot_fit_into_memory_says_what_it_needs() {
    let toy = Toy::new();
    let message = "it needs 4 GiB of memory, and 1 GiB are allowed".to_owned();
    let help = Some("allow more with `--memory`, or make the stage smaller".to_owned());
    let judged = "  heavy: { uses: heavy, with: { bytes: 4294967296 } }\n  behind: { uses: length, needs: heavy }\n";
    let declared = "  heavy: { uses: heavy, with: { bytes: 1 }, resources: { memory: 4GiB } }\n";
    for pipeline in [judged, declared] {
        assert_eq!(promise(&toy, pipeline), Status::Fail { message: message.clone(), help: help.clone() });
        let (_, told) = toy.run(pipeline);
        let failure = Failure::Error { message: message.clone(), help: help.clone() };
        assert_eq!(failure_of(&told.0, "heavy"), failure);
    }
    // What is there needs no memory.
    let more = Toy { capacity: Capacity { memory_bytes: 8 << 30, ..toy.capacity }, ..Toy::new() };
    more.computes(judged);
    let less = Toy { capacity: toy.capacity, ..more };
    assert_eq!(promise(&less, judged), Status::Cached);
    assert_eq!(less.computes(judged), [""; 0]);
    let forced = ["heavy".to_owned()].into();
    let workspace = Workspace::default();
    let told = status(&Toy::plan(judged), &registry(), &less.store(), &workspace, &forced, less.capacity).remove(0);
    assert_eq!(told.status, Status::Fail { message, help });
}

/// What a run would do with the first stage.
fn promise(toy: &Toy, pipeline: &str) -> Status {
    let workspace = Workspace::default();
    status(&Toy::plan(pipeline), &registry(), &toy.store(), &workspace, &[].into(), toy.capacity).remove(0).status
}

#[test]
fn an_interrupt_ends_what_runs_and_keeps_what_is_finished() {
    let toy = Toy::new();
    let folder = tempfile::tempdir().unwrap();
    let pipeline = format!(
        "
  done: {{ uses: write }}
  endless: {{ uses: meet, with: {{ name: endless, folder: {}, party: 2 }} }}
  after: {{ uses: join, needs: [done, endless] }}
",
        folder.path().display()
    );
    let executor = toy.executor();
    let interrupter = executor.interrupter();
    let mut told = crate::toy::Told::default();
    let summary = std::thread::scope(|scope| {
        scope.spawn(|| {
            // `done` was begun no later than `endless`; it is finished once its result can be found.
            while !folder.path().join("endless").exists() || toy.store().latest("toy", "done").is_none() {
                std::thread::sleep(std::time::Duration::from_millis(2));
            }
            interrupter.interrupt();
        });
        executor.run(&Toy::plan(&pipeline), &mut told).unwrap()
    });
    assert_eq!((summary.outcome, summary.computed, summary.not_run), (Outcome::Interrupted, 1, 2));
    fs::write(folder.path().join("company"), "").unwrap();
    assert_eq!(toy.computes(&pipeline), ["after", "endless"]);
}

#[test]
fn two_runs_over_one_cache_compute_everything_once() {
    let toy = Toy::new();
    let folder = tempfile::tempdir().unwrap();
    let pipeline =
        format!("  slow: {{ uses: meet, with: {{ name: slow, folder: {}, party: 2 }} }}\n", folder.path().display());
    let finished: usize = std::thread::scope(|scope| {
        let runs = [scope.spawn(|| toy.run(&pipeline)), scope.spawn(|| toy.run(&pipeline))];
        while !folder.path().join("slow").exists() {
            std::thread::sleep(std::time::Duration::from_millis(2));
        }
        fs::write(folder.path().join("company"), "").unwrap();
        runs.into_iter()
            .map(|run| run.join().unwrap().0)
            .map(|summary| {
                assert_eq!(summary.outcome, Outcome::Done);
                summary.failed
            })
            .sum()
    });
    assert_eq!(finished, 0);
    assert_eq!(toy.store().actions().unwrap().len(), 1);
}

#[test]
fn publications_are_restored_when_they_are_missing_or_changed() {
    let toy = Toy::new();
    let pipeline = CHAIN.replace("needs: length }", "needs: length, with: { output: out/end.txt } }");
    toy.computes(&pipeline);
    assert_eq!(fs::read_to_string(toy.path("out/end.txt")).unwrap(), "5");
    for damage in [|path: &Path| fs::remove_file(path).unwrap(), |path: &Path| fs::write(path, "wrong").unwrap()] {
        damage(&toy.path("out/end.txt"));
        assert_eq!(toy.computes(&pipeline), [""; 0]);
        assert_eq!(fs::read_to_string(toy.path("out/end.txt")).unwrap(), "5");
    }
    let (summary, told) = toy.run(&pipeline.replace("out/end.txt", "../end.txt"));
    assert_eq!(summary.outcome, Outcome::Failed);
    assert!(failure_of(&told.0, "end").to_string().contains("outside of the workspace"));
}

#[test]
fn a_damaged_result_is_not_published_but_computed_again() {
    let toy = Toy::new();
    let pipeline = CHAIN.replace("needs: length }", "needs: [length, both], with: { output: end.txt } }");
    toy.computes(&pipeline);
    overwrite(&toy.object("end"), |bytes| bytes[0] ^= 1);
    assert_eq!(toy.computes(&pipeline), ["end"]);
    assert_eq!(fs::read_to_string(toy.path("end.txt")).unwrap(), "5 ab cd");
}

#[test]
fn work_of_a_killed_process_is_swept() {
    let toy = Toy::new();
    toy.computes(CHAIN);
    let scratch = toy.path("cache/scratch");
    fs::create_dir(scratch.join("dead.work")).unwrap();
    fs::write(scratch.join("dead.work/half"), "half").unwrap();
    fs::write(scratch.join("dead.lock"), "").unwrap();
    toy.computes(CHAIN);
    assert_eq!(fs::read_dir(&scratch).unwrap().count(), 0);
}
