"""The tools of bench: that they take in what they should and leave out what they should. No speed is asserted."""
import contextlib
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path
from unittest import mock

BENCH = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(BENCH))

import accuracy  # noqa: E402
import alternate  # noqa: E402
import machine  # noqa: E402
import worker  # noqa: E402

SLEEPER = "import sys; print('{\"threads\": 1}', flush=True)\nfor line in sys.stdin: print(0.5 * int(line), flush=True)"


def round_entry(ratio, disturbed=False, name="20-1 bf16 one-bit bn"):
    side = {"images_per_s": 1000.0, "cpu_s_per_step": 0.1}
    return {"kind": "round", "name": name, "disturbed": disturbed, "ratio": ratio, "torch": side, "onebit": {**side, "images_per_s": 1000.0 * ratio}}


class Machine(unittest.TestCase):
    def test_work_of_a_child_is_its_own_and_not_others(self):
        watch = machine.Watch(os.getpid())
        subprocess.run([sys.executable, "-c", "import time\nwhile time.process_time() < 0.5: pass"], check=True)
        own, others = watch.read()
        self.assertGreaterEqual(own, 0.4)
        self.assertLess(own, 5)
        self.assertGreaterEqual(others, 0)

    def test_work_of_another_process_counts_as_others(self):
        with subprocess.Popen(["sleep", "60"]) as idle:
            watch = machine.Watch(idle.pid)
            subprocess.run([sys.executable, "-c", "import time\nwhile time.process_time() < 0.5: pass"], check=True)
            own, others = watch.read()
            idle.terminate()
        self.assertLess(own, 0.1)
        self.assertGreater(others, 0.1)

    def test_a_machine_that_is_never_quiet_is_not_waited_for_without_end(self):
        self.assertFalse(machine.wait_for_quiet(-1.0, 0.1))


class Workers(unittest.TestCase):
    def test_a_turn_gives_the_workers_own_time_and_images_per_second(self):
        with worker.Worker([sys.executable, "-c", SLEEPER]) as sleeper:
            self.assertEqual(sleeper.settings, {"threads": 1})
            turn = sleeper.turn(4)
        self.assertEqual(turn.seconds, 2.0)
        self.assertEqual(turn.rate, 250.0)

    def test_turns_are_as_long_as_asked(self):
        with worker.Worker([sys.executable, "-c", SLEEPER]) as sleeper:
            self.assertEqual(sleeper.steps_for(4), 8)
            self.assertEqual(sleeper.steps_for(0.01), 1)

    def test_a_worker_that_fails_says_why(self):
        with self.assertRaisesRegex(worker.WorkerFailed, "no such luck"):
            worker.Worker([sys.executable, "-c", "raise SystemExit('no such luck')"])

    def test_configurations_are_width_and_precision(self):
        self.assertEqual(worker.Configuration.parse("10-bf16"), worker.Configuration(10, "bf16"))
        for wrong in ("bf16", "0-bf16", "4-float64", "4", "-1-bf16"):
            with self.assertRaises(ValueError):
                worker.Configuration.parse(wrong)


class Rounds(unittest.TestCase):
    def test_a_disturbed_round_counts_in_no_figure(self):
        table = alternate.table([round_entry(2.0), round_entry(9.0, disturbed=True), round_entry(2.2), round_entry(2.1)])
        self.assertIn("| 2,100 | 1,000 | 2.10 (2.00 to 2.20) | 3 (1) |", table)

    def test_a_configuration_with_disturbed_rounds_only_has_no_figure(self):
        self.assertIn("| not measured | not measured | not measured | 0 (1) |", alternate.table([round_entry(9.0, disturbed=True)]))

    def test_files_of_one_machine_and_version_make_one_table(self):
        with tempfile.TemporaryDirectory() as folder:
            paths = []
            for i, sources in enumerate(["a" * 64, "a" * 64, "b" * 64]):
                conditions = {"kind": "conditions", "started": str(i), "machine": machine.describe(), "onebit": {"version": "1", "sources": sources}}
                paths.append(Path(folder, f"{i}.jsonl"))
                paths[-1].write_text("\n".join(map(json.dumps, [conditions, round_entry(2.0 + i)])))
            text = alternate.tables(paths)
        self.assertIn("2.50 (2.00 to 3.00) | 2 (0)", text)
        self.assertIn("4.00 (4.00 to 4.00) | 1 (0)", text)

    def test_a_configuration_that_onebit_refuses_is_left_out_and_does_not_keep_the_others_from_being_measured(self):
        def starting(configuration):
            words = "raise SystemExit('no bf16 here')" if configuration.precision == "bf16" else SLEEPER
            return worker.Worker([sys.executable, "-c", words])

        log, said = mock.Mock(), io.StringIO()
        a = alternate.arguments(["--configurations", "1-bf16", "1-float32", "--rounds", "1", "--disturbance", "99"])
        with mock.patch.object(worker, "onebit_worker", starting), mock.patch.object(worker, "torch_worker", lambda c, *_: starting(c)), \
                contextlib.redirect_stdout(said):
            for configuration in a.configurations:
                alternate.measure(configuration, a, log)
        self.assertIn("left out: no bf16 here", said.getvalue())
        self.assertEqual({call.kwargs["name"] for call in log.add.mock_calls}, {"20-1 float32 one-bit bn"})


class Accuracy(unittest.TestCase):
    def test_quantiles_are_those_of_the_tables(self):
        for freedom, expected in ((1, 12.7062), (2, 4.3027), (7, 2.3646), (30, 2.0423)):
            self.assertAlmostEqual(accuracy.student(0.975, freedom), expected, places=4)

    def test_a_difference_has_welchs_interval(self):
        # by hand: means 3 and 2, variances 2.5/5 and 1/3, so error 0.9129, freedom 5.88
        found = accuracy.difference(accuracy.mean([1, 2, 3, 4, 5]), accuracy.mean([1, 2, 3]))
        self.assertAlmostEqual(found.value, 1.0)
        self.assertAlmostEqual(found.error, 0.91287, places=4)
        self.assertAlmostEqual(found.freedom, 5.8824, places=3)

    def test_settings_are_told_apart_and_automatic_choice_counts_as_what_it_chose(self):
        with tempfile.TemporaryDirectory() as folder:
            for seed in (1, 2, 3):
                run(folder, seed, "float32", "direct", "direct convolutions", {6: 72.0 + seed})
                run(folder, seed, "bf16", "auto", "direct convolutions", {6: 71.0 + seed})
                run(folder, seed, "bf16", "winograd", "19 of 20 convolutions by Winograd F(2x2,3x3)", {6: 72.5 + seed})
            run(folder, 4, "bf16", "direct", "direct convolutions", {1: 40.0})
            runs, notes = accuracy.read([Path(folder)])
        self.assertIn("| cifar10-1bit-bn | 20-1 | 6 | bf16 direct | 3 | 73.00 | 1.00 | 70.52 to 75.48 |", accuracy.means(runs))
        self.assertIn("| bf16 direct | 3, 3 | -1.00 |", accuracy.differences(runs))
        self.assertIn("| bf16 winograd | 3, 3 | +0.50 |", accuracy.differences(runs))
        self.assertEqual(notes, ["1 unfinished runs are left out, which have reached no epoch that counts."])

    def test_runs_of_one_seed_are_compared_in_pairs_too(self):
        with tempfile.TemporaryDirectory() as folder:
            for seed, better in ((1, 1), (2, 2), (3, 3), (4, None)):
                run(folder, seed, "float32", "direct", "direct convolutions", {6: 70.0 + seed})
                if better:
                    run(folder, seed, "bf16", "direct", "direct convolutions", {6: 70.0 + seed + better})
            runs, _ = accuracy.read([Path(folder)])
        # by hand: differences 1, 2, 3, mean 2, error 1 / sqrt(3), Student's t 4.303
        self.assertIn("| bf16 direct | 3, 4 | +1.50 | -2.54 to +5.54 | 3 | +2.00 | -0.48 to +4.48 |", accuracy.differences(runs))

    def test_every_runs_value_has_its_place_among_the_seeds(self):
        with tempfile.TemporaryDirectory() as folder:
            run(folder, 1, "float32", "direct", "direct convolutions", {6: 72.5})
            run(folder, 3, "bf16", "winograd", "16 of 20 convolutions by Winograd", {6: 71.5})
            run(folder, 1, "bf16", "winograd", "16 of 20 convolutions by Winograd", {2: 61.5}, epochs=2, width=4)
            runs, _ = accuracy.read([Path(folder)])
        self.assertEqual("Seeds: 1, 3.\n\n| Row | Network | Epochs | float32 direct | bf16 winograd |\n| --- | --- | --- | --- | --- |\n"
                         "| cifar10-1bit-bn | 20-1 | 6 | 72.50, - | -, 71.50 |\n"
                         "| cifar10-1bit-bn | 20-4 | 2 | - | 61.50 |", accuracy.by_seed(runs))

    def test_losses_are_compared_as_accuracy_is(self):
        with tempfile.TemporaryDirectory() as folder:
            for seed in (1, 2, 3):
                run(folder, seed, "float32", "direct", "direct convolutions", {6: 72.0 + seed})
                run(folder, seed, "bf16", "direct", "direct convolutions", {6: 71.0 + seed})
            runs, _ = accuracy.read([Path(folder)], "train_loss")
        self.assertIn("| bf16 direct | 3 | 1.2700 | 0.0100 | 1.2452 to 1.2948 |", accuracy.means(runs, "train_loss"))
        self.assertIn("| bf16 direct | 3, 3 | +0.0100 |", accuracy.differences(runs, "train_loss"))

    def test_a_run_with_warm_restarts_counts_before_each_of_them_finished_or_not(self):
        with tempfile.TemporaryDirectory() as folder:
            run(folder, 1, "bf16", "direct", "direct convolutions", {1: 40.0, 2: 58.25, 5: 60.0, 6: 72.5, 9: 65.0}, epochs=14, note="bf16 emulated")
            run(folder, 2, "bf16", "direct", "direct convolutions", {2: 57.0, 6: 30.0, 9: 45.0}, epochs=14, lowest=())
            runs, notes = accuracy.read([Path(folder)])
        self.assertEqual(notes[0], "1 of the runs in bf16 emulated its instructions.")
        self.assertEqual({task.epochs: kinds["bf16 direct"] for task, kinds in runs.items()}, {2: {1: 58.25}, 6: {1: 72.5}})

    def test_runs_of_one_configuration_that_differ_are_refused(self):
        with tempfile.TemporaryDirectory() as folder:
            run(folder, 1, "bf16", "direct", "direct convolutions", {2: 58.25, 6: 72.5})
            run(folder, 1, "bf16", "direct", "direct convolutions", {2: 58.25, 6: 72.25}, epochs=14)
            with self.assertRaisesRegex(SystemExit, "differ after 6 epochs"):
                accuracy.read([Path(folder)])

    def test_settings_of_one_pair_each_are_one_sample(self):
        with tempfile.TemporaryDirectory() as folder:
            for width, row, better in ((2, "cifar10-1bit-bn", 1), (2, "cifar10-full-bn", 2), (4, "cifar10-1bit-bn", 3)):
                run(folder, 1, "float32", "direct", "direct convolutions", {2: 60.0}, row=row, epochs=2, width=width)
                run(folder, 1, "bf16", "direct", "direct convolutions", {2: 60.0 + better}, row=row, epochs=2, width=width)
            run(folder, 2, "bf16", "direct", "direct convolutions", {2: 99.0}, epochs=2, width=4)  # no partner of its seed
            runs, _ = accuracy.read([Path(folder)])
        self.assertIn("| 20-2, 20-4 | 2 | bf16 direct | | | | 3 | +2.00 | -0.48 to +4.48 |", accuracy.differences(runs))

    def test_over_all_tasks_of_one_network_and_as_many_epochs_each_weighs_as_much_as_it_has_runs(self):
        with tempfile.TemporaryDirectory() as folder:
            for row, seeds, difference in (("cifar10-1bit-bn", (1, 2, 3), -0.5), ("cifar10-full-bn", (1, 2), 0.5)):
                for seed in seeds:
                    run(folder, seed, "float32", "direct", "direct convolutions", {2: 50.0 + seed, 6: 72.0 + seed}, row=row)
                    run(folder, seed, "bf16", "direct", "direct convolutions", {2: 51.0 + seed, 6: 72.0 + seed + difference}, row=row)
                    for precision, mean in (("float32", 60.0), ("bf16", 63.0)):
                        run(folder, seed, precision, "direct", "direct convolutions", {2: mean + seed}, row=row, epochs=2, width=4)
            runs, _ = accuracy.read([Path(folder)])
        self.assertIn("| **all 2, weighted by their runs** | 20-1 | 6 | bf16 direct | 5 | -0.10 |", accuracy.differences(runs))  # (3 * -0.5 + 2 * 0.5) / 5
        self.assertIn("weighted by their runs** | 20-1 | 2 | bf16 direct | 5 | +1.00 |", accuracy.differences(runs))
        self.assertIn("weighted by their runs** | 20-4 | 2 | bf16 direct | 5 | +3.00 |", accuracy.differences(runs))


# In place of `onebit train ... --run=FOLDER --resume`: it waits until it is told to go on, or stopped.
ONEBIT = """#!/bin/sh
for word; do case $word in --run=*) run=${word#--run=} ;; esac; done
trap 'echo saved >"$run/saved"; exit 143' TERM
mkdir -p "$run" && echo "$@" >"$run/begun"
until [ -e go ]; do sleep 0.05; done
[ -e fail ] || echo {} >"$run/result.json"
[ ! -e fail ]
"""


class Seeds(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.project = Path(folder.name)
        self.runs = self.project / "bench" / "results" / "seeds"
        (self.project / "bench").mkdir()
        shutil.copy(BENCH / "seeds", self.project / "bench")
        (self.project / "lib" / "bin").mkdir(parents=True)
        (self.project / "lib" / "dist").mkdir()
        (self.project / "lib" / "dist" / "sources.sha256").touch()
        (self.project / "lib" / "bin" / "onebit").write_text(ONEBIT)
        (self.project / "lib" / "bin" / "onebit").chmod(0o755)

    def start(self, *options):
        seeds = subprocess.Popen([sys.executable, "bench/seeds", *options], cwd=self.project, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        self.addCleanup(seeds.stderr.close)
        self.addCleanup(seeds.kill)
        return seeds

    def until(self, count, name):
        end = time.monotonic() + 60
        while len(found := sorted(self.runs.glob(f"*/{name}"))) < count:
            self.assertLess(time.monotonic(), end, f"{count} times {name}")
            time.sleep(0.05)
        return found

    def test_trains_one_after_the_other_and_as_many_as_asked_at_a_time(self):
        (self.project / "go").touch()
        self.assertEqual(self.start("--most", "2").wait(60), 0)
        self.assertEqual(len(self.until(2, "result.json")), 2)
        (self.project / "go").unlink()

        seeds = self.start("--jobs", "2", "--most", "3", "--emulate-bf16")
        self.until(4, "begun")
        time.sleep(0.5)
        begun = self.until(4, "begun")
        self.assertEqual(len(begun), 4, "two of before, two that go on")
        (self.project / "go").touch()
        self.assertEqual(seeds.wait(60), 0)

        self.assertEqual(len(self.until(5, "result.json")), 5)
        self.assertEqual(sum("--threads=" in file.read_text() for file in self.until(5, "begun")), 3)

    def test_a_stop_is_passed_on_to_all_and_waited_for(self):
        seeds = self.start("--jobs", "2")
        self.until(2, "begun")
        seeds.send_signal(signal.SIGTERM)
        self.assertEqual(seeds.wait(60), 128 + signal.SIGTERM)
        self.assertEqual(len(self.until(2, "saved")), 2)
        self.assertEqual(len(self.until(2, "begun")), 2, "none began after it")

    def test_what_is_not_built_yet_is_said_once(self):
        (self.project / "lib" / "dist" / "sources.sha256").unlink()
        self.assertEqual(self.start().communicate(timeout=60)[1], "seeds: the library is not built yet. Run make build first.\n")

    def test_runs_that_fail_are_named_in_the_end(self):
        (self.project / "go").touch()
        (self.project / "fail").touch()
        seeds = self.start("--most", "1")
        self.assertIn("1 of the runs failed, see their output: cifar10-1bit-bn-w1-e6-bf16-direct-seed1", seeds.communicate(timeout=60)[1])
        self.assertEqual(seeds.returncode, 1)


def run(folder, seed, precision, algorithm, network, percent_after, epochs=6, row="cifar10-1bit-bn", lowest=(2, 6, 14), note="512-bit vectors", width=1):
    """A run folder with the given accuracies after some epochs, and the learning rate at its lowest after some of them."""
    path = Path(folder, f"{row}-{width}-{precision}-{algorithm}-{epochs}-{seed}")
    path.mkdir()
    config = {"row": row, "depth": 20, "width": width, "epochs": epochs, "seed": seed, "engine": "cpu", "precision": precision,
              "algorithm": algorithm, "train_limit": 0, "test_limit": 0}
    (path / "config.json").write_text(json.dumps(config))
    (path / "provenance.json").write_text(json.dumps({"sessions": [{"network": f"{precision}, {network}, 2 threads, {note}", "software": {"sources": "a"}}]}))
    (path / "metrics.csv").write_text("\n".join(["epoch,lr_end,train_loss,test_accuracy", *(
        f"{epoch},{1.0E-5 if epoch in lowest else 0.05},{2 - percent / 100},{percent / 100}" for epoch, percent in percent_after.items())]))


if __name__ == "__main__":
    unittest.main()
