//! Reads the input as an OpenRaster file.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = daub_fuzz::io::ora::Opened::from_bytes(bytes);
});
