//! Compiles the protos with protox: no protoc, and comments and options stay in the descriptor set.

use std::{
    env,
    error::Error,
    fs,
    path::{Path, PathBuf},
};

use protox::file::{ChainFileResolver, DescriptorSetFileResolver, GoogleFileResolver, IncludeFileResolver};

fn main() -> Result<(), Box<dyn Error>> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let mut files = Vec::new();
    find_protos(&root.join("clientele"), &mut files)?;
    files.sort();
    println!("cargo:rerun-if-changed=clientele");

    let compiler = compile(&root, &files, true)?;
    let out = PathBuf::from(env::var("OUT_DIR")?);
    // The encoded sets keep the custom options; the typed one, good enough for code generation, drops them.
    fs::write(out.join("descriptor_set.bin"), compiler.encode_file_descriptor_set())?;
    // Comments are three quarters of it, and every process would hold them in memory.
    fs::write(out.join("descriptor_set_plain.bin"), compile(&root, &files, false)?.encode_file_descriptor_set())?;

    let typed = compiler.file_descriptor_set();
    let mut config = tonic_prost_build::Config::new();
    config.enable_type_names();
    // Ordered maps: the same message is always the same bytes, which idempotency compares.
    config.btree_map(["."]);
    config.extern_path(".buf.validate", "::buf_validate_is_read_by_descriptor_only");
    tonic_prost_build::configure()
        .codec_path("crate::codec::ContractCodec")
        .include_file("clientele.rs")
        .compile_fds_with_config(typed, config)?;
    Ok(())
}

/// Compiles the files, with or without their comments.
fn compile(root: &Path, files: &[PathBuf], with_comments: bool) -> Result<protox::Compiler, Box<dyn Error>> {
    // Our own files, then buf/validate from the crate that ships it, then google/protobuf.
    let mut resolver = ChainFileResolver::new();
    resolver.add(IncludeFileResolver::new(root.to_owned()));
    resolver
        .add(DescriptorSetFileResolver::decode(prost_protovalidate_types::DESCRIPTOR_POOL.encode_to_vec().as_slice())?);
    resolver.add(GoogleFileResolver::new());
    let mut compiler = protox::Compiler::with_file_resolver(resolver);
    compiler.include_source_info(with_comments).include_imports(true);
    for file in files {
        compiler.open_file(file)?;
    }
    Ok(compiler)
}

fn find_protos(folder: &Path, found: &mut Vec<PathBuf>) -> Result<(), Box<dyn Error>> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            find_protos(&path, found)?;
        } else if path.extension().is_some_and(|extension| extension == "proto") {
            found.push(path);
        }
    }
    Ok(())
}
