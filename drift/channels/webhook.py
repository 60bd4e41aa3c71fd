"""The channel of your own programs: a message goes in, a signed POST of JSON comes out.

The header `X-Tacit-Signature: t=<unix seconds>,v1=<hex>` holds the HMAC-SHA256 of `<t>.<body>` under the secret of the
hook; for a day after that was changed there is a second `v1`, under the one before it. `drift.channels.verification` is
what a receiver checks it with. `X-Tacit-Delivery` stands in the body as `id`, too: it is the same when a delivery is
tried again.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from typing import Any

from drift.channels.channel import Channel, Delivery, Request, Setting, Target
from drift.channels.message import Message
from drift.channels.urls import read_url

VERSION = 1
LEAST_SECRET_CHARACTERS = 16


def write(delivery: Delivery, target: Target) -> Request:
    check(target)
    told = {**describe(delivery.message), **delivery.facts}
    payload = {**told, "version": VERSION, "id": delivery.id, "type": delivery.kind}
    return sign_request(payload, delivery, target)


def sign_request(payload: Mapping[str, Any], delivery: Delivery, target: Target) -> Request:
    """Any JSON as a signed request."""
    body = json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Tacit",
        "X-Tacit-Delivery": delivery.id,
        "X-Tacit-Signature": sign(body, list_secrets(target), delivery.unix_seconds),
    }
    return Request(target["url"], headers, body)


def describe(message: Message) -> dict[str, Any]:
    """The fields of a message as JSON; the texts are as they are, so who shows them escapes them."""
    return {
        "key": message.key,
        "state": message.state,
        "severity": message.severity,
        "project": message.project,
        "title": message.title,
        "sentence": message.sentence,
        "evidence": list(message.evidence),
        "link": message.link,
        "time": message.time.isoformat(),
    }


def list_secrets(target: Target) -> list[str]:
    """Those that sign: for a while after it was changed, the one before it, too."""
    return [secret for name in ("secret", "old_secret") if (secret := target.get(name))]


def sign(body: bytes, secrets: Sequence[str], unix_seconds: int) -> str:
    """The header of a body, with a signature by each secret.

    >>> sign(b"{}", ["0123456789abcdef"], 1_750_000_000)[:40]
    't=1750000000,v1=cb8347c3efa12029e19eff6d'
    """
    signed = f"{unix_seconds}.".encode() + body
    codes = [hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest() for secret in secrets]
    return ",".join([f"t={unix_seconds}", *(f"v1={code}" for code in codes)])


def check(target: Target) -> None:
    read_url(target.get("url", ""))
    if len(target.get("secret", "")) < LEAST_SECRET_CHARACTERS:
        raise ValueError(f"A secret has at least {LEAST_SECRET_CHARACTERS} characters.")


def show(target: Target) -> str:
    return read_url(target["url"]).authority


CHANNEL = Channel(
    "webhook",
    "Webhook",
    (
        Setting("url", "Address", "https://example.com/hooks/tacit", is_secret=True),
        Setting("secret", "Secret", "signs each request; the receiver knows it, too", is_secret=True),
    ),
    check,
    show,
    write,
)
