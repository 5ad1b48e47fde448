"""A row's notebook in JupyterLab as its user meets it: run, interrupted while it trains, run again, and finished.

A real JupyterLab, a real kernel and a real browser, on copies of the notebooks and an empty folder of results. Leaves a
picture of each stage. Run by environment/test/lab.
"""
import argparse
import contextlib
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

import psutil
from playwright.sync_api import Locator, Page, sync_playwright

PROJECT = pathlib.Path(__file__).resolve().parent.parent.parent
TOKEN = "lab-test"
# A machine that tests may be slow and busy; none of these waits is an expectation but INTERRUPTED.
STARTED, TRAINED, SHOWN = 90, 240, 30
INTERRUPTED = 2.0
STILL_STOPPING = "Run this cell again in a few seconds"
CHROMIUM = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
            "--disable-component-update", "--disable-sync"]


class Failure(Exception):
    """What was seen and should not be, in a sentence."""


def wait(what: str, seconds: float, condition, pause=lambda: time.sleep(0.05)):
    """The condition's value as soon as it is true."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise Failure(f"not within {seconds:g} s: {what}")
        pause()


@contextlib.contextmanager
def jupyterlab(folder: pathlib.Path, environment: dict):
    """JupyterLab on a folder, with none of the user's own settings; yields its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = folder / "jupyterlab.log"
    own = {f"JUPYTER_{kind}_DIR": str(folder / "jupyter" / kind) for kind in ("CONFIG", "DATA", "RUNTIME")}
    own |= {f"JUPYTERLAB_{kind}_DIR": str(folder / "jupyter" / kind) for kind in ("SETTINGS", "WORKSPACES")}
    tracker = folder / "jupyter" / "SETTINGS" / "@jupyterlab" / "notebook-extension" / "tracker.jupyterlab-settings"
    tracker.parent.mkdir(parents=True)
    tracker.write_text(json.dumps({"windowingMode": "none"}))  # every cell is in the page, scrolled to or not
    with log.open("w") as out:
        server = subprocess.Popen(
            [PROJECT / "environment" / "lab", "--no-browser", f"--ServerApp.root_dir={folder}", f"--ServerApp.port={port}",
             "--ServerApp.port_retries=0", f"--IdentityProvider.token={TOKEN}"],
            stdout=out, stderr=subprocess.STDOUT, env=os.environ | own | environment, start_new_session=True)
    address = f"http://127.0.0.1:{port}"

    def answers():
        if server.poll() is not None:
            raise Failure("JupyterLab ended at its start: " + log.read_text()[-2000:])
        with contextlib.suppress(OSError):
            return urllib.request.urlopen(f"{address}/api?token={TOKEN}", timeout=5).status == 200

    try:
        wait("JupyterLab answers", STARTED, answers)
        yield address
    finally:
        family = psutil.Process(server.pid).children(recursive=True) if server.poll() is None else []
        server.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            server.wait(20)
        _, alive = psutil.wait_procs(family, timeout=15)
        for process in alive:
            process.kill()
        if server.poll() is None:
            server.kill()
    if alive:
        raise Failure(f"{len(alive)} processes outlived JupyterLab: {', '.join(p.name() for p in alive)}")


class Notebook:
    """An open notebook, through what a user sees of it."""

    def __init__(self, page: Page, address: str, file: pathlib.Path, pictures: pathlib.Path):
        self.page, self.pictures = page, pictures
        # Of the kernel JJava, JupyterLab shows no state before it has run something; that it answers tells more.
        answers = []
        page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: answers.append(b"kernel_info_reply" in self.bytes(frame))))
        page.goto(f"{address}/lab/tree/{file.parent.name}/{file.name}?token={TOKEN}&reset")
        page.wait_for_selector(".jp-Notebook .jp-CodeCell")
        self.wait("the kernel answers", STARTED, lambda: any(answers))
        self.wait("JupyterLab shows the kernel", SHOWN, lambda: self.state() in ("unknown", "idle"))

    @staticmethod
    def bytes(frame: str | bytes) -> bytes:
        return frame.encode() if isinstance(frame, str) else frame

    def wait(self, what: str, seconds: float, condition):
        """As soon as the condition is true; meanwhile hears what the browser reports."""
        return wait(what, seconds, condition, pause=lambda: self.page.wait_for_timeout(50))

    def state(self) -> str:
        shown = self.page.locator("#jp-main-statusbar").get_by_text(re.compile(r"^Java 25 \| \w+$"))
        return shown.first.inner_text().split(" | ")[1].lower() if shown.count() else ""

    def idle(self) -> bool:
        return self.state() == "idle"

    def cell(self, index: int) -> Locator:
        """By its place among the notebook's cells of code."""
        return self.page.locator(".jp-Notebook .jp-CodeCell").nth(index)

    def prompt(self, index: int) -> str:
        return self.cell(index).locator(".jp-InputPrompt").inner_text().strip()

    def running(self, index: int) -> bool:
        return "*" in self.prompt(index)

    def done(self, index: int) -> bool:
        return re.fullmatch(r"\[\d+\]:", self.prompt(index)) is not None

    def menu(self, entry: str):
        self.page.locator(".lm-MenuBar-itemLabel", has_text=re.compile("^Run$")).click()
        self.page.locator(".lm-Menu-itemLabel", has_text=re.compile(f"^{entry}$")).click()

    def interrupt(self):
        self.page.locator('[data-jp-item-name="interrupt"] jp-button, [data-command="notebook:interrupt-kernel"]').first.click()

    def images(self, index: int) -> list[str]:
        return [image.get_attribute("src") or "" for image in self.cell(index).locator(".jp-OutputArea-output img").all()]

    def outputs(self, index: int) -> int:
        return self.cell(index).locator(".jp-OutputArea-child").count()

    def text(self, index: int) -> str:
        return " ".join(self.cell(index).locator(".jp-OutputArea-output").all_inner_texts())

    def errors(self) -> list[str]:
        outputs = self.page.locator('.jp-OutputArea-output[data-mime-type="application/vnd.jupyter.error"], '
                                    '.jp-OutputArea-output[data-mime-type="application/vnd.jupyter.stderr"]')
        return outputs.all_inner_texts()

    def picture(self, name: str, index: int | None = None):
        if index is not None:
            self.cell(index).scroll_into_view_if_needed()
        self.page.screenshot(path=self.pictures / f"{name}.png")


def one_chart(notebook: Notebook, training: int) -> list[str]:
    """The pictures of the training cell: none yet, or one."""
    images = notebook.images(training)
    if len(images) > 1 or notebook.outputs(training) > 2:
        raise Failure(f"the training cell has {len(images)} pictures and {notebook.outputs(training)} outputs, not one that changes")
    if "not run:" in notebook.text(training):
        raise Failure(notebook.text(training))
    return images


def chart_changes(notebook: Notebook, training: int):
    """Seen in two states while the cell runs. A small run is over soon after."""
    seen = set()

    def changed():
        seen.update(one_chart(notebook, training))
        if notebook.done(training):
            raise Failure("the training cell ended before its chart was seen to change: " + notebook.text(training))
        return len(seen) >= 2

    notebook.wait("the training's chart changes", TRAINED, changed)


def run_again(notebook: Notebook, training: int):
    """From the training cell on, until there is a chart again; anew, where the cell says that the step before the interrupt is not over yet."""
    before = notebook.prompt(training)
    for _ in range(10):
        notebook.cell(training).locator(".cm-content").click()
        notebook.menu("Run Selected Cell and All Below")
        notebook.wait("the training cell is run again", SHOWN, lambda: notebook.prompt(training) != before)
        notebook.wait("there is a chart again", TRAINED, lambda: one_chart(notebook, training) or notebook.done(training))
        if STILL_STOPPING not in notebook.text(training):
            return
        print("          refused: " + notebook.text(training), flush=True)
        before = notebook.prompt(training)
        notebook.page.wait_for_timeout(2000)
    raise Failure("the run that was interrupted does not end: " + notebook.text(training))


def scenario(notebook: Notebook, training: int, cells: int, results: pathlib.Path):
    say = lambda text: print(f"{time.monotonic() - start:6.1f} s  {text}", flush=True)
    start = time.monotonic()

    notebook.menu("Run All Cells")
    chart_changes(notebook, training)
    if notebook.errors():
        raise Failure("there are errors: " + " | ".join(notebook.errors())[:2000])
    notebook.picture("1-training", training)
    say("Run All Cells: the training's chart changes in its place, no error")

    stopped = time.monotonic()
    notebook.interrupt()
    notebook.wait("the interrupted cell ends", INTERRUPTED + 3, lambda: not notebook.running(training))
    took = time.monotonic() - stopped
    if took > INTERRUPTED:
        raise Failure(f"the interrupted cell ended after {took:.1f} s, not within {INTERRUPTED:g} s")
    say(f"interrupted: the cell ended after {took:.2f} s")
    notebook.wait("the kernel is idle after the interrupt", SHOWN, notebook.idle)
    notebook.picture("2-interrupted", training)
    sessions = lambda: [session for file in results.rglob("provenance.json") for session in json.loads(file.read_text())["sessions"]]
    notebook.wait("the stopped run is saved", SHOWN, sessions)
    if list(results.rglob("result.json")):
        raise Failure("the run was finished before it could be interrupted")

    # The kernel that answers is the one that was interrupted: it knows what an earlier cell has made.
    run_again(notebook, training)
    say("run again: the same kernel goes on")
    notebook.picture("3-resumed", training)
    notebook.wait("the last cell is done", TRAINED, lambda: notebook.done(cells - 1) and notebook.idle())
    if notebook.errors():
        raise Failure("there are errors: " + " | ".join(notebook.errors())[:2000])
    first, second = sessions()
    if second["from"] != first["to"]:
        raise Failure(f"the run was stopped at {first['to']} and went on from {second['from']}")
    say(f"it went on from {second['from']} and all cells are done, no error")
    notebook.picture("4-done", training)
    for index in range(cells):
        if notebook.outputs(index):
            notebook.cell(index).scroll_into_view_if_needed()
            notebook.cell(index).screenshot(path=notebook.pictures / f"cell-{index + 1:02}.png")


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("lab-test was stopped"))  # so that JupyterLab is ended too
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--browser", required=True)
    parser.add_argument("--pictures", type=pathlib.Path, required=True)
    parser.add_argument("--notebook", type=pathlib.Path, help="the one that is run; without, the first row's")
    arguments = parser.parse_args()
    source = arguments.notebook or next(iter(sorted((PROJECT / "notebooks").glob("01-*.ipynb"))), None)
    if source is None:
        sys.exit("There is no notebook 01 in the folder notebooks.")
    code = ["".join(cell["source"]) for cell in json.loads(source.read_text())["cells"] if cell["cell_type"] == "code"]
    training = next((i for i, text in enumerate(code) if re.search(r"\.train\(", text)), None)
    if training is None:
        sys.exit(f"No cell of {source} calls train().")
    arguments.pictures.mkdir(parents=True, exist_ok=True)
    for old in [*arguments.pictures.glob("*.png"), *arguments.pictures.glob("jupyterlab.log")]:
        old.unlink()
    with tempfile.TemporaryDirectory(prefix="onebit-lab-") as scratch:
        folder = pathlib.Path(scratch)
        shutil.copytree(source.parent, folder / "notebooks", ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
        results = folder / "results"
        settings = {"ONEBIT_PROFILE": "smoke", "ONEBIT_RESULTS": str(results)}
        try:
            with jupyterlab(folder, settings) as address, sync_playwright() as playwright:
                with contextlib.closing(playwright.chromium.launch(executable_path=arguments.browser, args=CHROMIUM)) as browser:
                    page = browser.new_page(viewport={"width": 1280, "height": 1000})
                    page.set_default_timeout(STARTED * 1000)
                    try:
                        notebook = Notebook(page, address, folder / "notebooks" / source.name, arguments.pictures)
                        scenario(notebook, training, len(code), results)
                    except Exception:
                        page.screenshot(path=arguments.pictures / "failed.png")
                        raise
        except Failure as failure:
            with contextlib.suppress(OSError):
                shutil.copy(folder / "jupyterlab.log", arguments.pictures)
            sys.exit(f"lab-test FAILED: {failure}\nPictures and JupyterLab's log are in {arguments.pictures}")
    print(f"lab-test passed; its pictures are in {arguments.pictures}")


if __name__ == "__main__":
    main()
