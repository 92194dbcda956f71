//! Contents in a bucket, of a server that speaks as much of S3 as they need.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use clientele_qualification::documents::settings::bucket;
use object_store::aws::AmazonS3Builder;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};
use uuid::Uuid;

/// Objects by their keys.
type Objects = Arc<Mutex<BTreeMap<String, Vec<u8>>>>;

/// A server of one bucket; answers its address and what it holds.
async fn serve() -> (String, Objects) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let objects = Objects::default();
    let held = Arc::clone(&objects);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(answer(stream, Arc::clone(&held)));
        }
    });
    (address, objects)
}

async fn answer(mut stream: TcpStream, objects: Objects) {
    let mut read = Vec::new();
    let head = loop {
        if let Some(end) = read.windows(4).position(|window| window == b"\r\n\r\n") {
            break end + 4;
        }
        if stream.read_buf(&mut read).await.unwrap() == 0 {
            return;
        }
    };
    let text = String::from_utf8(read[..head].to_vec()).unwrap();
    let length = text.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ").map(str::to_owned));
    let length: usize = length.map_or(0, |length| length.trim().parse().unwrap());
    while read.len() < head + length {
        stream.read_buf(&mut read).await.unwrap();
    }
    assert!(text.to_lowercase().contains("authorization: aws4-hmac-sha256 credential=key/"), "{text}");
    let mut words = text.split(' ');
    let (method, target) = (words.next().unwrap(), words.next().unwrap());
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let key = path.trim_start_matches("/papers").trim_start_matches('/').to_owned();
    let (status, body) = respond(method, &key, query, &read[head..], &objects);
    let etag = "ETag: \"x\"\r\nLast-Modified: Sat, 28 Nov 2026 00:00:00 GMT\r\n";
    let head = format!("HTTP/1.1 {status}\r\n{etag}Content-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(&body).await.unwrap();
}

fn respond(method: &str, key: &str, query: &str, body: &[u8], objects: &Objects) -> (&'static str, Vec<u8>) {
    let mut objects = objects.lock().unwrap();
    match method {
        "PUT" => {
            objects.insert(key.to_owned(), body.to_vec());
            ("200 OK", Vec::new())
        }
        "POST" => {
            let asked = String::from_utf8(body.to_vec()).unwrap();
            let mut gone = String::new();
            for part in asked.split("<Key>").skip(1) {
                let key = part.split_once("</Key>").unwrap().0;
                objects.remove(key);
                gone = format!("{gone}<Deleted><Key>{key}</Key></Deleted>");
            }
            ("200 OK", format!("<DeleteResult>{gone}</DeleteResult>").into())
        }
        "DELETE" => {
            objects.remove(key);
            ("204 No Content", Vec::new())
        }
        "GET" if query.contains("list-type=2") => {
            let prefix = query.split('&').find_map(|pair| pair.strip_prefix("prefix=")).unwrap_or_default();
            let prefix = prefix.replace("%2F", "/");
            let found = objects.iter().filter(|(key, _)| key.starts_with(&prefix)).map(|(key, content)| {
                format!(
                    "<Contents><Key>{key}</Key><LastModified>2026-11-28T00:00:00.000Z</LastModified><ETag>x</ETag>\
                     <Size>{}</Size></Contents>",
                    content.len()
                )
            });
            let found: String = found.collect();
            ("200 OK", format!("<ListBucketResult><IsTruncated>false</IsTruncated>{found}</ListBucketResult>").into())
        }
        "GET" => match objects.get(key) {
            Some(content) => ("200 OK", content.clone()),
            None => ("404 Not Found", Vec::new()),
        },
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn segments_go_to_a_bucket_and_come_back_and_go() {
    clientele_service::run::install_crypto();
    let (address, objects) = serve().await;
    let settings = AmazonS3Builder::new()
        .with_endpoint(address)
        .with_allow_http(true)
        .with_region("eu-central-1")
        .with_access_key_id("key")
        .with_secret_access_key("secret");
    let contents = bucket("papers/clientele", settings).unwrap();
    let (one, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
    for (id, place) in [(one, (0, 1)), (one, (1, 1)), (other, (0, 1))] {
        contents.put(id, place, format!("{id} {place:?}").into_bytes()).await.unwrap();
    }
    assert!(objects.lock().unwrap().keys().all(|key| key.starts_with("clientele/")), "{objects:?}");
    assert_eq!(contents.get(one, (1, 1)).await.unwrap(), format!("{one} (1, 1)").into_bytes());
    contents.delete(one, (1, 1)).await.unwrap();
    contents.delete(one, (1, 1)).await.unwrap();
    assert!(matches!(contents.get(one, (1, 1)).await, Err(object_store::Error::NotFound { .. })));
    contents.delete_all(one).await.unwrap();
    assert_eq!(objects.lock().unwrap().len(), 1);
    assert!(contents.get(other, (0, 1)).await.is_ok());
}
