//! Every RPC is called by a test.

use std::{
    fs,
    path::{Path, PathBuf},
};

use clientele_tests::contract::{methods, snake_case};

/// The rule: some test of the service (for the feed, which all services serve, of this crate) has `.<rpc>(` in its text, the call of the
/// generated client's method.
#[test]
fn every_rpc_is_called_by_a_test() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut untested = Vec::new();
    for method in methods() {
        let package = method.parent_service().package_name().to_owned();
        let domain = package.split('.').nth(1).unwrap().to_owned();
        let folders = if domain == "events" {
            vec![root.join("tests/guards"), root.join("tests/stories"), root.join("tests/faults")]
        } else {
            vec![root.join("services").join(&domain).join("tests")]
        };
        let call = format!(".{}(", snake_case(method.name()));
        if !sources(&folders).iter().any(|source| source.contains(&call)) {
            untested.push(format!("{}: no test in {folders:?} calls it", method.full_name()));
        }
    }
    assert!(untested.is_empty(), "{untested:#?}");
}

fn sources(folders: &[PathBuf]) -> Vec<String> {
    let mut open = folders.to_vec();
    let mut found = Vec::new();
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(fs::read_to_string(path).unwrap());
            }
        }
    }
    found
}
