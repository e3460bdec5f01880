//! Plugins: what there is, and what one of them offers, needs and may do.

use std::fmt::Write as _;

use mlhost::model::KindDocument;
use mlhost::model::kind::{ChangeClass, Rule};
use mlhost::plugin::contract::permissions;
use serde_json::Value;

use super::style::{Role, Style};
use super::{schema, table, text};

/// A kind that a plugin offers.
#[derive(Debug, Clone, Copy)]
pub struct KindPage<'a> {
    /// The word in scripts.
    pub name: &'a str,
    /// One line.
    pub summary: &'a str,
    /// Everything else.
    pub document: &'a KindDocument,
}

/// A policy that a plugin offers.
#[derive(Debug, Clone, Copy)]
pub struct PolicyPage<'a> {
    /// Its name.
    pub name: &'a str,
    /// One line.
    pub summary: &'a str,
    /// Schema of its parameters; null for none.
    pub parameters: &'a Value,
}

/// A plugin.
#[derive(Debug, Clone)]
pub struct PluginPage<'a> {
    /// Its name.
    pub name: &'a str,
    /// Where it comes from: `built in` or its path.
    pub origin: &'a str,
    /// SHA-256 of the component, hexadecimal.
    pub digest: &'a str,
    /// Interfaces it exports.
    pub exports: &'a [String],
    /// Interfaces it imports.
    pub imports: &'a [String],
    /// Methods of the requests that it sends; any when empty.
    pub methods: Vec<String>,
    /// Its kinds.
    pub kinds: Vec<KindPage<'a>>,
    /// Its policies.
    pub policies: Vec<PolicyPage<'a>>,
}

/// One line for each plugin.
pub fn list(plugins: &[PluginPage<'_>], style: &Style) -> String {
    if plugins.is_empty() {
        return "No plugins.\n".to_owned();
    }
    let rows: Vec<Vec<String>> = plugins
        .iter()
        .map(|plugin| {
            let digest: String = plugin.digest.chars().take(12).collect();
            // On a terminal that is too narrow for a table, what does not fit is wrapped.
            let room = if style.width < 80 { usize::MAX } else { style.width / 2 };
            let offers = text::cut(&offers(plugin), room, style).into_owned();
            vec![clean(plugin.name), offers, clean(plugin.origin), clean(&digest)]
        })
        .collect();
    table::table(&["NAME", "OFFERS", "ORIGIN", "DIGEST"], &rows, style)
}

fn clean(text: &str) -> String {
    text::clean(text).into_owned()
}

fn offers(plugin: &PluginPage<'_>) -> String {
    let mut parts: Vec<String> = plugin.kinds.iter().map(|kind| clean(kind.name)).collect();
    parts.extend(plugin.policies.iter().map(|policy| format!("policy {}", clean(policy.name))));
    let others = plugin.exports.iter().filter(|export| !matches!(export.as_str(), "resource-kinds" | "policies"));
    parts.extend(others.map(|export| clean(export)));
    parts.join(", ")
}

/// Everything about one plugin.
pub fn inspect(plugin: &PluginPage<'_>, style: &Style) -> String {
    let mut out = String::new();
    let heading = format!("Plugin {}", clean(plugin.name));
    let _ = writeln!(out, "{}", style.paint(Role::Strong, &heading));
    text::paragraph(&mut out, &format!("origin: {}", clean(plugin.origin)), 2, 2, style);
    text::paragraph(&mut out, &format!("sha256: {}", clean(plugin.digest)), 2, 2, style);
    text::paragraph(&mut out, &format!("exports: {}", clean(&plugin.exports.join(", "))), 2, 2, style);
    out.push_str("\nWhat it may do:\n");
    if plugin.imports.is_empty() {
        out.push_str("  nothing but compute\n");
    }
    for permission in permissions(plugin.imports, &plugin.methods) {
        text::paragraph(&mut out, &format!("it {}", clean(&permission)), 2, 2, style);
    }
    for one in &plugin.kinds {
        kind(&mut out, one, style);
    }
    for one in &plugin.policies {
        let _ = writeln!(out, "\n{}", style.paint(Role::Strong, &format!("Policy {}", clean(one.name))));
        text::paragraph(&mut out, &clean(one.summary), 2, 0, style);
        properties(&mut out, "Parameters", one.parameters, style);
    }
    out
}

fn kind(out: &mut String, kind: &KindPage<'_>, style: &Style) {
    let document = kind.document;
    let parent = document.parent.as_ref().map(|parent| format!("{}, ", clean(&parent.kind))).unwrap_or_default();
    let call = format!("{}({parent}name, #{{ … }})", clean(kind.name));
    let call = if style.unicode { call } else { call.replace('…', "...") };
    out.push('\n');
    for line in text::wrap(&call, style.width) {
        let _ = writeln!(out, "{}", style.paint(Role::Strong, &line));
    }
    text::paragraph(out, &clean(kind.summary), 2, 0, style);
    if !document.resource_type.is_empty() {
        text::paragraph(out, &format!("type: {}", clean(&document.resource_type)), 2, 2, style);
    }
    if let Some(place) = &document.placed_in {
        text::paragraph(out, &format!("placed in: {} ({})", clean(&place.kind), clean(&place.property)), 2, 2, style);
    }
    if !document.modelled {
        text::paragraph(out, "not modelled: what it is given is passed on unseen", 2, 2, style);
    }
    properties(out, "Properties", &document.properties, style);
    if !document.outputs.is_empty() {
        out.push_str("  Outputs, beside id and name:\n");
        for (name, output) in &document.outputs {
            text::paragraph(out, &format!("{}: {}", clean(name), clean(&output.summary)), 4, 4, style);
        }
    }
    let costly: Vec<&Rule> = document.rules.iter().filter(|rule| rule.change > ChangeClass::InPlace).collect();
    if !costly.is_empty() {
        out.push_str("  Changes that cost something:\n");
    }
    for rule in costly {
        let meaning = match rule.change {
            ChangeClass::InPlace | ChangeClass::Disruptive => "interrupts what runs",
            ChangeClass::Replace => "forces replacement",
            ChangeClass::DataLoss => "forces replacement and loses data",
        };
        let consequence = rule.consequence.as_deref().map(|said| format!(": {}", clean(said))).unwrap_or_default();
        text::paragraph(out, &format!("{} {meaning}{consequence}", clean(&rule.path)), 4, 4, style);
    }
}

fn properties(out: &mut String, heading: &str, document: &Value, style: &Style) {
    let rows = schema::properties(document);
    if rows.is_empty() {
        return;
    }
    let _ = writeln!(out, "  {heading}:");
    for row in rows {
        let required = if row.required { ", required" } else { "" };
        let default = row.default.map(|default| format!(", default {default}")).unwrap_or_default();
        let first = format!("{}: {}{required}{default}", row.path, row.takes);
        text::paragraph(out, &first, 4, 4, style);
        if !row.summary.is_empty() {
            text::paragraph(out, &row.summary, 8, 0, style);
        }
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;
    use serde_json::json;

    use super::*;

    fn document() -> KindDocument {
        serde_json::from_value(json!({
            "type": "Microsoft.MachineLearningServices/workspaces/computes",
            "parent": {"kind": "ml_workspace", "property": "workspace"},
            "properties": {
                "type": "object",
                "required": ["vm_size"],
                "properties": {
                    "vm_size": {"type": "string", "description": "Size of each node,\nfor example STANDARD_D3_V2."},
                    "max_nodes": {"type": "integer", "minimum": 0, "maximum": 100, "default": 1},
                    "priority": {"enum": ["Dedicated", "LowPriority"], "default": "Dedicated"},
                    "ssh": {"type": "object", "properties": {"user": {"type": "string"}}}
                }
            },
            "outputs": {"identity.principal_id": {"pointer": "/identity/principalId", "summary": "Principal id."}},
            "rules": [
                {"path": "/properties/properties/vmSize", "change": "replace", "consequence": "Running jobs stop."},
                {"path": "/tags/**"}
            ]
        }))
        .unwrap()
    }

    fn with_page(check: impl Fn(PluginPage<'_>)) {
        let (document, parameters) = (document(), json!({"properties": {"limit": {"type": "integer"}}}));
        let kind = KindPage { name: "ml_compute_cluster", summary: "Nodes for jobs\u{1b}.", document: &document };
        let policy = PolicyPage { name: "compute-limits", summary: "Bounds nodes.", parameters: &parameters };
        check(PluginPage {
            name: "machine-learning",
            origin: "built in",
            digest: &"0123456789abcdef".repeat(4),
            exports: &["resource-kinds".to_owned(), "policies".to_owned(), "deployer".to_owned()],
            imports: &["log".to_owned(), "http".to_owned()],
            methods: vec!["GET".to_owned(), "PUT".to_owned()],
            kinds: vec![kind],
            policies: vec![policy],
        });
    }

    #[test]
    fn a_page_of_a_plugin() {
        with_page(|page| {
            assert_snapshot!(inspect(&page, &Style::plain(100)), @r#"
            Plugin machine-learning
              origin: built in
              sha256: 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
              exports: resource-kinds, policies, deployer

            What it may do:
              it writes lines to the log of mlhost
              it sends GET, PUT requests to the target's own origin, without ever seeing credentials or
                secrets

            ml_compute_cluster(ml_workspace, name, #{ … })
              Nodes for jobs\u{1b}.
              type: Microsoft.MachineLearningServices/workspaces/computes
              Properties:
                vm_size: string, required
                    Size of each node, for example STANDARD_D3_V2.
                max_nodes: integer 0..100, default 1
                priority: "Dedicated" | "LowPriority", default "Dedicated"
                ssh: object
                ssh.user: string
              Outputs, beside id and name:
                identity.principal_id: Principal id.
              Changes that cost something:
                /properties/properties/vmSize forces replacement: Running jobs stop.

            Policy compute-limits
              Bounds nodes.
              Parameters:
                limit: integer
            "#);
        });
    }

    #[test]
    fn a_narrow_page_fits() {
        with_page(|page| {
            let shown = inspect(&page, &Style::plain(40));
            assert!(shown.lines().all(|line| text::width(line) <= 40), "{shown}");
        });
    }

    #[test]
    fn a_list_of_plugins() {
        with_page(|page| {
            assert_snapshot!(list(std::slice::from_ref(&page), &Style::plain(100)), @"
            NAME              OFFERS                                              ORIGIN    DIGEST
            machine-learning  ml_compute_cluster, policy compute-limits, deploy…  built in  0123456789ab
            ");
            assert_snapshot!(list(&[page], &Style::plain(40)), @"
            machine-learning
              offers: ml_compute_cluster, policy
                compute-limits, deployer
              origin: built in
              digest: 0123456789ab
            ");
        });
        assert_eq!(list(&[], &Style::plain(40)), "No plugins.\n");
    }

    #[test]
    fn permissions_are_sentences() {
        assert_eq!(
            permissions(&["wasi:clocks/wall-clock@0.2.0".to_owned()], &[]),
            ["is `wasi:clocks/wall-clock@0.2.0`, which mlhost does not know"]
        );
        with_page(|mut page| {
            page.imports = &[];
            assert!(inspect(&page, &Style::plain(80)).contains("nothing but compute"));
        });
    }
}
