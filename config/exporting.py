"""`tacit export`: has the running server build a dataset and takes its files, or builds it itself, and writes them.

The server's work is watched and told. Whoever interrupts the command stops it there, too.
"""

import http.client
import json
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.conf import settings

from config import data_directory
from config.data_directory import RunningServer
from config.databases import hold_data_directory, migrate_databases
from feedback.datasets import FORMATS, UnknownFormat, copy_files, list_files
from feedback.datasets.cleaning.presidio import PresidioMissing
from feedback.datasets.definition import Definition, DefinitionProblems, read_definition, write_definition
from feedback.datasets.formats import find_format
from feedback.flywheel import datasets, evaluation_sets, versions
from feedback.flywheel.exporting import build_export
from feedback.flywheel.running import run_building
from feedback.models import DatasetVersion
from tracing.access import audit
from tracing.access.decisions import Access, find_access_of_command
from tracing.filter_language import FilterError, read_filter
from tracing.filter_sql import compile_filter
from tracing.stages import STOPPING
from tracing.store import EMBEDDED_PREFIX, close_store

POLL_SECONDS = 0.3
ANSWER_SECONDS = 60
PIECE = 2**20

Told = Callable[[str, int, int | None], None]
"""Hears what is being done, and how many of how many are."""
Row = dict[str, Any]


class CannotExportError(Exception):
    """The dataset was not written; the message says what to do."""


class InterruptedExportError(Exception):
    """Somebody interrupted the command; the message says what became of the work."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody asks for: a definition, or a version of a dataset that has a name, a new one where none is
    numbered."""

    project: str
    options: Mapping[str, Any] = field(default_factory=dict)
    dataset: str = ""
    version: int | None = None
    evaluation_files: Sequence[Path] = ()


def export_dataset(wish: Wish, out: Path, tell: Told) -> str:
    """Write what is wished for into `out`; a line that says what is in it.

    Raises CannotExportError, and InterruptedExportError at SIGINT.
    """
    check_wish(wish)
    server = data_directory.find_server(settings.DATA_DIR)
    embedded = settings.CLICKHOUSE_DSN.startswith(EMBEDDED_PREFIX)
    take = take_from_server(server, wish, tell) if server and embedded else take_here(wish, tell)
    try:
        with take as files:
            manifest = json.loads(files["manifest.json"].read_text(encoding="utf-8"))
            copy_files(files, out)
    except OSError as error:
        raise CannotExportError(f"Cannot write {out} ({error.strerror}); give another directory with --out.") from error
    rows = {name: manifest["split"][name]["rows"] for name in ("train", "validation")}
    return f"{out}: {rows['train']} rows to train on, {rows['validation']} to validate; see manifest.json"


def check_wish(wish: Wish) -> None:
    """Tell what is wrong with it before anything is begun; of a filter also where."""
    if wish.dataset:
        if wish.options or wish.evaluation_files:
            raise CannotExportError("A dataset has its own definition; leave out what defines one, or --dataset.")
        return
    if wish.version is not None:
        raise CannotExportError("Versions are of datasets; name one with --dataset.")
    if "format" not in wish.options:
        raise CannotExportError("Say what is to be written, with --format or --dataset.")
    try:
        find_format(wish.options["format"])
        compile_filter(read_filter(wish.options.get("filter", "")), "conversations", 0)
        read_wish(wish)
    except FilterError as error:
        raise CannotExportError(f"{error}\n{error.marked}") from error
    except (UnknownFormat, DefinitionProblems) as error:
        raise CannotExportError(str(error)) from error


def read_wish(wish: Wish, numbers: Sequence[int] = ()) -> Definition:
    """The definition that is wished for, with the numbers of evaluation sets. Raises DefinitionProblems."""
    return read_definition({**wish.options, "evaluation_sets": list(numbers)}, tuple(FORMATS))


# By the running server


class Client:
    """The running server, for one project."""

    def __init__(self, server: RunningServer, project: str) -> None:
        self.server = server
        self.project = project

    def ask(self, path: str, method: str = "GET", body: Row | None = None, **query: str) -> Any:
        """What the server answers; None where that is nothing. Raises CannotExportError."""
        with self.open(path, method, body, **query) as answer:
            content = answer.read()
        return json.loads(content) if content else None

    @contextmanager
    def open(self, path: str, method: str = "GET", body: Row | None = None, **query: str) -> Iterator[Any]:
        """The server's answer, unread. Raises CannotExportError."""
        address = f"{self.server.url}/api/v1/{path}?{urllib.parse.urlencode({'project': self.project, **query})}"
        headers = {"Authorization": f"Bearer {self.server.token}", "Content-Type": "application/json"}
        content = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(address, content, headers, method=method)  # noqa: S310 -- our own server's
        try:
            with urllib.request.urlopen(request, timeout=ANSWER_SECONDS) as answer:  # noqa: S310
                yield answer
        except urllib.error.HTTPError as error:
            raise CannotExportError(read_problem(error)) from error
        except (urllib.error.URLError, http.client.HTTPException, ConnectionError, TimeoutError) as error:
            message = f"The server at {self.server.url} did not answer ({error}); stop it or try again."
            raise CannotExportError(message) from error


def read_problem(error: urllib.error.HTTPError) -> str:
    try:
        return str(json.loads(error.read())["detail"])
    except (ValueError, KeyError):
        return f"The server answered {error.code}."


@contextmanager
def take_from_server(server: RunningServer, wish: Wish, tell: Told) -> Iterator[Mapping[str, Path]]:
    """The files from the server that holds the databases, which writes down that they went out."""
    client = Client(server, wish.project)
    if wish.dataset and wish.version is not None:
        path = f"datasets/{find_number(client, wish.dataset)}/versions/{wish.version}"
        with fetch(client, f"{path}/archive") as files:
            yield files
    elif wish.dataset:
        number = find_number(client, wish.dataset)
        made = client.ask(f"datasets/{number}/versions", "POST", {"goes_on": True})
        path = f"datasets/{number}/versions/{made['number']}"
        with stopped_by_interruption(lambda: client.ask(f"{path}/stop", "POST")):
            watch(lambda: find_version_in(client.ask(f"datasets/{number}/versions"), made["number"]), tell)
            with fetch(client, f"{path}/archive") as files:
                yield files
    else:
        definition = read_wish(wish, [add_set(client, each) for each in wish.evaluation_files])
        key = client.ask("exports", "POST", write_definition(definition))["key"]
        try:
            with stopped_by_interruption(lambda: None):
                watch(lambda: client.ask(f"exports/{key}"), tell)
                with fetch(client, f"exports/{key}/archive") as files:
                    yield files
        finally:
            with suppress(CannotExportError):
                client.ask(f"exports/{key}", "DELETE")


def find_number(client: Client, name: str) -> int:
    """The number of the dataset of that name."""
    cursor = ""
    while cursor is not None:
        page = client.ask("datasets", limit="1000", cursor=cursor)
        for each in page["items"]:
            if each["name"] == name:
                return int(each["number"])
        cursor = page["next_cursor"]
    raise CannotExportError(f"There is no dataset {name!r} in this project.")


def find_version_in(listed: Row, number: int) -> Row:
    found: list[Row] = [each for each in listed["items"] if each["number"] == number]
    if not found:
        raise CannotExportError("Somebody deleted it meanwhile.")
    return found[0]


def add_set(client: Client, path: Path) -> int:
    """The number of the evaluation set of a file, which is added where it is not there."""
    texts, name = read_evaluation_file(path)
    for each in client.ask("datasets/evaluation-sets")["items"]:
        if each["name"] == name:
            return int(each["number"])
    return int(client.ask("datasets/evaluation-sets", "POST", {"name": name, "texts": texts})["number"])


def read_evaluation_file(path: Path) -> tuple[list[str], str]:
    """The texts of a file, and a name that the same content has again."""
    try:
        content = path.read_bytes()
        return evaluation_sets.read_texts(content), f"{path.name[:150]} {sha256(content).hexdigest()[:12]}"
    except OSError as error:
        raise CannotExportError(f"Cannot read {path} ({error.strerror}).") from error
    except ValueError as error:
        raise CannotExportError(f"{path}: {error}") from error


@contextmanager
def fetch(client: Client, path: str) -> Iterator[Mapping[str, Path]]:
    """What is in an archive, in a directory that goes afterwards."""
    with tempfile.TemporaryDirectory(prefix="tacit-export-") as aside:
        archive, directory = Path(aside) / "archive.zip", Path(aside) / "files"
        with client.open(path) as answer, archive.open("wb") as file:
            while piece := answer.read(PIECE):
                file.write(piece)
        with zipfile.ZipFile(archive) as content:
            content.extractall(directory)
        archive.unlink()
        yield list_files(directory)


def watch(look: Callable[[], Row], tell: Told) -> None:
    """Tell how far a version is until it is built. Raises CannotExportError where that does not come to be."""
    while (row := look())["state"] in ("collecting", "writing"):
        tell(row["doing"], row["done"], row["total"])
        time.sleep(POLL_SECONDS)
    if row["state"] != "built":
        raise CannotExportError(row["problem"] or f"It is {row['state']}: somebody stopped it.")


@contextmanager
def stopped_by_interruption(stop: Callable[[], object]) -> Iterator[None]:
    """Stop what is being built where somebody interrupts this."""
    try:
        yield
    except KeyboardInterrupt as error:
        with suppress(CannotExportError, ValueError):
            stop()
        raise InterruptedExportError(
            "Interrupted: nothing was written, and what was being built is stopped."
        ) from error


# In this process


@contextmanager
def take_here(wish: Wish, tell: Told) -> Iterator[Mapping[str, Path]]:
    """The files, built in this process, which is written down."""
    with hold_data_directory():
        try:
            migrate_databases()
            access = find_access_of_command(wish.project)
            if access is None:
                raise CannotExportError(f"There is no project {wish.project!r}.")
            with stopped_by_interruption(lambda: None):
                yield from build_version(access, wish, tell) if wish.dataset else build_alone(access, wish, tell)
        except PresidioMissing as error:
            raise CannotExportError(str(error)) from error
        finally:
            close_store()


def build_alone(access: Access, wish: Wish, tell: Told) -> Iterator[Mapping[str, Path]]:
    """What no dataset is named for."""
    definition = read_wish(wish, [keep_set(access, each) for each in wish.evaluation_files])
    with build_export(access.project, definition, tell) as built:
        told = {"rows": built.manifest["rows"], "is_filtered": bool(definition.filter)}
        audit.record(access.actor, "download_export", access.project, target=definition.format, details=told)
        yield built.files


def keep_set(access: Access, path: Path) -> int:
    texts, name = read_evaluation_file(path)
    for each in evaluation_sets.list_evaluation_sets(access.project):
        if each.name == name:
            return each.number
    try:
        return evaluation_sets.add_evaluation_set(access.project, name, texts, access.who).number
    except ValueError as error:
        raise CannotExportError(f"{path}: {error}") from error


def build_version(access: Access, wish: Wish, tell: Told) -> Iterator[Mapping[str, Path]]:
    """The next version of a dataset, or one that there is."""
    dataset = datasets.find_dataset_named(access.project, wish.dataset)
    if dataset is None:
        raise CannotExportError(f"There is no dataset {wish.dataset!r} in this project.")
    if wish.version is None:
        try:
            version = versions.start_version(dataset, access.who, goes_on=True)
        except ValueError as error:
            raise CannotExportError(str(error)) from error
        build_here(version, tell)
    else:
        found = versions.find_version(dataset, wish.version)
        if found is None or found.state != DatasetVersion.State.BUILT:
            raise CannotExportError(f"There is no version {wish.version} of {wish.dataset!r} with files.")
        version = found
    rows = (version.manifest or {}).get("rows", 0)
    target = f"version {version.number} of {dataset.number} {dataset.name}"
    audit.record(access.actor, "download_dataset_archive", access.project, target=target, details={"rows": rows})
    yield versions.list_files(version)


def build_here(version: DatasetVersion, tell: Told) -> None:
    """Have a thread of this process build it, and watch."""
    thread = threading.Thread(target=run_building, name="datasets", daemon=True)
    thread.start()
    try:
        watch(lambda: look_at(version), tell)
    except KeyboardInterrupt:
        versions.stop_version(version)
        raise
    finally:
        STOPPING.set()
        thread.join()
        STOPPING.clear()


def look_at(version: DatasetVersion) -> Row:
    version.refresh_from_db()
    return {name: getattr(version, name) for name in ("state", "doing", "done", "total", "problem")}
