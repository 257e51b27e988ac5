//! `--set NAME=VALUE`.

use std::str::FromStr;

/// A pipeline parameter and the value that replaces the file's, both as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// The parameter.
    pub name: String,
    /// The value, still text: it is read as YAML.
    pub value: String,
}

/// A text that is not `NAME=VALUE`.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is not of the form NAME=VALUE, for example `seed=7`")]
pub struct SettingError(String);

impl FromStr for Setting {
    type Err = SettingError;

    fn from_str(text: &str) -> Result<Self, SettingError> {
        match text.split_once('=') {
            Some((name, value)) if !name.trim().is_empty() => {
                Ok(Self { name: name.trim().to_owned(), value: value.to_owned() })
            }
            _ => Err(SettingError(text.to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Setting;

    #[test]
    fn the_first_equals_sign_divides() {
        let setting: Setting = "dataset=a=b".parse().unwrap();
        assert_eq!((setting.name.as_str(), setting.value.as_str()), ("dataset", "a=b"));
        assert_eq!("x=".parse::<Setting>().unwrap().value, "");
        assert!("seed".parse::<Setting>().is_err() && "=7".parse::<Setting>().is_err());
    }
}
