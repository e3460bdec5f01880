//! Resource ids: `/subscriptions/S/resourceGroups/G/providers/NS/TYPE/NAME/TYPE/NAME…`, with a further `/providers/…`
//! for resources that extend another. Ids are compared without case.

/// The deepest nesting of types that is taken; Azure's own deepest is five.
pub const MAX_DEPTH: usize = 8;

/// What a provider part of a path hangs on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// `/providers/…` at the root.
    Tenant,
    /// A subscription.
    Subscription(String),
    /// A resource group: subscription and name, as the client wrote them.
    Group(String, String),
    /// Another resource.
    Resource(Box<ResourceId>),
}

/// The id of a resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResourceId {
    /// What it is deployed to.
    pub scope: Scope,
    /// Provider namespace.
    pub namespace: String,
    /// Type and name, from the outermost parent to the resource itself. Never empty.
    pub pairs: Vec<(String, String)>,
}

/// A path that ends in a provider part: a resource, or one more segment (a collection or an action) behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderPath {
    /// What the last provider part hangs on.
    pub scope: Scope,
    /// Its namespace.
    pub namespace: String,
    /// Types and names; empty for a top-level collection.
    pub pairs: Vec<(String, String)>,
    /// The last segment, where it names no resource.
    pub trailing: Option<String>,
}

impl ProviderPath {
    /// Reads decoded path segments. `None` when they do not have the form of one.
    pub fn parse(segments: &[String]) -> Option<Self> {
        let (mut scope, mut rest) = Scope::split(segments);
        loop {
            let (head, tail) = rest.split_first()?;
            if !head.eq_ignore_ascii_case("providers") {
                return None;
            }
            let (namespace, tail) = tail.split_first()?;
            let end = (0..tail.len())
                .step_by(2)
                .find(|at| *at > 0 && tail.get(*at).is_some_and(|word| word.eq_ignore_ascii_case("providers")))
                .unwrap_or(tail.len());
            let (own, next) = tail.split_at_checked(end)?;
            let pairs: Vec<_> = own
                .chunks_exact(2)
                .filter_map(|pair| Some((pair.first()?.clone(), pair.get(1)?.clone())))
                .take(MAX_DEPTH + 1)
                .collect();
            if pairs.len() > MAX_DEPTH {
                return None;
            }
            if next.is_empty() {
                let trailing = if own.len() % 2 == 1 { own.last().cloned() } else { None };
                return Some(Self { scope, namespace: namespace.clone(), pairs, trailing });
            }
            scope = Scope::Resource(Box::new(ResourceId { scope, namespace: namespace.clone(), pairs }));
            rest = next;
        }
    }

    /// The resource it names or lies below.
    pub fn resource(self) -> Option<ResourceId> {
        (!self.pairs.is_empty()).then_some(ResourceId {
            scope: self.scope,
            namespace: self.namespace,
            pairs: self.pairs,
        })
    }
}

impl Scope {
    /// Takes a subscription or resource group off the front of a path.
    fn split(segments: &[String]) -> (Self, &[String]) {
        match segments {
            [first, subscription, second, group, rest @ ..]
                if first.eq_ignore_ascii_case("subscriptions") && second.eq_ignore_ascii_case("resourceGroups") =>
            {
                (Self::Group(subscription.clone(), group.clone()), rest)
            }
            [first, subscription, rest @ ..] if first.eq_ignore_ascii_case("subscriptions") => {
                (Self::Subscription(subscription.clone()), rest)
            }
            rest => (Self::Tenant, rest),
        }
    }

    /// The scope as a path, empty for the tenant.
    pub fn path(&self) -> String {
        match self {
            Self::Tenant => String::new(),
            Self::Subscription(subscription) => format!("/subscriptions/{subscription}"),
            Self::Group(subscription, group) => format!("/subscriptions/{subscription}/resourceGroups/{group}"),
            Self::Resource(id) => id.path(),
        }
    }

    /// Subscription of the scope, where it has one.
    pub fn subscription(&self) -> Option<&str> {
        match self {
            Self::Tenant => None,
            Self::Subscription(subscription) | Self::Group(subscription, _) => Some(subscription),
            Self::Resource(id) => id.scope.subscription(),
        }
    }

    /// Resource group of the scope, where it has one.
    pub fn group(&self) -> Option<&str> {
        match self {
            Self::Tenant | Self::Subscription(_) => None,
            Self::Group(_, group) => Some(group),
            Self::Resource(id) => id.scope.group(),
        }
    }
}

impl ResourceId {
    /// Reads an id.
    pub fn parse(text: &str) -> Option<Self> {
        let segments: Vec<String> = text.strip_prefix('/')?.split('/').map(str::to_owned).collect();
        if segments.iter().any(String::is_empty) {
            return None;
        }
        let path = ProviderPath::parse(&segments)?;
        if path.trailing.is_some() { None } else { path.resource() }
    }

    /// The id as a path, in the case in which it was read.
    pub fn path(&self) -> String {
        let mut path = self.scope.path();
        path.push_str("/providers/");
        path.push_str(&self.namespace);
        for (kind, name) in &self.pairs {
            path.push('/');
            path.push_str(kind);
            path.push('/');
            path.push_str(name);
        }
        path
    }

    /// Types without the namespace, `workspaces/computes`.
    pub fn kind(&self) -> String {
        self.pairs.iter().map(|(kind, _)| kind.as_str()).collect::<Vec<_>>().join("/")
    }

    /// Namespace and types, `Microsoft.MachineLearningServices/workspaces/computes`.
    pub fn full_type(&self) -> String {
        format!("{}/{}", self.namespace, self.kind())
    }

    /// Name of the resource itself.
    pub fn name(&self) -> &str {
        self.pairs.last().map_or("", |(_, name)| name)
    }

    /// Full type and names as ARM's messages write them: `NS/workspaces/ws/computes/cpu`.
    pub fn full_name(&self) -> String {
        let mut text = self.namespace.clone();
        for (kind, name) in &self.pairs {
            text.push('/');
            text.push_str(kind);
            text.push('/');
            text.push_str(name);
        }
        text
    }

    /// The resource it is a child of.
    pub fn parent(&self) -> Option<Self> {
        let (_, rest) = self.pairs.split_last()?;
        (!rest.is_empty()).then(|| Self { pairs: rest.to_vec(), ..self.clone() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_writes_ids() {
        for text in [
            "/subscriptions/s/resourceGroups/g/providers/N.S/a/b",
            "/subscriptions/s/resourceGroups/g/providers/N.S/a/b/c/d",
            "/subscriptions/s/providers/N.S/a/b",
            "/providers/N.S/a/b",
            "/subscriptions/s/resourceGroups/g/providers/N.S/a/b/providers/X.Y/locks/l",
            "/subscriptions/s/resourceGroups/g/providers/N.S/providers/b",
        ] {
            assert_eq!(ResourceId::parse(text).map(|id| id.path()).as_deref(), Some(text));
        }
        let id = ResourceId::parse("/SUBSCRIPTIONS/s/RESOURCEGROUPS/g/PROVIDERS/n.s/a/b/c/d").unwrap();
        assert_eq!(id.path(), "/subscriptions/s/resourceGroups/g/providers/n.s/a/b/c/d");
        assert_eq!(id.kind(), "a/c");
        assert_eq!(id.parent().unwrap().full_name(), "n.s/a/b");
        assert_eq!(id.parent().unwrap().parent(), None);
    }

    #[test]
    fn refuses_what_is_no_id() {
        let deep = format!("/providers/n{}", "/a/b".repeat(MAX_DEPTH + 1));
        for text in ["", "/", "x", "/subscriptions/s", "/providers/n", "/providers/n/a", "/providers/n//b", &deep] {
            assert_eq!(ResourceId::parse(text), None, "{text}");
        }
    }

    #[test]
    fn collections_and_actions_keep_their_last_segment() {
        let path =
            |text: &str| ProviderPath::parse(&text.split('/').skip(1).map(str::to_owned).collect::<Vec<_>>()).unwrap();
        let list = path("/subscriptions/s/providers/N.S/a");
        assert_eq!((list.pairs.len(), list.trailing.as_deref()), (0, Some("a")));
        let action = path("/subscriptions/s/providers/N.S/a/b/listKeys");
        assert_eq!((action.pairs.len(), action.trailing.as_deref()), (1, Some("listKeys")));
    }
}
