/// How a pool is used: how things stand, and what was counted since it was opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Metrics {
    /// How many connections it may have.
    pub size: usize,
    /// How many it has: those in use and those that are idle.
    pub open: usize,
    /// How many wait to be used.
    pub idle: usize,
    /// How many are given out, those that are just being opened included.
    pub in_use: usize,
    /// How many threads wait for one.
    pub waiting: usize,
    /// How often one was given out.
    pub checkouts: u64,
    /// How often somebody waited in vain.
    pub timeouts: u64,
    /// How many were opened.
    pub created: u64,
    /// How many were closed: broken, too old, or unused for too long.
    pub closed: u64,
}
