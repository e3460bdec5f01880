//! `import "lib/common" as common;`: scripts below the project folder, and nothing else.

use std::sync::Arc;

use rhai::{Engine, EvalAltResult, GlobalRuntimeState, Module, ModuleResolver, Position, Scope, Shared};

type SharedModule = Shared<Module>;

use super::engine::compile;
use super::errors::diagnose;
use super::limits;
use super::loader::ReadError;
use super::reference::has_marks;
use super::stage::{Stage, raise, text_number};
use crate::model::Diagnostic;

/// Finds, evaluates and remembers imported scripts. A path means the same file wherever it is written: it starts at the
/// project folder. A file is evaluated once, however often it is imported, so that its resources are declared once.
pub(super) struct Imports {
    stage: Arc<Stage>,
}

impl Imports {
    /// The resolver of an evaluation.
    pub(super) fn new(stage: Arc<Stage>) -> Self {
        Self { stage }
    }

    fn import(
        &self,
        engine: &Engine,
        global: &mut GlobalRuntimeState,
        written: &str,
    ) -> Result<SharedModule, Diagnostic> {
        let path = check(written)?;
        {
            let mut gathered = self.stage.gathered();
            if let Some(module) = gathered.modules.get(&path) {
                return Ok(module.clone());
            }
            if gathered.importing.contains(&path) {
                let chain = gathered.importing.join("`, `");
                return Err(Diagnostic::error("script/import-cycle", format!("`{path}` imports itself"))
                    .note(format!("being imported: `{chain}`"))
                    .help("move what both need into a third file"));
            }
            gathered.importing.push(path.clone());
        }
        let result = self.evaluate(engine, global, &path);
        let mut gathered = self.stage.gathered();
        gathered.importing.pop();
        let module = result?;
        gathered.modules.insert(path, module.clone());
        Ok(module)
    }

    fn evaluate(
        &self,
        engine: &Engine,
        global: &mut GlobalRuntimeState,
        path: &str,
    ) -> Result<SharedModule, Diagnostic> {
        let text = self.stage.loader.read(path, limits::SOURCE_BYTES).map_err(|error| match error {
            ReadError::Outside => outside(path),
            ReadError::NotFound => {
                Diagnostic::error("script/import-not-found", format!("there is no file `{path}` to import"))
                    .help("paths of imports start at the project folder; `.rhai` may be left out")
            }
            error => Diagnostic::error("script/unreadable", format!("cannot read `{path}`: {error}"))
                .help("an import must be a UTF-8 text file that mlhost may read"),
        })?;
        let number = self.stage.gathered().texts.len();
        let ast = compile(engine, &self.stage, path, &text).map_err(|diagnostic| *diagnostic)?;
        // With the caller's state the limits count for all texts together.
        let module = Module::eval_ast_as_new_raw(engine, &mut Scope::new(), global, &ast)
            .map_err(|error| diagnose(engine, &self.stage, *error, number))?;
        Ok(module.into())
    }
}

impl ModuleResolver for Imports {
    fn resolve(
        &self,
        _: &Engine,
        _: Option<&str>,
        path: &str,
        position: Position,
    ) -> Result<SharedModule, Box<EvalAltResult>> {
        // Only asked by other resolvers, of which there are none: imports of scripts go through `resolve_raw`.
        Err(EvalAltResult::ErrorModuleNotFound(path.to_owned(), position).into())
    }

    fn resolve_raw(
        &self,
        engine: &Engine,
        global: &mut GlobalRuntimeState,
        _: &mut Scope<'_>,
        path: &str,
        position: Position,
    ) -> Result<SharedModule, Box<EvalAltResult>> {
        let importer = text_number(global.source());
        self.import(engine, global, path).map_err(|diagnostic| {
            let place = diagnostic.span.unwrap_or_else(|| self.stage.gathered().span(importer, position));
            raise(diagnostic.at(place))
        })
    }
}

fn outside(path: &str) -> Diagnostic {
    Diagnostic::error("script/import-outside", format!("the import `{path}` leads out of the project folder"))
        .help("copy the file into the project and import it as `folder/name`")
}

/// The file that an import means.
fn check(written: &str) -> Result<String, Diagnostic> {
    if has_marks(written) {
        return Err(Diagnostic::error("script/import-not-found", "the path of an import holds a reference"));
    }
    let path = written.strip_prefix("./").unwrap_or(written);
    let drive = path.as_bytes().get(1) == Some(&b':');
    if path.starts_with('/') || path.contains('\\') || drive || path.split('/').any(|segment| segment == "..") {
        return Err(outside(written));
    }
    if path.is_empty()
        || path.chars().any(char::is_control)
        || path.split('/').any(|segment| matches!(segment, "" | "."))
    {
        return Err(Diagnostic::error(
            "script/import-not-found",
            format!("{written:?} is no path of a file to import"),
        )
        .help("write it as `folder/name`"));
    }
    Ok(if path.ends_with(".rhai") { path.to_owned() } else { format!("{path}.rhai") })
}
