//! What plugins may use.

use mlhost::plugin::{Limit, Limits};

use super::style::Style;
use super::table;

/// A line for each limit; what the project has changed is marked.
pub fn limits(limits: &Limits, style: &Style) -> String {
    let rows: Vec<Vec<String>> = Limit::ALL
        .into_iter()
        .map(|limit| {
            let described = limit.description();
            let value = limits.get(limit);
            let default = if value == described.default { String::new() } else { limit.show(described.default) };
            vec![described.name.to_owned(), limit.show(value), default, described.summary.to_owned()]
        })
        .collect();
    table::table(&["LIMIT", "VALUE", "DEFAULT", "WHAT IT LIMITS"], &rows, style)
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;

    #[test]
    fn what_is_changed_shows_its_default() {
        let mut changed = Limits::default();
        changed.set(Limit::Memory, 512 << 20);
        assert_snapshot!(limits(&changed, &Style::plain(100)));
    }
}
