"""How fast OneBit trains, beside PyTorch on the same machine: both run in turns, in an order that is drawn for each round.

    python3 alternate.py [--configurations 1-bf16 4-bf16 ...] [--rounds 7] [--python PYTHON] [--save]
    python3 alternate.py --table FILE ...         the table of stored rounds again

Both programs are warmed up and stay in memory, so that a turn is nothing but training steps on a batch of noise. Before each round
it waits until nobody uses the processors, a minute at most. A round in which others did all the same, the waiting program included, is reported
as disturbed and left out of all figures. What OneBit's engine does not have here, bf16 without instructions for it, is left out, too. Each round, and the conditions it ran under, is a line of JSON in build/bench (ignored by
git), with --save in bench/results. Linux only. Nothing here is a test: no speed makes it fail.
"""
import argparse
import datetime
import json
import random
import statistics
import sys
from pathlib import Path

import machine
import worker
from worker import Configuration, WorkerFailed

CONFIGURATIONS = ["1-bf16", "4-bf16", "10-bf16", "1-float32", "4-float32"]
PROJECT = Path(__file__).resolve().parent.parent


def arguments(words=None):
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--configurations", nargs="+", default=CONFIGURATIONS, metavar="WIDTH-PRECISION", help=f"default: {' '.join(CONFIGURATIONS)}")
    p.add_argument("--norm", choices=["bn", "srelu"], default="bn")
    p.add_argument("--full", action="store_true", help="full-precision weights, not one-bit ones")
    p.add_argument("--engine", default="cpu", help="of OneBit, as 'onebit engines' lists them (default: cpu)")
    p.add_argument("--compile", action="store_true", help="PyTorch with torch.compile, which needs a C++ compiler")
    p.add_argument("--python", default=sys.executable, help="a Python that has PyTorch (default: this one)")
    p.add_argument("--rounds", type=int, default=7, help="undisturbed ones to have of each configuration (default: 7)")
    p.add_argument("--attempts", type=int, default=0, help="rounds at most, disturbed or not (default: three times --rounds)")
    p.add_argument("--turn", type=float, default=4, metavar="SECONDS", help="about the length of a turn (default: 4)")
    p.add_argument("--disturbance", type=float, default=0.08, metavar="PROCESSORS", help="what others may use on average (default: 0.08)")
    p.add_argument("--wait", type=float, default=60, metavar="SECONDS", help="for a quiet machine, before each round (default: 60)")
    p.add_argument("--save", action="store_true", help="write to bench/results")
    p.add_argument("--table", nargs="+", type=Path, metavar="FILE", help="run nothing, print the table of these files")
    a = p.parse_args(words)
    try:
        a.configurations = [Configuration(c.width, c.precision, a.norm, not a.full, a.engine) for c in map(Configuration.parse, a.configurations)]
    except ValueError as e:
        p.error(str(e))
    if a.rounds < 1 or a.turn <= 0:
        p.error("--rounds and --turn must be more than 0")
    a.attempts = a.attempts or 3 * a.rounds
    return a


class Log:
    """A file with a JSON object a line, each on the disk as soon as it is known."""

    def __init__(self, saved: bool, kind: str):
        folder = PROJECT / ("bench/results" if saved else "build/bench")
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / f"{kind}-{datetime.datetime.now(datetime.timezone.utc):%Y%m%d-%H%M%S}.jsonl"
        self.lines = []

    def add(self, **entry):
        self.lines.append(entry)
        with self.path.open("a") as out:
            out.write(json.dumps(entry) + "\n")


def run_round(workers: dict, steps: dict, a) -> dict:
    quiet = machine.wait_for_quiet(a.disturbance, a.wait)
    order = random.sample(sorted(workers), len(workers))
    turns = {name: workers[name].turn(steps[name]) for name in order}
    return {"order": order, "waited_for_quiet": quiet, "disturbed": any(t.others > a.disturbance for t in turns.values()),
            **{name: t.record() for name, t in turns.items()}, "ratio": round(turns["onebit"].rate / turns["torch"].rate, 4)}


def measure(configuration: Configuration, a, log: Log):
    print(f"{configuration.name}: warming up", flush=True)
    try:
        ours = worker.onebit_worker(configuration)
    except WorkerFailed as e:
        print(f"  left out: {e}", flush=True)
        return
    with ours, starting_torch(configuration, a) as peer:
        workers = {"onebit": ours, "torch": peer}
        log.add(kind="configuration", name=configuration.name, onebit=ours.settings, torch=peer.settings)
        steps = {name: w.steps_for(a.turn) for name, w in workers.items()}
        undisturbed = 0
        for attempt in range(1, a.attempts + 1):
            entry = run_round(workers, steps, a)
            log.add(kind="round", name=configuration.name, round=attempt, **entry)
            undisturbed += not entry["disturbed"]
            print(f"  round {attempt}: onebit {entry['onebit']['images_per_s']:8.1f}  torch {entry['torch']['images_per_s']:8.1f} images/s"
                  f"  ratio {entry['ratio']:.3f}" + disturbance(entry), flush=True)
            if undisturbed == a.rounds:
                break
        log.add(kind="memory", name=configuration.name, **{f"{name}_peak_mib": w.peak_mib() for name, w in workers.items()})


def starting_torch(configuration, a):
    try:
        return worker.torch_worker(configuration, a.python, a.compile)
    except WorkerFailed as e:
        raise WorkerFailed(f"PyTorch does not run in {a.python}: {e}\nbench/run makes an environment that has it; or give one by --python.") from e


def disturbance(entry) -> str:
    if not entry["disturbed"]:
        return ""
    return "  left out: others used " + " and ".join(f"{entry[name]['others']:.2f}" for name in entry["order"]) + " processors"


def spread(values, form="{:.2f}") -> str:
    return f"{form} ({form} to {form})".format(statistics.median(values), min(values), max(values))


def table(entries: list[dict]) -> str:
    """Medians of the undisturbed rounds, as Markdown; `entries` in the order they were written, of one machine and one version."""
    rows = ["| network, precision | OneBit, images/s | PyTorch, images/s | ratio: median (min to max) | rounds (left out) | CPU-seconds a step: OneBit, PyTorch | most memory, MiB: OneBit, PyTorch |",
            "| --- | --- | --- | --- | --- | --- | --- |"]
    rounds = [e for e in entries if e["kind"] == "round"]
    for name in dict.fromkeys(e["name"] for e in rounds):
        of = [e for e in rounds if e["name"] == name]
        kept = [e for e in of if not e["disturbed"]]
        counts = f"{len(kept)} ({len(of) - len(kept)})"
        memory = ", ".join(f"{max(peaks):,}" for peaks in zip(*((e["onebit_peak_mib"], e["torch_peak_mib"]) for e in entries
                                                                  if e["kind"] == "memory" and e["name"] == name)))
        if not kept:
            rows.append(f"| {name} | not measured | not measured | not measured | {counts} | | {memory} |")
            continue
        median = {(side, key): statistics.median(e[side][key] for e in kept) for side in ("onebit", "torch") for key in ("images_per_s", "cpu_s_per_step")}
        rows.append(f"| {name} | {rate(median['onebit', 'images_per_s'])} | {rate(median['torch', 'images_per_s'])} "
                    f"| {spread([e['ratio'] for e in kept])} | {counts} "
                    f"| {median['onebit', 'cpu_s_per_step']:.3g}, {median['torch', 'cpu_s_per_step']:.3g} | {memory} |")
    return "\n".join(rows)


def rate(images_per_s: float) -> str:
    return f"{images_per_s:,.0f}" if images_per_s >= 100 else f"{images_per_s:.1f}"


def tables(paths) -> str:
    """A table for each machine and version among the files."""
    groups = {}
    for path in paths:
        conditions, *entries = map(json.loads, path.read_text().splitlines())
        key = json.dumps({k: v for k, v in conditions.items() if k != "started"})
        groups.setdefault(key, []).extend(entries)
    return "\n\n".join(sentence(json.loads(key)) + "\n\n" + table(entries) for key, entries in groups.items() if entries)


def sentence(conditions: dict) -> str:
    m = conditions["machine"]
    return (f"{m['cpu']} (family/model {m['family_model']}), {m['cores']} cores{', virtual' if m['virtual'] else ''}, {m['memory_gib']} GiB, {m['os']}; "
            f"OneBit {conditions['onebit']['version']} from sources {conditions['onebit']['sources'][:12]}")


def main():
    a = arguments()
    if a.table:
        print(tables(a.table))
        return
    log = Log(a.save, "alternate")
    log.add(kind="conditions", started=f"{datetime.datetime.now(datetime.timezone.utc):%Y-%m-%dT%H:%MZ}", machine=machine.describe(), onebit=worker.built_from(),
            disturbance=a.disturbance, turn_seconds=a.turn)
    for configuration in a.configurations:
        measure(configuration, a, log)
    if not any(entry["kind"] == "round" for entry in log.lines):
        raise WorkerFailed("OneBit ran none of these configurations; its own words are above.")
    print("\n" + sentence(log.lines[0]) + "\n\n" + table(log.lines[1:]) + f"\n\nEach round: {log.path.relative_to(PROJECT)}")


if __name__ == "__main__":
    try:
        main()
    except WorkerFailed as failure:
        sys.exit(f"alternate.py: {failure}")
    except KeyboardInterrupt:
        sys.exit(130)
