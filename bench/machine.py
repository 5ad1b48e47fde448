"""What this machine is, and which processes its processors work for (Linux: from /proc)."""
import os
import platform
import time
from pathlib import Path

TICK = 1 / os.sysconf("SC_CLK_TCK")


def busy_seconds() -> float:
    """Processor time since boot that was not idle, of all processors together, also what a hypervisor gave to other machines."""
    user, nice, system, idle, iowait, irq, softirq, steal = map(int, Path("/proc/stat").read_text().split(None, 9)[1:9])
    return (user + nice + system + irq + softirq + steal) * TICK


def tree_seconds(root: int) -> float:
    """Processor time of a process and all its descendants, the ended ones with it."""
    parents, seconds = {}, {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text(errors="replace").rpartition(")")[2].split()
            except OSError:  # ended meanwhile
                continue
            pid = int(entry.name)
            parents[pid], seconds[pid] = int(fields[1]), sum(map(int, fields[11:15])) * TICK

    def belongs(pid):
        while pid != root and pid in parents:
            pid = parents[pid]
        return pid == root

    return sum(seconds[pid] for pid in seconds if belongs(pid))


def peak_memory(pid: int) -> int:
    """The most physical memory that a process has had, in bytes."""
    status = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return int(status["VmHWM"].split()[0]) * 1024


class Watch:
    """Measures from its making on what a process (with its descendants) and all others use of the processors."""

    def __init__(self, pid: int):
        self.pid = pid
        self.start, self.busy, self.own = time.monotonic(), busy_seconds(), tree_seconds(pid)

    def read(self) -> tuple[float, float]:
        """(processor seconds of the process, processors that others kept busy on average)"""
        own, busy, wall = tree_seconds(self.pid) - self.own, busy_seconds() - self.busy, time.monotonic() - self.start
        return own, max(0.0, busy - own) / wall


def wait_for_quiet(limit: float, patience: float) -> bool:
    """Waits until less than `limit` processors have been busy for a second, at most `patience` seconds; whether it came to that."""
    end, calm = time.monotonic() + patience, 0
    while calm < 2:
        if time.monotonic() > end:
            return False
        busy = busy_seconds()
        time.sleep(0.5)
        calm = calm + 1 if (busy_seconds() - busy) / 0.5 < limit else 0
    return True


def describe() -> dict:
    """Processor, cores, memory and system, for the record."""
    cpu = dict(line.split(":", 1) for line in Path("/proc/cpuinfo").read_text().split("\n\n")[0].replace("\t", "").splitlines() if ":" in line)
    flags = cpu.get("flags", cpu.get("Features", "")).split()
    telling = ("avx", "amx", "fma", "sve", "bf16", "asimd")
    return {
        "cpu": cpu.get("model name", platform.machine()).strip(),
        "family_model": "/".join(cpu.get(key, "?").strip() for key in ("cpu family", "model")),
        "flags": sorted(flag for flag in flags if flag.startswith(telling) or "bf16" in flag),
        "virtual": "hypervisor" in flags,
        "cores": len(os.sched_getaffinity(0)),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "os": f"{platform.system()} {platform.machine()}",
    }
