"""How much of the benchmark's rate real training reaches: augmentation, evaluation and saving included.

    python3 training.py [--configurations 1-bf16 4-bf16] [--rounds 3] [--data FOLDER]

In turns, in random order: steps on a batch of noise (`onebit bench train`), and a short `onebit train` on CIFAR-10 with a test set of a
fifth of the training images, as in the whole data set. Of the latter the first epoch is left out: in it the virtual machine still
compiles. A round in which others used the processors is reported as disturbed and left out. Rounds are written to build/bench as
JSON lines, with --save to bench/results. Linux only.
"""
import argparse
import csv
import datetime
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import machine
import worker
from alternate import PROJECT, Log, sentence, spread
from worker import BATCH, Configuration, WorkerFailed

EPOCHS = 3


def arguments():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--configurations", nargs="+", default=["1-bf16", "4-bf16"], metavar="WIDTH-PRECISION", help="default: 1-bf16 4-bf16")
    p.add_argument("--full", action="store_true", help="full-precision weights, not one-bit ones")
    p.add_argument("--data", help="folder with CIFAR-10 (default: as onebit finds it)")
    p.add_argument("--rounds", type=int, default=3, help="undisturbed ones to have (default: 3)")
    p.add_argument("--attempts", type=int, default=0, help="rounds at most, disturbed or not (default: three times --rounds)")
    p.add_argument("--turn", type=float, default=8, metavar="SECONDS", help="about the length of a turn and of an epoch (default: 8)")
    p.add_argument("--disturbance", type=float, default=0.08, metavar="PROCESSORS", help="what others may use on average (default: 0.08)")
    p.add_argument("--wait", type=float, default=60, metavar="SECONDS", help="for a quiet machine, before each round (default: 60)")
    p.add_argument("--save", action="store_true", help="write to bench/results")
    a = p.parse_args()
    try:
        a.configurations = [Configuration(c.width, c.precision, "bn", not a.full) for c in map(Configuration.parse, a.configurations)]
    except ValueError as e:
        p.error(str(e))
    a.attempts = a.attempts or 3 * a.rounds
    return a


def train(configuration: Configuration, images: int, seed: int, a) -> dict:
    """Rates of all epochs but the first, together."""
    with tempfile.TemporaryDirectory(prefix="onebit-training-") as folder, tempfile.TemporaryFile("w+") as messages:
        metrics = Path(folder, "run", "metrics.csv")
        process = subprocess.Popen(
            [str(worker.ONEBIT), "train", f"cifar10-{'1bit' if configuration.one_bit else 'full'}-bn", f"--width={configuration.width}",
             f"--precision={configuration.precision}", f"--epochs={EPOCHS}", f"--seed={seed}", f"--train-limit={images}",
             f"--test-limit={images // 5}", f"--run={metrics.parent}", *([f"--data={a.data}"] if a.data else [])],
            stdout=subprocess.DEVNULL, stderr=messages)
        try:
            wait_for_epochs(1, metrics, process, messages)
            watch = machine.Watch(process.pid)
            last = wait_for_epochs(EPOCHS, metrics, process, messages)[1:]
            others = watch.read()[1]
        finally:
            if process.poll() is None:
                process.terminate()
            process.wait()
    training, evaluation = (sum(float(epoch[key]) for epoch in last) for key in ("seconds", "evaluation_seconds"))
    done = images * len(last)
    return {"images": done, "images_per_s": round(done / training, 2), "with_evaluation_images_per_s": round(done / (training + evaluation), 2),
            "with_all_images_per_s": round(done / (time.monotonic() - watch.start), 2), "others": round(others, 3)}


def wait_for_epochs(count: int, metrics: Path, process, messages) -> list[dict]:
    """The lines of metrics.csv, once it has so many; the file is replaced as a whole."""
    while True:
        ended = process.poll() is not None
        if metrics.exists():
            epochs = list(csv.DictReader(metrics.read_text().splitlines()))
            if len(epochs) >= count:
                return epochs
        if ended:
            messages.seek(0)
            raise WorkerFailed("onebit train ended early: " + messages.read().strip().rpartition("\n")[2])
        time.sleep(0.05)


def measure(configuration: Configuration, a, log: Log):
    print(f"{configuration.name}: warming up", flush=True)
    rounds = []
    with worker.onebit_worker(configuration) as bench:
        log.add(kind="configuration", name=configuration.name, onebit=bench.settings)
        steps = max(10, bench.steps_for(a.turn))
        images = min(50000, steps * BATCH)
        for attempt in range(1, a.attempts + 1):
            quiet = machine.wait_for_quiet(a.disturbance, a.wait)
            entry = {"order": random.sample(["bench", "training"], 2), "waited_for_quiet": quiet}
            for side in entry["order"]:
                entry[side] = bench.turn(steps).record() if side == "bench" else train(configuration, images, attempt, a)
            entry["disturbed"] = max(entry["bench"]["others"], entry["training"]["others"]) > a.disturbance
            log.add(kind="training-round", name=configuration.name, round=attempt, **entry)
            print(f"  round {attempt}: bench {entry['bench']['images_per_s']:.1f}, training {entry['training']['images_per_s']:.1f}, with evaluation "
                  f"{entry['training']['with_evaluation_images_per_s']:.1f}, with all {entry['training']['with_all_images_per_s']:.1f} images/s"
                  + (f"  left out: others used {entry['bench']['others']:.2f} and {entry['training']['others']:.2f} processors" if entry["disturbed"] else ""),
                  flush=True)
            rounds += [] if entry["disturbed"] else [entry]
            if len(rounds) == a.rounds:
                break
    if not rounds:
        print(f"{configuration.name}: not measured; all rounds were disturbed")
        return
    for key, words in (("images_per_s", "training alone"), ("with_evaluation_images_per_s", "with evaluation"), ("with_all_images_per_s", "with evaluation and saving")):
        shares = [100 * r["training"][key] / r["bench"]["images_per_s"] for r in rounds]
        print(f"{configuration.name}: {words} {spread(shares, '{:.1f}')} % of the benchmark's rate, {len(rounds)} rounds")
    print(f"{configuration.name}: {statistics.median(r['training']['images_per_s'] for r in rounds):,.0f} images/s trained", flush=True)


def main():
    a = arguments()
    log = Log(a.save, "training")
    log.add(kind="conditions", started=f"{datetime.datetime.now(datetime.timezone.utc):%Y-%m-%dT%H:%MZ}", machine=machine.describe(),
            onebit=worker.built_from(), disturbance=a.disturbance, turn_seconds=a.turn)
    print(sentence(log.lines[0]))
    for configuration in a.configurations:
        measure(configuration, a, log)
    print(f"Each round: {os.path.relpath(log.path, PROJECT)}")


if __name__ == "__main__":
    try:
        main()
    except WorkerFailed as failure:
        sys.exit(f"training.py: {failure}")
    except KeyboardInterrupt:
        sys.exit(130)
