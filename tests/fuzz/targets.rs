//! What is fuzzed.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use flate2::Compression;
use flate2::write::GzEncoder;
use recflow::engine::{Action, Durability, GraphFormat, MemorySize, Override, Plan, RunRecord, SourceText, Store};
use recflow::rec::Silent;
use recflow::rec::data::{Dataset, OnBadLine, ReadOptions, Split, UserAttributes, detect, read, read_user_attributes};
use recflow::rec::model::{self, ScoresFile, Weights};
use recflow::stages::registry;

use crate::latest;
use crate::seeds::Seeds;

/// Takes one input.
pub type Run = Box<dyn FnMut(&[u8])>;

/// One kind of input and its reader.
pub struct Target {
    pub name: &'static str,
    /// How many inputs a short run takes.
    pub inputs: u64,
    /// Words that mean something in such inputs.
    pub words: &'static [&'static str],
    /// Valid inputs.
    pub corpus: fn(&Seeds) -> Vec<Vec<u8>>,
    /// Gets ready to take inputs, with a folder of its own.
    pub prepare: fn(&Seeds, &Path) -> Run,
}

pub const ALL: &[Target] = &[
    Target {
        name: "pipeline",
        inputs: 1500,
        words: PIPELINE_WORDS,
        corpus: |_| pipelines(),
        prepare: |_, _| pipeline(),
    },
    Target { name: "overrides", inputs: 3000, words: PIPELINE_WORDS, corpus: |_| overrides(), prepare: |_, _| set() },
    Target {
        name: "actions",
        inputs: 2000,
        words: &["\"files\"", "\"digest\"", "\"..\""],
        corpus: actions,
        prepare: |_, work| action(work),
    },
    Target {
        name: "events",
        inputs: 2000,
        words: EVENT_WORDS,
        corpus: events,
        prepare: |seeds, work| run_record(seeds, work),
    },
    Target {
        name: "ratings",
        inputs: 600,
        words: &["user,item,rating\n", "userId", "\"\"", ";", "1::2::3::4\n"],
        corpus: |_| ratings(),
        prepare: |_, work| data_set(work),
    },
    Target {
        name: "users",
        inputs: 3000,
        words: &["user,age,gender\n", "\"\"", ";", "1::F::1::10::48067\n", "1|24|M|technician|85711\n"],
        corpus: |_| users(),
        prepare: |_, work| users_file(work),
    },
    Target {
        name: "latest",
        inputs: 300,
        words: &["\"..\"", "\"unsynced\":\"0\",", "\"outputs\":{}", "\n\n"],
        corpus: latest::corpus,
        prepare: |seeds, _| latest::prepare(seeds),
    },
    Target {
        name: "arrays",
        inputs: 3000,
        words: &["\"F32\"", "\"dtype\"", "data_offsets", "__metadata__"],
        corpus: arrays,
        prepare: |seeds, work| stored_arrays(seeds, work),
    },
    Target {
        name: "scores",
        inputs: 3000,
        words: &["user,item,score\n", ",,"],
        corpus: |_| scores(),
        prepare: |seeds, work| scores_file(seeds, work),
    },
];

const PIPELINE_WORDS: &[&str] = &[
    "each: ",
    "needs: ",
    "with: ",
    "uses: ",
    "matrix: ",
    "&a ",
    "*a",
    "<<: *a",
    "!!binary ",
    "---\n",
    "...\n",
    "? ",
    "| \n",
    "> \n",
    "resources: { memory: 1e9GiB, timeout: 999999999999y }",
    "\"${seed}\"",
    "train-*",
    "params:\n",
];

const EVENT_WORDS: &[&str] =
    &["\"stage-finished\"", "\"stage-failed\"", "\"wall-seconds\":1e300,", "\"time\":-1e300,", "\"run-started\""];

/// One of `n`, by the input alone, so that an input does the same when it is run once more by itself.
pub fn choice(bytes: &[u8], n: usize) -> usize {
    let [first, second, ..] = *blake3::hash(bytes).as_bytes();
    usize::from(u16::from_le_bytes([first, second])) % n
}

fn pipelines() -> Vec<Vec<u8>> {
    let texts = [
        include_str!("../../pipelines/all_models.yaml"),
        include_str!("../../examples/pipelines/own_ratings.yaml"),
        include_str!("../../examples/pipelines/python_model.yaml"),
        include_str!("../../pipelines/reference/ease_ml100k_files.yaml"),
        "name: a\nstages:\n  a: &a { uses: sample }\n  b: { <<: *a, needs: a }\n",
        "name: a\nparams: { x: [1, 2], y: { z: 1 } }\nstages:\n  a: { uses: sample, with: \"${y}\" }\n",
    ];
    texts.into_iter().map(|text| text.as_bytes().to_vec()).collect()
}

fn pipeline() -> Run {
    let registry = registry();
    Box::new(move |bytes| {
        let text = String::from_utf8_lossy(bytes);
        match Plan::read(&SourceText::new("fuzz.yaml", text), &[], &registry) {
            Ok(plan) => drop(plan.draw(GraphFormat::Dot) + &plan.draw(GraphFormat::Text)),
            Err(diagnostics) => drop(diagnostics.to_string()),
        }
    })
}

fn overrides() -> Vec<Vec<u8>> {
    ["dataset=ml-1m", "seed=7", "list=[1, 2, {a: b}]", "x=\"${seed}\"", "seed=", "a=&a [*a]"].map(Into::into).to_vec()
}

fn set() -> Run {
    const PIPELINE: &str = "name: a\nparams: { seed: 1, list: [], dataset: sample, x: 1, a: 1 }\nstages:\n  a: { uses: sample, \
                            with: { seed: \"${seed}\", users: \"${x}\" } }\n  b: { uses: ingest, with: { dataset: \"a${dataset}\" } }\n";
    let registry = registry();
    Box::new(move |bytes| {
        let text = String::from_utf8_lossy(bytes).into_owned();
        let _ = text.parse::<MemorySize>();
        let read = Plan::read(&SourceText::new("fuzz.yaml", PIPELINE), &[Override::new(text)], &registry);
        read.err().into_iter().for_each(|diagnostics| drop(diagnostics.to_string()));
    })
}

fn actions(seeds: &Seeds) -> Vec<Vec<u8>> {
    seeds.actions().iter().map(|action| serde_json::to_vec(action).unwrap()).collect()
}

/// The record of an action: as it is, and sealed as if it had been written so.
fn action(work: &Path) -> Run {
    let root = work.join("actions");
    Box::new(move |bytes| {
        let _ = fs::remove_dir_all(root.join("actions"));
        let store = Store::open(&root).unwrap();
        if let Ok(action) = serde_json::from_slice::<Action>(bytes)
            && store.commit(&action, Durability::Synced).is_ok()
        {
            let key = action.key().to_string();
            let sealed = root.join("actions").join(&key[..2]).join(format!("{}.json", &key[2..]));
            drop(store.action(action.key()));
            if let Ok(whole) = fs::read(&sealed) {
                fs::write(sealed, &whole[..whole.len() / 2]).unwrap();
                drop(store.action(action.key()));
            }
        }
        let file = root.join("actions/00").join(format!("{}.json", "0".repeat(62)));
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, bytes).unwrap();
        drop(store.actions());
        drop(store.verify(None));
    })
}

fn events(seeds: &Seeds) -> Vec<Vec<u8>> {
    let events = seeds.of_run("events.jsonl");
    // Behind a blank line stands the plan.
    let both = [&events[..], b"\n", &seeds.of_run("plan.json")].concat();
    vec![both, events]
}

/// The record of a run, read; now and then shown by the program itself.
fn run_record(_: &Seeds, work: &Path) -> Run {
    let cache = work.join("cache");
    let store = Store::open(&cache).unwrap();
    let run = cache.join("runs/20260101T000000.000-1");
    fs::create_dir_all(&run).unwrap();
    Box::new(move |bytes| {
        let place = bytes.windows(2).position(|pair| pair == b"\n\n").unwrap_or(bytes.len());
        fs::write(run.join("events.jsonl"), &bytes[..place]).unwrap();
        fs::write(run.join("plan.json"), bytes.get(place + 2..).unwrap_or_default()).unwrap();
        if let Ok(record) = RunRecord::read(&store, "20260101T000000.000-1") {
            serde_json::to_string(&record).unwrap();
        }
        if choice(bytes, 100) == 0 {
            for words in [&["runs", "show"][..], &["runs", "list"], &["runs", "compare", "2026"]] {
                let mut program = Command::new(env!("CARGO_BIN_EXE_recflow"));
                program.args(words).arg("--cache-dir").arg(&cache).stdin(Stdio::null());
                let ended = program.output().unwrap();
                let code = ended.status.code();
                assert!(code.is_some_and(|code| code <= 3), "{words:?}: {}", String::from_utf8_lossy(&ended.stderr));
            }
        }
    })
}

fn ratings() -> Vec<Vec<u8>> {
    let gzip = |bytes: &[u8]| {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    };
    let table = "userId,movieId,rating,timestamp\n1,2,3.5,100\n1,3,4,101\n2,2,5,102\n";
    let mut texts: Vec<Vec<u8>> = [
        table,
        "user\titem\trating\na\tb\t1\n",
        "\"user\";\"item\"\n\"a;b\";\"c\"\"d\"\n",
        "1::2::3::978300760\n1::3::4::978300761\n",
        "1\t2\t3\t881250949\n2\t2\t4\t881250950\n",
        "0 1 2 3\n1 2\n",
        "\u{feff}user,item\r\na,b\r\n",
    ]
    .map(Into::into)
    .to_vec();
    texts.push(gzip(table.as_bytes()));
    // Lines that are longer than any should be.
    texts.push(gzip(&vec![b'1'; 2 << 20]));
    texts.push(gzip(&b"1,".repeat(1 << 20)));
    texts
}

/// A ratings file under one of the names that it may have.
fn data_set(work: &Path) -> Run {
    let folder = work.join("data");
    fs::create_dir_all(&folder).unwrap();
    Box::new(move |bytes| {
        let names = ["ratings.csv", "ratings.dat", "ratings.tsv", "u.data", "train.txt"];
        let name = names[choice(bytes, names.len())];
        let name = if bytes.starts_with(&[0x1f, 0x8b]) { format!("{name}.gz") } else { name.to_owned() };
        let path = folder.join(name);
        fs::write(&path, bytes).unwrap();
        for on_bad_line in [OnBadLine::Error, OnBadLine::Skip] {
            let options = ReadOptions { on_bad_line, ..ReadOptions::default() };
            match detect(&path).and_then(|layout| read(&layout.with_titles(&path), &options, &Silent)) {
                Ok(dataset) => assert!(dataset.n_events() > 0),
                Err(error) => drop((error.to_string(), error.help())),
            }
            match detect(&path).and_then(|layout| read(&layout, &options, &Silent)) {
                Ok(dataset) => assert!(dataset.n_events() > 0),
                Err(error) => drop((error.to_string(), error.help())),
            }
        }
        fs::remove_file(path).unwrap();
    })
}

fn users() -> Vec<Vec<u8>> {
    [
        &b"who,plan,\"home, town\"\na,free,\"B, C\"\nb,,\n"[..],
        b"1::F::1::10::48067\n2::M::56::16::70072\n",
        b"1|24|M|technician|85711\n2|53|F|other|94043\n",
        b"\xef\xbb\xbfuser\tage\r\na\t7\r\n",
        b"user;town\na;M\xfcnchen\n",
    ]
    .map(<[u8]>::to_vec)
    .to_vec()
}

/// What is known of users, under one of the names that such a file may have; what is read of it can be stored.
fn users_file(work: &Path) -> Run {
    let (folder, stored) = (work.join("data"), work.join("stored"));
    fs::create_dir_all(&folder).unwrap();
    fs::create_dir_all(&stored).unwrap();
    fs::write(folder.join("ratings.csv"), "user,item\na,b\n").unwrap();
    let layout = detect(&folder).unwrap();
    Box::new(move |bytes| {
        let names = ["people.csv", "people.tsv", "users.dat", "u.user"];
        let path = folder.join(names[choice(bytes, names.len())]);
        fs::write(&path, bytes).unwrap();
        for on_bad_line in [OnBadLine::Error, OnBadLine::Skip] {
            let options = ReadOptions { on_bad_line, ..ReadOptions::default() };
            match read_user_attributes(&layout.clone().with_users(&path), &options, &Silent) {
                Ok(told) => {
                    let (attributes, _) = told.unwrap();
                    attributes.save(&stored).unwrap();
                    assert_eq!(UserAttributes::load(&stored).unwrap(), Some(attributes));
                }
                Err(error) => drop((error.to_string(), error.help())),
            }
        }
        fs::remove_file(path).unwrap();
    })
}

fn arrays(seeds: &Seeds) -> Vec<Vec<u8>> {
    let mut all = seeds.stored("weights.safetensors");
    all.extend(seeds.stored("interactions.safetensors"));
    all.extend(seeds.stored("events.safetensors"));
    all
}

/// Arrays as those of every model, of a split and of a data set.
fn stored_arrays(seeds: &Seeds, work: &Path) -> Run {
    let (split, dataset, weights) = (work.join("split"), work.join("dataset"), work.join("weights"));
    seeds.lay_out("split", &split);
    seeds.lay_out("sample", &dataset);
    let arrays_of = |folder: &Path| {
        let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        files.into_iter().find(|path| path.extension().is_some_and(|extension| extension == "safetensors")).unwrap()
    };
    let (split_arrays, dataset_arrays) = (arrays_of(&split), arrays_of(&dataset));
    Box::new(move |bytes| {
        fs::write(&weights, bytes).unwrap();
        if let Ok(weights) = Weights::read(&weights) {
            for kind in model::registry() {
                drop(kind.configure(&kind.defaults()).unwrap().restore(&weights));
            }
            drop(ScoresFile::restore(&weights));
        }
        fs::write(&split_arrays, bytes).unwrap();
        drop(Split::load(&split));
        fs::write(&dataset_arrays, bytes).unwrap();
        drop(Dataset::load(&dataset));
    })
}

fn scores() -> Vec<Vec<u8>> {
    ["user,item,score\n1,1,0.5\n2,3,1e-3\n", "score,user,item\r\n1,\"1\",2\r\n", "user,item,score\n"]
        .map(Into::into)
        .to_vec()
}

fn scores_file(seeds: &Seeds, work: &Path) -> Run {
    let (split, file) = (work.join("split"), work.join("scores.csv"));
    seeds.lay_out("split", &split);
    let split = Split::load(&split).unwrap();
    Box::new(move |bytes| {
        fs::write(&file, bytes).unwrap();
        match ScoresFile::read(&file, &split) {
            Ok(model) => drop(model),
            Err(error) => drop((error.to_string(), error.help())),
        }
    })
}
