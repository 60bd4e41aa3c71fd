"""Keys of projects: made, found, rotated and revoked. What a process has read of one it believes for half a second."""

import hmac
import logging
import math
import threading
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from tracing.access.credentials import BROWSER_PREFIX, digest_key, make_key, read_prefix
from tracing.access.rights import Right, Scope, read_scopes
from tracing.models import ApiKey, Project

logger = logging.getLogger(__name__)

CACHE_SECONDS = 0.5
"""A key that was revoked by another process is refused within a second, this and the request itself included."""
MOST_REMEMBERED = 10_000
USE_NOTED_EVERY = timedelta(minutes=1)
LONGEST_GRACE = timedelta(days=30)
SOON = timedelta(days=14)
"""So long before its end a key is said to expire soon."""


class KeyReplacedError(Exception):
    """A key that ends, or has ended, cannot be replaced by another."""


@dataclass(frozen=True, slots=True)
class KeyFacts:
    """What a request needs to know of its key."""

    key_id: int
    project_id: int
    name: str
    prefix: str
    rights: frozenset[Right]
    ends_at: datetime | None
    is_for_browsers: bool
    origins: tuple[str, ...]
    """Of a key for browsers: those whose pages may use it."""
    requests_per_minute: int | None

    def __str__(self) -> str:
        return f"{self.prefix}… ({self.name})"


_facts: dict[str, tuple[float, KeyFacts | None]] = {}
_times_forgotten = 0
_origins: tuple[float, frozenset[str]] = (0.0, frozenset())
_noted: dict[int, float] = {}
"""When this process last tried to write down that a key was used."""


def find_key(key: str) -> KeyFacts | None:
    """What is known of `key`; None where there is no such key, or it is revoked or past its time."""
    digest, now = digest_key(key), time.monotonic()
    until, facts = _facts.get(digest, (0.0, None))
    if now >= until:
        before = _times_forgotten
        facts = read_facts(key, digest)
        if len(_facts) > MOST_REMEMBERED:
            _facts.clear()
        if before == _times_forgotten:  # else what was read may be what was to be forgotten
            _facts[digest] = (now + CACHE_SECONDS, facts)
    if facts and facts.ends_at and facts.ends_at <= timezone.now():
        return None
    return facts


def forget_keys() -> None:
    """Read each again at its next use."""
    global _origins, _times_forgotten
    _times_forgotten += 1
    _facts.clear()
    _origins = (0.0, frozenset())
    _noted.clear()


def list_live(keys: QuerySet[ApiKey]) -> QuerySet[ApiKey]:
    """Those of `keys` that work now."""
    now = timezone.now()
    return keys.filter(Q(revoked_at=None) | Q(revoked_at__gt=now), Q(expires_at=None) | Q(expires_at__gt=now))


def list_browser_origins() -> frozenset[str]:
    """Every origin that some live key for browsers names, of any project."""
    global _origins
    now = time.monotonic()
    if now >= _origins[0]:
        keys = list_live(ApiKey.objects.filter(prefix__startswith=BROWSER_PREFIX))
        named = frozenset(origin for origins in keys.values_list("origins", flat=True) for origin in origins)
        _origins = (now + CACHE_SECONDS, named)
    return _origins[1]


def read_facts(key: str, digest: str) -> KeyFacts | None:
    """Look the key up by its readable beginning, and compare the digests in constant time."""
    if "\0" in key:
        return None  # PostgreSQL fails on it
    alike = list_live(ApiKey.objects.filter(prefix=read_prefix(key)))
    found = [each for each in alike if hmac.compare_digest(each.digest, digest)]
    if not found:
        return None
    note_use(found[0])
    return describe_key(found[0])


def describe_key(key: ApiKey) -> KeyFacts:
    return KeyFacts(
        key_id=key.pk,
        project_id=key.project_id,
        name=key.name,
        prefix=key.prefix,
        rights=read_scopes(key.scopes),
        ends_at=min(filter(None, (key.expires_at, key.revoked_at)), default=None),
        is_for_browsers=Scope.FEEDBACK_BROWSER in key.scopes,
        origins=tuple(key.origins),
        requests_per_minute=key.requests_per_minute,
    )


def note_use(key: ApiKey) -> None:
    """Have it written down when the key was last used, to the minute; no request waits for it or fails over it."""
    now, passed = timezone.now(), time.monotonic() - _noted.get(key.pk, -math.inf)
    if passed < USE_NOTED_EVERY.total_seconds() or (key.last_used_at and now - key.last_used_at < USE_NOTED_EVERY):
        return
    _noted[key.pk] = time.monotonic()
    threading.Thread(target=write_use, args=(key, now), name="key-use", daemon=True).start()


def write_use(key: ApiKey, moment: datetime) -> None:
    """Write down that the key was used then, over a connection of this thread, which it closes."""
    try:
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=moment)
    except Exception:  # a database that is locked or gone; the next minute tries again
        logger.warning("The last use of key %s… could not be written", key.prefix, exc_info=True)
    finally:
        connection.close()


class KeyState(StrEnum):
    LIVE = "live"
    EXPIRES_SOON = "expires soon"
    REPLACED = "replaced"
    """Another took its place, and it works until a time that is not far."""
    EXPIRED = "expired"
    REVOKED = "revoked"


def find_state(key: ApiKey) -> KeyState:
    now = timezone.now()
    if key.revoked_at:
        return KeyState.REPLACED if key.revoked_at > now else KeyState.REVOKED
    if key.expires_at is None or key.expires_at - now > SOON:
        return KeyState.LIVE
    return KeyState.EXPIRES_SOON if key.expires_at > now else KeyState.EXPIRED


def create_key(
    project: Project,
    name: str,
    scopes: Collection[Scope] = (Scope.INGEST, Scope.READ, Scope.WRITE),
    *,
    expires_at: datetime | None = None,
    origins: Sequence[str] = (),
    requests_per_minute: int | None = None,
    created_by: str = "",
) -> str:
    """A new key of `project`, shown this once."""
    key = make_key(scopes)
    ApiKey.objects.create(
        project=project,
        name=name,
        prefix=read_prefix(key),
        digest=digest_key(key),
        scopes=[scope.value for scope in scopes],
        expires_at=expires_at,
        origins=list(origins),
        requests_per_minute=requests_per_minute,
        created_by=created_by,
    )
    return key


def rotate_key(key: ApiKey, grace: timedelta, created_by: str = "") -> str:
    """A new key that may do the same, for as long as the old one was made for; the old one ends after `grace`.

    Raises KeyReplacedError where the old one has an end already: it was replaced or revoked, or is past its time.
    """
    with transaction.atomic():
        now = timezone.now()
        live = list_live(ApiKey.objects.filter(pk=key.pk, revoked_at=None))
        if not live.update(revoked_at=now + min(grace, LONGEST_GRACE)):
            raise KeyReplacedError(f"Key {key.prefix}… was replaced or revoked, or is past its time; make a new one.")
        made = create_key(
            key.project,
            key.name,
            [Scope(scope) for scope in key.scopes],
            expires_at=now + (key.expires_at - key.created_at) if key.expires_at else None,
            origins=key.origins,
            requests_per_minute=key.requests_per_minute,
            created_by=created_by,
        )
        transaction.on_commit(forget_keys)
    return made


def revoke_key(key: ApiKey) -> None:
    """No process takes it any more: this one at once, others within half a second."""
    now = timezone.now()
    ApiKey.objects.filter(Q(revoked_at=None) | Q(revoked_at__gt=now), pk=key.pk).update(revoked_at=now)
    transaction.on_commit(forget_keys)
