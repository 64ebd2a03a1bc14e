//! How a server lets somebody in.

use bytes::BytesMut;
use onggi_sql::dialect::POSTGRES_READS;
use postgres_protocol::authentication::md5_hash;
use postgres_protocol::message::{backend, frontend};

use super::config::{Binding, Config, Session};
use super::failure::{Answer, Failure};
use super::message::Content;
use super::proof::Proof;
use super::scram;
use super::wire::Wire;

/// What a server asks for, by its numbers.
pub(super) const LET_IN: u32 = 0;
const PASSWORD: u32 = 3;
const MD5: u32 = 5;
const SASL: u32 = 10;
pub(super) const SASL_CONTINUE: u32 = 11;
pub(super) const SASL_FINAL: u32 = 12;

/// Says who is there, and becomes a session.
pub(super) fn begin(config: &Config, wire: &mut Wire) -> Answer<()> {
    let user = match &config.user {
        Some(user) => user.clone(),
        None => whoami::username()
            .map_err(|_| Failure::strange("the URL names no user, and the system's user has no name"))?,
    };
    let mut parameters = vec![("client_encoding", "UTF8"), ("user", &user)];
    parameters.push(("application_name", &config.application_name));
    parameters.extend(config.database.as_deref().map(|database| ("database", database)));
    parameters.extend(config.options.as_deref().map(|options| ("options", options)));
    wire.ask(1, |out| frontend::startup_message(parameters, out))?;
    authenticate(config, &user, wire)?;
    loop {
        match wire.next()? {
            backend::BACKEND_KEY_DATA_TAG => {
                let mut content = Content(wire.message());
                wire.key = (content.signed()?, content.signed()?);
            }
            backend::READY_FOR_QUERY_TAG => break,
            _ => {}
        }
    }
    look_at(config.session, wire)
}

fn authenticate(config: &Config, user: &str, wire: &mut Wire) -> Answer<()> {
    let (asked_for, said) = asked(wire)?;
    let proof = match asked_for {
        LET_IN => Proof::None,
        PASSWORD => Proof::Password,
        MD5 => Proof::Md5,
        SASL => Proof::Scram,
        _ => return Err(unknown()),
    };
    if config.binding == Binding::Require && proof != Proof::Scram {
        return Err(unbound());
    }
    proof.check(config.proofs.as_deref(), wire.is_private())?;
    match proof {
        Proof::None => return Ok(()),
        Proof::Password => {
            say(wire, |out| frontend::password_message(password(config)?, out).map_err(Into::into))?
        }
        Proof::Md5 => {
            let salt = Content(&said).array()?;
            let hash = md5_hash(user.as_bytes(), password(config)?, salt);
            say(wire, |out| frontend::password_message(hash.as_bytes(), out).map_err(Into::into))?;
        }
        Proof::Scram => scram::prove(config, &said, wire)?,
    }
    match asked(wire)? {
        (LET_IN, _) => Ok(()),
        _ => Err(unknown()),
    }
}

/// What the server asks for, and what it says with that.
pub(super) fn asked(wire: &mut Wire) -> Answer<(u32, Vec<u8>)> {
    loop {
        match wire.next()? {
            backend::AUTHENTICATION_TAG => break,
            // It speaks an older protocol than was asked for, which is fine.
            b'v' => {}
            _ => return Err(unknown()),
        }
    }
    let mut content = Content(wire.message());
    Ok((content.number()?, content.0.to_vec()))
}

pub(super) fn say(wire: &mut Wire, write: impl FnOnce(&mut BytesMut) -> Answer<()>) -> Answer<()> {
    let mut out = BytesMut::new();
    write(&mut out)?;
    wire.say(&out);
    Ok(())
}

pub(super) fn password(config: &Config) -> Answer<&[u8]> {
    let password = config.password.as_deref();
    password.ok_or_else(|| Failure::strange("the server asks for a password, and the URL has none"))
}

/// Whether the session is one that will do.
fn look_at(session: Session, wire: &mut Wire) -> Answer<()> {
    let wanted = match session {
        Session::Any => return Ok(()),
        Session::ReadWrite => "off",
        Session::ReadOnly => "on",
    };
    let rows = wire.texts(POSTGRES_READS)?;
    match rows.first().and_then(|row| row.first()) {
        Some(Some(found)) if found == wanted => Ok(()),
        _ => Err(Failure::strange("the server's sessions are not those that target_session_attrs asks for")),
    }
}

pub(super) fn unknown() -> Failure {
    Failure::strange(
        "the server asks for a proof of who is there that is not known here; known: passwords, MD5, SCRAM-SHA-256",
    )
}

pub(super) fn unbound() -> Failure {
    Failure::strange("channel_binding=require, and the server does not bind passwords to its certificate")
}
