"""What the rules of a project leave of texts and ids, and that they never fail open."""

import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracing.masking import KINDS, InvalidRuleError, Masker, Masking, Pattern, Span, check_masking
from tracing.masking import masker as masker_module
from tracing.masking.columns import change_map
from tracing.masking.masker import TOOK_TOO_LONG, UNREADABLE

KEY = "sk-proj-" + "a8Fk29dLq0ZxV7mB3nTy"
OTHER_KEY = "ghp_" + "b7Rk29dLq0ZxV7mB3nTyW4cE6gH8jK1sP5uA"
MAIL = "anna.berg@mailbox.dk"
EVERYTHING = Masking(kinds=frozenset(KINDS))
MAILS = Masking(kinds=frozenset({"email", "key", "password"}))
SLOW = Pattern("slow", r"(?:x|x)+$")


def mask(text: str, masking: Masking = MAILS, key: str = "") -> str:
    return Masker(masking, b"secret").mask_text(text, key)


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        (f"My key is {KEY}.", "My key is [KEY]."),
        ("password: k8Fz!wq2x", "password: [PASSWORD]"),
        ("postgres://anna:k8Fz!wq2@db.prod.io/shop", "postgres://anna:[PASSWORD]@db.prod.io/shop"),
        (f"Authorization: Bearer {KEY[8:]}", "Authorization: Bearer [KEY]"),
        (f"Write to {MAIL}, or call +45 32 12 34 57", f"Write to {MAIL}, or call +45 32 12 34 57"),
        ("the key to success is a token of respect", "the key to success is a token of respect"),
        ("AKIAIOSFODNN7EXAMPLE", "AKIAIOSFODNN7EXAMPLE"),
    ],
)
def test_secrets_are_hidden_where_nothing_else_is_said(text: str, masked: str) -> None:
    assert mask(text, Masking()) == masked


def test_each_kind_that_is_offered_is_found_in_its_example() -> None:
    examples = {kind: example for kind, (_, example) in KINDS.items() if "…" not in example}
    assert len(examples) >= 10
    for kind, example in examples.items():
        masked = mask(example, Masking(kinds=frozenset({kind})))
        assert f"[{kind.replace('_', ' ').upper()}]" in masked, (kind, masked)


@pytest.mark.parametrize("ensure_ascii", [True, False])
def test_json_in_json_stays_json(ensure_ascii: bool) -> None:
    inner = json.dumps({"note": f"Grüße\n{MAIL}", "n": 5}, ensure_ascii=ensure_ascii)
    outer = json.dumps([{"role": "user", "arguments": inner, "big": 1e22}], ensure_ascii=ensure_ascii)
    assert json.loads(json.loads(mask(outer))[0]["arguments"]) == {"note": "Grüße\n[EMAIL]", "n": 5}
    assert mask('[{"to" : "x@y"}]') == '[{"to" : "x@y"}]'


@pytest.mark.parametrize(
    "text",
    [
        '{"password": "correct horse"}',
        '{"\\u0070assword": "correct horse"}',
        '{"db": {"client_secret": "correct horse"}}',
        f'["\\u0073{KEY[1:]}"]',
        f'"line\\n{KEY}"',
        json.dumps({"a": json.dumps({"Authorization": f"Bearer {KEY}"})}),
    ],
)
def test_no_escape_and_no_depth_hides_a_secret(text: str) -> None:
    masked = mask(text, Masking())
    json.loads(masked)
    assert "correct horse" not in masked
    assert KEY not in masked
    assert KEY[1:] not in masked


def test_names_of_attributes_tell_secrets() -> None:
    masker = Masker(Masking(), b"secret")
    assert masker.change("http.request.header.authorization", '["Basic abc"]', "array") == '["[KEY]"]'
    assert masker.change("db.password", "short") == "[PASSWORD]"
    assert masker.change("db.password", "12345", "int") == "[PASSWORD]"
    assert masker.change("gen_ai.usage.input_tokens", "12345", "int") == "12345"
    assert masker.change("llm.token", "Hello") == "Hello"


def test_ids_become_pseudonyms_of_the_project() -> None:
    masker = Masker(MAILS, b"secret")
    pseudonym = masker.change("user.id", MAIL)
    assert pseudonym is not None
    assert pseudonym.startswith("masked-")
    assert masker.mask_id(MAIL) == masker.mask_id(pseudonym) == pseudonym
    assert masker.change("session.id", f"chat of {MAIL}") != masker.change("session.id", "chat of bo@mailbox.dk")
    assert masker.change("user.id", "u-17") == "u-17"
    assert Masker(MAILS, b"another").mask_id(MAIL) != pseudonym
    metadata = json.loads(masker.change("metadata", json.dumps({"user_id": MAIL, "to": MAIL})) or "")
    assert metadata == {"user_id": pseudonym, "to": "[EMAIL]"}


def test_all_ids_of_users_become_pseudonyms_where_that_is_asked_for() -> None:
    masker = Masker(Masking(hides_users=True), b"secret")
    assert (masker.change("user.id", "u-17") or "").startswith("masked-")
    assert (masker.change("enduser.id", "17", "int") or "").startswith("masked-")
    assert masker.change("session.id", "s-17") == "s-17"


def test_attributes_are_dropped_by_name() -> None:
    masker = Masker(Masking(dropped=("http.request.header.*", "secret[0]")), b"secret")
    assert masker.change("http.request.header.x", "1") is None
    assert masker.change("secret[0]", "1") is None
    assert masker.change("secret0", "1") == "1"


def test_patterns_of_a_project_have_their_name_and_stay_quiet_about_what_is_masked() -> None:
    rules = Masking(patterns=(Pattern("customer number", r"C-\d{6}"), Pattern("word", "[A-Z]{4,}")))
    masked = mask(f"C-123456 has {KEY}", rules)
    assert masked == "[CUSTOMER NUMBER] has [KEY]"
    assert mask(masked, rules) == masked
    assert mask('{"C-123456": ["C-123456", 7]}', rules) == '{"C-123456": ["[CUSTOMER NUMBER]", 7]}'


def test_values_that_overlap_become_one() -> None:
    rules = Masking(kinds=frozenset({"email"}), patterns=(Pattern("person", "Anna anna"),))
    assert mask(f"Anna {MAIL}!", rules) == "[EMAIL]!"


def test_a_pattern_that_takes_too_long_costs_the_text_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tracing.masking.texts.SECONDS_PER_REQUEST", 0.1)
    masker = Masker(Masking(kinds=frozenset(), patterns=(SLOW,)), b"secret")
    started = time.perf_counter()
    masked = [masker.mask_text("x" * 60 + str(number)) for number in range(40)]
    assert masked == [TOOK_TOO_LONG] * 40
    assert time.perf_counter() - started < 5
    assert masker.timeouts == {"slow": 40}


def test_a_fault_leaves_a_text_out(monkeypatch: pytest.MonkeyPatch) -> None:
    masker = Masker(MAILS, b"secret")
    monkeypatch.setattr(masker_module.TextMasker, "mask", lambda *_arguments: 1 / 0)
    assert masker.mask_text("anything") == UNREADABLE


def test_what_changes_is_told_with_its_place() -> None:
    heard: list[Any] = []
    Masker(MAILS, b"secret", lambda *told: heard.append(told)).change("note", f"to {MAIL}")
    assert heard == [("note", f"to {MAIL}", [Span(3, 3 + len(MAIL), "email")])]


pieces = st.one_of(
    st.sampled_from(
        [KEY, MAIL, "password: k8Fz!wq2x", "[EMAIL]", "\\n", "\\u0073", '"', "{", "[", "@", "://", "\ud800"]
    ),
    st.text(max_size=6),
)
texts = st.lists(pieces, max_size=6).map("".join)
values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=10,
)


@given(values, st.booleans())
def test_valid_json_stays_valid_and_masked_texts_stay_as_they_are(value: object, ensure_ascii: bool) -> None:
    masked = mask(json.dumps(value, ensure_ascii=ensure_ascii))
    json.loads(masked)
    assert mask(masked) == masked


@given(texts)
def test_a_key_is_hidden_whatever_stands_around_it(text: str) -> None:
    for written in (f"{text} {OTHER_KEY} {text}", json.dumps({text: [f"{text}\n{OTHER_KEY}", {"a": OTHER_KEY}]})):
        assert OTHER_KEY not in mask(written, Masking())


names = st.sampled_from(
    [
        "password",
        "pwd",
        "пароль",
        "contraseña",
        "密码",
        "api_key",
        "token",
        "secret",
        "Authorization",
        "access_token",
        "x",
    ]
)
between = st.sampled_from(
    [": ", "=", " is ", " = ", "\n", ": \n", "：", '": "', '":["', " to ", "\t", " => ", " é ", ""]
)
secrets_of_any_kind = st.sampled_from(
    [
        KEY, OTHER_KEY, "k8Fz!wq2x", "12345\\67", "Bearer " + KEY[8:], "٣٤٥abc12", "AKIA" + "4YV2NQ7T3JX5KD6W",
        "xoxb-" + "1234567890-a8Fk29dLq0ZxV7mB3nTy", "https://hooks.slack.com/services/" + "T0123ABC/B0123ABC/a8Fk29dL",
        "postgres://anna:k8Fz!wq2@db.prod.io/shop", "1234567890:AA" + "a8Fk29dLq0ZxV7mB3nTya8Fk29dLq0ZxV",
        "-----BEGIN PRIVATE KEY-----\na8Fk29dLq0ZxV7mB3nTy",
        "SG." + "a8Fk29dLq0ZxV7mB.a8Fk29dLq0ZxV7mB3nTya8Fk29dLq0ZxV7mB",
        MAIL, "anna.berg＠mailbox.dk", "anna (at) mailbox (dot) dk", "short", "", "é",
    ]
)  # fmt: skip
told = st.tuples(st.text(max_size=3), names, between, secrets_of_any_kind, st.text(max_size=3)).map("".join)
objects: st.SearchStrategy[Any] = st.recursive(
    st.one_of(told, secrets_of_any_kind, st.integers()),
    lambda inner: st.one_of(
        st.lists(inner, max_size=2),
        st.dictionaries(st.one_of(names, told), inner, max_size=2),
        st.builds(lambda value, is_plain: json.dumps(value, ensure_ascii=is_plain), inner, st.booleans()),
    ),
    max_leaves=4,
)


@given(objects, st.booleans(), st.sampled_from([None, 1]), st.sampled_from([Masking(), MAILS]))
def test_a_quick_look_changes_nothing(value: object, is_plain: bool, indent: int | None, rules: Masking) -> None:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=is_plain, indent=indent)
    quick = mask(text, rules)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tracing.masking.texts.may_change", lambda _masking, _text: True)
        assert mask(text, rules) == quick


@given(st.dictionaries(st.one_of(names, st.sampled_from(["user.id", "n", MAIL])), st.one_of(told, texts), max_size=4))
def test_attributes_that_are_looked_at_at_once_become_what_each_becomes(strings: dict[str, str]) -> None:
    types = {key: kind for key, kind in zip(strings, ("", "bytes", "int", "array"), strict=False) if kind}
    rules = Masking(hides_users=True)
    slow = Masker(rules, b"secret")
    slow.leaves = lambda _strings, _types: False  # type: ignore[method-assign]
    assert change_map(strings, types, Masker(rules, b"secret")) == change_map(strings, types, slow)


def test_attributes_without_anything_are_left_at_one_look() -> None:
    attributes = {"gen_ai.request.model": "m", "gen_ai.usage.input_tokens": "17", "user.id": "u", "a": '{"b": "pass"}'}
    types = {"gen_ai.usage.input_tokens": "int"}
    assert Masker(Masking(), b"secret").leaves(attributes, types)
    assert not Masker(Masking(), b"secret").leaves(attributes | {"b": f"password: {KEY}"}, types)
    assert not Masker(Masking(dropped=("a",)), b"secret").leaves(attributes, types)
    assert not Masker(Masking(hides_users=True), b"secret").leaves(attributes, types)


def test_ids_of_users_in_metadata_become_pseudonyms_where_all_do() -> None:
    masked = Masker(Masking(hides_users=True), b"secret").mask_text('{"user_id": "u-17", "n": 1}', "metadata")
    assert json.loads(masked)["user_id"].startswith("masked-")


@pytest.mark.parametrize(
    ("pattern", "problem"),
    [
        (Pattern("p", "("), "no regular expression"),
        (Pattern("p", "a*"), "matches where there is nothing"),
        (Pattern("p", ""), "write 1 to"),
        (Pattern("p", "a" * 501), "write 1 to"),
        (Pattern("[p]", "a"), "a name has letters"),
        (Pattern("Email", "a"), "built in"),
        (Pattern("p", "(?:a+a+)+b"), "takes too long"),
        (SLOW, "takes too long"),
    ],
)
def test_a_pattern_that_cannot_be_kept_says_why(pattern: Pattern, problem: str) -> None:
    with pytest.raises(InvalidRuleError, match=problem):
        check_masking(Masking(patterns=(pattern,)))


@pytest.mark.parametrize(
    "pattern", [r"\bC-\d{6}\b", r"(?i)project [a-z]+", r"[\w.]+@example\.com", "Ørsted", r"\d{3,}"]
)
def test_a_plain_pattern_is_kept(pattern: str) -> None:
    check_masking(Masking(patterns=(Pattern("p", pattern),)))


@pytest.mark.parametrize("key", ["", "*", "**", "a" * 201, "a\0"])
def test_what_would_drop_everything_is_refused(key: str) -> None:
    with pytest.raises(InvalidRuleError):
        check_masking(Masking(dropped=(key,)))


def test_hostile_texts_take_no_longer_than_their_length() -> None:
    """Four times the text may take twelve times as long, timing being what it is; a square takes sixteen."""

    def measure(piece: str, length: int) -> float:
        text = (piece * length)[:length]
        started = time.process_time()
        mask(text, Masking())
        mask(json.dumps([text]), Masking())
        return time.process_time() - started

    for piece in ("password=", "eyJ", "token ", "://a:", '{"a":', '["', "-----BEGIN PRIVATE KEY-----", "\\u0061", "a1"):
        short, long = (min(measure(piece, length) for _ in range(3)) for length in (10_000, 40_000))
        assert long < 12 * short + 0.1, piece
