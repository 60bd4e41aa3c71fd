"""The processes of Tacit: the whole platform in one, or web, worker and beat alone."""

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import click
from django.conf import settings
from django.urls import get_resolver

from config import data_directory, memory
from config.background import Background, Beat
from config.databases import CannotStartError, hold_data_directory, open_databases, prepare_data_directory
from config.env import Environment
from config.grpc_server import GrpcServer
from config.http_server import HttpServer, PortBusyError, bind
from config.own_traces import send_own_traces
from config.watching import Watch
from config.wsgi import application, otlp_port_application
from tracing.access.decisions import RunToken
from tracing.access.keys import create_key
from tracing.access.openness import is_open
from tracing.access.rights import Scope
from tracing.models import DEFAULT_PROJECT, DEMO_PROJECT, ApiKey, Project
from tracing.reprocessing import count_outdated
from tracing.store import EMBEDDED_PREFIX, get_store

DEMO_KEY_NAME = "demo replay"
SWITCH_SECONDS = 0.0005
"""How long a thread may keep the interpreter from others: pages are not to wait long for stages that compute."""


SETTLED_AFTER_SECONDS = (20.0, 300.0)
"""When most of what a process ever loads is loaded: after its first pages, and after its first batches."""
GIVEN_BACK_SECONDS = 300.0
FIRST_PAGES_SECONDS = 1.0
"""So long stages wait at most for pages that were asked for before they began."""


def run_platform(env: Environment, *, demo: bool) -> None:
    """Web, OTLP, worker and beat in this process until SIGINT or SIGTERM; then drain and stop."""
    with ExitStack() as stack:
        stack.enter_context(hold_data_directory())
        ports = bind_ports(env)
        stack.enter_context(open_databases(env))
        stopped = catch_signals()  # before anybody hears that it is up, and may want it down again
        urls = stack.enter_context(serve(env, ports))
        greet(urls)
        load_pages()
        urls.server.drain(FIRST_PAGES_SECONDS)
        memory.keep_loaded()
        stack.enter_context(send_own_traces(urls.ports))
        stack.enter_context(work_in_background())
        hint_outdated()
        if demo:
            stack.enter_context(replay_demo(urls.otlp))
        wait_until(stopped)
        click.echo("Stopping: what came in is being committed …")


def run_web(env: Environment) -> None:
    """Pages, REST and OTLP until SIGINT or SIGTERM, over databases that other processes use too."""
    refuse_embedded("web")
    with ExitStack() as stack:
        prepare_data_directory()
        ports = bind_ports(env)
        stack.enter_context(open_databases(env))
        stopped = catch_signals()
        urls = stack.enter_context(serve(env, ports))
        greet(urls)
        stack.enter_context(send_own_traces(urls.ports))
        Watch(works=False, serves=True).start()
        wait_until(stopped)


def refuse_embedded(command: str) -> None:
    """The embedded engine and the in-memory broker live in one process only."""
    if settings.CLICKHOUSE_DSN.startswith(EMBEDDED_PREFIX) or settings.CELERY_BROKER_URL.startswith("memory:"):
        raise CannotStartError(
            f"`tacit {command}` is one of several processes: set TACIT_CLICKHOUSE_DSN to a ClickHouse server and "
            "TACIT_BROKER_URL to Redis or RabbitMQ, or run `tacit up` for everything in one process."
        )


@dataclass(frozen=True, slots=True)
class Ports:
    """What is bound, and not answered yet; None where another program has the port."""

    web: socket.socket
    otlp_http: socket.socket | None
    otlp_grpc: GrpcServer | None


def bind_ports(env: Environment) -> Ports:
    """The web port, and those of OTLP that are free: without them the web port takes OTLP alone."""
    try:
        web = bind(env.host, env.port)
    except PortBusyError as error:
        raise CannotStartError(
            f"{error}; give another with --port or TACIT_PORT (0 lets the system choose)."
        ) from error
    except OSError as error:
        raise CannotStartError(
            f"Cannot listen on {env.host} port {env.port} ({error.strerror or error}); give another --host or --port."
        ) from error
    return Ports(web, bind_otlp_http(env), bind_otlp_grpc(env))


def bind_otlp_http(env: Environment) -> socket.socket | None:
    try:
        return bind(env.host, env.otlp_http_port)
    except (PortBusyError, OSError) as error:
        click.echo(f"OTLP/HTTP goes to the web port alone: {error}.", err=True)
        return None


def bind_otlp_grpc(env: Environment) -> GrpcServer | None:
    try:
        return GrpcServer(env.host, env.otlp_grpc_port)
    except PortBusyError as error:
        click.echo(f"OTLP/gRPC is not taken: {error}.", err=True)
        return None


class Urls:
    """Where the pages are, and where spans go."""

    def __init__(self, host: str, server: HttpServer, otlp_port: int, grpc_port: int | None) -> None:
        name = f"[{host}]" if ":" in host else host
        self.server = server
        """Of the pages."""
        self.web = f"http://{name}:{server.port}"
        self.otlp = f"http://{name}:{otlp_port}"
        self.ports = (server.port, otlp_port)
        self.otlp_grpc = f"http://{name}:{grpc_port}" if grpc_port else ""


@contextmanager
def serve(env: Environment, ports: Ports) -> Iterator[Urls]:
    """Answer on these ports, and say so in `server.json`."""
    sys.setswitchinterval(SWITCH_SECONDS)
    web = HttpServer(application, ports.web)
    otlp = HttpServer(otlp_port_application, ports.otlp_http) if ports.otlp_http else web
    servers = [each for each in dict.fromkeys((web, otlp, ports.otlp_grpc)) if each]
    for server in servers:
        server.start()
    urls = Urls(env.host, web, otlp.port, ports.otlp_grpc.port if ports.otlp_grpc else None)
    RunToken.value = data_directory.announce(settings.DATA_DIR, urls.web).token
    try:
        yield urls
    finally:
        data_directory.withdraw(settings.DATA_DIR)
        for server in servers:
            server.stop()


@contextmanager
def work_in_background() -> Iterator[None]:
    background = Background()
    background.start()
    try:
        yield
    finally:
        background.stop()


def greet(urls: Urls) -> None:
    """Say where everything is, and what to paste into an app."""
    key = ApiKey.objects.filter(project__slug=DEFAULT_PROJECT, revoked_at=None).first()
    if settings.PUBLIC_URL:
        click.echo(f"Others reach Tacit at {settings.PUBLIC_URL}")
    click.echo(f"Tacit is at {urls.web}")
    click.echo(
        "Open to this machine only: no login and no key. The first user closes it: tacit createuser --email YOU"
        if is_open()
        else "Pages need a login; REST and OTLP need a key."
    )
    if key is not None:
        click.echo(f"Project key: {key.prefix}… (shown whole when it was made)")
    click.echo(f"OTLP goes to {urls.otlp}" + (f", over gRPC to {urls.otlp_grpc}" if urls.otlp_grpc else ""))
    click.echo(f"Instrument an app (pip install {settings.BASE_DIR / 'tracing' / 'sdk'}):")
    click.echo(f'    import tacit; tacit.configure(endpoint="{urls.otlp}")')
    click.echo("    @tacit.observe   # above the function that answers your users")


def load_pages() -> None:
    """Before stages begin, which load much themselves: who looks at once is not to wait for them."""
    list(get_resolver().url_patterns)


def hint_outdated() -> None:
    """Say where calls were read by another version of the code, and how today's is brought to them."""
    calls = count_outdated(get_store())
    if calls:
        click.echo(
            f"{calls:,} model calls were read by another version; to read them again: tacit reprocess --outdated"
        )


@contextmanager
def replay_demo(endpoint: str) -> Iterator[None]:
    """Replay the shipped dialogues into project `demo` by a program of its own, like any app."""
    project, _ = Project.objects.get_or_create(slug=DEMO_PROJECT, defaults={"name": "Demo"})
    project.keys.filter(name=DEMO_KEY_NAME).delete()
    key = create_key(project, DEMO_KEY_NAME, [Scope.INGEST])
    program = subprocess.Popen(
        [sys.executable, "-m", "tracing.demo.replay", "--endpoint", endpoint],
        env=os.environ | {"TACIT_DEMO_KEY": key},
    )
    try:
        yield
    finally:
        program.terminate()
        program.wait(timeout=10)


def catch_signals() -> threading.Event:
    """Set at the first SIGINT or SIGTERM; a second one ends the process at once."""
    stopped = threading.Event()

    def stop(number: int, _frame: object) -> None:
        signal.signal(number, signal.SIG_DFL)
        stopped.set()

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    return stopped


def wait_until(stopped: threading.Event) -> None:
    """Return when it is set; meanwhile settle memory."""
    for seconds in SETTLED_AFTER_SECONDS:
        if stopped.wait(seconds):
            return
        memory.settle()
    unused = memory.Unused()
    while not stopped.wait(GIVEN_BACK_SECONDS):
        unused.forget()
        memory.give_back()


def run_worker(*, beat: bool) -> None:
    """A Celery worker in the foreground, with a beat beside it where wished for."""
    refuse_embedded("worker")
    from config.celery import app

    if beat:
        Beat().start()
    Watch(works=True, serves=False).start()
    with send_own_traces(()):
        app.worker_main(["worker", "--pool=threads", "--concurrency=3", "--loglevel=WARNING", "--without-gossip"])


def run_beat() -> None:
    """Celery's beat in the foreground; one of it for an installation."""
    refuse_embedded("beat")
    from celery.beat import Scheduler, Service

    from config.celery import app

    Service(app, scheduler_cls=Scheduler).start()
