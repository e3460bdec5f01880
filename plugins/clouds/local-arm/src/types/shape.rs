//! A small language for the bodies of resource types: which properties there are, of which form, who may set them and
//! what the service puts in when they are left out.

/// The form of a value.
#[derive(Debug)]
pub enum Shape {
    /// Any string.
    Text,
    /// A GUID.
    Guid,
    /// `true` or `false`.
    Bool,
    /// An integer from the first to the second number, both included.
    Int(i64, i64),
    /// Any number.
    Number,
    /// One of these strings, compared without case and answered in this spelling.
    Choice(&'static [&'static str]),
    /// A list.
    List(&'static Shape),
    /// An object with keys of the user's own.
    Map(&'static Shape),
    /// An object with these properties and no others.
    Object(&'static [Property]),
    /// An object whose form hangs on one of its properties.
    Tagged(&'static Tagged),
    /// Anything: the service does not look at it.
    Any,
}

/// An object that is of one form or another by a tag.
#[derive(Debug)]
pub struct Tagged {
    /// The property that tells them apart.
    pub tag: &'static str,
    /// Tag and form; a form without properties is one that is taken as given.
    pub cases: &'static [(&'static str, Shape)],
}

/// Who may set a property.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// It must be given.
    Required,
    /// It may be given.
    Optional,
    /// The service sets it; what a client sends is ignored.
    ReadOnly,
    /// It may be given and is never stored or answered.
    WriteOnly,
}

/// What the service puts in when a property is left out.
#[derive(Debug, Clone, Copy)]
pub enum Fallback {
    /// Nothing.
    Nothing,
    /// A string.
    Text(&'static str),
    /// A truth value.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// An empty list.
    EmptyList,
    /// An object of which every property is left out.
    EmptyObject,
}

/// A property of an object.
#[derive(Debug)]
pub struct Property {
    /// Its name in ARM's spelling.
    pub name: &'static str,
    /// Who may set it.
    pub access: Access,
    /// Its form.
    pub shape: Shape,
    /// What stands for it when it is left out.
    pub fallback: Fallback,
}

/// `object! { Required "name": Text, Optional "size": Int(1, 9) => Fallback::Int(3) }`
macro_rules! object {
    (@fallback) => { $crate::types::shape::Fallback::Nothing };
    (@fallback $value:expr) => { $value };
    ($($access:ident $name:literal: $shape:expr $(=> $fallback:expr)?),* $(,)?) => {
        $crate::types::shape::Shape::Object(&[$($crate::types::shape::Property {
            name: $name,
            access: $crate::types::shape::Access::$access,
            shape: $shape,
            fallback: object!(@fallback $($fallback)?),
        }),*])
    };
}
pub(crate) use object;

/// `Enabled` or `Disabled`.
pub const ENABLED: Shape = Shape::Choice(&["Enabled", "Disabled"]);

/// `enabled` or `disabled`, as the container registry spells them.
pub const ENABLED_LOWER: Shape = Shape::Choice(&["enabled", "disabled"]);

/// Tags.
pub const TAGS: Shape = Shape::Map(&Shape::Text);

/// User-assigned identities by id; what the service adds to each is filled in by `types::fill`.
pub const USER_IDENTITIES: Shape =
    Shape::Map(&object! { ReadOnly "principalId": Shape::Guid, ReadOnly "clientId": Shape::Guid });

/// Any integer.
pub const INTEGER: Shape = Shape::Int(i64::MIN, i64::MAX);
