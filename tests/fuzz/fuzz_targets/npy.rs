//! Reads the input as a NumPy file with a dictionary of arrays.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = daub_fuzz::npy::dictionary_from_bytes(std::path::Path::new("input.npy"), bytes);
});
