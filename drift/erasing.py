"""What `drift` keeps of a person in Django's tables: alerts on conversations, examples of alarms, what calls were made
with, names of topics; as places of an erasure (`tracing/erasing/places.py`)."""

import json
import time
import zlib
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from drift.handing_over.deriving import fit_id
from drift.ledger.templates import Template
from drift.ledger.words import mask_forms, read_words
from drift.models import (
    Alert,
    Delivery,
    DriftAlarm,
    DriftOutlook,
    DriftReport,
    HandOver,
    LedgerEvent,
    LedgerState,
    TopicModel,
)
from drift.observing.counting import count_days
from drift.recording.states import FAST
from tracing.erasing.names import find_telling, load_said
from tracing.erasing.places import Erased, Place, split
from tracing.erasing.recounting import forget_older
from tracing.erasing.texts import make_finder, strip
from tracing.models import Project
from tracing.store import Store
from tracing.words import split_words

MOST_INSTRUCTIONS = 2_000
"""Different ones of a service, the latest, in which a template has to stand to stay."""


def remove_alerts(_store: Store, erased: Erased) -> int:
    """Alerts on their conversations, with what was and was to be sent of them."""
    alerts, count = Alert.objects.filter(project=erased.project), 0
    for ids in split(erased.conversation_ids):
        fitted = [fit_id(each) for each in ids]
        count += alerts.filter(conversation_id__in=fitted).delete()[1].get("drift.Alert", 0)
        HandOver.objects.filter(rule__project=erased.project, conversation_id__in=fitted).delete()
    return count


def remove_deliveries(_store: Store, erased: Erased) -> int:
    """Messages that name one of their conversations."""
    find = make_finder(erased.conversation_ids)
    rows = Delivery.objects.filter(target__project=erased.project)
    named = [key for key, message in rows.values_list("pk", "message") if find(json.dumps(message, ensure_ascii=False))]
    for keys in split(named):
        rows.filter(pk__in=keys).delete()
    return len(named)


def look_for_examples_again(store: Store, erased: Erased) -> int:
    """Alarms whose examples they were, or whose words nobody else says, have others found, of what is left."""
    gone = set(erased.conversation_ids)
    alarms = list(DriftAlarm.objects.filter(project=erased.project).exclude(examples=None))
    words = {alarm.pk: read_terms(alarm.examples or {}) for alarm in alarms}
    said = load_said(store, erased.project, sorted(set().union(*words.values())))
    again = [each for each in alarms if names_any(each.examples or {}, gone) or not words[each.pk] <= said]
    for alarm in again:
        DriftAlarm.objects.filter(pk=alarm.pk).update(examples=None)
        DriftReport.objects.filter(alarm=alarm).delete()
    return len(again)


def names_any(examples: Mapping[str, Any], gone: Collection[str]) -> bool:
    return any(each.get("conversation_id") in gone for side in ("before", "after") for each in examples.get(side, ()))


def read_terms(examples: Mapping[str, Any]) -> set[str]:
    """The words that came or went with an alarm."""
    sides = [told for name in ("terms", "answer_terms") for told in (examples.get(name) or {}).values()]
    return {word for side in sides for each in side for word in split_words(each["text"])}


def strip_ledgers(store: Store, erased: Erased) -> int:
    """Ledgers without the wordings that nobody's call has any more, and without changes that came with their calls."""
    return forget_wordings(store, erased.project, {*erased.user_ids, *erased.conversation_ids}) + remove_events(erased)


def forget_wordings(store: Store, project: Project, ids: Collection[str] = ()) -> int:
    """Ledgers without the wordings that nobody's call has any more, and without these ids; how many had some."""
    count = 0
    for state in LedgerState.objects.filter(project=project):
        kept = json.loads(zlib.decompress(bytes(state.archive)))
        if strip_ledger(kept["ledger"], load_instructions(store, state), ids):
            packed = zlib.compress(json.dumps(kept, ensure_ascii=False).encode("utf-8", "replace"), FAST)
            LedgerState.objects.filter(pk=state.pk).update(archive=packed, saved=state.saved + 1)
            count += 1
    return count


def load_instructions(store: Store, state: LedgerState) -> Sequence[str]:
    rows = store.query_columns(
        "drift/sql/instructions_of_service.sql",
        project_id=state.project_id,
        service_name=state.service_name,
        environment=state.environment,
        limit=MOST_INSTRUCTIONS,
    )
    return rows.get("text", ())


def strip_ledger(ledger: dict[str, Any], instructions: Sequence[str], ids: Collection[str]) -> bool:
    """Leave out of what is known what none of these instructions says; whether there was any."""
    before = json.dumps(ledger, ensure_ascii=False)
    words = [read_words(mask_forms(each)) for each in instructions]
    templates = ledger["templates"]["templates"]
    ledger["templates"]["templates"] = [
        each for each in templates if any(Template.from_json(each).fit(one) is not None for one in words)
    ]
    said = [one.text for one in words]
    for template in ledger["templates"]["templates"]:
        for hole in template["holes"]:
            hole["wordings"] = {
                name: text for name, text in hole["wordings"].items() if any(text in each for each in said)
            }
    ledger.update(strip(ledger, make_finder(ids)))
    return json.dumps(ledger, ensure_ascii=False) != before


def remove_events(erased: Erased) -> int:
    rows = LedgerEvent.objects.filter(project=erased.project)
    bounds = erased.scope.bounds_ns
    count = rows.filter(time_ns__gte=bounds["start_ns"], time_ns__lt=bounds["end_ns"]).delete()[0]
    return count + sum(rows.filter(trace_id__in=each).delete()[0] for each in split(erased.trace_ids))


def count_days_anew(store: Store, erased: Erased) -> int:
    version = time.time_ns() // 1000
    count_days(store, [(erased.project.pk, day) for day in erased.days])
    forget_older(store, "drift_days", "tracing/sql/erased_days.sql", erased, version)
    return 0


def find_topics(store: Store, erased: Erased) -> Collection[str]:
    """Names of topics with a word that nobody else has used."""
    kept = TopicModel.objects.filter(project=erased.project).first()
    names = [name for name in kept.names if not is_number(name)] if kept else []
    return find_telling(store, erased.project, names)


def rename_topics(store: Store, erased: Erased) -> int:
    """They are called by their number from now on; how many."""
    gone = find_topics(store, erased)
    for kept in TopicModel.objects.filter(project=erased.project) if gone else ():
        names = [f"topic {n}" if name in gone else name for n, name in enumerate(kept.names, 1)]
        TopicModel.objects.filter(pk=kept.pk).update(names=names)
        DriftOutlook.objects.filter(project=erased.project).delete()
        DriftReport.objects.filter(alarm__project=erased.project).delete()
    return len(gone)


def is_number(name: str) -> bool:
    return name.startswith("topic ") and name[6:].isdigit()


PLACES = (
    Place("alerts", remove_alerts),
    Place("messages to alert targets", remove_deliveries),
    Place("examples of alarms", look_for_examples_again),
    Place("ledgers and their changes", strip_ledgers),
    Place("names of topics", rename_topics, find_topics),
    Place("days of drift", count_days_anew),
)
