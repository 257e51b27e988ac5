//! Damage in the cache: a run finds it by itself, names it, computes again what is damaged and nothing else.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use recflow::engine::FlawKind;

use crate::project::Project;
use crate::toy::Toy;

const STAGES: &str = "
  first: { uses: write, with: { text: ab } }
  second: { uses: write, with: { text: cd } }
  both: { uses: join, needs: [first, second] }
  length: { uses: length, needs: both }
";

/// Something that can happen to files; the stages whose results it takes, and the kind of flaw that each file then has.
struct Damage {
    name: &'static str,
    does: fn(&Toy),
    takes: &'static [&'static str],
    is: FlawKind,
}

fn change(path: &Path, change: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = fs::read(path).unwrap();
    change(&mut bytes);
    fs::set_permissions(path, fs::Permissions::from_mode(0o644)).unwrap();
    fs::write(path, bytes).unwrap();
}

fn swap(a: &Path, b: &Path) {
    let between = a.with_extension("between");
    fs::rename(a, &between).unwrap();
    fs::rename(b, a).unwrap();
    fs::rename(&between, b).unwrap();
}

fn record(toy: &Toy, stage: &str) -> PathBuf {
    let key = toy.store().latest("toy", stage).unwrap().to_string();
    toy.path("cache/actions").join(&key[..2]).join(format!("{}.json", &key[2..]))
}

/// Puts another text into a record, which stays a record.
fn edit(toy: &Toy, stage: &str, from: &str, to: &str) {
    let path = record(toy, stage);
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains(from), "{text}");
    fs::write(path, text.replacen(from, to, 1)).unwrap();
}

fn digest(toy: &Toy, stage: &str) -> String {
    let action = toy.store().action(toy.store().latest("toy", stage).unwrap()).unwrap();
    action.files().next().unwrap().digest.to_string()
}

const DAMAGES: [Damage; 14] = [
    Damage {
        name: "a flipped bit in a file",
        does: |toy| change(&toy.object("both"), |bytes| bytes[0] ^= 1),
        takes: &["both"],
        is: FlawKind::DamagedFile,
    },
    Damage {
        name: "a file cut short",
        does: |toy| change(&toy.object("both"), |bytes| bytes.truncate(2)),
        takes: &["both"],
        is: FlawKind::DamagedFile,
    },
    Damage {
        name: "a longer file",
        does: |toy| change(&toy.object("both"), |bytes| bytes.push(b'x')),
        takes: &["both"],
        is: FlawKind::DamagedFile,
    },
    Damage {
        name: "an empty file",
        does: |toy| change(&toy.object("both"), Vec::clear),
        takes: &["both"],
        is: FlawKind::DamagedFile,
    },
    Damage {
        name: "a missing file",
        does: |toy| fs::remove_file(toy.object("both")).unwrap(),
        takes: &["both"],
        is: FlawKind::MissingFile,
    },
    Damage {
        name: "two files that have changed places",
        does: |toy| swap(&toy.object("first"), &toy.object("second")),
        takes: &["first", "second"],
        is: FlawKind::DamagedFile,
    },
    Damage {
        name: "a flipped bit in a record",
        does: |toy| change(&record(toy, "both"), |bytes| bytes[60] ^= 1),
        takes: &["both"],
        is: FlawKind::DamagedRecord,
    },
    Damage {
        name: "a record written by half",
        does: |toy| change(&record(toy, "both"), |bytes| bytes.truncate(bytes.len() / 2)),
        takes: &["both"],
        is: FlawKind::DamagedRecord,
    },
    Damage {
        name: "an empty record",
        does: |toy| change(&record(toy, "both"), Vec::clear),
        takes: &["both"],
        is: FlawKind::DamagedRecord,
    },
    Damage {
        name: "records that have changed places",
        does: |toy| swap(&record(toy, "first"), &record(toy, "second")),
        takes: &["first", "second"],
        is: FlawKind::DamagedRecord,
    },
    Damage {
        name: "another's record",
        does: |toy| drop(fs::copy(record(toy, "first"), record(toy, "both"))),
        takes: &["both"],
        is: FlawKind::DamagedRecord,
    },
    Damage {
        name: "a record with another parameter",
        does: |toy| edit(toy, "first", "\"ab\"", "\"xy\""),
        takes: &["first"],
        is: FlawKind::DamagedRecord,
    },
    Damage {
        name: "a record with another time",
        does: |toy| edit(toy, "both", "\"wall-seconds\": ", "\"wall-seconds\": 1"),
        takes: &["both"],
        is: FlawKind::DamagedRecord,
    },
    Damage {
        name: "a record that names another's file",
        does: |toy| edit(toy, "both", &digest(toy, "both"), &digest(toy, "first")),
        takes: &["both"],
        is: FlawKind::DamagedRecord,
    },
];

/// Every stage reads again what it needs, and gives what it should.
fn everything_is_read_and_right(toy: &mut Toy, name: &str) {
    toy.forced = ["both", "length"].map(str::to_owned).to_vec();
    toy.run(STAGES);
    toy.forced.clear();
    assert_eq!(toy.computes(STAGES), [""; 0], "{name}");
    assert_eq!(
        ["first", "second", "both", "length"].map(|stage| toy.text(stage)),
        ["ab", "cd", "ab cd", "5"],
        "{name}"
    );
    assert_eq!(toy.store().verify(None).unwrap().flaws, [], "{name}");
}

#[test]
fn a_check_finds_and_names_it_and_a_repair_leaves_only_that_to_be_computed() {
    for Damage { name, does, takes, is } in DAMAGES {
        let mut toy = Toy::new();
        toy.computes(STAGES);
        does(&toy);
        let store = toy.store();
        let found = store.verify(None).unwrap();
        assert_eq!(found.flaws.len(), takes.len(), "{name}: {found:?}");
        assert!(
            found.flaws.iter().all(|flaw| flaw.kind == is && flaw.path.starts_with(store.root())),
            "{name}: {found:?}"
        );
        store.repair(&found.flaws).unwrap();
        assert_eq!(store.verify(None).unwrap().flaws, [], "{name}");
        assert_eq!(toy.computes(STAGES), takes, "{name}");
        everything_is_read_and_right(&mut toy, name);
    }
}

#[test]
fn a_run_that_reads_it_computes_it_again() {
    for Damage { name, does, takes, .. } in DAMAGES {
        let mut toy = Toy::new();
        toy.computes(STAGES);
        does(&toy);
        // Whoever reads the damaged results has to run.
        let more = format!("{STAGES}  more: {{ uses: join, needs: [first, second, both] }}\n");
        let mut wanted = takes.to_vec();
        wanted.push("more");
        wanted.sort_unstable();
        assert_eq!(toy.computes(&more), wanted, "{name}");
        assert_eq!(toy.text("more"), "ab cd ab cd", "{name}");
        everything_is_read_and_right(&mut toy, name);
    }
}

#[test]
fn damage_is_named_on_the_screen() {
    let project = Project::small();
    project.recflow("run small.yaml").expect(0);
    let store = recflow::engine::Store::open(&project.path("cache")).unwrap();
    let actions = store.actions().unwrap();
    let of = |stage: &str| actions.iter().find(|action| action.stage == stage).unwrap();
    // The model is read by its evaluation, and the report's table by the report.
    change(&store.verified_path(*of("train-ease").files().next().unwrap()).unwrap(), |bytes| bytes[9] ^= 1);
    let again = project.recflow("run small.yaml --force evaluate/train-ease");
    again.expect(0);
    let told = "the stored result of `train-ease` is damaged; computing it again";
    assert!(again.stderr.contains(told), "{}", again.stderr);
    let key = of("split").key().to_string();
    let record = project.path("cache/actions").join(&key[..2]).join(format!("{}.json", &key[2..]));
    change(&record, |bytes| bytes[40] ^= 1);
    let again = project.recflow("run small.yaml");
    again.expect(0);
    assert!(again.stderr.contains("is damaged; `split` is computed again"), "{}", again.stderr);
    let missing = store.verified_path(*of("split").files().next().unwrap()).unwrap();
    fs::remove_file(&missing).unwrap();
    let again = project.recflow("run small.yaml");
    again.expect(0);
    assert!(again.stderr.contains("is missing; `split` is computed again"), "{}", again.stderr);
}

#[test]
fn a_file_that_is_edited_while_a_stage_reads_it_makes_no_result() {
    let toy = Toy::new();
    fs::write(toy.path("input.txt"), "before").unwrap();
    let pipeline = "  slow: { uses: read, with: { path: input.txt, edits: true } }\n";
    let (summary, told) = toy.run(pipeline);
    assert_eq!((summary.computed, summary.failed), (0, 1));
    let words = format!("{:?}", told.0);
    assert!(words.contains("was changed while the stage was reading it"), "{words}");
    assert!(words.contains("run again once it is complete"), "{words}");
    assert!(toy.store().actions().unwrap().is_empty(), "there is no result that its key does not name");
    // The file has its last content by now, whatever that was.
    assert_eq!(toy.computes("  slow: { uses: read, with: { path: input.txt } }\n"), ["slow"]);
    assert_eq!(toy.text("slow"), "before and after");
}
