//! Types of the crate uuid.

use super::as_python;
use crate::types::Uuid;

as_python! {
    ::uuid::Uuid => Uuid, |value: &Self| Ok(Uuid(value.into_bytes())), |uuid: Uuid| Ok(Self::from_bytes(uuid.0));
}
