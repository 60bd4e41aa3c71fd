"""Entries of the audit log as people and programs read them: pages of rows come out, in words, and as a file."""

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from tracing.access.decisions import ActorKind
from tracing.formulas import guard_cell
from tracing.models import AuditEntry, Project

WORDS = {
    "accept_alert": "accepted as the new normal the drift of the alert",
    "accept_drift_alarm": "accepted as the new normal the drift of the alarm",
    "accept_invitation": "joined the project",
    "acknowledge_alert": "acknowledged the alert",
    "acknowledge_alerts": "acknowledged the alerts",
    "add_alert_rule": "made the alert rule",
    "add_alert_target": "made the alert target",
    "add_dataset": "defined the dataset",
    "add_dataset_version": "asked for",
    "add_erasure": "asked to erase for good",
    "add_evaluation_set": "added the evaluation set",
    "add_export": "asked for the export",
    "add_invitation": "invited",
    "add_key": "made the key",
    "add_label": "judged",
    "add_missed_signal": "told a signal that was missed in",
    "add_price": "added a price of",
    "add_project": "made the project",
    "add_reprocessing": "asked for stored spans to be read again",
    "add_review": "judged the item to review",
    "add_review_queue": "made the review queue",
    "apply_prices": "asked for stored spans to be read again, with today's prices",
    "ask_erasure": "asked what it would do to erase",
    "ask_drift_report": "asked for the report of the alarm of drift",
    "ask_forgetting": "asked what it would do to forget somebody",
    "ask_user": "found out whether to ask a user",
    "build_dataset_version": "had built",
    "add_saved_view": "saved the view",
    "change_alert_rule": "changed the alert rule",
    "change_alert_target": "changed the alert target",
    "change_asking": "changed how users are asked",
    "change_dataset": "changed the dataset",
    "change_detectors": "changed the detectors",
    "change_expectations": "changed what is expected",
    "change_failure_mode": "changed the failure mode",
    "change_following": "changed which thresholds follow what people say",
    "change_goal": "changed the goal",
    "change_holdout": "changed the holdout",
    "change_masking": "changed what is hidden before it is stored",
    "change_member": "changed the role of",
    "change_member_role": "changed the role of",
    "change_password": "changed their password",
    "change_project": "changed the settings of the project",
    "change_retention": "changed how long data is kept",
    "change_review_queue": "changed the review queue",
    "change_saved_view": "changed the view",
    "collect_picked": "began a dataset of conversations of a list",
    "create_user": "made the account",
    "delete_conversation": "asked to erase for good",
    "delete_dataset": "deleted the dataset",
    "delete_dataset_version": "deleted",
    "delete_evaluation_set": "deleted the evaluation set",
    "delete_export": "deleted the export",
    "delete_invitation": "withdrew the invitation of",
    "delete_member": "removed the member",
    "delete_review_queue": "deleted the review queue",
    "download_all_regression_cases": "exported the regression cases of",
    "download_audit": "exported the audit log",
    "download_dataset": "exported a dataset as",
    "download_dataset_archive": "exported all of",
    "download_dataset_file": "exported a file of",
    "download_drift_report": "exported the report of the alarm of drift",
    "download_export": "exported a dataset as",
    "download_export_archive": "exported all of",
    "download_export_file": "exported a file of",
    "download_installation_audit": "exported the audit log of the installation",
    "download_regression_cases": "exported the regression cases of the failure mode",
    "download_reviews": "exported the reviews of the queue",
    "delete_saved_view": "deleted the view",
    "download_picked": "exported conversations as",
    "draw_review_items": "drew items for the review queue",
    "end_key": "revoked the key",
    "end_membership": "removed the member",
    "end_other_sessions": "logged out everywhere else",
    "end_project": "removed the project",
    "erase": "erased for good",
    "fail_to_log_in": "tried to log in as",
    "forget_subject": "forgot",
    "ignore_failure_mode": "ignored the failure mode",
    "import": "imported an old log of",
    "insert_dead_letters": "inserted the dead letters again",
    "invite_member": "invited",
    "judge_outcome": "judged whether the user was satisfied in",
    "judge_picked": "judged whether the users were satisfied in conversations of a list",
    "judge_signal": "judged a signal of",
    "link_failure_mode": "changed the ticket of the failure mode",
    "list_dataset_rows": "read rows of",
    "list_regression_cases": "exported the regression cases of the failure mode",
    "log_in": "logged in",
    "log_out": "logged out",
    "look_at_dataset": "asked for",
    "merge_failure_modes": "merged the failure modes",
    "mute_alert": "muted the alert",
    "mute_alert_rule": "muted the alert rule",
    "note_alert": "noted something about the alert",
    "note_failure_mode": "noted something about the failure mode",
    "own_failure_mode": "changed the owner of the failure mode",
    "preview_alert_rule": "previewed the alert rule",
    "put_goal": "changed the goal",
    "put_holdout": "changed the holdout",
    "remove_alert_rule": "removed the alert rule",
    "remove_alert_target": "removed the alert target",
    "remove_demo": "removed the demo",
    "remove_feedback": "removed the feedback",
    "remove_label": "took back what was said in",
    "remove_price": "removed a price of",
    "remove_review": "took back what was said of the item to review",
    "rename_failure_mode": "renamed the failure mode",
    "reopen_failure_mode": "opened again the failure mode",
    "replace_key": "replaced the key",
    "reprocess": "asked for stored spans to be read again",
    "resolve_alert": "resolved the alert",
    "resolve_failure_mode": "resolved the failure mode",
    "retry_dead_letters": "inserted the dead letters again",
    "review_failure_mode": "opened the review queue",
    "review_picked": "made the review queue",
    "review_skip": "skipped the item to review",
    "review_submit": "judged the item to review",
    "review_take": "took an item to review of the queue",
    "review_take_back": "took back what was said of the item to review",
    "revoke_invitation": "withdrew the invitation of",
    "change_texts": "changed whether texts are kept in",
    "set_content": "changed whether texts are kept in",
    "set_asking": "changed how users are asked",
    "set_detector": "changed the detector",
    "set_expectation": "changed what is expected",
    "preview_masking": "tried what rules of masking would hide",
    "set_masking": "changed what is hidden before it is stored",
    "set_prices": "set all prices",
    "try_masking": "tried what rules of masking would hide",
    "split_failure_mode": "split the failure mode",
    "start_review_queue": "made the review queue",
    "stop_dataset_version": "stopped",
    "stop_reprocessing": "stopped the reading of stored spans",
    "stop_reprocessings": "stopped the reading of stored spans",
    "switch_alert_rule": "turned on or off the alert rule",
    "switch_alert_target": "turned on or off the alert target",
    "take_review_item": "took an item to review of the queue",
    "switch_review_queue": "opened or closed the review queue",
    "take_threshold": "took the suggested threshold of",
    "tell_feedback": "sent feedback",
    "test_alert_target": "sent a test to the alert target",
    "unmute_alert": "unmuted the alert",
}
"""What whoever did it did, by the name of the page, the operation or the command; the target stands behind it."""
COLUMNS = ("time", "project", "kind", "who", "action", "what", "target", "details", "address")


@dataclass(frozen=True, slots=True)
class ToldEntry:
    """An entry in words."""

    id: int
    time: datetime
    project: str
    """Its short name; empty for what is of the whole installation."""
    kind: str
    who: str
    action: str
    what: str
    target: str
    details: Mapping[str, Any]
    address: str

    @property
    def lines(self) -> list[tuple[str, str]]:
        """The details for people: a name and what it is."""
        return [(name.replace("_", " "), say_value(value)) for name, value in self.details.items()]


@dataclass(frozen=True, slots=True)
class AuditPage:
    """Entries, latest first; `next_id` is where the next page begins, None where there is none."""

    entries: Sequence[ToldEntry]
    next_id: int | None


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Each is compared whole; what is empty narrows nothing."""

    who: str = ""
    action: str = ""

    def narrow(self, entries: "QuerySet[AuditEntry]") -> "QuerySet[AuditEntry]":
        if "\0" in self.who + self.action:  # PostgreSQL fails on it
            return entries.none()
        entries = entries.filter(actor=self.who) if self.who else entries
        return entries.filter(action=self.action) if self.action else entries


def list_entries(project: Project | None) -> "QuerySet[AuditEntry]":
    """Entries of a project, or of the whole installation, latest first."""
    entries = AuditEntry.objects.order_by("-pk")
    return entries.filter(project=project) if project else entries


def find_latest_entry(project_id: int) -> int:
    """The number of the latest entry of a project; 0 where nobody changed anything yet."""
    entries = AuditEntry.objects.filter(project_id=project_id).order_by("-pk")
    return entries.values_list("pk", flat=True).first() or 0


def load_page(entries: "QuerySet[AuditEntry]", before_id: int | None, limit: int) -> AuditPage:
    """So many entries that were written before another."""
    rows = list((entries if before_id is None else entries.filter(pk__lt=before_id))[: limit + 1])
    told = [tell_entry(row) for row in rows[:limit]]
    return AuditPage(told, told[-1].id if len(rows) > limit else None)


def list_choices(entries: "QuerySet[AuditEntry]") -> tuple[list[str], dict[str, str]]:
    """Who did something, and what was done, for the filters."""
    who = entries.order_by("actor").exclude(actor="").values_list("actor", flat=True).distinct()
    actions = entries.order_by("action").values_list("action", flat=True).distinct()
    return list(who), {action: say_action(action) for action in actions}


def say_action(action: str) -> str:
    """In words; what has none, for its page is gone since, by its name.

    >>> say_action("add_key"), say_action("bake_cake")
    ('made the key', 'bake cake')
    """
    return WORDS.get(action, action.replace("_", " "))


def tell_entry(entry: AuditEntry) -> ToldEntry:
    return ToldEntry(
        id=entry.pk,
        time=entry.at,
        project=entry.project_slug,
        kind=entry.actor_kind,
        who=say_actor(entry.actor_kind, entry.actor),
        action=entry.action,
        what=say_action(entry.action),
        target=entry.target,
        details=entry.details,
        address=entry.address,
    )


def say_actor(kind: str, name: str) -> str:
    if kind == ActorKind.KEY:
        return f"the key {name}"
    if kind == ActorKind.COMMAND:
        return f"{name or 'somebody'}, by a command"
    if kind == ActorKind.LOCAL:
        return "whoever used this machine"
    return name or "somebody"


def say_value(value: object) -> str:
    """A detail as a line.

    >>> say_value([{"model": "gpt-x", "input": 1.5}]), say_value([]), say_value(True), say_value(["read", "write"])
    ('model gpt-x, input 1.5', 'none', 'yes', 'read; write')
    """
    if isinstance(value, dict):
        return ", ".join(f"{name} {say_value(each)}" for name, each in value.items() if each not in ("", None))
    if isinstance(value, list):
        return "; ".join(map(say_value, value)) or "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "none" if value is None else str(value)


def write_csv(entries: "QuerySet[AuditEntry]") -> Iterator[str]:
    """The rows of a file, a line at a time, with a line of names before them."""
    yield write_line(COLUMNS)
    for entry in entries.iterator():
        told = tell_entry(entry)
        details = json.dumps(told.details, ensure_ascii=False) if told.details else ""
        values = (told.time.isoformat(), told.project, told.kind, told.who, told.action, told.what, told.target)
        yield write_line((*values, details, told.address))


def write_line(values: Sequence[str]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n").writerow([guard_cell(value) for value in values])
    return line.getvalue()
