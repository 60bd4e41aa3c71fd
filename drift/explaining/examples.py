"""An alarm of drift comes in; the conversations from before and after that tell most of the change go out."""

from typing import Any

from drift.models import DriftAlarm
from tracing.store import Store


def find_examples(store: Store, alarm: DriftAlarm) -> dict[str, Any]:
    """Ids and scores only: {before: [{conversation_id, score, because}], after: […], auc, terms, answer_terms}."""
    return {"before": [], "after": [], "auc": None, "terms": {}, "answer_terms": {}}
