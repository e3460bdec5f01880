//! How output looks: whether it has colour, how wide it is, which characters it may use.

use anstyle::{AnsiColor, Effects, Style as Ansi};

/// What the user said about colour (`--color`).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ColorChoice {
    /// As the terminal and its variables suggest.
    #[default]
    Auto,
    /// Whatever the terminal is.
    Always,
    /// Not at all.
    Never,
}

impl std::str::FromStr for ColorChoice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "auto" => Ok(Self::Auto),
            "always" => Ok(Self::Always),
            "never" => Ok(Self::Never),
            _ => Err("expected auto, always or never".to_owned()),
        }
    }
}

/// What is known of the place that output goes to.
#[derive(Clone, Copy)]
pub struct Terminal<'a> {
    /// The stream is a terminal.
    pub is_terminal: bool,
    /// Its width, where it has one.
    pub columns: Option<usize>,
    /// Looks up an environment variable.
    pub variable: &'a dyn Fn(&str) -> Option<String>,
}

/// How output looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Colours and other effects are used.
    pub color: bool,
    /// Columns, at least [`Style::NARROWEST`].
    pub width: usize,
    /// Characters beyond ASCII are used for decoration.
    pub unicode: bool,
    /// Lines can be redrawn and questions asked: a terminal with a person before it, not a build agent.
    pub tty: bool,
}

/// What a piece of text stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Something that comes.
    Create,
    /// Something that goes.
    Delete,
    /// Something that changes.
    Update,
    /// Something that is looked up.
    Read,
    /// An error.
    Error,
    /// A warning.
    Warning,
    /// Of lesser interest.
    Dim,
    /// A heading or a name.
    Strong,
}

impl Style {
    /// Narrower terminals are treated as if they were this wide.
    pub const NARROWEST: usize = 20;
    /// Text wider than this is hard to read, whatever the terminal offers.
    const WIDEST: usize = 160;
    /// Width where there is no terminal.
    const DEFAULT_WIDTH: usize = 100;

    /// No colour, no redrawing: also for values in the text of a message.
    pub fn plain(width: usize) -> Self {
        Self { color: false, width: width.max(Self::NARROWEST), unicode: true, tty: false }
    }

    /// Decides by the user's choice, then by the conventions of no-color.org (`NO_COLOR`) and bixense.com/clicolors
    /// (`CLICOLOR_FORCE`, `CLICOLOR`), then by the terminal.
    pub fn detect(choice: ColorChoice, terminal: &Terminal<'_>) -> Self {
        let variable = |name: &str| (terminal.variable)(name).filter(|value| !value.is_empty());
        let is_on = |name: &str| variable(name).is_some_and(|value| value != "0" && value != "false");
        let dumb = variable("TERM").is_some_and(|term| term == "dumb");
        let color = match choice {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto if variable("NO_COLOR").is_some() => false,
            ColorChoice::Auto if is_on("CLICOLOR_FORCE") => true,
            ColorChoice::Auto if variable("CLICOLOR").is_some_and(|value| value == "0") => false,
            ColorChoice::Auto => terminal.is_terminal && !dumb,
        };
        let columns = terminal.columns.filter(|_| terminal.is_terminal);
        let width = columns
            .or_else(|| variable("COLUMNS").and_then(|columns| columns.parse().ok()))
            .filter(|&columns| columns > 0)
            .unwrap_or(Self::DEFAULT_WIDTH)
            .clamp(Self::NARROWEST, Self::WIDEST);
        // The first of these that is set decides (POSIX); one that is not set says nothing about what reads the output.
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(variable);
        let utf8 = locale.is_none_or(|locale| {
            let locale = locale.to_ascii_lowercase();
            locale.contains("utf-8") || locale.contains("utf8")
        });
        Self { color, width, unicode: utf8 && !dumb, tty: terminal.is_terminal && !dumb && !is_on("CI") }
    }

    /// The text in the colours of its role.
    pub fn paint(&self, role: Role, text: &str) -> String {
        if !self.color || text.is_empty() {
            return text.to_owned();
        }
        let ansi = ansi(role);
        format!("{ansi}{text}{ansi:#}")
    }

    /// What stands where something was left out.
    pub fn ellipsis(&self) -> &'static str {
        if self.unicode { "…" } else { "..." }
    }

    /// What stands between an old and a new value.
    pub fn arrow(&self) -> &'static str {
        if self.unicode { "→" } else { "->" }
    }
}

fn ansi(role: Role) -> Ansi {
    let color = |color: AnsiColor| Ansi::new().fg_color(Some(color.into()));
    match role {
        Role::Create => color(AnsiColor::Green),
        Role::Delete => color(AnsiColor::Red),
        Role::Update => color(AnsiColor::Yellow),
        Role::Read => color(AnsiColor::Cyan),
        Role::Error => color(AnsiColor::Red).effects(Effects::BOLD),
        Role::Warning => color(AnsiColor::Yellow).effects(Effects::BOLD),
        Role::Dim => Ansi::new().effects(Effects::DIMMED),
        Role::Strong => Ansi::new().effects(Effects::BOLD),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn detect(choice: ColorChoice, is_terminal: bool, columns: Option<usize>, variables: &[(&str, &str)]) -> Style {
        let variable =
            |name: &str| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
        Style::detect(choice, &Terminal { is_terminal, columns, variable: &variable })
    }

    #[test]
    fn a_choice_goes_before_variables_and_these_before_the_terminal() {
        use ColorChoice::{Always, Auto, Never};
        type Case = (ColorChoice, bool, &'static [(&'static str, &'static str)], bool);
        let cases: &[Case] = &[
            (Auto, true, &[], true),
            (Auto, false, &[], false),
            (Always, false, &[("NO_COLOR", "1")], true),
            (Never, true, &[("CLICOLOR_FORCE", "1")], false),
            (Auto, true, &[("NO_COLOR", "1")], false),
            (Auto, true, &[("NO_COLOR", "")], true),
            (Auto, false, &[("CLICOLOR_FORCE", "1")], true),
            (Auto, false, &[("CLICOLOR_FORCE", "0")], false),
            (Auto, false, &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")], false),
            (Auto, true, &[("CLICOLOR", "0")], false),
            (Auto, true, &[("TERM", "dumb")], false),
            (Auto, true, &[("CI", "true")], true),
        ];
        for (choice, is_terminal, variables, expected) in cases {
            let style = detect(*choice, *is_terminal, None, variables);
            assert_eq!(style.color, *expected, "{choice:?} {is_terminal} {variables:?}");
        }
    }

    #[test]
    fn nothing_is_redrawn_for_a_build_agent_or_a_dumb_terminal() {
        assert!(detect(ColorChoice::Auto, true, None, &[]).tty);
        assert!(detect(ColorChoice::Auto, true, None, &[("CI", "false")]).tty);
        assert!(!detect(ColorChoice::Auto, true, None, &[("CI", "true")]).tty);
        assert!(!detect(ColorChoice::Auto, true, None, &[("TERM", "dumb")]).tty);
        assert!(!detect(ColorChoice::Always, false, None, &[]).tty);
    }

    #[test]
    fn the_width_is_the_terminals_within_reason() {
        assert_eq!(detect(ColorChoice::Auto, true, Some(72), &[]).width, 72);
        assert_eq!(detect(ColorChoice::Auto, true, Some(3), &[]).width, Style::NARROWEST);
        assert_eq!(detect(ColorChoice::Auto, true, Some(1_000), &[]).width, 160);
        assert_eq!(detect(ColorChoice::Auto, false, Some(72), &[]).width, 100);
        assert_eq!(detect(ColorChoice::Auto, false, None, &[("COLUMNS", "60")]).width, 60);
        assert_eq!(detect(ColorChoice::Auto, false, None, &[("COLUMNS", "junk")]).width, 100);
    }

    #[test]
    fn only_a_locale_that_says_otherwise_gets_ascii() {
        assert!(detect(ColorChoice::Auto, false, None, &[]).unicode);
        assert!(detect(ColorChoice::Auto, false, None, &[("LANG", "de_DE.UTF-8")]).unicode);
        assert!(!detect(ColorChoice::Auto, false, None, &[("LC_ALL", "C"), ("LANG", "de_DE.UTF-8")]).unicode);
        assert!(!detect(ColorChoice::Auto, true, None, &[("TERM", "dumb")]).unicode);
    }
}
