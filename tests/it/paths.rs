//! What a pipeline, or a cache that somebody else has written, says of paths leads nowhere else.

use std::fs;
use std::os::unix::fs::symlink;

use recflow::engine::{Action, Artifact, Digest, Durability, Facts, FileRecord, KeyPreimage};

use super::project::Project;
use super::toy::Toy;

#[test]
fn a_report_folder_that_is_a_link_out_of_the_workspace_is_refused() {
    let elsewhere = tempfile::tempdir().unwrap();
    for link in ["reports", "nowhere"] {
        let project = Project::small();
        let target = if link == "reports" { elsewhere.path().to_owned() } else { elsewhere.path().join("not there") };
        symlink(target, project.path("reports")).unwrap();
        let outcome = project.recflow("run small.yaml");
        outcome.expect(1);
        let told = "a link on the way to the output `reports/small.md` leads out of the workspace";
        assert!(outcome.stderr.contains(told), "{}", outcome.stderr);
        assert!(fs::read_dir(elsewhere.path()).unwrap().next().is_none());
    }
}

#[test]
fn a_link_within_the_workspace_is_followed_and_one_in_place_of_the_file_is_replaced() {
    let elsewhere = tempfile::tempdir().unwrap();
    let secret = elsewhere.path().join("secret");
    fs::write(&secret, "secret").unwrap();
    let project = Project::small();
    fs::create_dir(project.path("kept")).unwrap();
    symlink("kept", project.path("reports")).unwrap();
    symlink(&secret, project.path("kept/small.md")).unwrap();
    project.recflow("run small.yaml").expect(0);
    assert_eq!(fs::read_to_string(secret).unwrap(), "secret");
    assert!(project.read("kept/small.md").starts_with("# Small"));
}

#[test]
fn a_program_publishes_nothing_outside_and_reads_nothing_outside() {
    let elsewhere = tempfile::tempdir().unwrap();
    fs::write(elsewhere.path().join("secret.txt"), "secret").unwrap();
    let project = Project::new();
    let stage = |more: &str| {
        let shell = "cat *.txt > $RECFLOW_OUTPUT_DIR/a; ls >> $RECFLOW_OUTPUT_DIR/a";
        format!("name: p\nstages:\n  p: {{ uses: command, with: {{ shell: '{shell}', outputs: [a], {more} }} }}\n")
    };
    symlink(elsewhere.path().join("secret.txt"), project.path("link.txt")).unwrap();
    symlink(elsewhere.path(), project.path("out")).unwrap();
    project.write("folder/own.txt", "own\n");
    symlink(elsewhere.path().join("secret.txt"), project.path("folder/secret.txt")).unwrap();

    project.write("p.yaml", stage("files: [link.txt]"));
    let refused = project.recflow("run p.yaml");
    refused.expect(1);
    assert!(refused.stderr.contains("`link.txt` leads out of the folder"), "{}", refused.stderr);

    project.write("p.yaml", stage("publish: { a: out/a.txt }, files: [folder/own.txt]"));
    let refused = project.recflow("run p.yaml");
    refused.expect(1);
    assert!(!elsewhere.path().join("a.txt").exists());

    project.write("p.yaml", stage("files: [folder]").replace("cat *", "cat folder/*"));
    project.recflow("run p.yaml --force p").expect(0);
    assert_eq!(project.artifact("p", "a"), "own\nfolder\n", "links in folders are left out");
}

#[test]
fn a_record_whose_files_lead_out_of_their_folder_counts_as_damaged() {
    let toy = Toy::new();
    let store = toy.store();
    let file = toy.path("file");
    for (place, name) in ["plain", "../evil", "/evil", "a/b", "..", "."].into_iter().enumerate() {
        fs::write(&file, name).unwrap();
        let record: FileRecord = store.put_file(&file, Durability::Synced).unwrap();
        let preimage = KeyPreimage {
            kind: "write".into(),
            revision: place as u32,
            parameters: serde_json::Value::Null,
            inputs: Vec::new(),
            sources: Vec::new(),
            variables: Vec::new(),
        };
        let artifact = Artifact { files: [(name.to_owned(), record)].into() };
        let outputs = [("text".to_owned(), artifact)].into();
        let action = Action { preimage, stage: "s".into(), outputs, facts: Facts::default() };
        assert_eq!(record.digest, Digest::of(name.as_bytes()));
        store.commit(&action, Durability::Synced).unwrap();
        assert_eq!(store.action(action.key()).is_some(), name == "plain", "{name}");
    }
}
