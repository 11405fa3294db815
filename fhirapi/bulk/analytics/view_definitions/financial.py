"""Views of claims and what became of them."""

from fhirapi.bulk.analytics.columns import (
    code,
    coding,
    concept,
    day,
    integer,
    key,
    moment,
    money,
    number,
    patient,
    period,
    reference,
    text,
)
from fhirapi.bulk.analytics.view import Column, View

_PATIENT = patient("patient")
_CLAIM: tuple[Column, ...] = (
    _PATIENT,
    code("status", "status", "Status"),
    code("use", "use", "Claim, preauthorization ..."),
    *concept("type", "type", "Type"),
    *period("billable", "billablePeriod", "Services"),
    *moment("created", "created", "Made"),
    reference("provider_id", "provider", "Practitioner", "Practitioner who bills"),
    reference("provider_organization_id", "provider", "Organization", "Practice that bills"),
    reference("insurer_id", "insurer", "Organization", "Insurer"),
    reference("coverage_id", "insurance.first().coverage", "Coverage", "First coverage"),
)
_ITEM: tuple[Column, ...] = (
    integer("sequence", "sequence", "Number of the item", "positiveInt"),
    *concept("service", "productOrService", "Product or service"),
    # serviced[x] is a date, or a Period, whose beginning is a dateTime.
    *moment(
        "serviced", "(serviced.ofType(date) | serviced.ofType(Period).start).first()", "Done"
    ),
    number("quantity_number", "quantity.value", "Quantity"),
    *money("unit_price", "unitPrice", "Price of one"),
    *money("net", "net", "Price of all"),
    reference("encounter_id", "encounter", "Encounter", "First encounter", first=True),
)  # fmt: skip
_DIAGNOSIS: tuple[Column, ...] = (
    integer("sequence", "sequence", "Number of the diagnosis", "positiveInt"),
    *concept("diagnosis", "diagnosis.ofType(CodeableConcept)", "Diagnosis"),
    reference("condition_id", "diagnosis.ofType(Reference)", "Condition", "The condition"),
)

FINANCIAL = (
    View(
        "claim", "Claim", "Claims",
        (
            *key("claim"),
            *_CLAIM,
            code("priority_code", "priority.coding.first().code", "Priority"),
            *money("total", "total", "Total"),
        ),
    ),
    View(
        "claim_item", "Claim", "Items of claims, a row each",
        (*key("claim")[:1], _PATIENT),
        for_each="item",
        each_columns=_ITEM,
    ),
    View(
        "claim_diagnosis", "Claim", "Diagnoses of claims, a row each",
        (*key("claim")[:1], _PATIENT),
        for_each="diagnosis",
        each_columns=_DIAGNOSIS,
    ),
    View(
        "explanation_of_benefit", "ExplanationOfBenefit", "What became of claims",
        (
            *key("explanation of benefit"),
            *_CLAIM,
            reference("claim_id", "claim", "Claim", "The claim"),
            code("outcome", "outcome", "Outcome"),
            text("disposition", "disposition", "Outcome in words"),
            *money("payment", "payment.amount", "Payment"),
            *day("payment", "payment.date", "Payment"),
        ),
    ),
    View(
        "explanation_of_benefit_item", "ExplanationOfBenefit",
        "Items of explanations of benefit, a row each",
        (*key("explanation of benefit")[:1], _PATIENT),
        for_each="item",
        each_columns=_ITEM,
    ),
    View(
        "explanation_of_benefit_total", "ExplanationOfBenefit",
        "Totals of explanations of benefit: submitted, benefit, ... a row each",
        (*key("explanation of benefit")[:1], _PATIENT),
        for_each="total",
        each_columns=(
            *coding("category", "category.coding.first()", "What it is the total of"),
            *money("total", "amount", "Total"),
        ),
    ),
)  # fmt: skip
