"""Executes the notebooks in order, and makes one report of them.

    .venv/bin/python environment/reproduce.py --profile quick [--jobs N] [ROW...]

Row notebooks are executed several at a time: one trains while another starts or draws, and threads that do not wait for each
other train more images. Executed notebooks, state.json and index.html go to results/report. A notebook that fails does not
keep the others from being executed; the exit code is then 1. One whose data cannot be had says "not run:" and why, or of a
finished run "not shown:", which is no failure; the same command executes it again. Stopped by Ctrl-C or killed, the same
command goes on: with the notebooks that were not done, and the run that was not finished.
"""
import argparse
import asyncio
import concurrent.futures
import contextlib
import errno
import fcntl
import hashlib
import itertools
import json
import os
import pathlib
import re
import shutil
import signal
import sys
import threading
import time

import nbformat
from jupyter_client.kernelspec import NoSuchKernel
from nbclient import NotebookClient
from nbclient.exceptions import CellControlSignal, DeadKernelError

import report

PROJECT = pathlib.Path(__file__).resolve().parent.parent
# How many row notebooks are executed at a time on a CPU; one where networks are wide, which need the memory, and hours each.
JOBS = {"smoke": 2, "quick": 2, "laptop": 2, "evening": 1, "paper": 1}
ROW_NOTEBOOK = re.compile(r"\d\d-(cifar\d+-.+)")
NOT_RUN = ("not run: ", "not shown: ")
# A cell that works says so at least every few seconds; one that is silent for so long never will.
SILENCE = 900
# What trains saves itself before the kernel ends.
SHUTDOWN = 30


class Stopped(Exception):
    """By a signal: nothing more is to be executed."""


class Progress:
    """On a terminal a line that moves for each notebook in execution; elsewhere a line when one begins or ends and every half minute."""

    PLAIN_INTERVAL = 30

    def __init__(self, stream=sys.stderr):
        self.stream = stream
        self.moves = stream.isatty()
        self.begun = time.monotonic()
        self.lock = threading.Lock()
        self.lines = {}
        self.drawn = 0
        self.plain = {}

    def tell(self, head: str, text: str) -> None:
        """What the notebook of that head is at."""
        now = time.monotonic()
        line = f"{head}  {clock(now - self.begun)}  {text}"
        with self.lock:
            if self.moves:
                self.lines[head] = line
                self.draw()
            elif now - self.plain.setdefault(head, now) >= self.PLAIN_INTERVAL:
                self.plain[head] = now
                self.write(line + "\n")

    def end(self, head: str, text: str) -> None:
        """How the notebook of that head ended."""
        with self.lock:
            self.lines.pop(head, None)
        self.say(f"{head}: {text}")

    def say(self, text: str) -> None:
        with self.lock:
            self.write(self.erased() + text + "\n")
            self.draw()

    def draw(self) -> None:
        width = max(20, shutil.get_terminal_size().columns - 1)
        text = self.erased() + "\n".join(line[:width] for line in self.lines.values())
        self.drawn = len(self.lines)
        self.write(text)

    def erased(self) -> str:
        erased = "" if self.drawn == 0 else "\r\x1b[K" + "\x1b[1A\x1b[K" * (self.drawn - 1)
        self.drawn = 0
        return erased

    def write(self, text: str) -> None:
        self.stream.write(text)
        self.stream.flush()


class Execution(NotebookClient):
    """Of one notebook, not on the main thread: tells its progress, can be stopped, and ends a kernel that has fallen silent."""

    def begin(self, tell, silence: float, log: pathlib.Path) -> "Execution":
        self.tell, self.silence, self.kernel_log = tell, silence, log
        self.stopped, self.deaf, self.loop, self.ending = False, False, None, None
        self.heard = time.monotonic()
        return self

    async def async_start_new_kernel(self, **kwargs):
        self.km.shutdown_wait_time = SHUTDOWN
        # What the kernel's process itself says has no place in the notebook, nor in the progress line.
        with open(self.kernel_log, "ab") as log:
            await super().async_start_new_kernel(**kwargs, stdout=log, stderr=log)
        self.loop = asyncio.get_running_loop()
        if self.stopped:
            self.end_kernel()

    def stop(self) -> None:
        """From any thread."""
        if not self.stopped:
            self.stopped = True
            if self.loop is not None:
                with contextlib.suppress(RuntimeError):  # the execution has just ended
                    self.loop.call_soon_threadsafe(self.end_kernel)

    def end_kernel(self) -> None:
        # Without its kernel the execution ends, and cleans up.
        self.ending = self.ending or asyncio.ensure_future(self.km.shutdown_kernel(now=False))

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

    async def run(self, environment: dict) -> None:
        watch = asyncio.ensure_future(self.watch())
        try:
            await self.async_execute(env=environment)
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
    """What cells say that could not do their work here."""
    texts = [output.get("data", {}).get("text/plain", "") for output in code_outputs(notebook)]
    return list(dict.fromkeys(text for text in texts if text.startswith(NOT_RUN)))


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

    def __init__(self, folder: pathlib.Path, settings: dict, last: str, runs: pathlib.Path):
        self.file = folder / "state.json"
        self.runs = runs
        self.settings = settings
        self.last = last
        self.done = {}
        self.lock = threading.Lock()
        try:
            before = json.loads(self.file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return
        if before.get("settings") == settings and not before.get("complete"):
            self.done = before["notebooks"]

    def has(self, file: pathlib.Path, executed: pathlib.Path) -> bool:
        entry = self.done.get(file.stem)
        return (entry is not None and entry["source"] == checksum(file) and not entry["errors"] and not entry["not_run"] and executed.exists()
                and set(entry["runs"]) <= set(self.finished_runs(file)))

    def finished_runs(self, file: pathlib.Path) -> list:
        """The run folders of a row notebook's row."""
        row = ROW_NOTEBOOK.fullmatch(file.stem)
        return sorted(result.parent.name for result in self.runs.glob(f"{row[1]}-*/result.json")) if row else []

    def add(self, file: pathlib.Path, entry: dict) -> None:
        entry["runs"] = self.finished_runs(file)
        with self.lock:
            self.done.pop(self.last, None)  # it shows the results of all the others
            self.done[file.stem] = entry
            self.save(False)

    def save(self, complete: bool) -> None:
        write(self.file, json.dumps({"settings": self.settings, "complete": complete, "notebooks": self.done}, indent=1) + "\n")


def relocate(notebook, project: str) -> None:
    """Links from a notebook's folder to the project's files, in a copy that lies elsewhere."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = cell.source.replace("](../", f"]({project}/")


def blank(file: pathlib.Path):
    """The notebook without outputs."""
    notebook = nbformat.read(file, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return notebook


class Executor:
    """Executes notebooks, several at a time if it is to, until a signal says to stop."""

    def __init__(self, folder: pathlib.Path, kernel: str, silence: float, progress: Progress, state: State):
        self.folder, self.kernel, self.silence, self.progress, self.state = folder, kernel, silence, progress, state
        self.stopped = threading.Event()
        self.running = set()
        for sign in (signal.SIGINT, signal.SIGTERM):
            signal.signal(sign, self.stop)

    def stop(self, *_) -> None:
        self.stopped.set()
        for execution in list(self.running):
            execution.stop()

    def execute_all(self, notebooks: list, jobs: int) -> None:
        """Of (head, file) each, so many at a time, begun in their order."""
        environment = os.environ | {"ONEBIT_JOBS": str(jobs)}
        with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
            for done in [pool.submit(self.execute_or_stop, head, file, environment) for head, file in notebooks]:
                done.result()

    def execute_or_stop(self, *notebook) -> None:
        """What no notebook is to blame for, such as a full disk, is no reason to go on with the others."""
        try:
            self.execute(*notebook)
        except BaseException:
            self.stop()
            raise

    def executed_before(self, head: str, file: pathlib.Path) -> bool:
        """Whether a notebook need not be executed again; if so, says so."""
        before = self.state.has(file, self.folder / file.name)
        if before:
            self.progress.end(head, f"{outcome(self.state.done[file.stem])} (before)")
        return before

    def execute(self, head: str, file: pathlib.Path, environment: dict) -> None:
        """One notebook; what it has put out is kept whatever happens."""
        if self.stopped.is_set():
            return
        self.progress.tell(head, "starting the kernel")
        begun, notebook = time.monotonic(), blank(file)
        entry = {"source": checksum(file), "errors": []}
        execution = Execution(notebook, kernel_name=self.kernel, allow_errors=True, timeout=None, shutdown_kernel="graceful",
                              resources={"metadata": {"path": str(file.parent)}})
        execution.begin(lambda text: self.progress.tell(head, text), self.silence, self.folder / "kernel.log")
        self.running.add(execution)
        if self.stopped.is_set():
            execution.stop()
        try:
            asyncio.run(execution.run(environment))
        except Stopped:
            self.progress.end(head, "stopped and saved; the same command goes on.")
            return
        except (DeadKernelError, CellControlSignal, RuntimeError) as e:
            entry["errors"].append(str(e) or type(e).__name__)
        except OSError as e:
            entry["errors"].append(f"the kernel could not be started: {e}")
        finally:
            self.running.discard(execution)
            relocate(notebook, os.path.relpath(file.parent.parent, self.folder))
            write(self.folder / file.name, nbformat.writes(notebook))
        entry["errors"] = errors(notebook) + entry["errors"]
        entry["not_run"] = not_run(notebook)
        entry["seconds"] = round(time.monotonic() - begun, 1)
        self.state.add(file, entry)
        self.progress.end(head, f"{outcome(entry)} ({clock(entry['seconds'])})")


def outcome(entry: dict) -> str:
    if entry["errors"]:
        return "FAILED: " + entry["errors"][0]
    return entry["not_run"][0] if entry["not_run"] else "done"


def clock(seconds: float) -> str:
    return f"{int(seconds) // 3600}:{int(seconds) // 60 % 60:02d}:{int(seconds) % 60:02d}"


def jobs(profile: str) -> int:
    """How many row notebooks to execute at a time."""
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return 1 if os.environ.get("ONEBIT_DEVICE", "cpu") != "cpu" or processors == 1 else JOBS[profile]


def run(arguments) -> int:
    files = chosen(arguments.notebooks, arguments.rows)
    folder = arguments.report or arguments.results / "report"
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / ".lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            sys.exit(f"Another make reproduce writes to {folder}. Wait until it ends, or set ONEBIT_RESULTS to another folder.")
        except OSError:
            pass  # a file system without locks
        return execute(arguments, files, folder)


def execute(arguments, files: list, folder: pathlib.Path) -> int:
    os.environ["ONEBIT_PROFILE"] = arguments.profile
    os.environ["ONEBIT_RESULTS"] = str(arguments.results)
    sources = PROJECT / "lib" / "dist" / "sources.sha256"
    settings = {name: value for name, value in sorted(os.environ.items()) if name.startswith("ONEBIT_")}
    settings["rows"] = " ".join(arguments.rows)
    settings["sources"] = sources.read_text().strip() if sources.exists() else ""
    state, progress = State(folder, settings, files[-1].stem, arguments.results / "runs"), Progress()
    executor = Executor(folder, arguments.kernel, arguments.silence, progress, state)
    notebooks = [(f"[{place}/{len(files)}] {file.stem}", file) for place, file in enumerate(files, 1)]
    # The last one for itself: whether it is to be executed again is known when all others are done.
    for (rows, _), group in itertools.groupby(notebooks, lambda notebook: (ROW_NOTEBOOK.fullmatch(notebook[1].stem) is not None, notebook[1] == files[-1])):
        left = [notebook for notebook in group if not executor.executed_before(*notebook)]
        if left:
            executor.execute_all(left, min(arguments.jobs or jobs(arguments.profile), len(left)) if rows else 1)
    if executor.stopped.is_set():
        return 130
    entries = [(file, state.done[file.stem]) for file in files]
    page = folder / "index.html"
    write(page, report.page([(folder / file.name, entry) for file, entry in entries], settings, arguments.results / "table.csv"))
    failed = [file.stem for file, entry in entries if entry["errors"]]
    state.save(not failed)
    progress.say(f"Report: {page}")
    if failed:
        progress.say(f"{len(failed)} of {len(files)} notebooks failed: {', '.join(failed)}.")
    return 1 if failed else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("rows", nargs="*", metavar="ROW", help="rows of the table (default: all eight)")
    parser.add_argument("--profile", choices=list(JOBS), default=os.environ.get("ONEBIT_PROFILE", "quick"), help="how much of each row to train")
    parser.add_argument("--jobs", type=int, metavar="N", help="row notebooks to execute at a time, each with its share of the processors "
                        "(default: 2 for smoke, quick and laptop on a CPU, else 1)")
    parser.add_argument("--notebooks", type=pathlib.Path, default=PROJECT / "notebooks", help="folder of the notebooks")
    parser.add_argument("--results", type=lambda folder: pathlib.Path(folder).absolute(),
                        default=os.environ.get("ONEBIT_RESULTS") or str(PROJECT / "results"), help="folder of run folders and tables")
    parser.add_argument("--report", type=pathlib.Path, help="folder of the report (default: report in that of the results)")
    parser.add_argument("--kernel", default="java", help=argparse.SUPPRESS)
    parser.add_argument("--silence", type=float, default=SILENCE, help=argparse.SUPPRESS)
    os.environ.setdefault("JUPYTER_PREFER_ENV_PATH", "1")  # our kernel, not one of that name in the user's folders
    arguments = parser.parse_args()
    if arguments.profile not in JOBS:
        parser.error(f"ONEBIT_PROFILE is {arguments.profile!r}, and not one of {', '.join(JOBS)}.")
    if arguments.jobs is not None and arguments.jobs < 1:
        parser.error(f"--jobs must be 1 or more, not {arguments.jobs}.")
    try:
        return run(arguments)
    except NoSuchKernel:
        sys.exit(f"The kernel {arguments.kernel!r} is missing. Run environment/install, which registers it.")
    except OSError as e:
        full = " Free some space, then run this again." if e.errno in (errno.ENOSPC, errno.EDQUOT) else ""
        sys.exit(f"The report cannot be written: {e}.{full}")


if __name__ == "__main__":
    sys.exit(main())
