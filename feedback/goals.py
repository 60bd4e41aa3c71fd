"""What a project wants its users to do, from Django's database and into it: come back, and reach its goal."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from feedback.models import Expectation

LONGEST_NAME = 100
MOST_DAYS = 90
USUAL_DAYS = 7


@dataclass(frozen=True, slots=True)
class Goal:
    """`name` of the feedback that says that a user reached it, empty for none; users come back within `days`."""

    name: str = ""
    days: int = USUAL_DAYS


def load_goal(project_id: int) -> Goal:
    expectation = Expectation.objects.filter(project_id=project_id).first()
    return Goal(expectation.goal, expectation.return_days) if expectation else Goal()


def set_goal(project_id: int, goal: Goal) -> None:
    values: Mapping[str, Any] = {"goal": goal.name, "return_days": goal.days}
    Expectation.objects.update_or_create(project_id=project_id, defaults=values)


def find_fault(goal: Goal) -> str:
    """What is wrong with a goal in words, empty where nothing is."""
    if len(goal.name) > LONGEST_NAME or not (goal.name.isprintable()):
        return f"The goal is the name of feedback, at most {LONGEST_NAME} characters that can be printed, or nothing."
    if not 1 <= goal.days <= MOST_DAYS:
        return f"Users come back within 1 to {MOST_DAYS} days."
    return ""
