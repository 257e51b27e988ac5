//! Every format read, and what wrong files are told.

use std::io::Write;
use std::path::{Path, PathBuf};

use insta::assert_snapshot;

use super::{Columns, Delimiter, Format, OnBadLine, ReadOptions, detect, read};
use crate::rec::Silent;
use crate::rec::data::{DataError, Dataset};

/// A folder with these files.
fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, content) in files {
        std::fs::write(folder.path().join(name), content).unwrap();
    }
    folder
}

fn open(path: &Path, options: &ReadOptions) -> Result<Dataset, DataError> {
    read(&detect(path)?, options, &Silent)
}

fn open_file(name: &str, content: &[u8], options: &ReadOptions) -> Result<Dataset, DataError> {
    let folder = folder(&[(name, content)]);
    open(&folder.path().join(name), options)
}

/// Error and remedy for a file, its folder left out.
fn complaint(name: &str, content: &[u8], options: &ReadOptions) -> String {
    let folder = folder(&[(name, content)]);
    complaint_of(&folder.path().join(name), folder.path(), options)
}

fn complaint_of(path: &Path, folder: &Path, options: &ReadOptions) -> String {
    let error = open(path, options).expect_err("the file is wrong");
    let text = format!("{error}\nhelp: {}", error.help().unwrap_or_default());
    text.replace(&format!("{}/", folder.display()), "").replace(&folder.display().to_string(), "folder")
}

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

fn skip() -> ReadOptions {
    ReadOptions { on_bad_line: OnBadLine::Skip, ..ReadOptions::default() }
}

fn columns(user: &str, item: &str) -> ReadOptions {
    let columns = Columns { user: Some(user.to_owned()), item: Some(item.to_owned()), ..Columns::default() };
    ReadOptions { columns, ..ReadOptions::default() }
}

fn triples(dataset: &Dataset) -> Vec<(String, String, f32, i64)> {
    let events = &dataset.events;
    (0..events.len())
        .map(|event| {
            let user = dataset.users[events.users[event] as usize].clone();
            let item = dataset.items.ids[events.items[event] as usize].clone();
            (user, item, events.ratings[event], events.times[event])
        })
        .collect()
}

fn expected() -> Vec<(String, String, f32, i64)> {
    [("7", "30", 4.0, 100), ("7", "31", 3.5, 90), ("2", "30", 1.0, 80)]
        .map(|(user, item, rating, time)| (user.to_owned(), item.to_owned(), rating, time))
        .to_vec()
}

#[test]
fn the_same_events_are_read_from_every_form() {
    let csv = b"userId,movieId,rating,timestamp\n7,30,4.0,100\n7,31,3.5,90\n2,30,1,80\n";
    let quoted = b"item;\"user\";time;rating\r\n\"30\";7;100;4\r\n31;\"7\";90;3.5\r\n30;2;80;\"1\"";
    let with_mark = [b"\xEF\xBB\xBF".as_slice(), csv].concat();
    for (name, content) in [
        ("u.data", b"7\t30\t4\t100\n7\t31\t3.5\t90\n2\t30\t1\t80\n".as_slice()),
        ("ratings.dat", b"7::30::4::100\r\n7::31::3.5::90\r\n\r\n2::30::1::80"),
        ("ratings.csv", csv),
        ("mark.csv", &with_mark),
        ("quoted.csv", quoted),
        ("tabs.tsv", b"user_id\titem_id\trating\ttimestamp\n7\t30\t4\t100\n7\t31\t3.5\t90\n2\t30\t1\t80\n"),
        ("packed.csv.gz", &gzip(csv)),
        ("recbole.inter", b"user_id:token\titem_id:token\trating:float\ttimestamp:float\n7\t30\t4\t100\n7\t31\t3.5\t90\n2\t30\t1\t80\n"),
    ] {
        let dataset = open_file(name, content, &ReadOptions::default()).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(triples(&dataset), expected(), "{name}");
        assert!(dataset.about.has_ratings && dataset.about.has_times, "{name}");
        assert_eq!((dataset.users, dataset.items.ids), (vec!["7".into(), "2".into()], vec!["30".into(), "31".into()]));
    }
}

#[test]
fn likes_without_ratings_and_times() {
    let dataset = open_file("likes.csv", b"user,item\na,x\na,y\nb,x\n", &ReadOptions::default()).unwrap();
    assert_eq!(dataset.events.ratings, [1.0; 3]);
    assert!(!dataset.about.has_ratings && !dataset.about.has_times);
    assert_eq!(dataset.about.name, "likes");
}

#[test]
fn columns_are_named_by_the_user() {
    let mut options = columns("who", "what");
    options.delimiter = Delimiter::Pipe;
    let dataset = open_file("x.csv", b"who|what|rating\na,b|x|2\n", &options).unwrap();
    assert_eq!(triples(&dataset), [("a,b".to_owned(), "x".to_owned(), 2.0, 0)]);
}

#[test]
fn quoted_fields_may_hold_anything() {
    let content = b"user,item,review\nu1,\"a, \"\"b\"\"\",\"two\nlines, one \"\"quote\"\"\"\nu2,plain,\n";
    let dataset = open_file("x.csv", content, &ReadOptions::default()).unwrap();
    assert_eq!(dataset.items.ids, ["a, \"b\"", "plain"]);
}

#[test]
fn lightgcn_folders_are_read_file_after_file() {
    let folder = folder(&[("train.txt", b"0 5 6\n1 5\n2\n"), ("test.txt", b"0 7\n1 6\n")]);
    let layout = detect(folder.path()).unwrap();
    assert_eq!(layout.format, Format::LightGcn);
    let roles: Vec<&str> = layout.files.iter().map(|(role, _)| role.as_str()).collect();
    assert_eq!(roles, ["interactions-1", "interactions-2"]);
    let dataset = read(&layout, &ReadOptions::default(), &Silent).unwrap();
    assert_eq!((dataset.users.len(), dataset.n_events()), (2, 5));
    assert_eq!(dataset.items.ids, ["5", "6", "7"]);
}

#[test]
fn titles_are_decoded_and_attached() {
    for (ratings, rows, titles, content) in [
        ("u.data", "1\t2\t3\t4\n", "u.item", b"2|Caf\xE9 (1995)|01-Jan-1995|\n3|Other|\n".as_slice()),
        ("ratings.dat", "1::2::3::4\n", "movies.dat", b"1::Nobody's::x\r\n2::Caf\xE9 (1995)::Drama\r\n"),
        ("ratings.dat", "1::2::3::4\n", "movies.dat", "2::Café (1995)::Drama\n".as_bytes()),
        (
            "ratings.csv",
            "userId,movieId,rating,timestamp\n1,2,3,4\n",
            "movies.csv",
            "movieId,title\n2,\"Café (1995)\"\n".as_bytes(),
        ),
    ] {
        let folder = folder(&[(ratings, rows.as_bytes()), (titles, content)]);
        let layout = detect(folder.path()).unwrap();
        let roles: Vec<&str> = layout.files.iter().map(|(role, _)| role.as_str()).collect();
        assert_eq!(roles, ["ratings", "titles"]);
        let dataset = read(&layout, &ReadOptions::default(), &Silent).unwrap();
        assert_eq!(dataset.items.titles, ["Café (1995)"], "{titles}");
    }
}

#[test]
fn skipped_lines_are_counted_and_leave_nothing_behind() {
    let content = b"1::2::3::4\n1::2::5::6\nghost::9\nspook::8::x::1\n3::8::inf::1\n2::2::1::1.5\n2::3::1::1\n";
    let dataset = open_file("ratings.dat", content, &skip()).unwrap();
    assert_eq!(dataset.users, ["1", "2"]);
    assert_eq!(dataset.items.ids, ["2", "3"]);
    assert_eq!(dataset.events.ratings, [3.0, 1.0], "of duplicates the first is kept");
    assert_eq!(dataset.about.skipped_lines, 5);
    let reasons: Vec<String> = dataset.about.skipped_by_reason.iter().map(|(why, n)| format!("{why}: {n}")).collect();
    assert_snapshot!(reasons.join(", "), @"duplicate: 1, rating is not a number: 1, rating is not finite: 1, time is not a whole number: 1, wrong number of fields: 1");
}

#[test]
fn lines_longer_than_a_block_are_whole() {
    let items: Vec<String> = (0..400_000).map(|item| item.to_string()).collect();
    let content = format!("1 {}\n2 5\n", items.join(" "));
    let dataset = open_file("x.txt", content.as_bytes(), &ReadOptions::default()).unwrap();
    assert_eq!((dataset.n_events(), dataset.n_items(), dataset.n_users()), (400_001, 400_000, 2));
}

#[test]
fn a_wrong_number_of_fields() {
    assert_snapshot!(complaint("ratings.dat", b"1::2::3::4\n1::2::3\n", &ReadOptions::default()), @r#"
    `ratings.dat` line 2: 3 fields where 4 are expected: `1::2::3`
    help: correct the file, or set `on-bad-line: skip` to leave such lines out and have them counted
    "#);
}

#[test]
fn a_rating_that_is_no_number() {
    assert_snapshot!(complaint("u.data", b"1\t2\t3\t4\n1\t3\tfive\t4\n", &ReadOptions::default()), @r#"
    `u.data` line 2: the rating `five` is not a number
    help: correct the file, or set `on-bad-line: skip` to leave such lines out and have them counted
    "#);
}

#[test]
fn a_rating_that_is_not_finite() {
    let content = b"user,item,rating\n1,2,NaN\n1,3,-inf\n1,4,1e99\n";
    assert_snapshot!(complaint("x.csv", content, &ReadOptions::default()), @r#"
    3 bad lines:
      `x.csv` line 2: the rating `NaN` is not a finite number
      `x.csv` line 3: the rating `-inf` is not a finite number
      `x.csv` line 4: the rating `1e99` is not a finite number
    help: correct the file, or set `on-bad-line: skip` to leave such lines out and have them counted
    "#);
}

#[test]
fn a_time_that_is_no_integer() {
    let content = b"user,item,time\n1,2,2020-01-01\n";
    assert_snapshot!(complaint("x.csv", content, &ReadOptions::default()), @r#"
    `x.csv` line 2: the time `2020-01-01` is not a whole number of seconds
    help: correct the file, or set `on-bad-line: skip` to leave such lines out and have them counted
    "#);
}

#[test]
fn an_empty_id() {
    assert_snapshot!(complaint("x.csv", b"user,item,rating\n ,2,3\n1,,3\n", &ReadOptions::default()), @r#"
    2 bad lines:
      `x.csv` line 2: the user id is empty: ` , 2, 3`
      `x.csv` line 3: the item id is empty: `1, , 3`
    help: correct the file, or set `on-bad-line: skip` to leave such lines out and have them counted
    "#);
}

#[test]
fn duplicates_name_both_lines() {
    let content = b"1::2::3::4\n2::2::3::4\n\n1::2::5::9\n1::2::1::1\n";
    assert_snapshot!(complaint("ratings.dat", content, &ReadOptions::default()), @r#"
    2 bad lines:
      `ratings.dat` line 4: user `1` has item `2` a second time, after `ratings.dat` line 1
      `ratings.dat` line 5: user `1` has item `2` a second time, after `ratings.dat` line 1
    help: a user rates an item once; remove the duplicates, or set `on-bad-line: skip` to keep the first of each
    "#);
}

#[test]
fn duplicates_across_files() {
    let folder = folder(&[("train.txt", b"0 1 2\n3 1\n"), ("test.txt", b"1 1\n0 5 2\n")]);
    assert_snapshot!(complaint_of(folder.path(), folder.path(), &ReadOptions::default()), @r#"
    `test.txt` line 2: user `0` has item `2` a second time, after `train.txt` line 1
    help: a user rates an item once; remove the duplicates, or set `on-bad-line: skip` to keep the first of each
    "#);
}

#[test]
fn a_column_that_is_nearly_there() {
    let content = b"user,itme,rating\n1,2,3\n";
    assert_snapshot!(complaint("x.csv", content, &columns("user", "item")), @r#"
    `x.csv` has no column `item` (for `item`); its first line names `user`, `itme`, `rating`
    help: did you mean `itme`?
    "#);
}

#[test]
fn a_column_that_nothing_is_known_of() {
    let content = b"who,what,rating\n1,2,3\n";
    assert_snapshot!(complaint("x.csv", content, &ReadOptions::default()), @r#"
    `x.csv` has no column that is known to hold the user; its first line names `who`, `what`, `rating`
    help: name the column in the parameter `columns: { user: ... }`
    "#);
}

#[test]
fn a_table_without_a_header() {
    assert_snapshot!(complaint("x.csv", b"1,2,3,4\n1,3,4,5\n", &ReadOptions::default()), @r#"
    `x.csv` has no column that is known to hold the user; its first line names `1`, `2`, `3`, `4`
    help: the file seems to have no header: add a first line such as `user,item,rating,time`
    "#);
}

#[test]
fn an_empty_file() {
    assert_snapshot!(complaint("x.csv", b"", &ReadOptions::default()), @r#"
    `x.csv` holds no events
    help: check that it is the right file and was copied whole
    "#);
}

#[test]
fn a_header_alone() {
    assert_snapshot!(complaint("x.csv", b"user,item\n", &ReadOptions::default()), @r#"
    `x.csv` holds no events
    help: check that it is the right file and was copied whole
    "#);
}

#[test]
fn bytes_that_are_no_text() {
    assert_snapshot!(complaint("x.csv", b"user,item\n\x00\x01\x02", &ReadOptions::default()), @r#"
    `x.csv` is not a text file: byte 10 is zero
    help: unpack it, or save it as UTF-8 text, plain or gzip
    "#);
}

#[test]
fn an_archive() {
    assert_snapshot!(complaint("x.zip", b"PK\x03\x04abc", &ReadOptions::default()), @r#"
    `x.zip` is not a text file: it is a zip archive
    help: unpack it, or save it as UTF-8 text, plain or gzip
    "#);
}

#[test]
fn an_id_that_is_not_utf8() {
    assert_snapshot!(complaint("x.csv", b"user,item\nJos\xE9,1\n", &ReadOptions::default()), @r#"
    `x.csv` line 2: the user id `Jos�` is not UTF-8 text
    help: correct the file, or set `on-bad-line: skip` to leave such lines out and have them counted
    "#);
}

#[test]
fn a_truncated_gzip() {
    let numbers: Vec<String> = (0..5000).map(|n| format!("{n},{}\n", n * 7919 % 5003)).collect();
    let whole = gzip(format!("user,item\n{}", numbers.concat()).as_bytes());
    assert_snapshot!(complaint("x.csv.gz", &whole[..whole.len() / 2], &ReadOptions::default()), @r#"
    the gzip file `x.csv.gz` ends too early
    help: get the file again: the copy is incomplete or damaged
    "#);
}

#[test]
fn a_path_with_nothing_there() {
    let folder = folder(&[]);
    let path: PathBuf = folder.path().join("ratings.csv");
    assert_snapshot!(complaint_of(&path, folder.path(), &ReadOptions::default()), @r#"
    `ratings.csv` does not exist
    help: check the path; a relative one starts at the current directory
    "#);
}

#[test]
fn a_folder_without_ratings() {
    let folder = folder(&[("movies.dat", b""), ("README", b"")]);
    assert_snapshot!(complaint_of(folder.path(), folder.path(), &ReadOptions::default()), @r#"
    `folder` is no data set that recflow knows: the folder holds `README`, `movies.dat` and no ratings file among them
    help: give a MovieLens folder, a folder with LightGCN's `train.txt` and `test.txt`, or one ratings file: CSV or TSV with a header, `user::item::rating::time`, or `user item item ...`
    "#);
}

#[test]
fn a_quote_that_is_never_closed() {
    let content = b"user,item\na,\"b\nc,d\n";
    assert_snapshot!(complaint("x.csv", content, &ReadOptions::default()), @r#"
    `x.csv` line 2: a quote is opened and not closed: `a,"b`
    help: correct the file, or set `on-bad-line: skip` to leave such lines out and have them counted
    "#);
}

#[test]
fn many_bad_lines_are_shown_in_part() {
    let lines: Vec<String> = (0..25).map(|n| format!("{n}::x::y::z\n")).collect();
    assert_snapshot!(complaint("ratings.dat", lines.concat().as_bytes(), &ReadOptions::default()), @r#"
    25 bad lines:
      `ratings.dat` line 1: the rating `y` is not a number
      `ratings.dat` line 2: the rating `y` is not a number
      `ratings.dat` line 3: the rating `y` is not a number
      `ratings.dat` line 4: the rating `y` is not a number
      `ratings.dat` line 5: the rating `y` is not a number
      `ratings.dat` line 6: the rating `y` is not a number
      `ratings.dat` line 7: the rating `y` is not a number
      `ratings.dat` line 8: the rating `y` is not a number
      `ratings.dat` line 9: the rating `y` is not a number
      `ratings.dat` line 10: the rating `y` is not a number
      and 15 more
    help: correct the file, or set `on-bad-line: skip` to leave such lines out and have them counted
    "#);
}

#[test]
fn titles_with_a_wrong_line() {
    let folder = folder(&[("ratings.dat", b"1::2::3::4\n"), ("movies.dat", b"1::A::B\nbroken\n")]);
    assert_snapshot!(complaint_of(folder.path(), folder.path(), &ReadOptions::default()), @r#"
    `movies.dat` line 2: 1 fields where 2 are expected: `broken`
    help: correct the file, or set `on-bad-line: skip` to leave such lines out and have them counted
    "#);
    let dataset = open(folder.path(), &skip()).unwrap();
    assert_eq!(dataset.about.skipped_lines, 1);
}

#[test]
fn titles_in_a_table_with_a_wrong_line() {
    let titles = b"movieId,title\n1,\"A, B\"\n2,C,D\n";
    let folder = folder(&[("ratings.csv", b"userId,movieId\n1,1\n"), ("movies.csv", titles)]);
    assert_snapshot!(complaint_of(folder.path(), folder.path(), &ReadOptions::default()), @r#"
    `movies.csv` line 3: 3 fields where 2 are expected: `2, C, D`
    help: correct the file, or set `on-bad-line: skip` to leave such lines out and have them counted
    "#);
    let dataset = open(folder.path(), &skip()).unwrap();
    assert_eq!((dataset.items.titles, dataset.about.skipped_lines), (vec!["A, B".to_owned()], 1));
}
