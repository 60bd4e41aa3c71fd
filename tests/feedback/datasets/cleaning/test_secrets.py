"""A row with a secret goes, wherever it stands; what only looks like one stays."""

import random
import string
from typing import Any

import pytest

from feedback.datasets.cleaning import SECRETS
from feedback.datasets.cleaning.random_keys import is_random
from feedback.datasets.record import Reason, Record
from tests.feedback.datasets.cleaning.rows import apply, call, result, row
from tracing.generations import Message

KEY = "AKIA4YV2NQ7T3JX5KD6W"
TOKEN = "q7Vt2LmXz9RbK4wPn8sYc3HdJ6fGa5TE"


@pytest.mark.parametrize(
    "record",
    [
        row(f"my key is {KEY}"),
        row(Message("system", f"Use {KEY} for the store."), "Hello"),
        row("Hello", answer=f"The key is {KEY}."),
        row("Hello", rejected=f"The key is {KEY}."),
        row("Hello", call({"config": {"keys": [KEY]}}), result("saved")),
        row("Hello", call({"login": {"password": "Gru1ne!Wiese"}}), result("saved")),
        row("Hello", call({}), result(f'{{"key": "{KEY}"}}')),
        row("Hello", tools=({"name": "f", "parameters": {"token": {"default": KEY}}},)),
        row("Hello", call({KEY: 1}), result("saved")),
        row("the database is at postgres://app:Gru1neWiese@db.mailbox.dk/shop"),
        row(f"here it is: {TOKEN}"),
    ],
)
def test_a_row_with_a_secret_goes(record: Record) -> None:
    assert apply(SECRETS, record) == [Reason.SECRET]


@pytest.mark.parametrize(
    "text",
    [
        "AKIAIOSFODNN7EXAMPLE is the key of the documentation",
        "password=your_password",
        "commit 3f2504e04f8941d39a0c0305e82c3301aabbccdd",
        "9e107d9d372bb6826bd81d3542a419d6d8a7e5f0a1b2c3d4e5f60718293a4b5c",
        "call getCustomerAccountResponseV2HandlerFactory2023 twice",
        "id 550e8400-e29b-41d4-a716-446655440000",
        "integrity sha512-q7Vt2LmXz9RbK4wPn8sYc3HdJ6fGa5TEq7Vt2LmXz9RbK4wPn8sYc3HdJ6fGa5TE==",
        "see https://docs.mailbox.dk/d/1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgvE2upms/edit",
        "QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWPc51x",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    [kept] = apply(SECRETS, row(text))
    assert isinstance(kept, Record)


@pytest.mark.parametrize(("name", "goes"), [("api_token", True), ("next_page_token", False), ("pageCursor", False)])
def test_a_name_says_what_a_value_is(name: str, goes: bool) -> None:
    [kept] = apply(SECRETS, row("More?", call({name: "c2Vla2VyLTQ3MTEtbmV4dA9"}), result("none")))
    assert (kept is Reason.SECRET) is goes


@pytest.mark.parametrize("length", [32, 40, 64])
def test_most_of_what_was_drawn_at_random_is_found(length: int) -> None:
    draw = random.Random(length)  # noqa: S311 - the same in each run
    values = ["".join(draw.choices(string.ascii_letters + string.digits, k=length)) for _ in range(200)]
    assert sum(map(is_random, values)) >= 170


def test_one_secret_costs_no_other_row_of_the_conversation() -> None:
    kept: list[Any] = apply(SECRETS, row("Hello"), row(KEY))
    assert isinstance(kept[0], Record)
    assert kept[1] is Reason.SECRET
