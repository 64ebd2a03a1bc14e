//! Encrypted connections to PostgreSQL: whose certificate is taken, and what is said where one is not.

#![cfg(all(feature = "postgres", feature = "tls"))]
#![allow(clippy::unwrap_used, reason = "helpers of tests, where a failure is to panic")]

use std::net::TcpListener;
use std::path::Path;
use std::sync::Arc;

use certificates::{Authority, Signed};
use onggi_driver::{Error, Pool, Type, ValueRef};
use proxy::Answer;

mod certificates;
mod proxy;
mod server;

fn open(url: &str) -> Result<Pool, Error> {
    Pool::open(&server::with_option(url, "connect_timeout=5"))
}

/// Whether the server sees an encrypted connection.
fn is_encrypted(pool: &Pool) -> bool {
    let text = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
    pool.connect()
        .unwrap()
        .with_text(text, |prepared| {
            let mut rows = prepared.query::<Error>(|_| Ok(()))?;
            let row = rows.next_row()?.unwrap();
            Ok::<_, Error>(row.value(0, Type::Boolean)? == ValueRef::Boolean(true))
        })
        .unwrap()
}

#[test]
fn the_server_sees_what_sslmode_says() {
    let Some((url, pool)) = server::postgres(Pool::open) else { return };
    let encrypts = pool.connect().unwrap().with_text("SHOW ssl", |prepared| {
        let mut rows = prepared.query::<Error>(|_| Ok(()))?;
        Ok::<_, Error>(rows.next_row()?.unwrap().raw(0)? == ValueRef::Text("on"))
    });
    if !encrypts.unwrap() {
        eprintln!("skipped: the PostgreSQL server does not encrypt");
        return;
    }
    for (mode, encrypted) in [("disable", false), ("prefer", true), ("require", true)] {
        let pool = open(&server::with_option(&url, &format!("sslmode={mode}"))).unwrap();
        assert_eq!(is_encrypted(&pool), encrypted, "{mode}");
    }
    assert!(is_encrypted(&pool), "the mode is `prefer` where none is named");
}

/// A server before the real one that shows a certificate; its URL with a host.
struct Shown {
    url: String,
    port: u16,
}

impl Shown {
    fn new(answer: Answer) -> Option<Shown> {
        let (url, _) = server::postgres(Pool::open)?;
        let Some(address) = server::address(&url) else {
            eprintln!("skipped: the PostgreSQL server has no address");
            return None;
        };
        let port = proxy::start(address, answer);
        Some(Shown { url, port })
    }

    fn of(signed: &Signed) -> Option<Shown> {
        Shown::new(Answer::Encrypt(Arc::new(proxy::server(signed, None))))
    }

    fn open(&self, host: &str, options: &str) -> Result<Pool, Error> {
        open(&server::with_option(&server::through(&self.url, host, self.port), options))
    }
}

fn trusting(mode: &str, file: &Path) -> String {
    format!("sslmode={mode}&sslrootcert={}", file.display())
}

#[test]
fn certificates_are_looked_at_as_far_as_sslmode_says() {
    let folder = tempfile::tempdir().unwrap();
    let [ours, others] = ["ours", "others"].map(|name| Authority::new(folder.path(), name));
    let Some(shown) = Shown::of(&ours.sign("localhost", 2100)) else { return };
    for (host, options) in [
        ("localhost", trusting("verify-full", &ours.file)),
        ("127.0.0.1", trusting("verify-ca", &ours.file)),
        ("127.0.0.1", trusting("require", &ours.file)),
        ("127.0.0.1", "sslmode=require".to_owned()),
        ("localhost", "sslmode=prefer".to_owned()),
    ] {
        let opened = shown.open(host, &options);
        opened.unwrap_or_else(|error| panic!("{host} {options}: {error}")).connect().unwrap();
    }
    for (host, options, words) in [
        ("127.0.0.1", trusting("verify-full", &ours.file), "is not for the host of the URL: write a host"),
        ("localhost", trusting("verify-full", &others.file), "no authority of sslrootcert has signed"),
        ("localhost", trusting("verify-ca", &others.file), "no authority of sslrootcert has signed"),
        // As with libpq: who names authorities wants them looked at.
        ("localhost", trusting("require", &others.file), "no authority of sslrootcert has signed"),
        ("localhost", "sslmode=verify-full&sslrootcert=system".to_owned(), "no authority of sslrootcert"),
    ] {
        let error = shown.open(host, &options).map(drop).unwrap_err();
        assert!(error.is_open() && error.to_string().contains(words), "{host} {options}: {error}");
    }
}

#[test]
fn a_certificate_that_has_expired_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let ours = Authority::new(folder.path(), "ours");
    let Some(shown) = Shown::of(&ours.sign("localhost", 2001)) else { return };
    let error = shown.open("localhost", &trusting("verify-ca", &ours.file)).map(drop).unwrap_err();
    assert!(
        error.is_open() && error.to_string().contains("has expired: give the server a new one"),
        "{error}"
    );
}

#[test]
fn a_server_that_wants_a_certificate_is_shown_one() {
    let folder = tempfile::tempdir().unwrap();
    let [ours, others] = ["ours", "others"].map(|name| Authority::new(folder.path(), name));
    let config = proxy::server(&ours.sign("localhost", 2100), Some(&ours));
    let Some(shown) = Shown::new(Answer::Encrypt(Arc::new(config))) else { return };
    let error = shown.open("localhost", "sslmode=require").map(drop).unwrap_err();
    assert!(error.to_string().contains("with sslcert and sslkey"), "{error}");
    for (authority, is_taken) in [(&ours, true), (&others, false)] {
        let [certificate, key] = authority.sign("jane", 2100).write(folder.path(), "client");
        let options = format!("sslmode=require&sslcert={}&sslkey={}", certificate.display(), key.display());
        let opened = shown.open("localhost", &options);
        assert_eq!(opened.is_ok(), is_taken, "{opened:?}");
    }
}

#[test]
fn a_server_that_does_not_encrypt_is_refused_or_taken_in_plain() {
    for answer in [Answer::Refuse, Answer::Nonsense] {
        let Some(shown) = Shown::new(answer) else { return };
        shown.open("localhost", "sslmode=prefer").unwrap().connect().unwrap();
        let error = shown.open("localhost", "sslmode=require").map(drop).unwrap_err();
        let words = ["does not encrypt, which sslmode asks for", "could not be encrypted"];
        assert!(error.is_open() && words.iter().any(|words| error.to_string().contains(words)), "{error}");
    }
}

/// As with `libpq`, a `host` beside `hostaddr` says no more than what stands in the server's certificate.
#[test]
fn a_host_that_no_certificate_can_have_is_in_the_way_only_where_it_is_compared() {
    let folder = tempfile::tempdir().unwrap();
    let ours = Authority::new(folder.path(), "ours");
    let config = Arc::new(proxy::server(&ours.sign("localhost", 2100), None));
    for (answer, encrypts) in [(Answer::Encrypt(config), true), (Answer::Refuse, false)] {
        let Some(shown) = Shown::new(answer) else { return };
        for host in ["no%20name", "-", "a..b", "%2Fno%2Fsocket"] {
            let open = |mode: &str| shown.open(host, &format!("hostaddr=127.0.0.1&{mode}"));
            open("sslmode=prefer").unwrap_or_else(|error| panic!("{host}: {error}")).connect().unwrap();
            open("sslmode=disable").unwrap().connect().unwrap();
            for mode in ["sslmode=require".to_owned(), trusting("verify-ca", &ours.file)] {
                assert_eq!(open(&mode).is_ok(), encrypts, "{host} {mode}");
            }
            let error = open(&trusting("verify-full", &ours.file)).map(drop).unwrap_err();
            let words = if encrypts { "the option host" } else { "does not encrypt" };
            assert!(error.is_open() && error.to_string().contains(words), "{host}: {error}");
        }
    }
}

#[test]
fn files_that_cannot_be_used_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let empty = folder.path().join("empty.pem");
    std::fs::write(&empty, "nothing").unwrap();
    let missing = folder.path().join("missing.pem");
    let ours = Authority::new(folder.path(), "ours");
    let [certificate, key] = ours.sign("jane", 2100).write(folder.path(), "client");
    let (certificate, key) = (certificate.display(), key.display());
    for (options, words) in [
        (trusting("verify-ca", &missing), "missing.pem\" (sslrootcert) cannot be used"),
        (trusting("verify-ca", &empty), "empty.pem\" (sslrootcert) has no certificate in it"),
        (format!("sslcert={certificate}&sslkey={certificate}"), "client.pem\" (sslkey) cannot be used"),
        (format!("sslcert={key}&sslkey={key}"), "client.key\" (sslcert) has no certificate in it"),
        (format!("sslcert={}&sslkey={key}", ours.file.display()), "is not one of sslcert's certificate"),
    ] {
        let error = Pool::open(&format!("postgres://jane@localhost:1/jars?{options}")).map(drop).unwrap_err();
        assert!(error.is_open() && error.to_string().contains(words), "{options}: {error}");
    }
}

#[test]
fn what_is_no_server_is_told_nothing_without_encryption() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let heard = std::thread::spawn(move || {
        let (mut caller, _) = listener.accept().unwrap();
        let mut request = [0; 8];
        std::io::Read::read_exact(&mut caller, &mut request).unwrap();
        std::io::Write::write_all(&mut caller, b"HTTP/1.1 400 Bad Request\r\n\r\n").unwrap();
        let mut rest = Vec::new();
        // The caller may hang up with what was said unread.
        let _ = std::io::Read::read_to_end(&mut caller, &mut rest);
        rest
    });
    let pool = Pool::open(&format!("postgres://jane:s3cret@127.0.0.1:{port}/jars?sslmode=prefer"));
    let error = pool.and_then(|pool| pool.connect().map(drop)).unwrap_err().to_string();
    assert!(error.contains("another service may listen there"), "{error}");
    assert_eq!(heard.join().unwrap(), b"");
}
