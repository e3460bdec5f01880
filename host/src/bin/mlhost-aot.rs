//! Compiles components ahead of time and writes the bundle that the `mlhost` binary embeds. A step of the build: it is
//! linked with the very engine that will run them, and is not installed.

use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use mlhost::plugin::{Limits, bundle, contract, describe, engine};

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("mlhost-aot: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let Some(out) = arguments.next() else { bail!("usage: mlhost-aot OUT NAME=COMPONENT…") };
    let engine = engine::engine(&Limits::default()).map_err(anyhow::Error::msg)?;
    let _ticker = engine::EpochTicker::start(&engine);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
    let mut plugins = Vec::new();
    for argument in arguments {
        let Some((name, path)) = argument.split_once('=') else { bail!("`{argument}` is not NAME=COMPONENT") };
        let bytes = std::fs::read(path).with_context(|| format!("cannot read {path}"))?;
        let component = wasmtime::component::Component::from_binary(&engine, &bytes)
            .map_err(|error| anyhow::anyhow!("{path}: {error:#}"))?;
        let digest = describe::digest(&bytes);
        let manifest = contract::check(&engine, &component, name)
            .and_then(|shape| {
                let asked = describe::manifest(&engine, &component, name, digest, shape, Limits::default());
                runtime.block_on(asked)
            })
            .map_err(|diagnostic| anyhow::anyhow!("{name}: {}\n{}", diagnostic.message, diagnostic.notes.join("\n")))?;
        plugins.push((manifest, bytes));
    }
    let bundle = bundle::write(&engine, &plugins).map_err(|error| anyhow::anyhow!("{error:#}"))?;
    // Left alone when nothing changed, so that the binary that embeds it is not built again.
    if std::fs::read(&out).ok().as_deref() != Some(bundle.as_slice()) {
        std::fs::write(&out, bundle).with_context(|| format!("cannot write {out}"))?;
    }
    Ok(())
}
