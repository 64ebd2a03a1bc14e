//! Database URLs: `scheme://place?option=value&…`.

use std::borrow::Cow;

use crate::Result;
use crate::error::{Error, Kind};

/// Names and values, in the order of the URL.
pub(crate) type Options = Vec<(String, String)>;

/// A URL taken apart; percent signs are decoded.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Url {
    pub(crate) scheme: String,
    pub(crate) place: String,
    pub(crate) options: Options,
}

impl Url {
    pub(crate) fn parse(text: &str) -> Result<Url> {
        let scheme = scheme(text)?;
        let rest = &text[scheme.len() + 1..];
        let rest = rest.strip_prefix("//").unwrap_or(rest);
        let (place, options) = rest.split_once('?').unwrap_or((rest, ""));
        Ok(Url { scheme: scheme.to_owned(), place: decode(place)?, options: Url::options(options)? })
    }

    /// What stands behind the question mark.
    pub(crate) fn options(text: &str) -> Result<Options> {
        text.split('&').filter(|option| !option.is_empty()).map(option).collect()
    }

    /// Some options of a URL, decoded, and the URL without them.
    pub(crate) fn take(url: &str, wanted: impl Fn(&str) -> bool) -> Result<(Options, Cow<'_, str>)> {
        let Some((place, written)) = url.split_once('?') else { return Ok((Vec::new(), url.into())) };
        let (taken, others): (Vec<&str>, Vec<&str>) = written.split('&').partition(|option| wanted(option));
        let rest = match (taken.is_empty(), others.is_empty()) {
            (true, _) => url.into(),
            (false, true) => place.into(),
            (false, false) => format!("{place}?{}", others.join("&")).into(),
        };
        Ok((taken.into_iter().map(option).collect::<Result<_>>()?, rest))
    }
}

/// Refuses the URL of a server in which a character that ends a part stands within one before the last `@`: where a password ends
/// is not known then, and nothing of it is told.
pub(crate) fn unambiguous(url: &str) -> Result<()> {
    let (_, rest) = url.split_once(':').unwrap_or_default();
    let before = rest.strip_prefix("//").unwrap_or(rest).rsplit_once('@').map(|(before, _)| before);
    match before.is_some_and(|before| before.contains(['@', '/', '?', '#'])) {
        false => Ok(()),
        true => Err(invalid(
            "the database URL is not understood: an `@`, `/`, `?` or `#` in a user's name or a password is written %40, %2F, %3F \
             or %23, and so is an `@` anywhere behind the host",
        )),
    }
}

/// What stands before the first colon.
pub(crate) fn scheme(text: &str) -> Result<&str> {
    let (scheme, _) = text.split_once(':').ok_or_else(|| {
        invalid("a database URL starts with its scheme, as in sqlite://path/to/file.db or sqlite::memory:")
    })?;
    Ok(scheme)
}

/// An error about a URL. It never quotes the URL, which can hold a password.
pub(crate) fn invalid(message: impl Into<String>) -> Error {
    Error::new(Kind::Url, message)
}

fn option(text: &str) -> Result<(String, String)> {
    let (name, value) = text.split_once('=').ok_or_else(|| {
        invalid("an option in a database URL is written name=value, and one here has no `=`")
    })?;
    Ok((decode(name)?, decode(value)?))
}

pub(crate) fn decode(text: &str) -> Result<String> {
    let decoded = String::from_utf8(decode_bytes(text)?)
        .map_err(|_| invalid("a database URL decodes to bytes that are not UTF-8"))?;
    if decoded.contains('\0') {
        return Err(invalid("a database URL has a NUL character in it"));
    }
    Ok(decoded)
}

/// What is no text, perhaps: a password.
pub(crate) fn decode_bytes(text: &str) -> Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(if byte == b'%' { escaped(rest.next(), rest.next())? } else { byte });
    }
    Ok(bytes)
}

fn escaped(high: Option<u8>, low: Option<u8>) -> Result<u8> {
    let digit = |byte: Option<u8>| byte.and_then(|byte| char::from(byte).to_digit(16));
    match (digit(high), digit(low)) {
        (Some(high), Some(low)) => Ok(u8::try_from(high * 16 + low).unwrap_or(b'?')),
        _ => Err(invalid(
            "a `%` in a database URL is followed by two hexadecimal digits; write a percent sign as %25",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_decoded() -> Result<()> {
        let url = Url::parse("sqlite://a%20b%3F.db?mode=ro&busy_timeout=5")?;
        assert_eq!((url.scheme.as_str(), url.place.as_str()), ("sqlite", "a b?.db"));
        assert_eq!(url.options, [("mode".into(), "ro".into()), ("busy_timeout".into(), "5".into())]);
        assert_eq!(Url::parse("sqlite::memory:")?.place, ":memory:");
        assert_eq!(Url::parse("sqlite:///tmp/x.db")?.place, "/tmp/x.db");
        Ok(())
    }

    #[test]
    fn nonsense_is_refused_without_quoting_it() {
        for text in ["users.db", "sqlite://%zz", "sqlite://x?secret", "sqlite://%00", "sqlite://%ff", "x:%4"]
        {
            let error = Url::parse(text).unwrap_err();
            assert!(error.is_url());
            assert!(!error.to_string().contains("secret"), "{error}");
        }
    }
}
