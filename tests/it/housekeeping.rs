//! `recflow cache verify` and `recflow cache gc`: damage is found and named, room is made, nothing needed is lost.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use recflow::engine::{CollectionRules, FlawKind, Reachable, Workspace};
use serde_json::Value;

use crate::project::Project;
use crate::toy::{Toy, registry};

const CHAIN: &str = "
  first: { uses: write, with: { text: ab } }
  second: { uses: write, with: { text: cd } }
  both: { uses: join, needs: [first, second] }
  length: { uses: length, needs: both }
";

fn overwrite(path: &Path, change: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = fs::read(path).unwrap();
    change(&mut bytes);
    fs::set_permissions(path, fs::Permissions::from_mode(0o644)).unwrap();
    fs::write(path, bytes).unwrap();
}

fn record_of(toy: &Toy, stage: &str) -> PathBuf {
    let key = toy.store().latest("toy", stage).unwrap().to_string();
    toy.path("cache/actions").join(&key[..2]).join(format!("{}.json", &key[2..]))
}

fn make_old(path: &Path) {
    let file = fs::File::open(path).unwrap();
    file.set_modified(SystemTime::now() - Duration::from_hours(48)).unwrap();
}

/// Everything in a cache was last used two days ago.
fn age(toy: &Toy) {
    let mut open = vec![toy.path("cache")];
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else {
            make_old(&path);
        }
    }
}

#[test]
fn a_sound_cache_is_found_sound() {
    let toy = Toy::new();
    toy.computes(CHAIN);
    let found = toy.store().verify(None).unwrap();
    assert_eq!((found.results, found.files, found.flaws), (4, 4, vec![]));
}

#[test]
fn each_kind_of_damage_is_found_named_and_repaired() {
    type Damage = fn(&Toy);
    let cases: [(Damage, FlawKind, &[&str]); 6] = [
        (|toy| overwrite(&toy.object("both"), |bytes| bytes[0] ^= 1), FlawKind::DamagedFile, &["both"]),
        (|toy| overwrite(&toy.object("both"), |bytes| bytes.truncate(1)), FlawKind::DamagedFile, &["both"]),
        (|toy| fs::remove_file(toy.object("both")).unwrap(), FlawKind::MissingFile, &["both"]),
        (|toy| overwrite(&record_of(toy, "both"), |bytes| bytes[60] ^= 1), FlawKind::DamagedRecord, &[]),
        (|toy| overwrite(&record_of(toy, "both"), Vec::clear), FlawKind::DamagedRecord, &[]),
        // A record that stands where another should.
        (|toy| drop(fs::copy(record_of(toy, "first"), record_of(toy, "both"))), FlawKind::DamagedRecord, &[]),
    ];
    for (case, (damage, kind, stages)) in cases.into_iter().enumerate() {
        let toy = Toy::new();
        toy.computes(CHAIN);
        damage(&toy);
        let store = toy.store();
        let found = store.verify(None).unwrap();
        let flaws: Vec<_> = found.flaws.iter().map(|flaw| (flaw.kind, flaw.stages.clone())).collect();
        assert_eq!(flaws, [(kind, stages.iter().map(ToString::to_string).collect::<Vec<_>>())], "case {case}");
        store.repair(&found.flaws).unwrap();
        assert_eq!(store.verify(None).unwrap().flaws, [], "case {case}");
        assert_eq!(toy.computes(CHAIN), ["both"], "case {case}");
    }
}

#[test]
fn objects_that_have_changed_places_are_both_found() {
    let toy = Toy::new();
    toy.computes(CHAIN);
    let (a, b, between) = (toy.object("first"), toy.object("second"), toy.path("between"));
    fs::rename(&a, &between).unwrap();
    fs::rename(&b, &a).unwrap();
    fs::rename(&between, &b).unwrap();
    let found = toy.store().verify(None).unwrap();
    assert_eq!(found.flaws.len(), 2);
    toy.store().repair(&found.flaws).unwrap();
    assert_eq!(toy.computes(CHAIN), ["first", "second"]);
}

#[test]
fn age_lets_go_what_was_not_used() {
    let toy = Toy::new();
    toy.computes(CHAIN);
    age(&toy);
    // Another pipeline uses one of them, and gives something new.
    toy.computes("  second: { uses: write, with: { text: cd } }\n  new: { uses: length, needs: second }\n");
    let rules = CollectionRules { older_than: Some(Duration::from_hours(24)), ..CollectionRules::default() };
    let would = toy.store().collect(&CollectionRules { dry_run: true, ..rules.clone() }).unwrap();
    assert_eq!(toy.store().actions().unwrap().len(), 5);
    let done = toy.store().collect(&rules).unwrap();
    assert_eq!(would, done, "a rehearsal tells what then happens");
    let mut gone: Vec<_> = done.results.iter().map(|(_, stage)| stage.as_str()).collect();
    gone.sort_unstable();
    assert_eq!((gone, done.runs.len()), (vec!["both", "first", "length"], 1));
    assert_eq!(toy.store().verify(None).unwrap().flaws, []);
    assert_eq!(toy.computes(CHAIN), ["both", "first", "length"]);
}

#[test]
fn size_lets_go_what_was_used_least_recently() {
    let toy = Toy::new();
    let text = |letter: &str| letter.repeat(1000);
    let stage = |name: &str| format!("  {name}: {{ uses: write, with: {{ text: {} }} }}\n", text(name));
    for name in ["a", "b", "c"] {
        toy.computes(&stage(name));
        age(&toy);
        make_old(&record_of(&toy, name));
    }
    toy.computes(&stage("a"));
    let rules = CollectionRules { max_size_bytes: Some(2500), ..CollectionRules::default() };
    let done = toy.store().collect(&rules).unwrap();
    assert_eq!((done.results.len(), done.kept_bytes), (1, 2000));
    assert_ne!(done.results[0].1, "a");
    assert_eq!(toy.store().collect(&rules).unwrap().results, []);
}

#[test]
fn what_pipelines_reach_is_kept() {
    let toy = Toy::new();
    toy.computes(CHAIN);
    let edited = CHAIN.replace("text: ab", "text: xyz");
    toy.computes(&edited);
    let mut reachable = Reachable::default();
    reachable.add(&Toy::plan(&edited), &registry(), &toy.store(), &Workspace::default());
    let rules = CollectionRules { keep_results: Some(reachable.results), ..CollectionRules::default() };
    let sheltered = CollectionRules { grace: Duration::from_hours(1), ..rules.clone() };
    assert_eq!(toy.store().collect(&sheltered).unwrap().results, [], "what is young stays");
    assert_eq!(toy.store().collect(&rules).unwrap().results.len(), 3);
    assert_eq!(toy.computes(&edited), [""; 0]);
    assert_eq!(toy.computes(CHAIN), ["both", "first", "length"]);
}

#[test]
fn checkpoints_locks_and_leftovers_go_too() {
    let toy = Toy::new();
    let diary = toy.path("diary");
    toy.computes(&format!("  s: {{ uses: count, with: {{ letter: a, epochs: 2, diary: '{}' }} }}\n", diary.display()));
    fs::write(toy.path("cache/actions/.new-abc"), "half").unwrap();
    fs::create_dir_all(toy.path("cache/objects/00")).unwrap();
    fs::write(toy.path("cache/objects/00").join("0".repeat(62)), "nobody's").unwrap();
    age(&toy);
    let store = toy.store();
    let rules = CollectionRules { older_than: Some(Duration::from_hours(1)), ..CollectionRules::default() };
    let checkpoint = store.checkpoints().unwrap()[0].key;
    let lock = store.lock_checkpoints(checkpoint, || panic!("nobody has it")).unwrap();
    assert_eq!(store.collect(&CollectionRules { dry_run: true, ..rules.clone() }).unwrap().checkpoints, [], "in use");
    drop(lock);
    age(&toy);
    let done = store.collect(&rules).unwrap();
    assert_eq!((done.results.len(), done.checkpoints, done.files, done.locks), (1, vec![checkpoint], 3, 2));
    assert_eq!(fs::read_dir(toy.path("cache/locks")).unwrap().count(), 0);
    assert_eq!(store.checkpoints().unwrap(), []);
}

#[test]
fn a_run_makes_room_and_keeps_what_it_used() {
    let project = Project::small();
    project.recflow("run small.yaml --set lambda=500").expect(0);
    // Ten minutes are the time in which another run might still be about to use it.
    let mut open = vec![project.path("cache")];
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else {
            make_old(&path);
        }
    }
    let everything = project.recflow("run small.yaml --max-cache 1GiB");
    everything.expect(0);
    assert_eq!(project.computed("small.yaml", "--set lambda=500"), [""; 0], "there is room for all");
    let little = project.recflow("run small.yaml --max-cache 1KiB");
    little.expect(0);
    assert!(little.stderr.contains("more than the 1 KiB allowed"), "{}", little.stderr);
    assert_eq!(project.computed("small.yaml", "--max-cache 1KiB"), [""; 0], "what a run has used stays");
}

#[test]
fn the_lock_of_a_removed_file_is_nobodys() {
    let toy = Toy::new();
    let store = toy.store();
    let key = recflow::engine::StageKey(recflow::engine::Digest::of(b"key"));
    let first = store.lock(key, || panic!("nobody has it")).unwrap();
    let path = toy.path("cache/locks").join(key.to_string());
    std::thread::scope(|scope| {
        let (sender, receiver) = std::sync::mpsc::channel();
        let store = &store;
        let second = scope.spawn(move || store.lock(key, || sender.send(()).unwrap()).unwrap());
        receiver.recv().unwrap();
        // As a collection does: the name goes while the lock is held.
        fs::remove_file(&path).unwrap();
        drop(first);
        let _second = second.join().unwrap();
        // The waiting one has the lock of the file that stands there now.
        assert!(fs::File::open(&path).unwrap().try_lock().is_err());
    });
}

#[test]
fn the_commands_say_what_they_found_and_did() {
    let project = Project::small();
    project.recflow("run small.yaml").expect(0);
    assert!(project.recflow("cache verify").expect(0).stdout.ends_with("all sound\n"));
    let object = {
        let store = recflow::engine::Store::open(&project.path("cache")).unwrap();
        let actions = store.actions().unwrap();
        let action = actions.iter().find(|action| action.stage == "train-ease").unwrap();
        store.verified_path(*action.outputs["model"].files.values().next().unwrap()).unwrap()
    };
    overwrite(&object, |bytes| bytes[0] ^= 1);
    for arguments in ["cache verify", "cache verify small.yaml"] {
        let found = project.recflow(arguments);
        found.expect(3);
        assert!(found.stdout.starts_with("damaged file"), "{}", found.stdout);
        assert!(found.stdout.contains("(of train-ease)"), "{}", found.stdout);
    }
    project.recflow("cache verify small.yaml --repair").expect(0);
    assert_eq!(project.computed("small.yaml", ""), ["train-ease"]);

    project.recflow("run small.yaml --set lambda=500").expect(0);
    project.recflow("cache gc").expect(2);
    let would = project.recflow("cache gc small.yaml --grace 0s --dry-run --format json");
    let done = project.recflow("cache gc small.yaml --grace 0s --format json");
    assert_eq!(would.expect(0).stdout, done.expect(0).stdout);
    let done: Value = serde_json::from_str(&done.stdout).unwrap();
    assert_eq!(done["results"].as_array().unwrap().len(), 3, "{done}");
    assert_eq!(project.computed("small.yaml", ""), [""; 0]);
    assert_eq!(project.computed("small.yaml", "--set lambda=500").len(), 3);
}
