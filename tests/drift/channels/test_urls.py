"""Addresses of hooks are read in one way, and what is wrong is told without their secret path."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drift.channels.urls import read_url


@pytest.mark.parametrize(
    ("text", "host", "port", "path", "authority"),
    [
        ("https://Hooks.Example.com", "hooks.example.com", 443, "/", "hooks.example.com"),
        ("https://example.com./a?b=c#d", "example.com", 443, "/a?b=c", "example.com"),
        ("http://example.com:8080?x", "example.com", 8080, "/?x", "example.com:8080"),
        ("https://[2606:4700::1111]:8443/a", "2606:4700::1111", 8443, "/a", "[2606:4700::1111]:8443"),
        ("https://example.com:443/a", "example.com", 443, "/a", "example.com"),
    ],
)
def test_an_address_has_its_parts(text: str, host: str, port: int, path: str, authority: str) -> None:
    url = read_url(text)
    assert (url.host, url.port, url.path, url.authority) == (host, port, path, authority)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "example.com/hook-s3cret",
        "ftp://example.com/hook-s3cret",
        "file:///hook-s3cret",
        "https://user:s3cret@example.com/",
        "https://example.com@10.0.0.1/hook-s3cret",
        "https://example.com\\@10.0.0.1/hook-s3cret",
        "https://example.com/hook-s3cret\\a",
        "https://exa mple.com/hook-s3cret",
        "https://example.com/hook-s3cret\r\nHost: other",
        "https://example.com:99999/hook-s3cret",
        "https://example.com:0/hook-s3cret",
        "https:///hook-s3cret",
        "https://[::1/hook-s3cret",
        "https://[fe80::1%25eth0]/hook-s3cret",
        "https://münchen.example/hook-s3cret",
        "https://-/hook-s3cret",
        "https://example.com/" + "s3cret" * 1_000,
    ],
)
def test_what_parsers_could_read_in_two_ways_is_refused_and_the_path_is_kept_quiet(text: str) -> None:
    with pytest.raises(ValueError, match=r"address|host|port|@") as caught:
        read_url(text)
    assert "s3cret" not in str(caught.value)


@given(st.text() | st.text(st.characters(max_codepoint=127)).map(lambda rest: f"https://{rest}"))
def test_whatever_is_typed_is_an_address_or_a_value_error(text: str) -> None:
    with suppress(ValueError):
        url = read_url(text)
        assert url.host
        assert set(url.host) <= set("abcdefghijklmnopqrstuvwxyz0123456789._-:")
        assert not set(url.path) & set("\r\n \t\\")
