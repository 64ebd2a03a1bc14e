//! Whom MariaDB lets in: passwords, accounts, and what is said where one is refused.

#![cfg(feature = "mysql")]
#![allow(clippy::unwrap_used, reason = "helpers of tests, where a failure is to panic")]

use onggi_driver::{Connection, Error, Pool, Pooled};

mod mariadb;

/// A server of the test's own, which knows more than one proof where it can.
struct Server(mariadb::Server);

impl Server {
    /// One to which `root` is connected, if MariaDB is installed.
    fn start() -> Option<(Server, Pooled)> {
        let server = Server(mariadb::Server::start(|_| vec!["--plugin-load-add=auth_ed25519".to_owned()])?);
        let root = server.0.opened(|| server.open("root", "", "")).connect().unwrap();
        Some((server, root))
    }

    fn open(&self, user: &str, password: &str, options: &str) -> Result<Pool, Error> {
        let password: String = password.bytes().map(|byte| format!("%{byte:02X}")).collect();
        Pool::open(&format!("mysql://{user}:{password}@127.0.0.1:{}/{options}", self.0.port))
    }
}

/// Whether a text gives a row.
fn gives(connection: &mut Connection, text: &str) -> bool {
    let given = connection.with_text(text, |prepared| {
        prepared.query::<Error>(|_| Ok(())).and_then(|mut rows| Ok(rows.next_row()?.is_some()))
    });
    given.unwrap()
}

/// The proofs that the server knows.
fn proofs(root: &mut Connection) -> Vec<&'static str> {
    match gives(root, "SELECT 1 FROM information_schema.PLUGINS WHERE PLUGIN_NAME = 'ed25519'") {
        true => vec!["mysql_native_password", "ed25519"],
        false => {
            eprintln!("skipped: the server does not know ed25519");
            vec!["mysql_native_password"]
        }
    }
}

#[test]
fn passwords_of_all_kinds_are_proven_and_wrong_ones_refused() {
    let Some((server, mut root)) = Server::start() else { return };
    let long = "p".repeat(300);
    for proof in proofs(&mut root) {
        for password in ["s3cret", "pässwörd 김치 '' \" %&/?#@:", &long] {
            root.run(&format!(
                "CREATE OR REPLACE USER jane IDENTIFIED VIA {proof} USING PASSWORD('{password}')"
            ))
            .unwrap();
            let password = password.replace("''", "'");
            let mut jane = server.open("jane", &password, "").unwrap().connect().unwrap();
            assert!(gives(&mut jane, "SELECT 1"));
            for wrong in [&format!("{password}x"), &password[1..], ""] {
                let error = server.open("jane", wrong, "").map(drop).unwrap_err();
                assert!(error.is_open() && error.to_string().contains("Access denied"), "{proof}: {error}");
                assert!(!format!("{error:?}").contains("s3cret"), "{error:?}");
            }
        }
    }
    root.run("CREATE OR REPLACE USER jane").unwrap();
    server.open("jane", "", "").unwrap();
    assert!(server.open("jane", "s3cret", "").unwrap_err().is_open());
}

#[test]
fn an_account_with_several_proofs_is_let_in_with_any_of_them() {
    let Some((server, mut root)) = Server::start() else { return };
    let known = proofs(&mut root);
    let (first, last) = (known[0], known[known.len() - 1]);
    for [one, two] in [[first, last], [last, first], [first, first]] {
        root.run(&format!(
            "CREATE OR REPLACE USER jane IDENTIFIED VIA {one} USING PASSWORD('one') OR {two} USING PASSWORD('two') \
             OR {one} USING PASSWORD('three')"
        ))
        .unwrap();
        for password in ["one", "two", "three"] {
            server.open("jane", password, "").unwrap_or_else(|error| panic!("{one}, {two}: {error}"));
        }
        let error = server.open("jane", "four", "").map(drop).unwrap_err();
        assert!(error.is_open() && error.to_string().contains("Access denied"), "{one}, {two}: {error}");
    }
}

#[test]
fn accounts_that_are_locked_or_are_to_have_another_password_are_refused() {
    let Some((server, mut root)) = Server::start() else { return };
    for (clause, words) in [("ACCOUNT LOCK", "account is locked"), ("PASSWORD EXPIRE", "SET PASSWORD")] {
        root.run(&format!("CREATE OR REPLACE USER jane IDENTIFIED BY 's3cret' {clause}")).unwrap();
        let error = server.open("jane", "s3cret", "").map(drop).unwrap_err();
        assert!(error.is_open() && error.to_string().contains(words), "{error}");
    }
    root.run("SET GLOBAL disconnect_on_expired_password = 1").unwrap();
    let error = server.open("jane", "s3cret", "").map(drop).unwrap_err();
    assert!(error.is_open() && error.to_string().contains("password has expired"), "{error}");
    root.run("SET GLOBAL max_connections = 10").unwrap();
    let pools: Vec<_> =
        (0..20).map(|_| server.open("root", "", "").and_then(|pool| pool.connect())).collect();
    let error = pools.iter().find_map(|pool| pool.as_ref().err()).unwrap();
    assert!(error.is_open() && error.to_string().contains("Too many connections"), "{error}");
}
