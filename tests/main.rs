//! Tests at the outer boundaries: golden pictures, the command line, the window and the rules of the house.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a test says at once what is wrong")]

mod command_line;
mod controls;
mod corpus;
mod display;
mod filing;
mod golden;
mod hostile;
mod instances;
mod looks;
mod objects;
mod official;
mod recovery;
mod session;
mod stamps;
mod styles;
mod support;
mod tidy;
mod training;
mod training_window;
mod user_interface;
mod window;
