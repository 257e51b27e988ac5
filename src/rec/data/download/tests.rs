//! Downloads from a small server on this machine.

use std::io::{BufRead, BufReader, Cursor, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use md5::{Digest, Md5};
use zip::write::SimpleFileOptions;

use super::{DownloadError, download};
use crate::rec::{Interrupted, Monitor, Silent};

/// The request lines and headers that a server got, one text a request.
type Requests = Arc<Mutex<Vec<String>>>;

/// Answers each request with what `answer` makes of it; gives the address and the requests.
fn serve(answer: impl Fn(&str, usize) -> Vec<u8> + Send + 'static) -> (String, Requests) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let requests = Requests::default();
    let seen = Arc::clone(&requests);
    std::thread::spawn(move || {
        for (number, stream) in listener.incoming().enumerate() {
            let mut stream: TcpStream = stream.unwrap();
            let lines = BufReader::new(stream.try_clone().unwrap()).lines();
            let request: Vec<String> = lines.map_while(Result::ok).take_while(|line| !line.is_empty()).collect();
            let request = request.join("\n").to_lowercase();
            seen.lock().unwrap().push(request.clone());
            let _ = stream.write_all(&answer(&request, number));
        }
    });
    (address, requests)
}

fn response(status: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let mut bytes = format!("HTTP/1.1 {status}\r\nConnection: close\r\n{headers}\r\n").into_bytes();
    bytes.extend_from_slice(body);
    bytes
}

fn whole(body: &[u8]) -> Vec<u8> {
    response("200 OK", &format!("Content-Length: {}\r\nETag: \"v1\"\r\n", body.len()), body)
}

/// The rest from the byte that the request asks for.
fn rest(request: &str, body: &[u8]) -> Vec<u8> {
    let from = request.split("range: bytes=").nth(1).unwrap().split('-').next().unwrap();
    let from: usize = from.parse().unwrap();
    let headers = format!(
        "Content-Length: {}\r\nContent-Range: bytes {from}-{}/{}\r\nETag: \"v1\"\r\n",
        body.len() - from,
        body.len() - 1,
        body.len()
    );
    response("206 Partial Content", &headers, &body[from..])
}

/// An answer that ends in the middle.
fn cut(body: &[u8]) -> Vec<u8> {
    let mut all = whole(body);
    all.truncate(all.len() - body.len() / 2);
    all
}

fn archive(entries: &[(&str, &str)]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in entries {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(content.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// `ml-latest-small` is the one whose checksum comes from the server.
const NAME: &str = "ml-latest-small";
const RATINGS: &str = "userId,movieId,rating,timestamp\n1,2,3.5,4\n";

fn good_archive() -> Vec<u8> {
    archive(&[
        ("ml-latest-small/ratings.csv", RATINGS),
        ("ml-latest-small/sub/links.csv", "x\n"),
        ("__MACOSX/ml-latest-small/ratings.csv", "not this"),
    ])
}

fn md5_file(body: &[u8]) -> Vec<u8> {
    whole(format!("MD5 ({NAME}.zip) = {:032x}\n", u128::from_be_bytes(Md5::digest(body).into())).as_bytes())
}

/// Serves the checksum of `body`, and for the archive whatever `answer` says.
fn serve_archive(body: Vec<u8>, answer: impl Fn(&str, &[u8], usize) -> Vec<u8> + Send + 'static) -> (String, Requests) {
    serve(move |request, number| {
        if request.starts_with(&format!("get /{NAME}.zip.md5 ")) {
            md5_file(&body)
        } else {
            answer(request, &body, number)
        }
    })
}

fn leftovers(folder: &std::path::Path) -> Vec<String> {
    let entries = folder.join(".download").read_dir().unwrap();
    let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_whole_download_is_unpacked_and_not_repeated() {
    let folder = tempfile::tempdir().unwrap();
    let (server, requests) = serve_archive(good_archive(), |_, body, _| whole(body));
    let target = download(NAME, folder.path(), Some(&server), &Silent).unwrap();
    assert_eq!(target, folder.path().join(NAME));
    assert_eq!(std::fs::read_to_string(target.join("ratings.csv")).unwrap(), RATINGS);
    assert!(target.join("sub/links.csv").exists());
    assert_eq!(leftovers(folder.path()), ["ml-latest-small.lock"]);
    download(NAME, folder.path(), Some(&server), &Silent).unwrap();
    assert_eq!(requests.lock().unwrap().len(), 2, "the checksum and the archive, once each");
}

#[test]
fn a_broken_connection_is_taken_up_again() {
    let folder = tempfile::tempdir().unwrap();
    let (server, requests) =
        serve_archive(
            good_archive(),
            |request, body, _| if request.contains("range:") { rest(request, body) } else { cut(body) },
        );
    download(NAME, folder.path(), Some(&server), &Silent).unwrap();
    let requests = requests.lock().unwrap();
    assert_eq!(requests.len(), 3);
    assert!(requests[2].contains("range: bytes=") && requests[2].contains("if-range: \"v1\""), "{}", requests[2]);
}

/// Cancels as soon as bytes arrive.
struct Impatient(std::sync::atomic::AtomicBool);

impl Monitor for Impatient {
    fn progress(&self, _: u64, _: u64, _: &str) {
        self.0.store(true, std::sync::atomic::Ordering::Relaxed);
    }

    fn is_cancelled(&self) -> bool {
        self.0.load(std::sync::atomic::Ordering::Relaxed)
    }
}

#[test]
fn a_cancelled_download_goes_on_later() {
    let folder = tempfile::tempdir().unwrap();
    let noise: Vec<String> = (0..40_000_u32).map(|n| blake3::hash(&n.to_le_bytes()).to_hex().to_string()).collect();
    let body = archive(&[("ml-latest-small/ratings.csv", RATINGS), ("ml-latest-small/noise", &noise.concat())]);
    let (server, requests) =
        serve_archive(
            body,
            |request, body, _| {
                if request.contains("range:") { rest(request, body) } else { whole(body) }
            },
        );
    let cancelled = download(NAME, folder.path(), Some(&server), &Impatient(false.into()));
    assert!(matches!(cancelled, Err(DownloadError::Interrupted(Interrupted))), "{cancelled:?}");
    assert!(leftovers(folder.path()).contains(&"ml-latest-small.zip.part".to_owned()));
    download(NAME, folder.path(), Some(&server), &Silent).unwrap();
    assert!(requests.lock().unwrap().last().unwrap().contains("range: bytes="));
}

#[test]
fn a_server_that_does_not_resume_starts_over() {
    let folder = tempfile::tempdir().unwrap();
    let (server, requests) =
        serve_archive(good_archive(), |_, body, number| if number == 1 { cut(body) } else { whole(body) });
    download(NAME, folder.path(), Some(&server), &Silent).unwrap();
    assert_eq!(requests.lock().unwrap().len(), 3);
}

#[test]
fn a_wrong_checksum_deletes_what_arrived() {
    let folder = tempfile::tempdir().unwrap();
    let (server, _) = serve_archive(good_archive(), |_, _, _| whole(b"something else"));
    let error = download(NAME, folder.path(), Some(&server), &Silent).unwrap_err();
    let DownloadError::Checksum { found, .. } = &error else { panic!("{error:?}") };
    assert_eq!(found, "6c7ba9c5a141421e1c03cb9807c97c74");
    assert!(error.to_string().contains("has been deleted"), "{error}");
    assert_eq!(leftovers(folder.path()), ["ml-latest-small.lock"]);
    assert!(!folder.path().join(NAME).exists());
}

#[test]
fn a_missing_file_is_told_with_the_remedy() {
    let folder = tempfile::tempdir().unwrap();
    let (server, _) = serve(|_, _| response("404 Not Found", "Content-Length: 0\r\n", b""));
    let error = download("ml-1m", folder.path(), Some(&server), &Silent).unwrap_err();
    assert!(matches!(error, DownloadError::Status { status: 404, .. }), "{error:?}");
    let help = error.help().unwrap();
    assert!(help.contains("RECFLOW_DATA") && help.contains("--data-dir") && help.contains("ml-1m.zip"), "{help}");
}

#[test]
fn without_a_network_the_address_and_the_remedy_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let error = download("ml-1m", folder.path(), Some(&format!("http://{free}/")), &Silent).unwrap_err();
    assert!(matches!(error, DownloadError::Network { .. }), "{error:?}");
    assert!(error.to_string().contains(&format!("http://{free}/ml-1m.zip")), "{error}");
    assert!(error.help().unwrap().contains("RECFLOW_DATA"));
}

#[test]
fn archives_that_lead_out_of_their_folder_are_refused() {
    for evil in ["../evil.csv", "/evil.csv", "ml-latest-small/../../evil.csv", "ml-latest-small\\..\\evil.csv"] {
        let folder = tempfile::tempdir().unwrap();
        let body = archive(&[("ml-latest-small/ratings.csv", RATINGS), (evil, "x")]);
        let (server, _) = serve_archive(body, |_, body, _| whole(body));
        let into = folder.path().join("data");
        let error = download(NAME, &into, Some(&server), &Silent).expect_err(evil);
        assert!(matches!(error, DownloadError::Archive { .. }), "{evil}: {error:?}");
        assert!(!into.join(NAME).exists() && !into.join("evil.csv").exists());
        assert!(!folder.path().join("evil.csv").exists());
    }
}

#[test]
fn archives_with_links_are_refused() {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    zip.add_symlink("ml-latest-small/ratings.csv", "/etc/passwd", SimpleFileOptions::default()).unwrap();
    let body = zip.finish().unwrap().into_inner();
    let folder = tempfile::tempdir().unwrap();
    let (server, _) = serve_archive(body, |_, body, _| whole(body));
    let error = download(NAME, folder.path(), Some(&server), &Silent).unwrap_err();
    assert!(error.to_string().contains("is a link"), "{error}");
}

#[test]
fn several_at_once_download_once() {
    let folder = tempfile::tempdir().unwrap();
    let (server, requests) = serve_archive(good_archive(), |_, body, _| whole(body));
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| download(NAME, folder.path(), Some(&server), &Silent).unwrap());
        }
    });
    assert_eq!(requests.lock().unwrap().len(), 2);
}

#[test]
fn an_unknown_name_gets_a_suggestion() {
    let error = download("ml1m", std::path::Path::new("nowhere"), None, &Silent).unwrap_err();
    assert_eq!(error.help().unwrap(), "did you mean `ml-1m`?");
}
