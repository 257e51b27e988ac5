//! Programs of any kind as stages: what they are given, what they give, and how they end.

use std::fs;
use std::process::Command;

use recflow::engine::{Event, Failure};
use rustix::process::Signal;

use super::outcome::finished;
use super::process::until;
use super::project::Project;

/// A split, and what else stands under `stages`.
fn project(stages: &str) -> Project {
    let project = Project::small();
    let text = "name: programs\nstages:\n  ingest: { uses: ingest, with: { dataset: ratings.csv } }\n  \
                split: { uses: split, needs: ingest, with: { strategy: per-user-random, seed: 7 } }\n";
    project.write("programs.yaml", format!("{text}{stages}"));
    project
}

/// A stage that runs this script and keeps `out.txt`.
fn script(script: &str, more: &str) -> String {
    let indented: String = script.lines().map(|line| format!("        {line}\n")).collect();
    format!("  program:\n    uses: command\n    with:\n      shell: |\n{indented}      outputs: [out.txt]\n{more}")
}

fn is_alive(process: &str) -> bool {
    let state = fs::read_to_string(format!("/proc/{}/stat", process.trim())).unwrap_or_default();
    // A zombie has ended; only nobody has asked how.
    state.rsplit(')').next().and_then(|rest| rest.split_whitespace().next()).is_some_and(|state| state != "Z")
}

#[test]
fn a_program_is_given_what_is_declared_and_nothing_else() {
    let stages = script(
        "env | sed 's/=.*//' | sort | grep -v -x -e PWD -e SHLVL -e _ -e OLDPWD | tr '\\n' ' ' > $RECFLOW_OUTPUT_DIR/out.txt\n\
         echo \"$GREETING $OMP_NUM_THREADS $RECFLOW_THREADS $LANG\" >> $RECFLOW_OUTPUT_DIR/out.txt\n\
         find . -type f >> $RECFLOW_OUTPUT_DIR/out.txt\n\
         cat scripts/deep/words.txt >> $RECFLOW_OUTPUT_DIR/out.txt\n\
         ls $RECFLOW_INPUT_SPLIT | tr '\\n' ' ' >> $RECFLOW_OUTPUT_DIR/out.txt\n\
         head -n 1 $RECFLOW_INPUT_DIR/split/train.csv >> $RECFLOW_OUTPUT_DIR/out.txt",
        "      files: [scripts]\n      env: { GREETING: hello, DEVICE: }\n    needs: split\n    resources: { threads: 1 }\n",
    );
    let project = project(&stages);
    project.write("scripts/deep/words.txt", "words\n").write("scripts/.hidden", "").write("scripts/__pycache__/x", "");
    let mut run = project.command(&["run", "programs.yaml"]);
    run.env("DEVICE", "1").env("SECRET", "not to be seen").env("OMP_NUM_THREADS", "7");
    assert!(run.status().unwrap().success());
    insta::assert_snapshot!(project.artifact("program", "out.txt"));
}

#[test]
fn what_counts_is_content() {
    let stages = script(
        "cat words.txt > $RECFLOW_OUTPUT_DIR/out.txt; echo $SIZE >> $RECFLOW_OUTPUT_DIR/out.txt",
        "      files: [words.txt]\n      env: { SIZE: 3, DEVICE: }\n",
    );
    let project = project(&stages);
    project.write("words.txt", "words\n");
    let run = |device: &str| {
        let mut command = project.command(&["run", "programs.yaml", "program", "--format", "json"]);
        let output = command.env("DEVICE", device).output().unwrap();
        String::from_utf8(output.stdout).unwrap().lines().any(|line| line.contains("stage-finished"))
    };
    assert!(run("0"));
    assert!(!run("0"));
    project.write("words.txt", "words\n");
    assert!(!run("0"), "the same words once more");
    project.write("words.txt", "other words\n");
    assert!(run("0"));
    assert!(run("1"), "another value of a variable that passes through");
    project.edit("programs.yaml", "SIZE: 3", "SIZE: 4");
    assert!(run("1"));
    assert!(!run("1"));
    project.edit("programs.yaml", "files: [words.txt]", "files: [words.txt] # see there");
    let reasons = project.plan("programs.yaml", "program")[0].1["reasons"].to_string();
    assert_eq!(reasons, r#"["the variable `DEVICE` has another value"]"#);
}

#[test]
fn failures_say_what_happened() {
    let told = |stages: &str| {
        let project = project(stages);
        project.write("plain.txt", "no program");
        let outcome = project.recflow("run programs.yaml program --quiet");
        outcome.expect(1);
        let lines = outcome.stderr.lines().filter(|line| !line.contains("log:"));
        lines.map(|line| format!("{line}\n")).collect::<String>()
    };
    let texts = [
        script("echo begin\nfor i in 1 2 3 4 5 6 7 8 9; do echo line $i; done\necho to stderr >&2\nexit 3", ""),
        script("no-such-program", ""),
        script("exit 1", ""),
        script("kill -SEGV $$", ""),
        script("true", ""),
        script("mkdir $RECFLOW_OUTPUT_DIR/out.txt", ""),
        script("ln -s /etc/passwd $RECFLOW_OUTPUT_DIR/out.txt", ""),
        script("cat notes.txt", "      files: [notes.txt]\n"),
        "  program: { uses: command, with: { run: [no-such-program, x], outputs: [a] } }\n".to_owned(),
        "  program: { uses: command, with: { run: [./plain.txt], files: [plain.txt], outputs: [a] } }\n".to_owned(),
        "  program: { uses: command, with: { run: [./plain.txt], outputs: [a] } }\n".to_owned(),
    ];
    let texts: Vec<String> = texts.iter().map(|stages| told(stages)).collect();
    insta::assert_snapshot!(texts.join("\n"));
}

#[test]
fn parameters_that_make_no_sense_are_refused_before_anything_runs() {
    let refused = |with: &str, needs: &str| {
        let project = project(&format!("  program:\n    uses: command\n    needs: {needs}\n    with: {{ {with} }}\n"));
        let outcome = project.recflow("validate programs.yaml");
        outcome.expect(2);
        outcome.stderr
    };
    let texts = [
        refused("outputs: [a]", "split"),
        refused("run: [a], shell: b, outputs: [a]", "split"),
        refused("run: [a]", "split"),
        refused("run: [a], outputs: [../a, a/b, '']", "split"),
        refused("run: [a], scores: a", "split"),
        refused("run: [a], scores: model.json, title: A, reads-test: true", "split"),
        refused("run: [a], scores: a, title: A", "[split, ingest]"),
        refused("run: [a], scores: a, title: A", "[]"),
        refused("run: [a], outputs: [a], files: [../secret, /etc/passwd]", "split"),
        refused("run: [a], outputs: [a], publish: { a: ../a, b: b }", "split"),
        refused("run: [a], outputs: [a], env: { OMP_NUM_THREADS: 2, RECFLOW_X: 1, 'a-b': 1 }", "split"),
    ];
    insta::assert_snapshot!(texts.join("\n"));
}

/// A script that recommends everybody the items `i0` to `i9`, whatever they have, and what else it does before.
pub fn script_model(before: &str, needs: &str) -> String {
    format!(
        "  train-script:
    uses: command
    needs: [{needs}]
    with:
      shell: |
        {before}
        echo user,item,score > $RECFLOW_OUTPUT_DIR/scores.csv
        tail -n +2 $RECFLOW_INPUT_SPLIT/test_users.csv | while read user; do
          for item in 0 1 2 3 4 5 6 7 8 9; do echo $user,i$item,-$item; done
        done >> $RECFLOW_OUTPUT_DIR/scores.csv
      scores: scores.csv
      title: Script
"
    )
}

#[test]
fn a_scores_file_is_a_model_like_any_other() {
    // Everybody is recommended i0, then i1, …: as good as it is.
    let model = script_model("ls $RECFLOW_INPUT_SPLIT | grep test_targets && exit 1", "split")
        + "  train-popularity: { uses: train-popularity, needs: split }
  evaluate: { each: train-*, uses: evaluate, needs: split, with: { metrics: [rmse, recall@5, coverage@5] } }
  report: { uses: report, needs: evaluate, with: { output: reports/table.md } }
";
    let project = project(&model);
    let outcome = project.recflow("run programs.yaml");
    outcome.expect(0);
    let table = project.read("reports/table.md");
    let row = table.lines().find(|line| line.contains("Script")).unwrap();
    assert!(row.contains('–'), "it predicts no ratings: {row}");
    let scored: serde_json::Value =
        serde_json::from_str(&project.artifact("evaluate/train-script", "scores.json")).unwrap();
    assert!(scored["values"][1]["value"].as_f64().unwrap() > 0.0);
    assert_eq!(project.computed("programs.yaml", ""), [""; 0]);

    project.edit("programs.yaml", "echo $user,i$item,-$item", "echo $user,film$item,-$item");
    let outcome = project.recflow("run programs.yaml");
    outcome.expect(1);
    assert!(outcome.stderr.contains("the split has no item `film0`"), "{}", outcome.stderr);
}

#[test]
fn the_test_part_is_for_those_who_ask_for_it() {
    let list = "ls $RECFLOW_INPUT_SPLIT | grep targets > $RECFLOW_OUTPUT_DIR/out.txt";
    let modest = project(&script(list, "    needs: split\n"));
    modest.recflow("run programs.yaml").expect(0);
    assert_eq!(modest.artifact("program", "out.txt"), "validation_targets.csv\n");
    let asking = project(&script(list, "      reads-test: true\n    needs: split\n"));
    asking.recflow("run programs.yaml").expect(0);
    assert_eq!(asking.artifact("program", "out.txt"), "test_targets.csv\nvalidation_targets.csv\n");
}

#[test]
fn outputs_can_be_published_and_read_by_other_programs() {
    let more = "      publish: { out.txt: reports/deep/out.txt }\n  \
                second:\n    uses: command\n    needs: program\n    with:\n      \
                shell: tr a-z A-Z < $RECFLOW_INPUT_PROGRAM/out.txt > $RECFLOW_OUTPUT_DIR/loud.txt\n      outputs: [loud.txt]\n";
    let project = project(&script("echo words > $RECFLOW_OUTPUT_DIR/out.txt", more));
    project.recflow("run programs.yaml").expect(0);
    assert_eq!(project.read("reports/deep/out.txt"), "words\n");
    assert_eq!(project.artifact("second", "loud.txt"), "WORDS\n");
}

/// A script that leaves a process in the background, tells of it and goes on for long.
const ENDLESS: &str = "sleep 1000 &\necho $! > $PLACE/started.tmp\nmv $PLACE/started.tmp $PLACE/started\nsleep 1000";

fn endless(resources: &str) -> Project {
    let project = Project::new();
    let more = format!("      env: {{ PLACE: {} }}\n    resources: {{ {resources} }}\n", project.path("").display());
    project.write("endless.yaml", format!("name: endless\nstages:\n{}", script(ENDLESS, &more)));
    project
}

#[test]
fn a_program_that_takes_too_long_is_ended_with_all_it_has_started() {
    let project = endless("timeout: 2s");
    let outcome = project.recflow("run endless.yaml --format json");
    outcome.expect(1);
    let failed = |event: &Event| matches!(event, Event::StageFailed { failure: Failure::Timeout { .. }, .. });
    assert!(outcome.events().iter().any(failed), "{}", outcome.stdout);
    let started = project.read("started");
    until("what it has started is gone", || !is_alive(&started));
}

#[test]
fn ctrl_c_reaches_programs() {
    let project = endless("");
    let run = project.start("run endless.yaml");
    until("it has begun", || project.path("started").exists());
    run.signal(Signal::INT);
    let (_, outcome) = run.end();
    outcome.expect(130);
    let started = project.read("started");
    until("what it has started is gone", || !is_alive(&started));
    assert!(project.names_in("cache/scratch").is_empty());
}

#[test]
fn a_program_has_time_to_end_in_its_own_way() {
    let project = Project::new();
    let trap = "trap 'sleep 0.2; echo done > $PLACE/tidied; exit 1' TERM\ntouch $PLACE/started\nwhile true; do sleep 0.05; done";
    let more = format!("      env: {{ PLACE: {} }}\n", project.path("").display());
    project.write("tidy.yaml", format!("name: tidy\nstages:\n{}", script(trap, &more)));
    let run = project.start("run tidy.yaml");
    until("it has begun", || project.path("started").exists());
    run.signal(Signal::TERM);
    let (_, outcome) = run.end();
    outcome.expect(130);
    assert_eq!(project.read("tidied"), "done\n");
}

#[test]
fn no_program_outlives_a_run_that_is_killed() {
    let project = endless("");
    let run = project.start("run endless.yaml");
    until("it has begun", || project.path("started").exists());
    run.kill();
    let started = project.read("started");
    until("what it has started is gone", || !is_alive(&started));
}

#[test]
fn the_memory_of_programs_counts() {
    let hungry = "head -c 120000000 /dev/zero | tail -n 1 | wc -c > $RECFLOW_OUTPUT_DIR/out.txt";
    let project = project(&script(hungry, "    resources: { memory: 60MiB }\n"));
    let outcome = project.recflow("run programs.yaml program --format json");
    outcome.expect(1);
    let failed = |event: &Event| match event {
        Event::StageFailed { failure: Failure::Memory { used, .. }, .. } => Some(used.bytes),
        _ => None,
    };
    let used = outcome.events().iter().find_map(failed);
    assert!(used.is_some_and(|used| used > 60 << 20), "{}", outcome.stdout);

    project.edit("programs.yaml", "memory: 60MiB", "memory: 1GiB");
    let outcome = project.recflow("run programs.yaml program --format json");
    outcome.expect(0);
    let peak = outcome.events().into_iter().find_map(|event| match event {
        Event::StageFinished { facts, .. } => facts.peak_memory_bytes,
        _ => None,
    });
    assert!(peak.is_some_and(|peak| peak > 100_000_000), "{peak:?}");
}

#[test]
fn the_example_in_python_agrees_with_popularity() {
    if !Command::new("python3").arg("--version").output().is_ok_and(|output| output.status.success()) {
        println!("left out: there is no python3");
        return;
    }
    let project = Project::new();
    for file in ["examples/pipelines/python_model.yaml", "examples/scripts/popularity.py"] {
        let source = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
        project.write(file, fs::read(source).unwrap());
    }
    let outcome = project.recflow("run examples/pipelines/python_model.yaml --format json");
    outcome.expect(0);
    assert!(outcome.events().iter().filter_map(finished).any(|stage| stage == "train-python"));
    let cells = |title: &str| -> Vec<String> {
        let table = project.read("reports/python_model.md");
        let row = table.lines().find(|line| line.split('|').nth(1).is_some_and(|cell| cell.trim() == title));
        row.unwrap_or_else(|| panic!("{table}")).split('|').skip(2).take(4).map(|cell| cell.trim().to_owned()).collect()
    };
    assert_eq!(cells("Popularity (Python)"), cells("Popularity"));
}
