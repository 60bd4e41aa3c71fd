"""Scripts and styles as browsers get them: few, small, and kept until they change."""

import gzip
import re

import pytest
from django.templatetags.static import static
from django.test import Client

from config.static_files import digest, find_files, join_styles

pytestmark = pytest.mark.django_db

FOREVER = "max-age=315360000, public, immutable"


def read(address: str, **headers: str) -> tuple[int, str, bytes]:
    answer = Client().get(address, headers=headers)
    return answer.status_code, answer.get("Cache-Control", ""), b"".join(answer)


def test_what_pages_name_is_kept_until_it_changes() -> None:
    address = static("js/page.js")
    assert re.fullmatch(r"/static/[0-9a-f]{12}/js/page\.js", address)
    assert read(address) == (200, FOREVER, find_files()["js/page.js"].read_bytes())


def test_all_styles_come_in_one_request() -> None:
    _, _, content = read(static("css/tacit.css"))
    assert b"@import" not in content
    for name, path in find_files().items():
        if name.startswith("css/") and name != "css/tacit.css":
            assert path.read_bytes().strip() in content, f"{name} is not imported by css/tacit.css"


def test_no_style_names_a_file_beside_it() -> None:
    """Its name would mean another one where styles of other directories are joined."""
    _, _, content = read(static("css/tacit.css"))
    assert not re.findall(rb"url\((?!['\"]?data:)", content)


def test_texts_are_compressed_for_who_takes_that() -> None:
    address = static("css/tacit.css")
    packed, plain = read(address, accept_encoding="gzip")[2], read(address)[2]
    assert gzip.decompress(packed) == plain
    assert len(packed) < len(plain) / 2


def test_a_page_from_before_an_update_still_has_its_styles() -> None:
    status, caching, content = read("/static/0123456789ab/css/tokens.css")
    assert (status, content) == (200, find_files()["css/tokens.css"].read_bytes())
    assert "immutable" not in caching
    assert read("/static/0123456789ab/css/nothing.css")[0] != 200


def test_another_text_is_another_address() -> None:
    files = {name: path.read_bytes() for name, path in find_files().items()}
    assert digest(files) == digest(dict(reversed(files.items())))
    assert digest({**files, "css/tokens.css": b""}) != digest(files)


def test_imports_are_joined_in_their_order() -> None:
    files = {"a/b.css": b'@import url("c/d.css");\nlast', "a/c/d.css": b"first"}
    assert join_styles("a/b.css", files) == b"first\nlast"
