//! Rows as an Apache Parquet file: typed columns, compressed, read by every tool of data people.
//!
//! Amounts are decimals of nine places (`DECIMAL(28, 9)`), exact whatever the currency; instants are microseconds in UTC; what is not said
//! is NULL. A row group is written when it is full, so that memory does not grow with the file.

use std::{io::Write, sync::Arc};

use anyhow::{Context as _, Result};
use clientele_proto::{Date, Money};
use jiff::civil;
use parquet::{
    basic::{Compression, LogicalType, Repetition, TimeUnit, Type as Physical, ZstdLevel},
    column::writer::ColumnWriter,
    data_type::{ByteArray, FixedLenByteArray},
    file::{properties::WriterProperties, writer::SerializedFileWriter},
    schema::types::{Type, TypePtr},
};
use prost_types::Timestamp;

use super::cell::{Cell, Column, Kind, Row};

/// Rows of a group: some tens of MiB in memory.
const GROUP: usize = 65_536;
/// Bytes that hold 28 digits, and the digits after the point.
const MONEY_BYTES: i32 = 12;
const MONEY_PLACES: u32 = 9;

/// A file that is being written.
pub struct ParquetFile<W: Write + Send> {
    columns: &'static [Column],
    writer: SerializedFileWriter<W>,
    group: Vec<Row>,
}

impl<W: Write + Send> ParquetFile<W> {
    /// Begins a file.
    pub fn begin(columns: &'static [Column], out: W) -> Result<Self> {
        let properties = WriterProperties::builder().set_compression(Compression::ZSTD(ZstdLevel::default())).build();
        let writer = SerializedFileWriter::new(out, schema(columns)?, Arc::new(properties))?;
        Ok(Self { columns, writer, group: Vec::new() })
    }

    /// Adds a row.
    pub fn row(&mut self, row: Row) -> Result<()> {
        self.group.push(row);
        if self.group.len() < GROUP { Ok(()) } else { self.end_group() }
    }

    /// Writes what is left and the foot, without which the file is none.
    pub fn end(mut self) -> Result<()> {
        if !self.group.is_empty() {
            self.end_group()?;
        }
        Ok(self.writer.into_inner()?.flush()?)
    }

    fn end_group(&mut self) -> Result<()> {
        let rows = std::mem::take(&mut self.group);
        let mut group = self.writer.next_row_group()?;
        for at in 0..self.columns.len() {
            let mut column = group.next_column()?.context("a column without a writer")?;
            write(column.untyped(), rows.iter().map(|row| &row[at]))?;
            column.close()?;
        }
        group.close()?;
        Ok(())
    }
}

fn schema(columns: &[Column]) -> Result<TypePtr> {
    let fields = columns.iter().map(|column| {
        let (physical, logical) = match column.kind {
            Kind::Text => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
            Kind::Int => (Physical::INT64, None),
            Kind::Number => (Physical::DOUBLE, None),
            Kind::Money => (Physical::FIXED_LEN_BYTE_ARRAY, Some(LogicalType::decimal(MONEY_PLACES as i32, 28))),
            Kind::Day => (Physical::INT32, Some(LogicalType::Date)),
            Kind::Instant => (Physical::INT64, Some(LogicalType::timestamp(true, TimeUnit::MICROS))),
        };
        let mut field = Type::primitive_type_builder(column.name, physical).with_repetition(Repetition::OPTIONAL);
        if column.kind == Kind::Money {
            field = field.with_length(MONEY_BYTES).with_precision(28).with_scale(MONEY_PLACES as i32);
        }
        Ok(Arc::new(field.with_logical_type(logical).build()?))
    });
    let fields = fields.collect::<Result<_>>()?;
    Ok(Arc::new(Type::group_type_builder("schema").with_fields(fields).build()?))
}

/// Writes a column of a group. Every column is optional: a level of 1 stands for a value, 0 for none.
fn write<'r>(writer: &mut ColumnWriter<'_>, cells: impl Iterator<Item = &'r Cell>) -> Result<()> {
    match writer {
        ColumnWriter::ByteArrayColumnWriter(writer) => {
            let (values, levels) = split(cells.map(text));
            writer.write_batch(&values, Some(&levels), None)?;
        }
        ColumnWriter::Int64ColumnWriter(writer) => {
            let (values, levels) = split(cells.map(int));
            writer.write_batch(&values, Some(&levels), None)?;
        }
        ColumnWriter::DoubleColumnWriter(writer) => {
            let (values, levels) = split(cells.map(number));
            writer.write_batch(&values, Some(&levels), None)?;
        }
        ColumnWriter::FixedLenByteArrayColumnWriter(writer) => {
            let (values, levels) = split(cells.map(money));
            writer.write_batch(&values, Some(&levels), None)?;
        }
        ColumnWriter::Int32ColumnWriter(writer) => {
            let (values, levels) = split(cells.map(day));
            writer.write_batch(&values, Some(&levels), None)?;
        }
        _ => anyhow::bail!("a column of a kind that is never made"),
    }
    Ok(())
}

fn split<T>(cells: impl Iterator<Item = Option<T>>) -> (Vec<T>, Vec<i16>) {
    let (mut values, mut levels) = (Vec::new(), Vec::new());
    for cell in cells {
        levels.push(i16::from(cell.is_some()));
        values.extend(cell);
    }
    (values, levels)
}

fn text(cell: &Cell) -> Option<ByteArray> {
    match cell {
        Cell::Text(text) if !text.is_empty() => Some(ByteArray::from(text.as_str())),
        _ => None,
    }
}

fn int(cell: &Cell) -> Option<i64> {
    match cell {
        Cell::Int(number) => *number,
        Cell::Instant(time) => time.as_ref().map(micros),
        _ => None,
    }
}

fn number(cell: &Cell) -> Option<f64> {
    if let Cell::Number(number) = cell { *number } else { None }
}

fn money(cell: &Cell) -> Option<FixedLenByteArray> {
    if let Cell::Money(amount) = cell { amount.as_ref().map(decimal) } else { None }
}

fn day(cell: &Cell) -> Option<i32> {
    if let Cell::Day(day) = cell { day.as_ref().and_then(days) } else { None }
}

fn micros(time: &Timestamp) -> i64 {
    time.seconds.saturating_mul(1_000_000).saturating_add(i64::from(time.nanos) / 1_000)
}

/// The amount in billionths, as the last bytes of its two's complement, the most significant first.
fn decimal(amount: &Money) -> FixedLenByteArray {
    let billionths = i128::from(amount.units) * 10_i128.pow(MONEY_PLACES) + i128::from(amount.nanos);
    let bytes = billionths.to_be_bytes();
    FixedLenByteArray::from(bytes[bytes.len() - MONEY_BYTES as usize..].to_vec())
}

/// Days since 1970-01-01.
fn days(date: &Date) -> Option<i32> {
    let (year, month, day) = (date.year.try_into().ok()?, date.month.try_into().ok()?, date.day.try_into().ok()?);
    let date = civil::Date::new(year, month, day).ok()?;
    Some(date.since(civil::date(1970, 1, 1)).ok()?.get_days())
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use parquet::{
        file::reader::{FileReader as _, SerializedFileReader},
        record::Field,
    };

    use super::*;

    const COLUMNS: &[Column] = &[
        Column { name: "name", kind: Kind::Text },
        Column { name: "count", kind: Kind::Int },
        Column { name: "share", kind: Kind::Number },
        Column { name: "amount", kind: Kind::Money },
        Column { name: "day", kind: Kind::Day },
        Column { name: "time", kind: Kind::Instant },
    ];

    fn read(rows: Vec<Row>) -> Vec<Vec<Field>> {
        let mut written = Vec::new();
        let mut file = ParquetFile::begin(COLUMNS, &mut written).unwrap();
        for row in rows {
            file.row(row).unwrap();
        }
        file.end().unwrap();
        let reader = SerializedFileReader::new(Bytes::from(written)).unwrap();
        let rows = reader.get_row_iter(None).unwrap();
        rows.map(|row| row.unwrap().get_column_iter().map(|(_, field)| field.clone()).collect()).collect()
    }

    fn row(number: i64) -> Row {
        vec![
            Cell::text("客户"),
            Cell::Int(Some(number)),
            Cell::Number(Some(0.25)),
            Cell::Money(Some(Money { currency_code: "EUR".into(), units: -12, nanos: -340_000_000 })),
            Cell::Day(Some(Date { year: 1969, month: 12, day: 31 })),
            Cell::Instant(Some(Timestamp { seconds: 852_163_200, nanos: 500_000_000 })),
        ]
    }

    #[test]
    fn values_come_back_as_they_were() {
        let read = read(vec![row(7)]);
        let Field::Decimal(amount) = &read[0][3] else { panic!("{:?}", read[0][3]) };
        let mut bytes = [0xff; 16];
        bytes[4..].copy_from_slice(amount.data());
        assert_eq!((i128::from_be_bytes(bytes), amount.scale()), (-12_340_000_000, 9));
        assert_eq!(read[0][..3], [Field::Str("客户".into()), Field::Long(7), Field::Double(0.25)]);
        assert_eq!(read[0][4..], [Field::Date(-1), Field::TimestampMicros(852_163_200_500_000)]);
    }

    #[test]
    fn what_is_not_said_is_null() {
        let nothing = vec![
            Cell::text(""),
            Cell::Int(None),
            Cell::Number(None),
            Cell::Money(None),
            Cell::Day(None),
            Cell::Instant(None),
        ];
        assert!(read(vec![nothing]).iter().flatten().all(|field| *field == Field::Null));
        assert!(read(Vec::new()).is_empty());
    }

    #[test]
    fn rows_keep_their_order_over_groups() {
        let count = GROUP as i64 + 3;
        let numbers: Vec<_> = read((0..count).map(row).collect()).into_iter().map(|row| row[1].clone()).collect();
        assert_eq!(numbers, (0..count).map(Field::Long).collect::<Vec<_>>());
    }
}
