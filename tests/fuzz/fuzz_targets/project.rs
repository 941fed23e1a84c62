//! Reads the input as a project file, and its kept pictures.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Ok(project) = daub_fuzz::io::project::Project::from_bytes(bytes) {
        for candidate in project.candidates.iter() {
            let _ = (candidate.project(), candidate.photograph());
        }
    }
});
