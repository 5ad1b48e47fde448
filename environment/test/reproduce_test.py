"""How notebooks are executed headless: in order, past failures, on from where it was stopped, and with nothing left behind.

Run by make reproduce-test in the notebooks' environment. All but one of the tests use its Python kernel, which starts faster.
"""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import unittest.mock

import nbformat
import psutil

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import row_notebooks

SCRIPT = pathlib.Path(__file__).resolve().parent.parent / "reproduce.py"
# A machine that tests may be slow and busy; no wait is an expectation.
PATIENCE = 180
# On one processor it would take one notebook at a time.
TWO = [] if (len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()) > 1 else ["--jobs", "2"]


class ReproduceTest(unittest.TestCase):
    def setUp(self):
        self.enterContext(unittest.mock.patch.dict(os.environ))
        os.environ.pop("ONEBIT_DEVICE", None)
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.notebooks = self.folder / "notebooks"
        self.results = self.folder / "results"
        self.log = self.folder / "log"
        self.notebooks.mkdir()
        self.log.touch()

    def notebook(self, name: str, *cells: str):
        made = [nbformat.v4.new_markdown_cell(f"# {name}\n[method](../docs/method.md)")] + [nbformat.v4.new_code_cell(cell) for cell in cells]
        nbformat.write(nbformat.v4.new_notebook(cells=made), self.notebooks / f"{name}.ipynb")

    def note(self, word: str) -> str:
        return f"with open({str(self.log)!r}, 'a') as log: log.write({word + ' '!r})"

    def noted(self) -> list:
        return self.log.read_text().split()

    def command(self, *arguments: str, kernel: str = "python3") -> list:
        return [sys.executable, str(SCRIPT), "--profile", "smoke", "--notebooks", str(self.notebooks), "--results", str(self.results),
                "--kernel", kernel, *arguments]

    def run_all(self, *arguments: str) -> subprocess.CompletedProcess:
        return subprocess.run(self.command(*arguments), capture_output=True, text=True, timeout=PATIENCE)

    def started(self, *words: str, kernel: str = "python3"):
        """The script and a kernel for each of the words, once notebooks have noted them."""
        process = self.enterContext(subprocess.Popen(self.command(*TWO, kernel=kernel), stderr=subprocess.PIPE, text=True))
        self.addCleanup(process.kill)
        self.wait(lambda: set(words) <= set(self.noted()) or process.poll() is not None, f"{words} are noted")
        if process.returncode is not None:
            self.fail(process.stderr.read())
        kernels = psutil.Process(process.pid).children(recursive=True)
        self.assertEqual(len(words), len(kernels))
        return process, kernels

    def wait_for_the_end(self, kernels: list):
        self.wait(lambda: not any(kernel.is_running() and kernel.status() != psutil.STATUS_ZOMBIE for kernel in kernels), "the kernels end")

    def wait(self, condition, what: str):
        end = time.monotonic() + PATIENCE
        while not condition():
            self.assertLess(time.monotonic(), end, f"not within {PATIENCE} s: {what}")
            time.sleep(0.1)

    def page(self) -> str:
        return (self.results / "report" / "index.html").read_text(encoding="utf-8")

    def test_executes_in_order_with_the_settings_and_makes_one_page(self):
        self.notebook("01-cifar10-b", self.note("one"))
        self.notebook("00-a", "import os", self.note("zero"), "os.environ['ONEBIT_PROFILE'], os.environ['ONEBIT_RESULTS']")

        done = self.run_all()

        self.assertEqual(0, done.returncode, done.stderr)
        self.assertEqual(["zero", "one"], self.noted())
        self.assertIn("[2/2] 01-cifar10-b: done", done.stderr)
        executed = nbformat.read(self.results / "report" / "00-a.ipynb", as_version=4)
        self.assertEqual(f"('smoke', {str(self.results)!r})", executed.cells[-1].outputs[0].data["text/plain"])
        self.assertIn("01-cifar10-b", self.page())
        link = executed.cells[0].source.split("(")[1].rstrip(")")
        self.assertEqual(self.folder / "docs" / "method.md", pathlib.Path(os.path.normpath(self.results / "report" / link)))

    def test_a_failure_does_not_stop_the_others_and_is_told(self):
        self.notebook("00-a", "raise ValueError('the disk is full')", self.note("after"))
        self.notebook("10-b", self.note("other"))

        done = self.run_all()

        self.assertEqual(1, done.returncode)
        self.assertEqual(["after", "other"], self.noted())
        self.assertIn("00-a: FAILED: the disk is full", done.stderr)
        self.assertIn("1 of 2 notebooks failed: 00-a", done.stderr)
        self.assertIn("the disk is full", self.page())

    def test_after_a_failure_the_last_notebook_is_executed_again_with_what_failed(self):
        self.notebook("01-cifar10-a", self.note("whole"))
        self.notebook("02-cifar10-b", self.note("begun"), f"assert len(open({str(self.log)!r}).read().split()) > 4")
        self.notebook("09-c", self.note("other"))
        self.notebook("10-figures", self.note("figures"))
        self.assertEqual(1, self.run_all(*TWO).returncode)

        again = self.run_all(*TWO)

        self.assertEqual(0, again.returncode, again.stderr)
        self.assertEqual(["begun", "figures"], self.noted()[4:])
        self.assertIn("09-c: done (before)", again.stderr)

    def test_the_last_notebook_is_executed_again_with_the_one_before_it_too(self):
        self.notebook("01-cifar10-a", self.note("row"))
        self.notebook("09-c", self.note("begun"), f"assert len(open({str(self.log)!r}).read().split()) > 3")
        self.notebook("10-figures", self.note("figures"))
        self.assertEqual(1, self.run_all().returncode)

        again = self.run_all()

        self.assertEqual(0, again.returncode, again.stderr)
        self.assertEqual(["begun", "figures"], self.noted()[3:])

    def test_a_row_whose_run_is_gone_is_executed_again(self):
        run = self.results / "runs" / "cifar10-a-smoke-seed1"
        self.notebook("01-cifar10-a", self.note("row"), f"import pathlib; run = pathlib.Path({str(run)!r}); run.mkdir(parents=True); (run / 'result.json').touch()")
        self.notebook("09-c", "raise ValueError('not yet')")
        self.assertEqual(1, self.run_all().returncode)
        self.assertIn("01-cifar10-a: done (before)", self.run_all().stderr)
        shutil.rmtree(run)

        self.assertNotIn("01-cifar10-a: done (before)", self.run_all().stderr)

        self.assertEqual(["row", "row"], self.noted())

    def test_of_two_at_a_time_the_second_is_refused(self):
        self.notebook("00-a", self.note("begun"), "import time; time.sleep(600)")
        process, kernels = self.started("begun")

        second = self.run_all()

        self.assertEqual(1, second.returncode)
        self.assertIn("Another make reproduce writes to", second.stderr)
        process.terminate()
        self.wait_for_the_end(kernels)

    def test_a_profile_of_the_environment_that_is_none_is_refused(self):
        refused = subprocess.run([sys.executable, str(SCRIPT)], capture_output=True, text=True, env=os.environ | {"ONEBIT_PROFILE": "fast"})

        self.assertEqual(2, refused.returncode)
        self.assertIn("ONEBIT_PROFILE is 'fast', and not one of smoke, quick", refused.stderr)

    def test_what_cannot_be_run_here_is_no_failure(self):
        for name, said in (("00-a", "not run: no data"), ("01-b", "not shown: no data")):
            self.notebook(name, "from IPython.display import display", f"display({{'text/plain': {said!r}}}, raw=True)")

        done = self.run_all()

        self.assertEqual(0, done.returncode, done.stderr)
        self.assertIn("00-a: not run: no data", done.stderr)
        self.assertIn("01-b: not shown: no data", done.stderr)
        self.assertIn("not shown: no data", self.page())

    def test_rows_choose_row_notebooks_and_the_others_are_executed_anyway(self):
        for name in ("00-a", "01-cifar10-x", "02-cifar10-y"):
            self.notebook(name, self.note(name))

        self.assertEqual(0, self.run_all("cifar10-y").returncode)
        self.assertEqual(["00-a", "02-cifar10-y"], self.noted())
        unknown = self.run_all("cifar10-z")
        self.assertEqual(1, unknown.returncode)
        self.assertEqual("There is no row 'cifar10-z'. The rows are cifar10-x, cifar10-y.", unknown.stderr.strip())

    def until(self, word: str) -> str:
        return f"import time\nwhile {word!r} not in open({str(self.log)!r}).read().split(): time.sleep(.1)"

    def test_row_notebooks_are_executed_two_at_a_time_between_the_others(self):
        jobs = "import os; assert os.environ['ONEBIT_JOBS'] == "
        self.notebook("00-a", jobs + "'1'", self.note("first"))
        self.notebook("01-cifar10-x", jobs + "'2'", self.note("x"), self.until("y"))
        self.notebook("02-cifar10-y", self.until("x"), self.note("y"), self.until("z"))
        self.notebook("03-cifar10-z", self.note("z"))
        self.notebook("10-b", jobs + "'1'", self.note("last"))

        done = self.run_all(*TWO)

        self.assertEqual(0, done.returncode, done.stderr)
        self.assertEqual(["first", "x", "y", "z", "last"], self.noted())

    def test_one_at_a_time_if_asked_for_or_on_one_gpu(self):
        for name in ("01-cifar10-x", "02-cifar10-y"):
            self.notebook(name, self.note("begin"), "import os, time; assert os.environ['ONEBIT_JOBS'] == '1'; time.sleep(.5)", self.note("end"))
        self.notebook("10-a")  # the last one is executed for itself in any case
        self.assertEqual(0, self.run_all("--jobs", "1").returncode)
        with unittest.mock.patch.dict(os.environ, {"ONEBIT_DEVICE": "cuda"}):
            self.assertEqual(0, self.run_all().returncode)
        self.assertEqual(["begin", "end"] * 4, self.noted())
        refused = self.run_all("--jobs", "0")
        self.assertEqual((2, "--jobs must be 1 or more, not 0."), (refused.returncode, refused.stderr.strip().split("error: ")[-1]))

    def test_a_stop_ends_all_that_are_executed_at_a_time(self):
        for name in ("01-cifar10-x", "02-cifar10-y", "03-cifar10-z"):
            self.notebook(name, self.note(name), "import time; time.sleep(3600)")
        process, kernels = self.started("01-cifar10-x", "02-cifar10-y")
        process.send_signal(signal.SIGTERM)
        said = process.stderr.read()
        self.assertEqual(130, process.wait(PATIENCE), said)
        self.assertEqual(2, said.count("stopped and saved; the same command goes on."), said)
        self.wait_for_the_end(kernels)
        self.assertNotIn("03-cifar10-z", self.noted())

    def test_what_cannot_be_written_ends_all_in_a_sentence(self):
        self.notebook("01-cifar10-x", self.note("x"), "import time; time.sleep(3600)")
        self.notebook("02-cifar10-y", self.until("x"))
        self.notebook("03-after-them")
        (self.results / "report" / "02-cifar10-y.ipynb").mkdir(parents=True)

        done = self.run_all(*TWO)

        self.assertEqual(1, done.returncode)
        self.assertIn("01-cifar10-x: stopped and saved", done.stderr)
        self.assertIn("The report cannot be written: ", done.stderr.strip().splitlines()[-1])

    def test_stopped_it_leaves_no_kernel_and_goes_on_where_it_was(self):
        self.notebook("00-a", self.note("first"))
        self.notebook("10-b", self.note("begun"), f"import os, time\nwhile not os.path.exists({str(self.folder / 'go')!r}): time.sleep(.1)", self.note("end"))
        for sign, code in ((signal.SIGTERM, 130), (signal.SIGINT, 130), (signal.SIGKILL, -signal.SIGKILL)):
            with self.subTest(sign.name):
                process, kernels = self.started("begun")
                process.send_signal(sign)
                self.assertEqual(code, process.wait(PATIENCE), process.stderr.read())
                self.wait_for_the_end(kernels)
                self.log.write_text(self.log.read_text().replace("begun", "again"))
        (self.folder / "go").touch()

        done = self.run_all()

        self.assertEqual(0, done.returncode, done.stderr)
        self.assertIn("[1/2] 00-a: done (before)", done.stderr)
        self.assertEqual(1, self.noted().count("first"))
        self.assertEqual("end", self.noted()[-1])
        self.run_all()
        self.assertEqual(2, self.noted().count("first"), "what was complete begins anew")

    def test_a_killed_executor_leaves_no_java_kernel(self):
        self.notebook("00-a", f'java.nio.file.Files.writeString(java.nio.file.Path.of({json.dumps(str(self.log))}), "java");', "Thread.sleep(3600000);")
        process, kernels = self.started("java", kernel="java")
        process.send_signal(signal.SIGKILL)
        process.wait(PATIENCE)
        self.wait_for_the_end(kernels)

    def test_a_silent_kernel_is_ended_and_said(self):
        self.notebook("00-a", "import time; time.sleep(3600)")
        self.notebook("10-b", self.note("other"))

        done = self.run_all("--silence", "15")

        self.assertEqual(1, done.returncode)
        self.assertIn("00-a: FAILED: the kernel said nothing for 15 s, and was ended", done.stderr)
        self.assertEqual(["other"], self.noted())

    def test_a_missing_kernel_is_said_in_a_sentence(self):
        self.notebook("00-a", "1")
        done = subprocess.run(self.command(kernel="no-such"), capture_output=True, text=True, timeout=PATIENCE)
        self.assertEqual(1, done.returncode)
        self.assertEqual("The kernel 'no-such' is missing. Run environment/install, which registers it.", done.stderr.strip().splitlines()[-1])

    def test_a_kernel_that_cannot_be_started_is_the_notebooks_failure(self):
        spec = self.folder / "jupyter" / "kernels" / "broken"
        spec.mkdir(parents=True)
        (spec / "kernel.json").write_text(json.dumps({"argv": ["/nowhere/java", "{connection_file}"], "display_name": "broken", "language": "java"}))
        os.environ["JUPYTER_PATH"] = str(self.folder / "jupyter")
        self.notebook("00-a", "1")
        done = subprocess.run(self.command(kernel="broken"), capture_output=True, text=True, timeout=PATIENCE)
        self.assertEqual(1, done.returncode)
        self.assertIn("00-a: FAILED: the kernel could not be started: ", done.stderr)


class CommittedNotebooksTest(unittest.TestCase):
    """Of the files as git has them: JupyterLab saves outputs into those of the folder."""

    def setUp(self):
        folder = SCRIPT.parent.parent / "notebooks"
        self.texts = {}
        for file in sorted(folder.glob("*.ipynb")):
            git = subprocess.run(["git", "-C", str(folder), "show", f":./{file.name}"], capture_output=True)
            if git.returncode != 0:
                self.skipTest("this is no checkout of git")
            self.texts[file.name] = git.stdout.decode()

    def test_the_row_notebooks_are_as_their_template_makes_them(self):
        for number, row in enumerate(row_notebooks.ROWS, 1):
            self.assertEqual(row_notebooks.text(number, *row), self.texts[f"{number:02d}-{row[0]}.ipynb"])

    def test_none_has_outputs(self):
        for name, text in self.texts.items():
            notebook = nbformat.reads(text, as_version=4)
            nbformat.validate(notebook)
            self.assertFalse([cell for cell in notebook.cells if cell.get("outputs")], name)


if __name__ == "__main__":
    unittest.main(verbosity=2)
