//! Whatever is changed behind the service's back, `verify_audit_log(` finds it and says where.

use clientele_proto::qualification::v1::{AuditLogVerification, audit_difference::Kind};
use sqlx::AssertSqlSafe;

use crate::audited::Audited;

/// Seven entries of two subjects, whose chains of states are whole, sealed in two or more batches.
async fn furnished() -> Audited {
    let log = Audited::start().await;
    for number in 0..7_i64 {
        let state = |step: i64| if step == 0 { String::new() } else { step.to_string() };
        log.step(number % 2, &state(number / 2), &state(number / 2 + 1)).await;
        if number == 2 {
            log.sealed(3).await;
        }
    }
    log.sealed(7).await;
    let report = log.verified().await;
    assert!(report.intact, "{:?}", report.differences);
    assert_eq!((report.entry_count, report.subject_count, report.unsealed_count), (7, 2, 0));
    assert_eq!(report.root_hash, log.head(0).await.root_hash);
    log
}

async fn change(log: &Audited, sql: &str) {
    let done = sqlx::query(AssertSqlSafe(sql.to_owned())).execute(&mut log.database.owner().await).await.unwrap();
    assert!(done.rows_affected() > 0, "nothing was changed: {sql}");
}

fn kinds(report: &AuditLogVerification) -> Vec<(Kind, Option<i64>)> {
    report.differences.iter().map(|one| (one.kind(), one.leaf_index)).collect()
}

/// Changes something, and answers what is found before it is put right again.
async fn found(log: &Audited, sql: &str, undo: &str) -> Vec<(Kind, Option<i64>)> {
    change(log, sql).await;
    let report = log.verified().await;
    assert!(!report.intact && report.difference_count > 0, "nothing was found after {sql}");
    change(log, undo).await;
    let after = log.verified().await;
    assert!(after.intact, "{sql} was not undone: {:?}", after.differences);
    kinds(&report)
}

fn flip(column: &str, byte: usize) -> String {
    format!("{column} = set_byte({column}, {byte}, get_byte({column}, {byte}) # 1)")
}

#[tokio::test]
async fn a_flipped_byte_is_found_wherever_it_is() {
    let log = furnished().await;
    let leaf: i32 = sqlx::query_scalar("SELECT length(leaf) FROM qualification.audit_entry WHERE leaf_index = 3")
        .fetch_one(&*log.pool)
        .await
        .unwrap();
    for (column, byte, kind) in [
        ("leaf", 0, Kind::LeafChanged),
        ("leaf", leaf as usize / 2, Kind::LeafChanged),
        ("leaf", leaf as usize - 1, Kind::LeafChanged),
        ("salt", 0, Kind::ContentChanged),
        ("salt", 31, Kind::ContentChanged),
        ("content", 0, Kind::ContentChanged),
        ("content", 37, Kind::ContentChanged),
    ] {
        let sql = format!("UPDATE qualification.audit_entry SET {} WHERE leaf_index = 3", flip(column, byte));
        let found = found(&log, &sql, &sql).await;
        assert!(found.contains(&(kind, Some(3))), "{column} {byte}: {found:?}");
    }
    for (level, index, leaf) in [(0, 3, 3), (1, 0, 1), (1, 2, 5), (2, 0, 3)] {
        for byte in [0, 31] {
            let of = format!("WHERE level = {level} AND node_index = {index}");
            let sql = format!("UPDATE qualification.audit_node SET {} {of}", flip("hash", byte));
            let kind = if level == 0 { Kind::LeafChanged } else { Kind::NodeChanged };
            assert_eq!(found(&log, &sql, &sql).await, [(kind, Some(leaf))], "node {level} {index}");
        }
    }
    for size in log.head_sizes().await {
        for (column, byte, kind) in [
            ("root_hash", 5, Kind::TreeHeadChanged),
            ("signature", 0, Kind::TreeHeadSignature),
            ("signature", 63, Kind::TreeHeadSignature),
            ("key_id", 9, Kind::TreeHeadSignature),
        ] {
            let sql =
                format!("UPDATE qualification.audit_tree_head SET {} WHERE tree_size = {size}", flip(column, byte));
            let found = found(&log, &sql, &sql).await;
            assert!(found.contains(&(kind, None)), "{column} of the head of {size}: {found:?}");
        }
    }
    let time = |sign: &str| {
        format!(
            "UPDATE qualification.audit_tree_head SET sign_time = sign_time {sign} interval '1 microsecond' WHERE tree_size = 7"
        )
    };
    assert_eq!(found(&log, &time("+"), &time("-")).await, [(Kind::TreeHeadSignature, None)]);
}

#[tokio::test]
async fn columns_that_say_something_else_than_the_leaf_are_found() {
    let log = furnished().await;
    for (column, other) in [
        ("subject_kind", "'case'"),
        ("subject_id", "'nobody'"),
        ("customer_id", "'0198c1f2-7d3a-7cc3-8a51-00000000ffff'"),
        ("transition", "'approved'"),
        ("actor", "'somebody else'"),
        ("transition_time", "transition_time + interval '1 second'"),
    ] {
        change(&log, &format!("UPDATE qualification.audit_entry SET {column} = {other} WHERE leaf_index = 4")).await;
        let report = log.verified().await;
        assert_eq!(kinds(&report)[0], (Kind::EntryChanged, Some(4)), "{column}");
        let told = &report.differences[0].description;
        assert!(told.contains(column), "{told}");
    }
}

#[tokio::test]
async fn a_content_that_is_taken_from_a_customer_who_was_not_erased_is_found() {
    let log = furnished().await;
    change(&log, "UPDATE qualification.audit_entry SET salt = NULL, content = NULL WHERE leaf_index = 6").await;
    assert_eq!(kinds(&log.verified().await), [(Kind::ContentMissing, Some(6))]);
}

#[tokio::test]
async fn an_entry_that_is_removed_is_found_in_the_middle_and_at_the_end() {
    for index in [0, 3, 6] {
        let log = furnished().await;
        change(&log, &format!("DELETE FROM qualification.audit_entry WHERE leaf_index = {index}")).await;
        let report = log.verified().await;
        assert_eq!(kinds(&report)[0], (Kind::EntryMissing, Some(index)));
        assert_eq!(report.root_hash, b"");
    }
}

#[tokio::test]
async fn entries_that_change_places_are_found() {
    let log = furnished().await;
    change(&log, "UPDATE qualification.audit_entry SET leaf_index = 100 WHERE leaf_index = 2").await;
    change(&log, "UPDATE qualification.audit_entry SET leaf_index = 2 WHERE leaf_index = 4").await;
    change(&log, "UPDATE qualification.audit_entry SET leaf_index = 4 WHERE leaf_index = 100").await;
    let found = kinds(&log.verified().await);
    for place in [2, 4] {
        assert!(found.contains(&(Kind::LeafChanged, Some(place))), "{found:?}");
        // Of one subject: its chain of states is broken too.
        assert!(found.contains(&(Kind::StateChain, Some(place))), "{found:?}");
    }
}

#[tokio::test]
async fn an_entry_that_was_never_written_down_by_the_service_is_found() {
    // Beyond the end of the log.
    let log = furnished().await;
    let copy = |place: &str| {
        format!(
            "INSERT INTO qualification.audit_entry (tenant_id, audit_entry_id, leaf_index, subject_kind, subject_id, customer_id, transition, \
             actor, transition_time, leaf, salt, content) \
             SELECT tenant_id, gen_random_uuid(), {place}, subject_kind, subject_id, customer_id, transition, actor, transition_time, leaf, salt, \
             content FROM qualification.audit_entry WHERE leaf_index = 5"
        )
    };
    change(&log, &copy("7")).await;
    let found = kinds(&log.verified().await);
    assert!(found.contains(&(Kind::EntryBeyondEnd, Some(7))), "{found:?}");

    // Left to the sealer, which seals what it finds: the states do not fit.
    let log = furnished().await;
    change(&log, &copy("NULL")).await;
    log.sealed(8).await;
    let found = kinds(&log.verified().await);
    assert_eq!(found, [(Kind::EntryChanged, Some(7)), (Kind::StateChain, Some(7))]);
}

#[tokio::test]
async fn heads_and_hashes_that_are_missing_or_too_many_are_found() {
    let log = furnished().await;
    change(&log, "DELETE FROM qualification.audit_tree_head WHERE tree_size = 7").await;
    assert_eq!(kinds(&log.verified().await), [(Kind::TreeHeadMissing, None)]);

    let log = furnished().await;
    change(&log, "INSERT INTO qualification.audit_node VALUES ('acme', 3, 9, '\\x00')").await;
    assert_eq!(kinds(&log.verified().await), [(Kind::NodeExtra, None)]);

    let log = furnished().await;
    change(&log, "DELETE FROM qualification.audit_node WHERE level = 1 AND node_index = 1").await;
    assert_eq!(kinds(&log.verified().await), [(Kind::NodeChanged, Some(3))]);

    // The log says that it is shorter.
    let log = furnished().await;
    change(&log, "UPDATE qualification.audit_log SET tree_size = 5").await;
    let found = kinds(&log.verified().await);
    assert!(
        found.contains(&(Kind::EntryBeyondEnd, Some(5))) && found.contains(&(Kind::TreeHeadChanged, None)),
        "{found:?}"
    );
}

#[tokio::test]
async fn a_case_whose_row_is_not_where_the_log_ends_is_found() {
    let log = furnished().await;
    change(
        &log,
        "INSERT INTO qualification.qualification_case (tenant_id, case_id, customer_id, round, state, risk_level, approval_kind, approval_scope, \
         approval_conditions, policy_version, version, create_time, update_time) \
         SELECT 'acme', '0198c1f2-7d3a-7cc3-8a51-000000000009', '0198c1f2-7d3a-7cc3-8a51-000000000009', 1, 8, 1, 1, '{}', '{}', 1, 1, now(), now()",
    )
    .await;
    let report = log.verified().await;
    assert_eq!(report.compared_subject_count, 1);
    assert_eq!(kinds(&report), [(Kind::SubjectNotInLog, None)]);
    assert!(report.differences[0].description.contains("APPROVED"), "{:?}", report.differences);
}
