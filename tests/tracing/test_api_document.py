"""OpenAPI tells everything that a generator of clients needs, and names stay."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from schemathesis.openapi import from_dict

from feedback.api import api
from tests.conftest import Server
from tests.tracing.test_api import GENERATION_KEYS, listed

OPERATIONS = {
    "list_generations": "get generations",
    "list_conversations": "get conversations",
    "show_conversation": "get conversations/{conversation_id}",
    "list_traces": "get traces",
    "show_trace": "get traces/{trace_id}",
    "list_signals": "get signals",
    "list_feedback": "get feedback",
    "list_hours": "get hours",
    "show_stats": "get stats",
    "list_stages": "get stages",
    "download_export": "get exports",
    "add_export": "post exports",
    "list_formats": "get exports/formats",
    "show_export": "get exports/{export}",
    "delete_export": "delete exports/{export}",
    "list_export_files": "get exports/{export}/files",
    "download_export_file": "get exports/{export}/files/{file}",
    "download_export_archive": "get exports/{export}/archive",
    "list_datasets": "get datasets",
    "add_dataset": "post datasets",
    "show_dataset": "get datasets/{number}",
    "change_dataset": "patch datasets/{number}",
    "delete_dataset": "delete datasets/{number}",
    "list_dataset_versions": "get datasets/{number}/versions",
    "add_dataset_version": "post datasets/{number}/versions",
    "show_dataset_version": "get datasets/{number}/versions/{version}",
    "delete_dataset_version": "delete datasets/{number}/versions/{version}",
    "build_dataset_version": "post datasets/{number}/versions/{version}/build",
    "stop_dataset_version": "post datasets/{number}/versions/{version}/stop",
    "list_dataset_files": "get datasets/{number}/versions/{version}/files",
    "download_dataset_file": "get datasets/{number}/versions/{version}/files/{file}",
    "download_dataset_archive": "get datasets/{number}/versions/{version}/archive",
    "list_dataset_rows": "get datasets/{number}/versions/{version}/rows",
    "show_dataset_changes": "get datasets/{number}/versions/{version}/compare/{other}",
    "list_evaluation_sets": "get datasets/evaluation-sets",
    "add_evaluation_set": "post datasets/evaluation-sets",
    "delete_evaluation_set": "delete datasets/evaluation-sets/{number}",
    "show_forgotten": "get datasets/forgotten",
    "forget_subject": "post datasets/forgotten",
    "list_failure_modes": "get failure-modes",
    "show_delivery": "get failure-modes/delivery",
    "list_failure_mode_changes": "get failure-modes/changes",
    "show_failure_mode": "get failure-modes/{number}",
    "change_failure_mode": "patch failure-modes/{number}",
    "merge_failure_modes": "post failure-modes/{number}/merge",
    "split_failure_mode": "post failure-modes/{number}/split",
    "note_failure_mode": "post failure-modes/{number}/notes",
    "list_regression_cases": "get failure-modes/{number}/regression-cases",
    "download_regression_cases": "get failure-modes/{number}/regression-cases/archive",
    "download_all_regression_cases": "get regression-cases/archive",
    "list_alerts": "get alerts",
    "show_alert": "get alerts/{number}",
    "acknowledge_alert": "post alerts/{number}/acknowledge",
    "mute_alert": "post alerts/{number}/mute",
    "unmute_alert": "post alerts/{number}/unmute",
    "resolve_alert": "post alerts/{number}/resolve",
    "accept_alert": "post alerts/{number}/accept",
    "note_alert": "post alerts/{number}/notes",
    "list_alert_rules": "get alert-rules",
    "list_alert_rule_kinds": "get alert-rules/kinds",
    "add_alert_rule": "post alert-rules",
    "preview_alert_rule": "post alert-rules/preview",
    "show_alert_rule": "get alert-rules/{number}",
    "change_alert_rule": "put alert-rules/{number}",
    "mute_alert_rule": "post alert-rules/{number}/mute",
    "remove_alert_rule": "delete alert-rules/{number}",
    "list_alert_targets": "get alert-targets",
    "add_alert_target": "post alert-targets",
    "list_alert_deliveries": "get alert-targets/deliveries",
    "show_alert_target": "get alert-targets/{number}",
    "change_alert_target": "patch alert-targets/{number}",
    "remove_alert_target": "delete alert-targets/{number}",
    "test_alert_target": "post alert-targets/{number}/test",
    "list_drift_events": "get drift/events",
    "show_drift_event": "get drift/events/{number}",
    "show_drift": "get drift",
    "show_drift_segment": "get drift/segments/{key}/days",
    "list_drift_alarms": "get drift/alarms",
    "show_drift_alarm": "get drift/alarms/{number}",
    "accept_drift_alarm": "post drift/alarms/{number}/accept",
    "run_backtest": "get drift/backtest",
    "show_drift_report": "get drift/alarms/{number}/report",
    "ask_drift_report": "post drift/alarms/{number}/report",
    "download_drift_report": "get drift/alarms/{number}/report.html",
    "list_users": "get users",
    "show_user": "get users/{user_id}",
    "list_tasks": "get tasks",
    "show_task_figures": "get tasks/figures",
    "list_detectors": "get detectors",
    "show_accuracy": "get accuracy",
    "show_review_effects": "get review-effects",
    "list_review_queues": "get review-queues",
    "add_review_queue": "post review-queues",
    "show_review_queue": "get review-queues/{number}",
    "change_review_queue": "patch review-queues/{number}",
    "delete_review_queue": "delete review-queues/{number}",
    "draw_review_items": "post review-queues/{number}/draws",
    "list_review_items": "get review-queues/{number}/items",
    "take_review_item": "post review-queues/{number}/next",
    "show_review_results": "get review-queues/{number}/results",
    "list_reviews": "get reviews",
    "add_review": "post reviews",
    "remove_review": "delete reviews/{review_id}",
    "list_saved_views": "get saved-views",
    "add_saved_view": "post saved-views",
    "show_saved_view": "get saved-views/{number}",
    "change_saved_view": "patch saved-views/{number}",
    "delete_saved_view": "delete saved-views/{number}",
    "show_judge": "get judge",
    "ask_user": "post asks",
    "list_asks": "get asks",
    "show_content": "get content",
    "set_content": "put content",
    "show_asking": "get asking",
    "set_asking": "put asking",
    "list_labels": "get labels",
    "add_label": "post labels",
    "remove_label": "delete labels/{label_id}",
    "show_comparisons": "get comparisons",
    "list_comparisons": "get comparisons/items",
    "show_satisfaction": "get satisfaction",
    "show_figures": "get figures",
    "list_contradictions": "get failure-modes/contradictions",
    "show_returns": "get returns",
    "set_goal": "put returns/goal",
    "show_holdout": "get holdout",
    "set_holdout": "put holdout",
    "list_loops": "get loops",
    "set_detector": "put detectors/{kind}",
    "set_expectation": "put expectation",
    "list_prices": "get prices",
    "set_prices": "put prices",
    "list_reprocessings": "get reprocessings",
    "add_reprocessing": "post reprocessings",
    "stop_reprocessings": "delete reprocessings",
    "show_reprocessing": "get reprocessings/{number}",
    "show_masking": "get masking",
    "set_masking": "put masking",
    "try_masking": "post masking/preview",
    "add_erasure": "post erasures",
    "show_erasures": "get erasures",
    "show_erasure": "get erasures/{number}",
    "delete_conversation": "delete conversations/{conversation_id}",
    "list_audit": "get audit",
    "list_dead_letters": "get dead-letters",
    "retry_dead_letters": "post dead-letters/retry",
    "tell_feedback": "post feedback",
    "remove_feedback": "delete feedback/{identifier}",
    "list_keys": "get keys",
    "add_key": "post keys",
    "replace_key": "post keys/{number}/rotate",
    "end_key": "delete keys/{number}",
    "list_members": "get members",
    "change_member": "patch members/{number}",
    "delete_member": "delete members/{number}",
    "list_invitations": "get invitations",
    "add_invitation": "post invitations",
    "delete_invitation": "delete invitations/{number}",
    "show_project": "get project",
    "change_project": "patch project",
    "list_projects": "get projects",
}
"""Clients are generated with these names."""


@pytest.fixture
def document(server: Server) -> Any:
    return server.get_json("openapi.json")


def list_operations(document: Any) -> Iterator[tuple[str, Any]]:
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            yield f"{method} {path.removeprefix('/api/v1/')}", operation


def test_operations_keep_their_names(document: Any) -> None:
    assert document["openapi"].startswith("3.")
    assert {each["operationId"]: name for name, each in list_operations(document)} == OPERATIONS


def test_it_is_made_once() -> None:
    assert api.get_openapi_schema() is api.get_openapi_schema()


def test_it_is_openapi(document: Any) -> None:
    from_dict(document).validate()


def test_every_operation_and_parameter_is_told_in_words(document: Any) -> None:
    for name, operation in list_operations(document):
        assert operation["summary"], name
        parameters = {each["name"]: each for each in operation["parameters"]}
        assert {"project"} <= set(parameters)
        assert [each for each in parameters if not parameters[each].get("description")] == [], name


def test_every_operation_declares_the_problems_it_answers_with(document: Any) -> None:
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/ProblemResource"}}}
    for name, operation in list_operations(document):
        refusals = {status: each["content"] for status, each in operation["responses"].items() if status >= "4"}
        assert {"401", "403", "404", "422", "500", "503"} <= set(refusals), name
        assert all(content == problem for content in refusals.values())


def test_a_key_is_sent_in_either_header_or_not_needed(document: Any) -> None:
    schemes = document["components"]["securitySchemes"]
    assert [(each["type"], each.get("scheme", each.get("name"))) for each in schemes.values()] == [
        ("http", "bearer"),
        ("apiKey", "x-api-key"),
    ]
    assert document["security"] == [{name: []} for name in schemes] + [{}]


def test_bounds_and_fields_are_in_the_schemas(document: Any) -> None:
    parameters = {
        each["name"]: each["schema"] for each in document["paths"]["/api/v1/generations"]["get"]["parameters"]
    }
    assert (parameters["limit"]["minimum"], parameters["limit"]["maximum"]) == (1, 1000)
    schemas = document["components"]["schemas"]
    assert set(schemas["GenerationResource"]["properties"]) == listed(GENERATION_KEYS)
    assert {"type": "string", "pattern": "^-?[0-9]+$"} in schemas["GenerationResource"]["properties"]["input_tokens"][
        "anyOf"
    ][0]["anyOf"]


def test_bounds_are_told_in_words_of_json_schema(document: Any) -> None:
    told = json.dumps(document)
    assert '"minimum": 1' in told
    assert not {name for name in ("ge", "le", "gt", "lt") if f'"{name}":' in told}
