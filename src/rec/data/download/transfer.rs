//! One file over HTTP, going on where an earlier attempt ended.

use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use ureq::Agent;
use ureq::http::{Response, StatusCode, header};

use super::DownloadError;
use crate::rec::Monitor;

/// A connection that breaks is taken up again this many times, as long as something arrives in between.
const ATTEMPTS: u32 = 5;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(20);
const SILENCE_TIMEOUT: Duration = Duration::from_secs(30);

/// A file on a server.
pub(super) struct Transfer {
    pub(super) url: String,
    agent: Agent,
    /// What to do if it cannot be had.
    by_hand: String,
}

/// How an attempt ended.
enum Attempt {
    Complete,
    /// The connection broke, for this reason.
    Broken(String),
}

impl Transfer {
    pub(super) fn new(url: String, into: &Path, name: &str) -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .timeout_resolve(Some(CONNECT_TIMEOUT))
            .timeout_connect(Some(CONNECT_TIMEOUT))
            .timeout_recv_response(Some(SILENCE_TIMEOUT))
            .timeout_per_read(Some(SILENCE_TIMEOUT))
            .user_agent(concat!("recflow/", env!("CARGO_PKG_VERSION")))
            .build();
        let by_hand = format!(
            "download {url} in another way and unpack it so that `{}` holds its files, or point `--data-dir` or \
             RECFLOW_DATA at a folder that has `{name}`",
            into.join(name).display()
        );
        Self { url, agent: config.into(), by_hand }
    }

    /// Brings the whole file to `part`, which may hold its beginning.
    pub(super) fn fetch(&self, part: &Path, monitor: &dyn Monitor) -> Result<(), DownloadError> {
        let mut attempts = 1;
        loop {
            let before = length_of(part);
            match self.attempt(part, before, monitor)? {
                Attempt::Complete => return Ok(()),
                Attempt::Broken(what) if attempts == ATTEMPTS || length_of(part) <= before => {
                    return Err(self.network_error(&what));
                }
                Attempt::Broken(_) => attempts += 1,
            }
        }
    }

    fn attempt(&self, part: &Path, have: u64, monitor: &dyn Monitor) -> Result<Attempt, DownloadError> {
        let mut request = self.agent.get(&self.url);
        if have > 0 {
            request = request.header(header::RANGE, format!("bytes={have}-"));
            if let Ok(tag) = std::fs::read_to_string(tag_path(part)) {
                request = request.header(header::IF_RANGE, tag);
            }
        }
        let response = request.call().map_err(|error| self.network_error(&error.to_string()))?;
        let starts_at = match response.status() {
            StatusCode::PARTIAL_CONTENT if first_byte(&response) == Some(have) => have,
            // The server does not resume, or has another version by now: from the beginning.
            StatusCode::OK => 0,
            // There is nothing behind what is here; the checksum tells whether it is the whole.
            StatusCode::RANGE_NOT_SATISFIABLE if have > 0 => return Ok(Attempt::Complete),
            StatusCode::PARTIAL_CONTENT => {
                discard(part)?;
                return Ok(Attempt::Broken("the server sent another part than was asked for".to_owned()));
            }
            status => return Err(self.status_error(status)),
        };
        remember_tag(part, &response)?;
        let total = response.body().content_length().map(|length| starts_at + length);
        receive(part, starts_at, total, response, monitor)
    }

    /// The MD5 that the server publishes beside the file, as `<url>.md5`.
    pub(super) fn published_md5(&self) -> Result<String, DownloadError> {
        let url = format!("{}.md5", self.url);
        let network = |error: &ureq::Error| self.network_error(&error.to_string());
        let mut response = self.agent.get(&url).call().map_err(|error| network(&error))?;
        if response.status() != StatusCode::OK {
            return Err(self.status_error(response.status()));
        }
        let text = response.body_mut().with_config().limit(4096).read_to_string().map_err(|error| network(&error))?;
        let mut words = text.split(|c: char| !c.is_ascii_hexdigit());
        let md5 = words.find(|word| word.len() == 32).map(str::to_ascii_lowercase);
        md5.ok_or_else(|| self.network_error("the server publishes no MD5 beside it"))
    }

    fn network_error(&self, what: &str) -> DownloadError {
        DownloadError::Network { url: self.url.clone(), what: what.to_owned(), help: self.by_hand.clone() }
    }

    fn status_error(&self, status: StatusCode) -> DownloadError {
        DownloadError::Status { url: self.url.clone(), status: status.as_u16(), help: self.by_hand.clone() }
    }
}

/// Appends an answer to the part from byte `starts_at` on.
fn receive(
    part: &Path,
    starts_at: u64,
    total: Option<u64>,
    response: Response<ureq::Body>,
    monitor: &dyn Monitor,
) -> Result<Attempt, DownloadError> {
    let fail = |source| DownloadError::io(part, source);
    let mut file = File::options().create(true).write(true).truncate(false).open(part).map_err(fail)?;
    file.set_len(starts_at).map_err(fail)?;
    std::io::Seek::seek(&mut file, std::io::SeekFrom::End(0)).map_err(fail)?;
    let mut body = response.into_body().into_with_config().limit(u64::MAX).reader();
    let mut block = vec![0; 1 << 16];
    let mut have = starts_at;
    loop {
        monitor.check()?;
        match body.read(&mut block) {
            Ok(0) => break,
            Ok(n_read) => {
                file.write_all(&block[..n_read]).map_err(fail)?;
                have += n_read as u64;
                monitor.progress(have, total.unwrap_or(0).max(have), "bytes");
            }
            Err(error) => return Ok(Attempt::Broken(error.to_string())),
        }
    }
    match total {
        Some(total) if have < total => Ok(Attempt::Broken(format!("it ended after {have} of {total} bytes"))),
        _ => Ok(Attempt::Complete),
    }
}

/// Deletes what has arrived.
pub(super) fn discard(part: &Path) -> Result<(), DownloadError> {
    for path in [part, &tag_path(part)] {
        match std::fs::remove_file(path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(DownloadError::io(path, error)),
            _ => {}
        }
    }
    Ok(())
}

fn length_of(part: &Path) -> u64 {
    part.metadata().map_or(0, |metadata| metadata.len())
}

/// Where the version (ETag) of what has arrived is kept, so that never two versions are glued together.
fn tag_path(part: &Path) -> PathBuf {
    part.with_extension("etag")
}

fn remember_tag(part: &Path, response: &Response<ureq::Body>) -> Result<(), DownloadError> {
    let path = tag_path(part);
    let tag = response.headers().get(header::ETAG).and_then(|tag| tag.to_str().ok());
    // A weak tag says nothing about bytes.
    match tag.filter(|tag| !tag.starts_with("W/")) {
        Some(tag) => std::fs::write(&path, tag).map_err(|source| DownloadError::io(&path, source)),
        None => match std::fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(DownloadError::io(&path, error)),
            _ => Ok(()),
        },
    }
}

/// The first byte of a partial answer: `Content-Range: bytes 100-199/200`.
fn first_byte(response: &Response<ureq::Body>) -> Option<u64> {
    let range = response.headers().get(header::CONTENT_RANGE)?.to_str().ok()?;
    range.strip_prefix("bytes ")?.split('-').next()?.trim().parse().ok()
}
