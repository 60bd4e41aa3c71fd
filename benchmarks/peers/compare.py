"""Tacit, Arize Phoenix and MLflow on this machine under the same load, one after the other, and their ratios.

    make bench-peers                                     all three at 4 and 32 connections; some ten minutes
    python benchmarks/peers/compare.py --peers mlflow    Tacit and one of them

Every server runs as its own command starts it, with its data in a temporary directory. Needs Linux (`/proc`).
The tables are Markdown; `docs/benchmarks.md` tells what the columns are.
"""

import argparse
import os
import platform
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.peers.measure import Figures, Load, Run, measure_peer
from benchmarks.peers.mlflow import MLflow
from benchmarks.peers.phoenix import Phoenix
from benchmarks.peers.servers import Peer, PeerError
from benchmarks.peers.tacit_itself import RECEIVER, Tacit

PEERS: dict[str, Peer] = {"phoenix": Phoenix(), "mlflow": MLflow()}
CACHE = Path.home() / ".cache" / "tacit-peers"

FIGURES = (
    "server", "connections", "spans", "acknowledged s", "queryable s", "spans/s",
    "CPU s per 1,000", "CPU s per 1,000, until idle", "peak MB", "bytes per span", "refused", "lost",
)  # fmt: skip
RATIOS = ("Tacit", "against", "connections", "spans/s", "CPU", "CPU until idle", "memory", "disk")


def render_table(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return "\n".join(f"| {' | '.join(row)} |" for row in (titles, ["---"] * len(titles), *rows))


def list_figures(figures: Figures) -> list[list[str]]:
    return [
        [
            figures.name,
            str(run.connections),
            f"{run.stored_spans:,}",
            f"{run.acknowledged_seconds:.2f}",
            f"{run.queryable_seconds:.2f}",
            f"{run.spans_per_second:,.0f}",
            f"{per_thousand(run.cpu_queryable, run):.3f}",
            f"{per_thousand(run.cpu_idle, run):.3f}",
            f"{run.peak_mb:,.0f}",
            f"{figures.bytes_per_span:,.0f}",
            str(run.refused_spans),
            str(run.lost_spans),
        ]
        for run in figures.runs
    ]


def per_thousand(cpu_seconds: float, run: Run) -> float:
    return 1000 * cpu_seconds / run.stored_spans


def list_ratios(tacit: Figures, peer: Figures) -> list[list[str]]:
    """How many times more Tacit takes in, and how many times less it needs for it."""
    return [
        [
            tacit.name,
            peer.name,
            str(theirs.connections),
            f"{ours.spans_per_second / theirs.spans_per_second:.1f} ×",
            f"{per_thousand(theirs.cpu_queryable, theirs) / per_thousand(ours.cpu_queryable, ours):.1f} ×",
            f"{per_thousand(theirs.cpu_idle, theirs) / per_thousand(ours.cpu_idle, ours):.1f} ×",
            f"{theirs.peak_mb / ours.peak_mb:.1f} ×",
            f"{peer.bytes_per_span / tacit.bytes_per_span:.1f} ×",
        ]
        for ours, theirs in zip(tacit.runs, peer.runs, strict=True)
    ]


def describe_machine(peers: Sequence[Peer]) -> str:
    versions = ", ".join(peer.requirement for peer in peers) or "no peers"
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, {platform.machine()}, "
        f"Python {platform.python_version()}, load average before {os.getloadavg()[0]:.1f}; {versions}."
    )


def parse_arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peers", nargs="*", choices=sorted(PEERS), default=sorted(PEERS), help="none: Tacit alone")
    parser.add_argument("--connections", type=int, nargs="+", default=[4, 32])
    parser.add_argument("--spans", type=int, default=40_000, help="spans a run for Tacit (default 40,000)")
    parser.add_argument("--peer-spans", type=int, default=3_000, help="spans a run for the others (default 3,000)")
    parser.add_argument("--spans-per-trace", type=int, default=5, help="default 5")
    parser.add_argument("--cache", type=Path, default=CACHE, help=f"where the peers are installed (default {CACHE})")
    return parser.parse_args(arguments)


def compare(arguments: argparse.Namespace) -> tuple[list[Figures], list[Figures]]:
    """Figures of Tacit, with its stages and without, and of each peer."""

    def measure(peer: Peer, spans: int) -> Figures:
        print(f"{peer.name} …", file=sys.stderr)
        loads = [Load(connections, spans, arguments.spans_per_trace) for connections in arguments.connections]
        return measure_peer(peer, arguments.cache, loads)

    ours = [measure(tacit, arguments.spans) for tacit in (RECEIVER, Tacit())]
    return ours, [measure(PEERS[name], arguments.peer_spans) for name in arguments.peers]


def main(arguments: Sequence[str] | None = None) -> None:
    options = parse_arguments(arguments)
    machine = describe_machine([PEERS[name] for name in options.peers])
    try:
        ours, others = compare(options)
    except PeerError as error:
        sys.exit(str(error))
    print(machine, end="\n\n")
    print(render_table(FIGURES, [row for each in (*ours, *others) for row in list_figures(each)]))
    if others:
        print()
        print(render_table(RATIOS, [row for peer in others for tacit in ours for row in list_ratios(tacit, peer)]))


if __name__ == "__main__":
    main()
