"""What people fill in of a target, encrypted at rest: settings go in, a sealed archive comes out, and back.

The key is derived from the installation's secret key, which stands in no database, so a copy of the database alone
opens nothing. Where the secret key was changed, `SECRET_KEY_FALLBACKS` still open what the older ones sealed.
"""

import base64
import json
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from cryptography.fernet import MultiFernet

PURPOSE = b"tacit: settings of alert targets"


class SealBroken(Exception):  # noqa: N818 - the name says it
    """The archive was sealed with another secret key, or was changed since."""


def seal(content: Mapping[str, str]) -> bytes:
    """
    >>> open_seal(seal({"to": "anna@example.com"}))
    {'to': 'anna@example.com'}
    """
    return load_locks(list_keys()).encrypt(json.dumps(dict(content)).encode())


def open_seal(sealed: bytes | memoryview) -> dict[str, str]:
    """What was sealed. Raises SealBroken."""
    from cryptography.fernet import InvalidToken

    try:
        content: dict[str, str] = json.loads(load_locks(list_keys()).decrypt(bytes(sealed)))
    except InvalidToken as error:
        raise SealBroken from error
    return content


def list_keys() -> tuple[str, ...]:
    return (settings.SECRET_KEY, *map(str, settings.SECRET_KEY_FALLBACKS))


@lru_cache(maxsize=4)
def load_locks(keys: tuple[str, ...]) -> "MultiFernet":
    """The first seals, any opens."""
    from cryptography.fernet import Fernet, MultiFernet

    return MultiFernet([Fernet(derive_key(key)) for key in keys])


def derive_key(secret_key: str) -> bytes:
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return base64.urlsafe_b64encode(HKDF(SHA256(), 32, None, PURPOSE).derive(secret_key.encode()))
