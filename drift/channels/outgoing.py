"""The door to other people's HTTP servers: a POST leaves, its status comes back.

Only addresses that `addresses` lets through are reached. The name of the host is resolved once, and the connection goes
to the very address that was checked, so that a name which changes its address in between gains nothing; the certificate
and the header `Host` still are those of the name. Redirects are not followed, proxies of the environment are not used,
and after `MOST_SECONDS` the connection is cut, wherever it stands.
"""

import http.client
import queue
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from ipaddress import ip_address
from time import monotonic

from drift.channels.addresses import Network, find_obstacle, is_within
from drift.channels.urls import Url, read_url

MOST_SECONDS = 10.0
"""From the name to the last byte."""
RESOLVING_SECONDS = 3.0
CONNECTING_SECONDS = 2.0
"""For each address."""
MOST_ADDRESSES = 3
MOST_BYTES = 4_096
"""Of the answer. Nothing but an error's code is read of it."""


class Refused(Exception):  # noqa: N818 - the name says it
    """It will not be sent as it stands; the message says what to do."""


class Unreachable(Exception):  # noqa: N818 - the name says it
    """Nobody answered; later somebody may."""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    retry_after: str
    start: str
    """Of its text."""


def post(url: str, headers: Mapping[str, str], body: bytes, allowed: Sequence[Network] = ()) -> Answer:
    """Send it to a public address, or to one in a network that is allowed. Raises Refused and Unreachable."""
    try:
        target = read_url(url)
    except ValueError as error:
        raise Refused(str(error)) from error
    until = monotonic() + MOST_SECONDS
    with connect(target, allowed) as plain, cut(plain, until - monotonic()):
        try:
            return exchange(target, plain, headers, body)
        except ssl.SSLCertVerificationError as error:
            why = error.verify_message.rstrip(".")
            raise Refused(f"The certificate of {target.host} does not hold: {why}.") from error
        except (OSError, http.client.HTTPException) as error:
            late = f"within {MOST_SECONDS:.0f} s" if monotonic() >= until else f"({type(error).__name__})"
            raise Unreachable(f"{target.host} did not answer {late}.") from error


def exchange(target: Url, plain: socket.socket, headers: Mapping[str, str], body: bytes) -> Answer:
    connection = http.client.HTTPConnection(target.host, target.port)
    connection.auto_open = 0  # never connects by itself, to an address that nobody checked
    with closing(connection):
        connection.sock = secure(plain, target.host) if target.is_secure else plain
        connection.request("POST", target.path, body, {"Host": target.authority, **headers, "Connection": "close"})
        with connection.getresponse() as answer:
            start = answer.read(MOST_BYTES).decode("utf-8", "replace")
            return Answer(answer.status, answer.headers.get("Retry-After", ""), start)


def secure(plain: socket.socket, host: str) -> ssl.SSLSocket:
    return ssl.create_default_context().wrap_socket(plain, server_hostname=host)


@contextmanager
def cut(connection: socket.socket, seconds: float) -> Iterator[None]:
    """Ends the connection after so long, also one that sends a byte now and then."""
    with connection.dup() as same:
        timer = threading.Timer(max(seconds, 0.0), shut, [same])
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            timer.join()


def shut(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # it has ended


@contextmanager
def connect(target: Url, allowed: Sequence[Network]) -> Iterator[socket.socket]:
    """A connection to the first of the host's addresses that may be reached and answers."""
    failures: list[OSError] = []
    for family, address in choose_addresses(target, resolve(target), allowed)[:MOST_ADDRESSES]:
        with socket.socket(family, socket.SOCK_STREAM) as plain:
            plain.settimeout(CONNECTING_SECONDS)
            try:
                plain.connect((address, target.port))
            except OSError as error:
                failures.append(error)
                continue
            plain.settimeout(MOST_SECONDS)
            yield plain
            return
    raise Unreachable(f"{target.authority} takes no connections ({type(failures[-1]).__name__}).") from failures[-1]


Found = tuple[socket.AddressFamily, str]


def choose_addresses(target: Url, found: Sequence[Found], allowed: Sequence[Network]) -> list[Found]:
    """Those that may be reached. Raises Refused if there are none."""
    obstacles = [find_obstacle(ip_address(address), allowed) for _, address in found]
    open_ones = [each for each, obstacle in zip(found, obstacles, strict=True) if obstacle is None]
    if not open_ones:
        raise Refused(
            f"{target.host} leads to {obstacles[0]}, where nothing is sent. Who runs the server can allow its network."
        )
    if target.is_secure:
        return open_ones
    inside = [each for each in open_ones if is_within(ip_address(each[1]), allowed)]
    if not inside:
        raise Refused("An address on the internet has to start with https://, so that nobody reads along.")
    return inside


def resolve(target: Url) -> list[Found]:
    """The addresses of a host. A resolver knows no time limit, so it is asked in a thread that ends when it does."""
    answers: queue.SimpleQueue[list[Found] | OSError] = queue.SimpleQueue()
    threading.Thread(target=lambda: answers.put(look_up(target)), daemon=True).start()
    try:
        answer = answers.get(timeout=RESOLVING_SECONDS)
    except queue.Empty:
        raise Unreachable(f"Nobody said within {RESOLVING_SECONDS:.0f} s where {target.host} is.") from None
    if isinstance(answer, OSError) or not answer:
        raise Unreachable(f"No address is known of {target.host}. Is its name right?")
    return answer


def look_up(target: Url) -> list[Found] | OSError:
    try:
        found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:  # a label of over 63 characters is a UnicodeError
        return error if isinstance(error, OSError) else OSError("no name")
    return [(family, str(address[0]).partition("%")[0]) for family, _, _, _, address in found]
