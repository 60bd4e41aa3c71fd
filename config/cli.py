"""The command `tacit`. What a command needs is imported when it runs, so that `--help` is quick."""

import gc
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NoReturn

import click

from tracing.access.rights import Role

if TYPE_CHECKING:
    from config.env import Environment

FAILED = 2
TELL_SECONDS = 5.0


def fail(message: str) -> NoReturn:
    """End with one line that says what to do."""
    click.echo(f"tacit: {message}", err=True)
    sys.exit(FAILED)


def set_up(**options: object) -> "Environment":
    """Django with these options over `TACIT_*`; the environment. A wrong setting ends the command."""
    for name, value in options.items():
        if value is not None:
            os.environ[f"TACIT_{name.upper()}"] = str(value)
    from pydantic import ValidationError
    from pydantic_settings import SettingsError

    from config.env import Environment

    try:
        env = Environment()
    except ValidationError as error:
        fail("; ".join(describe_setting(str(each["loc"][0]), each["msg"]) for each in error.errors()))
    except (OSError, SettingsError) as error:
        fail(f"A file of TACIT_SECRETS_DIR cannot be read: {error}")
    from config import data_directory

    try:
        data_directory.prepare(env.data_dir.absolute())
    except data_directory.DataDirectoryError as error:
        fail(str(error))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    return env


def describe_setting(field: str, message: str) -> str:
    return f"TACIT_{field.upper()}: {message.removeprefix('Value error, ')}."


def run(work: Callable[[], object]) -> None:
    """Run `work`; what a person can mend becomes one line."""
    from django.db import OperationalError

    from config.data_directory import DataDirectoryError
    from config.databases import CannotStartError
    from config.users import CannotCreateUserError
    from tracing.backing_up import BackupError
    from tracing.moving import MoveError
    from tracing.store import StoreUnavailableError

    told = (BackupError, MoveError, CannotStartError, CannotCreateUserError, DataDirectoryError, StoreUnavailableError)
    try:
        work()
    except told as error:
        fail(str(error))
    except OperationalError as error:
        fail(f"Django's database did not answer ({str(error).splitlines()[0]}); see TACIT_DATABASE_URL.")


data_dir_option = click.option(
    "--data-dir",
    type=click.Path(path_type=Path),
    help="Directory of the databases (TACIT_DATA_DIR, default .tacit).",
)
host_option = click.option("--host", help="Address to listen on (TACIT_HOST, default 127.0.0.1).")
port_option = click.option("--port", type=int, help="Dashboard, REST and OTLP (TACIT_PORT, default 8642).")
otlp_http_port_option = click.option(
    "--otlp-http-port", type=int, help="OTLP/HTTP (TACIT_OTLP_HTTP_PORT, default 4318)."
)
otlp_grpc_port_option = click.option(
    "--otlp-grpc-port", type=int, help="OTLP/gRPC (TACIT_OTLP_GRPC_PORT, default 4317)."
)


OBJECTS_A_ROUND = 50_000
"""So many new objects call the garbage collector: by Python's own 700 it takes a fifth of the time of a start."""


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="tacit-server", prog_name="tacit")
def main() -> None:
    """Tacit hears what users of an AI app never say."""
    gc.set_threshold(OBJECTS_A_ROUND)


@main.command()
@host_option
@port_option
@otlp_http_port_option
@otlp_grpc_port_option
@data_dir_option
@click.option("--demo", is_flag=True, help="Fill the project `demo` with a week of sample dialogues.")
def up(
    host: str | None,
    port: int | None,
    otlp_http_port: int | None,
    otlp_grpc_port: int | None,
    data_dir: Path | None,
    demo: bool,
) -> None:
    """Run the whole platform in one process."""
    gc.disable()  # until it is up, see config/memory.py
    env = set_up(host=host, port=port, otlp_http_port=otlp_http_port, otlp_grpc_port=otlp_grpc_port, data_dir=data_dir)
    from config.platform import run_platform

    run(lambda: run_platform(env, demo=demo))


@main.command()
@host_option
@port_option
@otlp_http_port_option
@otlp_grpc_port_option
def web(host: str | None, port: int | None, otlp_http_port: int | None, otlp_grpc_port: int | None) -> None:
    """Run pages, REST and OTLP alone, for many machines."""
    env = set_up(host=host, port=port, otlp_http_port=otlp_http_port, otlp_grpc_port=otlp_grpc_port)
    from config.platform import run_web

    run(lambda: run_web(env))


@main.command()
@click.option("--beat", is_flag=True, help="Run Celery's beat in it, too; of one worker of an installation.")
def worker(beat: bool) -> None:
    """Run a Celery worker alone."""
    set_up()
    from config.platform import run_worker

    run(lambda: run_worker(beat=beat))


@main.command()
def beat() -> None:
    """Run Celery's beat alone; one for an installation."""
    set_up()
    from config.platform import run_beat

    run(run_beat)


@main.command()
@data_dir_option
def migrate(data_dir: Path | None) -> None:
    """Bring the schema of both databases up to date."""
    set_up(data_dir=data_dir)
    from config.databases import hold_data_directory, migrate_databases

    def work() -> None:
        with hold_data_directory():
            migrate_databases()

    run(work)
    click.echo("Both databases have today's schema.")


@main.command()
@click.option("--email", required=True, help="The user's e-mail, with which they log in.")
@click.option(
    "--password-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Read the password from here.",
)
@click.option("--project", default="", help="Make a member of this project instead of an administrator.")
@click.option("--role", type=click.Choice([each.value for each in Role]), help="Of the member there; else viewer.")
@data_dir_option
def createuser(email: str, password_file: Path | None, project: str, role: str | None, data_dir: Path | None) -> None:
    """Create a user. The first one closes pages, REST and OTLP to everybody without a login or key.

    Without --project it is an administrator, who may do everything in every project.
    """
    if role and not project:
        raise click.BadParameter("it is what a member is in a project; name that with --project.", param_hint="--role")
    set_up(data_dir=data_dir)
    from config.users import create_user

    password = (
        password_file.read_text(encoding="utf-8").rstrip("\r\n")
        if password_file
        else click.prompt("Password", hide_input=True, confirmation_prompt=True)
    )

    def work() -> None:
        key = create_user(email, password, project, Role(role or Role.VIEWER))
        click.echo(f"Created {email}. Pages need a login now; REST and OTLP need a key.")
        if key:
            click.echo(f"Key of project default, shown this once: {key}")
            click.echo(f'Use it: tacit.configure(api_key="{key}"), or OTEL_EXPORTER_OTLP_HEADERS="x-api-key={key}"')

    run(work)


def split_words(_context: click.Context, _option: click.Parameter, value: str | None) -> list[str]:
    """The words of an option that has commas."""
    return [word.strip() for word in (value or "").split(",") if word.strip()]


@main.command()
@click.option(
    "--format",
    "format_name",
    help="trl-sft, trl-prompt-completion, trl-dpo, trl-kto, trl-reward, openai-sft, openai-dpo, hf, label-studio, "
    "evals or csv.",
)
@click.option("--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="Directory to write.")
@click.option("--project", default="default", show_default=True)
@click.option(
    "--filter",
    "filter_text",
    default="",
    help="Only conversations that match, such as 'refund model:gpt-5 -signal:praise time:30d'.",
)
@click.option("--dataset", default="", help="In place of a format: a dataset by its name, of which a version is built.")
@click.option("--version", type=int, help="Of --dataset: the version with this number, which was built before.")
@click.option("--consent", type=click.Choice(["unless_refused", "only_given"]), help="Whose conversations are in.")
@click.option("--models-left-out", callback=split_words, help="Models and providers, such as gpt-5,claude-*.")
@click.option("--licence", help="SPDX identifier or words, for the card and the manifest.")
@click.option("--personal-data", type=click.Choice(["replace", "drop"]), help="What is done with it.")
@click.option("--languages", callback=split_words, help="Only these (ISO 639-1), such as en,de.")
@click.option("--longest", type=int, help="Characters of a row at most.")
@click.option("--tier", type=click.Choice(["gold", "silver"]), help="The least that a label may be.")
@click.option("--confidence", type=float, help="The least of a silver label, 0.5 to 1.")
@click.option("--sources", callback=split_words, help="Only labels from here, such as thumbs:up,signal:*.")
@click.option("--likeness", type=float, help="How alike two conversations may be, 0.3 to 1.")
@click.option("--most-per-user", type=int, help="Rows of one user at most; 0: any.")
@click.option("--most-per-template", type=int, help="Rows that ask the same thing at most; 0: any.")
@click.option("--most-per-failure-mode", type=int, help="Rows of one failure mode at most; 0: any.")
@click.option("--balance", type=float, help="How many times as many rows one class may have as the other.")
@click.option("--match-lengths", is_flag=True, default=None, help="About half of the chosen answers are longer.")
@click.option("--validation", type=float, help="Share of the rows that validate, 0 to 0.5.")
@click.option(
    "--evaluation-set",
    "evaluation_files",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="File of texts that no row may share words with; again for more.",
)
@click.option("--seed", type=int, help="Decides what is drawn where something is.")
@data_dir_option
def export(
    format_name: str | None,
    out: Path,
    project: str,
    filter_text: str,
    dataset: str,
    version: int | None,
    evaluation_files: tuple[Path, ...],
    data_dir: Path | None,
    **options: object,
) -> None:
    """Write a dataset: rows, manifest and provenance. Works while the server runs, too.

    --filter takes the words and conditions of the dashboard's search box: see docs/filters.md. What is not given is as
    a careful engineer would have it: see docs/datasets.md.
    """
    set_up(data_dir=data_dir)
    from config.exporting import CannotExportError, InterruptedExportError, Wish, export_dataset

    given = {"format": format_name, "filter": filter_text, **options}
    defined = {name: value for name, value in given.items() if value not in (None, "", [])}

    def work() -> None:
        try:
            wish = Wish(project, defined, dataset, version, evaluation_files)
            said = export_dataset(wish, out, make_teller())
        except (CannotExportError, InterruptedExportError) as error:
            fail(str(error))
        click.echo(said)

    run(work)


def make_teller() -> Callable[[str, int, int | None], None]:
    """Says how far something is whenever something else is done, and else every few seconds."""
    import time

    last = ["", time.monotonic()]

    def tell(doing: str, done: int, total: int | None) -> None:
        now = time.monotonic()
        if doing and (doing != last[0] or now - last[1] >= TELL_SECONDS):  # type: ignore[operator]
            click.echo(f"{doing}: {done:,} of {total:,} …" if total else f"{doing} …", err=True)
            last[:] = [doing, now]

    return tell


@main.command("import")
@click.argument("source", type=click.Choice(["jsonl", "openai-jsonl", "langfuse", "phoenix"]))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--project", default="default", show_default=True)
@click.option("--dry-run", is_flag=True, help="Read the whole file and say what would come; send nothing.")
@data_dir_option
def import_(source: str, file: Path, project: str, dry_run: bool, data_dir: Path | None) -> None:
    """Take in old logs with their own times. The same file again counts once. Works while the server runs, too.

    SOURCE says who wrote FILE: jsonl (conversations), openai-jsonl (chat messages), langfuse or phoenix (exports).
    Lines that cannot be read are named and left out; then the exit status is 1.
    """
    set_up(data_dir=data_dir)
    from config.importing import CannotImportError, Tally, import_file
    from tracing.importing import Problem

    def tell_problem(problem: Problem) -> None:
        click.echo(f"{file}:{problem.line}: {problem.reason}", err=True)

    def tell_progress(tally: Tally) -> None:
        click.echo(f"{tally.records:,} {tally.unit}, {tally.spans:,} spans …", err=True)

    def work() -> None:
        try:
            tally = import_file(
                source, file, project, dry_run=dry_run, tell_problem=tell_problem, tell_progress=tell_progress
            )
        except CannotImportError as error:
            fail(str(error))
        refused = f"; {tally.refused:,} spans were refused" if tally.refused else ""
        left_out = f"; {tally.problems:,} left out, named above" if tally.problems else ""
        verb = "would come" if dry_run else "are in"
        click.echo(f"{tally.records:,} {tally.unit} {verb}, {tally.spans:,} spans{refused}{left_out}.")
        if tally.problems or tally.refused:
            sys.exit(1)

    run(work)


@main.command()
@click.argument("file", type=click.File("rb"))
@click.option("--out", type=click.Path(path_type=Path), help="Write here when all is read, not to standard output.")
@click.option("--fast", is_flag=True, help="Static vectors only: some hundred times as fast, less sure.")
def detect(file: BinaryIO, out: Path | None, fast: bool) -> None:
    """Tell what users said between the lines: conversations as JSON lines in, one JSON line per signal out.

    FILE may be gzipped, and - is standard input. Needs no store and no network. Lines that cannot be read are named and
    left out; then the exit status is 1.
    """
    from config.detecting import CannotDetectError, detect_log, open_output
    from tracing.importing.entries import Problem

    def tell_problem(problem: Problem) -> None:
        click.echo(f"{file.name}:{problem.line}: {problem.reason}", err=True)

    try:
        with open_output(out) as output:
            tally = detect_log(file, output, fast=fast, tell_problem=tell_problem)
    except CannotDetectError as error:
        fail(str(error))
    if tally.problems:
        click.echo(f"tacit: {tally.problems:,} left out, named above.", err=True)
        sys.exit(1)


@main.command()
@click.argument("file", type=click.File("rb"))
@click.option("--out", type=click.Path(path_type=Path), help="Write here when all is read, not to standard output.")
def group(file: BinaryIO, out: Path | None) -> None:
    """Put texts that mean nearly the same into groups with names: {"id", "text"} as JSON lines in, {"id", "group",
    "label"} out.

    How many groups there are is found; what belongs nowhere is in group "". FILE may be gzipped, and - is standard
    input. Needs no store and no network. Lines that cannot be read are named and left out; then the exit status is 1.
    """
    from config.detecting import CannotDetectError, open_output
    from config.grouping import group_file
    from tracing.importing.entries import Problem

    def tell_problem(problem: Problem) -> None:
        click.echo(f"{file.name}:{problem.line}: {problem.reason}", err=True)

    try:
        with open_output(out) as output:
            tally = group_file(file, output, tell_problem=tell_problem)
    except CannotDetectError as error:
        fail(str(error))
    if tally.problems:
        click.echo(f"tacit: {tally.problems:,} left out, named above.", err=True)
        sys.exit(1)


@main.command()
@data_dir_option
def doctor(data_dir: Path | None) -> None:
    """Say how this installation is: settings, files, disk, memory, databases, broker, stages; and what to do.

    It changes nothing and works while the server runs. The exit code is 1 where something has failed.
    """
    env = set_up(data_dir=data_dir)
    from config.doctor import Level, examine

    failed = 0
    for each in examine(env):
        click.echo(f"{each.level:<8} {each.part:<9} {each.sentence}")
        if each.advice:
            click.echo(f"{'':<18} {each.advice}")
        failed += each.level is Level.FAILED
    sys.exit(1 if failed else 0)


@main.command()
@click.option("--project", default="", help="Only this project; else all.")
@click.option("--from", "from_day", type=click.DateTime(["%Y-%m-%d"]), help="First day (UTC) on which traces began.")
@click.option("--to", "to_day", type=click.DateTime(["%Y-%m-%d"]), help="Last day, included.")
@click.option("--outdated", is_flag=True, help="Only calls that another version of Tacit has read.")
@click.option("--stop", "stops", is_flag=True, help="Give up what is not done yet.")
@data_dir_option
def reprocess(
    project: str,
    from_day: datetime | None,
    to_day: datetime | None,
    outdated: bool,
    stops: bool,
    data_dir: Path | None,
) -> None:
    """Read stored spans again, with today's readers and prices. Works while the server runs and takes in spans, too.

    What was interrupted goes on with the same command. Hours and signals follow.
    """
    if from_day and to_day and to_day < from_day:
        raise click.BadParameter("it is the last day that is read, and before the first.", param_hint="--to")
    set_up(data_dir=data_dir)
    from config.reprocessing import CannotReprocessError, InterruptedReprocessingError, Progress, stop
    from config.reprocessing import reprocess as read_again
    from tracing.reprocessing import Scope

    def tell(progress: Progress) -> None:
        if progress.total is None:
            click.echo("It has not begun. Is a worker running (tacit up, or tacit worker)? …", err=True)
            return
        left = progress.remaining_seconds
        ends = "" if left is None else f", {progress.rate:,.0f} a second, {left:,.0f} s left"
        more = f"; {progress.waiting:,} more projects wait" if progress.waiting else ""
        click.echo(f"{progress.done:,} of {progress.total:,} traces{ends}{more} …", err=True)

    def work() -> None:
        scope = Scope(from_day and from_day.date(), to_day and to_day.date(), outdated)
        try:
            if stops:
                click.echo(f"Stopped: {stop(project):,}.")
                return
            progress = read_again(project, scope, tell)
        except (CannotReprocessError, InterruptedReprocessingError) as error:
            fail(str(error))
        click.echo(f"{progress.done:,} traces were read again in {progress.seconds:,.0f} s.")

    run(work)


TIMES = ["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]


@main.command()
@click.option("--project", default="default", show_default=True)
@click.option("--user", "user_id", default="", help="Everything of this user.")
@click.option("--conversation", "conversation_id", default="", help="Everything of this conversation.")
@click.option(
    "--from", "start", type=click.DateTime(TIMES), help="Or conversations in which anything was said from then (UTC)"
)
@click.option("--to", "end", type=click.DateTime(TIMES), help="to before then.")
@click.option("--yes", is_flag=True, help="Ask nothing.")
@click.option(
    "--verify", "sought", default="", help="Erase nothing: search all files of the data directory for this text."
)
@data_dir_option
def erase(
    project: str,
    user_id: str,
    conversation_id: str,
    start: datetime | None,
    end: datetime | None,
    yes: bool,
    sought: str,
    data_dir: Path | None,
) -> None:
    """Erase a user, a conversation or a time for good, from both databases and from the disk, and print the receipt.

    Works while the server runs, too. It takes a minute; what was interrupted goes on.
    """
    set_up(data_dir=data_dir)
    from config import erasing
    from tracing.erasing.scope import Scope, ScopeError

    def confirm(words: str) -> bool:
        return yes or click.confirm(f"{words} It cannot be had back. Erase?", err=True)

    def work() -> None:
        if sought:
            found = erasing.search(sought)
            click.echo("\n".join(found) or "Nowhere.")
            sys.exit(1 if found else 0)
        try:
            moments = [each and each.replace(tzinfo=UTC) for each in (start, end)]
            scope = Scope(user_id, conversation_id, *moments)
            receipt = erasing.erase(project, scope, lambda words: click.echo(words, err=True), confirm)
        except (ScopeError, erasing.CannotEraseError) as error:
            fail(str(error))
        click.echo("\n".join(receipt.lines))
        sys.exit(0 if receipt.is_clean else 1)

    run(work)


@main.command()
@click.argument("directory", type=click.Path(file_okay=False, path_type=Path))
@data_dir_option
def backup(directory: Path, data_dir: Path | None) -> None:
    """Write both databases, the files of datasets and the secret key into DIRECTORY, which is not there yet.

    With embedded engines the server is stopped first.
    """
    set_up(data_dir=data_dir)
    from config import backing_up

    def work() -> None:
        manifest = backing_up.back_up(directory.absolute(), lambda words: click.echo(words, err=True))
        click.echo(f"{sum(manifest.rows.values()):,} rows and {len(manifest.files):,} files are in {directory}.")

    run(work)


@main.command()
@click.argument("directory", type=click.Path(exists=True, file_okay=False, path_type=Path))
@data_dir_option
def restore(directory: Path, data_dir: Path | None) -> None:
    """Make an installation of the backup in DIRECTORY, where there is none yet, and bring its schema up to date."""
    set_up(data_dir=data_dir)
    from config import backing_up

    def work() -> None:
        manifest = backing_up.restore(directory.absolute(), lambda words: click.echo(words, err=True))
        click.echo(f"{sum(manifest.rows.values()):,} rows are as they were at {manifest.made_at}.")

    run(work)


@main.command()
@click.option("--to", help="Address of a ClickHouse server, for the embedded ClickHouse (TACIT_CLICKHOUSE_DSN).")
@click.option("--cluster", help="Its cluster, over which the tables are spread (TACIT_CLICKHOUSE_CLUSTER).")
@click.option("--database-to", help="Address of PostgreSQL, for the SQLite file (TACIT_DATABASE_URL).")
@data_dir_option
def move(to: str | None, cluster: str | None, database_to: str | None, data_dir: Path | None) -> None:
    """Bring what is in the data directory to a ClickHouse server, to PostgreSQL or both, and compare every row.

    The server is stopped first; the directory is only read. What was cut off goes on with the same command.
    """
    set_up(data_dir=data_dir, clickhouse_dsn=to, clickhouse_cluster=cluster, database_url=database_to)
    from config import moving

    run(lambda: moving.move(click.echo, moves_events=bool(to), moves_database=bool(database_to)))


@main.command()
@click.option("--from", "from_day", type=click.DateTime(["%Y-%m-%d"]), required=True, help="First day (UTC).")
@click.option("--to", "to_day", type=click.DateTime(["%Y-%m-%d"]), required=True, help="Last day, included.")
@click.option("--json", "as_json", is_flag=True, help="A JSON object for each alarm.")
@click.option("--project", default="default", show_default=True)
@data_dir_option
def backtest(from_day: datetime, to_day: datetime, as_json: bool, project: str, data_dir: Path | None) -> None:
    """Walk over stored days as if each were the latest, and print what would have been told: one line per alarm.

    Days before the first are the baseline. Works while the server runs, too.
    """
    set_up(data_dir=data_dir)
    from config import backtesting

    def work() -> None:
        try:
            found = backtesting.backtest(
                project, from_day.date(), to_day.date(), lambda words: click.echo(words, err=True)
            )
        except backtesting.CannotBacktestError as error:
            fail(str(error))
        for each in found:
            click.echo(backtesting.write_line(each) if as_json else backtesting.tell_line(each))
        click.echo(f"{len(found):,} alarms.", err=True)

    run(work)


if __name__ == "__main__":
    main()
