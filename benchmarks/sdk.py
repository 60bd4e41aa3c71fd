"""What the SDK costs an app: a call, a coroutine, a stream, its import and its wheel; beside other SDKs on request.

    python benchmarks/sdk.py             Tacit's own figures; about half a minute
    python benchmarks/sdk.py --peers     beside the decorators of seven other SDKs, each in an environment of its own

Every SDK is measured in a process of its own by `benchmarks/decorators.py`, beside a bare OpenTelemetry span in the
same process; the ratios are what compares. The tables are Markdown.
"""

import argparse
import http.server
import json
import os
import subprocess
import sys
import tempfile
import threading
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.peers.compare import CACHE, render_table
from benchmarks.peers.servers import SETTINGS, PeerError, install_into

ROOT = Path(__file__).resolve().parent.parent
DECORATORS = ROOT / "benchmarks" / "decorators.py"
OPENTELEMETRY = "import opentelemetry.trace, opentelemetry.sdk.trace, opentelemetry.sdk.trace.export"
TIME_IMPORT = (
    f"{OPENTELEMETRY}; import time; start = time.process_time(); import tacit; print(time.process_time() - start)"
)
QUIET = {"MLFLOW_DISABLE_TELEMETRY": "true", "OPIK_SENTRY_ENABLE": "false", "TRACELOOP_TELEMETRY": "false"}
"""Nobody calls home."""

PRE_RELEASES = (
    "opentelemetry-sdk==1.45.1",
    "opentelemetry-instrumentation==0.66b1",
    "opentelemetry-semantic-conventions==0.66b1",
)
"""Parts of OpenTelemetry that pip does not find by itself, as they are pre-releases."""


@dataclass(frozen=True)
class Sdk:
    """An SDK with a decorator, and what pip installs for it."""

    name: str
    subject: str
    requirements: tuple[str, ...]


PEERS = (
    Sdk("OpenLIT", "openlit", ("openlit==1.45.0", *PRE_RELEASES)),
    Sdk("Traceloop", "traceloop", ("traceloop-sdk==0.62.4", "httpx", *PRE_RELEASES)),
    Sdk("OpenInference", "openinference", ("openinference-instrumentation==0.1.72", "opentelemetry-sdk")),
    Sdk("Opik", "opik", ("opik==2.2.122", "opentelemetry-sdk")),
    Sdk("Logfire", "logfire", ("logfire==5.2.0",)),
    Sdk("Langfuse", "langfuse", ("langfuse==5.0.4",)),
    Sdk("MLflow", "mlflow", ("mlflow-skinny==3.17.2", "opentelemetry-exporter-otlp-proto-http")),
)


@dataclass(frozen=True)
class Figure:
    """One kind of call: microseconds of the bare span and of the decorator."""

    bare: float
    observed: float

    @property
    def ratio(self) -> float:
        return self.observed / self.bare


class Sink(http.server.BaseHTTPRequestHandler):
    """Takes everything, says 200 and keeps nothing."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.send_response(http.HTTPStatus.OK)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    do_GET = do_PUT = do_PATCH = do_POST  # noqa: N815 - names of the standard library

    def log_message(self, *_: object) -> None:
        """Keeps quiet."""


class SinkServer(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Nothing to say: processes that are measured end without a farewell."""


@contextmanager
def run_sink() -> Iterator[str]:
    with SinkServer(("127.0.0.1", 0), Sink) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def measure(subject: str, python: Path | str, sink: str, *options: str) -> dict[str, Figure]:
    """Function, coroutine and generator under one SDK's decorator, in a process of that SDK's environment."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(SETTINGS)}
    with tempfile.TemporaryDirectory() as directory:
        ended = subprocess.run(
            [python, DECORATORS, subject, *options],
            cwd=directory,
            env={**inherited, **QUIET, "HOME": directory, "SDK_BENCHMARK_SINK": sink},
            capture_output=True,
            text=True,
            timeout=600,
        )
    if ended.returncode != 0:
        raise PeerError(f"{subject} could not be measured:\n{ended.stderr[-2000:]}")
    return {kind: Figure(*pair) for kind, pair in json.loads(ended.stdout.splitlines()[-1]).items()}


def measure_import(repeats: int = 10) -> float:
    """Milliseconds of processor time that `import tacit` takes where OpenTelemetry's SDK is loaded already."""
    taken = [float(subprocess.check_output([sys.executable, "-c", TIME_IMPORT], cwd=ROOT)) for _ in range(repeats)]
    return 1_000 * min(taken)


def measure_wheel() -> tuple[int, list[str], list[str]]:
    """Bytes of the SDK's wheel, what stands at its top, and the packages that it depends on."""
    with tempfile.TemporaryDirectory() as directory:
        build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", directory]
        subprocess.run(build, cwd=ROOT / "tracing" / "sdk", check=True, capture_output=True)
        [path] = Path(directory).glob("*.whl")
        with zipfile.ZipFile(path) as wheel:
            names = wheel.namelist()
            metadata = next(wheel.read(name).decode() for name in names if name.endswith(".dist-info/METADATA"))
        tops = sorted({name.partition("/")[0] for name in names if ".dist-info/" not in name})
        needs = [line.partition(": ")[2] for line in metadata.splitlines() if line.startswith("Requires-Dist: ")]
        return path.stat().st_size, tops, needs


def list_own_rows(figures: dict[str, Figure], where: str) -> list[list[str]]:
    return [
        [kind, where, f"{figure.bare:.1f}", f"{figure.observed:.1f}", f"{figure.ratio:.2f} ×"]
        for kind, figure in figures.items()
    ]


def list_peer_row(name: str, figures: dict[str, Figure]) -> list[str]:
    function, coroutine = figures["function"], figures["coroutine"]
    times = (f"{function.bare:.1f}", f"{function.observed:.1f}", f"{function.ratio:.1f} ×", f"{coroutine.ratio:.1f} ×")
    return [name, *times]


def measure_peers(cache: Path, sink: str, options: Sequence[str]) -> list[tuple[str, dict[str, Figure]]]:
    found = []
    for peer in PEERS:
        print(f"{peer.name} …", file=sys.stderr)
        programs = install_into(cache / f"sdk-{peer.subject}", peer.requirements)
        found.append((peer.requirements[0], measure(peer.subject, programs / "python", sink, *options)))
    return sorted(found, key=lambda each: each[1]["function"].ratio)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peers", action="store_true", help="beside other SDKs, installed once by pip")
    parser.add_argument("--rounds", type=int, default=15, help="of 500 calls each, the least counts (default 15)")
    parser.add_argument("--cache", type=Path, default=CACHE, help=f"where other SDKs are installed (default {CACHE})")
    options = parser.parse_args(arguments)
    rounds = ("--rounds", str(options.rounds))
    with run_sink() as sink:
        dropped, exported = (measure(each, sys.executable, sink, *rounds) for each in ("tacit", "tacit-export"))
        rows = [*list_own_rows(dropped, "dropped"), *list_own_rows(exported, "exported")]
        print(render_table(("call", "spans are", "bare span µs", "observed µs", "ratio"), rows))
        size, tops, needs = measure_wheel()
        print(f"\nimport tacit: {measure_import():.1f} ms beyond OpenTelemetry's SDK")
        print(f"wheel: {size:,} bytes, {', '.join(tops)} alone; needs {', '.join(needs)}")
        if options.peers:
            peers = [("tacit", dropped), *measure_peers(options.cache, sink, rounds)]
            titles = ("decorator", "bare span µs", "function µs", "function", "coroutine")
            print("\n" + render_table(titles, [list_peer_row(*each) for each in peers]))


if __name__ == "__main__":
    main()
