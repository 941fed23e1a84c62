//! Opens the input as a file of this container and reads every tensor.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = daub_fuzz::checkpoint::read_everything(std::path::Path::new("input.bpk"), bytes);
});
