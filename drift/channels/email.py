"""The channel of e-mail: a message goes in, a mail of plain text and HTML comes out; the server is `mail_server`'s.

Mails of one alert share a thread, by an id made of its key. No mail answers or is answered by a machine.
"""

import hashlib
from datetime import UTC, datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from html import escape

from drift.channels.channel import Channel, Delivery, Setting, Target
from drift.channels.message import Message

MOST_RECIPIENTS = 20
ADDRESS_CHARACTERS = 254


def write(delivery: Delivery, target: Target) -> EmailMessage:
    """Without its sender, which the server's settings name."""
    message = delivery.message
    mail = EmailMessage(policy=SMTP)
    mail["To"] = read_recipients(target.get("to", ""))
    mail["Subject"] = write_subject(message)
    mail["Date"] = format_datetime(datetime.fromtimestamp(delivery.unix_seconds, UTC))
    mail["Message-ID"] = f"<{delivery.id}@tacit.invalid>"
    mail["References"] = f"<{hashlib.sha256(message.key.encode()).hexdigest()[:32]}@tacit.invalid>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    mail.set_content(write_text(message))
    mail.add_alternative(write_html(message), subtype="html")
    return mail


def write_subject(message: Message) -> str:
    """What looks like an encoded word is taken apart: Python decodes it before it writes the header, newlines and all,
    and wrote those as they are until 3.11.10 (CVE-2024-6923).
    """
    subject = f"[Tacit] {message.headline}" + (f" ({message.project})" if message.project else "")
    return subject.replace("=?", "= ?")


def write_text(message: Message) -> str:
    evidence = "\n".join(f"- {line}" for line in message.evidence)
    parts = [message.headline, message.sentence, evidence, message.link, describe_origin(message)]
    return "\n\n".join(part for part in parts if part) + "\n"


def describe_origin(message: Message) -> str:
    return f"Project {message.project}, {message.when}" if message.project else message.when


def write_html(message: Message) -> str:
    items = "".join(f"<li>{escape(line)}</li>" for line in message.evidence)
    link = f'<p><a href="{escape(message.link)}">Open in Tacit</a></p>' if message.link else ""
    return (
        '<!doctype html><html lang="en"><body style="font-family: sans-serif">'
        f"<h1 style='font-size: 1.2em'>{escape(message.headline)}</h1><p>{escape(message.sentence)}</p>"
        f"{f'<ul>{items}</ul>' if items else ''}{link}"
        f'<p style="color: #666">{escape(describe_origin(message))}</p></body></html>\n'
    )


def read_recipients(text: str) -> list[Address]:
    """Addresses with commas between. Raises ValueError.

    >>> [str(address) for address in read_recipients("a@example.com, b@example.com")]
    ['a@example.com', 'b@example.com']
    """
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if not 1 <= len(parts) <= MOST_RECIPIENTS:
        raise ValueError(f"Enter one to {MOST_RECIPIENTS} e-mail addresses, with commas between.")
    return [read_recipient(part) for part in parts]


def read_recipient(text: str) -> Address:
    try:
        address = Address(addr_spec=text)
    except (ValueError, MessageError, IndexError):
        address = None
    if address is None or not is_plain(text, address):
        raise ValueError(f"{text!r:.80} is no e-mail address: one looks like name@example.com.")
    return address


def is_plain(text: str, address: Address) -> bool:
    """Nothing but name@domain: the standard knows comments and quotes, too, which servers read in different ways."""
    signs = set(text) & set(' "\\(),:;<>[]')
    return bool(address.username and address.domain and text.isascii() and text.isprintable() and not signs) and (
        len(text) <= ADDRESS_CHARACTERS
    )


def check(target: Target) -> None:
    read_recipients(target.get("to", ""))


def show(target: Target) -> str:
    return ", ".join(str(address) for address in read_recipients(target["to"]))


CHANNEL = Channel("email", "E-mail", (Setting("to", "To", "name@example.com, other@example.com"),), check, show, write)
