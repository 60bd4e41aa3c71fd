"""Requests leave to the address that was checked, and come back in bounded time with a bounded answer."""

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drift.channels import outgoing
from drift.channels.addresses import read_networks
from drift.channels.outgoing import Answer, Refused, Unreachable, post
from tests.drift.channels.conftest import HERE, Hook
from tests.tls_proxy import NAME

Resolve = Callable[..., None]


@pytest.fixture
def resolve(monkeypatch: pytest.MonkeyPatch) -> Resolve:
    """Names lead to these addresses: to the first list when first asked, to the second then, and so on."""

    def lead(*answers: list[str]) -> list[str]:
        asked: list[str] = []

        def answer(host: str, port: int, **_: object) -> list[tuple[object, ...]]:
            asked.append(host)
            addresses = answers[min(len(asked), len(answers)) - 1]
            kinds = [socket.AF_INET6 if ":" in each else socket.AF_INET for each in addresses]
            return [
                (kind, socket.SOCK_STREAM, 6, "", (each, port)) for kind, each in zip(kinds, addresses, strict=True)
            ]

        monkeypatch.setattr(socket, "getaddrinfo", answer)
        return asked

    return lead


def send(url: str, *, here: bool = True) -> Answer:
    return post(url, {"X-Test": "1"}, b'{"a":1}', HERE if here else ())


def test_a_request_arrives_as_it_is_and_its_answer_comes_back(hook: Hook) -> None:
    hook.status, hook.reply, hook.reply_headers = 429, b"slow down", {"Retry-After": "7"}
    assert send(hook.url) == Answer(429, "7", "slow down")
    assert (hook.paths, hook.bodies) == (["/hooks/top-secret"], [b'{"a":1}'])
    assert hook.headers[0]["X-Test"] == "1"
    assert hook.headers[0]["Host"] == f"127.0.0.1:{hook.port}"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.1", "2130706433", "0x7f.1", "0", "[::1]"])
def test_this_machine_is_not_reached_however_it_is_written(hook: Hook, host: str) -> None:
    with pytest.raises(Refused, match="where nothing is sent"):
        send(f"https://{host}:{hook.port}/", here=False)
    assert hook.paths == []


def test_a_refusal_names_no_address_behind_a_name(resolve: Resolve) -> None:
    resolve(["10.20.30.40"])
    with pytest.raises(Refused, match="a private network") as caught:
        send("https://db.example.com/top-secret", here=False)
    assert "10.20" not in str(caught.value)
    assert "top-secret" not in str(caught.value)


def test_metadata_is_not_reached_even_where_its_network_is_allowed(resolve: Resolve) -> None:
    resolve(["169.254.169.254"])
    with pytest.raises(Refused, match="a metadata service"):
        post("http://metadata.example.com/", {}, b"", read_networks("0.0.0.0/0"))


def test_a_name_that_changes_its_address_gains_nothing(hook: Hook, resolve: Resolve) -> None:
    asked = resolve(["127.0.0.1"], ["127.0.0.2"])
    assert send(f"http://rebinding.example.com:{hook.port}/a").status == 200
    assert asked == ["rebinding.example.com"]
    assert hook.headers[0]["Host"] == f"rebinding.example.com:{hook.port}"


def test_of_several_addresses_only_those_that_may_be_reached_are_tried(hook: Hook, resolve: Resolve) -> None:
    resolve(["10.0.0.1", "::1", "127.0.0.1"])
    assert send(f"http://both.example.com:{hook.port}/").status == 200
    resolve(["127.0.0.3", "127.0.0.1"])
    assert send(f"http://second.example.com:{hook.port}/").status == 200


def test_without_tls_nothing_leaves_to_the_internet(resolve: Resolve) -> None:
    resolve(["1.1.1.1"])
    with pytest.raises(Refused, match="https://"):
        send("http://example.com/")


@pytest.mark.usefixtures("trusted")
def test_the_certificate_is_checked_against_the_name(secure_hook: Hook, resolve: Resolve) -> None:
    resolve(["127.0.0.1"])
    assert send(f"https://{NAME}:{secure_hook.port}/a").status == 200
    assert secure_hook.headers[0]["Host"] == f"{NAME}:{secure_hook.port}"
    with pytest.raises(Refused, match=r"certificate of other\.example\.com"):
        send(f"https://other.example.com:{secure_hook.port}/a")
    assert len(secure_hook.paths) == 1


@pytest.mark.usefixtures("trusted")
def test_the_name_is_told_when_tls_begins(secure_hook: Hook, tls: ssl.SSLContext, resolve: Resolve) -> None:
    names: list[str | None] = []
    tls.sni_callback = lambda _, name, __: names.append(name)
    resolve(["127.0.0.1"])
    send(f"https://{NAME}:{secure_hook.port}/")
    assert names == [NAME]


def test_a_certificate_that_nobody_trusts_is_refused(secure_hook: Hook) -> None:
    with pytest.raises(Refused, match=r"certificate of 127\.0\.0\.1 does not hold"):
        send(secure_hook.url)
    assert secure_hook.paths == []


def test_redirects_are_not_followed(hook: Hook) -> None:
    hook.status, hook.reply_headers = 307, {"Location": f"http://127.0.0.1:{hook.port}/other"}
    assert send(hook.url).status == 307
    assert hook.paths == ["/hooks/top-secret"]


def test_proxies_of_the_environment_are_not_asked(hook: Hook, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert send(hook.url).status == 200


def test_of_a_long_answer_the_start_is_read(hook: Hook) -> None:
    hook.reply = b"\xff" + b"x" * 1_000_000
    assert len(send(hook.url).start) == outgoing.MOST_BYTES


def test_nobody_there_is_told() -> None:
    with pytest.raises(Unreachable, match=r"127\.0\.0\.1:9 takes no connections"):
        send("http://127.0.0.1:9/top-secret")


def test_an_unknown_name_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    with pytest.raises(Unreachable, match=r"No address is known of nowhere\.example"):
        send("https://nowhere.example/")


def test_a_name_that_cannot_be_one_is_told() -> None:
    with pytest.raises(Unreachable, match="No address is known of aaaa"):
        send(f"https://{'a' * 64}.example/")


def test_a_resolver_that_takes_forever_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outgoing, "RESOLVING_SECONDS", 0.05)
    ended = threading.Event()

    def wait(*_: object, **__: object) -> list[object]:
        ended.wait(5)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", wait)
    with pytest.raises(Unreachable, match=r"where slow\.example is"):
        send("https://slow.example/")
    ended.set()


@contextmanager
def answer_by(pieces: list[bytes], pause_seconds: float = 0.0) -> Iterator[str]:
    """A server that reads a request and sends these bytes, with a pause before each."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:

        def answer() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.settimeout(5)
                connection.recv(65_536)
                for piece in pieces:
                    time.sleep(pause_seconds)
                    try:
                        connection.sendall(piece)
                    except OSError:
                        return

        thread = threading.Thread(target=answer)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/top-secret"
        thread.join()


STATUS = b"HTTP/1.1 200 OK\r\n"


@pytest.mark.parametrize("pieces", [[b""] * 20, [b"H"] * 20])
def test_a_server_that_takes_forever_to_answer_is_cut_off(monkeypatch: pytest.MonkeyPatch, pieces: list[bytes]) -> None:
    monkeypatch.setattr(outgoing, "MOST_SECONDS", 0.3)
    with answer_by(pieces, 0.05) as url, pytest.raises(Unreachable, match="did not answer"):
        send(url)


@pytest.mark.parametrize("pieces", [[STATUS, *[b"X: y\r\n"] * 90], [STATUS + b"\r\n", *[b"x"] * 90]])
def test_what_comes_slowly_after_the_status_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch, pieces: list[bytes]
) -> None:
    monkeypatch.setattr(outgoing, "MOST_SECONDS", 2.0)
    started = time.monotonic()
    with answer_by(pieces, 0.1) as url:
        assert send(url).status == 200
    assert time.monotonic() - started < 6


@pytest.mark.usefixtures("trusted")
def test_a_server_that_never_ends_its_handshake_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outgoing, "MOST_SECONDS", 0.3)
    with answer_by([b"\x16"] * 20, 0.05) as url, pytest.raises(Unreachable, match="did not answer"):
        send(url.replace("http://", "https://"))


@settings(max_examples=25)
@given(st.binary(max_size=200) | st.binary(max_size=200).map(lambda rest: b"HTTP/1.1 " + rest))
def test_whatever_a_server_says_is_an_answer_or_one_kind_of_error(said: bytes) -> None:
    with answer_by([said]) as url, suppress(Unreachable):
        assert send(url).status >= 100
