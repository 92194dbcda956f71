//! Segments, their members and clusters.

use std::fmt::Write as _;

use clientele_proto::value::v1::{
    Segment, SegmentClustering, SegmentMember, SegmentMembers, SegmentPreview, segment::Definition,
};

use super::{currency, figure, lines::Lines, money, plain};
use crate::term::{Column, Screen, Table, number};

/// The segments.
pub fn list(segments: &[Segment]) -> Table {
    let mut table = Table::new([
        Column::text("segment"),
        Column::number("members"),
        Column::text("kind"),
        Column::text("who is in it"),
    ]);
    for segment in segments {
        let (kind, who) = match &segment.definition {
            Some(Definition::Rule(rule)) => ("rule", rule.filter.clone()),
            Some(Definition::Cluster(cluster)) => ("cluster", cluster.summary.clone()),
            Some(Definition::List(_)) | None => ("list", segment.description.clone()),
        };
        table.row([segment.segment_name.clone(), segment.members.to_string(), kind.to_owned(), who]);
    }
    table
}

/// Members by their keys, or by their ids where they have none.
pub fn members(members: &[SegmentMember]) -> Table {
    let mut table = Table::new([Column::text("customer"), Column::text("customer id"), Column::text("since")]);
    for member in members {
        let since = member.join_time.and_then(|time| jiff::Timestamp::new(time.seconds, 0).ok());
        let since = since.map(|since| since.to_string()).unwrap_or_default();
        table.row([member.customer_external_id.clone(), member.customer_id.clone(), since]);
    }
    table
}

/// How many joined a list, or left it, and how many are on it now.
pub fn changed(changed: &SegmentMembers, joins: bool) -> Table {
    let moved = if joins { "joined" } else { "left" };
    let mut table = Table::new([Column::text("segment"), Column::number(moved), Column::number("members")]);
    let segment = changed.segment.clone().unwrap_or_default();
    table.row([segment.segment_name, changed.changed_members.to_string(), segment.members.to_string()]);
    table
}

/// The clusters, the richest first.
pub fn clusters(clustering: &SegmentClustering) -> Table {
    let mut table = Table::new([
        Column::text("segment"),
        Column::number("customers"),
        Column::number("days silent"),
        Column::number("purchase days"),
        Column::number("revenue"),
        Column::text("what they do"),
        Column::text("mostly"),
    ]);
    for cluster in &clustering.clusters {
        table.row([
            cluster.segment_name.clone(),
            cluster.customers.to_string(),
            number::decimal(cluster.mean_recency_days, 1),
            number::decimal(cluster.mean_purchase_days, 1),
            money(cluster.mean_revenue.as_ref()),
            cluster.summary.clone(),
            cluster.nearest_rfm_segment.clone(),
        ]);
    }
    table
}

/// The clusters for a spreadsheet, and how well they are told apart.
pub fn clusters_csv(clustering: &SegmentClustering) -> String {
    let heads = [
        "segment",
        "segment_id",
        "customers",
        "mean_recency_days",
        "mean_purchase_days",
        "currency",
        "mean_revenue",
        "summary",
        "nearest_rfm_segment",
        "inertia",
        "silhouette",
    ];
    let mut lines = Lines::new(heads);
    for cluster in &clustering.clusters {
        lines.line(
            "cluster",
            [
                ("segment", cluster.segment_name.clone()),
                ("segment_id", cluster.segment_id.clone()),
                ("customers", cluster.customers.to_string()),
                ("mean_recency_days", cluster.mean_recency_days.to_string()),
                ("mean_purchase_days", cluster.mean_purchase_days.to_string()),
                ("currency", currency(cluster.mean_revenue.as_ref())),
                ("mean_revenue", plain(cluster.mean_revenue.as_ref())),
                ("summary", cluster.summary.clone()),
                ("nearest_rfm_segment", cluster.nearest_rfm_segment.clone()),
            ],
        );
    }
    lines.line(
        "total",
        [
            ("customers", clustering.customers.to_string()),
            ("inertia", clustering.inertia.to_string()),
            ("silhouette", clustering.silhouette.to_string()),
        ],
    );
    lines.csv()
}

/// The first members that a rule would have, and what all of them are worth, for a spreadsheet.
pub fn preview_csv(preview: &SegmentPreview) -> String {
    let heads = [
        "customer_id",
        "customer_external_id",
        "members",
        "scored_members",
        "customers",
        "customer_share",
        "currency",
        "total_revenue",
        "sales_share",
        "clv",
        "value_share",
    ];
    let mut lines = Lines::new(heads);
    for member in &preview.first_members {
        lines.line(
            "member",
            [
                ("customer_id", member.customer_id.clone()),
                ("customer_external_id", member.customer_external_id.clone()),
            ],
        );
    }
    lines.line(
        "total",
        [
            ("members", preview.members.to_string()),
            ("scored_members", preview.scored_members.to_string()),
            ("customers", preview.customers.to_string()),
            ("customer_share", preview.customer_share.to_string()),
            ("currency", currency(preview.total_revenue.as_ref())),
            ("total_revenue", plain(preview.total_revenue.as_ref())),
            ("sales_share", figure(preview.sales_share)),
            ("clv", plain(preview.clv.as_ref())),
            ("value_share", figure(preview.value_share)),
        ],
    );
    lines.csv()
}

/// What a rule would be, and its first members.
pub fn preview(preview: &SegmentPreview, screen: &Screen) -> String {
    let mut drawn = members(&preview.first_members).render(screen);
    // Writing to a String cannot fail.
    let _ = writeln!(
        drawn,
        "{} of {} customers, {}.",
        number::count(preview.members.unsigned_abs()),
        number::count(preview.customers.unsigned_abs()),
        number::percent(preview.customer_share),
    );
    for (what, amount, share) in
        [("revenue", &preview.total_revenue, preview.sales_share), ("CLV", &preview.clv, preview.value_share)]
    {
        if let (Some(amount), Some(share)) = (amount, share) {
            let _ = writeln!(drawn, "Their {what} is {}, {} of all.", money(Some(amount)), number::percent(share));
        }
    }
    drawn
}

#[cfg(test)]
mod tests {
    use clientele_proto::{
        Money,
        value::v1::{SegmentCluster, SegmentRule},
    };

    use super::*;

    fn lines(drawn: &str) -> Vec<String> {
        drawn.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
    }

    fn found() -> SegmentPreview {
        SegmentPreview {
            members: 2,
            customers: 1_000,
            customer_share: 0.002,
            total_revenue: Some(Money { currency_code: "EUR".into(), units: 1_234, nanos: 0 }),
            sales_share: Some(0.25),
            first_members: vec![SegmentMember { customer_external_id: "C-1".into(), ..SegmentMember::default() }],
            ..SegmentPreview::default()
        }
    }

    #[test]
    fn a_preview_ends_with_what_the_members_are_worth() {
        let lines = lines(&preview(&found(), &Screen::plain(100)));
        assert_eq!(
            lines[2..],
            ["C-1", "2 of 1,000 customers, 0.2 %.", "Their revenue is EUR 1,234.00, 25.0 % of all."]
        );
    }

    #[test]
    fn a_spreadsheet_gets_what_the_members_of_a_rule_are_worth() {
        let text = preview_csv(&found());
        let lines: Vec<_> = text.lines().skip(1).collect();
        assert_eq!(lines, ["member,,C-1,,,,,,,,,", "total,,,2,0,1000,0.002,EUR,1234.00,0.25,,"]);
    }

    #[test]
    fn a_spreadsheet_gets_clusters_and_how_well_they_are_told_apart() {
        let cluster = SegmentCluster {
            segment_name: "RFM_1".into(),
            customers: 1_200,
            mean_recency_days: 12.25,
            mean_revenue: Some(Money { currency_code: "EUR".into(), units: 1_234, nanos: 0 }),
            ..SegmentCluster::default()
        };
        let clustering = SegmentClustering {
            customers: 1_200,
            inertia: 7.5,
            silhouette: 0.25,
            clusters: vec![cluster],
            ..SegmentClustering::default()
        };
        let text = clusters_csv(&clustering);
        let lines: Vec<_> = text.lines().skip(1).collect();
        assert_eq!(lines, ["cluster,RFM_1,,1200,12.25,0,EUR,1234.00,,,,", "total,,,1200,,,,,,,7.5,0.25"]);
    }

    #[test]
    fn a_segment_says_who_is_in_it() {
        let segment = |name: &str, definition| Segment {
            segment_name: name.into(),
            members: 3,
            definition: Some(definition),
            ..Segment::default()
        };
        let cluster = SegmentCluster { summary: "buys often, lately, for much".into(), ..SegmentCluster::default() };
        let drawn = list(&[
            segment("FEW", Definition::Rule(SegmentRule { filter: "frequency = 0".into() })),
            segment("RFM_1", Definition::Cluster(cluster)),
        ])
        .csv();
        assert_eq!(
            lines(&drawn)[1..],
            ["FEW,3,rule,frequency = 0", "RFM_1,3,cluster,\"buys often, lately, for much\""]
        );
    }
}
