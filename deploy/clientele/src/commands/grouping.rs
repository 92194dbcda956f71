//! What customers are told apart by, as flags name it.

use anyhow::Result;
use clap::ValueEnum;
use clientele_proto::value::v1::CustomerGrouping;

use super::Usage;

/// Values of `--by`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum By {
    /// Segments; a customer counts in each of its segments.
    #[default]
    Segment,
    /// Countries.
    Country,
    /// Industries.
    Industry,
    /// A free attribute.
    Attribute,
}

impl By {
    /// As the contract says it, with the attribute of `--attribute`.
    pub fn grouping(self, attribute: Option<&str>) -> Result<(CustomerGrouping, String)> {
        let grouping = match (self, attribute) {
            (Self::Attribute, Some(_)) => CustomerGrouping::Attribute,
            (Self::Attribute, None) => return Err(Usage("name the attribute with --attribute".to_owned()).into()),
            (_, Some(_)) => return Err(Usage("--attribute goes with --by attribute".to_owned()).into()),
            (Self::Segment, None) => CustomerGrouping::Segment,
            (Self::Country, None) => CustomerGrouping::Country,
            (Self::Industry, None) => CustomerGrouping::Industry,
        };
        Ok((grouping, attribute.unwrap_or_default().to_owned()))
    }
}
