//! Scores as rows: one a customer.

use clientele_proto::value::v1::{LifecycleStage, Score};

use super::cell::{
    Cell, Column,
    Kind::{Day, Instant, Int, Money, Number, Text},
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
        Column { name: "margin", kind: Money },
        Column { name: "cost_of_goods", kind: Money },
        Column { name: "cost_to_serve", kind: Money },
        Column { name: "payback_days", kind: Int },
        Column { name: "candidate_tier", kind: Text },
        Column { name: "update_time", kind: Instant },
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
            Cell::Money(brought.margin),
            Cell::Money(brought.cost_of_goods),
            Cell::Money(brought.cost_to_serve),
            Cell::Int(brought.payback_days.map(i64::from)),
            Cell::text(&self.candidate_tier),
            Cell::Instant(self.update_time),
        ]]
    }
}

/// As filters write it.
fn stage(stage: LifecycleStage) -> &'static str {
    stage.as_str_name().strip_prefix("LIFECYCLE_STAGE_").filter(|name| *name != "UNSPECIFIED").unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use clientele_proto::{
        Money as Amount,
        value::v1::{Contribution, PurchaseSummary},
    };
    use parquet::{
        file::reader::{FileReader as _, SerializedFileReader},
        record::Field,
    };

    use super::*;
    use crate::exporting::{FileFormat, csv, sink::Sink};

    fn euros(units: i64) -> Amount {
        Amount { currency_code: "EUR".into(), units, nanos: 0 }
    }

    /// The cells of a line by the names of their columns.
    fn cells<const N: usize>(score: &Score, names: [&str; N]) -> [String; N] {
        let (header, line) = (csv::header(Score::COLUMNS), csv::line(&score.rows()[0]));
        names.map(|name| {
            let place = header.trim_end().split(',').position(|column| column == name).unwrap();
            line.trim_end_matches('\n').split(',').nth(place).unwrap().to_owned()
        })
    }

    const ADDED: [&str; 6] =
        ["margin", "cost_of_goods", "cost_to_serve", "payback_days", "candidate_tier", "update_time"];

    fn contributed() -> Score {
        let contribution = Contribution {
            margin: Some(euros(30)),
            cost_of_goods: Some(euros(-7)),
            cost_to_serve: Some(euros(4)),
            payback_days: Some(0),
            ..Contribution::default()
        };
        Score {
            contribution: Some(contribution),
            candidate_tier: "KEY".into(),
            update_time: Some(prost_types::Timestamp { seconds: 852_163_200, nanos: 500_000_000 }),
            ..Score::default()
        }
    }

    #[test]
    fn what_a_customer_cost_and_what_changed_since_the_run_stand_last() {
        let expected = ["30.00", "-7.00", "4.00", "0", "KEY", "1997-01-02T00:00:00.5Z"];
        assert_eq!(cells(&contributed(), ADDED), expected);
        assert_eq!(cells(&Score::default(), ADDED), [""; 6], "what is not said is empty, and no 0");
        let last = &Score::COLUMNS[Score::COLUMNS.len() - ADDED.len()..];
        assert_eq!(
            last.iter().map(|column| column.name).collect::<Vec<_>>(),
            ADDED,
            "columns before keep their places"
        );
    }

    #[test]
    fn parquet_has_them_typed() {
        let mut written = Vec::new();
        let mut sink = Sink::begin::<Score>(FileFormat::Parquet, &mut written).unwrap();
        sink.write(&contributed()).unwrap();
        sink.write(&Score::default()).unwrap();
        sink.end().unwrap();
        let reader = SerializedFileReader::new(Bytes::from(written)).unwrap();
        let row = |row: parquet::record::Row| {
            let fields: Vec<_> = row.get_column_iter().map(|(name, field)| (name.clone(), field.clone())).collect();
            ADDED.map(|name| fields.iter().find(|(it, _)| it == name).unwrap().1.clone())
        };
        let rows: Vec<_> = reader.get_row_iter(None).unwrap().map(|it| row(it.unwrap())).collect();
        let decimal = |field: &Field| match field {
            Field::Decimal(amount) => {
                let bytes = amount.data().iter().fold(0, |sum: i128, byte| (sum << 8) | i128::from(*byte));
                let negative = amount.data()[0] & 0x80 != 0;
                if negative { bytes - (1_i128 << (8 * amount.data().len())) } else { bytes }
            }
            other => panic!("{other:?} is no decimal"),
        };
        let [margin, goods, serve, days, tier, time] = &rows[0];
        assert_eq!([margin, goods, serve].map(decimal), [30, -7, 4].map(|units: i128| units * 1_000_000_000));
        assert_eq!((days, tier), (&Field::Long(0), &Field::Str("KEY".into())));
        assert_eq!(*time, Field::TimestampMicros(852_163_200_500_000));
        assert!(rows[1].iter().all(|field| *field == Field::Null), "{:?}", rows[1]);
    }

    #[test]
    fn a_score_is_a_line_with_a_cell_for_each_column() {
        let score = Score {
            customer_external_id: "C-1".into(),
            rank: 2,
            stage: LifecycleStage::AtRisk.into(),
            clv: Some(euros(12)),
            purchases: Some(PurchaseSummary {
                frequency: 3,
                total_revenue: Some(euros(40)),
                ..PurchaseSummary::default()
            }),
            ..Score::default()
        };
        let rows = score.rows();
        assert_eq!((rows.len(), rows[0].len()), (1, Score::COLUMNS.len()));
        let named =
            ["customer_external_id", "currency_code", "rank", "stage", "clv", "frequency", "total_revenue", "index"];
        assert_eq!(cells(&score, named), ["C-1", "EUR", "2", "AT_RISK", "12.00", "3", "40.00", ""]);
        assert_eq!(stage(LifecycleStage::Unspecified), "");
    }
}
