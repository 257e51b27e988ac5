//! Metrics by what is known of users.

use std::collections::BTreeSet;

use insta::assert_snapshot;
use recflow::report::{BrokenDownBy, Comparison};

use super::project::Project;

const PIPELINE: &str = "\
name: groups
stages:
  ingest: { uses: ingest, with: { dataset: ratings.csv, users: people.csv } }
  split: { uses: split, needs: ingest, with: { strategy: per-user-random } }
  train-popularity: { uses: train-popularity, needs: split }
  train-ease: { uses: train-ease, needs: split }
  evaluate:
    each: train-*
    uses: evaluate
    needs: [split, ingest]
    with: { metrics: [ndcg@5, recall@5], user-groups: [plan, age] }
  report: { uses: report, needs: evaluate, with: { title: Groups, output: [groups.md, groups.html, groups.json] } }
";

/// Of 30 users 28 are known, of every fifth of them only the age; one who is known rates nothing.
fn project() -> Project {
    let project = Project::small();
    let mut people = "id,age,plan\nnobody,9,none\n".to_owned();
    for user in 0..28 {
        let plan = if user % 5 == 0 { "" } else { ["free", "family"][user % 2] };
        people += &format!("u{user},{},{plan}\n", 20 + user);
    }
    project.write("people.csv", people).write("groups.yaml", PIPELINE);
    project
}

/// The breakdowns by attributes of a report that was made, each with its groups and their sizes.
fn told(comparison: &Comparison) -> String {
    let of_users = comparison.breakdowns.iter().filter(|one| matches!(one.by, BrokenDownBy::UserAttribute(_)));
    let lines = of_users.map(|one| {
        let groups = one.groups.iter().map(|group| format!("{} ({})", group.name, group.users));
        format!("{}: {}\n", one.title, groups.collect::<Vec<_>>().join(", "))
    });
    lines.collect()
}

fn comparison(project: &Project) -> Comparison {
    serde_json::from_str(&project.artifact("report", "comparison.json")).unwrap()
}

#[test]
fn metrics_are_told_for_groups_which_make_up_the_whole() {
    let project = project();
    project.recflow("run groups.yaml").expect(0);
    let comparison = comparison(&project);
    assert_snapshot!(told(&comparison), @r"
    By plan: family (11), free (11), unknown (8)
    By age: 20 to 26 (7), 27 to 33 (7), 34 to 40 (7), 41 to 47 (7), unknown (2)
    ");
    for one in comparison.breakdowns.iter().filter(|one| matches!(one.by, BrokenDownBy::UserAttribute(_))) {
        assert_eq!(one.groups.iter().map(|group| group.users).sum::<u64>(), 30, "each user is in one group");
        for (place, &column) in one.columns.iter().enumerate() {
            for (row, whole) in comparison.rows.iter().enumerate() {
                // Everybody has something to be found, so that all of a group count.
                let of_group = |group: &recflow::report::Group| {
                    group.users as f64 * group.cells[row][place].value().expect("each group has a value")
                };
                let mean = one.groups.iter().map(of_group).sum::<f64>() / 30.0;
                let whole = whole.cells[column].value().unwrap();
                assert!((mean - whole).abs() < 1e-12, "{}: {mean} and not {whole}", one.title);
            }
        }
    }
    let report = project.read("groups.md");
    assert!(report.contains("### By plan") && report.contains("### By age"), "{report}");
    assert!(project.read("groups.html").contains("By plan") && project.read("groups.json").contains("user-attribute"));
}

#[test]
fn what_is_known_of_users_trains_nothing_again() {
    let project = project();
    project.recflow("run groups.yaml").expect(0);
    project.edit("people.csv", "u3,23,family", "u3,23,free");
    let computed: BTreeSet<String> = project.computed("groups.yaml", "").into_iter().collect();
    let expected = ["evaluate/train-ease", "evaluate/train-popularity", "ingest", "report", "split"];
    assert_eq!(computed, expected.map(str::to_owned).into());
    // A filter passes on what is known of those whom it leaves.
    let filter = "  filter: { uses: filter, needs: ingest, with: { core: 2 } }\n";
    project.edit(
        "groups.yaml",
        "  split: { uses: split, needs: ingest,",
        &format!("{filter}  split: {{ uses: split, needs: filter,"),
    );
    project.edit("groups.yaml", "[split, ingest]", "[split, filter]");
    project.recflow("run groups.yaml").expect(0);
    assert!(project.read("groups.md").contains("### By plan"));
}

#[test]
fn attributes_that_are_not_known_are_refused_with_those_that_are() {
    let project = project();
    let refused = |from: &str, to: &str, code: i32| {
        project.write("groups.yaml", PIPELINE.replace(from, to));
        let outcome = project.recflow("run groups.yaml evaluate/train-ease --quiet");
        outcome.expect(code);
        let lines = outcome.stderr.lines().filter(|line| !line.trim_start().starts_with("log:"));
        lines.map(|line| format!("{line}\n")).collect::<String>()
    };
    let told = [
        refused("[plan, age]", "[plan, gender]", 1),
        refused(", users: people.csv", "", 1),
        refused("needs: [split, ingest]", "needs: split", 2),
        refused("ratings.csv, users", "sample, users", 2),
        refused(", user-groups: [plan, age]", "", 2),
    ];
    assert_snapshot!(told.join("\n"));
}

#[test]
fn movielens_brings_its_own() {
    let Some(data) = std::env::var_os("RECFLOW_TEST_DATA") else {
        println!("left out: RECFLOW_TEST_DATA is not set");
        return;
    };
    let project = Project::new();
    let pipeline = PIPELINE.replace("ratings.csv, users: people.csv", "ml-100k");
    project.write("groups.yaml", pipeline.replace("[plan, age]", "[gender, age, occupation]"));
    let run = project.command(&["run", "groups.yaml"]).env("RECFLOW_DATA", data).output().unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    assert_snapshot!(told(&comparison(&project)));
}
