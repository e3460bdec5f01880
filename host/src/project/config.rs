//! Reads `mlhost.toml` and `envs/NAME.toml`.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::settings::{EnvironmentSettings, Plugin, PolicySettings, PolicySeverity, TargetSettings};
use super::table::Reader;
use super::{ENVIRONMENTS_FOLDER, FILE_BYTES, Folder, PROJECT_FILE, ParamValue, is_plain_name, unreadable};
use crate::model::{Diagnostic, Diagnostics, Severity, Sources};
use crate::plugin::{Limit, Limits};
use crate::script::ReadError;

/// All that the project's files say.
#[derive(Debug, Default)]
pub(super) struct Config {
    /// Name of the project.
    pub(super) name: Option<String>,
    /// The environment that is meant when nobody names one.
    pub(super) default_environment: Option<String>,
    /// Plugins by name.
    pub(super) plugins: BTreeMap<String, Plugin>,
    /// What plugins may use.
    pub(super) limits: Limits,
    /// Settings for policies, for all environments.
    pub(super) policies: BTreeMap<String, PolicySettings>,
    /// Environments by name.
    pub(super) environments: BTreeMap<String, EnvironmentSettings>,
    /// Targets by name.
    pub(super) targets: BTreeMap<String, TargetSettings>,
}

/// Reads the project's files; nothing when there is no project file. What is wrong is added to `diagnostics`.
pub(super) fn read(folder: &Folder, sources: &mut Sources, diagnostics: &mut Diagnostics) -> Option<Config> {
    let text = match folder.read_text(PROJECT_FILE, FILE_BYTES) {
        Ok(text) => text,
        Err(ReadError::NotFound) => return None,
        Err(error) => {
            diagnostics.push(unreadable(PROJECT_FILE, &error, None));
            return None;
        }
    };
    let mut config = Config::default();
    with_table(PROJECT_FILE, &text, sources, diagnostics, |reader, table| project_file(reader, table, &mut config));
    for file in folder.list(ENVIRONMENTS_FOLDER) {
        let Some(name) = file.strip_suffix(".toml") else { continue };
        let path = format!("{ENVIRONMENTS_FOLDER}/{file}");
        match folder.read_text(&path, FILE_BYTES) {
            Ok(text) => with_table(&path, &text, sources, diagnostics, |reader, table| {
                add_environment(reader, name, table, 0..0, &mut config);
            }),
            Err(error) => diagnostics.push(unreadable(&path, &error, None)),
        }
    }
    // Tables come sorted by key; people read from top to bottom.
    diagnostics.sort_by_key(|diagnostic| diagnostic.span);
    Some(config)
}

/// Parses a text and hands its table on; a text that is no TOML is reported with its first error.
fn with_table(
    path: &str,
    text: &str,
    sources: &mut Sources,
    diagnostics: &mut Diagnostics,
    read: impl FnOnce(&mut Reader<'_>, &DeTable<'_>),
) {
    let source = sources.add(path, text);
    let mut reader = Reader { source, text, diagnostics };
    match DeTable::parse(text) {
        Ok(table) => read(&mut reader, table.get_ref()),
        Err(error) => {
            let bytes = error.span().unwrap_or(0..0);
            let message = error.message().lines().next().unwrap_or("this is no TOML").to_owned();
            reader.error(bytes, "project/syntax", message, "see https://toml.io for how TOML is written");
        }
    }
}

fn project_file(reader: &mut Reader<'_>, table: &DeTable<'_>, config: &mut Config) {
    const KNOWN: [&str; 6] = ["project", "plugins", "limits", "policies", "environments", "targets"];
    for (key, value) in table.iter() {
        let name = key.get_ref().as_ref();
        if !KNOWN.contains(&name) {
            reader.unknown_key(PROJECT_FILE, name, key.span(), &KNOWN);
            continue;
        }
        let Some(inner) = reader.table(name, value) else { continue };
        match name {
            "project" => project(reader, inner, config),
            "plugins" => plugins(reader, inner, config),
            "limits" => limits(reader, inner, &mut config.limits),
            "policies" => config.policies = policies(reader, inner),
            "environments" => {
                for (name, value) in inner.iter() {
                    if let Some(table) = reader.table(name.get_ref(), value) {
                        add_environment(reader, name.get_ref(), table, name.span(), config);
                    }
                }
            }
            _ => {
                for (name, value) in inner.iter() {
                    if let Some(table) = reader.table(name.get_ref(), value) {
                        config.targets.insert(name.get_ref().to_string(), target(reader, table));
                    }
                }
            }
        }
    }
}

fn project(reader: &mut Reader<'_>, table: &DeTable<'_>, config: &mut Config) {
    for (key, value) in table.iter() {
        let slot = match key.get_ref().as_ref() {
            "name" => &mut config.name,
            "default_environment" => &mut config.default_environment,
            other => {
                reader.unknown_key("[project]", other, key.span(), &["name", "default_environment"]);
                continue;
            }
        };
        let Some(text) = reader.string(key.get_ref(), value) else { continue };
        if is_plain_name(&text) {
            *slot = Some(text);
        } else {
            let message = format!("{text:?} cannot be the {} of a project", key.get_ref().replace('_', " "));
            reader.error(value.span(), "project/name", message, "use up to 64 letters, digits, `-` and `_`");
        }
    }
}

fn plugins(reader: &mut Reader<'_>, table: &DeTable<'_>, config: &mut Config) {
    for (name, value) in table.iter() {
        let Some(inner) = reader.table(name.get_ref(), value) else { continue };
        let mut path = None;
        for (key, value) in inner.iter() {
            match key.get_ref().as_ref() {
                "path" => path = reader.string("path", value).map(|text| (text, reader.span(value.span()))),
                other => reader.unknown_key("a plugin", other, key.span(), &["path"]),
            }
        }
        match path {
            Some((path, span)) => {
                config.plugins.insert(name.get_ref().to_string(), Plugin { path, span: Some(span) });
            }
            None if inner.contains_key("path") => {}
            None => {
                let message = format!("the plugin `{}` has no path", name.get_ref());
                let help = format!("write `{} = {{ path = \"plugins/….wasm\" }}`", name.get_ref());
                reader.error(name.span(), "project/missing-key", message, help);
            }
        }
    }
}

fn limits(reader: &mut Reader<'_>, table: &DeTable<'_>, limits: &mut Limits) {
    for (key, value) in table.iter() {
        let name = key.get_ref().as_ref();
        let Some(limit) = Limit::by_name(name) else {
            reader.unknown_key("[limits]", name, key.span(), &Limit::ALL.map(|limit| limit.description().name));
            continue;
        };
        let text = match value.get_ref() {
            DeValue::Integer(integer) => integer.as_str().to_owned(),
            _ => match reader.string(name, value) {
                Some(text) => text,
                None => continue,
            },
        };
        match limit.parse(&text) {
            Ok(value) => limits.set(limit, value),
            Err(problem) => reader.error(
                value.span(),
                "project/limit",
                format!("`{name}` {problem}"),
                "`mlhost plugin limits` shows all limits",
            ),
        }
    }
}

fn policies(reader: &mut Reader<'_>, table: &DeTable<'_>) -> BTreeMap<String, PolicySettings> {
    let mut out = BTreeMap::new();
    for (name, value) in table.iter() {
        let Some(inner) = reader.table(name.get_ref(), value) else { continue };
        let mut settings = PolicySettings { span: Some(reader.span(name.span())), ..PolicySettings::default() };
        for (key, value) in inner.iter() {
            if key.get_ref() == "severity" {
                settings.severity = severity(reader, value);
            } else if let Some(json) = reader.json(key.get_ref(), value) {
                settings.parameters.insert(key.get_ref().to_string(), json);
            }
        }
        out.insert(name.get_ref().to_string(), settings);
    }
    out
}

fn severity(reader: &mut Reader<'_>, value: &Spanned<DeValue<'_>>) -> Option<PolicySeverity> {
    let text = reader.string("severity", value)?;
    match text.as_str() {
        "off" => Some(PolicySeverity::Off),
        "info" => Some(PolicySeverity::Set(Severity::Info)),
        "warning" => Some(PolicySeverity::Set(Severity::Warning)),
        "error" => Some(PolicySeverity::Set(Severity::Error)),
        other => {
            let help = crate::suggest::help(other, "severities", ["error", "warning", "info", "off"]);
            reader.error(value.span(), "project/severity", format!("`{other}` is no severity"), help);
            None
        }
    }
}

fn target(reader: &mut Reader<'_>, table: &DeTable<'_>) -> TargetSettings {
    let mut settings = TargetSettings::default();
    for (key, value) in table.iter() {
        match key.get_ref().as_ref() {
            "private_network" => {
                settings.private_network = reader.truth("private_network", value).unwrap_or_default();
            }
            fact => add_fact(reader, fact, key.span(), value, &["private_network"], &mut settings.facts),
        }
    }
    settings
}

fn add_environment(
    reader: &mut Reader<'_>,
    name: &str,
    table: &DeTable<'_>,
    bytes: std::ops::Range<usize>,
    config: &mut Config,
) {
    if !is_plain_name(name) {
        let message = format!("{name:?} is no name for an environment");
        reader.error(bytes, "project/name", message, "use up to 64 letters, digits, `-` and `_`");
        return;
    }
    if config.environments.contains_key(name) {
        let message = format!("the environment `{name}` is described here and in {PROJECT_FILE}");
        reader.error(bytes, "project/duplicate", message, "keep one of the two");
        return;
    }
    let mut settings = EnvironmentSettings::default();
    for (key, value) in table.iter() {
        match key.get_ref().as_ref() {
            "target" => settings.target = reader.string("target", value),
            "params" => settings.params = reader.strings("params", value),
            "protect" => settings.protect = reader.truth("protect", value).unwrap_or_default(),
            "values" => settings.values = values(reader, value),
            "policies" => {
                settings.policies =
                    reader.table("policies", value).map(|table| policies(reader, table)).unwrap_or_default();
            }
            fact => {
                const HOST: [&str; 5] = ["target", "params", "protect", "values", "policies"];
                add_fact(reader, fact, key.span(), value, &HOST, &mut settings.facts);
            }
        }
    }
    config.environments.insert(name.to_owned(), settings);
}

/// Any key may be a fact; one that is a letter off a key of the `host` is probably that key.
fn add_fact(
    reader: &mut Reader<'_>,
    fact: &str,
    bytes: std::ops::Range<usize>,
    value: &Spanned<DeValue<'_>>,
    host: &[&str],
    facts: &mut Map<String, Value>,
) {
    let near = host.iter().find(|known| strsim::damerau_levenshtein(known, fact) == 1);
    if let Some(near) = near {
        let span = reader.span(bytes);
        reader.diagnostics.push(
            Diagnostic::warning("project/near-miss", format!("`{fact}` is taken for a fact of the environment"))
                .at(span)
                .help(format!("did you mean `{near}`?")),
        );
    }
    if let Some(json) = reader.json(fact, value) {
        facts.insert(fact.to_owned(), json);
    }
}

fn values(reader: &mut Reader<'_>, value: &Spanned<DeValue<'_>>) -> BTreeMap<String, ParamValue> {
    let mut out = BTreeMap::new();
    let Some(table) = reader.table("values", value) else { return out };
    for (name, value) in table.iter() {
        let span = Some(reader.span(value.span()));
        if let Some(value) = reader.json(name.get_ref(), value) {
            out.insert(name.get_ref().to_string(), ParamValue { value, span });
        }
    }
    out
}
