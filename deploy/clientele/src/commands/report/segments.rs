//! `clientele report segments`: who came to segments, left and stayed.

use anyhow::{Result, anyhow};
use clap::{Args, ValueEnum};
use clientele_proto::value::v1::{
    GetSegmentMovementReportRequest, GetSegmentRequest, ListSegmentsRequest, Segment, SegmentMovementGrouping,
    get_segment_request, segment_service_client::SegmentServiceClient,
};
use clientele_service::client::Peer;
use jiff::civil;
use tonic::Code;

use crate::{
    files::date,
    online::{Online, block_on, explain},
    report::segment_movement::{self, Moved},
    term::Format,
};

/// Count who joined segments in a period, left them and stayed
#[derive(Debug, Args)]
pub struct Segments {
    /// Names of segments; by default all
    #[arg(value_name = "NAME")]
    names: Vec<String>,
    /// What to count movement by
    #[arg(long, value_enum, default_value_t)]
    by: By,
    /// First day of the period; by default all since a segment was made
    #[arg(long, value_name = "DAY", value_parser = date::parse_day)]
    from: Option<civil::Date>,
    /// Last day of the period; by default today
    #[arg(long, value_name = "DAY", value_parser = date::parse_day)]
    to: Option<civil::Date>,
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    #[command(flatten)]
    online: Online,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum By {
    /// Months.
    #[default]
    Month,
    /// Days.
    Day,
    /// Score runs, and what happened between them.
    ScoreRun,
}

/// Runs the command.
pub fn print(args: &Segments) -> Result<()> {
    let grouping = match args.by {
        By::Month => SegmentMovementGrouping::Month,
        By::Day => SegmentMovementGrouping::Day,
        By::ScoreRun => SegmentMovementGrouping::ScoreRun,
    };
    let moved = block_on(async {
        let mut client = args.online.clients()?.segments;
        let mut moved = Vec::new();
        for segment in segments(&mut client, &args.names).await? {
            let request = GetSegmentMovementReportRequest {
                segment_id: segment.segment_id,
                start_date: args.from.map(date::message),
                end_date: args.to.map(date::message),
                grouping: grouping.into(),
            };
            let report = client.get_segment_movement_report(request).await.map_err(|status| explain(&status))?;
            moved.push(Moved { segment_name: segment.segment_name, report: report.into_inner() });
        }
        Ok(moved)
    })?;
    args.format.print(
        |screen| segment_movement::render(&moved, grouping, screen),
        || segment_movement::csv(&moved),
        || segment_movement::json(&moved),
    )
}

/// Those of these names, or all, oldest first.
async fn segments(client: &mut SegmentServiceClient<Peer>, names: &[String]) -> Result<Vec<Segment>> {
    let mut segments = Vec::new();
    for name in names {
        let segment = Some(get_segment_request::Segment::SegmentName(name.clone()));
        let found = client.get_segment(GetSegmentRequest { segment }).await.map_err(|status| match status.code() {
            Code::NotFound => anyhow!("there is no segment {name}: `clientele segment list` shows those there are"),
            _ => explain(&status),
        })?;
        segments.push(found.into_inner());
    }
    if names.is_empty() {
        let mut request = ListSegmentsRequest { page_size: 1000, ..ListSegmentsRequest::default() };
        loop {
            let page = client.list_segments(request.clone()).await.map_err(|status| explain(&status))?.into_inner();
            segments.extend(page.segments);
            if page.next_page_token.is_empty() {
                break;
            }
            request.page_token = page.next_page_token;
        }
    }
    Ok(segments)
}
