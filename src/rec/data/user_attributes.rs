//! What is known of users beside their events: `gender`, `age` and the like.

use std::collections::BTreeMap;

/// Attributes of users.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UserAttributes {
    /// The attributes' names.
    pub names: Vec<String>,
    /// The values by the user's own id; empty texts where unknown. Shape of each: `[n_names]`.
    pub values: BTreeMap<String, Vec<String>>,
}

impl UserAttributes {
    /// What an attribute is for these users, empty where unknown; `None` if there is no attribute of that name.
    /// Shape: `[n_users]`.
    pub fn of_users<'a>(&'a self, name: &str, users: impl Iterator<Item = &'a str>) -> Option<Vec<&'a str>> {
        let column = self.names.iter().position(|known| known == name)?;
        let value = |user: &str| self.values.get(user).and_then(|values| values.get(column)).map_or("", String::as_str);
        Some(users.map(value).collect())
    }

    /// Keeps what is known of these users only.
    #[must_use]
    pub fn restricted_to(mut self, users: &[String]) -> Self {
        let kept = users.iter().filter_map(|user| self.values.remove_entry(user));
        let values = kept.collect();
        Self { names: self.names, values }
    }
}
