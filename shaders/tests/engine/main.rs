//! The engine against the reference executor, on whatever adapter there is, software included.

mod families;
mod support;
