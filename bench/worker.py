"""A program that runs training steps when told to, and what a turn of it took."""
import contextlib
import json
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import machine

BENCH = Path(__file__).resolve().parent
ONEBIT = BENCH.parent / "lib" / "bin" / "onebit"
BATCH = 125


@dataclass(frozen=True)
class Configuration:
    """What is trained: a Wide ResNet of depth 20, batches of 125 images of 32x32."""

    width: int
    precision: str
    norm: str = "bn"
    one_bit: bool = True
    engine: str = "cpu"
    """of OneBit"""

    @staticmethod
    def parse(text: str) -> "Configuration":
        width, _, precision = text.partition("-")
        if not width.isdigit() or int(width) < 1 or precision not in ("bf16", "float32"):
            raise ValueError(f"'{text}' is not WIDTH-PRECISION, for example 4-bf16 or 1-float32")
        return Configuration(int(width), precision)

    @property
    def name(self) -> str:
        return f"20-{self.width} {self.precision} {'one-bit' if self.one_bit else 'full'} {self.norm}{'' if self.engine == 'cpu' else f' by {self.engine}'}"

    def onebit(self) -> list[str]:
        return ["onebit", "bench", "train", f"--width={self.width}", f"--precision={self.precision}", f"--norm={self.norm}",
                *["--one-bit"] * self.one_bit, f"--engine={self.engine}", f"--batch={BATCH}", "--worker"]

    def torch(self) -> list[str]:
        dtype = {"bf16": "bfloat16", "float32": "float32"}[self.precision]
        return ["torch_wrn.py", f"--width={self.width}", f"--dtype={dtype}", f"--norm={self.norm}", *["--one-bit"] * self.one_bit,
                f"--batch={BATCH}", "--skip=infer", "--worker"]


class WorkerFailed(Exception):
    """A worker ended; the message has its own last words."""


@dataclass(frozen=True)
class Turn:
    steps: int
    seconds: float
    cpu_seconds: float
    others: float
    """processors that other processes kept busy meanwhile, on average"""

    @property
    def rate(self) -> float:
        """images per second"""
        return BATCH * self.steps / self.seconds

    def record(self) -> dict:
        return {"steps": self.steps, "seconds": round(self.seconds, 6), "images_per_s": round(self.rate, 2),
                "cpu_s_per_step": round(self.cpu_seconds / self.steps, 5), "others": round(self.others, 3)}


class Worker:
    """Started and warmed up when made. It prints a JSON line of its settings, then for each number of steps the seconds they took."""

    def __init__(self, command: list[str]):
        self.messages = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.messages, text=True)
        try:
            self.settings = json.loads(self.line())
        except BaseException:
            self.close()
            raise

    def turn(self, steps: int) -> Turn:
        watch = machine.Watch(self.process.pid)
        try:
            self.process.stdin.write(f"{steps}\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            pass  # the next line says why
        seconds = float(self.line())
        return Turn(steps, seconds, *watch.read())

    def steps_for(self, seconds: float) -> int:
        """How many steps take about so long."""
        one = self.turn(1).seconds
        several = self.turn(max(1, min(10, round(1 / one))))
        return max(1, round(seconds * several.steps / several.seconds))

    def peak_mib(self) -> int:
        """the most memory it had so far"""
        return round(machine.peak_memory(self.process.pid) / 2**20)

    def line(self) -> str:
        line = self.process.stdout.readline()
        if not line:
            self.process.wait()
            self.messages.seek(0)
            words = [text for text in self.messages.read().splitlines() if text.strip()]
            raise WorkerFailed("\n".join(words[-3:]) or f"it ended with exit status {self.process.returncode}")
        return line

    def close(self):
        with contextlib.suppress(BrokenPipeError):  # it has ended, and what it was to be told is told to nobody
            self.process.stdin.close()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()
        self.messages.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def onebit_worker(configuration: Configuration) -> Worker:
    return Worker([str(ONEBIT), *configuration.onebit()[1:]])


def torch_worker(configuration: Configuration, python: str, compiled: bool) -> Worker:
    script, *options = configuration.torch()
    return Worker([python, str(BENCH / script), *options, *["--compile"] * compiled])


def built_from() -> dict:
    """Which sources lib/dist was built from."""
    dist = ONEBIT.parent.parent / "dist"
    return {name: (dist / file).read_text().strip() for name, file in (("version", "version"), ("sources", "sources.sha256"))}
