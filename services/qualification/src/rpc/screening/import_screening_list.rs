//! `ImportScreeningList`: the file is spooled to disk as it comes, read as a whole, and becomes the list in one transaction.

use std::{
    fs::File,
    io::{Seek as _, Write as _},
    sync::Arc,
};

use clientele_error::{Error, Reason, Result, violations_of};
use clientele_pg::{Begin, Tx, answer::failed};
use clientele_proto::qualification::v1::{
    ImportScreeningListRequest, ImportScreeningListResponse, ScreeningList, import_screening_list_response as response,
};
use clientele_service::{Call, validation};
use futures::{Stream, stream};
use tonic::{Code, Status, Streaming};

use crate::{
    State,
    origin::Origin,
    screening::importing::{import, read},
};

/// Bytes of a file at most.
const LARGEST: u64 = 256 << 20;

pub(super) async fn import_screening_list(
    state: Arc<State>,
    call: Call,
    mut messages: Streaming<ImportScreeningListRequest>,
) -> Result<impl Stream<Item = Result<ImportScreeningListResponse>> + Send + use<>> {
    let first = messages.message().await.map_err(|status| broken(&status))?.unwrap_or_default();
    // Messages of a stream into a service are not looked at before they come here.
    validation::check_message(&first, "")?;
    let ImportScreeningListRequest { screening_list: Some(list), chunk } = first else {
        return Err(Error::invalid_field("screening_list", "must come in the first message"));
    };
    let file = spool(chunk, messages).await?;
    let (list, read) = parse(list, file).await?;
    let mut tx = Tx::begin_with(&state.pool, Begin::new(call.remaining())).await.map_err(failed)?;
    let origin = Origin::call(&call, "", state.context.now());
    let (done, rejected) = import(&state, &mut tx, &origin, &list, read).await?;
    tx.commit().await.map_err(failed)?;
    state.outbox.committed();
    let rejected = rejected.into_iter().map(response::Content::RejectedRow);
    let answers = rejected.chain(std::iter::once(response::Content::Summary(done)));
    Ok(stream::iter(
        answers.map(|content| Ok(ImportScreeningListResponse { content: Some(content) })).collect::<Vec<_>>(),
    ))
}

/// The rest of the stream, as a file without a name that is gone with the last handle to it.
async fn spool(first: Vec<u8>, mut messages: Streaming<ImportScreeningListRequest>) -> Result<File> {
    let mut file = blocking(tempfile::tempfile).await?;
    let (mut size, mut chunk) = (0, first);
    loop {
        size += chunk.len() as u64;
        if size > LARGEST {
            return Err(Error::invalid_field("chunk", format!("the file must have at most {LARGEST} bytes")));
        }
        file = blocking(move || file.write_all(&chunk).map(|()| file)).await?;
        let Some(message) = messages.message().await.map_err(|status| broken(&status))? else { break };
        if message.screening_list.is_some() {
            return Err(Error::invalid_field("screening_list", "must come once, in the first message"));
        }
        chunk = message.chunk;
    }
    blocking(move || file.rewind().map(|()| file)).await
}

async fn parse(list: ScreeningList, file: File) -> Result<(ScreeningList, screening::import::Collected)> {
    blocking(move || {
        let read = read(&list, file);
        Ok((list, read))
    })
    .await
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> std::io::Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(Error::internal)?.map_err(Error::internal)
}

/// A stream into the service that broke off, or a message of it that cannot be read.
fn broken(status: &Status) -> Error {
    let reason = clientele_error::reason_of(status).unwrap_or(match status.code() {
        Code::Cancelled => Reason::Cancelled,
        Code::DeadlineExceeded => Reason::DeadlineExceeded,
        _ => Reason::MalformedMessage,
    });
    Error::new(reason, status.message()).with_violations(violations_of(status))
}
