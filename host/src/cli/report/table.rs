//! Tables whose columns line up.

use super::style::{Role, Style};
use super::text;

/// Columns of space between two columns.
const GAP: usize = 2;

/// Rows under headings. Where the terminal is too narrow for all columns, each row becomes a paragraph: its first cell,
/// then the other cells that are not empty, one to a line.
pub fn table(headings: &[&str], rows: &[Vec<String>], style: &Style) -> String {
    let widths: Vec<usize> = headings
        .iter()
        .enumerate()
        .map(|(column, heading)| {
            let cells = rows.iter().filter_map(|row| row.get(column)).map(|cell| text::width(cell));
            cells.chain([text::width(heading)]).max().unwrap_or_default()
        })
        .collect();
    let total: usize = widths.iter().sum::<usize>() + GAP * widths.len().saturating_sub(1);
    if total > style.width {
        return paragraphs(headings, rows, style);
    }
    let mut out = String::new();
    let line = |cells: &mut dyn Iterator<Item = (&str, usize)>| {
        let mut line = String::new();
        for (cell, width) in cells {
            line.push_str(cell);
            let missing = width.saturating_sub(text::width(cell)) + GAP;
            line.extend(std::iter::repeat_n(' ', missing));
        }
        line.trim_end().to_owned()
    };
    let heading = line(&mut headings.iter().copied().zip(widths.iter().copied()));
    out.push_str(&style.paint(Role::Strong, &heading));
    out.push('\n');
    for row in rows {
        out.push_str(&line(&mut row.iter().map(String::as_str).zip(widths.iter().copied())));
        out.push('\n');
    }
    out
}

fn paragraphs(headings: &[&str], rows: &[Vec<String>], style: &Style) -> String {
    let mut out = String::new();
    for row in rows {
        let mut cells = row.iter();
        for line in text::wrap(cells.next().map(String::as_str).unwrap_or_default(), style.width) {
            out.push_str(&style.paint(Role::Strong, &line));
            out.push('\n');
        }
        for (cell, heading) in cells.zip(headings.iter().skip(1)).filter(|(cell, _)| !cell.is_empty()) {
            let heading = heading.to_lowercase();
            let line = if heading.is_empty() { cell.clone() } else { format!("{heading}: {cell}") };
            text::paragraph(&mut out, &line, 2, 2, style);
        }
    }
    out
}
