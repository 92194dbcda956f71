//! `ListCrossSellCandidates`: what a customer should be offered, from the items it has bought by now.

use clientele_error::Result;
use clientele_page::{Field, Kind, ListPlan, ListRequest, PageSizes, Schema, Value, refused};
use clientele_pg::{Tx, answer::failed};
use clientele_proto::value::v1::{
    CrossSellCandidate, ListCrossSellCandidatesRequest, ListCrossSellCandidatesResponse, OfferKind as KindMessage,
};
use clientele_service::Call;
use sqlx::PgConnection;

use super::pin::{arguments, pin, pinned};
use crate::{
    State,
    domain::{
        affinity::Level,
        needs::{DeclaredNeed, Needed},
        offers::{Customer, Holdings, Offer, OfferKind, level_name, offers},
        transaction::CustomerKey,
    },
    rpc::{
        customer::{buyer, customer_key, customer_of, name},
        scores::scored_run,
    },
    scoring::{
        ScoredRun,
        affinities::window_start,
        affinity_message::{kind_message, level_message, offer_item, product_affinity},
        needs::{in_currency, year_before},
        settings_message::money,
    },
    store::{
        account_signals::account_signals_get,
        bought_items::{BoughtItem, bought_items_of_buyers},
        product_affinity::{By, affinity_items_of, product_affinities_of},
    },
};

static CANDIDATES: Schema = Schema::new(
    Field::new("cross_sell_candidate_id", "cross_sell_candidate_id", Kind::Text),
    &[
        Field::new("expected_benefit", "expected_benefit", Kind::Integer).sortable().not_filterable(),
        Field::new("kind", "kind", KINDS),
        Field::new("level", "level", LEVELS),
        Field::new("category", "category", Kind::Text),
        Field::new("probability", "probability", Kind::Float).nullable(),
    ],
)
.ordered_by("expected_benefit desc");

const KINDS: Kind =
    Kind::Enum(&[("CROSS_SELL", "CROSS_SELL"), ("BUNDLE", "BUNDLE"), ("UP_SELL", "UP_SELL"), ("NEED", "NEED")]);
const LEVELS: Kind = Kind::Enum(&[("PRODUCT", "PRODUCT"), ("CATEGORY", "CATEGORY")]);

pub(super) async fn list_cross_sell_candidates(
    state: &State,
    call: Call,
    request: ListCrossSellCandidatesRequest,
) -> Result<ListCrossSellCandidatesResponse> {
    let customer = customer_key(customer_of!(request, list_cross_sell_candidates_request), "")?;
    let (run_id, page_token) = pinned(&request.score_run_id, &request.page_token)?;
    let (run, set) = scored_run(state, call.tenant(), &run_id).await?;
    let arguments = arguments("value.list_cross_sell_candidates", &call, &run, &request.score_run_id);
    let asked = ListRequest {
        page_size: request.page_size,
        page_token,
        filter: &request.filter,
        ..ListRequest::new(arguments.with("customer", &name(&customer)))
    };
    let plan = CANDIDATES.plan(&asked, PageSizes::default()).map_err(refused)?;
    let mut tx = Tx::begin(&state.pool, call.remaining()).await.map_err(failed)?;
    let offers = of_customer(&mut tx, call.tenant(), &customer, (&run, set)).await?;
    tx.rollback().await.map_err(failed)?;
    let key = |offer: &Offer| Ok::<_, sqlx::Error>(vec![Some(offer.benefit_minor.into()), Some(offer.id().into())]);
    let page = plan.finish_by(wanted(offers, &plan), key).map_err(failed)?;
    Ok(ListCrossSellCandidatesResponse {
        cross_sell_candidates: page.items.iter().map(|offer| candidate(&run, offer)).collect(),
        next_page_token: pin(&run, &page.next_page_token),
    })
}

/// All offers to a customer.
async fn of_customer(
    connection: &mut PgConnection,
    tenant: &str,
    customer: &CustomerKey,
    (run, set): (&ScoredRun, i64),
) -> Result<Vec<Offer>> {
    let buyer = buyer(connection, tenant, customer).await?.buyer_id;
    let currency = run.settings.currency;
    let since = |first| (first, None);
    let window = since(window_start(&run.settings));
    let held = bought_items_of_buyers(connection, tenant, &[buyer], window).await.map_err(failed)?;
    let holdings = Holdings::of(held.iter().map(|of| {
        let BoughtItem { product, category, currency_code, amount_minor, .. } = of;
        (product.as_str(), category.as_str(), currency_code.as_str(), *amount_minor)
    }));
    let mut leads = Vec::new();
    for (level, keys) in [(Level::Product, &holdings.products), (Level::Category, &holdings.categories)] {
        let keys: Vec<String> = keys.iter().cloned().collect();
        leads.extend(
            product_affinities_of(connection, tenant, set, (level, By::Antecedent), &keys).await.map_err(failed)?,
        );
    }
    let signals = account_signals_get(connection, tenant, buyer, false).await.map_err(failed)?;
    let needs = signals.map(|record| record.signals.declared_needs).unwrap_or_default();
    let (mut bought, mut items) = (Vec::new(), Vec::new());
    if !needs.is_empty() {
        let year = since(year_before(run.settings.as_of_date));
        let of_year = bought_items_of_buyers(connection, tenant, &[buyer], year).await.map_err(failed)?;
        bought.extend(of_year.into_iter().filter_map(|item| in_currency(item, currency)));
        let (levels, keys): (Vec<i16>, Vec<String>) = needs.iter().map(needed).unzip();
        items = affinity_items_of(connection, tenant, set, (&levels, &keys)).await.map_err(failed)?;
    }
    let customer = Customer { holdings: &holdings, needs: &needs, bought: &bought, currency };
    Ok(offers(&customer, leads, &items))
}

fn needed(need: &DeclaredNeed) -> (i16, String) {
    let level = match need.needed {
        Needed::Product(_) => Level::Product,
        Needed::Category(_) => Level::Category,
    };
    (level.number(), need.needed.key().to_owned())
}

/// Those that the filter lets pass, after the page before.
fn wanted(offers: Vec<Offer>, plan: &ListPlan) -> Vec<Offer> {
    let after = match plan.after.as_deref() {
        Some([Some(Value::Int(benefit)), Some(Value::Text(id))]) => Some((*benefit, id.clone())),
        _ => None,
    };
    let passes = |offer: &Offer| {
        plan.filter.matches(&|field| match field {
            "kind" => offer.kind.name().into(),
            "level" => level_name(offer.level).into(),
            "category" => offer.category.as_str().into(),
            "probability" => offer.probability.into(),
            _ => offer.id().into(),
        })
    };
    let comes = |offer: &Offer| after.as_ref().is_none_or(|after| (offer.benefit_minor, offer.id()) < *after);
    offers.into_iter().filter(|offer| comes(offer) && passes(offer)).collect()
}

fn candidate(run: &ScoredRun, offer: &Offer) -> CrossSellCandidate {
    let kind = match offer.kind {
        OfferKind::Affinity(kind) => kind_message(kind),
        OfferKind::Need => KindMessage::Need,
    };
    CrossSellCandidate {
        cross_sell_candidate_id: offer.id(),
        kind: kind.into(),
        level: level_message(offer.level).into(),
        item: Some(offer_item(offer.level, &offer.key, &offer.name, &offer.category)),
        probability: offer.probability,
        expected_benefit: Some(money(run.settings.currency, offer.benefit_minor)),
        reason: offer.reason.clone(),
        affinities: offer.leads.iter().map(product_affinity).collect(),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_fields_of_candidates_are_sound() {
        clientele_page::suite::schema_is_sound(&super::CANDIDATES);
    }
}
