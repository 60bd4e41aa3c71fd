"""Keys as text: where they stand in a request, how one is made, and what of it is kept."""

import base64
import binascii
import hashlib
import secrets
from collections.abc import Collection

from tracing.access.rights import Scope

KEY_PREFIX = "tacit_"
BROWSER_PREFIX = "tacit_browser_"
SHOWN = 6
"""Characters behind these that are kept readable, so that a person can tell keys apart."""


def make_key(scopes: Collection[Scope]) -> str:
    """A new key of 256 random bits; one for browsers can be told by its beginning."""
    return (BROWSER_PREFIX if Scope.FEEDBACK_BROWSER in scopes else KEY_PREFIX) + secrets.token_urlsafe(32)


def read_prefix(key: str) -> str:
    """The beginning of a key that is kept readable."""
    return key[: len(BROWSER_PREFIX if key.startswith(BROWSER_PREFIX) else KEY_PREFIX) + SHOWN]


def digest_key(key: str) -> str:
    """SHA-256, in hexadecimal: keys are random, so no slow hash is needed."""
    return hashlib.sha256(key.encode(errors="surrogatepass")).hexdigest()


def read_key(authorization: str, x_api_key: str = "") -> str:
    """The key in `Authorization: Bearer …`, `Basic …` or `x-api-key`; empty where there is none."""
    scheme, _, credentials = authorization.partition(" ")
    if scheme.lower() == "bearer" and credentials.strip():
        return credentials.strip()
    if scheme.lower() == "basic":
        return read_basic_key(credentials) or x_api_key.strip()
    return x_api_key.strip()


def read_basic_key(credentials: str) -> str:
    """Whichever of user and password is one of our keys, as clients of Langfuse send them; any other pair is none."""
    try:
        pair = base64.b64decode(credentials.strip(), validate=True).decode()
    except (binascii.Error, ValueError):
        return ""
    return next((part for part in pair.split(":", 1) if part.startswith(KEY_PREFIX)), "")
