//! Health, as load balancers and orchestrators ask for it.

use clientele_tests::World;
use tonic::Code;
use tonic_health::pb::{HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient};

#[tokio::test]
async fn every_service_and_the_process_as_a_whole_are_serving_and_need_no_token() {
    let world = World::start().await;
    let of_customers = ["", "clientele.customers.v1.CustomerService", "clientele.events.v1.EventFeedService"];
    let of_value = [
        "",
        "clientele.value.v1.TransactionService",
        "clientele.value.v1.ScoreRunService",
        "clientele.value.v1.ScoreService",
        "clientele.events.v1.EventFeedService",
    ];
    let of_qualification =
        ["", "clientele.qualification.v1.QualificationService", "clientele.events.v1.EventFeedService"];
    let all =
        [(&world.customers, &of_customers[..]), (&world.value, &of_value), (&world.qualification, &of_qualification)];
    for (running, services) in all {
        let mut health = HealthClient::new(running.anonymous());
        for service in services {
            let request = HealthCheckRequest { service: (*service).to_owned() };
            let answer = health.check(request).await.unwrap().into_inner();
            assert_eq!(answer.status(), ServingStatus::Serving, "{service}");
        }
    }
}

#[tokio::test]
async fn a_service_that_is_not_there_has_no_health() {
    let world = World::start().await;
    let mut health = HealthClient::new(world.customers.anonymous());
    let request = HealthCheckRequest { service: "clientele.value.v1.ScoreService".to_owned() };
    assert_eq!(health.check(request).await.unwrap_err().code(), Code::NotFound);
}
