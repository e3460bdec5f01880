//! Resource kinds: each is a word of the script language.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::bindings::host::mlhost::plugin::types;
use crate::bindings::resource::exports::mlhost::plugin::resource_kinds as wire;
use crate::documents::kind::KindDocument;
use crate::place::pointer_at;
use crate::{Compare, Context, Declaration, Diagnostic, JsonSchema, OutputDocument, Relation, Resource, Rule, schema};

pub use wire::{Expansion, Kind as KindRecord};

/// Something that scripts can read from a handle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Output {
    /// Dotted name in scripts: `identity.principal_id`.
    pub name: &'static str,
    /// JSON Pointer into the deployed body.
    pub pointer: &'static str,
    /// One line for help texts.
    pub summary: &'static str,
}

impl Output {
    /// An output.
    pub const fn new(name: &'static str, pointer: &'static str, summary: &'static str) -> Self {
        Self { name, pointer, summary }
    }
}

/// A kind: the type's fields are its properties, their doc comments its help text. Implement it and name the type in
/// [`resource_plugin!`](crate::resource_plugin).
///
/// A property that is no string and may be a reference is a [`Prop`](crate::Prop). The host holds declarations against
/// the schema of the type before it calls `expand`, so `expand` checks only what a schema cannot say.
pub trait Kind: DeserializeOwned + JsonSchema + 'static {
    /// The word in scripts: `[a-z][a-z0-9_]*`.
    const NAME: &'static str;
    /// One line for lists and help texts.
    const SUMMARY: &'static str;
    /// Resource type of its main resource; empty where it varies.
    const TYPE: &'static str;
    /// How properties without a rule of their own are compared.
    const COMPARE: Compare = Compare::Exact;
    /// False for a kind that passes through what it does not know.
    const MODELLED: bool = true;
    /// Whether scripts may read anything else by its path in the deployed body.
    const OPEN_OUTPUTS: bool = false;
    /// Properties that scripts give before the name, in this order.
    const ARGUMENTS: &'static [&'static str] = &[];
    /// The kind's document, when it was made beforehand: `Some(include_str!("../kind.json"))`. A plugin whose kinds all have
    /// one carries no code that makes schemas, which would be most of it.
    /// [`testing::assert_kind_document`](crate::testing::assert_kind_document) writes it and keeps it true.
    const DOCUMENT: Option<&'static str> = None;
    /// What scripts can read from its handles, beside `id` and `name`.
    const OUTPUTS: &'static [Output] = &[];

    /// The kind it lives in: the script's first argument, and part of its address.
    fn parent() -> Option<Relation> {
        None
    }

    /// The kind of the container it is placed in unless the script says otherwise.
    fn placed_in() -> Option<Relation> {
        None
    }

    /// What changes of its properties mean; the first rule that matches counts.
    fn rules() -> Vec<Rule> {
        Vec::new()
    }

    /// Checks a declaration and gives the resources it stands for.
    fn expand(self, declaration: &Declaration, context: &Context) -> Expansion;

    /// Gives the id of something that exists already. Only the properties that it takes to tell which one it is are
    /// there, so `self` is not.
    fn find(declaration: &Declaration, context: &Context) -> Expansion;
}

impl Expansion {
    /// An expansion of one resource.
    pub fn of(resource: Resource) -> Self {
        Self { resources: vec![resource], declarations: Vec::new(), diagnostics: Vec::new() }
    }

    /// An expansion of nothing, because of what is wrong.
    pub fn refused(diagnostics: Vec<Diagnostic>) -> Self {
        Self { resources: Vec::new(), declarations: Vec::new(), diagnostics }
    }

    /// Whether something is wrong.
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(Diagnostic::is_error)
    }
}

impl From<Diagnostic> for Expansion {
    fn from(diagnostic: Diagnostic) -> Self {
        Self::refused(vec![diagnostic])
    }
}

impl Declaration {
    /// Whether it is only to be found, not made.
    pub fn is_existing(&self) -> bool {
        self.mode == "existing"
    }

    /// The properties as a type.
    ///
    /// # Errors
    /// A diagnostic of the code `KIND/properties` or, where a token stands in the way, `KIND/reference`, with the place.
    pub fn decode<T: DeserializeOwned>(&self) -> Result<T, Diagnostic> {
        serde_json::from_str(&self.properties).map_err(|error| self.explain(&error))
    }

    fn explain(&self, error: &serde_json::Error) -> Diagnostic {
        let pointer = pointer_at(&self.properties, error.line(), error.column());
        let properties: Value = serde_json::from_str(&self.properties).unwrap_or_default();
        let found = properties.pointer(&pointer).and_then(Value::as_str);
        let diagnostic = if found.is_some_and(crate::token::is_token) {
            Diagnostic::error(format!("{}/reference", self.kind), "a reference cannot stand here")
                .help("write the value out; references may stand in its parts")
        } else {
            Diagnostic::error(format!("{}/properties", self.kind), sentence(error))
        };
        diagnostic.about(&self.address).at(pointer)
    }
}

/// The parser's message without its line and column, which speak of a text that no user wrote.
fn sentence(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match text.rfind(" at line ") {
        Some(at) => text.get(..at).unwrap_or(&text).to_owned(),
        None => text,
    }
}

/// The kinds of a plugin; [`resource_plugin!`](crate::resource_plugin) implements it.
pub trait Kinds: 'static {
    /// The kinds.
    fn kinds() -> Vec<KindRecord>;

    /// Expands a declaration; `None` when it is of none of the plugin's kinds.
    fn expand(declaration: &Declaration, context: &Context) -> Option<Expansion>;
}

/// The document of a kind.
pub fn document<K: Kind>() -> KindDocument {
    KindDocument {
        resource_type: K::TYPE.into(),
        properties: schema::of::<K>(),
        parent: K::parent(),
        arguments: K::ARGUMENTS.iter().map(|name| (*name).to_owned()).collect(),
        placed_in: K::placed_in(),
        outputs: K::OUTPUTS
            .iter()
            .map(|output| {
                let document = OutputDocument { pointer: output.pointer.into(), summary: output.summary.into() };
                (output.name.to_owned(), document)
            })
            .collect::<BTreeMap<_, _>>(),
        open_outputs: K::OPEN_OUTPUTS,
        rules: K::rules(),
        compare: K::COMPARE,
        modelled: K::MODELLED,
    }
}

/// Describes a kind.
pub fn describe<K: Kind>() -> KindRecord {
    let document = K::DOCUMENT.map_or_else(|| schema::text(&document::<K>()), str::to_owned);
    KindRecord { name: K::NAME.into(), summary: K::SUMMARY.into(), document }
}

/// Expands a declaration of a kind.
pub fn expand<K: Kind>(declaration: &Declaration, context: &Context) -> Expansion {
    let mut expansion = if declaration.is_existing() {
        K::find(declaration, context)
    } else {
        match declaration.decode::<K>() {
            Ok(kind) => kind.expand(declaration, context),
            Err(diagnostic) => diagnostic.into(),
        }
    };
    for diagnostic in &mut expansion.diagnostics {
        if diagnostic.address.is_empty() {
            diagnostic.address.clone_from(&declaration.address);
        }
    }
    expansion
}

impl<P: Kinds> wire::Guest for P {
    fn kinds() -> Vec<KindRecord> {
        <P as Kinds>::kinds()
    }

    fn expand(context: types::Context, declarations: Vec<Declaration>) -> Vec<Expansion> {
        let context = context.into();
        let one = |declaration: Declaration| {
            <P as Kinds>::expand(&declaration, &context).unwrap_or_else(|| {
                let message = format!("this plugin has no kind `{}`", declaration.kind);
                Diagnostic::error("plugin/unknown-kind", message).about(&declaration.address).into()
            })
        };
        declarations.into_iter().map(one).collect()
    }
}

/// Makes the crate a plugin of these kinds: `resource_plugin!(StorageAccount);`.
#[macro_export]
macro_rules! resource_plugin {
    ($($kind:ty),+ $(,)?) => {
        /// The kinds of this plugin.
        pub struct Plugin;

        impl $crate::kind::Kinds for Plugin {
            fn kinds() -> Vec<$crate::kind::KindRecord> {
                vec![$($crate::kind::describe::<$kind>()),+]
            }

            fn expand(
                declaration: &$crate::Declaration,
                context: &$crate::Context,
            ) -> Option<$crate::Expansion> {
                $(if declaration.kind == <$kind as $crate::Kind>::NAME {
                    return Some($crate::kind::expand::<$kind>(declaration, context));
                })+
                None
            }
        }

        #[cfg(target_arch = "wasm32")]
        #[allow(unsafe_code, missing_docs)]
        const _: () = {
            $crate::bindings::resource::export_plugin!(Plugin with_types_in $crate::bindings::resource);
        };
    };
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;
    use crate::testing::{context, declaration};
    use crate::{Prop, json};

    /// A machine.
    #[derive(Deserialize, JsonSchema)]
    #[serde(deny_unknown_fields)]
    #[schemars(crate = "crate::schemars")]
    struct Machine {
        /// Number of cores. Default: chosen by the cloud.
        cores: Option<Prop<u32>>,
        /// Disks.
        #[serde(default)]
        disks: Vec<Disk>,
    }

    /// A disk.
    #[derive(Deserialize, JsonSchema)]
    #[serde(deny_unknown_fields)]
    #[schemars(crate = "crate::schemars")]
    struct Disk {
        /// Size in GiB.
        size: Prop<u32>,
    }

    impl Kind for Machine {
        const NAME: &'static str = "machine";
        const SUMMARY: &'static str = "A machine";
        const TYPE: &'static str = "Test/machines";
        const OUTPUTS: &'static [Output] = &[Output::new("address", "/properties/address", "Its address")];

        fn expand(self, declaration: &Declaration, _: &Context) -> Expansion {
            let sizes: Vec<&Prop<u32>> = self.disks.iter().map(|disk| &disk.size).collect();
            Expansion::of(Resource {
                address: declaration.address.clone(),
                type_: Self::TYPE.into(),
                id: format!("/{}", declaration.name),
                body: json!({"cores": self.cores, "sizes": sizes}).to_string(),
                depends_on: Vec::new(),
                details: "{}".into(),
            })
        }

        fn find(_: &Declaration, _: &Context) -> Expansion {
            Diagnostic::error("machine/existing", "not supported").into()
        }
    }

    resource_plugin!(Machine);

    fn expand_all(declarations: Vec<Declaration>) -> Vec<Expansion> {
        let context = types::Context { project: "p".into(), environment: "dev".into(), facts: "{}".into() };
        <Plugin as wire::Guest>::expand(context, declarations)
    }

    #[test]
    fn a_batch_is_answered_in_its_order() {
        let expansions = expand_all(vec![
            declaration("machine", "a", json!({"cores": "${x.y#/cores}", "disks": [{"size": 3}]})),
            declaration("house", "b", json!({})),
        ]);
        let [machine, unknown] = expansions.as_slice() else { panic!("{expansions:?}") };
        let resource = machine.resources.first().unwrap();
        assert_eq!(resource.body, r#"{"cores":"${x.y#/cores}","sizes":[3]}"#);
        assert_eq!(unknown.diagnostics.first().unwrap().code, "plugin/unknown-kind");
    }

    #[test]
    fn what_cannot_be_decoded_is_named_with_its_place() {
        let cases = [
            (json!({"disks": [{"size": 1}, {"size": "big"}]}), "machine/properties", "/disks/1/size"),
            (json!({"disks": ["${x.y#/disk}"]}), "machine/reference", "/disks/0"),
            (json!({"disks": "${x.y#/disks}"}), "machine/reference", "/disks"),
        ];
        for (properties, code, pointer) in cases {
            let expansion = expand::<Machine>(&declaration("machine", "a", properties), &context(json!({})));
            let diagnostic = expansion.diagnostics.first().unwrap();
            assert_eq!((diagnostic.code.as_str(), diagnostic.pointer.as_str()), (code, pointer));
            assert_eq!(diagnostic.address, "machine.a");
            assert!(!diagnostic.message.contains("line"), "{}", diagnostic.message);
        }
    }

    #[test]
    fn its_document_is_what_the_host_reads() {
        let document: Value = serde_json::from_str(&describe::<Machine>().document).unwrap();
        assert_eq!(
            document,
            json!({
                "type": "Test/machines",
                "properties": {
                    "type": "object",
                    "description": "A machine.",
                    "properties": {
                        "cores": {"description": "Number of cores. Default: chosen by the cloud.",
                            "type": "integer", "format": "uint32", "minimum": 0},
                        "disks": {"description": "Disks.", "type": "array", "items": {
                            "type": "object", "description": "A disk.", "required": ["size"], "additionalProperties": false,
                            "properties": {"size":
                                {"description": "Size in GiB.", "type": "integer", "format": "uint32", "minimum": 0}},
                        }},
                    },
                    "additionalProperties": false,
                },
                "outputs": {"address": {"pointer": "/properties/address", "summary": "Its address"}},
                "open_outputs": false,
                "rules": [],
                "compare": "exact",
                "modelled": true,
            })
        );
    }
}
