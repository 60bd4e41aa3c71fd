"""Mails hold what happened and nothing that users could add: no header, no recipient, no tag."""

from contextlib import suppress
from email import message_from_bytes, policy
from email.message import EmailMessage
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drift.channels.email import CHANNEL, read_recipients
from drift.channels.message import Message, State
from tests.drift.channels.conftest import TIME, deliver, write_message

TARGET = {"to": "ann@example.com, bob@example.com"}
PIECES = [
    "\r\n",
    "\nBcc: all@example.com",
    "<script>",
    "<a href=x>",
    "&",
    '"',
    "'",
    "=?utf-8?q?a=0ABcc?=",
    "é",
    "🙂",
    "--",
]
HOSTILE = st.lists(st.sampled_from(PIECES) | st.text(max_size=5), max_size=60).map("".join)
HEADERS = [
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "References",
    "Auto-Submitted",
    "X-Auto-Response-Suppress",
    "MIME-Version",
    "Content-Type",
]


def write(message: Message | None = None) -> EmailMessage:
    """As it is read on the other side."""
    mail = CHANNEL.write(deliver(message), TARGET)
    assert isinstance(mail, EmailMessage)
    return message_from_bytes(mail.as_bytes(), policy=policy.default)  # type: ignore[return-value]


def read_part(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    assert part
    return str(part.get_content()).replace("\r\n", "\n")


class Tags(HTMLParser):
    """The tags of a page, with its addresses, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.links: list[str | None] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.links += [value for name, value in attributes if name == "href"]

    def handle_data(self, data: str) -> None:
        self.text += data


def test_a_mail_says_what_happened_in_text_and_html() -> None:
    mail = write()
    assert mail["Subject"] == "[Tacit] Critical: Answers of the model changed (shop)"
    assert mail["To"] == "ann@example.com, bob@example.com"
    assert mail["Date"].datetime == TIME
    assert mail["Auto-Submitted"] == "auto-generated"
    assert read_part(mail, "plain") == (
        "Critical: Answers of the model changed\n\n"
        "Answers are 12 % longer since 1 November.\n\n"
        "- Length +0.2 sd\n- Refusals 2 to 4 %\n\n"
        "https://tacit.example.com/p/shop/alerts/7?a=1&b=2\n\n"
        "Project shop, 2026-11-02 09:30 UTC\n"
    )
    assert Tags(read_part(mail, "html")).links == ["https://tacit.example.com/p/shop/alerts/7?a=1&b=2"]


def test_mails_of_one_alert_share_a_thread() -> None:
    first, resolved = write(), write(write_message(state=State.RESOLVED, title="Back"))
    other = write(write_message(key="other"))
    assert first["References"] == resolved["References"] != other["References"]
    assert first["Message-ID"] == "<0b8f8f0e-5d0c@tacit.invalid>"


@given(HOSTILE, HOSTILE, HOSTILE, st.lists(HOSTILE, max_size=5))
def test_no_text_of_users_is_a_header_or_a_tag(title: str, project: str, sentence: str, evidence: list[str]) -> None:
    message = write_message(title=title, project=project, sentence=sentence, evidence=tuple(evidence))
    mail = write(message)
    assert mail.keys() == HEADERS
    assert mail["To"] == "ann@example.com, bob@example.com"
    assert [part.get_content_type() for part in mail.walk()] == ["multipart/alternative", "text/plain", "text/html"]
    html = Tags(read_part(mail, "html"))
    assert html.names <= {"html", "body", "h1", "p", "ul", "li", "a"}
    assert html.links == [message.link]
    assert message.sentence in html.text
    assert message.sentence in read_part(mail, "plain")


@pytest.mark.parametrize("text", ["=?utf-8?q?a=0ABcc:all@example.com?=", "=?utf-8?b?CkJjYzogYUBleGFtcGxlLmNvbQ==?="])
def test_a_newline_in_an_encoded_word_adds_no_header(text: str) -> None:
    for mail in (write(write_message(title=text)), write(write_message(project=text))):
        assert mail.keys() == HEADERS
        assert "=" in mail["Subject"]


@pytest.mark.parametrize(
    "to",
    [
        "",
        " , ",
        "ann",
        "@example.com",
        "ann@",
        "Ann <ann@example.com>",
        "ann@example.com\r\nBcc: all@example.com",
        "ann@example.com;bob@example.com",
        '"a b"@example.com',
        "ann@[127.0.0.1]",
        "ann@example.com(comment)",
        "ann\x00@example.com",
        "änn@example.com",
        "ann@exämple.com",
        "ann@例え.example",
        "a@b@example.com",
        "a" * 260 + "@example.com",
        ",".join(["ann@example.com"] * 21),
    ],
)
def test_recipients_are_plain_addresses(to: str) -> None:
    with pytest.raises(ValueError, match="e-mail address"):
        CHANNEL.check({"to": to})


@given(st.text() | st.text(st.characters(max_codepoint=127)).map(lambda name: f"{name}@example.com"))
def test_whatever_is_typed_is_recipients_or_a_value_error(to: str) -> None:
    with suppress(ValueError):
        addresses = read_recipients(to)
        assert all(str(address) in to for address in addresses)
        assert not set("".join(map(str, addresses))) & set('\r\n <>",;')


def test_the_channel_shows_who_gets_it() -> None:
    assert CHANNEL.show({"to": "ann@example.com,bob@example.com"}) == "ann@example.com, bob@example.com"
