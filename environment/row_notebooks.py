"""Writes the notebooks of the eight rows, notebooks/01 to 08, from one template: they differ in the row and in its question.

    python environment/row_notebooks.py
"""
import json
import pathlib

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "notebooks"

ROWS = [
    ("cifar10-full-bn", "CIFAR-10, full precision, batch norm",
     "How accurate is a wide residual network on CIFAR-10 with weights in full precision? This is what the one-bit network of "
     "notebook 02 is measured against: the difference of the two is the *gap*, the price of one bit."),
    ("cifar10-1bit-bn", "CIFAR-10, 1 bit per weight, batch norm",
     "How much accuracy does the network of notebook 01 lose, if every weight of its convolutions is only a sign, times one "
     "constant per layer? The authors lost 0.4 points at width 10, and narrow networks lose more."),
    ("cifar10-full-srelu", "CIFAR-10, full precision, shifted ReLU",
     "Can the network be trained without batch norm in its layers? A shifted ReLU, max(-1, x), takes the place of batch norm and "
     "ReLU, a constant factor 1/T that of the last batch norm; only the input keeps its own. That suits hardware that computes in "
     "integers. In full precision it cost the authors a point against notebook 01."),
    ("cifar10-1bit-srelu", "CIFAR-10, 1 bit per weight, shifted ReLU",
     "One bit per weight and no batch norm but the input's at once: is that still an accurate network? At width 10 the authors "
     "found it *more* accurate than in full precision (notebook 03); each has a T of its own, 40 here and 80 there."),
    ("cifar100-full-bn", "CIFAR-100, full precision, batch norm",
     "How accurate is the network on the 100 classes of CIFAR-100, 500 training images each, with weights in full precision? "
     "What notebook 06 is measured against."),
    ("cifar100-1bit-bn", "CIFAR-100, 1 bit per weight, batch norm",
     "With 100 classes the task is harder and the gap larger: how much does one bit per weight lose against notebook 05? The "
     "authors lost 1.2 points at width 10."),
    ("cifar100-full-srelu", "CIFAR-100, full precision, shifted ReLU",
     "What does it cost on 100 classes to leave out all batch norm but the input's? In full precision the authors lost 3.7 points against "
     "notebook 05."),
    ("cifar100-1bit-srelu", "CIFAR-100, 1 bit per weight, shifted ReLU",
     "The hardest of the eight: 100 classes, one bit per weight, no batch norm but the input's. Does one bit cost less here than with "
     "batch norm? At width 10 the authors lost one point against notebook 07."),
]


def cells(number: int, row: str, title: str, question: str) -> list:
    return [
        f"# {number:02d} · {title}\n\n{question}\n\n"
        "Everything below is computed here, apart from what is marked as published. The exact method is in "
        "[docs/method.md](../docs/method.md).",
        [f'var row = RowNotebook.of("{row}");\nrow.settings()'],
        "## Cost\nTime and pace are of this machine: as an earlier run like this one had them, or as a few steps show them now. Other work beside it "
        "makes it slower.",
        ["row.cost()"],
        "## Network\nOne line a node. Each convolution but the first reads what batch norm (or nothing) and an activation made of what came before.",
        ["row.network()"],
        "## Learning rate",
        ["row.schedule()"],
        "## Training\nOne chart, brought up to date in its place; the log is in the run's folder. Its thin line is the accuracy on the "
        "augmented training images, in each epoch so far. **Interrupt the kernel to stop**: the "
        "run is saved, and this cell goes on with it when it is run again. A run that is finished is left as it is.",
        ["row.train();"],
        "## The curve over the authors' own\nTheirs is of depth 20 and width 10, whatever is trained here."
        + (" Its learning rate falls over 300 epochs, here over the run's own." if row.endswith("srelu") else ""),
        ["row.curve();"],
        "## Against the published number\nThe intervals are Wilson's, at 95 %: how far the choice of test images alone may move a figure.",
        ["row.comparison();"],
        "## Class by class",
        ["row.classes();"],
        "## Worst mistakes\nThe test images of the greatest loss: where the network was surest of something else.",
        ["row.mistakes();"],
        "## Run folder\nConfiguration, metrics, provenance and the trained model are kept in",
        ["row.folder()"],
    ]


def notebook(number: int, row: str, title: str, question: str) -> dict:
    made = []
    for position, cell in enumerate(cells(number, row, title, question)):
        code = isinstance(cell, list)
        source = (cell[0] if code else cell).splitlines(keepends=True)
        made.append({"cell_type": "code" if code else "markdown", "id": f"cell-{position:02d}", "metadata": {}, "source": source}
                    | ({"execution_count": None, "outputs": []} if code else {}))
    return {
        "cells": made,
        "metadata": {
            "kernelspec": {"display_name": "Java 25", "language": "java", "name": "java"},
            "language_info": {"file_extension": ".jshell", "mimetype": "text/x-java-source", "name": "Java"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def text(number: int, row: str, title: str, question: str) -> str:
    """Of the notebook's file."""
    return json.dumps(notebook(number, row, title, question), indent=1, ensure_ascii=False, sort_keys=True) + "\n"


if __name__ == "__main__":
    for number, row in enumerate(ROWS, 1):
        (FOLDER / f"{number:02d}-{row[0]}.ipynb").write_text(text(number, *row), encoding="utf-8")
