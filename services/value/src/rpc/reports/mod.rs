//! `ValueReportService`: an RPC a file.

mod get_growth_report;
mod get_model_quality_report;
mod get_tier_movement_report;

use std::sync::Arc;

use clientele_error::Violation;
use clientele_proto::{
    Date as DateMessage,
    value::v1::{
        GetGrowthReportRequest, GetModelQualityReportRequest, GetTierMovementReportRequest, GrowthReport,
        ModelQualityReport, TierMovementReport,
        value_report_service_server::{ValueReportService, ValueReportServiceServer},
    },
};
use clientele_service::rpc::unary;
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use tonic::{Request, Response, Status};

use crate::{State, domain::day};

/// The service over `state`.
pub fn server(state: Arc<State>) -> ValueReportServiceServer<ValueReports> {
    ValueReportServiceServer::new(ValueReports { state })
}

/// The table of its RPCs.
#[derive(Debug)]
pub struct ValueReports {
    state: Arc<State>,
}

#[tonic::async_trait]
impl ValueReportService for ValueReports {
    async fn get_tier_movement_report(
        &self,
        request: Request<GetTierMovementReportRequest>,
    ) -> Result<Response<TierMovementReport>, Status> {
        unary(request, async |call, request| {
            get_tier_movement_report::get_tier_movement_report(&self.state, call, request).await
        })
        .await
    }

    async fn get_growth_report(
        &self,
        request: Request<GetGrowthReportRequest>,
    ) -> Result<Response<GrowthReport>, Status> {
        unary(request, async |call, request| get_growth_report::get_growth_report(&self.state, call, request).await)
            .await
    }

    async fn get_model_quality_report(
        &self,
        request: Request<GetModelQualityReportRequest>,
    ) -> Result<Response<ModelQualityReport>, Status> {
        unary(request, async |call, request| {
            get_model_quality_report::get_model_quality_report(&self.state, call, request).await
        })
        .await
    }
}

/// A day of a request, which may lie ahead; `None` where it says none or a wrong one.
fn given(field: &str, message: Option<DateMessage>, violations: &mut Vec<Violation>) -> Option<Date> {
    let message = message?;
    let told = |errors: Vec<day::DayError>| {
        violations.extend(errors.into_iter().map(|error| {
            let path = error.field().map_or_else(|| field.to_owned(), |part| format!("{field}.{part}"));
            Violation::new(path, error.to_string())
        }));
    };
    day::day(message.year, message.month, message.day, Date::MAX).map_err(told).ok()
}

/// The day it is (UTC).
fn today(now: Timestamp) -> Date {
    now.to_zoned(TimeZone::UTC).date()
}
