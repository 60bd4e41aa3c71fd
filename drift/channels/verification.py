"""For receivers of the webhook: is this request from Tacit, and is it new? Copy it; it needs Python alone.

    body = request.get_data()  # the bytes as they came, not JSON that was read and written again
    if not verify(body, request.headers["X-Tacit-Signature"], SECRET):
        abort(401)

Keep the `id` of each body for a day, and do nothing where it comes again: a delivery whose answer got lost is repeated.
"""

import hashlib
import hmac
import time

TOLERANCE_SECONDS = 300


def verify(body: bytes, signature: str, secret: str, now: float | None = None) -> bool:
    """Whether the header `X-Tacit-Signature` is right for the body, and at most five minutes old."""
    parts = [part.strip().partition("=") for part in signature.split(",")]
    unix_seconds = next((value for name, _, value in parts if name == "t"), "")
    if not (unix_seconds.isascii() and unix_seconds.isdecimal() and len(unix_seconds) < 16):
        return False
    code = hmac.new(secret.encode(), unix_seconds.encode() + b"." + body, hashlib.sha256).hexdigest()
    is_right = any(hmac.compare_digest(code.encode(), value.encode()) for name, _, value in parts if name == "v1")
    return is_right and abs((time.time() if now is None else now) - int(unix_seconds)) <= TOLERANCE_SECONDS
