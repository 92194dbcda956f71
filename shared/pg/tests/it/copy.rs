//! Rows in and out as Postgres reads and writes them.

use clientele_pg::copy::{CopyError, CopyIn, DecodeError, Reader, RowWriter, copy_out};
use clientele_pg::{Kind, Tx};
use jiff::Timestamp;
use jiff::civil::{Date, date};
use proptest::prelude::*;
use sqlx::{query, query_scalar};
use uuid::Uuid;

use crate::harness::pool;

const TABLE: &str = "CREATE TABLE public.t (a smallint, b int, c bigint, d double precision, e text, f date, g timestamptz, h uuid, \
                     i bytea, j boolean)";
const IN: &str = "COPY public.t FROM STDIN (FORMAT binary)";
const OUT: &str = "COPY public.t TO STDOUT (FORMAT binary)";

#[tokio::test]
async fn every_type_arrives_in_postgres_as_it_was_meant() {
    let pool = pool(1).await;
    query(TABLE).execute(&*pool).await.unwrap();
    let mut tx = Tx::begin(&pool, None).await.unwrap();
    let mut copy = CopyIn::begin(&mut tx, IN).await.unwrap();
    copy.row(10)
        .put(-7_i16)
        .put(70_000_i32)
        .put(i64::MIN)
        .put(0.5_f64)
        .put("naïve 客户")
        .put(date(1997, 1, 1))
        .put("1969-12-31T23:59:59.5Z".parse::<Timestamp>().unwrap())
        .put(Uuid::from_u128(1))
        .put(&b"\x00\xff"[..])
        .put(true);
    copy.flow().await.unwrap();
    let row = copy.row(10);
    for _ in 0..10 {
        row.put_null();
    }
    assert_eq!(copy.finish().await.unwrap(), 2);
    let text: Vec<String> =
        query_scalar("SELECT t::text FROM public.t t WHERE a IS NOT NULL").fetch_all(&mut *tx).await.unwrap();
    let written = "(-7,70000,-9223372036854775808,0.5,\"naïve 客户\",1997-01-01,\"1969-12-31 23:59:59.5+00\",\
                   00000000-0000-0000-0000-000000000001,\"\\\\x00ff\",t)";
    let utc: String = query_scalar("SELECT ''").fetch_one(&mut *tx).await.unwrap();
    assert_eq!(text, [written], "{utc}");

    let mut rows = 0;
    let count = copy_out::<CopyError>(&mut tx, OUT, |row| {
        rows += 1;
        if rows == 2 {
            while row.remaining() > 0 {
                assert_eq!(row.get_opt::<i64>()?, None);
            }
            return Ok(());
        }
        assert_eq!(row.get::<i16>()?, -7);
        assert_eq!(row.get::<i32>()?, 70_000);
        assert_eq!(row.get::<i64>()?, i64::MIN);
        assert_eq!(row.get_opt::<f64>()?, Some(0.5));
        assert_eq!(row.get::<&str>()?, "naïve 客户");
        assert_eq!(row.get::<Date>()?, date(1997, 1, 1));
        assert_eq!(row.get::<Timestamp>()?.to_string(), "1969-12-31T23:59:59.5Z");
        assert_eq!(row.get::<Uuid>()?, Uuid::from_u128(1));
        assert_eq!(row.get::<&[u8]>()?, b"\x00\xff");
        assert!(row.get::<bool>()?);
        assert_eq!(row.get::<bool>(), Err(DecodeError::NoField));
        Ok(())
    })
    .await
    .unwrap();
    assert_eq!(count, 2);
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn many_chunks_in_and_out_lose_nothing() {
    let pool = pool(1).await;
    query("CREATE TABLE public.t (id bigint, name text)").execute(&*pool).await.unwrap();
    let mut tx = Tx::begin(&pool, None).await.unwrap();
    let mut copy = CopyIn::begin(&mut tx, IN).await.unwrap();
    for id in 0..100_000_i64 {
        copy.row(2).put(id).put("a customer of ours");
        copy.flow().await.unwrap();
    }
    assert_eq!(copy.finish().await.unwrap(), 100_000);
    let mut sum = 0;
    let count = copy_out::<CopyError>(&mut tx, OUT, |row| {
        sum += row.get::<i64>()?;
        Ok(())
    })
    .await
    .unwrap();
    assert_eq!((count, sum), (100_000, 100_000 * 99_999 / 2));
}

#[tokio::test]
async fn a_refused_row_fails_the_copy_and_the_transaction_can_go_on_after_a_rollback() {
    let pool = pool(1).await;
    query("CREATE TABLE public.t (id bigint CONSTRAINT once PRIMARY KEY)").execute(&*pool).await.unwrap();
    let mut tx = Tx::begin(&pool, None).await.unwrap();
    let mut copy = CopyIn::begin(&mut tx, IN).await.unwrap();
    copy.row(1).put(1_i64);
    copy.row(1).put(1_i64);
    let error = copy.finish().await.unwrap_err();
    assert_eq!(Kind::of(&error), Kind::Violation);
    tx.rollback().await.unwrap();
    let mut tx = Tx::begin(&pool, None).await.unwrap();
    let copy = CopyIn::begin(&mut tx, IN).await.unwrap();
    copy.abort("changed our mind").await.unwrap();
    tx.rollback().await.unwrap();
}

#[test]
fn bytes_that_are_no_binary_copy_are_refused() {
    let mut reader = Reader::new();
    let fed = reader.feed::<DecodeError>(b"id,name\n1,x\n", |_| Ok(()));
    assert_eq!(fed, Err(DecodeError::Header));
    let mut cut = Reader::new();
    let mut rows = RowWriter::default();
    rows.row(1).put(1_i64);
    cut.feed::<DecodeError>(rows.bytes(), |_| Ok(())).unwrap();
    assert_eq!(cut.finish(), Err(DecodeError::Truncated));
}

proptest! {
    #[test]
    fn rows_read_the_same_however_the_bytes_are_cut(
        values in prop::collection::vec((any::<i64>(), prop::option::of(".{0,40}")), 0..30),
        chunk in 1_usize..50,
    ) {
        let mut rows = RowWriter::default();
        for (id, name) in &values {
            rows.row(2).put(*id).put_opt(name.as_deref());
        }
        rows.finish();
        let mut reader = Reader::new();
        let mut read = Vec::new();
        for piece in rows.bytes().chunks(chunk) {
            reader.feed::<DecodeError>(piece, |row| {
                read.push((row.get::<i64>()?, row.get_opt::<&str>()?.map(str::to_owned)));
                Ok(())
            }).unwrap();
        }
        prop_assert_eq!(reader.finish().unwrap(), values.len() as u64);
        prop_assert_eq!(read, values);
    }

    #[test]
    fn garbage_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..200), flip in any::<prop::sample::Index>()) {
        let mut rows = RowWriter::default();
        rows.row(3).put(1_i64).put("x").put_null();
        rows.finish();
        let mut data = rows.bytes().to_vec();
        let at = flip.index(data.len());
        data[at] ^= 0x55;
        data.extend(bytes);
        let mut reader = Reader::new();
        let _ = reader.feed::<DecodeError>(&data, |row| {
            row.get::<i64>()?;
            row.get::<&str>()?;
            row.get_opt::<Date>()?;
            Ok(())
        });
    }

    #[test]
    fn every_date_and_instant_survives(days in -300_000_i64..300_000, microseconds in -30_000_000_000_000_000_i64..30_000_000_000_000_000) {
        let day = date(2000, 1, 1).checked_add(jiff::SignedDuration::from_hours(days * 24)).unwrap();
        let instant = Timestamp::from_microsecond(microseconds).unwrap();
        let mut rows = RowWriter::default();
        rows.row(2).put(day).put(instant);
        rows.finish();
        let mut reader = Reader::new();
        reader.feed::<DecodeError>(rows.bytes(), |row| {
            assert_eq!(row.get::<Date>()?, day);
            assert_eq!(row.get::<Timestamp>()?, instant);
            Ok(())
        }).unwrap();
    }
}
