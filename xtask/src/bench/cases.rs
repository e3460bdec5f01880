//! What is measured.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail};

use super::measure::Contender;
use super::project;
use super::terraform::{self, Shape, Verb};

/// Where and with what cases are run.
pub struct Workshop {
    /// The repository.
    pub root: PathBuf,
    /// Room for projects and results.
    pub folder: PathBuf,
    /// The command.
    pub mlhost: PathBuf,
    /// Another version of it.
    pub other: Option<PathBuf>,
    /// The native twin.
    pub twin: Option<PathBuf>,
    /// The plugins of the twin's kinds, for their descriptions.
    pub bundle: PathBuf,
    /// The command `terraform`, where it is installed.
    pub terraform: Option<PathBuf>,
}

/// A case.
pub struct Case {
    /// Its name.
    pub name: &'static str,
    /// What is run, in a few words.
    pub what: &'static str,
    /// Rounds when nobody says otherwise.
    pub runs: usize,
    /// Makes its projects, and says what to run.
    pub contenders: fn(&Workshop) -> Result<Vec<Contender>>,
}

/// Names of contenders that targets speak of.
pub const MLHOST: &str = "mlhost";
/// The version that is compared with.
pub const OTHER: &str = "mlhost, the other version";
/// The same work with the plugins linked natively.
pub const TWIN: &str = "native twin";
/// `mlhost destroy` of what was applied before.
pub const DESTROY: &str = "mlhost, destroy";

/// All cases.
pub fn all() -> Vec<Case> {
    let case = |name, what, runs, contenders| Case { name, what, runs, contenders };
    vec![
        case("mlops", "plan of examples/mlops, nothing deployed", 21, mlops),
        case("plan-1000", "plan of 1,000 new resources", 11, |shop| plan(shop, 1_000)),
        case("plan-10000", "plan of 10,000 new resources", 5, |shop| plan(shop, 10_000)),
        case("plan-100000", "plan of 100,000 new resources", 3, |shop| plan_alone(shop, 100_000)),
        case("stages-1000", "the stages of a plan of 1,000 new resources", 11, |shop| stages(shop, 1_000)),
        case("stages-10000", "the stages of a plan of 10,000 new resources", 5, |shop| stages(shop, 10_000)),
        case("refresh-10000", "plan of 10,000 unchanged resources, each read from the local cloud", 5, refresh),
        case("apply-1000", "apply of 1,000 new resources to the local cloud, and their destroy", 3, apply),
    ]
}

/// One version of mlhost with arguments in a folder.
fn mlhost(name: &str, binary: &Path, folder: &Path, arguments: &'static [&'static str]) -> Contender {
    let (binary, folder) = (binary.to_owned(), folder.to_owned());
    Contender {
        name: name.to_owned(),
        most: usize::MAX,
        before: Box::new(|| Ok(())),
        command: Box::new(move || {
            let mut command = Command::new(&binary);
            command.args(arguments).current_dir(&folder).env_remove("MLHOST_LOG").env_remove("MLHOST_LOG_FILE");
            command
        }),
    }
}

/// This version, and the other where there is one.
fn versions(shop: &Workshop, folder: &Path, arguments: &'static [&'static str]) -> Vec<Contender> {
    let mut list = vec![mlhost(MLHOST, &shop.mlhost, folder, arguments)];
    list.extend(shop.other.iter().map(|other| mlhost(OTHER, other, folder, arguments)));
    list
}

fn twin(shop: &Workshop, folder: &Path) -> Option<Contender> {
    let twin = shop.twin.clone()?;
    let (bundle, folder) = (shop.bundle.clone(), folder.to_owned());
    Some(Contender {
        name: TWIN.to_owned(),
        most: usize::MAX,
        before: Box::new(|| Ok(())),
        command: Box::new(move || {
            let mut command = Command::new(&twin);
            command.arg(&bundle).arg("platform.rhai").current_dir(&folder);
            command
        }),
    })
}

const PLAN: &[&str] = &["plan", "platform.rhai"];
const APPLY: &[&str] = &["apply", "platform.rhai", "--yes"];

fn mlops(shop: &Workshop) -> Result<Vec<Contender>> {
    let folder = shop.folder.join("mlops");
    std::fs::create_dir_all(&folder)?;
    for file in ["mlhost.toml", "platform.rhai"] {
        std::fs::copy(shop.root.join("examples/mlops").join(file), folder.join(file))?;
    }
    project::forget(&folder)?;
    let mut list = versions(shop, &folder, PLAN);
    list.extend(twin(shop, &folder));
    if shop.terraform.is_some() {
        list.push(terraform::contender(&shop.folder, 8, Shape::Blocks, Verb::Plan)?);
    }
    Ok(list)
}

fn plan_alone(shop: &Workshop, resources: usize) -> Result<Vec<Contender>> {
    let folder = project::write(&shop.folder, resources)?;
    Ok(versions(shop, &folder, PLAN))
}

fn plan(shop: &Workshop, resources: usize) -> Result<Vec<Contender>> {
    let mut list = plan_alone(shop, resources)?;
    if shop.terraform.is_some() {
        let shapes: &[Shape] = if resources > 1_000 { &[Shape::Count] } else { &[Shape::Count, Shape::Blocks] };
        for shape in shapes {
            list.push(terraform::contender(&shop.folder, resources, *shape, Verb::Plan)?);
        }
    }
    Ok(list)
}

fn stages(shop: &Workshop, resources: usize) -> Result<Vec<Contender>> {
    let folder = project::write(&shop.folder, resources)?;
    let mut list = versions(shop, &folder, &["plan", "platform.rhai", "--log", "debug"]);
    list.extend(twin(shop, &folder));
    Ok(list)
}

fn refresh(shop: &Workshop) -> Result<Vec<Contender>> {
    let folder = project::write(&shop.folder.join("deployed"), 10_000)?;
    let status =
        (mlhost(MLHOST, &shop.mlhost, &folder, APPLY).command)().stdout(std::process::Stdio::null()).status()?;
    if !status.success() {
        bail!("the 10,000 resources could not be applied ({status})");
    }
    Ok(versions(shop, &folder, PLAN))
}

fn apply(shop: &Workshop) -> Result<Vec<Contender>> {
    let folder = project::write(&shop.folder.join("deployed"), 1_000)?;
    let mut list = Vec::new();
    for (apply, destroy, binary) in [(MLHOST, DESTROY, Some(&shop.mlhost)), (OTHER, "its destroy", shop.other.as_ref())]
    {
        let Some(binary) = binary else { continue };
        let place = folder.clone();
        let before = Box::new(move || project::forget(&place));
        list.push(Contender { before, ..mlhost(apply, binary, &folder, APPLY) });
        list.push(mlhost(destroy, binary, &folder, &["destroy", "--yes"]));
    }
    if shop.terraform.is_some() {
        list.push(terraform::contender(&shop.folder, 1_000, Shape::Count, Verb::Apply)?);
    }
    Ok(list)
}
