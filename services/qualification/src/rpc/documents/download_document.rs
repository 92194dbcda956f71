//! `DownloadDocument`: segment by segment, each opened before any of it is sent; one is held at a time.

use std::sync::Arc;

use clientele_error::{Error, Result};
use clientele_pg::answer::failed;
use clientele_proto::qualification::v1::{DownloadDocumentRequest, DownloadDocumentResponse};
use clientele_service::Call;
use futures::{Stream, stream};

use crate::{
    State,
    documents::{SEGMENT, about, reader::Content, trouble::unread},
    domain::key::uuid,
    store::{document::document_get, document_upload::segment_attempts},
};

/// Bytes of one message's data, at most.
const PART: usize = 1 << 20;

pub(super) async fn download_document(
    state: &Arc<State>,
    call: Call,
    request: DownloadDocumentRequest,
) -> Result<impl Stream<Item = Result<DownloadDocumentResponse>> + Send + use<>> {
    let id = uuid(&request.document_id, "document_id").map_err(|wrong| Error::invalid_fields(vec![wrong]))?;
    let mut connection = state.pool.acquire().await.map_err(failed)?;
    let record = document_get(&mut connection, call.tenant(), id, false).await.map_err(failed)?;
    let record = record.ok_or_else(|| Error::not_found("document", id.to_string()))?;
    if request.offset > record.size_bytes {
        return Err(Error::invalid_field("offset", "must not be beyond the end of the content"));
    }
    let attempts = segment_attempts(&mut connection, call.tenant(), id).await.map_err(failed)?;
    drop(connection);
    let key = state.documents.keys.data_key(&record.key_id, &record.wrapped_key, &about(call.tenant(), id));
    let content = Content {
        contents: state.documents.contents.clone(),
        document_id: id,
        key: key.map_err(Error::internal)?,
        size: u64::try_from(record.size_bytes).unwrap_or_default(),
        attempts,
    };
    let sending = Sending { content, offset: u64::try_from(request.offset).unwrap_or_default(), current: None };
    Ok(stream::try_unfold(sending, async |mut sending| {
        let part = sending.next().await?;
        Ok(part.map(|part| (part, sending)))
    }))
}

struct Sending {
    content: Content,
    offset: u64,
    current: Option<(u64, Vec<u8>)>,
}

impl Sending {
    async fn next(&mut self) -> Result<Option<DownloadDocumentResponse>> {
        if self.offset >= self.content.size {
            return Ok(None);
        }
        let number = self.offset / SEGMENT;
        if self.current.as_ref().is_none_or(|(current, _)| *current != number) {
            self.current = None;
            self.current = Some((number, self.content.segment(number).await.map_err(unread)?));
        }
        let Some((_, segment)) = &self.current else { return Ok(None) };
        let from = usize::try_from(self.offset % SEGMENT).unwrap_or_default();
        let data = segment[from..segment.len().min(from + PART)].to_vec();
        let offset = self.offset;
        self.offset += data.len() as u64;
        Ok(Some(DownloadDocumentResponse { offset: offset as i64, data }))
    }
}
