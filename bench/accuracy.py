"""Whether a precision or a way of convolution costs accuracy: test accuracy of run folders, by setting, with intervals.

    python3 accuracy.py [--of test_accuracy|train_loss|test_loss] [--by-seed] [FOLDER ...]

FOLDER: run folders, or folders of them (default: bench/results/seeds, which bench/seeds fills).

Prints two tables in Markdown: mean, standard deviation and 95 % interval of the mean (Student's t) of every setting; and for every
setting its difference from float32 by direct convolutions, with 95 % intervals of two kinds: Welch's, for which all runs are
independent, and that of the differences between runs of one seed (paired), which begin with the same weights and see the same images
in the same order, until rounding leads them apart. Both hold; the paired one is the narrower where a seed's luck outlasts that.
Settings with one such pair each, of as many epochs, are one sample together.

A run counts at its end and, finished or not, at each epoch at whose end the learning rate was at its lowest. With warm restarts
(the rows with batch norm) that is after 2, 6, 14 and so on: up to there it is, to the last bit, a run of so many epochs.

--by-seed prints every run's value instead, in the order of the seeds.

--of train_loss compares the mean loss of the last epoch's training images instead, which the luck of a seed changes less.
"""
import argparse
import csv
import json
import math
import statistics
import sys
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
BASE = "float32 direct"
ACCURACY = "test_accuracy"
LOSSES = ["train_loss", "test_loss"]
LOWEST_RATE = 1e-5  # of both papers' schedules


@dataclass(frozen=True, order=True)
class Task:
    """What is learned; runs of one task differ by seed and arithmetic only."""

    width: int
    depth: int
    epochs: int
    row: str
    images: str

    @staticmethod
    def of(config: dict, epochs: int) -> "Task":
        limits = [config["train_limit"], config["test_limit"]]
        return Task(config["width"], config["depth"], epochs, config["row"], "all" if not any(limits) else "{}, {}".format(*limits))

    def network(self) -> str:
        return f"{self.depth}-{self.width}"

    def cells(self) -> str:
        part = "" if self.images == "all" else f" (images: {self.images})"
        return f"{self.row}{part} | {self.network()} | {self.epochs}"


@dataclass(frozen=True)
class Estimate:
    """A mean or a difference of means: value, standard error, degrees of freedom."""

    value: float
    error: float
    freedom: float

    def interval(self) -> tuple[float, float]:
        half = student(0.975, self.freedom) * self.error
        return self.value - half, self.value + half


def mean(values: list[float]) -> Estimate:
    return Estimate(statistics.fmean(values), statistics.stdev(values) / math.sqrt(len(values)), len(values) - 1)


def difference(a: Estimate, b: Estimate) -> Estimate:
    """a - b, with Welch's degrees of freedom."""
    return combined([(1, a), (-1, b)])


def combined(parts: list[tuple[float, Estimate]]) -> Estimate:
    """A weighted sum of independent estimates (Welch and Satterthwaite)."""
    variances = [(weight * e.error) ** 2 for weight, e in parts]
    total = sum(variances)
    freedom = total**2 / sum(v**2 / e.freedom for v, (_, e) in zip(variances, parts)) if total else min(e.freedom for _, e in parts)
    return Estimate(sum(weight * e.value for weight, e in parts), math.sqrt(total), freedom)


def student(probability: float, freedom: float) -> float:
    """The quantile of Student's t, for a probability from 0.5 up: by bisection, its density integrated by Simpson's rule."""
    scale = math.exp(math.lgamma((freedom + 1) / 2) - math.lgamma(freedom / 2)) / math.sqrt(freedom * math.pi)

    def above_half(t):
        # t = tan(u) keeps the range short where the tails are long
        n, end = 400, math.atan(t)
        weights = (1 if i in (0, n) else 4 if i % 2 else 2 for i in range(n + 1))
        return sum(w * scale * (1 + math.tan(end * i / n) ** 2 / freedom) ** (-(freedom + 1) / 2) * (1 + math.tan(end * i / n) ** 2)
                   for i, w in enumerate(weights)) * end / n / 3

    low, high = 0.0, 1.0
    while above_half(high) < probability - 0.5:
        high *= 2
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if above_half(middle) < probability - 0.5 else (low, middle)
    return high


def read(folders: list[Path], measure: str = ACCURACY) -> tuple[dict, list[str]]:
    """({task: {arithmetic: {seed: accuracy in per cent, or a loss}}}, what a reader should know of the runs)"""
    runs, sources, left_out, emulated = defaultdict(lambda: defaultdict(dict)), set(), 0, 0
    for config_file in sorted({file for folder in folders for file in folder.rglob("config.json")}):
        folder = config_file.parent
        config = json.loads(config_file.read_text())
        found = counted(folder, config, measure)
        if not found:
            left_out += 1
            continue
        sessions = json.loads((folder / "provenance.json").read_text())["sessions"]
        sources.update(session["software"]["sources"] for session in sessions)
        emulated += any("emulated" in session["network"] for session in sessions)
        for epochs, value in found.items():
            seeds = runs[Task.of(config, epochs)][arithmetic(config, sessions[-1]["network"])]
            if seeds.setdefault(config["seed"], value) != value:
                raise SystemExit(f"accuracy.py: two runs of one configuration and seed differ after {epochs} epochs, one of them in {folder}. "
                                 "Give folders of one study.")
    notes = [f"{len(sources)} states of the sources made these runs."] * (len(sources) > 1)
    notes += [f"{emulated} of the runs in bf16 emulated its instructions."] * bool(emulated)
    return runs, notes + [f"{left_out} unfinished runs are left out, which have reached no epoch that counts."] * bool(left_out)


def counted(folder: Path, config: dict, measure: str) -> dict[int, float]:
    """{epochs: accuracy in per cent, or a loss} at which a run counts, finished or not."""
    def value(line):
        return round(100 * float(line[measure]), 2) if measure == ACCURACY else float(line[measure])

    metrics = folder / "metrics.csv"
    if not metrics.exists():
        return {}
    with metrics.open(newline="") as lines:
        return {int(line["epoch"]): value(line) for line in csv.DictReader(lines)
                if float(line["lr_end"]) <= LOWEST_RATE or int(line["epoch"]) == config["epochs"]}


def arithmetic(config: dict, network: str) -> str:
    """What the engine did, not what it was asked for: 'auto' counts as what it chose."""
    if config["engine"] != "cpu":
        return f"{config['precision']} ({config['engine']})"
    if "direct convolutions" in network:
        return f"{config['precision']} direct"
    return f"{config['precision']} winograd"


def means(runs: dict, measure: str = ACCURACY) -> str:
    form = digits(measure)
    rows = [f"| Row | Network | Epochs | Arithmetic | n | Mean{', %' if measure == ACCURACY else ''} | Deviation | 95 % interval of the mean |", "| --- | --- | --- | --- | --- | --- | --- | --- |"]
    for task, kinds in sorted(runs.items()):
        for kind, seeds in sorted(kinds.items()):
            values = list(seeds.values())
            rows.append(f"| {task.cells()} | {kind} | {len(values)} | {statistics.fmean(values):{form}} | " + (
                f"{{:{form}}} | {{:{form}}} to {{:{form}}} |".format(statistics.stdev(values), *mean(values).interval()) if len(values) > 1 else "| |"))
    return "\n".join(rows)


def differences(runs: dict, measure: str = ACCURACY) -> str:
    form = digits(measure)
    rows = [f"| Row | Network | Epochs | Arithmetic | n, n of {BASE} | Minus {BASE}{', points' if measure == ACCURACY else ''} | 95 % interval | Pairs of a seed | Paired | 95 % interval |",
            "| --- " * 10 + "|"]
    found, paired, single = defaultdict(list), defaultdict(list), defaultdict(list)
    for task, kinds in sorted(runs.items()):
        base = kinds.get(BASE, {})
        for kind, seeds in sorted(kinds.items()):
            if kind == BASE:
                continue
            pairs = [value - base[seed] for seed, value in seeds.items() if seed in base]
            if len(pairs) == 1:
                single[task.epochs, kind].append((task.network(), pairs[0]))
            if len(seeds) > 1 and len(base) > 1:
                estimate = difference(mean(list(seeds.values())), mean(list(base.values())))
                of_network = task.network(), task.epochs, kind
                found[of_network].append((len(seeds), estimate))
                of_pairs = " | | |"
                if len(pairs) > 1:
                    paired[of_network].append((len(pairs), mean(pairs)))
                    of_pairs = " " + weighted(paired[of_network][-1:], form)
                rows.append(f"| {task.cells()} | {kind} | {len(seeds)}, {len(base)} | {signed(estimate, form)}{of_pairs}")
    for of_network, estimates in sorted(found.items()):  # not over epochs: one run counts at several
        if len(estimates) > 1:
            rows.append("| **all {}, weighted by their runs** | {} | {} | {} | ".format(len(estimates), *of_network) + weighted(estimates, form)
                        + (f" {weighted(paired[of_network], form)}" if paired[of_network] else " | | |"))
    for (epochs, kind), pairs in sorted(single.items()):
        if len(pairs) > 1:
            networks = ", ".join(sorted({network for network, _ in pairs}))
            rows.append(f"| **those of one pair each, together** | {networks} | {epochs} | {kind} | | | | {len(pairs)} | "
                        + signed(mean([pair for _, pair in pairs]), form))
    return "\n".join(rows)


def weighted(estimates: list[tuple[int, Estimate]], form: str) -> str:
    total = sum(n for n, _ in estimates)
    return f"{total} | " + signed(combined([(n / total, e) for n, e in estimates]), form)


def by_seed(runs: dict, measure: str = ACCURACY) -> str:
    seeds = sorted({seed for kinds in runs.values() for values in kinds.values() for seed in values})
    kinds = sorted({kind for found in runs.values() for kind in found}, key=lambda kind: (kind != BASE, kind))
    rows = ["| Row | Network | Epochs | " + " | ".join(kinds) + " |", "| --- " * (3 + len(kinds)) + "|"]
    for task, found in sorted(runs.items(), key=lambda item: (item[0].width, item[0].depth, item[0].row, item[0].epochs, item[0].images)):
        last = max(seed for values in found.values() for seed in values)
        values = ([found.get(kind, {}).get(seed) for seed in seeds if seed <= last] for kind in kinds)
        rows.append(f"| {task.cells()} | " + " | ".join(", ".join("-" if v is None else f"{v:{digits(measure)}}" for v in some) for some in values) + " |")
    return f"Seeds: {', '.join(map(str, seeds))}.\n\n" + "\n".join(rows)


def digits(measure: str) -> str:
    return ".2f" if measure == ACCURACY else ".4f"


def signed(e: Estimate, form: str) -> str:
    return f"{{:+{form}}} | {{:+{form}}} to {{:+{form}}} |".format(e.value, *e.interval())


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("folders", nargs="*", type=Path, default=[PROJECT / "bench" / "results" / "seeds"], metavar="FOLDER")
    p.add_argument("--of", choices=[ACCURACY, *LOSSES], default=ACCURACY, help=f"what is compared (default: {ACCURACY})")
    p.add_argument("--by-seed", action="store_true", help="every run's value, without statistics")
    a = p.parse_args()
    runs, notes = read(a.folders, a.of)
    if not runs:
        sys.exit("accuracy.py: no run in these folders has reached an epoch that counts; bench/seeds makes some.")
    if a.by_seed:
        print(by_seed(runs, a.of))
        return
    print(means(runs, a.of) + "\n\n" + differences(runs, a.of) + "".join("\n\n" + note for note in notes))


if __name__ == "__main__":
    main()
