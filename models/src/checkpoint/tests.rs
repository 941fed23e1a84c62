//! Files that are broken or mean harm: one clear error each, no panic, nothing executed.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::*;
use crate::architecture::{Architecture, Family, InputKind, Norm};
use crate::graph::{Graph, NormStats};

fn root(below: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(below)
}

/// What is said about a file of these bytes.
fn complaint(name: &str, bytes: impl Into<Vec<u8>>) -> String {
    let error = File::from_bytes(Path::new(name), bytes.into()).unwrap_err().to_string();
    assert!(error.contains(name) && !error.contains('\n'), "{error}");
    error
}

fn zipped(pickle: &[u8], storages: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = ::zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let stored = ::zip::write::SimpleFileOptions::default().compression_method(::zip::CompressionMethod::Stored);
    archive.start_file("archive/data.pkl", stored).unwrap();
    archive.write_all(pickle).unwrap();
    for (key, bytes) in storages {
        archive.start_file(format!("archive/data/{key}"), stored).unwrap();
        archive.write_all(bytes).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

fn legacy(pickle: &[u8]) -> Vec<u8> {
    // Magic, protocol 1001, no facts of the system, the object.
    [super::legacy::MAGIC, b"\x80\x02M\xe9\x03.", b"\x80\x02}.", pickle, b"\x80\x02]."].concat()
}

/// A dictionary of one tensor `w` over the storage `0`, as `torch.save` pickles it.
fn one_tensor(class: &str, stored: u16, offset: u16, shape: &[u16], strides: &[u16]) -> Vec<u8> {
    let number = |value: u16| [b"M".as_slice(), &value.to_le_bytes()].concat();
    let tuple = |values: &[u16]| [b"(".to_vec(), values.iter().flat_map(|&v| number(v)).collect(), b"t".to_vec()].concat();
    [
        b"\x80\x02}X\x01\x00\x00\x00wctorch._utils\n_rebuild_tensor_v2\n((X\x07\x00\x00\x00storagectorch\n".to_vec(),
        format!("{class}\n").into_bytes(),
        b"X\x01\x00\x00\x000X\x03\x00\x00\x00cpu".to_vec(),
        number(stored),
        b"tQ".to_vec(),
        number(offset),
        tuple(shape),
        tuple(strides),
        b"\x89}tRs.".to_vec(),
    ]
    .concat()
}

#[test]
fn files_of_other_kinds_are_named() {
    assert!(complaint("a.pth", "").ends_with("it is empty"));
    assert!(complaint("a.pth", "<!DOCTYPE html>").contains("web page"));
    assert!(complaint("a.pth", "version https://git-lfs.github.com/spec/v1").contains("Git LFS"));
    assert!(complaint("a.pth", b"\x80\x02}.".as_slice()).contains("bare pickle"));
    assert!(complaint("a.pth", [7; 4000]).contains("neither PyTorch, safetensors, pict nor burnpack"));
    assert!(complaint("a.pth", b"PK\x03\x04 and nothing more".as_slice()).contains("zip"));
    assert!(complaint("a.pth", zipped(b"\x80\x02}.", &[])).contains("no tensors"));
    let missing = File::open(Path::new("/nowhere/a.pth")).unwrap_err().to_string();
    assert!(missing.starts_with("cannot read /nowhere/a.pth"), "{missing}");
    assert!(File::open(&root("tests")).unwrap_err().to_string().contains("not a file"));
}

#[test]
fn an_endless_directory_is_not_kept_in_memory() {
    let mut archive = ::zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let stored = ::zip::write::SimpleFileOptions::default().compression_method(::zip::CompressionMethod::Stored);
    for entry in 0..300 {
        archive.start_file(format!("{entry:060000}"), stored).unwrap();
    }
    let bytes = archive.finish().unwrap().into_inner();
    assert!(complaint("a.pth", bytes).contains("directory is too long"));
}

#[test]
fn programs_in_pickles_are_refused_by_name_and_not_run() {
    let marker = std::env::temp_dir().join(format!("daub-was-run-{}", std::process::id()));
    let command = format!("touch {}", marker.display());
    let programs: [(&str, &str); 6] = [
        ("posix", "system"),
        ("os", "system"),
        ("builtins", "eval"),
        ("__builtin__", "getattr"),
        ("torch.storage", "_load_from_bytes"),
        ("argparse", "Namespace"),
    ];
    for (module, name) in programs {
        let length = (command.len() as u32).to_le_bytes();
        let pickle = [format!("\u{2}c{module}\n{name}\nX").as_bytes(), &length, command.as_bytes(), b"\x85R."].concat();
        let pickle = [b"\x80".as_slice(), &pickle].concat();
        let module = module.replace("__builtin__", "builtins");
        for bytes in [zipped(&pickle, &[]), legacy(&pickle)] {
            let said = complaint("evil.pth", bytes);
            assert!(said.contains(&format!("asks to run {module}.{name}")) && said.contains("nothing was run"), "{said}");
        }
    }
    // The same by protocol 4's way of naming, and by making an object.
    let stacked = b"\x80\x04\x8c\x05posix\x8c\x06system\x93\x8c\x02id\x85R.";
    assert!(complaint("evil.pth", zipped(stacked, &[])).contains("posix.system"));
    assert!(complaint("evil.pth", zipped(b"\x80\x02(iposix\nsystem\n.", &[])).contains("object of a class"));
    assert!(!marker.exists());
}

#[test]
fn broken_pickles_are_refused() {
    let said = |pickle: &[u8]| complaint("a.pth", zipped(pickle, &[]));
    assert!(said(b"\x80\x02}").contains("ends too early"));
    assert!(said(b"\x80\x02R.").contains("lacks its values"));
    assert!(said(b"\x80\x09}.").contains("protocol 9"));
    assert!(said(b"\x80\x02h\x07.").contains("does not hold"));
    assert!(said(b"\x80\x02\x8a\xff").contains("whole number of 255 bytes"));
    // A text of 4 GiB and one of 2^60 bytes, claimed by a few bytes.
    assert!(said(b"\x80\x02X\xff\xff\xff\xffabc").contains("cut short"));
    assert!(said(b"\x80\x04\x8d\x00\x00\x00\x00\x00\x00\x00\x10abc").contains("cut short"));
    assert!(said(b"\x80\x02\xff.").contains("instruction 0xff"));
    // A dictionary that holds itself is walked only so deep.
    assert!(said(b"\x80\x02}q\x00X\x01\x00\x00\x00ah\x00s.").contains("no tensors"));
    let marks = [b"\x80\x02".to_vec(), vec![b'('; 5 << 20]].concat();
    assert!(said(&marks).contains("piles up too many marks"));
    let values = [b"\x80\x02".to_vec(), vec![b'N'; 5 << 20]].concat();
    assert!(said(&values).contains("holds more than"));
}

#[test]
fn tensors_that_leave_their_storage_are_refused() {
    let floats: Vec<u8> = (0..6).flat_map(|value| (value as f32).to_le_bytes()).collect();
    let open = |pickle: Vec<u8>| File::from_bytes(Path::new("a.pth"), zipped(&pickle, &[("0", &floats)]));
    let said = |pickle: Vec<u8>| open(pickle).unwrap_err().to_string();
    let read = |pickle: Vec<u8>| open(pickle).unwrap().read("w").unwrap().values.to_vec();
    assert_eq!(read(one_tensor("FloatStorage", 6, 0, &[2, 3], &[3, 1])), [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]);
    assert_eq!(read(one_tensor("FloatStorage", 6, 0, &[3, 2], &[1, 3])), [0.0, 3.0, 1.0, 4.0, 2.0, 5.0]);
    assert_eq!(read(one_tensor("FloatStorage", 6, 1, &[2], &[2])), [1.0, 3.0]);
    assert_eq!(read(one_tensor("FloatStorage", 6, 4, &[], &[])), [4.0]);
    // Python 2 wrote an ordered dictionary as a call with a list of pairs.
    let plain = one_tensor("FloatStorage", 6, 4, &[1], &[1]);
    let pair = &plain[3..plain.len() - 2];
    let pairs = [b"\x80\x02ccollections\nOrderedDict\n]", pair, b"\x86a\x85R."].concat();
    assert_eq!(read(pairs), [4.0]);
    assert!(said(one_tensor("FloatStorage", 7, 0, &[7], &[1])).contains("shorter than it should be"));
    assert!(said(one_tensor("DoubleStorage", 6, 0, &[6], &[1])).contains("shorter than it should be"));
    assert!(said(one_tensor("FloatStorage", 6, 1, &[6], &[1])).contains("reaches beyond its 6 stored values"));
    assert!(said(one_tensor("FloatStorage", 6, 0, &[6000, 6000], &[0, 0])).contains("repeats values"));
    assert!(said(one_tensor("FloatStorage", 6, 0, &[2, 3], &[1, 1])).contains("repeats values"));
    assert!(said(one_tensor("FloatStorage", 6, 0, &[2, 3], &[1])).contains("strides"));
    assert!(said(one_tensor("QuantStorage", 6, 0, &[6], &[1])).contains("torch.QuantStorage"));
    let mut whole = open(one_tensor("IntStorage", 6, 0, &[6], &[1])).unwrap();
    assert!(whole.read("w").unwrap_err().to_string().contains("no float"));
}

#[test]
fn safetensors_that_lie_are_refused() {
    let with = |header: &str, data: usize| [&(header.len() as u64).to_le_bytes(), header.as_bytes(), &vec![0; data]].concat();
    let said = |bytes: Vec<u8>| complaint("a.safetensors", bytes);
    let huge = [(1_u64 << 60).to_le_bytes().as_slice(), b"{}"].concat();
    assert!(said(huge).contains("its header claims 1152921504606846976 bytes of a 10 byte file"));
    assert!(said(vec![1, 2, 3]).contains("only 3 bytes"));
    assert!(said(with("{\"a\":", 0)).contains("header is broken"));
    let overlapping =
        r#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}"#;
    assert!(said(with(overlapping, 12)).contains("header is broken"));
    let wrong = r#"{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}"#;
    assert!(said(with(wrong, 8)).contains("header is broken"));
    let fine = r#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#;
    assert!(said(with(fine, 7)).contains("cut short"));
    assert!(File::from_bytes(Path::new("a"), with(fine, 8)).is_ok());
    let product = r#"{"a":{"dtype":"F32","shape":[4294967296,4294967296,4],"data_offsets":[0,0]}}"#;
    assert!(said(with(product, 0)).contains("header is broken"));
}

#[test]
fn quantised_files_that_lie_are_refused() {
    let chunk = |bytes: &[u8]| [&(bytes.len() as u32).to_be_bytes(), bytes].concat();
    let file = |index: &str, table: usize, weights: usize| {
        [chunk(index.as_bytes()), chunk(&vec![0; table]), chunk(&vec![0; weights])].concat()
    };
    let index = r#"[{"name":"a/kernel","shape":[1,2,3,4]}]"#;
    assert!(File::from_bytes(Path::new("a"), file(index, 1024, 24)).is_ok());
    let said = |bytes: Vec<u8>| complaint("a.pict", bytes);
    assert!(said(file(index, 1000, 24)).contains("256 values"));
    assert!(said(file(index, 1024, 23)).contains("beyond the weights"));
    assert!(said(file(index, 1024, 25)).contains("more weights than names"));
    assert!(said(file("[{}]", 1024, 0)).contains("list of names is broken"));
    let endless = r#"[{"name":"a","shape":[18446744073709551615,3]}]"#;
    assert!(said(file(endless, 1024, 4)).contains("beyond the weights"));
    assert!(said(vec![0xff; 64]).contains("a part claims 4294967295 bytes of a 64 byte file"));
}

/// A row of burnpack's table: key, type, shape, first and last byte.
type Row<'a> = (&'a str, &'a str, &'a [u64], (u64, u64));

/// A burnpack file of these rows of its table, each with its number of bytes, over data of zeros.
fn burnpack(rows: &[Row<'_>], data: usize) -> Vec<u8> {
    use ciborium::Value;
    let list = |values: &[u64]| Value::Array(values.iter().map(|&value| value.into()).collect());
    let row = |&(key, dtype, shape, (start, end)): &Row<'_>| {
        let fields = [("dtype", dtype.into()), ("shape", list(shape)), ("data_offsets", list(&[start, end]))];
        (key.into(), Value::Map(fields.into_iter().map(|(name, value)| (name.into(), value)).collect()))
    };
    let table = Value::Map(vec![("tensors".into(), Value::Map(rows.iter().map(row).collect()))]);
    let mut bytes = Vec::new();
    ciborium::into_writer(&table, &mut bytes).unwrap();
    let mut file = [b"NRUB\x01\x00", (bytes.len() as u32).to_le_bytes().as_slice(), &bytes].concat();
    file.resize(file.len().next_multiple_of(256) + data, 0);
    file
}

#[test]
fn burns_own_files_are_read() {
    use burn_pack::{Tensor as Packed, Writer};
    let (graph, _) = small(|_, _, _| true);
    let weights = Weights::random(&graph, 1).unwrap();
    let packed = |parameter: Parameter| {
        let values: Vec<u8> = weights.get(&parameter.key).unwrap().values.iter().flat_map(|value| value.to_le_bytes()).collect();
        Packed::new(parameter.key, burn_pack::DType::F32, parameter.shape, None, burn_pack::Bytes::from_bytes_vec(values))
    };
    let bytes = Writer::new(graph.parameters().unwrap().into_iter().map(packed).collect()).into_bytes().unwrap();
    let mut file = File::from_bytes(Path::new("a.bpk"), bytes.to_vec()).unwrap();
    assert_eq!(file.container(), Container::Burnpack);
    let read = Weights::read(&mut file, &graph).unwrap();
    for parameter in graph.parameters().unwrap() {
        assert_eq!(read.get(&parameter.key).unwrap().values, weights.get(&parameter.key).unwrap().values);
    }
}

#[test]
fn burnpacks_that_lie_are_refused() {
    let said = |bytes: Vec<u8>| complaint("a.bpk", bytes);
    let fine = burnpack(&[("a", "F32", &[2], (0, 8)), ("b", "BF16", &[3], (256, 262))], 262);
    let mut file = File::from_bytes(Path::new("a"), fine.clone()).unwrap();
    assert_eq!(file.read("b").unwrap().values.as_ref(), [0.0; 3]);
    assert!(said(fine[..fine.len() - 1].to_vec()).contains("beyond its end"));
    assert!(said(burnpack(&[("a", "F32", &[2], (0, 8)), ("b", "F32", &[2], (4, 12))], 12)).contains("over one another"));
    assert!(said(burnpack(&[("a", "F32", &[3], (0, 8))], 8)).contains("do not fit its shape"));
    assert!(said(burnpack(&[("a", "F32", &[1 << 40, 1 << 40], (0, 8))], 8)).contains("do not fit its shape"));
    assert!(said(burnpack(&[("a", "F32", &[2], (8, 0))], 8)).contains("beyond its end"));
    assert!(said(burnpack(&[("a", "F32", &[2], (u64::MAX - 7, u64::MAX))], 8)).contains("beyond its end"));
    assert!(said(b"NRUB\x01\x00\xff\xff\xff\xff".to_vec()).contains("claims 4294967295 bytes of a 10 byte file"));
    assert!(said(b"NRUB\x02\x00\x00\x00\x00\x00".to_vec()).contains("version 2"));
    assert!(said(b"NRUB".to_vec()).contains("ends too early"));
    // A table that is nested without end, and one whose map claims 2^60 rows.
    let nested = [b"NRUB\x01\x00\x10\x27\x00\x00".to_vec(), vec![0x81; 10_000]].concat();
    assert!(said(nested).contains("table is broken"));
    let endless = [b"NRUB\x01\x00\x09\x00\x00\x00\xbb".as_slice(), &(1_u64 << 60).to_be_bytes()].concat();
    assert!(said(endless).contains("table is broken"));
}

/// A small network and its weights as a safetensors file, after `change`.
fn small(change: impl Fn(&str, &mut Vec<usize>, &mut Vec<f32>) -> bool) -> (Graph, Vec<u8>) {
    let architecture = Architecture { norm: Norm::Batch, ..Architecture::new(Family::Unet, InputKind::Rgb, 3, 1, 3, 0) };
    let graph = architecture.graph(NormStats::Image).unwrap();
    let weights = Weights::random(&graph, 1).unwrap();
    let (mut header, mut data) = (serde_json::Map::new(), Vec::new());
    for Parameter { key, mut shape } in graph.parameters().unwrap() {
        let mut values = weights.get(&key).unwrap().values.to_vec();
        if change(&key, &mut shape, &mut values) {
            let start = data.len();
            data.extend(values.iter().flat_map(|value| value.to_le_bytes()));
            let entry = serde_json::json!({ "dtype": "F32", "shape": shape, "data_offsets": [start, data.len()] });
            header.insert(key, entry);
        }
    }
    let header = serde_json::Value::Object(header).to_string();
    (graph, [(header.len() as u64).to_le_bytes().to_vec(), header.into_bytes(), data].concat())
}

#[test]
fn weights_that_do_not_fit_are_refused() {
    let said = |(graph, bytes): (Graph, Vec<u8>)| {
        let mut file = File::from_bytes(Path::new("a.safetensors"), bytes).unwrap();
        Weights::read(&mut file, &graph).unwrap_err().to_string()
    };
    let (graph, bytes) = small(|_, _, _| true);
    assert!(Weights::read(&mut File::from_bytes(Path::new("a"), bytes).unwrap(), &graph).is_ok());
    let missing = said(small(|key, _, _| key != "model.model.1.model.1.weight"));
    assert!(missing.ends_with("1 of 13 tensors are missing, the first is model.model.1.model.1.weight"), "{missing}");
    let shape = said(small(|key, shape, _| {
        if key == "model.model.0.weight" {
            shape.reverse();
        }
        true
    }));
    assert!(shape.ends_with("model.model.0.weight is [4, 4, 3, 1] where [1, 3, 4, 4] is needed"), "{shape}");
    let nan = said(small(|key, _, values| {
        if key == "model.model.3.weight" {
            values[5] = f32::NAN;
        }
        true
    }));
    assert!(nan.ends_with("model.model.3.weight holds values that are not numbers"), "{nan}");
}

#[test]
fn every_cut_of_a_real_file_gives_an_error_or_fails_to_fit() {
    for name in ["unet32_batch_legacy/latest_net_G.pth", "resnet3_views/latest_net_G.pth", "pict_unet256/model.pict"] {
        let bytes = std::fs::read(root("tests/golden/official").join(name)).unwrap();
        for cut in (0..bytes.len()).step_by(bytes.len() / 97) {
            let said = complaint(name, &bytes[..cut]);
            assert!(said.len() < 400, "{said}");
        }
    }
}

#[test]
fn storages_cannot_be_shared_into_gigabytes() {
    let (_, bytes) = small(|_, _, _| true);
    let file = File::from_bytes(Path::new("a.safetensors"), bytes).unwrap();
    // The same small tensor wanted a hundred thousand times.
    let wanted = Parameter { key: "model.model.3.weight".to_owned(), shape: vec![2, 3, 4, 4] };
    let said = file.check(&vec![wanted; 1_000_000]).unwrap_err().to_string();
    assert!(said.contains("far more than the file"), "{said}");
}

/// What fuzzing kept, and the seeds it began with, once more.
#[test]
fn the_kept_corpus_is_harmless() {
    let mut files = 0;
    for (target, name) in [
        ("torch_zip", "a.pth"),
        ("torch_legacy", "a.pth"),
        ("safetensors", "a.safetensors"),
        ("pict", "a.pict"),
        ("burnpack", "a.bpk"),
        ("npy", "a.npy"),
    ] {
        for entry in std::fs::read_dir(root("tests/fuzz/corpus").join(target)).unwrap() {
            let bytes = std::fs::read(entry.unwrap().path()).unwrap();
            let said = if target == "npy" {
                crate::npy::dictionary_from_bytes(Path::new(name), &bytes).map(|found| found.len())
            } else {
                read_everything(Path::new(name), &bytes)
            };
            if let Err(error) = said {
                assert!(error.to_string().starts_with(name), "{error}");
            }
            files += 1;
        }
    }
    assert!(files >= 500, "only {files} files were found");
}
