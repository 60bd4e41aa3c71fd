"""Regression cases of a project's failure modes: numbers of modes come in, what is made of their verified members goes
out, to be shown or written."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from feedback.datasets.building.build import Built
from feedback.datasets.building.files import list_files
from feedback.datasets.cleaning import describe_recognisers
from feedback.datasets.definition import Definition
from feedback.datasets.steps import Context
from feedback.failures.listing import find_row, load_rows, name_mode
from feedback.failures.records import load_failing_of
from feedback.flywheel.forgetting import load_forgotten, read_watermark
from feedback.flywheel.reading import read_batch
from feedback.flywheel.scrubbers import load_scrubber
from feedback.holdouts import load_holdout
from feedback.kept import Kept
from feedback.models import FailureMode
from feedback.review.membership import Membership
from feedback.review.regressions.case import Failure, LeftOut, Reason
from feedback.review.regressions.choosing import Chosen, choose_cases
from feedback.review.regressions.failing import Verified, find_turn, read_failure
from feedback.review.regressions.files import write_files
from feedback.reviewing.memberships import load_memberships
from feedback.reviewing.modes import list_verified_members, load_membership
from feedback.reviewing.settled import load_settled
from tracing.models import Project
from tracing.store import Store

MOST_READ: Final = 200
"""Verified conversations of one failure mode that are looked at, those whose ids come first."""
COUNTED: Final[Kept["Counts"]] = Kept()


class NotVerified(ValueError):  # noqa: N818 - the name says it
    """Cases are made of verified failure modes alone; the words say what is missing."""


@dataclass(frozen=True, slots=True)
class Regressions:
    """What is made of failure modes."""

    modes: tuple[FailureMode, ...]
    chosen: Chosen


def make_regressions(store: Store, project: Project, number: int) -> Regressions:
    """Of one failure mode. Raises NotVerified, and LookupError where there is none of this number."""
    mode = find_row(project.pk, number)
    if mode is None:
        raise LookupError(f"There is no failure mode {number} in this project.")
    if words := tell_missing(load_membership(store, project.pk, mode.number)):
        raise NotVerified(words)
    return choose(store, project, [mode])


def make_all_regressions(store: Store, project: Project) -> Regressions:
    """Of all that are verified."""
    return choose(store, project, list_verified(store, project.pk))


def list_verified(store: Store, project_id: int) -> list[FailureMode]:
    """In the order of their numbers."""
    found = load_memberships(store, project_id)
    numbers = {number for number, each in found.items() if each.is_verified}
    return sorted((row for row in load_rows(project_id) if row.number in numbers), key=lambda row: row.number)


@dataclass(frozen=True, slots=True)
class Counts:
    """What there is of a project."""

    verified: int
    """Failure modes that reviewers verified, …"""
    covered: int
    """… those of them that have cases, …"""
    cases: int
    """… and how many."""


def count_regressions(store: Store, project_id: int) -> Counts:
    """Kept for ten minutes, as long as nothing else is settled and nobody else is forgotten."""
    settled = load_settled(store, project_id)
    latest = max((each.version for each in settled), default=0)
    key = (project_id, len(settled), latest, read_watermark(project_id).count)
    return COUNTED.work_out(key, lambda: work_out_counts(store, Project.objects.get(pk=project_id))).result


def work_out_counts(store: Store, project: Project) -> Counts:
    found = make_all_regressions(store, project)
    covered = {case.failure.mode for case in found.chosen.cases}
    return Counts(len(found.modes), len(covered), len(found.chosen.cases))


def tell_missing(found: Membership) -> str:
    """What a failure mode lacks to be verified, for people; empty where it is.

    >>> tell_missing(Membership(reviewed=3))
    'Cases are made of verified failure modes: at least 2 more of its conversations have to be reviewed.'
    """
    if found.is_verified:
        return ""
    if found.missing:
        more = f"{found.missing} more of its conversations {'has' if found.missing == 1 else 'have'} to be reviewed"
        return f"Cases are made of verified failure modes: at least {more}."
    return (
        "Cases are made of verified failure modes: reviewers did not find yet that surely more than half of its "
        f"conversations belong to it ({found.belonging} of {found.reviewed} do)."
    )


def choose(store: Store, project: Project, modes: Sequence[FailureMode]) -> Regressions:
    context = Context(Definition("evals"), load_forgotten(project.pk), scrubber=load_scrubber())
    members = [each for mode in modes for each in read_members(store, project, mode, context)]
    chosen = choose_cases(each for each in members if isinstance(each, Failure))
    left_out = (each for each in members if isinstance(each, LeftOut))
    return Regressions(tuple(modes), Chosen(chosen.cases, (*left_out, *chosen.left_out)))


def read_members(store: Store, project: Project, mode: FailureMode, context: Context) -> Iterator[Failure | LeftOut]:
    """Each conversation that reviewers said belongs to a mode, as it failed; of nobody who is held out."""
    ids = list_verified_members(store, project.pk, mode.number)[:MOST_READ]
    turns = {
        key: row.turn.turn_index for key, row in load_failing_of(store, project.pk, ids, with_vectors=False).items()
    }
    holdout = load_holdout(project.pk)
    there = {each.conversation.conversation_id: each for each in read_batch(store, project.pk, ids)}
    for key in ids:
        if (labelled := there.get(key)) is None:
            yield LeftOut(key, turns.get(key, 0), mode.number, Reason.GONE)
            continue
        verified = Verified(labelled, mode.number, name_mode(mode), turns.get(key))
        is_held_out = holdout.holds(labelled.conversation.user_id, key)
        found = Reason.NOT_ALLOWED if is_held_out else read_failure(verified, context)
        yield found if isinstance(found, Failure) else LeftOut(key, find_turn(verified), mode.number, found)


def build_archive(project: Project, regressions: Regressions) -> Built:
    """The files of cases, in a directory that goes when they were read. Raises ValueError where there is no case."""
    context = Context(Definition("evals"), scrubber=load_scrubber())
    about = {
        "tacit_version": version("tacit-server"),
        "project": project.slug,
        "personal_data": describe_recognisers(context),
    }
    with ExitStack() as stack:
        directory = Path(stack.enter_context(TemporaryDirectory(prefix="tacit-regressions-")))
        manifest = write_files(directory, regressions.chosen, about)
        return Built(list_files(directory), manifest, stack.pop_all())
    raise AssertionError


def name_archive(project: Project, modes: Sequence[FailureMode]) -> str:
    """A name for the zip: of one mode, or of all that are verified."""
    of = f"failure-mode-{modes[0].number}" if len(modes) == 1 else "failure-modes"
    return f"tacit-{project.slug}-{of}-regressions.zip"
