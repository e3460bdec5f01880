//! The plugin contract in Rust, generated from `wit/`.

#![allow(missing_docs, clippy::all, unsafe_code)]

/// What the host offers.
pub mod host {
    wasmtime::component::bindgen!({
        path: "../wit",
        world: "host",
        imports: {
            "mlhost:plugin/http": async | trappable,
            default: trappable,
        },
        require_store_data_send: true,
    });
}

pub use host::mlhost::plugin::{http, log, store, types};

macro_rules! world {
    ($module:ident, $world:literal $(, $import:literal => $target:path)*) => {
        pub mod $module {
            wasmtime::component::bindgen!({
                path: "../wit",
                world: $world,
                exports: { default: async },
                require_store_data_send: true,
                with: {
                    "mlhost:plugin/types": super::host::mlhost::plugin::types,
                    "mlhost:plugin/log": super::host::mlhost::plugin::log,
                    $($import: $target,)*
                },
            });
        }
    };
}

world!(resource, "resource-plugin");
world!(policy, "policy-plugin");
world!(deployer, "deployer-plugin", "mlhost:plugin/http" => super::host::mlhost::plugin::http);
world!(cloud, "cloud-plugin", "mlhost:plugin/store" => super::host::mlhost::plugin::store);

pub use cloud::exports::mlhost::plugin::cloud as cloud_api;
pub use deployer::exports::mlhost::plugin::deployer as deployer_api;
pub use policy::exports::mlhost::plugin::policies as policies_api;
pub use resource::exports::mlhost::plugin::resource_kinds as kinds_api;
