//! Encrypted connections to MariaDB: whose certificate is taken, and what is said where one is not.

#![cfg(all(feature = "mysql", feature = "tls"))]
#![allow(clippy::unwrap_used, reason = "helpers of tests, where a failure is to panic")]

use std::path::{Path, PathBuf};

use certificates::{Authority, Signed};
use onggi_driver::{Error, Pool};

mod certificates;
mod mariadb;
mod server;

/// A server of the test's own, which shows a certificate.
struct Server(mariadb::Server);

impl Server {
    /// One that trusts an authority's certificates, if MariaDB is installed.
    fn start(shown: &Signed, trusted: &Authority) -> Option<Server> {
        let server = mariadb::Server::start(|folder| {
            let [certificate, key] = shown.write(folder, "server");
            vec![
                format!("--ssl-ca={}", trusted.file.display()),
                format!("--ssl-cert={}", certificate.display()),
                format!("--ssl-key={}", key.display()),
            ]
        });
        let server = Server(server?);
        server.0.opened(|| server.open("127.0.0.1", "sslmode=disable"));
        Some(server)
    }

    fn open(&self, host: &str, options: &str) -> Result<Pool, Error> {
        self.open_as("root", host, options)
    }

    fn open_as(&self, user: &str, host: &str, options: &str) -> Result<Pool, Error> {
        Pool::open(&format!("mysql://{user}@{host}:{}/mysql?connect_timeout=10&{options}", self.0.port))
    }
}

fn value(pool: &Pool, text: &str) -> String {
    let asked = pool.connect().unwrap().with_text(text, |prepared| {
        let mut rows = prepared.query::<Error>(|_| Ok(()))?;
        Ok::<_, Error>(format!("{:?}", rows.next_row()?.unwrap().raw(1)?))
    });
    asked.unwrap()
}

/// Whether the server sees an encrypted connection.
fn is_encrypted(pool: &Pool) -> bool {
    value(pool, "SHOW SESSION STATUS LIKE 'Ssl_cipher'") != "Text(\"\")"
}

fn trusting(mode: &str, file: &Path) -> String {
    format!("sslmode={mode}&sslrootcert={}", file.display())
}

fn shown(files: [PathBuf; 2]) -> String {
    let [certificate, key] = files.map(|file| file.display().to_string());
    format!("sslmode=require&sslcert={certificate}&sslkey={key}")
}

#[test]
fn certificates_are_looked_at_and_shown_as_the_url_says() {
    let folder = tempfile::tempdir().unwrap();
    let [ours, others] = ["ours", "others"].map(|name| Authority::new(folder.path(), name));
    let Some(server) = Server::start(&ours.sign("localhost", 2100), &ours) else { return };
    for (options, encrypted) in [
        ("", true),
        ("sslmode=disable", false),
        ("sslmode=prefer", true),
        ("sslmode=require", true),
        (&*trusting("require", &ours.file), true),
        (&*trusting("verify-ca", &ours.file), true),
        (&*trusting("verify-full", &ours.file), true),
    ] {
        let pool = server.open("localhost", options).unwrap_or_else(|error| panic!("{options}: {error}"));
        assert_eq!(is_encrypted(&pool), encrypted, "{options}");
    }
    assert!(is_encrypted(&server.open("127.0.0.1", &trusting("verify-ca", &ours.file)).unwrap()));
    for (host, options, words) in [
        ("127.0.0.1", trusting("verify-full", &ours.file), "is not for the host of the URL: write a host"),
        ("localhost", trusting("verify-full", &others.file), "no authority of sslrootcert has signed"),
        ("localhost", trusting("verify-ca", &others.file), "no authority of sslrootcert has signed"),
        ("localhost", "sslmode=verify-full&sslrootcert=system".to_owned(), "no authority of sslrootcert"),
    ] {
        let error = server.open(host, &options).map(drop).unwrap_err();
        assert!(error.is_open() && error.to_string().contains(words), "{host} {options}: {error}");
    }

    let mut root = server.open("localhost", "").unwrap().connect().unwrap();
    root.run("CREATE USER jane REQUIRE X509").unwrap();
    root.run("GRANT ALL ON mysql.* TO jane").unwrap();
    let refused = server.open_as("jane", "localhost", "sslmode=require").map(drop).unwrap_err();
    assert!(refused.is_open(), "{refused}");
    for (authority, is_taken) in [(&ours, true), (&others, false)] {
        let folder = tempfile::tempdir().unwrap();
        let files = authority.sign("jane", 2100).write(folder.path(), "jane");
        let opened = server.open_as("jane", "localhost", &shown(files));
        assert_eq!(opened.is_ok(), is_taken, "{opened:?}");
    }
}

#[test]
fn a_server_that_does_not_encrypt_is_refused_or_taken_in_plain() {
    let Some((url, pool)) = server::mysql(Pool::open) else { return };
    if is_encrypted(&pool) {
        eprintln!("skipped: the server encrypts");
        return;
    }
    assert!(!is_encrypted(&Pool::open(&server::with_option(&url, "sslmode=prefer")).unwrap()));
    let error = Pool::open(&server::with_option(&url, "sslmode=require")).map(drop).unwrap_err();
    assert!(error.is_open() && error.to_string().contains("does not encrypt, which sslmode asks"), "{error}");
}

#[test]
fn files_that_cannot_be_used_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing.pem");
    let url = format!("mysql://jane@localhost:1/jars?{}", trusting("verify-full", &missing));
    let error = Pool::open(&url).map(drop).unwrap_err();
    assert!(error.to_string().contains("missing.pem\" (sslrootcert) cannot be used"), "{error}");
}
