//! Files that are broken or mean harm, through the real binary: one line that names the file, a failing exit, no panic,
//! nothing executed, and little memory.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::support::{golden, root};

/// Address space that a refusal may take: all of the program, its threads' stacks and libraries included.
const MOST_KIB: u32 = 1 << 20;

/// Every command that opens a model must refuse this one, in one line that holds every one of `words`.
fn refused(model: &Path, words: &[&str]) {
    let folder = model.parent().unwrap();
    let (photo, bundle) = (folder.join("out.png"), folder.join("bundle.safetensors"));
    let [model, input, photo, bundle] =
        [model, &golden("official/unet32_batch_legacy/input.png"), &photo, &bundle].map(|path| path.to_str().unwrap().to_owned());
    for arguments in [
        vec!["inspect", &model],
        vec!["convert", &model, &bundle],
        vec!["generate", "--device", "cpu", "--model", &model, "--input", &input, "--output", &photo],
    ] {
        let said = said_by(&arguments);
        for word in words {
            assert!(said.contains(word), "{arguments:?} should speak of {word}: {said}");
        }
    }
    assert!(!Path::new(&photo).exists() && !Path::new(&bundle).exists(), "something was written");
}

/// The one line that a failing command says, run with little address space.
fn said_by(arguments: &[&str]) -> String {
    let mut command = if cfg!(target_os = "linux") {
        let mut shell = Command::new("sh");
        shell.args(["-c", &format!("ulimit -v {MOST_KIB}; exec \"$0\" \"$@\""), env!("CARGO_BIN_EXE_daub")]);
        shell
    } else {
        Command::new(env!("CARGO_BIN_EXE_daub"))
    };
    let run = command.args(arguments).current_dir(root()).env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY").output().unwrap();
    let said = String::from_utf8(run.stderr).unwrap();
    assert_eq!(run.status.code(), Some(1), "{arguments:?}: {said}");
    assert!(said.starts_with("daub: ") && said.trim_end().lines().count() == 1, "{arguments:?}: {said}");
    said
}

fn written(folder: &TempDir, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

/// A pickle that has the shell make a file, as `torch.save` would wrap it: in a zip, and in the old way.
fn programs(marker: &Path) -> [Vec<u8>; 2] {
    let command = format!("touch {}", marker.display());
    let length = (command.len() as u32).to_le_bytes();
    let pickle = [b"\x80\x02cos\nsystem\nX".as_slice(), &length, command.as_bytes(), b"\x85R."].concat();
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let stored = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    zip.start_file("archive/data.pkl", stored).unwrap();
    zip.write_all(&pickle).unwrap();
    let official = std::fs::read(golden("official/unet32_batch_legacy/latest_net_G.pth")).unwrap();
    // The head of a file that PyTorch wrote, up to the object itself: magic, protocol, facts of the system.
    let head = official.windows(2).enumerate().filter(|(_, pair)| *pair == b"\x80\x02").map(|(at, _)| at).nth(3).unwrap();
    [zip.finish().unwrap().into_inner(), [&official[..head], &pickle, b"\x80\x02]q\x00."].concat()]
}

#[test]
fn files_that_are_cut_short_or_no_models_are_refused() {
    let folder = TempDir::new().unwrap();
    refused(&written(&folder, "empty.pth", b""), &["empty.pth", "it is empty"]);
    refused(&written(&folder, "empty.safetensors", b""), &["empty.safetensors", "it is empty"]);
    refused(&written(&folder, "noise.pth", &[b"PK\x03\x04".as_slice(), &[0x5a; 5000]].concat()), &["noise.pth", "zip"]);
    refused(&written(&folder, "noise.pt", &[0x37; 5000]), &["noise.pt", "neither PyTorch"]);
    refused(&folder.path().join("nowhere.pth"), &["nowhere.pth"]);
    for case in ["unet32_batch_legacy/latest_net_G.pth", "unet128_instance/latest_net_G.pth", "pict_unet256/model.pict"] {
        let whole = std::fs::read(golden("official").join(case)).unwrap();
        let ending = Path::new(case).extension().unwrap().to_str().unwrap();
        for part in [3, 50, 97] {
            let name = format!("cut-{part}.{ending}");
            refused(&written(&folder, &name, &whole[..whole.len() * part / 100]), &[&name]);
        }
    }
}

#[test]
fn programs_are_named_and_not_run() {
    let folder = TempDir::new().unwrap();
    let marker = folder.path().join("was-run");
    for (name, bytes) in ["evil.pth", "evil-old.pth"].into_iter().zip(programs(&marker)) {
        refused(&written(&folder, name, &bytes), &[name, "asks to run os.system", "nothing was run"]);
    }
    // The same beside a good generator, where the styles of objects are looked for.
    let case = golden("official/hd_global_features");
    let generator = folder.path().join("latest_net_G.pth");
    std::fs::copy(case.join("latest_net_G.pth"), &generator).unwrap();
    let [zip, _] = programs(&marker);
    written(&folder, "latest_net_E.pth", &zip);
    let input = case.join("input.png");
    let (generator, input) = (generator.to_str().unwrap(), input.to_str().unwrap());
    let output = folder.path().join("out.png");
    let output = output.to_str().unwrap();
    let paint = ["generate", "--device", "cpu", "--model", generator, "--input", input, "--output", output];
    let said = said_by(&[&paint[..], &["--style-photo", case.join("style.png").to_str().unwrap()]].concat());
    assert!(said.contains("latest_net_E.pth") && said.contains("os.system"), "{said}");
    let command = format!("touch {}", marker.display());
    let length = (command.len() as u32).to_le_bytes();
    let pickle = [b"\x80\x02cposix\nsystem\nX".as_slice(), &length, command.as_bytes(), b"\x85R."].concat();
    let header = "{'descr': '|O', 'fortran_order': False, 'shape': (), }\n";
    let array = [b"\x93NUMPY\x01\x00", (header.len() as u16).to_le_bytes().as_slice(), header.as_bytes(), &pickle].concat();
    written(&folder, "features_clustered_010.npy", &array);
    let said = said_by(&paint);
    assert!(said.contains("features_clustered_010.npy") && said.contains("posix.system"), "{said}");
    assert!(!marker.exists(), "a program in a file was run");
}

#[test]
fn headers_that_lie_are_refused() {
    let folder = TempDir::new().unwrap();
    let with = |header: &str, data: usize| [&(header.len() as u64).to_le_bytes(), header.as_bytes(), &vec![0; data]].concat();
    let huge = [(1_u64 << 60).to_le_bytes().as_slice(), b"{\"a\":1}"].concat();
    refused(&written(&folder, "huge.safetensors", &huge), &["huge.safetensors", "header claims 1152921504606846976 bytes"]);
    let overlapping =
        r#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}"#;
    refused(&written(&folder, "over.safetensors", &with(overlapping, 12)), &["over.safetensors", "header is broken"]);
    let pack = b"NRUB\x01\x00\xff\xff\xff\xff";
    refused(&written(&folder, "huge.bpk", pack), &["huge.bpk", "table claims 4294967295 bytes"]);
}

/// Bundles that a network does not fit: the command that reads weights refuses them, whatever a card says.
#[test]
fn weights_that_do_not_fit_are_refused() {
    let folder = TempDir::new().unwrap();
    let model = golden("official/unet32_batch_legacy/latest_net_G.pth");
    let sound = folder.path().join("sound.safetensors");
    let converted = Command::new(env!("CARGO_BIN_EXE_daub")).arg("convert").args([&model, &sound]).output().unwrap();
    assert!(converted.status.success(), "{}", String::from_utf8_lossy(&converted.stderr));
    let bytes = std::fs::read(&sound).unwrap();
    let header = 8 + u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
    let text = String::from_utf8(bytes[8..header].to_vec()).unwrap();
    let changed = |from: &str, to: &str| {
        assert!(text.contains(from) && from.len() == to.len(), "{from}");
        [&bytes[..8], text.replacen(from, to, 1).as_bytes(), &bytes[header..]].concat()
    };
    let key = "model.model.1.model.1.weight";
    let missing = changed(&format!("\"{key}\""), "\"model.model.1.model.1.wexght\"");
    refused(&written(&folder, "missing.safetensors", &missing), &["missing.safetensors", "1 of ", "missing", key]);
    let shape = changed("\"shape\":[6,3,4,4]", "\"shape\":[3,6,4,4]");
    refused(
        &written(&folder, "shape.safetensors", &shape),
        &["shape.safetensors", "is [3, 6, 4, 4] where [6, 3, 4, 4] is needed"],
    );
    let mut not_a_number = bytes.clone();
    let last = bytes.len() - 4;
    not_a_number[last..].copy_from_slice(&f32::NAN.to_le_bytes());
    refused(&written(&folder, "nan.safetensors", &not_a_number), &["nan.safetensors", "values that are not numbers"]);
}
