//! `mlhost.lock`: which plugins a project trusts, by their content and by what they may do.
//!
//! A plugin that is not what the lock says is refused before anything of it runs, with what has changed; `mlhost plugin
//! update` accepts it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::contract::{Shape, permission, permissions};
use super::manifest::Manifest;
use crate::model::{Diagnostic, Failure};

/// Name of the lock file, in the project folder.
pub const LOCK_FILE: &str = "mlhost.lock";

/// The version of the file that this host reads and writes.
const FORMAT: u32 = 1;

const HEADER: &str =
    "# Written by mlhost: the plugins that this project trusts. Commit it; `mlhost plugin update` accepts changes.\n\n";

/// What is pinned of a plugin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Locked {
    /// Name, as in the project file.
    pub name: String,
    /// SHA-256 of the component, hexadecimal.
    pub sha256: String,
    /// Version of the plugin contract.
    pub contract: String,
    /// What it exports.
    pub exports: Vec<String>,
    /// What it imports: what it may do.
    pub imports: Vec<String>,
    /// Methods of the requests that it sends, for a deployer that names them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub methods: Vec<String>,
}

impl Locked {
    /// What it may do, as the ends of sentences about it.
    pub fn permissions(&self) -> Vec<String> {
        permissions(&self.imports, &self.methods)
    }
}

impl Shape {
    /// What a lock pins of a component with this shape, as far as its type tells: not the methods.
    pub(super) fn locked(&self, name: &str, digest: &str) -> Locked {
        Locked {
            name: name.to_owned(),
            sha256: digest.to_owned(),
            contract: self.contract.clone(),
            exports: self.exports.clone(),
            imports: self.imports.clone(),
            methods: Vec::new(),
        }
    }
}

impl Manifest {
    /// What a lock pins of this plugin.
    pub fn locked(&self) -> Locked {
        Locked {
            name: self.name.clone(),
            sha256: self.digest.clone(),
            contract: self.contract.clone(),
            exports: self.exports.clone(),
            imports: self.imports.clone(),
            methods: self.methods(),
        }
    }
}

/// The file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LockFile {
    plugins: BTreeMap<String, Locked>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    version: u32,
    #[serde(default, rename = "plugin")]
    plugins: Vec<Locked>,
}

impl LockFile {
    /// Reads the text of a lock file.
    ///
    /// # Errors
    /// Input, `plugin/lock-file`, when it is none, is of a later version or names a plugin twice.
    pub fn parse(text: &str) -> Result<Self, Failure> {
        let bad = |message: String, help: &str| {
            Failure::input(Diagnostic::error("plugin/lock-file", message).in_file(LOCK_FILE).help(help))
        };
        let restore = "restore it from version control, or remove it and look at what `mlhost plugin update` shows";
        #[derive(Deserialize)]
        struct Versioned {
            version: u32,
        }
        let version = toml::from_str::<Versioned>(text).map(|versioned| versioned.version);
        if let Ok(version) = version
            && version > FORMAT
        {
            return Err(bad(
                format!("{LOCK_FILE} has version {version}, and this mlhost reads {FORMAT}"),
                "use a newer mlhost",
            ));
        }
        let Text { plugins, .. } = toml::from_str(text).map_err(|error: toml::de::Error| {
            bad(format!("{LOCK_FILE} is damaged: {}", error.message().lines().next().unwrap_or_default()), restore)
        })?;
        let mut file = Self::default();
        for plugin in plugins {
            let name = plugin.name.clone();
            if file.plugins.insert(name.clone(), plugin).is_some() {
                return Err(bad(format!("{LOCK_FILE} names the plugin `{name}` twice"), restore));
            }
        }
        Ok(file)
    }

    /// A lock of these plugins.
    pub fn of(plugins: impl IntoIterator<Item = Locked>) -> Self {
        Self { plugins: plugins.into_iter().map(|plugin| (plugin.name.clone(), plugin)).collect() }
    }

    /// The text of the file.
    pub fn print(&self) -> String {
        let text = Text { version: FORMAT, plugins: self.plugins.values().cloned().collect() };
        // A document of strings and one number always has a text.
        format!("{HEADER}{}", toml::to_string_pretty(&text).unwrap_or_default())
    }

    /// What is pinned of a plugin.
    pub fn get(&self, name: &str) -> Option<&Locked> {
        self.plugins.get(name)
    }

    /// All plugins, by name.
    pub fn plugins(&self) -> impl Iterator<Item = &Locked> {
        self.plugins.values()
    }
}

/// What has changed of a plugin, a sentence each; nothing when it is what was pinned.
pub fn differences(locked: &Locked, found: &Locked) -> Vec<String> {
    let mut out = Vec::new();
    let missing_in = |list: &[String], other: &[String]| -> Vec<String> {
        other.iter().filter(|item| !list.contains(item)).cloned().collect()
    };
    for import in missing_in(&locked.imports, &found.imports) {
        out.push(format!("it wants more than before: `{import}`, which {}", permission(&import)));
    }
    // None named is any.
    if !locked.methods.is_empty() {
        match missing_in(&locked.methods, &found.methods) {
            _ if found.methods.is_empty() => out.push("it wants more than before: to send any requests".to_owned()),
            more if more.is_empty() => {}
            more => out.push(format!("it wants more than before: to send {} requests", more.join(", "))),
        }
    }
    for import in missing_in(&found.imports, &locked.imports) {
        out.push(format!("it no longer wants `{import}`"));
    }
    for export in missing_in(&locked.exports, &found.exports) {
        out.push(format!("it has a further role: `{export}`"));
    }
    for export in missing_in(&found.exports, &locked.exports) {
        out.push(format!("it no longer has the role `{export}`"));
    }
    if locked.contract != found.contract {
        out.push(format!("it was built for contract {}, before for {}", found.contract, locked.contract));
    }
    if locked.sha256 != found.sha256 {
        out.push(format!("its content is another one: SHA-256 was {}, is {}", locked.sha256, found.sha256));
    }
    out
}

/// Refuses a plugin that is not what was pinned.
pub(super) fn changed(differences: &[String], name: &str) -> Diagnostic {
    let diagnostic =
        Diagnostic::error("plugin/changed", format!("the plugin `{name}` is not the one that {LOCK_FILE} pins"))
            .plugin(name)
            .help(format!(
                "if it was meant to change, accept it with `mlhost plugin update {name}`; otherwise restore the file"
            ));
    differences.iter().fold(diagnostic, |diagnostic, difference| diagnostic.note(difference.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn locked(imports: &[&str]) -> Locked {
        Locked {
            name: "ours".into(),
            sha256: "00".repeat(32),
            contract: "0.1.0".into(),
            exports: vec!["policies".into()],
            imports: imports.iter().map(|import| (*import).to_owned()).collect(),
            methods: Vec::new(),
        }
    }

    #[test]
    fn what_is_printed_is_read_again() {
        let file = LockFile::of([locked(&["log"]), Locked { name: "a \"b\"\n".into(), ..locked(&[]) }]);
        assert_eq!(LockFile::parse(&file.print()).unwrap(), file);
        assert_eq!(LockFile::parse(&LockFile::default().print()).unwrap(), LockFile::default());
    }

    #[test]
    fn a_forged_file_is_refused() {
        let good = LockFile::of([locked(&["log"])]).print();
        let entry = good.split_once("[[plugin]]").unwrap().1;
        for (text, said) in [
            ("version = 2", "has version 2"),
            ("version = 1\nplugin = 3", "is damaged"),
            ("nonsense", "is damaged"),
            (&good.replace("sha256", "sha"), "is damaged"),
            (&format!("{good}\n[[plugin]]{entry}"), "twice"),
        ] {
            let failure = LockFile::parse(text).unwrap_err();
            assert_eq!(failure.diagnostics[0].code, "plugin/lock-file");
            assert!(failure.diagnostics[0].message.contains(said), "{}", failure.diagnostics[0].message);
        }
    }

    #[test]
    fn what_it_wants_more_comes_first() {
        let found = Locked { sha256: "11".repeat(32), ..locked(&["log", "http"]) };
        let said = differences(&locked(&["log"]), &found);
        assert_eq!(said.len(), 2);
        assert!(said[0].starts_with("it wants more than before: `http`, which sends HTTP requests"), "{}", said[0]);
        assert!(differences(&found, &found).is_empty());
        let with = |methods: &[&str]| Locked {
            methods: methods.iter().map(|method| (*method).to_owned()).collect(),
            ..locked(&["http"])
        };
        for (pinned, found, said) in [
            (&["GET"][..], &["DELETE", "GET"][..], &["it wants more than before: to send DELETE requests"][..]),
            (&["GET"], &[], &["it wants more than before: to send any requests"]),
            (&["DELETE", "GET"], &["GET"], &[]),
            (&[], &["GET"], &[]),
        ] {
            assert_eq!(differences(&with(pinned), &with(found)), said);
        }
    }
}
