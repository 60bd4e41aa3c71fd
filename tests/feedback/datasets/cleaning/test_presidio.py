"""Presidio as an option: off, missing, or the real one in an environment of its own, with the network cut off."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from feedback.datasets.cleaning.presidio import Presidio, PresidioMissing, make_scrubber
from tests.recipes.environments import Environment, make_python_environment

ENVIRONMENT = Environment("presidio", ("presidio-analyzer==2.2.366",))
ROOT = Path(__file__).parents[4]
PROGRAM = """
    import json, sys
    sys.path.append(sys.argv[1])
    from feedback.datasets.cleaning import PERSONAL_DATA, describe_recognisers
    from feedback.datasets.cleaning.presidio import PresidioMissing, make_scrubber
    from feedback.datasets.steps import Context
    from tests.feedback.datasets.cleaning.rows import context, row

    known = Context(context().definition, scrubber=make_scrubber("uk, IN,sg"))
    [kept] = PERSONAL_DATA.apply([row(sys.argv[2])], known)
    try:
        make_scrubber("uk,xx")
    except PresidioMissing as error:
        problem = str(error)
    told = describe_recognisers(known)["beside"]
    print(json.dumps({"text": kept.prompt[0].content, "told": told, "problem": problem}))
"""


def test_without_countries_there_is_none() -> None:
    assert make_scrubber("") is None
    assert make_scrubber(" , ") is None


def test_a_missing_package_is_said_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("feedback.datasets.cleaning.presidio.PACKAGE", "presidio-analyzer-that-nobody-has")
    with pytest.raises(PresidioMissing, match="pip install presidio-analyzer"):
        make_scrubber("us,uk")


class Numbers:
    """A recogniser as Presidio's are."""

    context = ("badge",)
    supported_entities = ("XX_BADGE", "XX_PLATE")

    def analyze(self, text: str, _entities: object, _artifacts: object) -> list["Result"]:
        found = [("XX_BADGE", "B-77"), ("XX_PLATE", "K-99")]
        return [Result(entity, text.find(value)) for entity, value in found if value in text]


class Result:
    score = 0.2

    def __init__(self, entity: str, start: int) -> None:
        self.entity_type, self.start, self.end = entity, start, start + 4


def test_a_weak_form_counts_where_words_before_it_name_it() -> None:
    presidio = Presidio([Numbers()], "presidio 1: xx")
    assert [(each.kind, each.start) for each in presidio("my badge is B-77, my badge K-99")] == [("national_id", 12)]
    assert presidio("room B-77") == []


@pytest.mark.slow
def test_the_real_one_finds_national_numbers_without_a_network() -> None:
    environment = make_python_environment(ENVIRONMENT)
    [packages] = environment.directory.glob("lib/python3*/site-packages")
    text = "NHS 943 476 5919, Aadhaar 3123 4567 8909, NRIC S2740116C, order 88-41207, jane@mailbox.dk"
    command = [sys.executable, "-c", dedent(PROGRAM), str(packages), text]
    ran = subprocess.run(cut_network(command), cwd=ROOT, capture_output=True, text=True, check=True)
    told = json.loads(ran.stdout.splitlines()[-1])
    assert told["text"] == (
        "NHS <NATIONAL_ID_1>, Aadhaar <NATIONAL_ID_2>, NRIC <NATIONAL_ID_3>, order 88-41207, <EMAIL_1>"
    )
    assert told["told"] == "presidio-analyzer 2.2.366: in, sg, uk"
    assert "no recogniser: choose from au, " in told["problem"]


def cut_network(command: list[str]) -> list[str]:
    """The command without a network, where that is allowed here."""
    cut = [shutil.which("unshare") or "unshare", "-rn"]
    allowed = shutil.which("unshare") and subprocess.run([*cut, "true"], capture_output=True).returncode == 0
    return [*cut, *command] if allowed else command
