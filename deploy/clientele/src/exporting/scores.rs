//! Scores as rows: one a customer.

use clientele_proto::value::v1::{LifecycleStage, Score};

use super::cell::{
    Cell, Column,
    Kind::{Day, Int, Money, Number, Text},
    Row, Rows,
};

impl Rows for Score {
    const COLUMNS: &'static [Column] = &[
        Column { name: "customer_id", kind: Text },
        Column { name: "customer_external_id", kind: Text },
        Column { name: "score_run_id", kind: Text },
        Column { name: "as_of_date", kind: Day },
        Column { name: "currency_code", kind: Text },
        Column { name: "rank", kind: Int },
        Column { name: "tier", kind: Text },
        Column { name: "earned_tier", kind: Text },
        Column { name: "index", kind: Number },
        Column { name: "rfm_code", kind: Text },
        Column { name: "segment", kind: Text },
        Column { name: "stage", kind: Text },
        Column { name: "stage_since_date", kind: Day },
        Column { name: "p_alive", kind: Number },
        Column { name: "expected_purchases", kind: Number },
        Column { name: "expected_spend", kind: Money },
        Column { name: "clv", kind: Money },
        Column { name: "frequency", kind: Int },
        Column { name: "recency_days", kind: Int },
        Column { name: "age_days", kind: Int },
        Column { name: "days_since_last_purchase", kind: Int },
        Column { name: "first_purchase_date", kind: Day },
        Column { name: "last_purchase_date", kind: Day },
        Column { name: "total_revenue", kind: Money },
        Column { name: "monetary_value", kind: Money },
        Column { name: "revenue_last_year", kind: Money },
        Column { name: "revenue_year_before", kind: Money },
        Column { name: "total_cost", kind: Money },
        Column { name: "profit", kind: Money },
        Column { name: "acquisition_cost", kind: Money },
        Column { name: "clv_to_cac", kind: Number },
        Column { name: "payback_date", kind: Day },
    ];

    fn rows(&self) -> Vec<Row> {
        let (rfm, did) = (self.rfm.clone().unwrap_or_default(), self.purchases.clone().unwrap_or_default());
        let brought = self.contribution.clone().unwrap_or_default();
        let currency = did.total_revenue.as_ref().map(|revenue| revenue.currency_code.clone()).unwrap_or_default();
        vec![vec![
            Cell::text(&self.customer_id),
            Cell::text(&self.customer_external_id),
            Cell::text(&self.score_run_id),
            Cell::Day(self.as_of_date),
            Cell::Text(currency),
            Cell::Int(Some(self.rank)),
            Cell::text(&self.tier),
            Cell::text(&self.earned_tier),
            Cell::Number(self.index),
            Cell::Text(rfm.code),
            Cell::Text(rfm.segment),
            Cell::text(stage(self.stage())),
            Cell::Day(self.stage_since_date),
            Cell::Number(Some(self.p_alive)),
            Cell::Number(Some(self.expected_purchases)),
            Cell::Money(self.expected_spend.clone()),
            Cell::Money(self.clv.clone()),
            Cell::Int(Some(did.frequency)),
            Cell::Int(Some(did.recency_days.into())),
            Cell::Int(Some(did.age_days.into())),
            Cell::Int(Some(did.days_since_last_purchase.into())),
            Cell::Day(did.first_purchase_date),
            Cell::Day(did.last_purchase_date),
            Cell::Money(did.total_revenue),
            Cell::Money(did.monetary_value),
            Cell::Money(did.revenue_last_year),
            Cell::Money(did.revenue_year_before),
            Cell::Money(did.total_cost),
            Cell::Money(brought.profit),
            Cell::Money(brought.acquisition_cost),
            Cell::Number(brought.clv_to_cac),
            Cell::Day(brought.payback_date),
        ]]
    }
}

/// As filters write it.
fn stage(stage: LifecycleStage) -> &'static str {
    stage.as_str_name().strip_prefix("LIFECYCLE_STAGE_").filter(|name| *name != "UNSPECIFIED").unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use clientele_proto::{Money as Amount, value::v1::PurchaseSummary};

    use super::*;
    use crate::exporting::csv;

    #[test]
    fn a_score_is_a_line_with_a_cell_for_each_column() {
        let euros = |units| Some(Amount { currency_code: "EUR".into(), units, nanos: 0 });
        let score = Score {
            customer_external_id: "C-1".into(),
            rank: 2,
            stage: LifecycleStage::AtRisk.into(),
            clv: euros(12),
            purchases: Some(PurchaseSummary { frequency: 3, total_revenue: euros(40), ..PurchaseSummary::default() }),
            ..Score::default()
        };
        let rows = score.rows();
        assert_eq!((rows.len(), rows[0].len()), (1, Score::COLUMNS.len()));
        let (header, line) = (csv::header(Score::COLUMNS), csv::line(&rows[0]));
        let cell = |name: &str| {
            let place = header.trim_end().split(',').position(|column| column == name).unwrap();
            line.trim_end().split(',').nth(place).unwrap().to_owned()
        };
        let named =
            ["customer_external_id", "currency_code", "rank", "stage", "clv", "frequency", "total_revenue", "index"];
        assert_eq!(named.map(cell), ["C-1", "EUR", "2", "AT_RISK", "12.00", "3", "40.00", ""]);
        assert_eq!(stage(LifecycleStage::Unspecified), "");
    }
}
