"""Registers the kernel "Java 25" in the Python environment that runs this.

Its name is `java`, as that of every Java kernel, so that notebooks open with it elsewhere too. It takes the place of the
kernelspec that the package jjava brings, which would run whatever `java` is on PATH. Needs the built library (make build).
"""
import argparse
import json
import os
import pathlib
import sys

PROJECT = pathlib.Path(__file__).resolve().parent.parent
LIBRARY = PROJECT / "lib"


def kernelspec(jdk: pathlib.Path) -> dict:
    return {
        "argv": [
            str(jdk / "bin" / "java"),
            f"@{LIBRARY / 'jvm-options'}",
            # The kernel reads cells through a class of JShell that is not open to others.
            "--add-opens", "jdk.jshell/jdk.jshell=ALL-UNNAMED",
            f"-Donebit.home={LIBRARY}",
            "-jar", "{resource_dir}/jjava.jar", "{connection_file}",
        ],
        "display_name": "Java 25",
        "language": "java",
        # A signal would end the JVM; a message interrupts the cell.
        "interrupt_mode": "message",
        "env": {
            "JJAVA_COMPILER_OPTS": "--add-modules jdk.incubator.vector",
            "JJAVA_CLASSPATH": f"{LIBRARY}/dist/lib/*.jar",
            "JJAVA_STARTUP_SCRIPTS_PATH": str(PROJECT / "environment" / "imports.jshell"),
            # libc's reasons in English, as lib/bin/language says.
            "LC_MESSAGES": "C",
        },
    }


def replace(file: pathlib.Path, content: dict) -> None:
    text = json.dumps(content, indent=1) + "\n"
    if file.exists() and file.read_text() == text:
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(file.name + ".part")
    part.write_text(text)
    os.replace(part, file)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--jdk", type=pathlib.Path, required=True, help="folder of a JDK 25")
    jdk = parser.parse_args().jdk
    share = pathlib.Path(sys.prefix) / "share" / "jupyter"
    folder = share / "kernels" / "java"
    if not (folder / "jjava.jar").is_file():
        sys.exit(f"The Java kernel is missing: there is no jjava.jar in {folder}. "
                 "Run environment/remove, then environment/install.")
    replace(folder / "kernel.json", kernelspec(jdk))
    # No question about news on the first start; the versions are pinned.
    replace(share / "lab" / "settings" / "overrides.json", {
        "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False}})


if __name__ == "__main__":
    main()
