//! `h2load`: one gRPC request, sent again and again over HTTP/2.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Stdio,
};

use anyhow::{Context as _, Result, ensure};
use tokio::process::Command;

use crate::{load::framed, psql::finish};

/// Connections the calls share.
const CONNECTIONS: u32 = 4;

/// Bits of the bytes that an answer and a connection may have under way, as in our own loop: the 64 KiB of HTTP/2 hold ten explained scores.
const WINDOWS: [&str; 4] = ["-w", "20", "-W", "26"];

/// A call to repeat.
#[derive(Debug)]
pub struct H2load {
    url: String,
    token: String,
    body: PathBuf,
    /// Bytes of the right answer on the wire.
    answer_bytes: u64,
}

impl H2load {
    /// Sends `request` to `url`; the encoded answer has `answer_bytes` bytes, by which an error is told from it.
    pub fn new(url: String, token: &str, folder: &Path, request: &[u8], answer_bytes: usize) -> Result<Self> {
        let body = folder.join("h2load.body");
        fs::write(&body, framed(request)).with_context(|| format!("cannot write {}", body.display()))?;
        Ok(Self { url, token: token.to_owned(), body, answer_bytes: answer_bytes as u64 + 5 })
    }

    /// Answers a second with so many calls in flight, over `seconds`.
    pub async fn run(&self, in_flight: u32, seconds: u64) -> Result<f64> {
        let (connections, streams) = (CONNECTIONS.to_string(), (in_flight / CONNECTIONS).to_string());
        let mut command = Command::new("h2load");
        command.args(["-t", "1", "-c", &connections, "-m", &streams, "-D", &seconds.to_string()]);
        command.args(WINDOWS);
        command.args(["-H", "content-type: application/grpc", "-H", "te: trailers"]);
        command.arg("-H").arg(format!("authorization: Bearer {}", self.token)).arg("-d").arg(&self.body).arg(&self.url);
        let said = finish(command.stdout(Stdio::piped()).stderr(Stdio::piped())).await?;
        self.rate(&said).with_context(|| format!("h2load had no clean run: {said}"))
    }

    fn rate(&self, said: &str) -> Result<f64> {
        let rate = said.lines().find_map(|line| {
            line.strip_prefix("finished in ")?.split(", ").nth(1)?.strip_suffix(" req/s")?.parse().ok()
        });
        let rate: f64 = rate.context("no rate")?;
        let done = counted(said, "requests: ", " done").context("no number of requests")?;
        let failed = counted(said, "requests: ", " failed").context("no number of failures")?;
        let data = data_bytes(said).context("no number of bytes")?;
        ensure!(failed == 0 && done > 0, "{failed} of {done} requests failed");
        // A call that ends in a gRPC error has an HTTP status of 200 as well, but no message.
        let each = data as f64 / done as f64;
        let expected = self.answer_bytes as f64;
        ensure!(
            (each - expected).abs() <= expected * 0.02,
            "an answer has {expected} bytes, these had {each:.1} on average"
        );
        Ok(rate)
    }
}

/// The number before `unit` in the line that begins with `line`.
fn counted(said: &str, line: &str, unit: &str) -> Option<u64> {
    let line = said.lines().find_map(|text| text.strip_prefix(line))?;
    line.split(", ").find_map(|part| part.strip_suffix(unit)?.parse().ok())
}

/// Bytes of DATA frames: the line ends `, 1.23MB (1234567) data`.
fn data_bytes(said: &str) -> Option<u64> {
    let line = said.lines().find_map(|text| text.strip_prefix("traffic: "))?;
    let part = line.split(", ").find(|part| part.ends_with(" data"))?;
    part.split_once('(')?.1.split_once(')')?.0.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAID: &str = "finished in 1.00s, 200.50 req/s, 1.93MB/s\n\
        requests: 200 total, 210 started, 200 done, 200 succeeded, 0 failed, 0 errored, 0 timeout\n\
        status codes: 210 2xx, 0 3xx, 0 4xx, 0 5xx\n\
        traffic: 2.05MB (2147624) total, 100.27KB (102678) headers (space savings 91.63%), 19.53KB (20000) data\n";

    fn call(answer_bytes: u64) -> H2load {
        H2load { url: String::new(), token: String::new(), body: PathBuf::new(), answer_bytes }
    }

    #[test]
    fn a_clean_run_tells_its_rate() {
        assert!((call(100).rate(SAID).unwrap() - 200.5).abs() < 1e-9);
    }

    #[test]
    fn answers_that_are_too_short_are_errors() {
        assert!(call(150).rate(SAID).unwrap_err().to_string().contains("150"));
    }
}
