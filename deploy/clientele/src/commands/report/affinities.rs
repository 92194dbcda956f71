//! `clientele report affinities`: which products lead to which.

use anyhow::Result;
use clap::{Args, ValueEnum};
use clientele_proto::value::v1::{ListProductAffinitiesRequest, ListProductAffinitiesResponse};

use super::Common;
use crate::{
    online::{block_on, explain},
    report::{affinities, json},
};

/// List which products, or categories, lead to which: bought by the same customers, in one transaction, or after the cheaper one
#[derive(Debug, Args)]
pub struct Affinities {
    /// What an affinity is good for; by default all
    #[arg(long, value_enum)]
    kind: Option<Kind>,
    /// Compare categories instead of products
    #[arg(long)]
    categories: bool,
    /// Only what this product (or category) leads to
    #[arg(long, value_name = "KEY")]
    of: Option<String>,
    /// What to sort by, the largest first; by default kind by kind by lift
    #[arg(long, value_enum)]
    by: Option<By>,
    /// Affinities to show
    #[arg(long, default_value_t = 50, value_name = "AFFINITIES", value_parser = clap::value_parser!(i32).range(1..=1000))]
    top: i32,
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// Customers of one are customers of the other.
    CrossSell,
    /// Bought in one transaction.
    Bundle,
    /// From the cheaper to the dearer product of a category.
    UpSell,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum By {
    /// How many times as often as by chance.
    Lift,
    /// The share of all with both.
    Support,
    /// The share of those with the first that have the second.
    Confidence,
    /// Customers who came to the second later.
    Followers,
}

/// Runs the command.
pub fn print(args: &Affinities) -> Result<()> {
    let request = request(args);
    let found: ListProductAffinitiesResponse = block_on(async {
        let mut cross_sell = args.common.online.clients()?.cross_sell;
        Ok(cross_sell.list_product_affinities(request).await.map_err(|status| explain(&status))?.into_inner())
    })?;
    args.common.format.print(
        |screen| affinities::render(&found.product_affinities, screen),
        || affinities::csv(&found.product_affinities),
        || json::of(&found),
    )
}

fn request(args: &Affinities) -> ListProductAffinitiesRequest {
    let kind = args.kind.map(|kind| match kind {
        Kind::CrossSell => "kind = CROSS_SELL".to_owned(),
        Kind::Bundle => "kind = BUNDLE".to_owned(),
        Kind::UpSell => "kind = UP_SELL".to_owned(),
    });
    let level = Some(if args.categories { "level = CATEGORY" } else { "level = PRODUCT" }.to_owned());
    let of = args.of.as_ref().map(|key| format!("antecedent = \"{}\"", escaped(key)));
    let order_by = match args.by {
        None => "",
        Some(By::Lift) => "lift desc",
        Some(By::Support) => "support desc",
        Some(By::Confidence) => "confidence desc",
        Some(By::Followers) => "followers desc",
    };
    ListProductAffinitiesRequest {
        score_run_id: args.common.score_run.clone(),
        filter: [kind, level, of].into_iter().flatten().collect::<Vec<_>>().join(" AND "),
        order_by: order_by.to_owned(),
        page_size: args.top,
        page_token: String::new(),
    }
}

/// A key as it stands in a filter: nothing in it has a meaning there.
fn escaped(key: &str) -> String {
    let mut text = String::with_capacity(key.len());
    for char in key.chars() {
        if matches!(char, '\\' | '"' | '*') {
            text.push('\\');
        }
        text.push(char);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_means_nothing_but_itself_in_a_filter() {
        assert_eq!(escaped("P\"*\\1"), "P\\\"\\*\\\\1");
    }
}
