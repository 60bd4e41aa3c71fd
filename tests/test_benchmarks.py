"""The benchmarks start, send what they say they send, and count nothing that was not stored."""

import http.server
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from benchmarks.ingest import SPANS_PER_BATCH, build_batches, post_batches
from benchmarks.peers import compare, measure, processes
from benchmarks.peers.measure import Figures, Run
from benchmarks.peers.mlflow import MLflow
from benchmarks.peers.phoenix import Phoenix
from benchmarks.peers.servers import PeerError, run_server
from benchmarks.peers.tacit_itself import Tacit
from tests.conftest import Server

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "docs/benchmarks.md"
SCRIPTS = sorted(path for path in (ROOT / "benchmarks").rglob("*.py") if "__main__" in path.read_text())
PARENT_OF_A_CHILD = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'input()'])"
PRINT_SETTINGS = "import os; print(*(name for name in os.environ if name[:6] in ('TACIT_', 'PHOENI')), sep='\\n')"
RUN = Run(
    connections=4,
    stored_spans=2_000,
    refused_spans=0,
    lost_spans=0,
    acknowledged_seconds=1.0,
    queryable_seconds=2.0,
    cpu_queryable=4.0,
    cpu_idle=6.0,
    peak_mb=300,
)


def run_script(script: Path, *options: str) -> str:
    return subprocess.check_output([sys.executable, script, *options], text=True, timeout=120)


def list_options_in_document() -> dict[Path, set[str]]:
    """Of each script that the document names, the options that it gives it."""
    found: dict[Path, set[str]] = {}
    for script, options in re.findall(r"python (benchmarks/[\w/]+\.py)([^`\n#]*)", DOCUMENT.read_text()):
        found.setdefault(ROOT / script, set()).update(re.findall(r"--[\w-]+", options))
    return found


class Refusing(http.server.BaseHTTPRequestHandler):
    """Takes a request whole and answers 503."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_error(503)

    def log_message(self, *_: object) -> None:
        """Keeps quiet."""


@pytest.fixture
def refusing_url() -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Refusing) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_a_script_tells_its_options_and_those_of_the_document_are_among_them(script: Path) -> None:
    told = set(re.findall(r"--[\w-]+", run_script(script, "--help")))
    assert {"--help"} | list_options_in_document().get(script, set()) <= told


def test_the_document_names_scripts_that_there_are() -> None:
    named = list_options_in_document()
    assert any(named.values())
    assert set(named) <= set(SCRIPTS)


def test_the_document_names_the_versions_that_are_compared() -> None:
    for peer in (Phoenix(), MLflow()):
        assert peer.requirement in DOCUMENT.read_text()


def test_the_load_generator_fills_any_otlp_endpoint(server: Server) -> None:
    said = run_script(
        ROOT / "benchmarks/ingest.py", "--endpoint", server.url, "--spans", "300", "--connections", "2"
    )  # fmt: skip
    assert "2 connections" in said
    assert server.get_json("stats")["spans"] == 300


def test_every_refused_request_is_told(refusing_url: str) -> None:
    refusals = post_batches(refusing_url, 2, build_batches(3, seed=1))
    assert [each[:3] for each in refusals] == ["503", "503", "503"]


def test_a_server_that_is_away_is_a_refusal_too() -> None:
    [refusal] = post_batches("http://127.0.0.1:1", 1, build_batches(1, seed=1))
    assert "refused" in refusal


def test_spans_are_joined_to_traces_without_losing_any() -> None:
    [batch] = build_batches(1, seed=1)
    spans = (
        ExportTraceServiceRequest.FromString(measure.join_traces(batch, 4)).resource_spans[0].scope_spans[0].spans
    )  # fmt: skip
    assert len({span.span_id for span in spans}) == SPANS_PER_BATCH
    assert len({span.trace_id for span in spans}) == SPANS_PER_BATCH // 4
    assert [span.parent_span_id for span in spans[:5]] == [b"", *[spans[0].span_id] * 3, b""]


def test_spans_that_never_come_end_the_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    class Forgetful(Tacit):
        def count_spans(self, _server: object) -> int:
            return 70

    monkeypatch.setattr(measure, "PATIENCE_SECONDS", 0.2)
    start = time.perf_counter()
    found, last_seen = measure.wait_until_queryable(Forgetful(), None, 100)
    assert found == 70
    assert last_seen - start < 0.2 < time.perf_counter() - start


def test_work_that_starts_after_a_pause_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    cpu_seconds = iter([10.0, 11.0, 11.0, 11.1, 12.0, *[12.0] * processes.IDLE_SECONDS, 99.0])
    monkeypatch.setattr(processes, "read_cpu_seconds", lambda _: next(cpu_seconds))
    monkeypatch.setattr(processes.time, "sleep", lambda _: None)
    processes.wait_until_idle(1)
    assert list(cpu_seconds) == [99.0]


def test_a_server_is_measured_and_stopped_with_its_children() -> None:
    program = subprocess.Popen(
        [sys.executable, "-c", PARENT_OF_A_CHILD], stdin=subprocess.PIPE, start_new_session=True
    )  # fmt: skip
    deadline = time.monotonic() + 30
    while len(processes.list_tree(program.pid)) < 2 and time.monotonic() < deadline:
        time.sleep(0.01)
    tree = processes.list_tree(program.pid)
    with processes.MemoryWatch(program.pid) as memory:
        time.sleep(processes.SAMPLE_SECONDS)
    assert len(tree) == 2
    assert processes.read_cpu_seconds(program.pid) > 0
    assert 2 < memory.peak_mb < 200
    processes.stop_group(program)
    assert program.stdin is not None
    program.stdin.close()
    while any(is_alive(pid) for pid in tree) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert [pid for pid in tree if is_alive(pid)] == []


def is_alive(pid: int) -> bool:
    fields = processes.read_stat(pid)
    return bool(fields) and fields[0] != "Z"


def test_settings_of_a_persons_own_installation_do_not_reach_a_server(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    class Printer(Tacit):
        def build_command(self, _programs: Path, _port: int, _directory: Path) -> list[str | Path]:
            return [sys.executable, "-c", PRINT_SETTINGS]

    monkeypatch.setenv("PHOENIX_SQL_DATABASE_URL", "postgresql://theirs")
    monkeypatch.setenv("TACIT_CLICKHOUSE_DSN", "https://theirs")
    with pytest.raises(PeerError) as told, run_server(Printer(), tmp_path, tmp_path):
        pytest.fail("a program that only prints does not answer")
    assert set(str(told.value).splitlines()[1:]) == set(Tacit().build_environment(1, tmp_path))


def test_ratios_say_how_many_times_more_and_less() -> None:
    tacit = Figures("Tacit", (replace(RUN, queryable_seconds=0.5, cpu_queryable=1.0, cpu_idle=3.0, peak_mb=600),), 500)
    peer = Figures("Other", (RUN,), 5_000)
    assert compare.list_ratios(tacit, peer) == [["Tacit", "Other", "4", "4.0 ×", "4.0 ×", "2.0 ×", "0.5 ×", "10.0 ×"]]


def test_a_row_of_figures_fits_its_titles() -> None:
    [row] = compare.list_figures(Figures("Other", (RUN,), 5_000))
    table = compare.render_table(compare.FIGURES, [row])
    assert [line.count("|") for line in table.splitlines()] == [len(compare.FIGURES) + 1] * 3
    assert row[2:8] == ["2,000", "1.00", "2.00", "1,000", "2.000", "3.000"]


@pytest.mark.slow
def test_tacit_is_measured_as_the_peers_are(capsys: pytest.CaptureFixture[str]) -> None:
    compare.main(["--peers", "--spans", "300", "--connections", "2"])
    rows = [line.split(" | ") for line in capsys.readouterr().out.splitlines() if line.startswith("| Tacit")]
    assert [row[0] for row in rows] == ["| Tacit, no stages", "| Tacit"]
    for row in rows:
        assert row[2] == "300"
        assert [int(cell.strip(" |")) for cell in row[-2:]] == [0, 0]
        assert int(row[9].replace(",", "")) > 100
