//! Why a data set could not be downloaded.

use std::io;
use std::path::{Path, PathBuf};

use crate::rec::Interrupted;

/// Why a data set could not be downloaded.
#[derive(Debug, thiserror::Error)]
pub enum DownloadError {
    /// The caller asked for an end; what has arrived is kept.
    #[error(transparent)]
    Interrupted(#[from] Interrupted),
    /// No data set is known by this name.
    #[error("no data set is known by the name `{name}`")]
    Unknown {
        /// The name asked for.
        name: String,
        /// A known one that is close.
        close: Option<&'static str>,
    },
    /// The server could not be reached, or the connection broke again and again.
    #[error("cannot download `{url}`: {what}")]
    Network {
        /// What was asked for.
        url: String,
        /// What happened.
        what: String,
        /// The remedy.
        help: String,
    },
    /// The server does not hand it out.
    #[error("cannot download `{url}`: the server answers with status {status}")]
    Status {
        /// What was asked for.
        url: String,
        /// The HTTP status.
        status: u16,
        /// The remedy.
        help: String,
    },
    /// What arrived is not what was published.
    #[error("`{url}` has MD5 `{found}` where `{expected}` is expected; what arrived has been deleted")]
    Checksum {
        /// What was asked for.
        url: String,
        /// The published MD5.
        expected: String,
        /// That of what arrived.
        found: String,
    },
    /// The archive is damaged or holds what no data set holds.
    #[error("the archive `{}` is refused: {what}", path.display())]
    Archive {
        /// Of which file.
        path: PathBuf,
        /// What is wrong.
        what: String,
    },
    /// A folder of the name is there already and holds something else.
    #[error("`{}` is there but holds no ratings", path.display())]
    InTheWay {
        /// The folder.
        path: PathBuf,
    },
    /// The operating system could not read or write.
    #[error("cannot access `{}`: {source}", path.display())]
    Io {
        /// Of which file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl DownloadError {
    pub(super) fn io(path: &Path, source: io::Error) -> Self {
        Self::Io { path: path.to_owned(), source }
    }

    /// The remedy, where one can be named.
    pub fn help(&self) -> Option<String> {
        match self {
            Self::Interrupted(_) => None,
            Self::Unknown { close: Some(close), .. } => Some(format!("did you mean `{close}`?")),
            Self::Unknown { close: None, .. } => {
                let names: Vec<String> = super::CATALOGUE.iter().map(|known| format!("`{}`", known.name)).collect();
                Some(format!("known are {}; or give the path of a file or folder", names.join(", ")))
            }
            Self::Network { help, .. } | Self::Status { help, .. } => Some(help.clone()),
            Self::Checksum { .. } => Some("try again; if it stays so, the server has another file".to_owned()),
            Self::Archive { .. } => Some("try again, or get the archive in another way and unpack it".to_owned()),
            Self::InTheWay { .. } => Some("move it away, or put the data set's files into it".to_owned()),
            Self::Io { .. } => Some("check the folder, its permissions and the space on its disk".to_owned()),
        }
    }
}
