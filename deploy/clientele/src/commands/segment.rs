//! `clientele segment`: groups of customers by rule, by list or by cluster.

use anyhow::Result;
use clap::{Args, Subcommand};
use clientele_proto::value::v1::{
    CreateSegmentClusteringRequest, CreateSegmentRequest, GetSegmentPreviewRequest, ListSegmentMembersRequest,
    ListSegmentsRequest, Segment as SegmentMessage, SegmentClustering, SegmentList, SegmentMember, SegmentRule,
    get_segment_preview_request, list_segment_members_request, segment::Definition,
};

use super::segment_change::{self, Change};
use crate::{
    online::{Online, block_on, explain},
    report::{json, segment},
    term::Format,
};

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Segment {
    /// List the segments, oldest first
    List(List),
    /// Make a segment: by a rule, or as a list
    Create(Create),
    /// Find clusters among the customers of the newest score run, and make a segment of each
    Cluster(Cluster),
    /// Count who would fit a rule, and what they are worth; nothing is stored
    Preview(Preview),
    /// List who is in a segment, in the order in which customers became known
    Members(Members),
    /// Put customers on a list; who is on it already stays
    Add(Change),
    /// Take customers off a list; who is not on it is no error
    Remove(Change),
}

/// Flags of `segment list`.
#[derive(Debug, Args)]
pub struct List {
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    #[command(flatten)]
    online: Online,
}

/// Flags of `segment create`.
#[derive(Debug, Args)]
pub struct Create {
    /// Its name: capital letters, digits and underscores
    #[arg(value_name = "NAME")]
    name: String,
    /// Who is in it, such as 'tier = "KEY" AND customer.country_code = "DE"'; without it, it is a list that you keep
    #[arg(long, value_name = "FILTER")]
    rule: Option<String>,
    /// What it is for
    #[arg(long, default_value = "", value_name = "TEXT")]
    description: String,
    /// Currency whose score runs it follows; by default the latest run, whatever its currency
    #[arg(long, default_value = "", value_name = "CODE")]
    currency: String,
    #[command(flatten)]
    online: Online,
}

/// Flags of `segment cluster`.
#[derive(Debug, Args)]
pub struct Cluster {
    /// What the names of the segments begin with, such as RFM
    #[arg(value_name = "PREFIX")]
    prefix: String,
    /// How many clusters; by default as many as are told best apart
    #[arg(long, default_value_t = 0, value_name = "CLUSTERS", value_parser = clap::value_parser!(i32).range(0..=12))]
    count: i32,
    /// Where the search begins; the same number finds the same clusters
    #[arg(long, default_value_t = 0, value_name = "NUMBER")]
    seed: i64,
    /// Find them, and make no segments
    #[arg(long)]
    dry_run: bool,
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    #[command(flatten)]
    online: Online,
}

/// Flags of `segment preview`.
#[derive(Debug, Args)]
pub struct Preview {
    /// The rule, such as 'days_since_last_purchase > 90 AND total_revenue > 1000'
    #[arg(value_name = "FILTER")]
    rule: String,
    /// Customers to show
    #[arg(long, default_value_t = 10, value_name = "CUSTOMERS", value_parser = clap::value_parser!(i32).range(1..=1000))]
    top: i32,
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    #[command(flatten)]
    online: Online,
}

/// Flags of `segment members`.
#[derive(Debug, Args)]
pub struct Members {
    /// The segment's name
    #[arg(value_name = "NAME")]
    name: String,
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    #[command(flatten)]
    online: Online,
}

/// Runs the command.
pub fn run(command: Segment) -> Result<()> {
    match command {
        Segment::List(args) => list(&args),
        Segment::Create(args) => create(&args),
        Segment::Cluster(args) => cluster(&args),
        Segment::Preview(args) => preview(&args),
        Segment::Members(args) => members(&args),
        Segment::Add(args) => segment_change::add(&args),
        Segment::Remove(args) => segment_change::remove(&args),
    }
}

fn list(args: &List) -> Result<()> {
    let segments = block_on(async {
        let mut client = args.online.clients()?.segments;
        let mut request = ListSegmentsRequest { page_size: 1000, ..ListSegmentsRequest::default() };
        let mut segments = Vec::new();
        loop {
            let page = client.list_segments(request.clone()).await.map_err(|status| explain(&status))?.into_inner();
            segments.extend(page.segments);
            if page.next_page_token.is_empty() {
                return Ok(segments);
            }
            request.page_token = page.next_page_token;
        }
    })?;
    args.format.print(
        |screen| segment::list(&segments).render(screen),
        || segment::list(&segments).csv(),
        || segments.iter().map(json::of).collect(),
    )
}

fn create(args: &Create) -> Result<()> {
    let definition = match &args.rule {
        Some(filter) => Definition::Rule(SegmentRule { filter: filter.clone() }),
        None => Definition::List(SegmentList {}),
    };
    let made = SegmentMessage {
        segment_name: args.name.clone(),
        description: args.description.clone(),
        definition: Some(definition),
        currency_code: args.currency.clone(),
        ..SegmentMessage::default()
    };
    let made = block_on(async {
        let mut client = args.online.clients()?.segments;
        let request = CreateSegmentRequest { segment: Some(made), ..CreateSegmentRequest::default() };
        Ok(client.create_segment(request).await.map_err(|status| explain(&status))?.into_inner())
    })?;
    json::print(&json::of(&made)?)
}

fn cluster(args: &Cluster) -> Result<()> {
    let wanted = SegmentClustering {
        name_prefix: args.prefix.clone(),
        cluster_count: args.count,
        seed: args.seed,
        ..SegmentClustering::default()
    };
    let found = block_on(async {
        let mut client = args.online.clients()?.clusterings;
        let request = CreateSegmentClusteringRequest {
            segment_clustering: Some(wanted),
            validate_only: args.dry_run,
            ..CreateSegmentClusteringRequest::default()
        };
        Ok(client.create_segment_clustering(request).await.map_err(|status| explain(&status))?.into_inner())
    })?;
    args.format.print(
        |screen| segment::clusters(&found).render(screen),
        || segment::clusters_csv(&found),
        || json::of(&found),
    )
}

fn preview(args: &Preview) -> Result<()> {
    let rule = SegmentRule { filter: args.rule.clone() };
    let request = GetSegmentPreviewRequest {
        definition: Some(get_segment_preview_request::Definition::Rule(rule)),
        max_members: args.top,
        ..GetSegmentPreviewRequest::default()
    };
    let found = block_on(async {
        let mut client = args.online.clients()?.segments;
        Ok(client.get_segment_preview(request).await.map_err(|status| explain(&status))?.into_inner())
    })?;
    args.format.print(|screen| segment::preview(&found, screen), || segment::preview_csv(&found), || json::of(&found))
}

fn members(args: &Members) -> Result<()> {
    let members = block_on(async {
        let mut client = args.online.clients()?.segments;
        let segment = Some(list_segment_members_request::Segment::SegmentName(args.name.clone()));
        let mut request = ListSegmentMembersRequest { segment, page_size: 1000, ..Default::default() };
        let mut members: Vec<SegmentMember> = Vec::new();
        loop {
            let page =
                client.list_segment_members(request.clone()).await.map_err(|status| explain(&status))?.into_inner();
            members.extend(page.segment_members);
            if page.next_page_token.is_empty() {
                return Ok(members);
            }
            request.page_token = page.next_page_token;
        }
    })?;
    args.format.print(
        |screen| segment::members(&members).render(screen),
        || segment::members(&members).csv(),
        || members.iter().map(json::of).collect(),
    )
}
