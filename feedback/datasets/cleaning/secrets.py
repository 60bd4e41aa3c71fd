"""Rows with a key, a password or a token go: nobody can say what else a secret that stood in a text has opened."""

from collections.abc import Iterable, Sequence

from feedback.datasets.cleaning.recognition import SECRETS as KINDS
from feedback.datasets.cleaning.recognition import find_values
from feedback.datasets.cleaning.texts import Place, list_fixed, list_texts
from feedback.datasets.record import Drop, Reason, Record
from feedback.datasets.steps import Context, RowStep


def drop_secrets(records: Sequence[Record], context: Context) -> Sequence[Record | Drop]:
    secret = [has_secret((*list_texts(record), *list_fixed(record)), context) for record in records]
    return [Drop(Reason.SECRET) if each else record for record, each in zip(records, secret, strict=True)]


def has_secret(texts: Iterable[tuple[str, Place]], context: Context) -> bool:
    return any(found.kind in KINDS for text, place in texts for found in find_values(text, place, context.scrubber))


SECRETS = RowStep("secrets", drop_secrets)
