//! Regions of the public Azure cloud, as its documentation lists them, with the region each replicates to.

/// A region.
#[derive(Debug)]
pub struct Region {
    /// Name in requests and answers.
    pub name: &'static str,
    /// Name for people.
    pub display: &'static str,
    /// Name of the paired region; empty where there is none.
    pub pair: &'static str,
}

const fn region(name: &'static str, display: &'static str, pair: &'static str) -> Region {
    Region { name, display, pair }
}

/// All regions.
pub static REGIONS: &[Region] = &[
    region("australiacentral", "Australia Central", "australiacentral2"),
    region("australiacentral2", "Australia Central 2", "australiacentral"),
    region("australiaeast", "Australia East", "australiasoutheast"),
    region("australiasoutheast", "Australia Southeast", "australiaeast"),
    region("austriaeast", "Austria East", ""),
    region("belgiumcentral", "Belgium Central", ""),
    region("brazilsouth", "Brazil South", "southcentralus"),
    region("brazilsoutheast", "Brazil Southeast", "brazilsouth"),
    region("canadacentral", "Canada Central", "canadaeast"),
    region("canadaeast", "Canada East", "canadacentral"),
    region("centralindia", "Central India", "southindia"),
    region("centralus", "Central US", "eastus2"),
    region("chilecentral", "Chile Central", ""),
    region("denmarkeast", "Denmark East", ""),
    region("eastasia", "East Asia", "southeastasia"),
    region("eastus", "East US", "westus"),
    region("eastus2", "East US 2", "centralus"),
    region("francecentral", "France Central", "francesouth"),
    region("francesouth", "France South", "francecentral"),
    region("germanynorth", "Germany North", "germanywestcentral"),
    region("germanywestcentral", "Germany West Central", "germanynorth"),
    region("indonesiacentral", "Indonesia Central", ""),
    region("israelcentral", "Israel Central", ""),
    region("italynorth", "Italy North", ""),
    region("japaneast", "Japan East", "japanwest"),
    region("japanwest", "Japan West", "japaneast"),
    region("jioindiacentral", "Jio India Central", "jioindiawest"),
    region("jioindiawest", "Jio India West", "jioindiacentral"),
    region("koreacentral", "Korea Central", "koreasouth"),
    region("koreasouth", "Korea South", "koreacentral"),
    region("malaysiawest", "Malaysia West", ""),
    region("mexicocentral", "Mexico Central", ""),
    region("newzealandnorth", "New Zealand North", ""),
    region("northcentralus", "North Central US", "southcentralus"),
    region("northeurope", "North Europe", "westeurope"),
    region("norwayeast", "Norway East", "norwaywest"),
    region("norwaywest", "Norway West", "norwayeast"),
    region("polandcentral", "Poland Central", ""),
    region("qatarcentral", "Qatar Central", ""),
    region("southafricanorth", "South Africa North", "southafricawest"),
    region("southafricawest", "South Africa West", "southafricanorth"),
    region("southcentralus", "South Central US", "northcentralus"),
    region("southeastasia", "Southeast Asia", "eastasia"),
    region("southindia", "South India", "centralindia"),
    region("spaincentral", "Spain Central", ""),
    region("swedencentral", "Sweden Central", "swedensouth"),
    region("swedensouth", "Sweden South", "swedencentral"),
    region("switzerlandnorth", "Switzerland North", "switzerlandwest"),
    region("switzerlandwest", "Switzerland West", "switzerlandnorth"),
    region("uaecentral", "UAE Central", "uaenorth"),
    region("uaenorth", "UAE North", "uaecentral"),
    region("uksouth", "UK South", "ukwest"),
    region("ukwest", "UK West", "uksouth"),
    region("westcentralus", "West Central US", "westus2"),
    region("westeurope", "West Europe", "northeurope"),
    region("westindia", "West India", "southindia"),
    region("westus", "West US", "eastus"),
    region("westus2", "West US 2", "westcentralus"),
    region("westus3", "West US 3", "eastus"),
];

/// `West Europe` as ARM answers it: `westeurope`.
pub fn fold(location: &str) -> String {
    location.chars().filter(|character| *character != ' ').map(|character| character.to_ascii_lowercase()).collect()
}

/// A region by its folded name.
pub fn find(folded: &str) -> Option<&'static Region> {
    REGIONS.iter().find(|region| region.name == folded)
}

/// The region that a region replicates to.
pub fn paired(folded: &str) -> Option<&'static str> {
    find(folded).map(|region| region.pair).filter(|pair| !pair.is_empty())
}

/// All names, for messages.
pub fn names() -> String {
    REGIONS.iter().map(|region| region.name).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_the_folded_display_names_and_pairs_exist() {
        for region in REGIONS {
            assert_eq!(fold(region.display), region.name);
            assert!(region.pair.is_empty() || find(region.pair).is_some(), "{}", region.name);
        }
        assert!(REGIONS.windows(2).all(|pair| pair[0].name < pair[1].name));
        assert_eq!(paired("westeurope"), Some("northeurope"));
        assert_eq!(paired("nowhere"), None);
    }
}
