//! `ListCrossSellCustomers`: who should be offered something, from what everyone has bought by now.

use std::collections::BTreeMap;

use clientele_error::Result;
use clientele_page::{Field, Kind, ListPlan, ListRequest, PageSizes, Schema, Value, refused};
use clientele_pg::{Tx, answer::failed};
use clientele_proto::value::v1::{
    CrossSellCustomer, ListCrossSellCustomersRequest, ListCrossSellCustomersResponse,
    list_cross_sell_customers_request::Item,
};
use clientele_service::Call;

use super::pin::{arguments, pin, pinned};
use crate::{
    State,
    domain::{
        affinity::{Lead, Level},
        offers::{lead_reason, level_name},
    },
    rpc::scores::scored_run,
    scoring::{
        ScoredRun,
        affinities::window_start,
        affinity_message::{item, kind_message},
        settings_message::money,
    },
    store::{
        bought_items::{Offered, Prospect, prospects_list},
        product_affinity::{By, product_affinities_of},
        sales::sales_planned_for_tenant,
    },
};

static CUSTOMERS: Schema = Schema::new(
    Field::new("buyer_id", "buyer_id", Kind::Integer).not_filterable(),
    &[Field::new("expected_benefit", "expected_benefit", Kind::Integer).sortable().not_filterable()],
)
.ordered_by("expected_benefit desc, buyer_id");

pub(super) async fn list_cross_sell_customers(
    state: &State,
    call: Call,
    request: ListCrossSellCustomersRequest,
) -> Result<ListCrossSellCustomersResponse> {
    let (level, key) = match &request.item {
        Some(Item::ProductExternalId(key)) => (Level::Product, key.as_str()),
        Some(Item::Category(category)) => (Level::Category, category.as_str()),
        None => return Err(clientele_error::Error::invalid_field("item", "must be a product or a category")),
    };
    let (run_id, page_token) = pinned(&request.score_run_id, &request.page_token)?;
    let (run, set) = scored_run(state, call.tenant(), &run_id).await?;
    let arguments = arguments("value.list_cross_sell_customers", &call, &run, &request.score_run_id);
    let asked = ListRequest {
        page_size: request.page_size,
        page_token,
        ..ListRequest::new(arguments.with("level", level_name(level)).with("item", key))
    };
    let plan = CUSTOMERS.plan(&asked, PageSizes::default()).map_err(refused)?;
    // Reading all items of a tenant may take the time the caller has, and no longer.
    let mut tx = Tx::begin(&state.pool, call.remaining()).await.map_err(failed)?;
    let keys = [key.to_owned()];
    let leads = product_affinities_of(&mut tx, call.tenant(), set, (level, By::Consequent), &keys).await;
    let leads = best(leads.map_err(failed)?);
    if leads.is_empty() {
        tx.rollback().await.map_err(failed)?;
        return Ok(ListCrossSellCustomersResponse::default());
    }
    let leading: Vec<String> = leads.keys().cloned().collect();
    let benefits: Vec<i64> = leads.values().map(Lead::benefit_minor).collect();
    let offered = Offered {
        tenant: call.tenant(),
        first: window_start(&run.settings),
        by_category: level == Level::Category,
        item: key,
        leading: &leading,
        benefits: &benefits,
    };
    sales_planned_for_tenant(&mut tx).await.map_err(failed)?;
    let found = prospects_list(&mut tx, &offered, after(&plan), plan.fetch_limit()).await.map_err(failed)?;
    tx.rollback().await.map_err(failed)?;
    let key = |of: &Prospect| Ok::<_, sqlx::Error>(vec![Some(of.benefit_minor.into()), Some(of.buyer_id.into())]);
    let page = plan.finish_by(found, key).map_err(failed)?;
    Ok(ListCrossSellCustomersResponse {
        cross_sell_customers: page
            .items
            .iter()
            .filter_map(|of| Some(message(&run, of, leads.get(&of.leading)?)))
            .collect(),
        next_page_token: pin(&run, &page.next_page_token),
    })
}

/// Of each item that leads there the affinity with the largest benefit, where there is one.
fn best(leads: Vec<Lead>) -> BTreeMap<String, Lead> {
    let mut best: BTreeMap<String, Lead> = BTreeMap::new();
    for lead in leads.into_iter().filter(|lead| lead.benefit_minor() > 0) {
        let other = best.get(&lead.antecedent.key);
        if other.is_none_or(|other| other.benefit_minor() < lead.benefit_minor()) {
            best.insert(lead.antecedent.key.clone(), lead);
        }
    }
    best
}

fn after(plan: &ListPlan) -> Option<(i64, i64)> {
    match plan.after.as_deref() {
        Some([Some(Value::Int(benefit)), Some(Value::Int(buyer))]) => Some((*benefit, *buyer)),
        _ => None,
    }
}

fn message(run: &ScoredRun, prospect: &Prospect, lead: &Lead) -> CrossSellCustomer {
    let currency = run.settings.currency;
    CrossSellCustomer {
        customer_id: prospect.customer_id.map(|id| id.to_string()).unwrap_or_default(),
        customer_external_id: prospect.external_id.clone().unwrap_or_default(),
        kind: kind_message(lead.kind).into(),
        probability: lead.probability(),
        expected_benefit: Some(money(currency, prospect.benefit_minor)),
        reason: lead_reason(lead, currency),
        antecedent: Some(item(&lead.antecedent)),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_order_of_customers_is_sound() {
        clientele_page::suite::schema_is_sound(&super::CUSTOMERS);
    }
}
