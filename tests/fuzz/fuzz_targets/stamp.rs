//! Reads the input as a stamp and draws its silhouette.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Ok(svg) = std::str::from_utf8(bytes)
        && let Ok(stamp) = daub_fuzz::stamps::Stamp::parse(svg, "stamp")
    {
        let placement = daub_fuzz::document::Placement::upright([40.0, 60.0], 50.0);
        let _ = stamp.silhouette(&placement, daub_fuzz::document::Rect::from_size(80, 64));
    }
});
