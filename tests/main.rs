//! Tests at the outer boundaries: golden pictures, the command line, the window and the rules of the house.

mod golden;
mod support;
