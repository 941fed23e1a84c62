//! Reads the input as a recorded drawing and plays it.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Ok(drawing) = std::str::from_utf8(bytes).map(daub_fuzz::drawing::Drawing::parse)
        && let Ok(drawing) = drawing
    {
        let _ = drawing.finished();
    }
});
