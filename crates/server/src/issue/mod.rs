//! Tokens: how they are made, and whether one that comes back is still good.

mod living;

pub use living::{Dead, Holder, Living};
