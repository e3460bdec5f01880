//! Where the properties of declarations stand in a script text, found in its syntax tree.

use std::collections::{BTreeMap, HashMap};

use rhai::{AST, ASTNode, Expr, FnCallExpr, Position, Stmt};

use super::text::Lines;
use crate::model::Span;
use crate::model::reference::escape_segment;

/// A call that may declare something.
#[derive(Debug, Clone)]
pub(super) struct CallSite {
    /// The word.
    pub(super) span: Span,
    /// Values in its literal map, by JSON Pointer.
    pub(super) properties: BTreeMap<String, Span>,
}

/// The calls of a text by their position.
pub(super) type CallSites = HashMap<Position, CallSite>;

/// Finds the calls of words for which `declares` holds.
pub(super) fn call_sites(ast: &AST, lines: &Lines, declares: &dyn Fn(&str) -> bool) -> CallSites {
    let mut sites = CallSites::new();
    ast.walk(&mut |path: &[ASTNode<'_>]| {
        let call: Option<(&FnCallExpr, Position)> = match path.last() {
            Some(ASTNode::Expr(Expr::FnCall(call, position) | Expr::MethodCall(call, position))) => {
                Some((call, *position))
            }
            Some(ASTNode::Stmt(Stmt::FnCall(call, position))) => Some((call, *position)),
            _ => None,
        };
        if let Some((call, position)) = call
            && declares(&call.name)
        {
            let mut properties = BTreeMap::new();
            if let Some(map @ Expr::Map(..)) = call.args.last() {
                collect(map, &mut String::new(), lines, &mut properties);
            }
            sites.insert(position, CallSite { span: lines.span(position), properties });
        }
        true
    });
    sites
}

/// Where an expression begins; Rhai places an operator's where the operator stands.
fn start(value: &Expr) -> Position {
    match value {
        Expr::FnCall(call, position) if call.is_operator_call() => call
            .args
            .first()
            .map(start)
            .filter(|first| !first.is_none())
            .map_or(*position, |first| first.min(*position)),
        other => other.start_position(),
    }
}

/// A map or an array is where its key is, anything else where its value begins.
fn collect(value: &Expr, pointer: &mut String, lines: &Lines, spans: &mut BTreeMap<String, Span>) {
    let length = pointer.len();
    match value {
        Expr::Map(entries, _) => {
            for (key, value) in &entries.0 {
                pointer.push('/');
                pointer.push_str(&escape_segment(key.as_str()));
                let position = if matches!(value, Expr::Map(..) | Expr::Array(..)) { key.pos } else { start(value) };
                spans.insert(pointer.clone(), lines.span(position.or_else(key.pos)));
                collect(value, pointer, lines, spans);
                pointer.truncate(length);
            }
        }
        Expr::Array(items, _) => {
            for (index, item) in items.iter().enumerate() {
                pointer.push_str(&format!("/{index}"));
                spans.insert(pointer.clone(), lines.span(start(item)));
                collect(item, pointer, lines, spans);
                pointer.truncate(length);
            }
        }
        _ => {}
    }
}
