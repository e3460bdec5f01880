//! The forms of types, api-versions and names that Azure Resource Manager accepts of every resource.

use mlhost_plugin::Diagnostic;

/// What is wrong with a type; `None` when nothing is.
pub fn type_problem(text: &str) -> Option<Diagnostic> {
    let mut segments = text.split('/');
    let namespace = segments.next().unwrap_or_default();
    let word =
        |segment: &str| !segment.is_empty() && segment.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
    let parts = namespace.split('.').count();
    let named = parts >= 2 && namespace.split('.').all(|part| !part.is_empty() && word(part));
    let types: Vec<&str> = segments.collect();
    let whole = named && !types.is_empty() && types.iter().all(|segment| word(segment));
    (!whole).then(|| {
        Diagnostic::error("arm_resource/type", format!("`{text}` is no resource type"))
            .at("/type")
            .help("write NAMESPACE/TYPE, for a child NAMESPACE/TYPE/TYPE: \"Microsoft.Search/searchServices\"")
    })
}

/// What is wrong with an api-version; `None` when nothing is.
pub fn api_version_problem(text: &str) -> Option<Diagnostic> {
    let bytes = text.as_bytes();
    let digits = |from: usize, to: usize| bytes.get(from..to).is_some_and(|part| part.iter().all(u8::is_ascii_digit));
    let number =
        |from: usize, to: usize| text.get(from..to).and_then(|part| part.parse::<u32>().ok()).unwrap_or_default();
    let dashes = bytes.get(4) == Some(&b'-') && bytes.get(7) == Some(&b'-');
    let date = digits(0, 4) && digits(5, 7) && digits(8, 10) && dashes;
    let real = (1..=12).contains(&number(5, 7)) && (1..=31).contains(&number(8, 10));
    let suffix = match text.get(10..) {
        None => false,
        Some("") => true,
        Some(rest) => rest
            .strip_prefix('-')
            .is_some_and(|word| !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric() || c == '.')),
    };
    (!(date && real && suffix)).then(|| {
        Diagnostic::error("arm_resource/api_version", format!("`{text}` is no api-version"))
            .at("/api_version")
            .help("write a date, YYYY-MM-DD, for a preview with `-preview` after it")
    })
}

/// What is wrong with one segment of a name, as a sentence; `None` when nothing is. Types have stricter rules of their own.
pub fn name_problem(segment: &str) -> Option<String> {
    const FORBIDDEN: [char; 10] = ['<', '>', '%', '&', '\\', '?', '#', ':', '*', '"'];
    if segment.is_empty() || segment == "." || segment == ".." {
        return Some(format!("`{segment}` is no name"));
    }
    if segment.chars().count() > 260 {
        return Some("a name has at most 260 characters".into());
    }
    if segment.trim() != segment || segment.ends_with('.') {
        return Some(format!("the name `{segment}` begins or ends with a space, or ends with a full stop"));
    }
    let found = segment.chars().find(|c| c.is_control() || FORBIDDEN.contains(c))?;
    Some(format!("the name `{}` holds the character `{}`", segment.escape_debug(), found.escape_debug()))
}
