"""`tacit export`: asks the running server for the dataset, or builds it itself, and writes the files."""

import io
import json
import urllib.error
import urllib.parse
import urllib.request
import zipfile
from pathlib import Path

from django.conf import settings

from config import data_directory
from config.data_directory import RunningServer
from config.databases import hold_data_directory, migrate_databases
from feedback.datasets import Dataset, UnknownFormat, write_files
from feedback.exports import build_export
from tracing.access import audit
from tracing.access.decisions import find_access_of_command
from tracing.filter_language import FilterError, read_filter
from tracing.filter_sql import compile_filter
from tracing.store import EMBEDDED_PREFIX, close_store

TIMEOUT_SECONDS = 600


class CannotExportError(Exception):
    """The dataset was not written; the message says what to do."""


def export_dataset(project: str, format_name: str, out: Path, filter_text: str = "") -> str:
    """Write the dataset of what matches in `project` into `out`; a line that says what is in it."""
    check_filter(filter_text)
    server = data_directory.find_server(settings.DATA_DIR)
    embedded = settings.CLICKHOUSE_DSN.startswith(EMBEDDED_PREFIX)
    dataset = (
        fetch(server, project, format_name, filter_text)
        if server and embedded
        else build(project, format_name, filter_text)
    )
    try:
        write_files(dataset, out)
    except OSError as error:
        raise CannotExportError(f"Cannot write {out} ({error.strerror}); give another directory with --out.") from error
    rows = {name: dataset.files[name].count(b"\n") for name in ("train.jsonl", "validation.jsonl")}
    return f"{out}: {rows['train.jsonl']} rows to train on, {rows['validation.jsonl']} to validate; see manifest.json"


def check_filter(text: str) -> None:
    """Tell what is wrong with a filter, and where."""
    try:
        compile_filter(read_filter(text), "conversations", 0)
    except FilterError as error:
        raise CannotExportError(f"{error}\n{error.marked}") from error


def fetch(server: RunningServer, project: str, format_name: str, filter_text: str) -> Dataset:
    """The files from the server that holds the databases, which writes down that they went out."""
    query = urllib.parse.urlencode({"project": project, "format": format_name, "q": filter_text})
    request = urllib.request.Request(  # noqa: S310 -- our own server's address
        f"{server.url}/api/v1/exports?{query}", headers={"Authorization": f"Bearer {server.token}"}
    )
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310
            archive = zipfile.ZipFile(io.BytesIO(answer.read()))
    except urllib.error.HTTPError as error:
        raise CannotExportError(read_problem(error)) from error
    except OSError as error:
        raise CannotExportError(
            f"The server at {server.url} did not answer ({error}); stop it or try again."
        ) from error
    files = {name: archive.read(name) for name in archive.namelist()}
    return Dataset(files, json.loads(files["manifest.json"]))


def read_problem(error: urllib.error.HTTPError) -> str:
    try:
        return str(json.loads(error.read())["detail"])
    except (ValueError, KeyError):
        return f"The server answered {error.code}."


def build(project: str, format_name: str, filter_text: str) -> Dataset:
    """The files, built in this process, which is written down."""
    with hold_data_directory():
        try:
            migrate_databases()
            access = find_access_of_command(project)
            if access is None:
                raise CannotExportError(f"There is no project {project!r}.")
            dataset = build_export(access.project, format_name, read_filter(filter_text))
            told = {"rows": dataset.count_rows(), "is_filtered": bool(filter_text)}
            audit.record(access.actor, "download_export", access.project, target=format_name, details=told)
            return dataset
        except UnknownFormat as error:
            raise CannotExportError(str(error)) from error
        finally:
            close_store()
