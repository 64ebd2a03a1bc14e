//! How a server lets somebody in.

use std::net::IpAddr;

use mysql_common::packets::AuthPlugin;

use super::content::{Content, put_number, short};
use super::failure::{Answer, Failure, Refusal};
use super::key::encrypted;
use super::open::Caller;
use super::wire::{Manner, Wire};
use crate::net::Encryption;
use crate::net::tls::Mode;

/// What both ends may agree on.
mod can {
    pub(super) const LONG_FLAG: u32 = 1 << 2;
    pub(super) const CONNECT_WITH_DB: u32 = 1 << 3;
    pub(super) const PROTOCOL_41: u32 = 1 << 9;
    pub(super) const SSL: u32 = 1 << 11;
    pub(super) const TRANSACTIONS: u32 = 1 << 13;
    pub(super) const SECURE_CONNECTION: u32 = 1 << 15;
    pub(super) const MULTI_STATEMENTS: u32 = 1 << 16;
    pub(super) const MULTI_RESULTS: u32 = 1 << 17;
    pub(super) const PS_MULTI_RESULTS: u32 = 1 << 18;
    pub(super) const PLUGIN_AUTH: u32 = 1 << 19;
    pub(super) const CONNECT_ATTRS: u32 = 1 << 20;
    pub(super) const LENGTHS: u32 = 1 << 21;
    pub(super) const SESSION_TRACK: u32 = 1 << 23;
    pub(super) const DEPRECATE_EOF: u32 = 1 << 24;

    /// MySQL's own: MariaDB leaves it away, and says more of itself.
    pub(super) const LONG_PASSWORD: u32 = 1;

    /// Among what MariaDB can besides.
    pub(super) const CACHE_METADATA: u32 = 1 << 4;

    /// What a server must.
    pub(super) const NEEDED: u32 = PROTOCOL_41 | SECURE_CONNECTION | PLUGIN_AUTH;

    /// What is asked for of what the server can.
    pub(super) const WANTED: u32 = LONG_PASSWORD
        | LONG_FLAG
        | CONNECT_ATTRS
        | DEPRECATE_EOF
        | LENGTHS
        | MULTI_RESULTS
        | MULTI_STATEMENTS
        | NEEDED
        | PS_MULTI_RESULTS
        | SESSION_TRACK
        | TRANSACTIONS;
}

/// The number of `utf8mb4_general_ci`, which every server has.
const UTF8MB4: u8 = 45;

/// How large messages may be, as this end says.
const LARGEST: u32 = 1 << 30;

/// What the server asks for and says behind the first byte of its messages.
const MORE_DATA: u8 = 0x01;
const SWITCH: u8 = 0xfe;
const REFUSED: u8 = 0xff;

/// What `caching_sha2_password` says, and what is asked of it.
const IS_KNOWN: u8 = 3;
const WANTS_PASSWORD: u8 = 4;
const ASK_FOR_KEY: u8 = 2;

/// What a server says of itself first.
struct Greeting {
    connection: u32,
    can: u32,
    can_besides: u32,
    plugin: Vec<u8>,
    thrown: Vec<u8>,
}

impl Greeting {
    fn read(content: &[u8]) -> Answer<Greeting> {
        let mut content = Content(content);
        if content.byte()? != 10 {
            return Err(Failure::strange(ANOTHER));
        }
        zero_ended(&mut content);
        let connection = content.long()?;
        let mut thrown = content.array::<8>()?.to_vec();
        content.byte()?;
        let low = u32::from(content.short()?);
        content.array::<3>()?;
        let can = low | u32::from(content.short()?) << 16;
        if can & can::NEEDED != can::NEEDED {
            return Err(Failure::strange(
                "the server is too old: MariaDB from 10.6 on and MySQL from 8 on are known here",
            ));
        }
        let length = usize::from(content.byte()?);
        content.array::<6>()?;
        let besides = content.long()?;
        let length = length.saturating_sub(8).max(13);
        let (last, rest) = content.0.split_at_checked(length).ok_or_else(short)?;
        thrown.extend(last);
        content.0 = rest;
        let plugin = zero_ended(&mut content).to_vec();
        let can_besides = if can & can::LONG_PASSWORD == 0 { besides } else { 0 };
        Ok(Greeting { connection, can, can_besides, plugin, thrown: without_zero(&thrown).to_vec() })
    }
}

/// Bytes up to the next that is zero, or to the end.
fn zero_ended<'m>(content: &mut Content<'m>) -> &'m [u8] {
    let whole = content.0;
    let end = whole.iter().position(|byte| *byte == 0).unwrap_or(whole.len());
    content.0 = whole.get(end + 1..).unwrap_or_default();
    &whole[..end]
}

/// What the server has thrown ends with a zero that is no part of it.
fn without_zero(thrown: &[u8]) -> &[u8] {
    thrown.strip_suffix(&[0]).unwrap_or(thrown)
}

/// Says who is there, and becomes a session. Of a server at an address, the line is encrypted as the mode says.
pub(super) fn begin(caller: &Caller, mode: Mode, address: Option<IpAddr>, wire: &mut Wire) -> Answer<()> {
    let greeting = match wire.receive_short() {
        Ok([REFUSED, content @ ..]) => return Err(refused(content)),
        Ok(content) => Greeting::read(content)?,
        // It does not even have the form of a message.
        Err(Failure::Strange(_)) => return Err(Failure::strange(ANOTHER)),
        Err(failure) => return Err(failure),
    };
    let mut can = greeting.can & can::WANTED;
    if caller.database.is_some() {
        can |= can::CONNECT_WITH_DB;
    }
    let besides = greeting.can_besides & can::CACHE_METADATA;
    wire.manner = Manner {
        ends: can & can::DEPRECATE_EOF == 0,
        remembers: besides & can::CACHE_METADATA != 0,
        tracks: can & can::SESSION_TRACK != 0,
        connection: greeting.connection,
    };
    if let Some(address) = address.filter(|_| Encryption::IS_BUILT_IN && mode != Mode::Disable) {
        match greeting.can & can::SSL {
            0 if mode == Mode::Prefer => {}
            0 => return Err(Failure::strange(UNENCRYPTED)),
            _ => {
                can |= can::SSL;
                wire.say(&head(can, besides));
                if wire.has_waiting() {
                    return Err(Failure::strange("the server goes on in plain where it is to encrypt"));
                }
                wire.line.encrypt(&caller.encryption, &caller.host, address)?;
            }
        }
    }
    let mut proof = Proof { name: greeting.plugin, thrown: greeting.thrown };
    if !proof.is_known() {
        // It says which it wants instead.
        proof.name = NATIVE.to_vec();
    }
    let mut answer = head(can, besides);
    put_zero_ended(caller.user.as_bytes(), &mut answer);
    let shown = proof.show(caller)?;
    match can & can::LENGTHS {
        0 => answer.push(u8::try_from(shown.len()).unwrap_or_default()),
        _ => put_number(shown.len(), &mut answer),
    }
    answer.extend(shown);
    if let Some(database) = &caller.database {
        put_zero_ended(database.as_bytes(), &mut answer);
    }
    put_zero_ended(&proof.name, &mut answer);
    if can & can::CONNECT_ATTRS != 0 {
        put_bytes(&attributes(&caller.application), &mut answer);
    }
    wire.say(&answer);
    prove(caller, proof, wire)
}

/// Why a server is not spoken to.
const ANOTHER: &str =
    "what it says is not what a MariaDB or MySQL server says: another service may listen there";
const UNENCRYPTED: &str =
    "the server does not encrypt, which sslmode asks for: give it a certificate (ssl_cert, ssl_key)";

/// What answers begin with, and all of the request to encrypt.
fn head(can: u32, besides: u32) -> Vec<u8> {
    let mut out = Vec::new();
    out.extend(can.to_le_bytes());
    out.extend(LARGEST.to_le_bytes());
    out.push(UTF8MB4);
    out.extend([0; 19]);
    out.extend(besides.to_le_bytes());
    out
}

fn put_zero_ended(bytes: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(bytes);
    out.push(0);
}

fn put_bytes(bytes: &[u8], out: &mut Vec<u8>) {
    put_number(bytes.len(), out);
    out.extend_from_slice(bytes);
}

/// What is told of the program, for who looks after the server.
fn attributes(application: &str) -> Vec<u8> {
    let mut out = Vec::new();
    for (name, value) in [
        ("_client_name", "onggi"),
        ("_client_version", env!("CARGO_PKG_VERSION")),
        ("_os", std::env::consts::OS),
        ("_pid", &std::process::id().to_string()),
        ("_platform", std::env::consts::ARCH),
        ("program_name", application),
    ] {
        put_bytes(name.as_bytes(), &mut out);
        put_bytes(value.as_bytes(), &mut out);
    }
    out
}

/// The ways to prove who is there that are known.
const NATIVE: &[u8] = b"mysql_native_password";
const SHA2: &[u8] = b"caching_sha2_password";
const ED25519: &[u8] = b"client_ed25519";

/// How often a server may ask for another.
const SWITCHES: usize = 8;

/// A way to prove who is there, with what the server has thrown for it.
struct Proof {
    name: Vec<u8>,
    thrown: Vec<u8>,
}

impl Proof {
    fn is_known(&self) -> bool {
        [NATIVE, SHA2, ED25519].contains(&&self.name[..])
    }

    /// What the password makes of what was thrown.
    fn show(&self, caller: &Caller) -> Answer<Vec<u8>> {
        if !self.is_known() {
            return Err(Failure::strange(
                "the server asks for a proof of who is there that is not known here; known: mysql_native_password, \
                 caching_sha2_password, client_ed25519",
            ));
        }
        let shown = AuthPlugin::from_bytes(&self.name).gen_data(Some(&caller.password), &self.thrown);
        Ok(shown.map(|shown| shown.to_vec()).unwrap_or_default())
    }
}

/// Answers what the server asks until it lets the program in.
fn prove(caller: &Caller, mut proof: Proof, wire: &mut Wire) -> Answer<()> {
    let mut switches = 0;
    loop {
        match wire.receive_short()? {
            [0x00, ..] => return Ok(()),
            [REFUSED, content @ ..] => return Err(refused(content)),
            // Of an account that may show one of several proofs, MariaDB asks for one behind another.
            [SWITCH, content @ ..] if switches < SWITCHES => {
                switches += 1;
                let mut content = Content(content);
                let name = zero_ended(&mut content).to_vec();
                proof = Proof { name, thrown: without_zero(content.0).to_vec() };
                let shown = proof.show(caller)?;
                wire.say(&shown);
            }
            [MORE_DATA, IS_KNOWN] if proof.name == SHA2 => {}
            [MORE_DATA, WANTS_PASSWORD] if proof.name == SHA2 => tell(caller, &proof.thrown, wire)?,
            _ => {
                return Err(Failure::strange(
                    "the server asks for something that is no proof of who is there",
                ));
            }
        }
    }
}

/// Tells the password to a server that has not seen it for a while.
fn tell(caller: &Caller, thrown: &[u8], wire: &mut Wire) -> Answer<()> {
    let password = caller.password.as_bytes();
    if wire.line.is_encrypted() || wire.line.socket.is_unix() {
        let zero_ended = [password, &[0]].concat();
        wire.say(&zero_ended);
        return Ok(());
    }
    if !wire.line.socket.is_local() {
        // Anybody between could give a key of their own.
        return Err(Failure::strange(
            "the server asks for the password itself, which would leave this system without being encrypted for the server \
             alone: encrypt the connection (the feature `tls`, sslmode=require)",
        ));
    }
    wire.say(&[ASK_FOR_KEY]);
    let told = match wire.receive_short()? {
        [MORE_DATA, key @ ..] => encrypted(password, thrown, key)?,
        [REFUSED, content @ ..] => return Err(refused(content)),
        _ => return Err(Failure::strange("the server gives no key to encrypt a password with")),
    };
    wire.say(&told);
    Ok(())
}

fn refused(content: &[u8]) -> Failure {
    Refusal::read(content).map_or_else(|failure| failure, |refusal| Failure::Refused(Box::new(refusal)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GREETING: &[u8] = b"\x0a10.11\0\x07\0\0\0abcdefgh\0\xfe\xf7\x2d\x02\0\xff\x81\x15\0\0\0\0\0\0\x1d\0\0\0ijklmnopqrst\0mysql_native_password\0";

    #[test]
    fn a_greeting_is_understood_and_a_broken_one_refused() {
        let Ok(greeting) = Greeting::read(GREETING) else { panic!("no greeting") };
        assert_eq!((greeting.connection, greeting.can_besides), (7, 0x1d));
        assert_eq!((&*greeting.plugin, &*greeting.thrown), (NATIVE, &b"abcdefghijklmnopqrst"[..]));
        let named = GREETING.len() - NATIVE.len() - 1;
        for length in 0..named {
            assert!(Greeting::read(&GREETING[..length]).is_err(), "{length}");
        }
        assert!(Greeting::read(b"HTTP/1.1 400 Bad Request\r\n\r\n").is_err());
    }
}
