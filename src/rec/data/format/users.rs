//! Attributes of users: `u.user` (`id|age|gender|occupation|zip`), `users.dat` (`id::gender::age::occupation::zip`) or a table whose
//! first column holds the ids.
//!
//! Of MovieLens' attributes the zip code is left out: it tells who somebody is, and groups nobody. Codes of `users.dat` are
//! replaced by what they stand for.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::path::Path;

use super::side_file::SideFile;
use super::{Layout, ReadOptions};
use crate::rec::Monitor;
use crate::rec::data::{DataError, LineProblem, UserAttributes};

/// The ages of `users.dat` by code.
const AGES: [(&str, &str); 7] = [
    ("1", "0 to 17"),
    ("18", "18 to 24"),
    ("25", "25 to 34"),
    ("35", "35 to 44"),
    ("45", "45 to 49"),
    ("50", "50 to 55"),
    ("56", "56 and over"),
];

/// The occupations of `users.dat` by code.
const OCCUPATIONS: [&str; 21] = [
    "other or not specified",
    "academic or educator",
    "artist",
    "clerical or admin",
    "college or graduate student",
    "customer service",
    "doctor or health care",
    "executive or managerial",
    "farmer",
    "homemaker",
    "K-12 student",
    "lawyer",
    "programmer",
    "retired",
    "sales or marketing",
    "scientist",
    "self-employed",
    "technician or engineer",
    "tradesman or craftsman",
    "unemployed",
    "writer",
];

/// Reads what is known of users, if the layout has a file of it, and how many lines were skipped.
pub fn read_user_attributes(
    layout: &Layout,
    options: &ReadOptions,
    monitor: &dyn Monitor,
) -> Result<Option<(UserAttributes, u64)>, DataError> {
    let Some(path) = layout.users() else { return Ok(None) };
    let mut file = SideFile::read(path, options, monitor)?;
    let mut values = Values::default();
    let first = file.first_line();
    let names = if first.contains("::") {
        file.each_line(|line| {
            let [user, gender, age, occupation] = fields(line, "::")?;
            values.add(user, [gender, age_of(age), occupation_of(occupation)])
        })?;
        ["gender", "age", "occupation"].map(str::to_owned).to_vec()
    } else if first.split('|').count() == 5 && first.starts_with(|c: char| c.is_ascii_digit()) {
        file.each_line(|line| {
            let [user, age, gender, occupation] = fields(line, "|")?;
            values.add(user, [age, gender, occupation])
        })?;
        ["age", "gender", "occupation"].map(str::to_owned).to_vec()
    } else {
        let mut header = file.each_record(
            |header| attribute_columns(path, header),
            |_, record| values.add(&record[0], record.iter().skip(1)),
        )?;
        header.split_off(1)
    };
    Ok(Some((UserAttributes { names, values: values.0 }, file.n_skipped)))
}

/// The id and the attributes of a line that ends in a zip code.
fn fields<'t>(line: &'t str, separator: &str) -> Result<[&'t str; 4], LineProblem> {
    let fields: Vec<&str> = line.split(separator).collect();
    match fields[..] {
        [user, first, second, third, _] => Ok([user, first, second, third]),
        _ => Err(LineProblem::Fields { found: fields.len(), expected: 5, text: line.to_owned() }),
    }
}

/// The header of a table, unless attributes are missing in it, without a name or named twice.
fn attribute_columns(path: &Path, header: Vec<String>) -> Result<Vec<String>, DataError> {
    let names = header.get(1..).unwrap_or_default();
    let is_named_twice = |(place, name): (usize, &String)| names[..place].contains(name) || name.is_empty();
    if names.is_empty() || names.iter().enumerate().any(is_named_twice) {
        return Err(DataError::UserColumns { path: path.to_owned(), columns: header });
    }
    Ok(header)
}

fn age_of(code: &str) -> &str {
    AGES.iter().find(|(known, _)| *known == code).map_or(code, |(_, age)| age)
}

fn occupation_of(code: &str) -> &str {
    code.parse().ok().and_then(|code: usize| OCCUPATIONS.get(code)).map_or(code, |occupation| occupation)
}

/// The values found so far, by user id.
#[derive(Default)]
struct Values(BTreeMap<String, Vec<String>>);

impl Values {
    fn add<'t>(&mut self, user: &str, values: impl IntoIterator<Item = &'t str>) -> Result<(), LineProblem> {
        let user = user.trim().to_owned();
        let values: Vec<String> = values.into_iter().map(|value| value.trim().to_owned()).collect();
        if user.is_empty() {
            return Err(LineProblem::EmptyId { role: "user", text: values.join(", ") });
        }
        match self.0.entry(user) {
            Entry::Vacant(place) => {
                place.insert(values);
                Ok(())
            }
            Entry::Occupied(known) => Err(LineProblem::UserTwice(known.key().clone())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{ReadOptions, UserAttributes, read_user_attributes};
    use crate::rec::Silent;
    use crate::rec::data::OnBadLine;
    use crate::rec::data::detect;

    /// What is read of a folder with these files; the first is that of ratings, the last that of users.
    fn read(
        ratings: (&str, &str),
        users: (&str, &str),
        on_bad_line: OnBadLine,
    ) -> Result<(UserAttributes, u64), String> {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in [ratings, users] {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        let layout = detect(folder.path()).unwrap();
        let path = folder.path().join(users.0);
        let layout = if layout.users().is_some() { layout } else { layout.with_users(&path) };
        let options = ReadOptions { on_bad_line, ..ReadOptions::default() };
        let told = |error: crate::rec::data::DataError| {
            error.to_string().replace(&folder.path().display().to_string(), "FOLDER")
        };
        read_user_attributes(&layout, &options, &Silent).map_err(told).map(Option::unwrap)
    }

    const TABLE: (&str, &str) = ("ratings.csv", "user,item\na,b\n");

    #[test]
    fn movielens_and_tables_with_a_header_are_read() {
        let told = |(attributes, _): (UserAttributes, u64)| format!("{:?} {:?}", attributes.names, attributes.values);
        let read = |ratings, users| told(read(ratings, users, OnBadLine::Error).unwrap());
        let texts = [
            read(("ratings.dat", "1::2::3::4\n"), ("users.dat", "1::F::1::10::48067\n2::M::56::16::70072\n")),
            read(("u.data", "1\t2\t3\t4\n"), ("u.user", "1|24|M|technician|85711\n")),
            read(TABLE, ("people.csv", "who,plan,\"home, town\"\na,free,\"B, C\"\nb,,\n")),
        ];
        insta::assert_snapshot!(texts.join("\n"), @r#"
        ["gender", "age", "occupation"] {"1": ["F", "0 to 17", "K-12 student"], "2": ["M", "56 and over", "self-employed"]}
        ["age", "gender", "occupation"] {"1": ["24", "M", "technician"]}
        ["plan", "home, town"] {"a": ["free", "B, C"], "b": ["", ""]}
        "#);
    }

    #[test]
    fn what_cannot_be_used_is_refused_or_counted() {
        let refused = |text| read(TABLE, ("people.csv", text), OnBadLine::Error).unwrap_err();
        let texts = [
            refused("user\na\n"),
            refused("user,age,age\na,1,2\n"),
            refused("user,age\na,1,2\n"),
            refused("user,age\na,1\na,2\n"),
            refused("user,age\n,1\n"),
        ];
        insta::assert_snapshot!(texts.join("\n"), @"
        `FOLDER/people.csv` does not name attributes of users: its first line names `user`
        `FOLDER/people.csv` does not name attributes of users: its first line names `user`, `age`, `age`
        `FOLDER/people.csv` line 2: 3 fields where 2 are expected: `a, 1, 2`
        `FOLDER/people.csv` line 3: user `a` has a line already
        `FOLDER/people.csv` line 2: the user id is empty: `1`
        ");
        let (attributes, n_skipped) = read(TABLE, ("people.csv", "user,age\na,1\na,2\nb\n"), OnBadLine::Skip).unwrap();
        assert_eq!((attributes.of_users("age", ["a", "b"].into_iter()), n_skipped), (Some(vec!["1", ""]), 2));
        assert_eq!(attributes.of_users("plan", ["a"].into_iter()), None);
    }
}
