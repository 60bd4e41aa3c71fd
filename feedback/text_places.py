"""Texts of traces that `feedback` has in Django's tables and in files, as places of a pass that takes texts out
(`tracing/texts/places.py`): versions of datasets, what a language model said of failure modes, answers of the judge."""

from feedback.contradictions import forget_texts
from feedback.failure_modes.descriptions import name_signal
from feedback.flywheel.forgetting import let_go
from feedback.models import DatasetVersion, FailureMode, JudgeDay
from tracing.store import Store
from tracing.texts.places import Due, TextPlace

State = DatasetVersion.State
OVER = "the hours for which this project keeps texts are over"
TITLE_TERMS = 2


def withdraw_versions(_store: Store, due: Due) -> int:
    """Versions that were made before lose their files: each is a copy of texts. Unfinished ones begin anew."""
    versions = DatasetVersion.objects.filter(project=due.project, created_at__lt=due.until)
    left = versions.exclude(state__in=(State.WITHDRAWN, State.STOPPED, State.FAILED)).order_by("pk")
    failed = versions.filter(state=State.FAILED, inspection__isnull=False)
    return sum(let_go(each, due.now, why=OVER) for each in [*left, *failed])


def drop_suggestions(_store: Store, due: Due) -> int:
    """Modes whose turns have no texts any more are called by their signal and by words that several of them shared."""
    modes = FailureMode.objects.filter(project=due.project, last_time__lt=due.until)
    told = [mode for mode in modes if mode.namer or mode.description.get("suggestion")]
    for mode in told:
        terms = [each["text"] for each in mode.description.get("terms", ())][:TITLE_TERMS]
        signal = name_signal(mode.description.get("signal", ""))
        FailureMode.objects.filter(pk=mode.pk).update(
            namer="",
            found_title=" · ".join(each for each in (signal, ", ".join(terms)) if each),
            found_line="",
            description={**mode.description, "suggestion": None},
        )
    return len(told)


def forget_answers(_store: Store, due: Due) -> int:
    """What an endpoint answered when the judge could not read it: it may say again what it was asked."""
    days = JudgeDay.objects.filter(project=due.project, day__lte=due.until.date()).exclude(problem="")
    return days.update(problem="")


def forget_memory(_store: Store, _due: Due) -> int:
    """What this process keeps for a while."""
    forget_texts()
    return 0


PLACES = (
    TextPlace("dataset versions withdrawn", withdraw_versions),
    TextPlace("names that a language model gave", drop_suggestions),
    TextPlace("problems of the judge", forget_answers),
    TextPlace("memory", forget_memory),
)
