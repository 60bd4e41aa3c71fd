"""The datasets page: what there is, what is missing, and the download."""

import io
import json
import zipfile
from collections.abc import Callable

from tests.pages.conftest import Page, Teller

Open = Callable[[str], Page]


def test_without_conversations_it_says_what_a_dataset_needs(teller: Teller, open_page: Open) -> None:
    assert "A dataset needs judged answers" in open_page("datasets").text


def test_every_format_says_what_it_has_and_what_it_lacks(teller: Teller, open_page: Open) -> None:
    teller.tell("up", feedback=[teller.thumb("up", 0, "up")])
    teller.tell("down", feedback=[teller.thumb("down", 0, "down")])
    text = open_page("datasets").text
    assert "1 thumbs up" in text
    assert "1 thumbs down" in text
    assert "0 answers that a user had replaced Nothing to make it of yet." in text
    assert "Few: about 1 row." in text


def test_a_download_is_a_zip_with_the_rows_and_their_manifest(teller: Teller, open_page: Open) -> None:
    teller.tell("up", [("How do I reset it?", "Hold the button.")], feedback=[teller.thumb("up", 0, "up")])
    page = open_page("datasets/download?format=trl-kto")
    assert page.response.headers["Content-Type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(page.response.getvalue())) as archive:
        names = set(archive.namelist())
        [row] = [json.loads(line) for line in archive.read("train.jsonl").decode().splitlines()]
    assert names == {"train.jsonl", "validation.jsonl", "manifest.json", "provenance.jsonl"}
    assert row["completion"] == [{"role": "assistant", "content": "Hold the button."}]
    assert row["label"] is True


def test_an_unknown_format_is_named_with_those_that_there_are(teller: Teller, open_page: Open) -> None:
    page = open_page("datasets/download?format=xml")
    assert page.status == 404
    assert "'xml'" in page.text
    assert "trl-dpo" in page.text


def test_only_conversations_that_match_are_counted_and_downloaded(teller: Teller, open_page: Open) -> None:
    teller.tell("whales", [("Tell me of whales", "They sing.")], feedback=[teller.thumb("whales", 0, "up")])
    teller.tell("reset", feedback=[teller.thumb("reset", 0, "up")], user_id="anna")
    page = open_page("datasets/new?q=%22of+whales%22&thumbs=up")
    assert 'conversations that match, as data to finetune with: with a thumb up, containing "of whales".' in page.text
    assert "1 thumbs up" in page.text
    assert "--filter 'thumbs:up \"of whales\"'" in page.text
    assert 'name="q" value="thumbs:up &quot;of whales&quot;"' in page.html
    assert page.find_links("datasets/download?format=trl-kto&q=thumbs%3Aup%20%22of%20whales%22")
    assert page.find_links("datasets/new/form?format=trl-kto&q=thumbs%3Aup%20%22of%20whales%22")
    download = open_page("datasets/download?format=trl-kto&q=thumbs%3Aup+%22of+whales%22")
    with zipfile.ZipFile(io.BytesIO(download.response.getvalue())) as archive:
        [row] = [json.loads(line) for line in archive.read("train.jsonl").decode().splitlines()]
        assert json.loads(archive.read("manifest.json"))["definition"]["filter"] == 'thumbs:up "of whales"'
    assert row["completion"] == [{"role": "assistant", "content": "They sing."}]


def test_a_wrong_filter_is_marked_and_nothing_is_offered(teller: Teller, open_page: Open) -> None:
    teller.tell("one")
    page = open_page("datasets/new?q=a+modle%3Ax")
    assert "a modle:x\n  ^" in page.html
    assert "Download" not in page.text
    assert open_page("datasets/download?format=trl-kto&q=modle%3Ax").status == 404
