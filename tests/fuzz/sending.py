"""Inputs go to a real server over several connections at once, and what came back of each is noted."""

import http.client
import socket
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from tests.fuzz.corpus import load_corpus
from tests.fuzz.inputs import Input, make_input

SENDERS = 24
"""So many at a time, so that hostile rows and those of neighbours are committed together."""


@dataclass(frozen=True)
class Answer:
    input: Input
    status: int
    body: bytes


def send_all(port: int, numbers: Sequence[int]) -> list[Answer]:
    """Every input's answer. Raises where a connection is cut without one."""
    load_corpus()  # else every sender would read it
    shares = [numbers[start::SENDERS] for start in range(SENDERS)]
    with ThreadPoolExecutor(SENDERS) as pool:
        return [answer for answers in pool.map(lambda share: list(send(port, share)), shares) for answer in answers]


def send(port: int, numbers: Iterable[int]) -> Iterator[Answer]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    try:
        for number in numbers:
            yield ask(connection, make_input(number))
    finally:
        connection.close()


def ask(connection: http.client.HTTPConnection, sent: Input) -> Answer:
    if connection.sock is None:
        connection.connect()
        assert connection.sock is not None
        connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    connection.request("POST", sent.path, sent.body, dict(sent.headers))
    response = connection.getresponse()
    return Answer(sent, response.status, response.read())
