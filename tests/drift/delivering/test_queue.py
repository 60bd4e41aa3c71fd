import json
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
from django.db import transaction
from pytest_django import Settings

from drift.channels.message import State
from drift.channels.verification import verify
from drift.delivering.queue import (
    AT_ONCE_PER_TARGET,
    LEASE,
    Courier,
    claim,
    deliver,
    enqueue,
    find_due,
    find_troubles,
    forget_deliveries,
    list_deliveries,
    list_log,
    run_deliveries,
    send_test,
)
from drift.delivering.targets import save_target, switch_target
from drift.models import Alert, AlertRule, AlertTarget, Delivery, DeliveryAttempt
from tests.drift.channels.conftest import SECRET, Hook, HookServer, Mailbox, serve, write_message
from tests.drift.delivering.conftest import NOW
from tracing.models import DEMO_PROJECT, Project

HOUR = timedelta(hours=1)


def make_alert(project: Project) -> Alert:
    rule = AlertRule.objects.create(project=project, name="Rule", kind="threshold", created_at=NOW)
    return Alert.objects.create(
        project=project, number=1, rule=rule, key="k", title="t", started_at=NOW, opened_at=NOW, last_at=NOW
    )


def read_one() -> Delivery:
    return Delivery.objects.get()


def test_a_message_reaches_its_targets_signed_and_once(
    to_hook: AlertTarget, to_mailbox: AlertTarget, hook: Hook, mailbox: Mailbox
) -> None:
    message = write_message()
    deliveries = enqueue([to_hook, to_mailbox], message, now=NOW)
    assert run_deliveries(NOW) == 2
    assert run_deliveries(NOW + HOUR) == 0
    [body], [headers] = hook.bodies, hook.headers
    told = json.loads(body)
    assert verify(body, headers["X-Tacit-Signature"], SECRET, NOW.timestamp())
    assert (told["id"], told["type"], told["title"]) == (str(deliveries[0].pk), "alert", message.title)
    assert [each["Subject"] for each in mailbox.mails] == [f"[Tacit] {message.headline} (shop)"]
    assert {each.state for each in Delivery.objects.all()} == {Delivery.State.DELIVERED}


def test_both_secrets_sign_while_one_is_changed(to_hook: AlertTarget, hook: Hook, owner: Project) -> None:
    new = SECRET[::-1]
    save_target(owner, "Hook", "webhook", {"secret": new}, "anna", target=to_hook, now=NOW)
    enqueue([to_hook], write_message(), now=NOW)
    run_deliveries(NOW)
    [body], [headers] = hook.bodies, hook.headers
    for secret in (SECRET, new):
        assert verify(body, headers["X-Tacit-Signature"], secret, NOW.timestamp())
    assert not verify(body, headers["X-Tacit-Signature"], "x" * 20, NOW.timestamp())


def test_a_message_comes_out_of_the_queue_as_it_went_in(to_hook: AlertTarget, hook: Hook) -> None:
    enqueue([to_hook], write_message(), kind="hand_over", facts={"conversation_id": "c-1"}, now=NOW)
    run_deliveries(NOW)
    told = json.loads(hook.bodies[0])
    message = write_message()
    assert told == {
        "version": 1,
        "id": str(read_one().pk),
        "type": "hand_over",
        "conversation_id": "c-1",
        "key": message.key,
        "state": "firing",
        "severity": "critical",
        "project": "shop",
        "title": message.title,
        "sentence": message.sentence,
        "evidence": list(message.evidence),
        "link": message.link,
        "time": message.time.isoformat(),
    }


def test_what_failed_comes_again_under_its_id_and_is_given_up_in_the_end(
    to_hook: AlertTarget, hook: Hook, owner: Project
) -> None:
    hook.status = 503
    enqueue([to_hook], write_message(), now=NOW)
    now = NOW
    for number in range(1, 7):
        assert run_deliveries(now) == 1
        delivery = read_one()
        assert delivery.attempts == number
        if number < 6:
            assert delivery.state == Delivery.State.WAITING
            assert delivery.next_at is not None
            assert delivery.next_at > now
            assert run_deliveries(now) == 0
            now = delivery.next_at
    assert (delivery.state, delivery.next_at) == (Delivery.State.GIVEN_UP, None)
    assert run_deliveries(now + HOUR) == 0
    assert len({json.loads(body)["id"] for body in hook.bodies}) == 1
    assert [(line.number, line.fate, line.status) for line in list_log(owner)] == [
        (number, "later", 503) for number in range(6, 0, -1)
    ]
    assert find_troubles(owner) == {to_hook.pk: "answered 503"}


def test_a_trouble_ends_with_what_arrives(to_hook: AlertTarget, hook: Hook, owner: Project) -> None:
    hook.status = 404
    enqueue([to_hook], write_message(), now=NOW)
    run_deliveries(NOW)
    assert "make a new one" in find_troubles(owner)[to_hook.pk]
    hook.status = 200
    enqueue([to_hook], write_message(), now=NOW + HOUR)
    assert find_troubles(owner)  # so long as it waits
    run_deliveries(NOW + HOUR)
    assert find_troubles(owner) == {}


def test_nothing_on_this_machine_is_reached_unless_it_is_allowed(
    to_hook: AlertTarget, hook: Hook, settings: Settings, owner: Project
) -> None:
    settings.WEBHOOK_NETWORKS = ""
    enqueue([to_hook], write_message(), now=NOW)
    run_deliveries(NOW)
    assert hook.bodies == []
    assert "leads to this host, where nothing is sent" in list_log(owner)[0].detail
    assert read_one().state == Delivery.State.GIVEN_UP


def test_lost_settings_are_said_in_the_log(
    to_hook: AlertTarget, hook: Hook, settings: Settings, owner: Project
) -> None:
    settings.SECRET_KEY = "another"
    enqueue([to_hook], write_message(), now=NOW)
    run_deliveries(NOW)
    assert hook.bodies == []
    assert "fill them in again" in list_log(owner)[0].detail


def test_without_a_mail_server_the_log_says_so(to_mailbox: AlertTarget, settings: Settings, owner: Project) -> None:
    settings.SMTP_HOST = ""
    enqueue([to_mailbox], write_message(), now=NOW)
    run_deliveries(NOW)
    assert "No mail server is set up" in list_log(owner)[0].detail


def test_the_demo_and_targets_that_are_off_are_told_nothing(to_hook: AlertTarget, owner: Project, hook: Hook) -> None:
    switch_target(to_hook, is_on=False)
    assert enqueue([to_hook], write_message(), now=NOW) == []
    switch_target(to_hook, is_on=True)
    Project.objects.filter(pk=owner.pk).update(slug=DEMO_PROJECT)
    assert enqueue([AlertTarget.objects.get()], write_message(), now=NOW) == []
    assert run_deliveries(NOW) == 0


def test_what_waits_for_a_target_that_is_turned_off_never_goes(to_hook: AlertTarget, hook: Hook) -> None:
    enqueue([to_hook], write_message(), now=NOW)
    switch_target(to_hook, is_on=False)
    switch_target(to_hook, is_on=True)
    assert run_deliveries(NOW + HOUR) == 0
    assert hook.bodies == []


def test_a_test_goes_to_a_target_that_is_off_too(to_hook: AlertTarget, hook: Hook) -> None:
    switch_target(to_hook, is_on=False)
    delivery = send_test(to_hook, NOW)
    assert run_deliveries(NOW) == 1
    delivery.refresh_from_db()
    assert (delivery.state, json.loads(hook.bodies[0])["state"]) == (Delivery.State.DELIVERED, "test")


def test_nobody_hears_that_it_is_over_before_it_began(to_hook: AlertTarget, hook: Hook, owner: Project) -> None:
    alert = make_alert(owner)
    hook.status = 503
    enqueue([to_hook], write_message(), alert=alert, now=NOW)
    run_deliveries(NOW)
    hook.status = 200
    enqueue([to_hook], write_message(state=State.RESOLVED), alert=alert, now=NOW + timedelta(seconds=1))
    assert run_deliveries(NOW + timedelta(seconds=1)) == 0
    assert run_deliveries(NOW + HOUR) == 2
    assert [json.loads(body)["state"] for body in hook.bodies] == ["firing", "firing", "resolved"]


def test_two_processes_do_not_try_the_same(to_hook: AlertTarget, hook: Hook) -> None:
    enqueue([to_hook], write_message(), now=NOW)
    [here], [there] = list(find_due(NOW)), list(find_due(NOW))
    assert claim(here, NOW)
    assert not claim(there, NOW)
    assert run_deliveries(NOW) == 0
    deliver(here, NOW)
    assert len(hook.bodies) == 1


def test_what_was_tried_when_its_process_died_is_tried_again(to_hook: AlertTarget, hook: Hook) -> None:
    enqueue([to_hook], write_message(), now=NOW)
    [dead] = find_due(NOW)
    claim(dead, NOW)
    assert run_deliveries(NOW + LEASE - timedelta(seconds=1)) == 0
    assert run_deliveries(NOW + LEASE) == 1
    assert DeliveryAttempt.objects.get().number == 1
    deliver(dead, NOW)  # it was only slow: the log has its line already
    assert DeliveryAttempt.objects.count() == 1
    assert read_one().state == Delivery.State.DELIVERED


def test_what_is_rolled_back_is_not_told(to_hook: AlertTarget, hook: Hook) -> None:
    with transaction.atomic():
        enqueue([to_hook], write_message(), now=NOW)
        transaction.set_rollback(True)
    assert run_deliveries(NOW) == 0


def test_old_rows_go_with_their_log(to_hook: AlertTarget, owner: Project) -> None:
    enqueue([to_hook], write_message(), now=NOW - timedelta(days=31))
    run_deliveries(NOW)
    enqueue([to_hook], write_message(), now=NOW - timedelta(days=31))
    enqueue([to_hook], write_message(), now=NOW)
    run_deliveries(NOW - timedelta(days=30, hours=23))
    Delivery.objects.filter(created_at=NOW).update(state=Delivery.State.WAITING)
    assert forget_deliveries(NOW) == 2
    [left] = list_deliveries(owner)
    assert left.created_at == NOW


def test_deliveries_of_another_project_are_not_listed(to_hook: AlertTarget) -> None:
    enqueue([to_hook], write_message(), now=NOW)
    run_deliveries(NOW)
    other = Project.objects.create(slug="other", name="Other")
    assert (list_deliveries(other), list_log(other), find_troubles(other)) == ([], [], {})


@pytest.fixture
def slow_hook() -> Iterator[tuple[str, threading.Event, list[int]]]:
    """A hook that answers once it is let to; how many wait for it."""
    let, waiting = threading.Event(), [0]

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            waiting[0] += 1
            let.wait(5)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    server = HookServer(("127.0.0.1", 0), Handler)
    with serve(server):
        yield f"http://127.0.0.1:{server.server_address[1]}/", let, waiting
        let.set()


def wait_for(true: Callable[[], Any]) -> None:
    until = time.monotonic() + 10
    while not true():
        assert time.monotonic() < until, "it never came"
        time.sleep(0.01)


def test_a_slow_hook_holds_no_other(
    transactional_db: None,
    to_hook: AlertTarget,
    hook: Hook,
    owner: Project,
    slow_hook: tuple[str, threading.Event, list[int]],
) -> None:
    url, let, waiting = slow_hook
    slow = save_target(owner, "Slow", "webhook", {"url": url, "secret": SECRET}, "anna")
    for _ in range(5):
        enqueue([slow], write_message(), now=NOW)
    enqueue([to_hook], write_message(), now=NOW + HOUR)
    courier = Courier()
    courier.wake()
    assert find_due(NOW + HOUR).count() == 6, "who has no background work sends nothing"
    courier.look()
    wait_for(lambda: hook.bodies)
    assert waiting[0] <= AT_ONCE_PER_TARGET
    let.set()
    wait_for(lambda: Delivery.objects.filter(state=Delivery.State.DELIVERED).count() == 6)
    assert DeliveryAttempt.objects.count() == 6
