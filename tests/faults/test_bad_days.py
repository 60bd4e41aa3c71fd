"""An installation of many processes on bad days: nothing acknowledged is lost, nothing counted twice, and all is caught
up by itself. `python -m tests.faults.report` prints how each day went.
"""

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.faults.bad_days import DAYS, live_through
from tests.faults.load import Load
from tests.faults.services import wait_until
from tests.faults.site import Site, start_site

QUICK = ("inserts cut after they are taken", "worker killed while reading", "all three away at once")
LONGEST_SECONDS = 60
"""The goal is 30 s on a machine that does nothing else."""
APP = """
import sys, tacit

tacit.configure(endpoint=sys.argv[1])

@tacit.observe
def answer(message: str) -> str:
    return "Send it back within 30 days."

with tacit.conversation(id="refund-1", user_id="anna"):
    answer("How do I get my money back?")
    tacit.feedback("thumbs", label="up")
assert tacit.flush(timeout_seconds=30)
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with start_site(tmp_path_factory.mktemp("site")) as site:
        yield site


@pytest.fixture(scope="module")
def load(site: Site) -> Load:
    return Load(site.url)


def get(site: Site, path: str) -> Any:
    with urllib.request.urlopen(f"{site.url}/{path}", timeout=30) as answer:
        return json.load(answer)


def check_day(site: Site, load: Load, name: str, seconds: float) -> None:
    day = live_through(site, name, load, seconds)
    assert day.sent == day.acknowledged > 0
    assert (day.lost, day.differences) == (0, {})
    assert day.recovery_seconds < LONGEST_SECONDS
    assert load.unhinted == 0


@pytest.mark.parametrize("name", QUICK)
def test_a_bad_day_costs_nothing(site: Site, load: Load, name: str) -> None:
    check_day(site, load, name, 1)


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in DAYS if name not in QUICK])
def test_every_other_bad_day_costs_nothing_either(site: Site, load: Load, name: str) -> None:
    check_day(site, load, name, 3)


@pytest.mark.slow
def test_clickhouse_may_be_away_for_a_minute(site: Site, load: Load) -> None:
    check_day(site, load, "ClickHouse away", 60)


@pytest.mark.slow
def test_rabbitmq_may_be_the_broker_and_go(tmp_path: Path) -> None:
    with start_site(tmp_path / "site", "rabbitmq") as site:
        load = Load(site.url)
        for name in ("nothing happens", "broker restarted", "worker killed while reading"):
            check_day(site, load, name, 3)


def test_the_datas_way_goes_through_processes_of_their_own(site: Site, tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-c", APP, site.url], check=True, timeout=60)
    path = "api/v1/conversations/refund-1"
    wait_until(lambda: "refund-1" in json.dumps(get(site, "api/v1/signals?limit=1000")))
    conversation = get(site, path)
    [turn] = conversation["turns"]
    assert (conversation["user_id"], turn["user_message"]) == ("anna", "How do I get my money back?")
    [signal] = [each for each in turn["signals"] if each["kind"] == "thumbs"]
    assert (signal["label"], signal["polarity"], signal["target"]) == ("up", 1, 0)
    [generation] = get(site, "api/v1/generations?conversation_id=refund-1")["items"]
    assert (generation["span_id"], generation["convention"]) == (signal["span_id"], "tacit")
    assert get(site, f"api/v1/traces/{generation['trace_id']}")["spans"]
    with urllib.request.urlopen(f"{site.url}/p/default/conversations/refund-1", timeout=30) as page:
        assert "Send it back within 30 days." in page.read().decode()
    site.run("export", "--format", "trl-kto", "--out", str(tmp_path / "out"), "--filter", "user:anna")
    [row] = (tmp_path / "out" / "train.jsonl").read_text().splitlines()
    assert json.loads(row)["label"] is True
