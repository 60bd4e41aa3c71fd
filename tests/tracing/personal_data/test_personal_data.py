import doctest
import importlib
import pkgutil
import time
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracing import personal_data
from tracing.personal_data import RECOGNISERS, Finding, find_personal_data

HERE = Path(__file__).parent
SURE = 0.5


def read_lines(name: str) -> list[str]:
    lines = (HERE / name).read_text(encoding="utf-8").splitlines()
    return [line.replace("~", "").replace("\\n", "\n") for line in lines if line and not line.startswith("#")]


def read_case(line: str) -> tuple[str, str, int, int]:
    """Kind, text, and where the value begins and ends."""
    kind, marked = line.split("\t")
    before, value, after = marked.replace("⟧", "⟦").split("⟦")
    return kind, before + value + after, len(before), len(before) + len(value)


def find_sure(text: str) -> list[Finding]:
    return [finding for finding in find_personal_data(text) if finding.confidence >= SURE]


@pytest.mark.parametrize("line", read_lines("found.txt"))
def test_data_is_found_where_it_stands(line: str) -> None:
    kind, text, start, end = read_case(line)
    assert [(each.kind, each.start, each.end, each.sample) for each in find_sure(text)] == [(kind, start, end, False)]


@pytest.mark.parametrize("text", read_lines("clean.txt"))
def test_what_looks_like_data_is_left_alone(text: str) -> None:
    assert [each for each in find_sure(text) if not each.sample] == []


@pytest.mark.parametrize("line", read_lines("samples.txt"))
def test_what_documentation_uses_is_found_and_marked(line: str) -> None:
    kind, text, start, end = read_case(line)
    assert (kind, start, end, True) in [
        (each.kind, each.start, each.end, each.sample) for each in find_personal_data(text)
    ]


def test_findings_are_in_order_and_share_no_character() -> None:
    text = "jane@mailbox.dk +45 32 12 34 57 https://deploy:9fKq2Wm7@git.nordhafen.net IBAN DE32 9458 0730 2157 3681 93"
    found = find_personal_data(text)
    assert [each.kind for each in found] == ["email", "phone", "password", "iban"]
    assert all(one.end <= other.start for one, other in pairwise(found))


def test_only_the_kinds_that_are_asked_for_are_looked_for() -> None:
    text = "jane@mailbox.dk from 81.184.27.211"
    assert [each.kind for each in find_personal_data(text, {"ip_address"})] == ["ip_address"]
    assert find_personal_data(text, ()) == []


def test_signs_of_other_scripts_keep_their_places() -> None:
    text = "هاتف +٩٦٦ ٥٠ ٤١٢ ٨٨٣٠ أو IBAN\u00a0NL59\u202fJPWK\u202f2772\u202f0405\u202f60"
    assert [text[each.start : each.end] for each in find_sure(text)] == [
        "+٩٦٦ ٥٠ ٤١٢ ٨٨٣٠",
        "NL59\u202fJPWK\u202f2772\u202f0405\u202f60",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "write to support@nordhafen.net",
        "billing@nordhafen.net",
        "call +1 800 275 2273",
        "the customer service is at +49 341 4862117",
        "Poison helpline: 01202 509000",
        "bereikbaar op telefoon 0800-0543",
    ],
)
def test_ways_to_reach_an_organisation_are_marked_public(text: str) -> None:
    (finding,) = find_sure(text)
    assert finding.public


@pytest.mark.parametrize(
    "text", ["jane.roe@nordhafen.net", "her mobile is +49 171 4862117", "(877) 547-3967 ext. 31", "Phone: 0378 3549890"]
)
def test_ways_to_reach_a_person_are_not_public(text: str) -> None:
    (finding,) = find_sure(text)
    assert not finding.public


def test_a_wrong_check_digit_counts_only_right_behind_the_name_of_the_number() -> None:
    assert [each.kind for each in find_sure("My card number is 4747662994474607.")] == ["card"]
    assert find_sure("The batch 4747662994474607 is done.") == []
    assert [each.kind for each in find_sure("Aadhaar number: 2879 7454 6661")] == ["national_id"]
    assert find_sure("Aadhaar is used by many, 2879 7454 6661 of them") == []


pieces = st.sampled_from(
    [
        "1",
        "12",
        "007",
        "4111",
        "555",
        "+49",
        "(",
        ")",
        "-",
        ".",
        "/",
        ":",
        "@",
        "::",
        "x@y.dk",
        "0x",
        "bc1",
        "eyJ",
        "sk-",
        "ghp_",
        "AKIA",
        "BEGIN",
        "-----",
        "password=",
        "token:",
        "bearer",
        "tel",
        "call",
        "born",
        "dob",
        "iban",
        "GB82",
        "DE",
        "card",
        "ssn",
        "nhs",
        "dni",
        "cpf",
        "pan",
        "passport",
        "licence",
        "street",
        "Rue",
        "Allee",
        "a1",
        "Z",
        "é",
        "٣",
        "\u202f",
        "\n",
    ]
)
messy = st.one_of(
    st.lists(pieces, max_size=40).map("".join), st.lists(pieces, max_size=40).map(" ".join), st.text(max_size=200)
)


@settings(max_examples=400, deadline=None)
@given(messy)
def test_any_text_gives_sound_findings(text: str) -> None:
    found = find_personal_data(text)
    kinds = {kind for each in RECOGNISERS for kind in each.kinds}
    assert found == find_personal_data(text)
    for finding in found:
        assert 0 <= finding.start < finding.end <= len(text)
        assert 0 < finding.confidence <= 1
        assert finding.kind in kinds
        assert text[finding.start : finding.end] == text[finding.start : finding.end].strip()
    assert all(one.end <= other.start for one, other in pairwise(found))


@settings(max_examples=25, deadline=None)
@given(st.lists(pieces, min_size=1, max_size=6).map("".join), st.sampled_from(["", " ", "!", "\n"]))
def test_a_hostile_text_takes_time_in_proportion_to_its_length(unit: str, between: str) -> None:
    """100,000 characters of whatever is repeated: the slowest of a hundred such took 0.4 s."""
    text = ((unit + between) * (100_000 // len(unit + between) + 1))[:100_000]
    start = time.process_time()
    find_personal_data(text)
    assert time.process_time() - start < 4


@pytest.mark.parametrize("name", [each.name for each in pkgutil.iter_modules(personal_data.__path__)] + [""])
def test_the_examples_in_the_docstrings_hold(name: str) -> None:
    module = importlib.import_module(f"tracing.personal_data.{name}" if name else "tracing.personal_data")
    assert doctest.testmod(module).failed == 0
