"""Mails are handed to a real server, over TLS with the password, and what it answers is told."""

import ssl
from email.message import EmailMessage

import pytest
from pydantic import SecretStr

from drift.channels import mail_server
from drift.channels.email import CHANNEL
from drift.channels.mail_server import MailRefused, MailServer, MailUnreachable, Security, send_mail
from tests.drift.channels.conftest import HANG_UP, Mailbox, deliver, write_message

PASSWORD = "p4ssword"


def write() -> EmailMessage:
    mail = CHANNEL.write(deliver(write_message(title="Länger")), {"to": "ann@example.com, bob@example.com"})
    assert isinstance(mail, EmailMessage)
    return mail


def name_server(mailbox: Mailbox, security: Security = Security.NONE, user: str = "") -> MailServer:
    sender = "Tacit <tacit@example.com>"
    return MailServer("localhost", sender, mailbox.port, security, user, SecretStr(PASSWORD if user else ""))


def test_a_mail_arrives_from_the_sender_for_every_recipient(mailbox: Mailbox) -> None:
    assert send_mail(name_server(mailbox), write()) == 250
    assert [line.split()[1] for line in mailbox.commands if line.startswith(("MAIL", "RCPT"))] == [
        "FROM:<tacit@example.com>",
        "TO:<ann@example.com>",
        "TO:<bob@example.com>",
    ]
    assert mailbox.mails[0]["From"] == "Tacit <tacit@example.com>"
    assert mailbox.mails[0]["Subject"] == "[Tacit] Critical: Länger (shop)"


@pytest.mark.usefixtures("trusted")
def test_the_password_goes_over_starttls(mailbox: Mailbox, tls: ssl.SSLContext) -> None:
    mailbox.tls = tls
    send_mail(name_server(mailbox, Security.STARTTLS, "ann"), write())
    verbs = [line.split()[0].upper() for line in mailbox.commands]
    assert verbs.index("STARTTLS") < verbs.index("AUTH") < verbs.index("DATA")
    assert len(mailbox.mails) == 1


def test_a_certificate_that_nobody_trusts_is_refused(mailbox: Mailbox, tls: ssl.SSLContext) -> None:
    mailbox.tls = tls
    with pytest.raises(MailRefused, match="certificate"):
        send_mail(name_server(mailbox, Security.STARTTLS, "ann"), write())
    assert mailbox.contents == []


def test_without_starttls_nothing_is_sent(mailbox: Mailbox) -> None:
    with pytest.raises(MailRefused, match="STARTTLS"):
        send_mail(name_server(mailbox, Security.STARTTLS, "ann"), write())
    assert not [line for line in mailbox.commands if line.startswith(("AUTH", "MAIL"))]


def test_a_server_that_speaks_no_tls_is_unreachable_by_tls(mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail_server, "MOST_SECONDS", 0.5)
    with pytest.raises(MailUnreachable, match="did not answer"):
        send_mail(name_server(mailbox, Security.TLS), write())


def test_a_password_is_not_sent_in_the_open() -> None:
    with pytest.raises(ValueError, match="STARTTLS or TLS"):
        MailServer("localhost", "tacit@example.com", user="ann", security=Security.NONE)


@pytest.mark.parametrize("sender", ["", "tacit", "tacit@example.com\r\nBcc: all@example.com"])
def test_a_sender_is_an_address(sender: str) -> None:
    with pytest.raises(ValueError, match="sender"):
        MailServer("localhost", sender)


@pytest.mark.parametrize(
    ("command", "said", "error"),
    [
        ("MAIL", "550 no", MailRefused),
        ("MAIL", "451 later", MailUnreachable),
        ("RCPT", "550 nobody", MailRefused),
        ("RCPT", "450 greylisted", MailUnreachable),
        ("DATA", "554 no", MailRefused),
        ("CONTENT", "452 full", MailUnreachable),
        ("CONTENT", "552 too big", MailRefused),
        ("", "421 busy", MailUnreachable),
        ("", "554 not you", MailRefused),
    ],
)
def test_a_no_is_told_from_a_later(mailbox: Mailbox, command: str, said: str, error: type[Exception]) -> None:
    mailbox.answers[command] = said
    with pytest.raises(error, match=said[:3]):
        send_mail(name_server(mailbox), write())


@pytest.mark.usefixtures("trusted")
def test_a_wrong_password_is_told_and_not_shown(mailbox: Mailbox, tls: ssl.SSLContext) -> None:
    mailbox.tls, mailbox.answers["AUTH"] = tls, f"535 {PASSWORD} is wrong"
    with pytest.raises(MailRefused, match="user and password") as caught:
        send_mail(name_server(mailbox, Security.STARTTLS, "ann"), write())
    assert PASSWORD not in str(caught.value)
    assert PASSWORD not in repr(name_server(mailbox, Security.STARTTLS, "ann"))


def test_who_of_several_was_refused_is_told(mailbox: Mailbox) -> None:
    mailbox.answers["RCPT TO:<bob@example.com>"] = "550 nobody"
    with pytest.raises(MailRefused, match=r"refused bob@example\.com; the others got it"):
        send_mail(name_server(mailbox), write())
    assert len(mailbox.mails) == 1


@pytest.mark.parametrize("said", ["451 not now", HANG_UP])
def test_what_goes_wrong_after_the_mail_is_over_brings_it_no_second_time(mailbox: Mailbox, said: str) -> None:
    mailbox.answers["QUIT"] = said
    assert send_mail(name_server(mailbox), write()) == 250


@pytest.mark.parametrize("command", ["", "EHLO", "MAIL", "DATA", "CONTENT"])
def test_a_server_that_hangs_up_is_unreachable(mailbox: Mailbox, command: str) -> None:
    mailbox.answers[command] = HANG_UP
    with pytest.raises(MailUnreachable, match="did not answer"):
        send_mail(name_server(mailbox), write())


def test_nobody_there_is_told() -> None:
    with pytest.raises(MailUnreachable, match="ConnectionRefusedError"):
        send_mail(MailServer("127.0.0.1", "tacit@example.com", 9, Security.NONE), write())
