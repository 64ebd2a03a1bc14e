//! SCRAM, as RFC 5802 has it: both ends prove to know the password without saying it.

use postgres_protocol::authentication::sasl::{
    ChannelBinding, SCRAM_SHA_256, SCRAM_SHA_256_PLUS, ScramSha256,
};
use postgres_protocol::message::frontend;

use super::config::{Binding, Config};
use super::failure::{Answer, Failure};
use super::startup::{LET_IN, SASL_CONTINUE, SASL_FINAL, asked, password, say, unbound, unknown};
use super::wire::Wire;

/// How many rounds a password is hashed in at most: a server must not keep its callers busy.
const MOST_ROUNDS: u32 = 100_000;

/// Proves to know the password, and has it proven; bound to the server's certificate where both can.
pub(super) fn prove(config: &Config, mechanisms: &[u8], wire: &mut Wire) -> Answer<()> {
    let (mechanism, binding) = choose(config, mechanisms, wire)?;
    let mut scram = ScramSha256::new(password(config)?, binding);
    let nonce = nonce(scram.message());
    say(wire, |out| frontend::sasl_initial_response(mechanism, scram.message(), out).map_err(Into::into))?;
    let challenge = next(wire, SASL_CONTINUE)?;
    look_at(&challenge, &nonce)?;
    scram.update(&challenge).map_err(|_| malformed("challenge"))?;
    say(wire, |out| frontend::sasl_response(scram.message(), out).map_err(Into::into))?;
    let proof = next(wire, SASL_FINAL)?;
    is_proof(&proof)?;
    scram.finish(&proof).map_err(|_| {
        Failure::strange(
            "the server does not know the password that it asks for (SCRAM): somebody else may answer there",
        )
    })
}

fn choose(config: &Config, mechanisms: &[u8], wire: &Wire) -> Answer<(&'static str, ChannelBinding)> {
    let offers =
        |mechanism: &str| mechanisms.split(|byte| *byte == 0).any(|offered| offered == mechanism.as_bytes());
    let binding = wire.binding().filter(|_| config.binding != Binding::Disable);
    let chosen = match binding {
        Some(certificate) if offers(SCRAM_SHA_256_PLUS) => {
            (SCRAM_SHA_256_PLUS, ChannelBinding::tls_server_end_point(certificate))
        }
        _ if config.binding == Binding::Require => return Err(unbound()),
        // The server would notice if somebody in between had taken its offer away.
        Some(_) => (SCRAM_SHA_256, ChannelBinding::unrequested()),
        None => (SCRAM_SHA_256, ChannelBinding::unsupported()),
    };
    if offers(chosen.0) { Ok(chosen) } else { Err(unknown()) }
}

/// The next that the server says, which is to be of a kind.
fn next(wire: &mut Wire, wanted: u32) -> Answer<Vec<u8>> {
    match asked(wire)? {
        (kind, said) if kind == wanted => Ok(said),
        (LET_IN, _) => Err(Failure::strange(
            "the server lets in without having proven that it knows the password (SCRAM): somebody else may answer there",
        )),
        _ => Err(unknown()),
    }
}

/// The caller's own part of what makes a conversation unlike all others, which stands at the end of its first message.
fn nonce(first: &[u8]) -> Vec<u8> {
    let last = first.rsplit(|byte| *byte == b',').next().unwrap_or_default();
    last.strip_prefix(b"r=").unwrap_or_default().to_vec()
}

/// Whether a challenge, `r=nonce,s=salt,i=rounds`, is one for this conversation, and takes no longer than it may.
fn look_at(challenge: &[u8], nonce: &[u8]) -> Answer<()> {
    let malformed = || malformed("challenge");
    let mut parts = challenge.split(|byte| *byte == b',');
    let mut part = |name: &[u8]| parts.next().and_then(|part| part.strip_prefix(name)).ok_or_else(malformed);
    let (both, _, rounds) = (part(b"r=")?, part(b"s=")?, part(b"i=")?);
    if !both.starts_with(nonce) {
        return Err(Failure::strange(
            "the server's challenge is not for this call (SCRAM): somebody may stand in between",
        ));
    }
    let digits = !rounds.is_empty() && rounds.iter().all(u8::is_ascii_digit);
    let rounds = std::str::from_utf8(rounds).ok().filter(|_| digits).ok_or_else(malformed)?;
    match rounds.parse::<u32>() {
        Ok(1..=MOST_ROUNDS) => Ok(()),
        _ => Err(Failure::strange(format!(
            "the server asks for the password to be hashed in {} rounds (SCRAM), and from 1 to {MOST_ROUNDS} are done: set \
             `scram_iterations` and the user's password anew",
            rounds.get(..20).unwrap_or(rounds)
        ))),
    }
}

/// Whether the server's last word has the form of a proof, `v=` and 32 bytes in base 64.
fn is_proof(said: &[u8]) -> Answer<()> {
    if said.starts_with(b"e=") {
        return Err(Failure::strange("the server refuses the proof of the password (SCRAM)"));
    }
    let proof = said.strip_prefix(b"v=").unwrap_or_default();
    let is_digit = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/".contains(byte);
    match proof.strip_suffix(b"=") {
        Some(digits) if digits.len() == 43 && digits.iter().all(is_digit) => Ok(()),
        _ => Err(malformed("last word")),
    }
}

fn malformed(what: &str) -> Failure {
    Failure::strange(format!(
        "the server's {what} is malformed (SCRAM): what listens there may be no PostgreSQL server"
    ))
}
