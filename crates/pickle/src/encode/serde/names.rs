//! Names of newtype structs that stand for what serde has no word for.

pub(crate) const SET: &str = "$onggi_pickle::Set";
pub(crate) const FROZEN_SET: &str = "$onggi_pickle::FrozenSet";
pub(crate) const BYTE_ARRAY: &str = "$onggi_pickle::ByteArray";
pub(crate) const BIG_INT: &str = "$onggi_pickle::BigInt";
pub(crate) const COMPLEX: &str = "$onggi_pickle::Complex";
pub(crate) const SURROGATES: &str = "$onggi_pickle::Surrogates";
pub(crate) const VALUE: &str = "$onggi_pickle::Value";
pub(crate) const PERSISTENT: &str = "$onggi_pickle::PersistentId";
pub(crate) const ND_ARRAY: &str = "$onggi_pickle::NdArray";
pub(crate) const DTYPE: &str = "$onggi_pickle::DType";
pub(crate) const ORDERED_DICT: &str = "$onggi_pickle::OrderedDict";
pub(crate) const COUNTER: &str = "$onggi_pickle::Counter";
pub(crate) const DEFAULT_DICT: &str = "$onggi_pickle::DefaultDict";
pub(crate) const DEQUE: &str = "$onggi_pickle::Deque";
pub(crate) const RANGE: &str = "$onggi_pickle::Range";
