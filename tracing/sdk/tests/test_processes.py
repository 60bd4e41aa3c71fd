"""Children of every kind send their own spans, once, and the parent's are never sent by them."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from .apps import CALL, make_environment, run_app, run_file
from .sink import Sink, run_sink

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")


@pytest.fixture
def sink() -> Iterator[Sink]:
    with run_sink() as sink:
        yield sink


def count_outputs(sink: Sink) -> dict[str, int]:
    """How often each answer came in, by its text."""
    counts: dict[str, int] = {}
    for span in sink.spans:
        output = next(one.value.string_value for one in span.attributes if one.key == "tacit.output")
        counts[output] = counts.get(output, 0) + 1
    return counts


def test_a_fork_sends_its_own_spans_and_not_those_that_wait_in_its_parent(sink: Sink) -> None:
    run_app(
        f"""
        import os, sys
        tacit.configure(endpoint="{sink.endpoint}")
        answer("parent before")
        child = os.fork()
        if child == 0:
            answer("child")
            sys.exit()
        os.waitpid(child, 0)
        answer("parent after")
        """
    )
    assert count_outputs(sink) == {"PARENT BEFORE": 1, "CHILD": 1, "PARENT AFTER": 1}


def test_forks_while_threads_call_neither_lose_nor_hang(sink: Sink) -> None:
    run_app(
        f"""
        import os, sys, threading
        tacit.configure(endpoint="{sink.endpoint}")
        over = threading.Event()
        def call():
            number = 0
            while not over.is_set():
                answer(f"thread {{threading.get_ident()}} {{number}}")
                number += 1
                time.sleep(0)
        threads = [threading.Thread(target=call, daemon=True) for _ in range(3)]
        for thread in threads:
            thread.start()
        children = []
        for number in range(12):
            child = os.fork()
            if child == 0:
                answer(f"child {{number}}")
                sys.exit()
            children.append(child)
        for child in children:
            assert os.waitpid(child, 0)[1] == 0
        over.set()
        for thread in threads:
            thread.join()
        """
    )
    counts = count_outputs(sink)
    assert {f"CHILD {number}": 1 for number in range(12)}.items() <= counts.items()
    assert set(counts.values()) == {1}


@pytest.mark.parametrize("method", ["fork", "forkserver", "spawn"])
def test_children_of_multiprocessing_send_before_they_end(sink: Sink, tmp_path: Path, method: str) -> None:
    run_file(
        tmp_path,
        f"""
        import multiprocessing
        tacit.configure(endpoint="{sink.endpoint}")

        if __name__ == "__main__":
            context = multiprocessing.get_context("{method}")
            answer("parent")
            children = [context.Process(target=answer, args=(f"child {{number}}",)) for number in range(3)]
            for child in children:
                child.start()
            for child in children:
                child.join()
            assert [child.exitcode for child in children] == [0, 0, 0]
        """,
    )
    assert count_outputs(sink) == {"PARENT": 1, "CHILD 0": 1, "CHILD 1": 1, "CHILD 2": 1}


def test_workers_of_a_process_pool_send_what_they_did(sink: Sink, tmp_path: Path) -> None:
    run_file(
        tmp_path,
        f"""
        from concurrent.futures import ProcessPoolExecutor
        tacit.configure(endpoint="{sink.endpoint}")

        if __name__ == "__main__":
            with ProcessPoolExecutor(2) as pool:
                list(pool.map(answer, [f"task {{number}}" for number in range(20)]))
        """,
    )
    assert count_outputs(sink) == {f"TASK {number}": 1 for number in range(20)}


def test_a_server_that_forks_its_workers_after_configure_hears_from_all_of_them(sink: Sink) -> None:
    """What gunicorn does with `--preload`: the workers end by an exception that leaves the master's code."""
    run_app(
        f"""
        import os, signal, sys
        tacit.configure(endpoint="{sink.endpoint}")
        answer("master")
        assert tacit.flush()

        def stop(*_):
            sys.exit(0)

        def work(number):
            signal.signal(signal.SIGTERM, stop)
            for request in range(50):
                answer(f"worker {{number}} request {{request}}")
            os.write(ready, b"!")
            signal.pause()

        waiting, ready = os.pipe()
        workers = []
        for number in range(3):
            worker = os.fork()
            if worker == 0:
                work(number)
            workers.append(worker)
        for worker in workers:
            os.read(waiting, 1)
        for worker in workers:
            os.kill(worker, signal.SIGTERM)
        for worker in workers:
            os.waitpid(worker, 0)
        """
    )
    expected = {f"WORKER {number} REQUEST {request}": 1 for number in range(3) for request in range(50)}
    assert count_outputs(sink) == {"MASTER": 1, **expected}


CELERY_APP = """
from celery import Celery
app = Celery(broker="filesystem://")
app.conf.update(
    broker_transport_options={"data_folder_in": "queue", "data_folder_out": "queue"},
    task_ignore_result=True,
    worker_hijack_root_logger=False,
)

@app.task(name="reply")
def reply(question):
    return answer(question)
"""


def test_tasks_in_celerys_forked_workers_arrive_after_a_warm_shutdown(sink: Sink, tmp_path: Path) -> None:
    pytest.importorskip("celery")
    (tmp_path / "queue").mkdir()
    program = CALL + f'tacit.configure(endpoint="{sink.endpoint}")\n' + CELERY_APP
    (tmp_path / "tasks.py").write_text(program, encoding="utf-8")
    options = ["--pool=prefork", "--concurrency=2", "--without-gossip", "--without-mingle", "--without-heartbeat"]
    environment = make_environment({"PYTHONPATH": str(tmp_path)})
    sends = "import tasks\nfor number in range(20): tasks.reply.delay(f'task {number}')"
    subprocess.run([sys.executable, "-c", sends], cwd=tmp_path, env=environment, check=True, timeout=30)
    command = [sys.executable, "-m", "celery", "-A", "tasks", "worker", *options]
    with subprocess.Popen(command, cwd=tmp_path, env=environment, stderr=subprocess.DEVNULL) as worker:
        queue = tmp_path / "queue"
        deadline = time.monotonic() + 30
        while any(queue.iterdir()) and time.monotonic() < deadline:
            time.sleep(0.05)
        worker.send_signal(signal.SIGTERM)
        worker.wait(30)
    assert count_outputs(sink) == {f"TASK {number}": 1 for number in range(20)}
