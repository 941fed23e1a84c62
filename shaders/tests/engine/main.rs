//! The engine against the reference executor, on whatever adapter there is, software included.

mod behaviour;
mod bundled;
mod families;
mod operations;
mod support;
