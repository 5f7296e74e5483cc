"""Serve one port by several processes: `support-agent serve --workers N`."""

import signal
from collections.abc import Callable
from multiprocessing import connection, get_context
from multiprocessing.context import SpawnProcess


def run_workers(work: Callable[[], None], workers: int) -> int:
    """Run this many processes until a signal ends them; return the exit code.

    One that dies is replaced. One that ends with an error of its own has said it, and would do so again: it ends all.
    """
    spawn = get_context("spawn")
    stopping = False
    running: list[SpawnProcess] = []

    def start() -> None:
        process = spawn.Process(target=work)
        process.start()
        running.append(process)

    def stop(*_: object) -> None:
        nonlocal stopping
        stopping = True
        for process in running:
            process.terminate()

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    failed = False
    try:
        for _ in range(workers):
            start()
        while running:
            connection.wait([process.sentinel for process in running])
            for process in [process for process in running if process.exitcode is not None]:
                running.remove(process)
                if process.exitcode == 1:
                    failed = True
                    stop()
                elif not stopping:
                    start()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return 1 if failed else 0
