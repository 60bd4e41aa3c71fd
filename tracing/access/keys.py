"""Keys of projects: made, found, rotated and revoked. What a process has read of one it believes for half a second."""

import hmac
import logging
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import DatabaseError, transaction
from django.db.models import Q
from django.utils import timezone

from tracing.access.credentials import digest_key, make_key, read_prefix
from tracing.access.rights import Right, Scope, read_scopes
from tracing.models import ApiKey, Project

logger = logging.getLogger(__name__)

CACHE_SECONDS = 0.5
"""A key that was revoked by another process is refused within a second, this and the request itself included."""
MOST_REMEMBERED = 10_000
USE_NOTED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class KeyFacts:
    """What a request needs to know of its key."""

    key_id: int
    project_id: int
    name: str
    prefix: str
    rights: frozenset[Right]
    expires_at: datetime | None
    origins: tuple[str, ...]
    """Those whose pages may use it; empty where it is not for browsers."""
    requests_per_minute: int | None

    def __str__(self) -> str:
        return f"{self.prefix}… ({self.name})"


_facts: dict[str, tuple[float, KeyFacts | None]] = {}


def find_key(key: str) -> KeyFacts | None:
    """What is known of `key`; None where there is no such key, or it is revoked or past its time."""
    digest, now = digest_key(key), time.monotonic()
    until, facts = _facts.get(digest, (0.0, None))
    if now >= until:
        facts = read_facts(key, digest)
        if len(_facts) > MOST_REMEMBERED:
            _facts.clear()
        _facts[digest] = (now + CACHE_SECONDS, facts)
    if facts and facts.expires_at and facts.expires_at <= timezone.now():
        return None
    return facts


def forget_keys() -> None:
    """Read each again at its next use."""
    _facts.clear()


def read_facts(key: str, digest: str) -> KeyFacts | None:
    """Look the key up by its readable beginning, and compare the digests in constant time."""
    if "\0" in key:
        return None  # PostgreSQL fails on it
    alike = ApiKey.objects.filter(prefix=read_prefix(key), revoked_at=None)
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
        expires_at=key.expires_at,
        origins=tuple(key.origins),
        requests_per_minute=key.requests_per_minute,
    )


def note_use(key: ApiKey) -> None:
    """Write down when the key was last used, to the minute; a request does not fail over it."""
    now = timezone.now()
    if key.last_used_at and now - key.last_used_at < USE_NOTED_EVERY:
        return
    try:
        with transaction.atomic():
            ApiKey.objects.filter(pk=key.pk).update(last_used_at=now)
    except DatabaseError:
        logger.warning("The last use of key %s… could not be written", key.prefix, exc_info=True)


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
    """A new key that may do the same; the old one ends after `grace`, or when it would have ended anyway."""
    with transaction.atomic():
        made = create_key(
            key.project,
            key.name,
            [Scope(scope) for scope in key.scopes],
            expires_at=key.expires_at,
            origins=key.origins,
            requests_per_minute=key.requests_per_minute,
            created_by=created_by,
        )
        end = timezone.now() + grace
        ApiKey.objects.filter(pk=key.pk).filter(Q(expires_at=None) | Q(expires_at__gt=end)).update(expires_at=end)
    forget_keys()
    return made


def revoke_key(key: ApiKey) -> None:
    """No process takes it any more: this one at once, others within half a second."""
    ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=timezone.now())
    forget_keys()
