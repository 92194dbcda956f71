//! What only some transactions have: items, who sold, what a cost was for.

use clientele_proto::value::v1 as proto;

use super::parse::{Violations, parse_amount};
use crate::domain::{
    key,
    line_item::{LineItem, MOST},
    quantity::Quantity,
    sales_organisation::SalesOrganisation,
    transaction::CostKind,
};

/// The items, where all of them are good.
pub(super) fn parse_items(items: Vec<proto::LineItem>, violations: &mut Violations) -> Option<Vec<LineItem>> {
    if items.len() > MOST {
        violations.add("items", &format!("must be at most {MOST}, not {}", items.len()));
        return None;
    }
    // Each is read, also after a bad one, so that all violations are told.
    let read: Vec<_> = items.into_iter().enumerate().map(|(line, item)| parse_item(line, item, violations)).collect();
    read.into_iter().collect()
}

fn parse_item(line: usize, item: proto::LineItem, violations: &mut Violations) -> Option<LineItem> {
    let path = |field: &str| format!("items[{line}].{field}");
    let product = violations.take(path("product_external_id"), key::check(&item.product_external_id));
    let name = violations.take(path("product_name"), key::check_optional(&item.product_name));
    let category = violations.take(path("category"), key::check_optional(&item.category));
    let quantity = Some(item.quantity.as_str()).filter(|text| !text.is_empty()).map(Quantity::parse).transpose();
    let quantity = violations.take(path("quantity"), quantity);
    let amount = parse_amount(&path("amount"), item.amount.as_ref(), violations);
    product.and(name).and(category)?;
    Some(LineItem {
        product_external_id: item.product_external_id,
        product_name: item.product_name,
        category: item.category,
        quantity: quantity?,
        amount: amount?,
    })
}

/// Who sold, where that is said.
pub(super) fn parse_sales_organisation(
    organisation: Option<proto::SalesOrganisation>,
    violations: &mut Violations,
) -> Option<Box<SalesOrganisation>> {
    let proto::SalesOrganisation { company, department, employee } = organisation?;
    for (part, text) in [("company", &company), ("department", &department), ("employee", &employee)] {
        violations.take(format!("sales_organisation.{part}"), key::check_optional(text));
    }
    SalesOrganisation { company, department, employee }.said()
}

/// What a cost was for, where that is said.
pub(super) fn parse_cost_kind(kind: i32, violations: &mut Violations) -> Option<CostKind> {
    match proto::CostKind::try_from(kind) {
        Ok(proto::CostKind::Unspecified) => None,
        Ok(proto::CostKind::CostOfGoods) => Some(CostKind::CostOfGoods),
        Ok(proto::CostKind::CostToServe) => Some(CostKind::CostToServe),
        Ok(proto::CostKind::Acquisition) => Some(CostKind::Acquisition),
        Err(_) => {
            violations.add("cost_kind", "must be one of the kinds of the contract");
            None
        }
    }
}
