//! The plugin contract keeps its promises: what was released does not change, what is new fits it, and a plugin that was
//! built against it still works.

#![allow(clippy::unwrap_used)]

use std::path::Path;

use mlhost::plugin::{Limits, engine, signature};
use mlhost_tests::{Project, repository};
use wasmtime::component::Component;
use wasmtime::component::types::ComponentItem;
use wit_component::{ComponentEncoder, StringEncoding, dummy_module, embed_component_metadata};
use wit_parser::{ManglingAndAbi, PackageId, Resolve, UnresolvedPackageGroup};

const RELEASED: &str = "0.1.0";

const WORLDS: [&str; 5] = ["resource-plugin", "policy-plugin", "deployer-plugin", "cloud-plugin", "exporter-plugin"];

/// The files of a folder of WIT, with another version of the package.
fn parse(resolve: &mut Resolve, folder: &Path, version: &str) -> PackageId {
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "wit"))
        .collect();
    files.sort();
    let mut map = wit_parser::SourceMap::new();
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let renamed = text.replacen(
            &format!("package mlhost:plugin@{RELEASED};"),
            &format!("package mlhost:plugin@{version};"),
            1,
        );
        map.push(&file, renamed);
    }
    let group: UnresolvedPackageGroup = map.parse().map_err(|(_, error)| error).unwrap();
    resolve.push_group(group).unwrap()
}

/// A component with the shape of a world and nothing in it.
fn dummy(resolve: &Resolve, package: PackageId, world: &str) -> Vec<u8> {
    let world = resolve.select_world(&[package], Some(world)).unwrap();
    let mut module = dummy_module(resolve, world, ManglingAndAbi::Standard32);
    embed_component_metadata(&mut module, resolve, world, StringEncoding::UTF8).unwrap();
    ComponentEncoder::default().module(&module).unwrap().encode().unwrap()
}

#[test]
fn the_signatures_are_those_of_the_released_text() {
    let folder = repository().join("wit/released").join(RELEASED);
    let mut resolve = Resolve::default();
    let package = parse(&mut resolve, &folder, RELEASED);
    let engine = engine::engine(&Limits::default()).unwrap();
    let mut lines = std::collections::BTreeSet::new();
    for world in WORLDS {
        let component = Component::from_binary(&engine, &dummy(&resolve, package, world)).unwrap();
        let ty = component.component_type();
        let items = ty.exports(&engine).chain(ty.imports(&engine));
        for (name, item) in items.map(|(name, item)| (name.to_owned(), item.ty)) {
            let interface = name.strip_prefix("mlhost:plugin/").unwrap().split_once('@').unwrap().0.to_owned();
            let ComponentItem::ComponentInstance(instance) = item else { panic!("{name}") };
            for (function, signature) in signature::of_instance(&engine, &instance) {
                lines.insert(format!("{interface}.{function}: {signature}\n"));
            }
        }
    }
    let text: String = lines.into_iter().collect();
    let path = folder.join("signatures.txt");
    if std::env::var_os("MLHOST_ACCEPT").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
}

#[test]
fn what_is_in_the_making_still_fits_what_was_released() {
    let mut resolve = Resolve::default();
    let released = parse(&mut resolve, &repository().join("wit/released").join(RELEASED), "0.0.1");
    let current = parse(&mut resolve, &repository().join("wit"), RELEASED);
    for world in WORLDS {
        let [before, now] = [released, current].map(|package| resolve.select_world(&[package], Some(world)).unwrap());
        if let Err(error) = wit_component::semver_check(resolve.clone(), before, now) {
            panic!(
                "the world `{world}` would refuse plugins of {RELEASED}; give the contract another version\n{error:#}"
            );
        }
    }
}

#[test]
fn a_plugin_built_against_the_release_still_works() {
    let project = Project::new();
    let kept = repository().join("tests/contract").join(RELEASED);
    for plugin in ["naming.wasm", "resource-group.wasm"] {
        std::fs::copy(kept.join(plugin), project.path().join(plugin)).unwrap();
    }
    project.write("platform.rhai", "resource_group(\"rg\");\n");
    project.write(
        "mlhost.toml",
        "[plugins]\nnaming = { path = \"naming.wasm\" }\nresource-group = { path = \"resource-group.wasm\" }\n",
    );
    let run = project.run(&["apply", "platform.rhai", "--yes"]);
    assert_eq!(run.code, Some(0), "{}", run.transcript());
    assert!(run.stdout.contains("1 created"), "{}", run.transcript());
    project.write("platform.rhai", "resource_group(\"rg\", #{ location: 1 });\n");
    assert_eq!(project.run(&["plan", "platform.rhai"]).code, Some(10));
}
