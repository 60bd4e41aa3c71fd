"""The judge at work: chosen answers of all projects go to the endpoint, ratings go into the store as feedback.

A round ends with its time, the day's budget or the answers that wait; what was cut off is asked for again. It runs in a
thread of its own, so that stages do not wait for an endpoint.
"""

import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import close_old_connections
from django.db.models import F

from feedback.detectors import judgement
from feedback.excerpts import load_told_excerpt
from feedback.judging.cases import EARLIER_TURNS, Case, ReplyError, build_messages, identify, read_rating, to_feedback
from feedback.judging.endpoint import Endpoint, EndpointError, Reply
from feedback.models import JudgeDay
from feedback.records import write_feedback
from feedback.tunings import load_tuning
from tracing.masking_rules import mask_text
from tracing.models import Project
from tracing.stages import STOPPING, hold_lease
from tracing.store import Store, get_store
from tracing.texts.stand_ins import are_kept

NAME = "judge"
ROUND_SECONDS = 30.0
AT_ONCE = 4
"""Calls that wait for the endpoint side by side."""
WINDOW = timedelta(days=2)
"""Answers that are older are not judged any more."""
SHORTEST_REST, LONGEST_REST = 30.0, 900.0
"""Seconds without calls after one that failed; twice as long after each further one."""
MOST_UNREADABLE = 10_000

_unreadable: dict[str, None] = {}
"""Answers about which the model said nothing that can be read: this process does not ask again."""
_thread: threading.Thread | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """Whom to ask and how much: `share` of answers by chance (0 to 1), `calls_a_day` in each project."""

    endpoint: Endpoint
    share: float
    calls_a_day: int


def read_plan() -> Plan | None:
    """The plan that the settings make; None where there is no judge."""
    if not settings.JUDGE_URL:
        return None
    endpoint = Endpoint(settings.JUDGE_URL, settings.JUDGE_MODEL, settings.JUDGE_KEY)
    return Plan(endpoint, settings.JUDGE_SHARE, settings.JUDGE_CALLS_A_DAY)


def start_round() -> None:
    """Have a round run beside everything else, unless one does."""
    global _thread
    plan = read_plan()
    if plan is None or STOPPING.is_set() or (_thread and _thread.is_alive()):
        return
    _thread = threading.Thread(target=run_round, args=(plan,), name="judge", daemon=True)
    _thread.start()


def run_round(plan: Plan) -> None:
    try:
        judge_for_a_while(get_store(), plan)
    finally:
        close_old_connections()


def judge_for_a_while(store: Store, plan: Plan) -> int:
    """One batch of each project after the other until nothing waits, the time is over, or the budget or the endpoint
    says no; the number of ratings."""
    until, count = time.monotonic() + ROUND_SECONDS, 0
    with hold_lease(NAME) as held:
        while held and (batches := choose_batches(store, plan)):
            for cases in batches:
                if STOPPING.is_set() or time.monotonic() > until:
                    return count
                count += judge_cases(store, plan, cases)
    return count


def choose_batches(store: Store, plan: Plan) -> list[list[Case]]:
    """Of each project answers that want to be judged, at most as many as are asked about at once."""
    projects = Project.objects.order_by("pk").values_list("pk", flat=True)
    batches = (choose_cases(store, plan, project_id) for project_id in projects)
    return [batch for batch in batches if batch]


def choose_cases(store: Store, plan: Plan, project_id: int) -> list[Case]:
    limit = min(AT_ONCE, count_left(plan, project_id))
    if not limit or judgement.KIND in load_tuning(project_id).off:
        return []
    return list(load_cases(store, project_id, plan, limit))


def count_left(plan: Plan, project_id: int) -> int:
    """Calls that may still be made today; 0 while the judge rests."""
    today = load_day(project_id)
    if today.rests_until and today.rests_until > datetime.now(UTC):
        return 0
    return max(0, plan.calls_a_day - today.calls)


def load_day(project_id: int) -> JudgeDay:
    """The row of today, which is made where there is none."""
    day, _ = JudgeDay.objects.get_or_create(project_id=project_id, day=datetime.now(UTC).date())
    return day


def load_cases(store: Store, project_id: int, plan: Plan, limit: int) -> Iterator[Case]:
    since = datetime.now(UTC) - WINDOW
    rows = store.query(
        "feedback/sql/turns_to_judge.sql",
        project_id=project_id,
        since_ns=int(since.timestamp()) * 10**9,
        share_ppm=round(plan.share * 1e6),
        limit=limit + len(_unreadable),
    )
    waiting = [row for row in rows if identify(row["conversation_id"], row["answer_index"]) not in _unreadable]
    for row in waiting[:limit]:
        case = load_case(store, project_id, row["conversation_id"], row["answer_index"], is_sampled=row["is_sampled"])
        if case and is_worded(case):
            yield case


def is_worded(case: Case) -> bool:
    """Whether what is to be judged is there, and not only how long it was."""
    return are_kept((case.turn.user_text, case.answer.text, case.next_message))


def load_case(store: Store, project_id: int, conversation_id: str, index: int, *, is_sampled: bool) -> Case | None:
    """The answer of a turn with what came before and after it; None where these are gone meanwhile."""
    first = max(0, index - EARLIER_TURNS)
    told = load_told_excerpt(store, project_id, conversation_id, first, index - first + 2)
    turns = {turn.index: turn for turn in told[0].conversation.turns} if told else {}
    if index not in turns or index + 1 not in turns:
        return None
    earlier = tuple(turns[each] for each in range(first, index) if each in turns)
    return Case(project_id, conversation_id, turns[index], turns[index + 1].user_text, earlier, bool(is_sampled))


def judge_cases(store: Store, plan: Plan, cases: Sequence[Case]) -> int:
    """Ask about these answers of one project at once and keep what was said; the number of ratings."""
    JudgeDay.objects.filter(pk=load_day(cases[0].project_id).pk).update(calls=F("calls") + len(cases))
    with ThreadPoolExecutor(AT_ONCE) as pool:
        replies = list(pool.map(lambda case: ask(plan.endpoint, case), cases))
    count = sum(
        keep_reply(store, plan, case, reply)
        for case, reply in zip(cases, replies, strict=True)
        if isinstance(reply, Reply)
    )
    if problems := [str(reply) for reply in replies if isinstance(reply, EndpointError)]:
        note_failure(cases[0].project_id, problems[0])
    return count


def ask(endpoint: Endpoint, case: Case) -> Reply | EndpointError:
    try:
        return endpoint.ask(build_messages(case))
    except EndpointError as error:
        return error


def keep_reply(store: Store, plan: Plan, case: Case, reply: Reply) -> bool:
    """Keep a rating in the store, and in the day's row what it took or what went wrong; whether it was a rating."""
    today = JudgeDay.objects.filter(pk=load_day(case.project_id).pk)
    today.update(
        input_tokens=F("input_tokens") + reply.input_tokens, output_tokens=F("output_tokens") + reply.output_tokens
    )
    try:
        rating = read_rating(mask_text(case.project_id, reply.text))
    except ReplyError as error:
        skip(case)
        today.update(unreadable=F("unreadable") + 1, problem=f"The model's reply could not be read: {error}.")
        return False
    today.update(failures=0, problem="", rests_until=None)
    took = {"model": plan.endpoint.model, "input_tokens": reply.input_tokens, "output_tokens": reply.output_tokens}
    now_ns = time.time_ns()
    write_feedback(store, [to_feedback(case, rating, now_ns, took)], version=now_ns // 1000)
    return True


def note_failure(project_id: int, problem: str) -> None:
    """Rest a while, longer each time that calls failed; those that were made at once count as one."""
    today = load_day(project_id)
    rest = min(LONGEST_REST, SHORTEST_REST * 2 ** min(today.failures, 10))
    today.failures += 1
    today.problem = f"The endpoint {problem}."
    today.rests_until = datetime.now(UTC) + timedelta(seconds=rest)
    today.save(update_fields=["failures", "problem", "rests_until"])


def skip(case: Case) -> None:
    _unreadable[identify(case.conversation_id, case.turn.index)] = None
    if len(_unreadable) > MOST_UNREADABLE:
        del _unreadable[next(iter(_unreadable))]
