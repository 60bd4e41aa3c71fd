"""A delivery over any channel ends in a line for the log, which says what to do and holds no secret."""

from datetime import timedelta

import pytest

from drift.channels import CHANNELS, UnknownChannel, find_channel
from drift.channels.delivery import Attempt, Fate
from drift.channels.mail_server import MailServer, Security
from drift.channels.sending import Outside, attempt
from drift.channels.verification import verify
from tests.drift.channels.conftest import HERE, SECRET, TIME, Hook, Mailbox, deliver

OUTSIDE = Outside(HERE)
NOW = int(TIME.timestamp())


def send_hook(hook: Hook, number: int = 1, outside: Outside = OUTSIDE) -> Attempt:
    return attempt(CHANNELS["webhook"], {"url": hook.url, "secret": SECRET}, deliver(), number, outside)


def test_what_arrived_is_logged_as_delivered(hook: Hook) -> None:
    line = send_hook(hook)
    assert (line.channel, line.where, line.number, line.time) == ("webhook", f"127.0.0.1:{hook.port}", 1, TIME)
    assert (line.fate, line.status, line.next_time) == (Fate.DELIVERED, 200, None)
    assert 0 <= line.took_ms < 5_000
    assert verify(hook.bodies[0], hook.headers[0]["X-Tacit-Signature"], SECRET, NOW)


def test_a_hook_that_is_down_is_tried_again_and_then_given_up(hook: Hook) -> None:
    hook.status, hook.reply_headers = 503, {"Retry-After": "60"}
    first, last = send_hook(hook), send_hook(hook, number=6)
    assert first.fate is last.fate is Fate.LATER
    assert first.next_time
    assert timedelta(seconds=60) <= first.next_time - TIME <= timedelta(seconds=65)
    assert last.next_time is None


def test_without_leave_nothing_on_this_machine_gets_it(hook: Hook) -> None:
    line = send_hook(hook, outside=Outside())
    assert (line.fate, line.next_time, hook.paths) == (Fate.GIVEN_UP, None, [])
    assert "this host" in line.detail


def test_the_log_holds_no_secret_even_where_the_server_repeats_it(hook: Hook) -> None:
    hook.status, hook.reply = 404, f"Cannot POST /hooks/top-secret {SECRET}".encode()
    line = send_hook(hook)
    assert line.detail.startswith("answered 404: there is no hook")
    assert "top-secret" not in repr(line)
    assert SECRET not in repr(line)


def test_what_a_channel_says_of_an_error_is_told(hook: Hook, secure_hook: Hook, trusted: None) -> None:
    secure_hook.status, secure_hook.reply = 410, b"channel_is_archived"
    url = f"https://localhost:{secure_hook.port}/services/top-secret"
    line = attempt(CHANNELS["slack"], {"url": url}, deliver(), 1, OUTSIDE)
    assert line.detail.startswith("answered 410 (channel_is_archived): ")
    hook.status, hook.reply = 400, b"channel_is_archived"
    assert "archived" not in send_hook(hook).detail


def test_a_mail_goes_to_the_server_of_the_settings(mailbox: Mailbox) -> None:
    server = MailServer("127.0.0.1", "tacit@example.com", mailbox.port, Security.NONE)
    target = {"to": "ann@example.com"}
    line = attempt(CHANNELS["email"], target, deliver(), 1, Outside(mail_server=server))
    assert (line.fate, line.status, line.where) == (Fate.DELIVERED, 250, "ann@example.com")
    mailbox.answers["RCPT"] = "450 greylisted"
    line = attempt(CHANNELS["email"], target, deliver(), 1, Outside(mail_server=server))
    assert (line.fate, line.next_time is None) == (Fate.LATER, False)
    mailbox.answers["RCPT"] = "550 nobody"
    assert attempt(CHANNELS["email"], target, deliver(), 1, Outside(mail_server=server)).fate is Fate.GIVEN_UP


def test_without_a_mail_server_it_is_told_who_sets_one_up() -> None:
    line = attempt(CHANNELS["email"], {"to": "ann@example.com"}, deliver(), 1, OUTSIDE)
    assert (line.fate, line.next_time) == (Fate.GIVEN_UP, None)
    assert "No mail server is set up" in line.detail


@pytest.mark.parametrize("name", CHANNELS)
def test_a_channel_that_is_not_filled_in_is_an_outcome_too(name: str) -> None:
    line = attempt(CHANNELS[name], {}, deliver(), 1, OUTSIDE)
    assert (line.fate, line.where) == (Fate.GIVEN_UP, "?")
    assert line.detail


@pytest.mark.parametrize("name", CHANNELS)
def test_every_channel_says_what_to_fill_in(name: str) -> None:
    channel = find_channel(name)
    assert channel.settings
    assert all(setting.title and setting.hint for setting in channel.settings)


def test_a_channel_that_there_is_not_is_told() -> None:
    with pytest.raises(UnknownChannel, match="choose one of email, slack, webhook"):
        find_channel("pigeon")
