//! Ids of resources, names and durations of Azure.

use mlhost_arm::id::{self, ResourceId};
use mlhost_arm::{NameRule, duration, names};

const RULES: &[NameRule] = &[names::RESOURCE_GROUP, names::STORAGE_ACCOUNT];

/// An id that is read is printed as it was, lies in its parent, and can be put together again from its parts; a name that
/// follows its rule has its length; a duration is the same with its units written out.
pub fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Some(read) = ResourceId::parse(text) {
        takes_apart(text, &read);
    }
    for rule in RULES.iter().filter(|rule| rule.problem(text).is_none()) {
        assert!((rule.min..=rule.max).contains(&text.chars().count()), "{text:?} and {}", rule.pattern);
    }
    if let Some(seconds) = duration::seconds(text) {
        assert_eq!(duration::seconds(&format!("PT{seconds}S")), Some(seconds), "{text:?}");
    }
}

fn takes_apart(text: &str, read: &ResourceId<'_>) {
    assert_eq!(read.to_string(), text);
    assert!(id::same(text, text) && ResourceId::parse(text).as_ref() == Some(read));
    let (parent, kind, name) = (read.parent(), read.resource_type(), read.name());
    assert!(text.starts_with(parent) && text.ends_with(name) && !name.is_empty(), "{text:?}: {parent:?}, {name:?}");
    assert!(parent.len() + name.len() < text.len(), "{text:?}: {parent:?}, {name:?}");
    assert!(kind.split('/').count() >= 2, "{text:?}: {kind:?}");
    assert!(read.is_of(&kind));
    // The parent of a resource is a resource, a container or the tenant.
    if kind.matches('/').count() > 1 {
        let above = ResourceId::parse(parent).unwrap_or_else(|| panic!("{text:?} lies in {parent:?}, which is no id"));
        let outer = kind.rsplit_once('/').map(|(outer, _)| outer);
        assert_eq!(Some(above.resource_type().as_str()), outer, "{text:?}");
        assert_eq!(above.resource_group(), read.resource_group(), "{text:?}");
    }
    for part in [read.subscription(), read.resource_group()].into_iter().flatten() {
        assert!(!part.is_empty() && text.contains(part), "{text:?}");
    }
}
