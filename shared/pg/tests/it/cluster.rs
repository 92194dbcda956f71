//! The private Postgres itself: started, shared, restarted, killed, left behind.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use clientele_pg::cluster::{ClusterError, ClusterOptions, Tcp};
use clientele_pg::{Cluster, pool};
use sqlx::{query, query_scalar};

use crate::harness::{connect, temporary_folder};

fn durable(folder: &Path) -> Cluster {
    Cluster::start(ClusterOptions::durable(folder)).expect("it starts")
}

async fn rows(cluster: &Cluster) -> i64 {
    let mut owner = connect(&cluster.url("postgres")).await;
    query_scalar("SELECT count(*) FROM public.kept").fetch_one(&mut owner).await.unwrap()
}

async fn keep_a_row(cluster: &Cluster) {
    let mut owner = connect(&cluster.url("postgres")).await;
    query("CREATE TABLE IF NOT EXISTS public.kept AS SELECT 1 AS n").execute(&mut owner).await.unwrap();
}

fn postmaster(cluster: &Cluster) -> String {
    let pid = std::fs::read_to_string(cluster.folder().join("data/postmaster.pid")).unwrap();
    pid.lines().next().unwrap().to_owned()
}

fn signal(name: &str, pid: &str) {
    assert!(Command::new("kill").args([name, pid]).status().unwrap().success());
}

fn is_running(pid: &str) -> bool {
    Command::new("kill").args(["-0", pid]).output().unwrap().status.success()
}

#[tokio::test]
async fn what_was_written_survives_a_stop_a_restart_and_a_crash() {
    let folder = temporary_folder();
    let cluster = durable(&folder);
    keep_a_row(&cluster).await;
    cluster.restart().unwrap();
    assert_eq!(rows(&cluster).await, 1);
    cluster.kill().unwrap();
    cluster.restart().unwrap();
    assert_eq!(rows(&cluster).await, 1);
    let pid = postmaster(&cluster);
    cluster.stop().unwrap();
    assert!(!is_running(&pid));
    let again = durable(&folder);
    assert_eq!(rows(&again).await, 1);
    drop(again);
    std::fs::remove_dir_all(folder).unwrap();
}

#[tokio::test]
async fn a_server_killed_outright_and_its_stale_pid_file_do_not_stop_the_next_start() {
    let folder = temporary_folder();
    let cluster = durable(&folder);
    keep_a_row(&cluster).await;
    signal("-KILL", &postmaster(&cluster));
    drop(cluster);
    // As after a reboot: the id in the file belongs to something else now.
    let pid_file = folder.join("data/postmaster.pid");
    if let Ok(text) = std::fs::read_to_string(&pid_file) {
        let rest = text.split_once('\n').unwrap().1;
        std::fs::write(&pid_file, format!("{}\n{rest}", std::process::id())).unwrap();
    }
    let again = durable(&folder);
    assert_eq!(rows(&again).await, 1);
    drop(again);
    std::fs::remove_dir_all(folder).unwrap();
}

#[tokio::test]
async fn a_second_start_of_the_same_folder_uses_the_running_server_and_may_not_stop_it() {
    let folder = temporary_folder();
    let first = durable(&folder);
    keep_a_row(&first).await;
    let second = durable(&folder);
    assert!(first.is_owner() && !second.is_owner());
    assert_eq!(rows(&second).await, 1);
    let refused = second.restart().unwrap_err();
    assert!(matches!(refused, ClusterError::NotOwner { .. }));
    assert!(refused.to_string().contains(&std::process::id().to_string()), "{refused}");
    drop(second);
    assert_eq!(rows(&first).await, 1);
    drop(first);
    std::fs::remove_dir_all(folder).unwrap();
}

#[tokio::test]
async fn a_server_left_behind_is_taken_over_and_stopped() {
    let folder = temporary_folder();
    let first = durable(&folder);
    keep_a_row(&first).await;
    let pid = postmaster(&first);
    // What is left when its process is killed: a server, and a lock nobody holds.
    std::fs::remove_file(folder.join("lock")).unwrap();
    let second = durable(&folder);
    assert!(second.is_owner());
    assert_eq!(postmaster(&second), pid);
    assert_eq!(rows(&second).await, 1);
    second.stop().unwrap();
    drop(first);
    std::fs::remove_dir_all(folder).unwrap();
}

#[tokio::test]
async fn loopback_asks_for_the_password_and_keeps_its_port() {
    let folder = temporary_folder();
    let options = ClusterOptions { tcp: Tcp::Free, ..ClusterOptions::durable(&folder) };
    let cluster = Cluster::start(options.clone()).unwrap();
    let url = cluster.tcp_url("postgres").unwrap().unwrap();
    connect(&url).await;
    let bare = pool::url_for(&url, "postgres", Some("clientele")).unwrap();
    assert!(<sqlx::PgConnection as sqlx::Connection>::connect(&bare).await.is_err());
    let psql = Command::new("psql").args(["-Atc", "SELECT 7", &cluster.url("postgres")]).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&psql.stdout).trim(), "7");
    cluster.stop().unwrap();
    let again = Cluster::start(options).unwrap();
    assert_eq!(again.tcp_url("postgres").unwrap().unwrap(), url);
    drop(again);
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_folder_of_another_version_is_named_with_what_to_install() {
    let folder = temporary_folder();
    std::fs::create_dir_all(folder.join("data")).unwrap();
    std::fs::write(folder.join("data/PG_VERSION"), "8.4\n").unwrap();
    let error = Cluster::start(ClusterOptions::durable(&folder)).unwrap_err().to_string();
    assert!(error.contains("install PostgreSQL 8.4"), "{error}");
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_server_that_cannot_start_says_why() {
    let folder = temporary_folder();
    let options = ClusterOptions {
        settings: vec![("no_such_setting".to_owned(), "1".to_owned())],
        ..ClusterOptions::for_tests(&folder)
    };
    let error = Cluster::start(options).unwrap_err().to_string();
    assert!(error.contains("no_such_setting"), "{error}");
}

#[tokio::test]
async fn roots_server_lives_elsewhere_when_its_user_cannot_enter_the_folder() {
    // Open to its owner only, as a checkout under /root is.
    let closed = tempfile::Builder::new().permissions(std::fs::Permissions::from_mode(0o700)).tempdir().unwrap();
    let folder = closed.path().join("postgres");
    let cluster = Cluster::start(ClusterOptions::for_tests(&folder)).unwrap();
    connect(&cluster.url("postgres")).await;
    let is_root = Command::new("id").arg("-u").output().unwrap().stdout == b"0\n";
    assert_eq!(cluster.folder().starts_with("/var/lib/clientele"), is_root, "{}", cluster.folder().display());
}
