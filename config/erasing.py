"""`tacit erase`: asks for a user, a conversation or a time to be erased for good, watches, and tells the receipt;
or searches the files of the data directory for a text.

The running server works it off; without one this process does. Either way the request stands in Django's database, and
what was interrupted goes on.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from config.reprocessing import choose_databases
from tracing.access import audit
from tracing.access.decisions import Access, find_access_of_command
from tracing.erasing.running import preview, request_erasure, work_off
from tracing.erasing.scope import Scope
from tracing.erasing.searching import search_directory
from tracing.models import Erasure
from tracing.store import get_store

POLL_SECONDS = 0.5
STATES: Mapping[str, str] = {
    Erasure.State.WAITING: "It has not begun. Is a worker running (tacit up, or tacit worker)? …",
    Erasure.State.ERASING: "What goes is listed, and is going …",
    Erasure.State.SETTLING: "It went; what was made of it meanwhile goes in a moment …",
    Erasure.State.CLEANING: "Files are removed and looked through …",
}


class CannotEraseError(Exception):
    """Nothing was asked for; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the command tells, line by line."""

    lines: tuple[str, ...]
    is_clean: bool


def erase(project: str, scope: Scope, tell: Callable[[str], None], confirm: Callable[[str], bool]) -> Receipt:
    """Have it erased, once `confirm` was told what goes and agreed. Raises CannotEraseError."""
    with choose_databases() as is_here:
        access = find_access_of_command(project)
        if access is None:
            raise CannotEraseError(f"There is no project {project!r}.")
        if is_here and not confirm(describe_preview(preview(get_store(), access.project.pk, scope))):
            raise CannotEraseError("Nothing was erased.")
        if not is_here and not confirm("Whatever there is of it goes."):
            raise CannotEraseError("Nothing was erased.")
        erasure = ask_for(access, scope)
        watch(erasure, tell, is_here=is_here)
    return read_receipt(erasure)


def describe_preview(found: Mapping[str, int]) -> str:
    counted = ", ".join(f"{found[name]:,} {name}" for name in ("conversations", "turns", "calls"))
    return f"{counted} go, with all that was made of them."


def ask_for(access: Access, scope: Scope) -> Erasure:
    """Ask for it, and write down that somebody did."""
    with transaction.atomic():
        erasure = request_erasure(access.project, scope, access.who)
        audit.record(
            access.actor, "add_erasure", access.project, target=f"a {scope.kind}", details={"erasure": erasure.pk}
        )
        return erasure


def watch(erasure: Erasure, tell: Callable[[str], None], *, is_here: bool) -> None:
    """Until it is done; here it is done by this process."""
    told = ""
    while True:
        if is_here:
            work_off(get_store())
            Erasure.objects.filter(pk=erasure.pk).update(settles_at=timezone.now())  # nobody else is at work on it
        erasure.refresh_from_db()
        if erasure.state == Erasure.State.DONE:
            return
        if erasure.state != told:
            told = erasure.state
            tell(STATES[told])
        time.sleep(POLL_SECONDS)


def read_receipt(erasure: Erasure) -> Receipt:
    found = erasure.verification or {}
    counts = sorted(erasure.rows.items(), key=lambda each: (-each[1], each[0]))
    return Receipt(
        (
            f"Receipt {erasure.pk}: {sum(erasure.rows.values()):,} rows went.",
            *(f"  {name}: {count:,}" for name, count in counts),
            "Nothing was found after." if found["is_clean"] else f"Found after: {found}",
            f"Not erased: {'; '.join(found['not_erased'])}.",
        ),
        found["is_clean"],
    )


def search(text: str) -> list[str]:
    """Files of the data directory in which a text stands, also compressed by the store."""
    return search_directory(settings.DATA_DIR, [text]).get(text, [])
