"""Fixtures that more than one folder needs: the real store, emptied for each test, and a real server over it."""

import json
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import hypothesis
import pytest
import tacit
from django.contrib.contenttypes.management import create_contenttypes
from django.db.models.signals import post_migrate
from opentelemetry.sdk.trace import TracerProvider
from pytest_django import Settings

from config.http_server import HttpServer, bind
from config.wsgi import application
from drift.alerting import passes as alerting
from drift.handing_over.deriving import LIVE, hand_over_changed
from drift.observing.counting import COUNTING_AGAIN, DRIFT_DAYS, count_changed_days
from drift.observing.deriving import OBSERVATIONS, OBSERVING_AGAIN, observe_changed
from drift.recording.stage import LEDGER, STATES, record_changed_calls
from feedback.asks import MEMORY
from feedback.derivation import FEEDBACK, SIGNALS
from feedback.estimating import ESTIMATES, estimate_for_a_while
from feedback.failures.changes import PROPOSED
from feedback.failures.deriving import FAILURES, derive_changed_failures
from feedback.failures.life import forget_rests
from feedback.failures.versions import VERSIONS
from feedback.norms import forget_norms
from feedback.outlooks import OUTLOOKS
from feedback.tasks import derive_signals, read_feedback
from tests.examples import count_examples
from tracing.access.browsers import forget_senders
from tracing.access.keys import forget_keys
from tracing.access.openness import forget_users
from tracing.derivation import READING
from tracing.ingest import stop_ingest
from tracing.masking_rules import forget_masking
from tracing.models import DEFAULT_PROJECT, Project
from tracing.rollups import ROLLUPS, count_changed_hours
from tracing.store import ERASURE_TABLES, PROJECT_TABLES, SCHEMA_DIRECTORY, Store, get_store
from tracing.tasks import read_changed_traces
from tracing.template_learning import LEARNING, learn_changed_services

# A busy machine is slow, not wrong.
hypothesis.settings.register_profile("tacit", deadline=None, max_examples=count_examples(50))
hypothesis.settings.load_profile("tacit")

TABLES = (*PROJECT_TABLES, *ERASURE_TABLES, "watermarks", "project_retention", "kept_days")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None) -> None:
    """Django's database, once. To empty it counts as a migration, after each of which Django would write its own
    permissions and types of content again, which nothing of ours asks for; that took longer than to empty it."""
    post_migrate.disconnect(dispatch_uid="django.contrib.auth.management.create_permissions")
    post_migrate.disconnect(create_contenttypes)


@pytest.fixture(scope="session")
def migrated_store() -> Store:
    store = get_store()
    store.migrate()
    assert list(SCHEMA_DIRECTORY.glob("*.sql"))
    return store


@pytest.fixture
def store(migrated_store: Store) -> Iterator[Store]:
    """The process's store, empty."""
    empty_store(migrated_store)
    yield migrated_store
    stop_ingest()


def empty_store(store: Store) -> None:
    for table in TABLES:
        store.execute(f"TRUNCATE TABLE {table}")
    for stage in STAGES:
        stage.forget()
    OBSERVING_AGAIN.forget_done()
    COUNTING_AGAIN.forget_done()
    forget_norms()
    MEMORY.forget()
    OUTLOOKS.forget()
    PROPOSED.forget()
    VERSIONS.forget()
    forget_rests()
    alerting.forget_rests()
    STATES.forget()


@pytest.fixture(autouse=True)
def _fresh_access() -> None:
    forget_users()
    forget_keys()
    forget_masking()
    forget_senders()


@pytest.fixture
def quick_passwords(settings: Settings) -> None:
    """Hash passwords in no time: for tests where how it is done is no matter."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def project(transactional_db: None) -> Project:
    """Project `default`, which keyless requests mean."""
    return Project.objects.get_or_create(pk=1, defaults={"slug": DEFAULT_PROJECT, "name": "Default"})[0]


STAGES = (READING, LEARNING, ROLLUPS, FEEDBACK, SIGNALS, ESTIMATES, FAILURES, LEDGER, LIVE, OBSERVATIONS, DRIFT_DAYS)


@dataclass(frozen=True)
class Server:
    """A server that answers on this machine."""

    url: str
    project: Project
    store: Store

    def get(self, path: str) -> bytes:
        with urllib.request.urlopen(self.url + path, timeout=30) as answer:
            body: bytes = answer.read()
        return body

    def get_json(self, path: str) -> Any:
        return json.loads(self.get(f"/api/v1/{path}"))

    def forget_watermarks(self) -> None:
        """Everything is to be done again, as if by a new process."""
        self.store.execute("TRUNCATE TABLE watermarks")
        for stage in STAGES:
            stage.forget()

    def derive(self) -> None:
        """Run every stage, as Celery's beat does each second."""
        read_changed_traces()
        learn_changed_services(self.store)
        count_changed_hours(self.store)
        record_changed_calls(self.store)
        read_feedback()
        derive_signals()
        hand_over_changed(self.store)
        estimate_for_a_while(self.store)
        derive_changed_failures(self.store)
        observe_changed(self.store)
        count_changed_days(self.store)


@pytest.fixture(scope="session")
def http_server(django_db_setup: None) -> Iterator[HttpServer]:
    """One for all tests: its threads keep their connections to both databases."""
    http = HttpServer(application, bind("127.0.0.1", 0))
    http.start()
    yield http
    http.stop()


@pytest.fixture
def server(http_server: HttpServer, project: Project, store: Store) -> Iterator[Server]:
    """Pages, REST and OTLP over real HTTP."""
    yield Server(f"http://127.0.0.1:{http_server.port}", project, store)
    http_server.drain()


@pytest.fixture
def sdk(server: Server) -> Iterator[None]:
    """The SDK, sending to `server` by a provider of its own."""
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor

    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(OTLPSpanExporter(endpoint=f"{server.url}/v1/traces")))
    tacit.configure(tracer_provider=provider)
    yield
    provider.shutdown()
