//! Reflection serves the whole contract, with its comments and options, in both versions of the protocol.

use clientele_proto::contract::POOL;
use clientele_tests::{World, contract::comment};
use prost::Message;
use prost_reflect::DescriptorPool;
use prost_types::FileDescriptorProto;
use tokio_stream::once;
use tonic_reflection::pb::{v1, v1alpha};

/// Both versions have the same messages under different names.
macro_rules! reflection {
    ($version:ident, $channel:expr) => {{
        use $version::{
            ServerReflectionRequest, server_reflection_client::ServerReflectionClient,
            server_reflection_request::MessageRequest, server_reflection_response::MessageResponse,
        };
        let mut client = ServerReflectionClient::new($channel);
        let mut ask = async |request: MessageRequest| {
            let request = ServerReflectionRequest { host: String::new(), message_request: Some(request) };
            let mut answers = client.server_reflection_info(once(request)).await.unwrap().into_inner();
            answers.message().await.unwrap().unwrap().message_response.unwrap()
        };
        let MessageResponse::ListServicesResponse(list) = ask(MessageRequest::ListServices(String::new())).await else {
            panic!("no list of services")
        };
        let services: Vec<String> = list.service.into_iter().map(|service| service.name).collect();
        let mut files = Vec::new();
        for service in &services {
            let MessageResponse::FileDescriptorResponse(found) =
                ask(MessageRequest::FileContainingSymbol(service.clone())).await
            else {
                panic!("{service} has no file")
            };
            files.extend(found.file_descriptor_proto);
        }
        (services, files)
    }};
}

#[tokio::test]
async fn both_versions_list_the_services_and_serve_their_files_as_they_were_written() {
    let world = World::start().await;
    for running in world.services() {
        let (services, files) = reflection!(v1, running.anonymous());
        let (alpha_services, alpha_files) = reflection!(v1alpha, running.anonymous());
        assert_eq!((&services, &files), (&alpha_services, &alpha_files));
        assert!(services.iter().any(|service| service == "grpc.health.v1.Health"), "{services:?}");
        assert!(services.iter().any(|service| service == "clientele.events.v1.EventFeedService"), "{services:?}");

        let ours: Vec<_> = services.iter().filter(|service| service.starts_with("clientele.")).collect();
        for name in ours {
            let service = POOL.get_service_by_name(name).unwrap();
            let file = files.iter().find(|file| {
                let file = FileDescriptorProto::decode(file.as_slice()).unwrap();
                file.name() == service.parent_file().name()
            });
            has_comments_and_options(file.unwrap(), name);
        }
    }
}

/// A client that knows only what the server told it finds comments and permissions.
fn has_comments_and_options(file: &[u8], name: &str) {
    let mut told = DescriptorPool::new();
    for known in POOL.files() {
        if known.file_descriptor_proto().name() != FileDescriptorProto::decode(file).unwrap().name() {
            // What the file imports was asked for likewise; the options' own file among it.
            let _ = told.add_file_descriptor_proto(known.file_descriptor_proto().clone());
        }
    }
    told.decode_file_descriptor_proto(file).unwrap();
    let service = told.get_service_by_name(name).unwrap();
    let permission = told.get_extension_by_name("clientele.options.v1.permission").unwrap();
    for method in service.methods() {
        assert!(comment(&service.parent_file(), method.path()).is_some(), "{} lost its comment", method.full_name());
        assert!(method.options().has_extension(&permission), "{} lost its permission", method.full_name());
    }
}
