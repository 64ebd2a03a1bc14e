//! How a server lets somebody in.

use bytes::BytesMut;
use onggi_sql::dialect::POSTGRES_READS;
use postgres_protocol::authentication::md5_hash;
use postgres_protocol::authentication::sasl::{
    ChannelBinding, SCRAM_SHA_256, SCRAM_SHA_256_PLUS, ScramSha256,
};
use postgres_protocol::message::{backend, frontend};

use super::config::{Binding, Config, Session};
use super::failure::{Answer, Failure};
use super::message::Content;
use super::wire::Wire;

/// What a server asks for, by its numbers.
const LET_IN: u32 = 0;
const PASSWORD: u32 = 3;
const MD5: u32 = 5;
const SASL: u32 = 10;
const SASL_CONTINUE: u32 = 11;
const SASL_FINAL: u32 = 12;

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
    match asked(wire)? {
        (SASL, mechanisms) => {
            sasl(config, &mechanisms, wire)?;
            return match asked(wire)? {
                (LET_IN, _) => Ok(()),
                _ => Err(unknown()),
            };
        }
        _ if config.binding == Binding::Require => return Err(unbound()),
        (LET_IN, _) => return Ok(()),
        (PASSWORD, _) => {
            say(wire, |out| frontend::password_message(password(config)?, out).map_err(Into::into))?
        }
        (MD5, salt) => {
            let salt = Content(&salt).array()?;
            let hash = md5_hash(user.as_bytes(), password(config)?, salt);
            say(wire, |out| frontend::password_message(hash.as_bytes(), out).map_err(Into::into))?;
        }
        _ => return Err(unknown()),
    }
    match asked(wire)? {
        (LET_IN, _) => Ok(()),
        _ => Err(unknown()),
    }
}

/// What the server asks for, and what it says with that.
fn asked(wire: &mut Wire) -> Answer<(u32, Vec<u8>)> {
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

fn say(wire: &mut Wire, write: impl FnOnce(&mut BytesMut) -> Answer<()>) -> Answer<()> {
    let mut out = BytesMut::new();
    write(&mut out)?;
    wire.say(&out);
    Ok(())
}

fn password(config: &Config) -> Answer<&[u8]> {
    let password = config.password.as_deref();
    password.ok_or_else(|| Failure::strange("the server asks for a password, and the URL has none"))
}

/// Proves to know the password, and has it proven, without saying it; bound to the server's certificate where both can.
fn sasl(config: &Config, mechanisms: &[u8], wire: &mut Wire) -> Answer<()> {
    let offers =
        |mechanism: &str| mechanisms.split(|byte| *byte == 0).any(|offered| offered == mechanism.as_bytes());
    let binding = wire.binding().filter(|_| config.binding != Binding::Disable);
    let (mechanism, binding) = match binding {
        Some(certificate) if offers(SCRAM_SHA_256_PLUS) => {
            (SCRAM_SHA_256_PLUS, ChannelBinding::tls_server_end_point(certificate))
        }
        _ if config.binding == Binding::Require => return Err(unbound()),
        // The server would notice if somebody in between had taken its offer away.
        Some(_) => (SCRAM_SHA_256, ChannelBinding::unrequested()),
        None => (SCRAM_SHA_256, ChannelBinding::unsupported()),
    };
    if !offers(mechanism) {
        return Err(unknown());
    }
    let mut scram = ScramSha256::new(password(config)?, binding);
    say(wire, |out| frontend::sasl_initial_response(mechanism, scram.message(), out).map_err(Into::into))?;
    let (SASL_CONTINUE, challenge) = asked(wire)? else { return Err(unknown()) };
    scram.update(&challenge).map_err(|_| unproven())?;
    say(wire, |out| frontend::sasl_response(scram.message(), out).map_err(Into::into))?;
    let (SASL_FINAL, proof) = asked(wire)? else { return Err(unknown()) };
    scram.finish(&proof).map_err(|_| unproven())
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

fn unknown() -> Failure {
    Failure::strange(
        "the server asks for a proof of who is there that is not known here; known: passwords, MD5, SCRAM-SHA-256",
    )
}

fn unbound() -> Failure {
    Failure::strange("channel_binding=require, and the server does not bind passwords to its certificate")
}

fn unproven() -> Failure {
    Failure::strange("the server does not know the password that it asks for")
}
