"""Where the processor time of OneBit's training steps goes.

    python3 cpu_profile.py [--configurations 1-bf16 4-bf16] [--seconds 20]

Runs `onebit bench train` under the flight recorder of its own Java (its sampler of processor time, Linux only) and sorts the samples of
the compute threads by what was on their stacks. Only the second half of the samples counts, when all is compiled. Samples are taken
by processor time, so that other programs change the shares little; time spent waiting at barriers, which they do change, is listed
apart. The sampler resolves some Java code to nearby points only: take the shares as accurate to a few per cent.
"""
import argparse
import os
import re
import subprocess
import tempfile
from collections import Counter
from pathlib import Path

import machine
import worker
from alternate import sentence
from worker import ONEBIT, Configuration

WAITING = "waiting at barriers"
# The first whose pattern occurs in a stack's frames of onebit, from the innermost on.
PARTS = [
    (WAITING, r"WorkerTeam\.await"),
    ("weights: momentum, update, quantizing, packing", r"WeightKernels|\.quantize|\.update|\.prepare|\.share\b"),
    ("Winograd: products (oneDNN)", r"OneDnn\.(?s:.*)WinogradConvolution"),
    ("direct convolutions (oneDNN)", r"OneDnn\.(?s:.*)DirectConvolution"),
    ("Winograd: transforms, fused with norm, activation, skip and sums", r"Winograd"),
    ("norm, activation, skip, sums", r"RowKernels|DirectConvolution|CpuNetwork\.finish"),
]


def part(stack: str) -> str:
    return next((name for name, pattern in PARTS if re.search(pattern, stack)), "the rest: images, pooling, head")


def stacks(recording: str, jfr: str) -> list[str]:
    """Frames of onebit's own classes, innermost first, of each sample of a compute thread, in order of time."""
    text = subprocess.run([jfr, "print", "--stack-depth", "64", "--events", "jdk.CPUTimeSample", recording], check=True, capture_output=True, text=True).stdout
    samples = [event for event in text.split("jdk.CPUTimeSample {")[1:] if 'eventThread = "onebit-cpu-' in event]
    samples.sort(key=lambda event: re.search(r"startTime = (\S+)", event).group(1))
    return ["\n".join(re.findall(r"onebit\.cpu\.(\S+?)\(", event)) for event in samples]


def profile(configuration: Configuration, seconds: float, jfr: str) -> Counter:
    with tempfile.TemporaryDirectory(prefix="onebit-profile-") as folder:
        recording = str(Path(folder, "steps.jfr"))
        options = f"-XX:StartFlightRecording:jdk.CPUTimeSample#enabled=true,jdk.CPUTimeSample#throttle=10ms,filename={recording} -Xlog:jfr*=off"
        command = [option for option in configuration.onebit()[1:] if option != "--worker"]
        subprocess.run([str(ONEBIT), *command, f"--warm-up={seconds}", "--iters=1"], check=True, stdout=subprocess.DEVNULL,
                       env={**os.environ, "ONEBIT_JAVA_OPTIONS": options})
        samples = stacks(recording, jfr)
    return Counter(map(part, samples[len(samples) // 2:]))


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--configurations", nargs="+", type=Configuration.parse, default=[Configuration(1, "bf16"), Configuration(4, "bf16")],
                   metavar="WIDTH-PRECISION", help="default: 1-bf16 4-bf16")
    p.add_argument("--seconds", type=float, default=20, help="of steps (default: 20)")
    a = p.parse_args()
    jdk = subprocess.run([str(ONEBIT.parent / "find-jdk"), "--quiet", "--no-fetch"], check=True, capture_output=True, text=True).stdout.strip()
    print(sentence({"machine": machine.describe(), "onebit": worker.built_from()}), flush=True)
    for configuration in a.configurations:
        counts = profile(configuration, a.seconds, f"{jdk}/bin/jfr")
        waiting = counts.pop(WAITING, 0)
        total = sum(counts.values())
        print(f"\n{configuration.name}: shares of {total} samples; {100 * waiting / (total + waiting):.0f} % more were {WAITING}\n", flush=True)
        print("| part | share |\n| --- | --- |")
        for name, count in counts.most_common():
            print(f"| {name} | {100 * count / total:.0f} % |", flush=True)


if __name__ == "__main__":
    main()
