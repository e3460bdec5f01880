//! The plugin contract in Rust, generated from `wit/`: one module per world, all sharing the types of [`host`].
//!
//! Every module carries a description of its world's imports only; the description with the exports is part of the
//! `export` macro and lands in the plugin that calls it. wit-component drops imports that a plugin does not call, so a
//! plugin never asks for more than its world offers, although all worlds are in this one crate.

#![allow(missing_docs, unsafe_code, clippy::all, clippy::unwrap_used)]

/// What the host offers.
pub mod host {
    wit_bindgen::generate!({
        path: "../../wit",
        world: "host",
        generate_unused_types: true,
        additional_derives: [PartialEq],
        runtime_path: "::mlhost_plugin::__rt",
    });
}

macro_rules! world {
    ($module:ident, $world:literal, $here:literal $(, $import:literal => $target:path)*) => {
        pub mod $module {
            wit_bindgen::generate!({
                path: "../../wit",
                world: $world,
                pub_export_macro: true,
                export_macro_name: "export_plugin",
                default_bindings_module: $here,
                runtime_path: "::mlhost_plugin::__rt",
                additional_derives: [PartialEq],
                with: {
                    "mlhost:plugin/types@0.1.0": crate::bindings::host::mlhost::plugin::types,
                    "mlhost:plugin/log@0.1.0": crate::bindings::host::mlhost::plugin::log,
                    $($import: $target,)*
                },
            });
        }
    };
}

world!(resource, "resource-plugin", "mlhost_plugin::bindings::resource");
world!(policy, "policy-plugin", "mlhost_plugin::bindings::policy");
world!(deployer, "deployer-plugin", "mlhost_plugin::bindings::deployer",
    "mlhost:plugin/http@0.1.0" => crate::bindings::host::mlhost::plugin::http);
world!(cloud, "cloud-plugin", "mlhost_plugin::bindings::cloud",
    "mlhost:plugin/store@0.1.0" => crate::bindings::host::mlhost::plugin::store);
world!(exporter, "exporter-plugin", "mlhost_plugin::bindings::exporter");
