//! A service that keeps documents in a folder, and what its callers do.

use std::{fs, path::Path, sync::Arc, time::Duration};

use clientele_pg::Pool;
use clientele_proto::{
    Date,
    qualification::v1::{
        CreateDocumentUploadRequest, Document, DocumentKind, DocumentUpload, DownloadDocumentRequest,
        GetDocumentUploadRequest, StartVerificationOfDocumentRequest, UploadDocumentRequest, VerifyDocumentRequest,
        document_service_client::DocumentServiceClient,
    },
};
use clientele_qualification::{
    SCHEMA, State, app_of,
    documents::{bucket::BucketSettings, settings::DocumentSettings},
};
use clientele_service::Context;
use clientele_testkit::{Authorised, FakeClock, Running, TestDatabase, Tokens};
use futures::stream;
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;
use tonic::Status;

pub const TENANT: &str = "acme";
pub const ANA: &str = "0198c1f2-7d3a-7cc3-8a51-000000000001";

/// A service at work, with a folder of its own.
pub struct Keeping {
    pub running: Running,
    pub clock: FakeClock,
    pub pool: Pool,
    pub folder: TempDir,
    settings: DocumentSettings,
    _database: TestDatabase,
    context: Context,
}

impl Keeping {
    pub async fn start() -> Self {
        Self::start_in(|folder| DocumentSettings {
            object_store_url: format!("file:{}", folder.join("documents").display()),
            bucket: BucketSettings::default(),
            document_key_file: Vec::new(),
            document_size_limit: 20 << 20,
        })
        .await
    }

    /// The same with documents where the settings say; these may name files of the folder they are given.
    pub async fn start_in(settings: impl FnOnce(&Path) -> DocumentSettings) -> Self {
        let database = TestDatabase::new(&[&SCHEMA]).await;
        let pool = database.pool(SCHEMA.schema).await;
        let clock = FakeClock::default();
        let (context, folder) = (clock.context(), tempfile::tempdir().unwrap());
        let settings = settings(folder.path());
        let tokens = Arc::new(Tokens::new(clock.now()));
        let running = serve(&pool, &context, &clock, &settings, tokens).await;
        Self { running, clock, pool, folder, settings, _database: database, context }
    }

    /// Another process on the same data.
    pub async fn beside(&self) -> Running {
        let tokens = self.running.tokens.clone();
        serve(&self.pool, &self.context, &self.clock, &self.settings, tokens).await
    }

    /// Another process on the same data, in place of this one.
    pub async fn restart(&mut self) {
        self.running = self.beside().await;
    }

    pub fn client(&self, person: &str) -> DocumentServiceClient<Authorised> {
        DocumentServiceClient::new(self.running.person(TENANT, person))
    }

    pub async fn begin(&self, person: &str, document: Document, content: &[u8]) -> String {
        let upload = DocumentUpload {
            document: Some(document),
            size_bytes: content.len() as i64,
            sha256: Sha256::digest(content).to_vec(),
            ..Default::default()
        };
        let request = CreateDocumentUploadRequest { document_upload: Some(upload), ..Default::default() };
        self.client(person).create_document_upload(request).await.unwrap().into_inner().document_upload_id
    }

    /// Sends what is given, from an offset on.
    pub async fn send(&self, person: &str, id: &str, offset: usize, content: &[u8]) -> Result<Document, Status> {
        let mut messages: Vec<UploadDocumentRequest> = content
            .chunks(700_001)
            .map(|part| UploadDocumentRequest { data: part.to_vec(), ..Default::default() })
            .collect();
        if messages.is_empty() {
            messages.push(UploadDocumentRequest::default());
        }
        id.clone_into(&mut messages[0].document_upload_id);
        messages[0].offset = offset as i64;
        self.client(person).upload_document(stream::iter(messages)).await.map(tonic::Response::into_inner)
    }

    pub async fn upload(&self, person: &str, document: Document, content: &[u8]) -> Result<Document, Status> {
        let id = self.begin(person, document, content).await;
        self.send(person, &id, 0, content).await
    }

    pub async fn received(&self, id: &str) -> usize {
        let request = GetDocumentUploadRequest { document_upload_id: id.into() };
        self.client("maker").get_document_upload(request).await.unwrap().into_inner().received_bytes as usize
    }

    pub async fn download(&self, id: &str, offset: i64) -> Result<Vec<u8>, Status> {
        let request = DownloadDocumentRequest { document_id: id.into(), offset };
        let mut parts = self.client("reader").download_document(request).await?.into_inner();
        let mut content = Vec::new();
        while let Some(part) = parts.message().await? {
            assert_eq!(part.offset, offset + content.len() as i64);
            content.extend(part.data);
        }
        Ok(content)
    }

    pub async fn verify(&self, person: &str, id: &str) -> Result<Document, Status> {
        let start = StartVerificationOfDocumentRequest { document_id: id.into(), ..Default::default() };
        self.client(person).start_verification_of_document(start).await?;
        let verify = VerifyDocumentRequest { document_id: id.into(), ..Default::default() };
        self.client(person).verify_document(verify).await.map(tonic::Response::into_inner)
    }

    /// Waits until a count is what it should be.
    pub async fn until(&self, sql: &'static str, expected: i64) {
        for _ in 0..1500 {
            let found: i64 = sqlx::query_scalar(sql).fetch_one(&*self.pool).await.unwrap();
            if found == expected {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("{sql} never became {expected}");
    }

    /// Waits until no object is left.
    pub async fn until_no_objects(&self) {
        for _ in 0..1500 {
            if objects(self.folder.path()).is_empty() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("objects are left: {:?}", objects(self.folder.path()));
    }
}

async fn serve(
    pool: &Pool,
    context: &Context,
    clock: &FakeClock,
    settings: &DocumentSettings,
    tokens: Arc<Tokens>,
) -> Running {
    let app = app_of(State::new(pool.clone(), context.clone()).keeping(settings.open().unwrap()), None);
    Running::start_with(app, clock, tokens, &[]).await
}

/// The files of the object store.
pub fn objects(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.join("documents")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() { folders.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    found
}

/// A business licence, valid until a day in Shanghai.
pub fn licence(until: Option<Date>) -> Document {
    Document {
        customer_id: ANA.into(),
        kind: DocumentKind::BusinessLicence.into(),
        issuer: "上海市市场监督管理局".into(),
        issue_country_code: "CN".into(),
        number: "91310000MA1FL0LU3X".into(),
        valid_until_date: until,
        time_zone: "Asia/Shanghai".into(),
        file_name: "licence.pdf".into(),
        content_type: "application/pdf".into(),
        ..Default::default()
    }
}

/// Bytes that begin like a PDF and repeat nowhere.
pub fn pdf(size: usize) -> Vec<u8> {
    let mut content = b"%PDF-1.7\n".to_vec();
    let mut number = 0u64;
    while content.len() < size {
        number = number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        content.extend(number.to_be_bytes());
    }
    content.truncate(size);
    content
}
