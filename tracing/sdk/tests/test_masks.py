"""Masks hide what is personal or secret, leave what only looks like it, and never break what holds it."""

import json
import time
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tacit.masks import is_card, mask_text

PERSONAL = {
    "anna@example.com": "[EMAIL]",
    "o'neil+news@mail.example.co.uk": "[EMAIL]",
    "päivi@exämple.fi": "[EMAIL]",
    "+49 151 23456789": "[PHONE]",
    "+49 (0)30 123456": "[PHONE]",
    "+1 (415) 555-2671": "[PHONE]",
    "+14155552671": "[PHONE]",
    "0049 151 23456789": "[PHONE]",
    "(415) 555-2671": "[PHONE]",
    "415-555-2671": "[PHONE]",
    "1-800-555-2199": "[PHONE]",
    "(555) 123-4567": "[PHONE]",
    "555-123-4567": "[PHONE]",
    "+1 555 123 4567": "[PHONE]",
    "+33 (0)1 23 45 67 89": "[PHONE]",
    "+7 495 123-45-67": "[PHONE]",
    "+91 98765 43210": "[PHONE]",
    "07911 123456": "[PHONE]",
    "090-1234-5678": "[PHONE]",
    "020 7946 0958": "[PHONE]",
    "0151/23456789": "[PHONE]",
    "(030) 1234567": "[PHONE]",
    "06 12 34 56 78": "[PHONE]",
    "06.12.34.56.78": "[PHONE]",
    "4111 1111 1111 1111": "[CARD]",
    "5500-0000-0000-0004": "[CARD]",
    "3782 822463 10005": "[CARD]",
    "6011111111111117": "[CARD]",
    "DE89 3704 0044 0532 0130 00": "[IBAN]",
    "GB29NWBK60161331926819": "[IBAN]",
    "fr14 2004 1010 0505 0001 3m02 606": "[IBAN]",
    "MT84MALT011000012345MTLCAST001S": "[IBAN]",
    "sk-proj-abcDEF1234567890abcdef12": "[KEY]",
    "sk-ant-api03-aBcDeF123456-xyz_789012": "[KEY]",
    "AKIAIOSFODNN7EXAMPLE": "[KEY]",
    "ghp_a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8": "[KEY]",
    "github_pat_11ABCDEFG0abcdefghijkl_mnopqrstuv": "[KEY]",
    "xoxb-123456789012-abcdefGHIJKL": "[KEY]",
    "AIzaSyA1234567890abcdefghijklmnopqrstuv": "[KEY]",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N": "[KEY]",
    "Bearer abcdef1234567890.xyz": "Bearer [KEY]",
    "Authorization: Basic YWxhZGRpbjpvcGVuMTIz": "Authorization: Basic [KEY]",
    "AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY1": "AWS_SECRET_ACCESS_KEY=[KEY]",
    "postgres://bob:hunter2@db.internal/shop": "postgres://[KEY]@db.internal/shop",
    "-----BEGIN RSA PRIVATE KEY-----\nMIIEow\nxyz=\n-----END RSA PRIVATE KEY-----": "[KEY]",
    "my phone number is 4155552671": "my phone number is [PHONE]",
    "tel: 0301234567": "tel: [PHONE]",
    "call me at 555 123 4567": "call me at [PHONE]",
    "sk-test-1234567890abc": "[KEY]",
    "Authorization: Bearer abc123": "Authorization: Bearer [KEY]",
    "4242424242424242": "[CARD]",
}
HARMLESS = (
    "order 1234567890",
    "order 100-2000345-77",
    "Bestellung 2026-000123456",
    "invoice 4711-0815-2026",
    "order 4111111111111112",  # Luhn's sum is wrong
    "ticket 9999 9999 9999 9999",
    "customer 000-123456789",
    "123e4567-e89b-12d3-a456-426614174000",
    "12345678-1234-1234-1234-123456789012",
    "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "4bf92f3577b34da6a3ce929d0e0e4736",
    "2026-11-21T03:10:24.123456+00:00",
    "2026-11-21 03:10:24",
    "21.11.2026 10:30",
    "09-11-2026 1030",
    "01/02/2026 10:30:00",
    "1763694624",
    "1763694624123",
    "1763694624123456789",
    "192.168.100.200",
    "10.0.0.1:8642",
    "2001:0db8:85a3:0000:0000:8a2e:0370:7334",
    "v1.36.0-rc.2026112101",
    "opentelemetry-sdk==1.45.2",
    "3.14159265358979",
    "-122.41941550000001, 37.77492950000001",
    "1 000 000 000 €",
    "1,234,567,890.12",
    "ISBN 978-3-16-148410-0",
    "EAN 4006381333931",
    "range 2019-2020 and 1939-1945",
    "x = 0x7fffffffffff + 10**12 - 4155552671",
    "a[1:2000000] + 123456789",
    "for i in range(1000000000): pass",
    "#define PORT 08005551234",
    "timeout=30000000000",
    "seed 8005551234",
    "commit 4155552671abcdef",
    "@app.route('/user')",
    "@dataclass",
    "git@v2",
    "npm install @types/node@20.11.5",
    "user@localhost",
    "5 @ 3.50 each",
    "sk-learn is short for scikit-learn",
    "sk-toggleable__content-fitted-and-more",
    "bearer of bad news and certificates",
    "the tokenization of misunderstandings",
    "max_tokens: 1000000",
    "password: please-reset-my-password",
    "api_key = os.environ['OPENAI_API_KEY']",
    "keyboardshortcutsareveryhelpful",
    "DE12 is a postcode and DE89370400440532013001 has the wrong sum",
    "task DE-2026-000-123",
    "SKU AB12 3456 7890 1234",
    "https://example.com/a/4155552671?b=2026112112",
    "span 00f067aa0ba902b7",
    "call_Zx81KdWq92mLpQ",
    "chatcmpl-9x8y7z6w5v4u3t2s1r",
    "rows 0 1 2 3 4 5 6 7 8 9 10 11",
    "matrix [[1, 0, 0], [0, 1, 0], [0, 0, 1]]",
    "1-2-3-4-5-6-7-8-9",
    "+1000000 users",
    "+0100",
    "diff +20 -10 +300",
    "room 020 7946",
    "IP address (123.45.67.89)",
    "Decimal('+35236450.6')",
    "authorization = self.headers.get('authorization')",
    "(2026) 1234567",
    "Windows 10.0.19045.5131 (KB5046613)",
    "2026-W47-6 is 2026-325",
    "00:1a:2b:3c:4d:5e",
    "POINT(-73.98565401 40.74844130)",
    "call_id=0123456789012345",
    "0.1234567890123456",
    "1e10 + 2.5E-12",
    "const x = 01234567890;",
    "#0123456789",
    "resolutions 640 480 1024",
    "call me in 10 minutes or 1000000",
    "sk-estimator-step-2-of-10",
    "$4111,1111.00",
    "PMID: 31452104, doi:10.1038/s41586-020-2649-2",
    "arXiv:2103.00020",
    "RFC 7231, section 6.5.1",
    "SELECT 4155552671 FROM t",
    "ssh-ed25519 is a kind of key",
)  # fmt: skip


@pytest.mark.parametrize(("text", "masked"), PERSONAL.items())
def test_what_is_personal_or_secret_is_hidden_wherever_it_stands(text: str, masked: str) -> None:
    assert mask_text(text) == masked
    assert mask_text(f"Well, {text}, that is it.") == f"Well, {masked}, that is it."
    assert mask_text(f'data: {{"a": "x\\n{text}"}}') == f'data: {{"a": "x\\n{masked}"}}'


@pytest.mark.parametrize(("text", "masked"), PERSONAL.items())
def test_strings_inside_json_and_json_inside_strings_are_masked(text: str, masked: str) -> None:
    inner = json.dumps({"note": [text, f"\n{text}", 5]})
    outer = json.dumps([{"role": "user", "arguments": inner}])
    expected = {"note": [masked, f"\n{masked}", 5]}
    assert json.loads(json.loads(mask_text(outer))[0]["arguments"]) == expected


@pytest.mark.parametrize("text", HARMLESS)
def test_what_only_looks_like_it_stays(text: str) -> None:
    assert mask_text(text) == text
    assert mask_text(json.dumps({"text": text})) == json.dumps({"text": text})


def test_json_keeps_its_spelling_but_for_what_is_masked() -> None:
    text = '{"b" : 1.50, "a":[1e400, "\\u00e9\\/ anna@example.com" ], "b": NaN,"card":4111111111111111}'
    masked = '{"b" : 1.50, "a":[1e400, "\\u00e9/ [EMAIL]" ], "b": NaN,"card":"[CARD]"}'
    assert mask_text(text) == masked


def test_names_in_json_tell_what_values_are() -> None:
    text = '{"phone":"4155552671","phone_number":4155552671,"password":"hunter2","max_tokens":4155552671}'
    assert mask_text(text) == '{"phone":"[PHONE]","phone_number":"[PHONE]","password":"[KEY]","max_tokens":4155552671}'


def test_letters_behind_an_iban_stay() -> None:
    assert mask_text("DE89 3704 0044 0532 0130 00 AND MORE") == "[IBAN] AND MORE"


@pytest.mark.parametrize("number", ["4111111111111111", "378282246310005", "30569309025904", "3530111333300000"])
def test_cards_are_told_by_issuer_and_sum(number: str) -> None:
    assert is_card(number)
    assert not is_card(number[:-1] + str((int(number[-1]) + 1) % 10))


pieces = st.one_of(
    st.sampled_from([*PERSONAL, *HARMLESS, "\\n", "\\", '"', "@", "+", "-", " ", "{", "[", "://", "sk-", "\ud800"]),
    st.text(max_size=8),
)
texts = st.lists(pieces, max_size=8).map("".join)
values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)


@given(texts)
def test_masks_put_on_twice_change_nothing_more(text: str) -> None:
    masked = mask_text(text)
    assert mask_text(masked) == masked


@given(values, st.booleans())
def test_valid_json_stays_valid_json(value: object, ascii_only: bool) -> None:
    masked = mask_text(json.dumps(value, ensure_ascii=ascii_only))
    json.loads(masked)
    assert mask_text(masked) == masked


@example(".anna@example.com")
@given(texts.map(lambda text: text[:100]))
def test_an_address_is_hidden_whatever_stands_around_it(text: str) -> None:
    assert "anna@example.com" not in mask_text(f"{text} anna@example.com {text}")


@pytest.mark.parametrize(
    "piece",
    ["password=", "eyJ", " a", "&a", "1", "1 ", "+1 ", "4111 ", "DE89 ", "01 ", "@a-", "://a:", '{"a":', "sk-", "["],
)
def test_hostile_texts_take_no_longer_than_their_length(piece: str) -> None:
    """Four times the text may take twelve times as long, timing being what it is; a square takes sixteen."""

    def measure(length: int) -> float:
        text = (piece * length)[:length] + "@ phone 1234567"
        started = time.process_time()
        mask_text(text)
        return time.process_time() - started

    measure(1_000)
    assert measure(80_000) < 12 * measure(20_000) + 0.05
