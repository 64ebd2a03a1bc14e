//! How a PostgreSQL server lets somebody in, and what it is told for that.

#![cfg(feature = "postgres")]
#![allow(clippy::unwrap_used, reason = "helpers of tests, where a failure is to panic")]

use std::io::{Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr, TcpListener, TcpStream, UdpSocket};
use std::thread;

use fake::{message, number_of};
use onggi_driver::Pool;

mod fake;

const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// A server that asks for a proof, and says what it was given.
fn doorkeeper(at: IpAddr, question: &'static [u8]) -> (u16, thread::JoinHandle<Vec<u8>>) {
    let listener = TcpListener::bind((at, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let keeper = thread::spawn(move || {
        let (mut caller, _) = listener.accept().unwrap();
        let length = number_of(&mut caller);
        caller.read_exact(&mut vec![0; length - 4]).unwrap();
        caller.write_all(question).unwrap();
        let mut kind = [0];
        caller.read_exact(&mut kind).unwrap();
        assert_eq!(kind, *b"p");
        let mut answer = vec![0; number_of(&mut caller) - 4];
        caller.read_exact(&mut answer).unwrap();
        caller.write_all(b"E\0\0\0\x1cSFATAL\0C28P01\0Mgo away\0\0").unwrap();
        answer
    });
    (port, keeper)
}

#[test]
fn passwords_are_said_as_they_are_asked_for() {
    // The hash is md5(md5(password, user), salt), as the manual has it.
    for (question, answer) in
        [(CLEAR, &b"s3cret\0"[..]), (b"R\0\0\0\x0c\0\0\0\x05salt", b"md543b05d3bffb024f9949f4bc49ed12303\0")]
    {
        let (port, keeper) = doorkeeper(HERE, question);
        let url = format!("postgres://jane:s3cret@127.0.0.1:{port}/jars?sslmode=disable");
        let error = Pool::open(&url).unwrap_err();
        assert!(error.is_open() && error.to_string().contains("go away"), "{error}");
        assert_eq!(String::from_utf8(keeper.join().unwrap()).unwrap().as_bytes(), answer);
    }
    let (port, keeper) = doorkeeper(HERE, CLEAR);
    let error = Pool::open(&format!("postgres://jane@127.0.0.1:{port}/jars?sslmode=disable")).unwrap_err();
    assert!(error.is_open() && error.to_string().contains("the URL has none"), "{error}");
    assert!(keeper.join().is_err(), "it is not told anything");
}

/// The next proof of a caller's, unless it hangs up.
fn heard(caller: &mut TcpStream) -> Option<Vec<u8>> {
    let mut kind = [0];
    caller.read_exact(&mut kind).ok().filter(|()| kind == *b"p")?;
    let mut content = vec![0; number_of(caller) - 4];
    caller.read_exact(&mut content).unwrap();
    Some(content)
}

/// A message about who is there.
fn about_proof(kind: u8, content: &str) -> Vec<u8> {
    message(b'R', &[&[0, 0, 0, kind], content.as_bytes()].concat())
}

/// What is said where a server asks for a proof of SCRAM and then says two things, with the caller's nonce for `NONCE`. Where the
/// first is none of its questions, it lets in.
fn proven(challenge: &'static str, outcome: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        let (mut caller, _) = listener.accept().unwrap();
        let length = number_of(&mut caller);
        caller.read_exact(&mut vec![0; length - 4]).unwrap();
        caller.write_all(&about_proof(10, "SCRAM-SHA-256\0\0")).unwrap();
        let first = String::from_utf8(heard(&mut caller).unwrap()).unwrap();
        let (_, nonce) = first.rsplit_once(",r=").unwrap();
        let let_in = [about_proof(0, ""), message(b'Z', b"I")].concat();
        for (kind, said) in [(11, challenge), (12, outcome)] {
            let said = match said {
                "let in" => let_in.clone(),
                said => about_proof(kind, &said.replace("NONCE", nonce)),
            };
            caller.write_all(&said).unwrap();
            if said == let_in || heard(&mut caller).is_none() {
                return;
            }
        }
    });
    let url = format!("postgres://jane:s3cret@127.0.0.1:{port}/jars?sslmode=disable&connect_timeout=10");
    let error = Pool::open(&url).unwrap_err();
    assert!(error.is_open(), "{error}");
    error.to_string()
}

#[test]
fn a_server_that_does_not_keep_to_scram_is_told_apart_from_one_that_does_not_know_the_password() {
    const GOOD: &str = "r=NONCEx,s=c2FsdA==,i=4096";
    let zeros = "v=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    for (challenge, outcome, words) in [
        ("s3cret", "", "challenge is malformed"),
        ("r=NONCEx,s=c2FsdA==", "", "challenge is malformed"),
        ("r=NONCEx,s=!,i=4096", "", "challenge is malformed"),
        ("r=NONCEx,s=c2FsdA==,i=s3cret", "", "challenge is malformed"),
        ("r=NONCEx,s=c2FsdA==,i=4096,x=y", "", "challenge is malformed"),
        ("r=s3cret,s=c2FsdA==,i=4096", "", "challenge is not for this call"),
        ("r=,s=c2FsdA==,i=4096", "", "challenge is not for this call"),
        ("r=NONCEx,s=c2FsdA==,i=0", "", "0 rounds"),
        ("r=NONCEx,s=c2FsdA==,i=100001", "", "100001 rounds"),
        ("r=NONCEx,s=c2FsdA==,i=4294967295", "", "from 1 to 100000"),
        ("r=NONCEx,s=c2FsdA==,i=99999999999999999999", "", "from 1 to 100000"),
        ("let in", "", "without having proven"),
        (GOOD, "let in", "without having proven"),
        (GOOD, zeros, "does not know the password"),
        (GOOD, "v=AAAA", "last word is malformed"),
        (GOOD, "s3cret", "last word is malformed"),
        (GOOD, "e=invalid-proof-s3cret", "refuses the proof"),
    ] {
        let said = proven(challenge, outcome);
        assert!(said.contains(words) && said.contains("SCRAM"), "{challenge} {outcome}: {said}");
        assert!(!said.contains("s3cret"), "{said}");
    }
}

const CLEAR: &[u8] = b"R\0\0\0\x08\0\0\0\x03";

/// An address of this system that others reach, if it has one. Nothing is sent.
fn reachable() -> Option<IpAddr> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).unwrap();
    socket.connect((Ipv4Addr::new(192, 0, 2, 1), 9)).ok()?;
    Some(socket.local_addr().unwrap().ip()).filter(|address| !address.is_loopback())
}

#[test]
fn a_password_leaves_the_system_in_clear_text_only_where_that_is_asked_for() {
    let Some(address) = reachable() else {
        eprintln!("skipped: the system has no address that others reach");
        return;
    };
    for (options, told) in [
        ("", None),
        ("&require_auth=scram-sha-256", None),
        ("&require_auth=md5,scram-sha-256", None),
        ("&require_auth=password", Some("s3cret\0")),
        ("&require_auth=scram-sha-256,password", Some("s3cret\0")),
    ] {
        let (port, keeper) = doorkeeper(address, CLEAR);
        let url = format!("postgres://jane:s3cret@{address}:{port}/jars?sslmode=disable{options}");
        let error = Pool::open(&url).unwrap_err();
        let words = if told.is_some() { "go away" } else { "require_auth" };
        assert!(error.is_open() && error.to_string().contains(words), "{options}: {error}");
        assert_eq!(keeper.join().ok().as_deref(), told.map(str::as_bytes), "{options}");
    }
}

#[test]
fn what_require_auth_does_not_name_is_not_proven() {
    for (question, name) in [
        (CLEAR, "password"),
        (b"R\0\0\0\x0c\0\0\0\x05salt", "md5"),
        (b"R\0\0\0\x17\0\0\0\x0aSCRAM-SHA-256\0\0", "scram-sha-256"),
        (b"R\0\0\0\x08\0\0\0\0", "none"),
    ] {
        for allowed in ["password", "md5", "scram-sha-256", "none"] {
            if (name, allowed) == ("none", "none") {
                // It would be let in.
                continue;
            }
            let (port, keeper) = doorkeeper(HERE, question);
            let options = format!("sslmode=disable&require_auth={allowed}");
            let said = Pool::open(&format!("postgres://jane:s3cret@127.0.0.1:{port}/jars?{options}"));
            let said = said.map(drop).err().map(|error| error.to_string()).unwrap_or_default();
            let is_refused = said.contains("require_auth does not take");
            assert_eq!(is_refused, allowed != name, "{name}, {allowed}: {said}");
            assert!(!is_refused || keeper.join().is_err(), "it is not told anything");
        }
    }
    let error = Pool::open("postgres://jane@127.0.0.1/jars?require_auth=gss").unwrap_err();
    assert!(error.is_url() && error.to_string().contains("password, md5, scram-sha-256, none"), "{error}");
}

#[cfg(unix)]
#[test]
fn a_socket_whose_queue_is_full_is_given_up_in_time() {
    use socket2::{Domain, SockAddr, Socket, Type};

    let folder = tempfile::tempdir().unwrap();
    let address = SockAddr::unix(folder.path().join(".s.PGSQL.5432")).unwrap();
    let socket = || Socket::new(Domain::UNIX, Type::STREAM, None).unwrap();
    let listener = socket();
    listener.bind(&address).unwrap();
    listener.listen(0).unwrap();
    // Nobody takes up who calls.
    let mut waiting = Vec::new();
    loop {
        let caller = socket();
        caller.set_nonblocking(true).unwrap();
        if caller.connect(&address).is_err() {
            break;
        }
        waiting.push(caller);
    }
    let url = format!("postgres:///jars?user=jane&host={}&connect_timeout=1", folder.path().display());
    let error = Pool::open(&url).unwrap_err();
    assert!(error.is_open() && error.to_string().contains("within 1s (connect_timeout)"), "{error}");
}
