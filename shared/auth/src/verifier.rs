//! Verifies bearer tokens; remembers verified tokens and the keys they were verified with.

use std::sync::{Arc, PoisonError, RwLock, Weak};
use std::time::Duration;

use jiff::Timestamp;
use quick_cache::sync::Cache;
use sha2::{Digest as _, Sha256};
use tokio::sync::Mutex;
use tokio::task::AbortHandle;

use crate::jwk::Key;
use crate::key_set::KeySet;
use crate::source::Source;
use crate::token::{TOKEN_MAX_LENGTH, Unverified};
use crate::{AuthError, Caller, Clock, KeySource, KeysError, VerifierConfig, claims};

/// Verifies the tokens of one issuer.
///
/// Its keys are refreshed in the background for as long as it lives; when their source is down, the keys known before go on serving.
pub struct Verifier {
    config: VerifierConfig,
    clock: Clock,
    keys: RwLock<Arc<KeySet>>,
    source: Mutex<Refresh>,
    verified: Cache<[u8; 32], Arc<Verified>>,
    background: std::sync::OnceLock<AbortHandle>,
}

struct Refresh {
    source: Source,
    /// What it gave last, to leave the keys alone when nothing changed.
    last: Vec<u8>,
    /// Whether it failed the last time, to complain once and not every time.
    is_down: bool,
    /// When a token with an unknown key asked for it last.
    asked_at: Option<Timestamp>,
}

struct Verified {
    caller: Arc<Caller>,
    key: Arc<Key>,
}

impl Verifier {
    /// Reads the keys and keeps them fresh. An unusable configuration is an error; a source that is down is not: it is asked again, and
    /// until it answers tokens are refused with [`AuthError::KeysUnavailable`].
    pub async fn start(config: VerifierConfig, clock: Clock) -> Result<Arc<Self>, KeysError> {
        let source = Source::new(&config)?;
        let verifier = Arc::new(Self {
            keys: RwLock::default(),
            source: Mutex::new(Refresh { source, last: vec![], is_down: false, asked_at: None }),
            verified: Cache::new(config.cached_tokens),
            background: std::sync::OnceLock::new(),
            config,
            clock,
        });
        // A failure is logged there and tried again.
        let _ = verifier.refresh().await;
        let task = tokio::spawn(keep_fresh(Arc::downgrade(&verifier), verifier.period()));
        let _ = verifier.background.set(task.abort_handle());
        Ok(verifier)
    }

    /// The caller of a token, from memory where it was verified before.
    pub async fn verify(&self, token: &str) -> Result<Arc<Caller>, AuthError> {
        if let Some(caller) = self.verify_cached(token) {
            return Ok(caller);
        }
        let unverified = Unverified::read(token)?;
        let key = self.key(&unverified.kid).await?;
        let claims = unverified.verify(&key)?;
        let caller = Arc::new(claims.check(&self.config, (self.clock)())?);
        let verified = Verified { caller: Arc::clone(&caller), key };
        self.verified.insert(digest(token), Arc::new(verified));
        Ok(caller)
    }

    /// The caller of a token that was verified before, has not expired since and whose key is still published. Never waits.
    pub fn verify_cached(&self, token: &str) -> Option<Arc<Caller>> {
        if token.len() > TOKEN_MAX_LENGTH {
            return None;
        }
        let verified = self.verified.get(&digest(token))?;
        let expires_at = verified.caller.token_expires_at;
        let holds = verified.key.is_in_use() && !claims::is_over(expires_at, &self.config, (self.clock)());
        holds.then(|| Arc::clone(&verified.caller))
    }

    /// Whether there is any key to verify with; a service without is not ready.
    pub fn has_keys(&self) -> bool {
        self.keys().len() > 0
    }

    /// Reads the keys from their source now.
    pub async fn refresh(&self) -> Result<(), KeysError> {
        self.refresh_from(&mut *self.source.lock().await).await
    }

    async fn refresh_from(&self, refresh: &mut Refresh) -> Result<(), KeysError> {
        let read = self.read(refresh).await;
        let source = &self.config.keys;
        match &read {
            Err(error) if !refresh.is_down => {
                let error: &dyn std::error::Error = error;
                tracing::warn!(%source, error, "keys to verify tokens not read; those read before go on serving");
            }
            Ok(()) if refresh.is_down => tracing::info!(%source, "the source of keys answers again"),
            _ => {}
        }
        refresh.is_down = read.is_err();
        read
    }

    async fn read(&self, refresh: &mut Refresh) -> Result<(), KeysError> {
        let jwks = refresh.source.read().await?;
        if jwks != refresh.last {
            let keys = Arc::new(KeySet::read(&jwks, &self.keys())?);
            tracing::info!(source = %self.config.keys, keys = keys.len(), "keys to verify tokens read");
            *self.keys.write().unwrap_or_else(PoisonError::into_inner) = keys;
            refresh.last = jwks;
        }
        Ok(())
    }

    fn keys(&self) -> Arc<KeySet> {
        Arc::clone(&self.keys.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The key of that id; an unknown one is looked for at the source, but not more often than the floor allows.
    async fn key(&self, kid: &str) -> Result<Arc<Key>, AuthError> {
        if let Some(key) = self.keys().get(kid) {
            return Ok(key);
        }
        let mut refresh = self.source.lock().await;
        // Another token may have brought it while this one waited.
        if let Some(key) = self.keys().get(kid) {
            return Ok(key);
        }
        let now = (self.clock)();
        if refresh.asked_at.is_none_or(|asked_at| !self.is_within_floor(asked_at, now)) {
            refresh.asked_at = Some(now);
            // A failure is logged there; the caller learns below whether it mattered.
            let _ = self.refresh_from(&mut refresh).await;
        }
        let unknown = if refresh.last.is_empty() { AuthError::KeysUnavailable } else { AuthError::UnknownKey };
        self.keys().get(kid).ok_or(unknown)
    }

    /// A clock that was set back does not make the floor longer.
    fn is_within_floor(&self, asked_at: Timestamp, now: Timestamp) -> bool {
        Duration::try_from(now.duration_since(asked_at)).is_ok_and(|since| since < self.config.refetch_floor)
    }

    fn period(&self) -> Duration {
        match self.config.keys {
            KeySource::File(_) => self.config.file_poll.min(self.config.refresh_every),
            KeySource::Url(_) => self.config.refresh_every,
        }
    }
}

impl Drop for Verifier {
    fn drop(&mut self) {
        if let Some(task) = self.background.get() {
            task.abort();
        }
    }
}

async fn keep_fresh(verifier: Weak<Verifier>, period: Duration) {
    loop {
        tokio::time::sleep(period).await;
        let Some(verifier) = verifier.upgrade() else { return };
        let _ = verifier.refresh().await;
    }
}

fn digest(token: &str) -> [u8; 32] {
    Sha256::digest(token).into()
}
