//! The twin in terraform: as many resources of the builtin `terraform_data`, which needs no provider from a registry.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result};

use super::measure::Contender;
use crate::run::Program;

/// How the resources are written.
#[derive(Clone, Copy)]
pub enum Shape {
    /// One block with `count`: what terraform is fastest at.
    Count,
    /// A block for each.
    Blocks,
}

/// What is run.
#[derive(Clone, Copy)]
pub enum Verb {
    /// `terraform plan` of new resources.
    Plan,
    /// `terraform apply` of new resources.
    Apply,
}

/// Whether there is a terraform.
pub fn is_here() -> bool {
    Program::new("terraform", &["version"]).quiet().output().is_some()
}

/// Writes a project of `resources` and makes it ready.
pub fn contender(folder: &Path, resources: usize, shape: Shape, verb: Verb) -> Result<Contender> {
    let (name, text) = match shape {
        Shape::Count => ("count", with_count(resources)),
        Shape::Blocks => ("blocks", with_blocks(resources)),
    };
    let folder = folder.join(format!("terraform-{name}-{resources}"));
    std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    std::fs::write(folder.join("main.tf"), text)?;
    terraform(&folder, &["init", "-input=false"]).stdout(Stdio::null()).stderr(Stdio::null()).status()?;
    let state: PathBuf = folder.join("terraform.tfstate");
    Ok(Contender {
        name: format!("terraform, {name}"),
        most: if matches!(verb, Verb::Apply) { 1 } else { usize::MAX },
        before: Box::new(move || {
            // It is not there before the first apply.
            let _ = std::fs::remove_file(&state);
            Ok(())
        }),
        command: Box::new(move || match verb {
            Verb::Plan => terraform(&folder, &["plan", "-input=false", "-no-color"]),
            Verb::Apply => terraform(&folder, &["apply", "-input=false", "-no-color", "-auto-approve"]),
        }),
    })
}

fn terraform(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new("terraform");
    // It would ask its maker for news.
    command.args(arguments).current_dir(folder).env("CHECKPOINT_DISABLE", "1").env_remove("TF_LOG");
    command
}

fn with_count(resources: usize) -> String {
    format!(
        "resource \"terraform_data\" \"r\" {{\n  count = {resources}\n  input = {{\n    name     = \"r${{count.index}}\"\n    \
         location = \"westeurope\"\n    sku      = \"Standard_LRS\"\n    tags     = {{ team = \"ml\" }}\n  }}\n}}\n"
    )
}

/// In groups of eight, as the script has them: four parts, one that refers to them, two that refer to that one.
fn with_blocks(resources: usize) -> String {
    let mut out = String::new();
    for index in 0..resources {
        let (group, member) = (index / 8 * 8, index % 8);
        let refers = match member {
            4 => vec![group + 3],
            5 => vec![group, group + 1, group + 2, group + 4],
            6 | 7 => vec![group + 5],
            _ => Vec::new(),
        };
        let parts: Vec<String> = refers.iter().map(|other| format!("terraform_data.r{other}.id")).collect();
        let _ = write!(
            out,
            "resource \"terraform_data\" \"r{index}\" {{\n  input = {{\n    name     = \"r{index}\"\n    \
             location = \"westeurope\"\n    sku      = \"Standard_LRS\"\n    parts    = [{}]\n  }}\n}}\n",
            parts.join(", ")
        );
    }
    out
}
