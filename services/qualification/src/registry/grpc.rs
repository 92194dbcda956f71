//! A register behind a service that implements `RegistryConnectorService`.

use clientele_proto::qualification::v1::{
    GetRegistryRecordRequest, RegistryKey, registry_connector_service_client::RegistryConnectorServiceClient,
};
use clientele_service::client::Peer;
use tonic::Code;

use super::{Answer, RegistryConnector};

/// The service.
#[derive(Clone)]
pub struct GrpcRegistry {
    peer: Peer,
}

impl GrpcRegistry {
    /// Asks `peer`.
    pub fn new(peer: Peer) -> Self {
        Self { peer }
    }
}

impl std::fmt::Debug for GrpcRegistry {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("GrpcRegistry")
    }
}

#[tonic::async_trait]
impl RegistryConnector for GrpcRegistry {
    fn name(&self) -> &'static str {
        "grpc"
    }

    async fn look_up(&self, key: &RegistryKey) -> Answer {
        let request = GetRegistryRecordRequest { registry_key: Some(key.clone()) };
        match RegistryConnectorServiceClient::new(self.peer.clone()).get_registry_record(request).await {
            Ok(answer) => {
                let record = answer.into_inner();
                if (&record.scheme, &record.number) == (&key.scheme, &key.number) {
                    Answer::Found(Box::new(record))
                } else {
                    Answer::Unavailable("the register answered for another identifier".to_owned())
                }
            }
            Err(status) if status.code() == Code::NotFound => Answer::NotFound,
            // The text of a status may hold anything: only its code goes on.
            Err(status) => Answer::Unavailable(format!("the register answered {:?}", status.code())),
        }
    }
}
