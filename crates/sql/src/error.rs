use std::fmt;

/// Why a statement could not become SQL.
///
/// One small box: the kind is private, [`is_unsupported`](Error::is_unsupported) and the like tell kinds apart.
#[derive(Debug)]
pub struct Error(Box<Kind>);

#[derive(Debug)]
enum Kind {
    Unsupported { dialect: &'static str, feature: String },
    Invalid { what: String },
}

impl Error {
    pub(crate) fn unsupported(dialect: &'static str, feature: impl Into<String>) -> Error {
        Error(Box::new(Kind::Unsupported { dialect, feature: feature.into() }))
    }

    pub(crate) fn invalid(what: impl Into<String>) -> Error {
        Error(Box::new(Kind::Invalid { what: what.into() }))
    }

    /// Whether the database lacks what was asked of it.
    pub fn is_unsupported(&self) -> bool {
        matches!(*self.0, Kind::Unsupported { .. })
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.0 {
            Kind::Unsupported { dialect, feature } => write!(f, "{dialect} has no {feature}"),
            Kind::Invalid { what } => f.write_str(what),
        }
    }
}

impl std::error::Error for Error {}
