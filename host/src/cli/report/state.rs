//! What is deployed, as the state knows it.

use mlhost::model::state::State;

use super::style::{Role, Style};
use super::{outputs, table, text};

/// The resources of an environment, in the order of their addresses, and its outputs.
pub fn show(state: &State, style: &Style) -> String {
    let (environment, project) = (text::clean(&state.environment), text::clean(&state.project));
    let resources = text::count(state.resources.len(), "resource");
    let target = text::clean(&state.target);
    let sentence =
        format!("Environment {environment} of {project}, target {target}: {resources}, serial {}", state.serial);
    let mut out = String::new();
    text::paragraph(&mut out, &sentence, 0, 2, style);
    if !state.resources.is_empty() {
        out.push('\n');
        let rows: Vec<Vec<String>> = state
            .resources
            .iter()
            .map(|(address, resource)| {
                let mut marks = Vec::new();
                if resource.protected {
                    marks.push("protected");
                }
                if resource.uncertain {
                    marks.push("uncertain");
                }
                let id = text::clean(short_id(&resource.id)).into_owned();
                let resource_type = text::clean(&resource.resource_type).into_owned();
                vec![text::clean(address).into_owned(), resource_type, id, marks.join(", ")]
            })
            .collect();
        out.push_str(&table::table(&["ADDRESS", "TYPE", "ID", "MARKS"], &rows, style));
        if state.resources.values().any(|resource| resource.uncertain) {
            out.push('\n');
            let sentence = "uncertain: its last change was begun and not seen to end; the next apply looks first";
            text::paragraph(&mut out, sentence, 0, 2, style);
        }
    }
    if !state.outputs.is_empty() {
        out.push_str(&format!("\n{}\n", style.paint(Role::Strong, "Outputs:")));
        out.push_str(&outputs::outputs(&state.outputs, style));
    }
    out
}

/// The last two segments of an id: a name and the collection it is in.
fn short_id(id: &str) -> &str {
    match id.rmatch_indices('/').nth(1) {
        Some((at, _)) if at > 0 => id.get(at + 1..).unwrap_or(id),
        _ => id,
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::super::tests::state;
    use super::*;

    #[test]
    fn a_state_is_a_table() {
        assert_snapshot!(show(&state(), &Style::plain(100)), @"
        Environment dev of mlops, target local: 2 resources, serial 12

        ADDRESS                     TYPE                               ID                          MARKS
        key_vault.mlops-kv-dev      Microsoft.KeyVault/vaults          vaults/mlops-kv-dev         protected
        storage_account.mlopssadev  Microsoft.Storage/storageAccounts  storageAccounts/mlopssadev  uncertain

        uncertain: its last change was begun and not seen to end; the next apply looks first

        Outputs:
        nodes    = 3
        password = (secret)
        ");
        assert_snapshot!(show(&state(), &Style::plain(40)), @"
        Environment dev of mlops, target
          local: 2 resources, serial 12

        key_vault.mlops-kv-dev
          type: Microsoft.KeyVault/vaults
          id: vaults/mlops-kv-dev
          marks: protected
        storage_account.mlopssadev
          type:
            Microsoft.Storage/storageAccounts
          id: storageAccounts/mlopssadev
          marks: uncertain

        uncertain: its last change was begun
          and not seen to end; the next apply
          looks first

        Outputs:
        nodes    = 3
        password = (secret)
        ");
    }

    #[test]
    fn an_empty_state_is_a_sentence() {
        let mut state = state();
        state.resources.clear();
        state.outputs.clear();
        assert_snapshot!(show(&state, &Style::plain(100)), @"Environment dev of mlops, target local: 0 resources, serial 12");
    }
}
