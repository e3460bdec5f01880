//! Resource ids: `/subscriptions/S/resourceGroups/G/providers/NAMESPACE/TYPE/NAME[/TYPE/NAME…]`.

use std::fmt;

/// A parsed resource id. Ids are equal without regard to case.
#[derive(Debug, Clone)]
pub struct ResourceId<'a> {
    text: &'a str,
    /// The part before the last `/providers/`, empty for a resource of the tenant.
    scope: &'a str,
    namespace: &'a str,
    /// Type and name segments, alternating.
    segments: Vec<&'a str>,
}

impl<'a> ResourceId<'a> {
    /// Parses an id. Resource groups and subscriptions count as resources of `Microsoft.Resources`. `None` when it is not
    /// of the form.
    pub fn parse(text: &'a str) -> Option<Self> {
        let path = text.strip_prefix('/')?;
        if path.split('/').any(|segment| segment.is_empty() || segment.trim() != segment) {
            return None;
        }
        match rfind_ignore_case(text, "/providers/") {
            Some(at) => {
                let (scope, rest) = (text.get(..at)?, text.get(at + "/providers/".len()..)?);
                let mut segments: Vec<&str> = rest.split('/').collect();
                let namespace = segments.remove(0);
                let whole = !segments.is_empty() && segments.len().is_multiple_of(2) && namespace.contains('.');
                whole.then_some(Self { text, scope, namespace, segments })
            }
            None => Self::container(text, path),
        }
    }

    fn container(text: &'a str, path: &'a str) -> Option<Self> {
        let segments: Vec<&str> = path.split('/').collect();
        let (scope, segments) = match segments.as_slice() {
            [word, _] if word.eq_ignore_ascii_case("subscriptions") => ("", segments),
            [word, _, group, _]
                if word.eq_ignore_ascii_case("subscriptions") && group.eq_ignore_ascii_case("resourceGroups") =>
            {
                let scope = rfind_ignore_case(text, "/resourceGroups/").and_then(|at| text.get(..at))?;
                (scope, segments.get(2..)?.to_vec())
            }
            _ => return None,
        };
        Some(Self { text, scope, namespace: "Microsoft.Resources", segments })
    }

    /// The type: `Microsoft.Storage/storageAccounts`, in the case of the id.
    pub fn resource_type(&self) -> String {
        let mut out = self.namespace.to_owned();
        for segment in self.segments.iter().step_by(2) {
            out.push('/');
            out.push_str(segment);
        }
        out
    }

    /// Whether it is of this type, without regard to case.
    pub fn is_of(&self, resource_type: &str) -> bool {
        self.resource_type().eq_ignore_ascii_case(resource_type)
    }

    /// The last name.
    pub fn name(&self) -> &'a str {
        self.segments.last().copied().unwrap_or_default()
    }

    /// The id of the resource it is a child of; for one without a parent, its scope.
    pub fn parent(&self) -> &'a str {
        if self.segments.len() <= 2 {
            return self.scope;
        }
        let [.., kind, name] = self.segments.as_slice() else { return self.scope };
        let cut = self.text.len().saturating_sub(kind.len() + name.len() + 2);
        self.text.get(..cut).unwrap_or(self.scope)
    }

    /// The subscription, if it is in one.
    pub fn subscription(&self) -> Option<&'a str> {
        self.after("subscriptions")
    }

    /// The resource group, if it is in one.
    pub fn resource_group(&self) -> Option<&'a str> {
        self.after("resourceGroups")
    }

    fn after(&self, word: &str) -> Option<&'a str> {
        // Only the part before the first provider: further on the words may be types of any namespace.
        let end = find_ignore_case(self.text, "/providers/").unwrap_or(self.text.len());
        let mut segments = self.text.get(1..end)?.split('/');
        segments.find(|segment| segment.eq_ignore_ascii_case(word))?;
        segments.next()
    }
}

impl PartialEq for ResourceId<'_> {
    fn eq(&self, other: &Self) -> bool {
        same(self.text, other.text)
    }
}

impl Eq for ResourceId<'_> {}

impl fmt::Display for ResourceId<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text)
    }
}

/// Whether two ids are the same one: case does not count.
pub fn same(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other)
}

/// The id of a resource group.
pub fn of_group(subscription: &str, name: &str) -> String {
    format!("/subscriptions/{subscription}/resourceGroups/{name}")
}

/// The id of a resource of a type `NAMESPACE/TYPE[/TYPE…]` in a scope: `names` has one name for each type segment. A type
/// with more segments than names, or fewer, gives what can be paired.
pub fn of_resource(scope: &str, resource_type: &str, names: &[&str]) -> String {
    let (namespace, types) = resource_type.split_once('/').unwrap_or((resource_type, ""));
    let mut id = format!("{scope}/providers/{namespace}");
    for (kind, name) in types.split('/').zip(names) {
        id.push('/');
        id.push_str(kind);
        id.push('/');
        id.push_str(name);
    }
    id
}

/// Whether a text is a GUID of the usual form.
pub fn is_guid(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    let lengths: Vec<usize> = groups.iter().map(|group| group.len()).collect();
    lengths == [8, 4, 4, 4, 12] && groups.iter().all(|group| group.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

fn find_ignore_case(text: &str, word: &str) -> Option<usize> {
    text.as_bytes().windows(word.len()).position(|window| window.eq_ignore_ascii_case(word.as_bytes()))
}

fn rfind_ignore_case(text: &str, word: &str) -> Option<usize> {
    text.as_bytes().windows(word.len()).rposition(|window| window.eq_ignore_ascii_case(word.as_bytes()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const COMPUTE: &str =
        "/subscriptions/S/resourceGroups/G/providers/Microsoft.MachineLearningServices/workspaces/w/computes/c";

    #[test]
    fn takes_an_id_apart() {
        let id = ResourceId::parse(COMPUTE).unwrap();
        assert_eq!(id.resource_type(), "Microsoft.MachineLearningServices/workspaces/computes");
        assert_eq!((id.name(), id.subscription(), id.resource_group()), ("c", Some("S"), Some("G")));
        assert_eq!(id.parent(), COMPUTE.strip_suffix("/computes/c").unwrap());
        assert_eq!(ResourceId::parse(id.parent()).unwrap().parent(), "/subscriptions/S/resourceGroups/G");
        assert_eq!(ResourceId::parse(&COMPUTE.to_uppercase()), ResourceId::parse(COMPUTE));
    }

    #[test]
    fn knows_containers_and_extensions() {
        let group = ResourceId::parse("/subscriptions/S/resourcegroups/G").unwrap();
        assert!(group.is_of("Microsoft.Resources/resourceGroups"));
        assert_eq!((group.name(), group.parent()), ("G", "/subscriptions/S"));
        let subscription = ResourceId::parse("/subscriptions/S").unwrap();
        assert!(subscription.is_of("Microsoft.Resources/subscriptions"));
        assert_eq!(subscription.parent(), "");
        let lock = format!("{COMPUTE}/providers/Microsoft.Authorization/locks/l");
        let lock = ResourceId::parse(&lock).unwrap();
        assert!(lock.is_of("microsoft.authorization/locks"));
        assert_eq!((lock.parent(), lock.resource_group()), (COMPUTE, Some("G")));
    }

    #[test]
    fn refuses_what_is_no_id() {
        let wrong = [
            "",
            "/",
            "name",
            "/subscriptions",
            "/subscriptions/S/resourceGroups",
            "/subscriptions//resourceGroups/G",
            "/subscriptions/S/resourceGroups/G/providers/Microsoft.X",
            "/subscriptions/S/providers/Microsoft.X/a/b/c",
            "/subscriptions/S/resourceGroups/G/",
            "/subscriptions/S/resourceGroups/ G",
            "/providers/nodot/a/b",
        ];
        for text in wrong {
            assert!(ResourceId::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn tells_guids() {
        assert!(is_guid("00000000-0000-0000-0000-00000000000a"));
        assert!(!is_guid("00000000-0000-0000-0000-00000000000g"));
        assert!(!is_guid("0000000-00000-0000-0000-000000000000"));
    }

    proptest! {
        #[test]
        fn what_is_built_is_taken_apart(names in prop::collection::vec("[a-z0-9-]{1,8}", 1..4), group in "[a-z]{1,5}") {
            let types: Vec<String> = (0..names.len()).map(|at| format!("t{at}")).collect();
            let resource_type = format!("Microsoft.Test/{}", types.join("/"));
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let text = of_resource(&of_group("S", &group), &resource_type, &names);
            let id = ResourceId::parse(&text).unwrap();
            prop_assert_eq!(id.resource_type(), resource_type);
            prop_assert_eq!(Some(&id.name()), names.last());
            prop_assert_eq!(id.resource_group(), Some(group.as_str()));
        }

        #[test]
        fn no_text_panics(text in "[/a-zA-Z.é ]*") {
            if let Some(id) = ResourceId::parse(&text) {
                let _ = (id.resource_type(), id.name(), id.parent(), id.resource_group());
            }
        }
    }
}
