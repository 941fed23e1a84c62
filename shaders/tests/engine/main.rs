//! The engine against the reference executor, on whatever adapter there is, software included.

#![expect(clippy::print_stdout, reason = "decibels and skipped tests are for people to read")]

mod behaviour;
mod bundled;
mod drift;
mod families;
mod operations;
mod support;
