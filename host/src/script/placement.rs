//! Puts what a script declares into containers: a kind that is `placed_in` another one gets a reference to the last
//! declaration of that kind before it, or to one that the environment has of itself.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::ScriptInput;
use crate::model::kind::Relation;
use crate::model::{Declaration, Definition, Diagnostic, Mode, Token};

/// Containers of containers that are followed.
const DEEPEST: usize = 8;

/// Fills in the containers.
///
/// # Errors
/// When no plugin provides the kind of a container, or containers are placed in each other.
pub(super) fn place(input: &ScriptInput, definition: &mut Definition) -> Result<(), Box<Diagnostic>> {
    let mut containers = Containers { input, own: Vec::new(), own_by_kind: HashMap::new(), latest: HashMap::new() };
    for relation in input.kinds.values().filter_map(|document| document.placed_in.as_ref()) {
        containers.latest.insert(&relation.kind, None);
    }
    for index in 0..definition.declarations.len() {
        let Some(declaration) = definition.declarations.get(index) else { break };
        let placed = match wanted(input, declaration) {
            Some(relation) => {
                let address = match containers.latest.get(relation.kind.as_str()) {
                    Some(Some(address)) => address.clone(),
                    _ => containers.own(definition, relation, declaration, DEEPEST)?,
                };
                Some((relation.property.clone(), id_of(&address)))
            }
            None => None,
        };
        if let Some(latest) = containers.latest.get_mut(declaration.kind.as_str()) {
            *latest = Some(declaration.address.clone());
        }
        if let (Some((property, id)), Some(declaration)) = (placed, definition.declarations.get_mut(index)) {
            declaration.properties.insert(property, id);
        }
    }
    definition.declarations.splice(0..0, containers.own);
    Ok(())
}

struct Containers<'a> {
    input: &'a ScriptInput,
    /// Those of the environment itself, the outermost first.
    own: Vec<Declaration>,
    /// Their addresses.
    own_by_kind: HashMap<&'a str, String>,
    /// The last one that the script declared so far, for each kind that is a container.
    latest: HashMap<&'a str, Option<String>>,
}

impl<'a> Containers<'a> {
    /// The address of the environment's own container, which is declared when there is none yet.
    fn own(
        &mut self,
        definition: &Definition,
        relation: &'a Relation,
        placed: &Declaration,
        deepest: usize,
    ) -> Result<String, Box<Diagnostic>> {
        let kind = relation.kind.as_str();
        if let Some(address) = self.own_by_kind.get(kind) {
            return Ok(address.clone());
        }
        let error = |message: String, help: &str| {
            Diagnostic::error("script/no-container", message).at(placed.span).about(placed.address.as_str()).help(help)
        };
        if !self.input.kinds.contains_key(kind) {
            let message = format!("a `{}` is placed in a `{kind}`, and no plugin brings that kind", placed.kind);
            return Err(error(message, "add the plugin, or set the property that names the container").into());
        }
        if deepest == 0 {
            return Err(
                error(format!("the kind `{kind}` is placed in itself"), "report it to the plugin's author").into()
            );
        }
        let mut container = implicit(self.input, kind, &relation.property);
        let address = container.address.clone();
        // The script may declare the very same one further down.
        if definition.declarations.iter().all(|declaration| declaration.address != address) {
            if let Some(outer) = wanted(self.input, &container) {
                let outer_address = self.own(definition, outer, placed, deepest - 1)?;
                container.properties.insert(outer.property.clone(), id_of(&outer_address));
            }
            self.own.push(container);
        }
        self.own_by_kind.insert(kind, address.clone());
        Ok(address)
    }
}

/// What a declaration must be placed in and is not yet.
fn wanted<'a>(input: &'a ScriptInput, declaration: &Declaration) -> Option<&'a Relation> {
    let relation = input.kinds.get(&declaration.kind)?.placed_in.as_ref()?;
    (!declaration.properties.contains_key(&relation.property)).then_some(relation)
}

fn id_of(address: &str) -> Value {
    Value::String(Token::resource(address, "/id").to_string())
}

/// Named by the fact that has the property's name, else after the project and the environment.
fn implicit(input: &ScriptInput, kind: &str, property: &str) -> Declaration {
    let named = input.facts.get(property).and_then(Value::as_str).filter(|name| !name.is_empty());
    let name = named.map_or_else(|| format!("{}-{}", input.project, input.environment), str::to_owned);
    Declaration {
        address: format!("{kind}.{name}"),
        kind: kind.to_owned(),
        name,
        mode: Mode::Managed,
        properties: Map::new(),
        span: None,
        property_spans: Default::default(),
        protected: false,
        expanded_from: None,
    }
}
