//! Attributes of users: `u.user` (`id|age|gender|occupation|zip`), `users.dat` (`id::gender::age::occupation::zip`) or a table whose
//! first column holds the ids.
//!
//! Of MovieLens' attributes the zip code is left out: it tells who somebody is, and groups nobody. Codes of `users.dat` are
//! replaced by what they stand for.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::path::Path;

use super::titles::read_text;
use super::{Layout, OnBadLine, ReadOptions};
use crate::rec::Monitor;
use crate::rec::data::{BadLine, BadLines, DataError, LineProblem, UserAttributes};

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
    let text = read_text(path, monitor)?;
    let first = text.lines().next().unwrap_or_default();
    let mut found = Found { path, on_bad_line: options.on_bad_line, values: BTreeMap::new(), n_skipped: 0 };
    let names = if first.contains("::") {
        found.by_lines(&text, "::", |[gender, age, occupation]| [gender, age_of(age), occupation_of(occupation)])?;
        ["gender", "age", "occupation"].map(str::to_owned).to_vec()
    } else if first.split('|').count() == 5 && first.starts_with(|c: char| c.is_ascii_digit()) {
        found.by_lines(&text, "|", |values| values)?;
        ["age", "gender", "occupation"].map(str::to_owned).to_vec()
    } else {
        found.by_columns(&text, options)?
    };
    Ok(Some((UserAttributes { names, values: found.values }, found.n_skipped)))
}

fn age_of(code: &str) -> &str {
    AGES.iter().find(|(known, _)| *known == code).map_or(code, |(_, age)| age)
}

fn occupation_of(code: &str) -> &str {
    code.parse().ok().and_then(|code: usize| OCCUPATIONS.get(code)).map_or(code, |occupation| occupation)
}

/// The values found so far, by user id.
struct Found<'a> {
    path: &'a Path,
    on_bad_line: OnBadLine,
    values: BTreeMap<String, Vec<String>>,
    n_skipped: u64,
}

impl Found<'_> {
    /// Lines of an id, three attributes and a zip code.
    fn by_lines(
        &mut self,
        text: &str,
        separator: &str,
        values: impl for<'t> Fn([&'t str; 3]) -> [&'t str; 3],
    ) -> Result<(), DataError> {
        for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.is_empty()) {
            let fields: Vec<&str> = line.split(separator).collect();
            if let [user, first, second, third, _] = fields[..] {
                self.add(index as u64 + 1, user, values([first, second, third]).into_iter())?;
            } else {
                let problem = LineProblem::Fields { found: fields.len(), expected: 5, text: line.to_owned() };
                self.reject(index as u64 + 1, problem)?;
            }
        }
        Ok(())
    }

    /// Gives the names of the attributes.
    fn by_columns(&mut self, text: &str, options: &ReadOptions) -> Result<Vec<String>, DataError> {
        let delimiter = options.delimiter.byte(text.lines().next().unwrap_or_default().as_bytes());
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .quoting(delimiter != b'\t')
            .flexible(true)
            .from_reader(text.as_bytes());
        let unreadable = |error: csv::Error| DataError::io(self.path, error.into());
        let header: Vec<String> =
            reader.headers().map_err(unreadable)?.iter().map(|name| name.trim().to_owned()).collect();
        let names = header.get(1..).unwrap_or_default();
        let is_named_twice = |(place, name): (usize, &String)| names[..place].contains(name) || name.is_empty();
        if names.is_empty() || names.iter().enumerate().any(is_named_twice) {
            return Err(DataError::UserColumns { path: self.path.to_owned(), columns: header });
        }
        for record in reader.records() {
            let record = record.map_err(|error| DataError::io(self.path, error.into()))?;
            let line = record.position().map_or(0, csv::Position::line);
            if record.len() == header.len() {
                self.add(line, &record[0], record.iter().skip(1))?;
            } else {
                let text = record.iter().collect::<Vec<_>>().join(", ");
                self.reject(line, LineProblem::Fields { found: record.len(), expected: header.len(), text })?;
            }
        }
        Ok(names.to_vec())
    }

    fn add<'t>(&mut self, line: u64, user: &str, values: impl Iterator<Item = &'t str>) -> Result<(), DataError> {
        let user = user.trim().to_owned();
        let values: Vec<String> = values.map(|value| value.trim().to_owned()).collect();
        if user.is_empty() {
            return self.reject(line, LineProblem::EmptyId { role: "user", text: values.join(", ") });
        }
        match self.values.entry(user) {
            Entry::Vacant(place) => {
                place.insert(values);
                Ok(())
            }
            Entry::Occupied(known) => {
                let user = known.key().clone();
                self.reject(line, LineProblem::UserTwice(user))
            }
        }
    }

    fn reject(&mut self, line: u64, problem: LineProblem) -> Result<(), DataError> {
        if self.on_bad_line == OnBadLine::Skip {
            self.n_skipped += 1;
            return Ok(());
        }
        let shown = vec![BadLine { path: self.path.to_owned(), line, problem }];
        Err(DataError::BadLines(Box::new(BadLines { shown, total: 1 })))
    }
}

#[cfg(test)]
mod tests {
    use super::{OnBadLine, ReadOptions, UserAttributes, read_user_attributes};
    use crate::rec::Silent;
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
