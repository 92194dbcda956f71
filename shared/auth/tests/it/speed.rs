//! A hot caller costs microseconds. Release builds only: `cargo test --release -p clientele-auth -- --ignored`.

use std::hint::black_box;
use std::time::Instant;

use crate::issuer::{Issuer, JwksFile, jwks};

#[tokio::test]
#[ignore = "a measurement: run it in release on a quiet machine"]
async fn a_cached_token_is_verified_in_less_than_two_microseconds() {
    for issuer in [Issuer::ed25519("a"), Issuer::rs256("b")] {
        let verifier = JwksFile::new(&jwks(&[&issuer])).verifier().await;
        let token = issuer.token();
        let first = Instant::now();
        verifier.verify(&token).await.unwrap();
        let first = first.elapsed();
        let rounds = 200_000;
        let mut best = f64::INFINITY;
        for _ in 0..5 {
            let start = Instant::now();
            for _ in 0..rounds {
                black_box(verifier.verify_cached(black_box(&token)));
            }
            best = best.min(start.elapsed().as_secs_f64() * 1e6 / f64::from(rounds));
        }
        eprintln!("token of {} bytes: first {first:?}, then {best:.3} us", token.len());
        assert!(best < 2.0, "{best} us");
    }
}
