"""What was learnt of each project's satisfaction: fitted now and then beside everything else, kept in Django's tables.

A small project has the values that are shipped. A fit is made anew where the conversations, or what was said on
purpose, grew by a share: soon while there is little, else at most every hour. Conversations that reviewers judged are
few beside thumbs and say more, so they count by themselves, and every ten minutes.
"""

import logging
import threading
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

from django.db import close_old_connections
from django.utils import timezone

from feedback.models import SatisfactionFit
from feedback.reviewing.calibration import measure_reviews
from feedback.satisfaction import Facts, Rates, Satisfaction, estimate_rates, fit_satisfaction, load_defaults, tabulate
from feedback.satisfaction.archive import digest, digest_defaults, read_satisfaction, tell_satisfaction
from feedback.satisfaction_records import load_known
from tracing.filter_language import Filter
from tracing.models import Project
from tracing.stages import STOPPING, hold_lease
from tracing.store import Store, get_store

logger = logging.getLogger(__name__)

NAME = "fitting"
FEWEST_CONVERSATIONS = 20
"""Under so many a project has the values that are shipped."""
MOST_CONVERSATIONS = 50_000
"""The latest so many are learnt from."""
SMALL, SMALL_GROWTH, SMALL_WAIT_S = 2_000, 0.25, 60.0
"""A project of so many conversations is fitted anew after so much growth, and no sooner than so."""
GROWTH, WAIT_S = 0.1, 3600.0
REVIEWS_GROWTH, FEWEST_REVIEWS, REVIEWS_WAIT_S = 0.1, 10, 600.0
"""Of conversations that reviewers judged: so many more at the least."""
SHIPPED = "shipped"

_known: dict[int, "Fitted"] = {}
"""By project, what this process read last."""
_looked: dict[int, float] = {}
"""By project, when this process last looked whether it has grown."""
_thread: threading.Thread | None = None


@dataclass(frozen=True, slots=True)
class Fitted:
    """What was learnt of a project, and the digest of it."""

    basis: str
    satisfaction: Satisfaction


@dataclass(frozen=True, slots=True)
class Counts:
    """How much there is to learn from."""

    conversations: int
    verdicts: int


def forget_fits() -> None:
    """Know only what the database knows, as a new process does."""
    _known.clear()
    _looked.clear()


def find_fit(project_id: int) -> Fitted:
    """The project's fit; what is shipped where there is none of this model."""
    basis = find_basis(project_id)
    if basis == load_shipped().basis:
        return load_shipped()
    fitted = _known.get(project_id)
    if fitted is None or fitted.basis != basis:
        told = SatisfactionFit.objects.get(project_id=project_id)
        fitted = _known[project_id] = Fitted(told.basis, read_satisfaction(told.parameters, load_defaults()))
    return fitted


def find_basis(project_id: int) -> str:
    """The digest of what `find_fit` gives."""
    fit = SatisfactionFit.objects.filter(project_id=project_id).first()
    return fit.basis if fit and is_of_this_model(fit) else load_shipped().basis


def is_of_this_model(fit: SatisfactionFit) -> bool:
    return fit.basis.startswith(f"{digest_defaults(load_defaults())}-")


@cache
def load_shipped() -> Fitted:
    """What is believed of a project that is not known: learnt from one conversation in which nothing was heard."""
    defaults = load_defaults()
    satisfaction = fit_satisfaction(tabulate([Facts("")], [], defaults), defaults)
    return Fitted(f"{digest_defaults(defaults)}-{SHIPPED}", satisfaction)


def fit_project(store: Store, project_id: int) -> Fitted:
    """Learn from the latest conversations, and keep what was learnt. Raises ValueError where there is none."""
    counts = count_all(store, project_id)
    known = load_known(store, project_id, Filter(), MOST_CONVERSATIONS, time.time_ns())
    defaults = load_defaults()
    table = tabulate(known.facts, known.verdicts, defaults)
    satisfaction = fit_satisfaction(table, defaults)
    told = tell_satisfaction(satisfaction)
    fitted = Fitted(f"{told['defaults']}-{digest(told)}", satisfaction)
    values: dict[str, Any] = {
        "basis": fitted.basis,
        "conversations": counts.conversations,
        "verdicts": counts.verdicts,
        "reviews": count_reviewed(store, project_id),
        "fitted_at": timezone.now(),
        "parameters": told,
        "rates": tell_rates(estimate_rates(satisfaction, table)),
        "reviewed": measure_reviews(store, project_id, known.facts, table, load_shipped().satisfaction),
    }
    SatisfactionFit.objects.update_or_create(project_id=project_id, defaults=values)
    return fitted


def tell_rates(rates: Rates) -> dict[str, Any]:
    """Rates as JSON takes them."""
    return asdict(rates)


def load_rates(project_id: int) -> Mapping[str, Any] | None:
    """The rates of the latest fit, as `tell_rates` told them; None where there is none."""
    return SatisfactionFit.objects.filter(project_id=project_id).values_list("rates", flat=True).first()


def count_all(store: Store, project_id: int) -> Counts:
    return Counts(**store.query("feedback/sql/satisfaction_counts.sql", project_id=project_id)[0])


def count_reviewed(store: Store, project_id: int) -> int:
    """Conversations that reviewers judged."""
    rows = store.query("feedback/sql/reviewed_conversations.sql", project_id=project_id)
    return int(rows[0]["conversations"])


def is_due(store: Store, project_id: int) -> bool:
    """Whether there is enough to learn from, and so much more, or less, of it than when it was fitted last."""
    fit = SatisfactionFit.objects.filter(project_id=project_id).first()
    if fit is None or not is_of_this_model(fit):
        return count_all(store, project_id).conversations >= FEWEST_CONVERSATIONS
    is_small = fit.conversations <= SMALL
    waited = (timezone.now() - fit.fitted_at).total_seconds()
    if waited < (SMALL_WAIT_S if is_small else REVIEWS_WAIT_S):
        return False
    has_news = has_more_reviews(fit.reviews, count_reviewed(store, project_id))
    if not has_news and waited < (SMALL_WAIT_S if is_small else WAIT_S):
        return False  # before the counts, which take long where there is much
    counts = count_all(store, project_id)
    share = SMALL_GROWTH if is_small else GROWTH
    pairs = ((fit.conversations, counts.conversations), (fit.verdicts, counts.verdicts))
    has_grown = any(has_changed(before, now, share) for before, now in pairs)
    return counts.conversations > 0 and (has_news or has_grown)


def has_more_reviews(before: int, now: int) -> bool:
    """More, or fewer: who took theirs back wants them out as well.

    >>> has_more_reviews(0, 9), has_more_reviews(0, 10), has_more_reviews(300, 320), has_more_reviews(40, 20)
    (False, True, False, True)
    """
    return abs(now - before) >= FEWEST_REVIEWS and has_changed(before, now, REVIEWS_GROWTH)


def has_changed(before: int, now: int, share: float) -> bool:
    """
    >>> has_changed(0, 1, 0.25), has_changed(100, 110, 0.25), has_changed(100, 70, 0.25)
    (True, False, True)
    """
    return now != before and abs(now - before) >= share * before


def start_fitting() -> None:
    """Have the projects that have grown fitted anew beside everything else, unless that is going on."""
    global _thread
    if STOPPING.is_set() or (_thread and _thread.is_alive()):
        return
    _thread = threading.Thread(target=run_fitting, name="fitting", daemon=True)
    _thread.start()


def run_fitting() -> None:
    try:
        fit_projects(get_store())
    finally:
        close_old_connections()


def fit_projects(store: Store) -> int:
    """Fit those projects anew for which it is time; how many these were."""
    count = 0
    with hold_lease(NAME) as held:
        for project_id in Project.objects.order_by("pk").values_list("pk", flat=True) if held else ():
            if STOPPING.is_set():
                break
            count += fit_if_due(store, project_id)
    return count


def fit_if_due(store: Store, project_id: int) -> bool:
    """Looks once in a while."""
    now = time.monotonic()
    if now - _looked.get(project_id, -WAIT_S) < SMALL_WAIT_S:
        return False
    _looked[project_id] = now
    if not is_due(store, project_id):
        return False
    try:
        fit_project(store, project_id)
    except (ArithmeticError, ValueError):
        logger.exception("the satisfaction of project %d cannot be fitted; what was learnt before stays", project_id)
        return False
    return True
