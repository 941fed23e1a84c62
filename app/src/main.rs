//! Parses the command line and starts what it asks for.

use std::process::ExitCode;

use clap::Parser as _;
use daub::cli::Arguments;

fn main() -> ExitCode {
    daub::log::start();
    match daub::run(Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            daub::log::tell(&error);
            ExitCode::FAILURE
        }
    }
}
