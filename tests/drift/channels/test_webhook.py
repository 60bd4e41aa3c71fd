"""A receiver can tell that a request is ours, whole, new and not yet seen."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drift.channels import verification
from drift.channels.channel import Request
from drift.channels.verification import verify
from drift.channels.webhook import CHANNEL, sign
from tests.drift.channels.conftest import SECRET, TIME, deliver, write_message

TARGET = {"url": "https://example.com/hooks/top-secret", "secret": SECRET}
NOW = int(TIME.timestamp())


def write() -> Request:
    request = CHANNEL.write(deliver(), TARGET)
    assert isinstance(request, Request)
    return request


def test_the_body_says_all_of_the_message() -> None:
    assert json.loads(write().body) == {
        "version": 1,
        "id": "0b8f8f0e-5d0c",
        "type": "alert",
        "key": "drift:7:2026-11-01",
        "state": "firing",
        "severity": "critical",
        "project": "shop",
        "title": "Answers of the model changed",
        "sentence": "Answers are 12 % longer since 1 November.",
        "evidence": ["Length +0.2 sd", "Refusals 2 to 4 %"],
        "link": "https://tacit.example.com/p/shop/alerts/7?a=1&b=2",
        "time": "2026-11-02T09:30:00+00:00",
    }


def test_a_receiver_knows_our_requests() -> None:
    request = write()
    assert request.headers["X-Tacit-Delivery"] == json.loads(request.body)["id"]
    assert verify(request.body, request.headers["X-Tacit-Signature"], SECRET, NOW + 1)


def test_an_old_request_is_not_taken_for_a_new_one() -> None:
    signature = write().headers["X-Tacit-Signature"]
    assert verify(write().body, signature, SECRET, NOW + 300)
    assert not verify(write().body, signature, SECRET, NOW + 301)
    assert not verify(write().body, signature, SECRET, NOW - 301)
    assert not verify(write().body, signature, SECRET)


def test_a_retry_is_signed_anew_and_has_the_same_id() -> None:
    first = CHANNEL.write(deliver(), TARGET)
    later = CHANNEL.write(deliver(at=NOW + 600), TARGET)
    assert isinstance(first, Request)
    assert isinstance(later, Request)
    assert first.body == later.body
    assert first.headers["X-Tacit-Delivery"] == later.headers["X-Tacit-Delivery"]
    assert verify(later.body, later.headers["X-Tacit-Signature"], SECRET, NOW + 600)


@given(st.binary(), st.binary(), st.text(min_size=16), st.text(min_size=16))
def test_another_body_or_secret_does_not_pass(body: bytes, other: bytes, secret: str, guess: str) -> None:
    secret, guess = (each.encode("utf-8", "replace").decode() for each in (secret, guess))
    signature = sign(body, [secret], NOW)
    assert verify(body, signature, secret, NOW)
    assert verify(other, signature, secret, NOW) == (other == body)
    assert verify(body, signature, guess, NOW) == (guess == secret)


@pytest.mark.parametrize(
    "signature",
    [
        "",
        "t=,v1=",
        "t=1,v0=ab",
        "v1=ab",
        "t=x,v1=ab",
        "t=-1,v1=ab",
        f"t={'9' * 5_000},v1=ab",
        f"t={NOW},v1=é",
        "t=٣,v1=a",
    ],
)
def test_what_is_no_signature_does_not_pass(signature: str) -> None:
    assert not verify(b"{}", signature, SECRET, NOW)


def test_a_second_signature_may_stand_beside_the_first() -> None:
    signature = sign(b"{}", [SECRET], NOW)
    assert verify(b"{}", f"{signature},v1={'0' * 64}", SECRET, NOW)
    assert verify(b"{}", signature.replace("v1=", f"v1={'0' * 64}, v1="), SECRET, NOW)


def test_what_receivers_copy_needs_python_alone() -> None:
    assert verification.__file__
    code = Path(verification.__file__).read_text()
    copied: dict[str, object] = {}
    exec(compile(code, "copied", "exec"), copied)  # noqa: S102 -- it is our own
    check = copied["verify"]
    assert callable(check)
    assert check(b"{}", sign(b"{}", [SECRET], NOW), SECRET, NOW)
    assert "drift" not in code.split('"""')[2]


@pytest.mark.parametrize(
    ("changed", "word"), [({"secret": "short"}, "16 characters"), ({"secret": ""}, "16"), ({"url": "x"}, "https")]
)
def test_what_is_missing_is_told(changed: dict[str, str], word: str) -> None:
    with pytest.raises(ValueError, match=word):
        CHANNEL.check(TARGET | changed)


def test_nothing_secret_is_shown() -> None:
    assert CHANNEL.show(TARGET) == "example.com"
    assert "secret" not in repr(write())
    assert SECRET not in repr(write())


def test_hostile_texts_stay_json() -> None:
    message = write_message(sentence='"}\u2028<script>\ud800\x00', title="\u202e")
    request = CHANNEL.write(deliver(message), TARGET)
    assert isinstance(request, Request)
    assert json.loads(request.body)["sentence"] == '"} <script>'
