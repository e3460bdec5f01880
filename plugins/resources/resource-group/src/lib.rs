//! Azure resource groups.

use mlhost_arm::{Builder, Tags, rules};
use mlhost_plugin::kind::Output;
use mlhost_plugin::{Compare, Context, Declaration, Expansion, Kind, Rule, resource_plugin};
use schemars::JsonSchema;
use serde::Deserialize;

/// A container for resources that live and die together.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ResourceGroup {
    /// Region where Azure keeps what it knows of the group; resources in it may be elsewhere. Default: the environment's
    /// location.
    location: Option<String>,
    /// Names and values of your own, at most 50.
    #[serde(default)]
    tags: Tags,
    /// Id of the resource that manages the group.
    managed_by: Option<String>,
}

impl Kind for ResourceGroup {
    const NAME: &'static str = "resource_group";
    const SUMMARY: &'static str = "A resource group: a container for resources that live and die together";
    const TYPE: &'static str = "Microsoft.Resources/resourceGroups";
    const DOCUMENT: Option<&'static str> = Some(include_str!("../kind.json"));
    const COMPARE: Compare = Compare::IgnoreCase;
    const OUTPUTS: &'static [Output] = &[Output::new("location", "/location", "Its region")];

    fn rules() -> Vec<Rule> {
        let mut list = rules::tracked("A resource group and all that is in it");
        list.push(Rule::data_loss("/managedBy", "The group and all that is in it is deleted and created again."));
        list
    }

    fn expand(self, declaration: &Declaration, context: &Context) -> Expansion {
        let mut group = Builder::group(declaration, context);
        group.location(self.location, context).tags(self.tags).set("/managedBy", self.managed_by);
        group.finish()
    }

    fn find(declaration: &Declaration, context: &Context) -> Expansion {
        Builder::group(declaration, context).finish()
    }
}

resource_plugin!(ResourceGroup);

#[cfg(test)]
mod tests {
    use mlhost_arm::testing::{SUBSCRIPTION, assert_paths_known, assert_valid, body, expand, property_violations};
    use mlhost_plugin::json;
    use mlhost_plugin::testing::complaints;

    use super::*;

    const HERE: &str = env!("CARGO_MANIFEST_DIR");

    #[test]
    fn a_group_lives_in_the_subscription_and_location_of_its_environment() {
        let expansion = expand::<ResourceGroup>("mlops-dev", json!({}));
        assert_eq!(body(&expansion), json!({"location": "westeurope"}));
        let id = format!("/subscriptions/{SUBSCRIPTION}/resourceGroups/mlops-dev");
        assert_eq!(expansion.resources.first().unwrap().id, id);
        assert_valid(HERE, &expansion);
        assert_paths_known::<ResourceGroup>(HERE);
    }

    #[test]
    fn all_properties_are_valid() {
        let properties = json!({"location": "northeurope", "tags": {"a": "b"}, "managed_by": "/subscriptions/x"});
        assert_eq!(property_violations::<ResourceGroup>(&properties), Vec::<String>::new());
        assert_valid(HERE, &expand::<ResourceGroup>("mlops-dev", properties));
    }

    #[test]
    fn wrong_names_are_refused() {
        assert_eq!(complaints(&expand::<ResourceGroup>("mlops.", json!({}))), [("resource_group/name", "")]);
    }

    #[test]
    fn an_existing_group_is_an_id() {
        let declaration = mlhost_plugin::testing::existing("resource_group", "g", json!({}));
        let expansion = mlhost_plugin::kind::expand::<ResourceGroup>(&declaration, &mlhost_arm::testing::context());
        let resource = expansion.resources.first().unwrap();
        assert_eq!((resource.body.as_str(), resource.id.rsplit('/').next()), ("{}", Some("g")));
    }

    #[test]
    fn its_document_is_up_to_date() {
        mlhost_plugin::testing::assert_kind_document::<ResourceGroup>(HERE, "kind.json");
    }
}
