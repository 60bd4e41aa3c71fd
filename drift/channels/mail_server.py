"""The door to the mail server of whoever runs Tacit: a mail leaves, or an error says what to do.

Its address is a setting of the server, not of a project's people, so it may well stand on a private network.
"""

import smtplib
import ssl
from contextlib import closing, suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from enum import StrEnum

from pydantic import SecretStr

MOST_SECONDS = 20.0
"""For each step."""


class Security(StrEnum):
    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


class MailRefused(Exception):  # noqa: N818 - the name says it
    """The server takes no such mail; the message says what to do."""


class MailUnreachable(Exception):  # noqa: N818 - the name says it
    """The server did not answer, or asks to come again."""


@dataclass(frozen=True, slots=True)
class MailServer:
    host: str
    sender: str
    port: int = 587
    security: Security = Security.STARTTLS
    user: str = ""
    password: SecretStr = field(default=SecretStr(""))

    def __post_init__(self) -> None:
        if "@" not in self.sender or not self.sender.isprintable():
            raise ValueError("The sender of mails is an address such as tacit@example.com.")
        if self.user and self.security is Security.NONE:
            raise ValueError("A password is only sent to a mail server over STARTTLS or TLS.")


def send_mail(server: MailServer, mail: EmailMessage) -> int:
    """Hand the mail over; the status that the server answered. Raises MailRefused and MailUnreachable."""
    try:
        with closing(open_server(server)) as client:
            if server.user:
                client.login(server.user, server.password.get_secret_value())
            refused = client.send_message(add_sender(mail, server.sender))
            with suppress(smtplib.SMTPException):  # the mail is over there: no error now may bring it a second time
                client.quit()
    except smtplib.SMTPAuthenticationError as error:
        raise MailRefused(f"The mail server refuses the user and password ({error.smtp_code}).") from error
    except smtplib.SMTPRecipientsRefused as error:
        raise describe_codes([code for code, _ in error.recipients.values()]) from error
    except smtplib.SMTPResponseException as error:
        raise describe_codes([error.smtp_code]) from error
    except smtplib.SMTPNotSupportedError as error:
        raise MailRefused("The mail server lacks what the settings ask for: STARTTLS, or a login.") from error
    except ssl.SSLCertVerificationError as error:
        why = error.verify_message.rstrip(".")
        raise MailRefused(f"The certificate of the mail server does not hold: {why}.") from error
    except (OSError, smtplib.SMTPException) as error:
        raise MailUnreachable(f"The mail server did not answer ({type(error).__name__}).") from error
    if refused:
        raise MailRefused(f"The mail server refused {', '.join(sorted(refused))}; the others got it.")
    return 250


def open_server(server: MailServer) -> smtplib.SMTP:
    context = ssl.create_default_context()
    if server.security is Security.TLS:
        return smtplib.SMTP_SSL(server.host, server.port, timeout=MOST_SECONDS, context=context)
    client = smtplib.SMTP(server.host, server.port, timeout=MOST_SECONDS)
    if server.security is Security.STARTTLS:
        try:
            client.starttls(context=context)
        except BaseException:
            client.close()
            raise
    return client


def add_sender(mail: EmailMessage, sender: str) -> EmailMessage:
    if "From" not in mail:
        mail["From"] = sender
    return mail


def describe_codes(codes: list[int]) -> MailRefused | MailUnreachable:
    """5xx is a no, all else may pass. https://www.rfc-editor.org/rfc/rfc5321#section-4.2.1"""
    if all(code >= 500 for code in codes):
        return MailRefused(f"The mail server refuses the mail ({codes[0]}): check the sender and the addresses.")
    return MailUnreachable(f"The mail server asks to come again ({codes[0]}).")
