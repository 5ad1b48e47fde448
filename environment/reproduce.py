"""Executes the notebooks in order, and makes one report of them.

    .venv/bin/python environment/reproduce.py --profile quick [ROW...]

Executed notebooks, state.json and index.html go to results/report. A notebook that fails does not keep the others from
being executed; the exit code is then 1. One whose data cannot be had says "not run:" and why, which is no failure. Stopped
by Ctrl-C or killed, the same command goes on: with the notebooks that were not done, and the run that was not finished.
"""
import argparse
import asyncio
import hashlib
import json
import os
import pathlib
import re
import shutil
import signal
import sys
import time

import nbformat
from jupyter_client.kernelspec import NoSuchKernel
from nbclient import NotebookClient
from nbclient.exceptions import CellControlSignal, DeadKernelError

import report

PROJECT = pathlib.Path(__file__).resolve().parent.parent
PROFILES = ["smoke", "quick", "laptop", "evening", "paper"]
ROW_NOTEBOOK = re.compile(r"\d\d-(cifar\d+-.+)")
NOT_RUN = "not run: "
# A cell that works says so at least every few seconds; one that is silent for so long never will.
SILENCE = 900
# What trains saves itself before the kernel ends.
SHUTDOWN = 30


class Stopped(Exception):
    """By a signal: nothing more is to be executed."""


class ProgressLine:
    """On a terminal a line that moves, elsewhere a line when something begins or ends and every half minute."""

    PLAIN_INTERVAL = 30

    def __init__(self, stream=sys.stderr):
        self.stream = stream
        self.moves = stream.isatty()
        self.plain = time.monotonic()

    def tell(self, text: str) -> None:
        if self.moves:
            width = max(20, shutil.get_terminal_size().columns - 1)
            self.stream.write("\r\x1b[K" + text[:width])
        elif time.monotonic() - self.plain >= self.PLAIN_INTERVAL:
            self.plain = time.monotonic()
            self.stream.write(text + "\n")
        self.stream.flush()

    def say(self, text: str) -> None:
        self.stream.write(("\r\x1b[K" if self.moves else "") + text + "\n")
        self.stream.flush()


class Execution(NotebookClient):
    """Of one notebook: tells its progress, ends on a signal, and ends a kernel that has fallen silent."""

    def begin(self, tell, silence: float, log: pathlib.Path) -> "Execution":
        self.tell, self.silence, self.kernel_log = tell, silence, log
        self.stopped, self.deaf = False, False
        self.heard = time.monotonic()
        return self

    async def async_start_new_kernel(self, **kwargs):
        self.km.shutdown_wait_time = SHUTDOWN
        # What the kernel's process itself says has no place in the notebook, nor in the progress line.
        with open(self.kernel_log, "ab") as log:
            await super().async_start_new_kernel(**kwargs, stdout=log, stderr=log)
        loop = asyncio.get_running_loop()
        for sign in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(sign, self.stop)

    def stop(self) -> None:
        if not self.stopped:
            self.stopped = True
            # Without its kernel the execution ends, and cleans up.
            self.ending = asyncio.ensure_future(self.km.shutdown_kernel(now=False))

    def process_message(self, message, cell, cell_index):
        self.heard = time.monotonic()
        text = message.get("content", {}).get("data", {}).get("text/plain", "").strip()
        if text and "\n" not in text:  # a line of progress, not a table
            self.tell(text)
        return super().process_message(message, cell, cell_index)

    async def watch(self) -> None:
        while time.monotonic() - self.heard < self.silence:
            await asyncio.sleep(1)
        self.deaf = True
        if self.km is not None and await self.km.is_alive():
            await self.km.shutdown_kernel(now=True)

    async def run(self) -> None:
        watch = asyncio.ensure_future(self.watch())
        try:
            await self.async_execute()
        except (DeadKernelError, RuntimeError) as e:
            if self.stopped:
                raise Stopped from e
            if self.deaf:
                raise DeadKernelError(f"the kernel said nothing for {self.silence:g} s, and was ended") from e
            if not isinstance(e, DeadKernelError):
                raise
            raise DeadKernelError("the kernel died; is there enough memory?") from e
        finally:
            watch.cancel()
        if self.stopped:
            raise Stopped


def code_outputs(notebook):
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            yield output


def errors(notebook) -> list:
    """A sentence for each cell that failed."""
    found = []
    for output in code_outputs(notebook):
        if output.output_type == "error":
            # The kernel puts the exception's class before its message.
            found.append(re.sub(r"^[\w.$]+, ", "", output.evalue) or output.ename)
    return found


def not_run(notebook) -> list:
    """Why cells could not do their work here."""
    texts = [output.get("data", {}).get("text/plain", "") for output in code_outputs(notebook)]
    return list(dict.fromkeys(text[len(NOT_RUN):] for text in texts if text.startswith(NOT_RUN)))


def write(file: pathlib.Path, text: str) -> None:
    """As a whole or not at all."""
    part = file.with_name(file.name + ".part")
    with open(part, "w", encoding="utf-8") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    os.replace(part, file)


def chosen(folder: pathlib.Path, rows: list) -> list:
    """The notebooks to be executed, in order: of the row notebooks those asked for, or all."""
    files = sorted(folder.glob("[0-9]*.ipynb"))
    known = {match[1] for file in files if (match := ROW_NOTEBOOK.fullmatch(file.stem))}
    unknown = [row for row in rows if row not in known]
    if unknown:
        sys.exit(f"There is no row {unknown[0]!r}. The rows are {', '.join(sorted(known))}.")
    if not files:
        sys.exit(f"There are no notebooks in {folder}.")
    return [file for file in files if not rows or not (match := ROW_NOTEBOOK.fullmatch(file.stem)) or match[1] in rows]


def checksum(file: pathlib.Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


class State:
    """What was done: kept in the report's folder, so that a command that was stopped goes on."""

    def __init__(self, folder: pathlib.Path, settings: dict):
        self.file = folder / "state.json"
        self.settings = settings
        self.done = {}
        try:
            before = json.loads(self.file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return
        if before.get("settings") == settings and not before.get("complete"):
            self.done = before["notebooks"]

    def has(self, file: pathlib.Path, executed: pathlib.Path) -> bool:
        entry = self.done.get(file.stem)
        return entry is not None and entry["source"] == checksum(file) and not entry["errors"] and not entry["not_run"] and executed.exists()

    def add(self, file: pathlib.Path, entry: dict) -> None:
        self.done[file.stem] = entry
        self.save(False)

    def save(self, complete: bool) -> None:
        write(self.file, json.dumps({"settings": self.settings, "complete": complete, "notebooks": self.done}, indent=1) + "\n")


def relocate(notebook, project: str) -> None:
    """Links from a notebook's folder to the project's files, in a copy that lies elsewhere."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = cell.source.replace("](../", f"]({project}/")


async def execute(file: pathlib.Path, executed: pathlib.Path, kernel: str, silence: float, tell) -> dict:
    """Executes one notebook; what it has put out is kept whatever happens."""
    notebook = nbformat.read(file, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    begun = time.monotonic()
    entry = {"source": checksum(file), "errors": []}
    client = Execution(notebook, kernel_name=kernel, allow_errors=True, timeout=None, shutdown_kernel="graceful",
                       resources={"metadata": {"path": str(file.parent)}}).begin(tell, silence, executed.with_name("kernel.log"))
    try:
        await client.run()
    except NoSuchKernel:
        sys.exit(f"The kernel {kernel!r} is missing. Run environment/install, which registers it.")
    except (DeadKernelError, CellControlSignal, RuntimeError) as e:
        entry["errors"].append(str(e) or type(e).__name__)
    finally:
        relocate(notebook, os.path.relpath(file.parent.parent, executed.parent))
        write(executed, nbformat.writes(notebook))
    entry["errors"] = errors(notebook) + entry["errors"]
    entry["not_run"] = not_run(notebook)
    entry["seconds"] = round(time.monotonic() - begun, 1)
    return entry


def outcome(entry: dict) -> str:
    if entry["errors"]:
        return "FAILED: " + entry["errors"][0]
    return NOT_RUN + entry["not_run"][0] if entry["not_run"] else "done"


def clock(seconds: float) -> str:
    return f"{int(seconds) // 3600}:{int(seconds) // 60 % 60:02d}:{int(seconds) % 60:02d}"


def run(arguments) -> int:
    files = chosen(arguments.notebooks, arguments.rows)
    folder = arguments.report or arguments.results / "report"
    folder.mkdir(parents=True, exist_ok=True)
    os.environ["ONEBIT_PROFILE"] = arguments.profile
    os.environ["ONEBIT_RESULTS"] = str(arguments.results)
    sources = PROJECT / "lib" / "dist" / "sources.sha256"
    settings = {name: value for name, value in sorted(os.environ.items()) if name.startswith("ONEBIT_")}
    settings["rows"] = " ".join(arguments.rows)
    settings["sources"] = sources.read_text().strip() if sources.exists() else ""
    state, line, begun = State(folder, settings), ProgressLine(), time.monotonic()
    for place, file in enumerate(files, 1):
        head = f"[{place}/{len(files)}] {file.stem}"
        executed = folder / file.name
        if state.has(file, executed):
            line.say(f"{head}: {outcome(state.done[file.stem])} (before)")
            continue

        def tell(text: str) -> None:
            line.tell(f"{head}  {clock(time.monotonic() - begun)}  {text}")

        tell("starting the kernel")
        try:
            entry = asyncio.run(execute(file, executed, arguments.kernel, arguments.silence, tell))
        except (Stopped, KeyboardInterrupt):
            line.say(f"{head}: stopped and saved; the same command goes on.")
            return 130
        state.add(file, entry)
        line.say(f"{head}: {outcome(entry)} ({clock(entry['seconds'])})")
    entries = [(file, state.done[file.stem]) for file in files]
    page = folder / "index.html"
    write(page, report.page([(folder / file.name, entry) for file, entry in entries], settings, arguments.results / "table.csv"))
    failed = [file.stem for file, entry in entries if entry["errors"]]
    state.save(not failed)
    line.say(f"Report: {page}")
    if failed:
        line.say(f"{len(failed)} of {len(files)} notebooks failed: {', '.join(failed)}.")
    return 1 if failed else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("rows", nargs="*", metavar="ROW", help="rows of the table (default: all eight)")
    parser.add_argument("--profile", choices=PROFILES, default=os.environ.get("ONEBIT_PROFILE", "quick"), help="how much of each row to train")
    parser.add_argument("--notebooks", type=pathlib.Path, default=PROJECT / "notebooks", help="folder of the notebooks")
    parser.add_argument("--results", type=lambda folder: pathlib.Path(folder).absolute(),
                        default=os.environ.get("ONEBIT_RESULTS") or str(PROJECT / "results"), help="folder of run folders and tables")
    parser.add_argument("--report", type=pathlib.Path, help="folder of the report (default: report in that of the results)")
    parser.add_argument("--kernel", default="java", help=argparse.SUPPRESS)
    parser.add_argument("--silence", type=float, default=SILENCE, help=argparse.SUPPRESS)
    os.environ.setdefault("JUPYTER_PREFER_ENV_PATH", "1")  # our kernel, not one of that name in the user's folders
    try:
        return run(parser.parse_args())
    except OSError as e:
        sys.exit(f"The report cannot be written: {e}. Is the disk full?")


if __name__ == "__main__":
    sys.exit(main())
