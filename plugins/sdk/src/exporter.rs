//! Files of another tool, rendered from an environment.

use serde::de::DeserializeOwned;

use crate::bindings::exporter::exports::mlhost::plugin::exporter as wire;
use crate::bindings::host::mlhost::plugin::types;
use crate::documents::format::FormatDocument;
use crate::{Context, Diagnostic, JsonSchema, Resource, schema};

pub use wire::{File, Format};

/// A format: implement it and name the type in [`exporter_plugin!`](crate::exporter_plugin).
pub trait Exporter: DeserializeOwned + JsonSchema + 'static {
    /// The word after `mlhost export`: `[a-z][a-z0-9-]*`.
    const NAME: &'static str;
    /// One line for lists and help texts.
    const SUMMARY: &'static str;

    /// Renders an environment; `self` holds the options.
    ///
    /// # Errors
    /// What stands in the way.
    fn render(self, context: &Context, environment: &[Resource]) -> Result<Vec<File>, Vec<Diagnostic>>;
}

/// The formats of a plugin; [`exporter_plugin!`](crate::exporter_plugin) implements it.
pub trait Formats: 'static {
    /// The formats.
    fn formats() -> Vec<Format>;

    /// Renders one of them; `None` when there is none of this name.
    fn render(name: &str, options: &str, context: &Context, environment: &[Resource]) -> Option<Rendered>;
}

/// Files, or what stands in the way.
pub type Rendered = Result<Vec<File>, Vec<Diagnostic>>;

/// Describes a format.
pub fn describe<E: Exporter>() -> Format {
    let document = FormatDocument { options: schema::of::<E>() };
    Format { name: E::NAME.into(), summary: E::SUMMARY.into(), document: schema::text(&document) }
}

/// Renders a format.
///
/// # Errors
/// What stands in the way; `export/options` for options that are not of its schema.
pub fn render<E: Exporter>(options: &str, context: &Context, environment: &[Resource]) -> Rendered {
    match serde_json::from_str::<E>(options) {
        Ok(exporter) => exporter.render(context, environment),
        Err(error) => Err(vec![Diagnostic::error("export/options", format!("the options of `{}`: {error}", E::NAME))]),
    }
}

impl<F: Formats> wire::Guest for F {
    fn formats() -> Vec<Format> {
        <F as Formats>::formats()
    }

    fn render(context: types::Context, format: String, environment: Vec<Resource>, options: String) -> Rendered {
        let unknown =
            || Err(vec![Diagnostic::error("export/unknown-format", format!("there is no format `{format}`"))]);
        <F as Formats>::render(&format, &options, &context.into(), &environment).unwrap_or_else(unknown)
    }
}

/// Makes the crate an exporter plugin: `exporter_plugin!(ArmTemplate);`.
#[macro_export]
macro_rules! exporter_plugin {
    ($($exporter:ty),+ $(,)?) => {
        /// The formats of this plugin.
        pub struct Plugin;

        impl $crate::exporter::Formats for Plugin {
            fn formats() -> Vec<$crate::exporter::Format> {
                vec![$($crate::exporter::describe::<$exporter>()),+]
            }

            fn render(
                name: &str,
                options: &str,
                context: &$crate::Context,
                environment: &[$crate::Resource],
            ) -> Option<$crate::exporter::Rendered> {
                $(if name == <$exporter as $crate::Exporter>::NAME {
                    return Some($crate::exporter::render::<$exporter>(options, context, environment));
                })+
                None
            }
        }

        #[cfg(target_arch = "wasm32")]
        #[allow(unsafe_code, missing_docs)]
        const _: () = {
            $crate::bindings::exporter::export_plugin!(Plugin with_types_in $crate::bindings::exporter);
        };
    };
}
