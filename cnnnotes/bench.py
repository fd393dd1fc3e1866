"""How fast: ours and PyTorch's, interleaved in one process, one thread each, medians.

`make bench` takes about two minutes, and says which limit falls short. What the site prints was
recorded: `python -m cnnnotes.bench --record` does it again.
"""

import argparse
import json
import os
import platform
import sys
import time
import tracemalloc
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from cnnnotes.checks import Array
from cnnnotes.conv import conv2d, conv2d_backward
from cnnnotes.conv_columns import conv2d_loops
from cnnnotes.experiments import arithmetic
from cnnnotes.experiments.results import benchmark
from cnnnotes.layers import Conv2d, Flatten, Linear, MaxPool2d, ReLU, Sequential
from cnnnotes.losses import cross_entropy, cross_entropy_backward
from cnnnotes.optim import SGD
from cnnnotes.pool import avg_pool2d, avg_pool2d_backward, max_pool2d, max_pool2d_backward

SCHEMA = 1
RESULTS = Path("docs/results/bench.json")
BATCHES = {"32 × 32": (64, 32, 32, 32), "56 × 56": (4, 64, 56, 56)}
OUT_CHANNELS = 64
POOLED = {"chapter": (64, 8, 28, 28), "large": (64, 64, 32, 32)}
SIDES = (8, 16, 32, 64, 128, 256)

Work = Callable[[], Any]


def race(runners: dict[str, Work], seconds: float) -> dict[str, float]:
    """Run all in turn, again and again for so long; return each one's median in milliseconds.

    Processor time: with one thread that is the time it takes, less what other programs take.
    """
    times: dict[str, list[float]] = {name: [] for name in runners}
    for work in runners.values():
        work()
    end = time.perf_counter() + seconds
    while time.perf_counter() < end or len(next(iter(times.values()))) < 5:
        for name, work in runners.items():
            start = time.process_time()
            work()
            times[name].append(1000 * (time.process_time() - start))
    return {name: median(of_one) for name, of_one in times.items()}


def comparisons() -> dict[str, tuple[float, dict[str, Work]]]:
    """Return by name the largest ratio allowed, and what is compared."""
    found = {"training step": (0.75, training_steps())}
    limits = {"32 × 32": 1.3, "56 × 56": 2.2}
    for name, shape in BATCHES.items():
        forward, both = convolutions(shape)
        found[f"conv2d forward, {name}"] = limits[name], forward
        found[f"conv2d forward + backward, {name}"] = 2.0, both
    for name, shape in POOLED.items():
        pools = poolings(shape)
        found[f"max_pool2d forward + backward, {name}"] = 0.6, pools["max"]
        found[f"avg_pool2d forward + backward, {name}"] = 0.8, pools["avg"]
    return found


def training_steps() -> dict[str, Work]:
    """Return one step of training the chapter's network: forward, loss, backward, SGD."""
    from cnnnotes.torch_twin import nn, to_torch, torch

    model = Sequential(
        Conv2d(1, 8, 3, padding=1, seed=0),
        ReLU(),
        MaxPool2d(2),
        Conv2d(8, 16, 3, padding=1, seed=1),
        ReLU(),
        MaxPool2d(2),
        Flatten(),
        Linear(16 * 7 * 7, 10, seed=2),
    )
    images = random((64, 1, 28, 28))
    labels = np.random.default_rng(0).integers(0, 10, 64)
    optimizer = SGD(model.parameters(), lr=0.05, momentum=0.9)

    def ours() -> None:
        logits = model.forward(images)
        cross_entropy(logits, labels)
        model.backward(cross_entropy_backward(1.0, logits, labels), needs_input_grad=False)
        optimizer.step()

    twin, loss = to_torch(model), nn.CrossEntropyLoss()
    torchs_images, torchs_labels = torch.tensor(images), torch.tensor(labels)
    torchs_optimizer = torch.optim.SGD(twin.parameters(), lr=0.05, momentum=0.9)

    def torchs() -> None:
        torchs_optimizer.zero_grad()
        loss(twin(torchs_images), torchs_labels).backward()
        torchs_optimizer.step()

    return {"ours": ours, "torch": torchs}


def convolutions(shape: tuple[int, ...]) -> tuple[dict[str, Work], dict[str, Work]]:
    """Return a 3 × 3 convolution to 64 channels: forward alone, and forward with backward."""
    from cnnnotes.torch_twin import torch

    image, weight = random(shape), random((OUT_CHANNELS, shape[1], 3, 3))
    grad = random((shape[0], OUT_CHANNELS, *shape[2:]))
    tensors = torch.tensor(image, requires_grad=True), torch.tensor(weight, requires_grad=True)
    torchs_grad = torch.tensor(grad)

    def torchs_forward() -> None:
        with torch.no_grad():
            torch.nn.functional.conv2d(*tensors, padding=1)

    def torchs_both() -> None:
        output = torch.nn.functional.conv2d(*tensors, padding=1)
        torch.autograd.grad(output, tensors, torchs_grad)

    def ours_both() -> None:
        conv2d(image, weight, padding=1)
        conv2d_backward(grad, image, weight, padding=1)

    forward = {"ours": lambda: conv2d(image, weight, padding=1), "torch": torchs_forward}
    return forward, {"ours": ours_both, "torch": torchs_both}


def poolings(shape: tuple[int, ...]) -> dict[str, dict[str, Work]]:
    """Return 2 × 2 pooling, forward with backward, of a feature map as it comes out of a ReLU."""
    from cnnnotes.torch_twin import torch

    image = np.maximum(random(shape), 0)
    grad = random((*shape[:2], shape[2] // 2, shape[3] // 2))
    tensor, torchs_grad = torch.tensor(image, requires_grad=True), torch.tensor(grad)

    def runners(forward: Callable, backward: Callable, theirs: Callable) -> dict[str, Work]:
        return {
            "ours": lambda: (forward(image, 2), backward(grad, image, 2)),
            "torch": lambda: torch.autograd.grad(theirs(tensor, 2), tensor, torchs_grad),
        }

    functional = torch.nn.functional
    return {
        "max": runners(max_pool2d, max_pool2d_backward, functional.max_pool2d),
        "avg": runners(avg_pool2d, avg_pool2d_backward, functional.avg_pool2d),
    }


def by_size(side: int) -> dict[str, Work]:
    """Return the chapter's second layer on one square image, in all the ways it can be done."""
    from scipy.signal import correlate2d

    from cnnnotes.torch_twin import torch

    image, weight = random((1, 8, side, side)), random((16, 8, 3, 3))
    tensors = torch.tensor(image), torch.tensor(weight)

    def scipys() -> None:
        for filter in weight:
            sum(correlate2d(p, k, "same") for p, k in zip(image[0], filter, strict=True))

    runners: dict[str, Work] = {
        "ours": lambda: conv2d(image, weight, padding=1),
        "torch": lambda: torch.nn.functional.conv2d(*tensors, padding=1),
        "scipy": scipys,
    }
    if side <= 32:
        runners["loops"] = lambda: conv2d_loops(image, weight, padding=1)
    return runners


def memory() -> dict[str, float]:
    """Return the peak of what forward and backward of a large layer allocate, results included."""
    image, weight = random((64, 64, 56, 56)), random((64, 64, 3, 3))
    tracemalloc.start()
    output = conv2d(image, weight, padding=1)
    conv2d_backward(output, image, weight, padding=1)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    both = image.nbytes + output.nbytes
    return {"peak_bytes": peak, "times_input_and_output": peak / both, "limit": 3.0}


def measure(seconds: float, tell: Callable[[str], None]) -> dict[str, Any]:
    """Measure everything, each for so many seconds; `tell` is called with what comes next."""
    from threadpoolctl import threadpool_limits

    from cnnnotes.torch_twin import torch

    torch.set_num_threads(1)
    square = random((1024, 1024))
    with threadpool_limits(1):
        tell("matrix product")
        peak = 2e-6 * 1024**3 / race({"numpy": lambda: square @ square}, seconds)["numpy"]
        rows = []
        for name, (limit, runners) in comparisons().items():
            tell(name)
            times = race(runners, seconds)
            row: dict[str, Any] = {
                "name": name,
                "ours_ms": times["ours"],
                "torch_ms": times["torch"],
            }
            row |= {"ratio": times["ours"] / times["torch"], "limit": limit}
            for size, (n, channels, height, width) in BATCHES.items():
                if name == f"conv2d forward, {size}":
                    work = 2e-6 * n * OUT_CHANNELS * channels * 9 * height * width
                    row["gflops"] = work / times["ours"]
                    row["share_of_peak"] = row["gflops"] / peak
            rows.append(row)
        sizes = []
        for side in SIDES:
            tell(f"one image, {side} × {side}")
            sizes.append({"side": side, "ms": race(by_size(side), seconds / 2)})
        tell("memory")
        used = memory()
    return {
        "schema": SCHEMA,
        "machine": machine(),
        "versions": {name: version(name) for name in ("numpy", "torch", "scipy")},
        "threads": 1,
        "dtype": "float32",
        "measured": datetime.now(UTC).date().isoformat(),
        "peak_gflops": peak,
        "comparisons": rows,
        "by_size": sizes,
        "memory": used,
    }


def machine() -> dict[str, Any]:
    """Say what was measured on."""
    processor = platform.processor()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        names = [line for line in cpuinfo.read_text().splitlines() if "model name" in line]
        processor = names[0].split(":")[1].strip() if names else processor
    return {
        "processor": processor,
        "system": platform.system(),
        "python": platform.python_version(),
        "blas": arithmetic.versions()["blas"],
    }


def falls_short(results: dict[str, Any]) -> list[str]:
    """Return a sentence for each limit that is not kept."""
    found = [
        f"{row['name']}: {row['ratio']:.2f} of PyTorch's time, at most {row['limit']} is allowed"
        for row in results["comparisons"]
        if row["ratio"] > row["limit"]
    ]
    used = results["memory"]
    if used["times_input_and_output"] > used["limit"]:
        found.append(
            f"memory: {used['times_input_and_output']:.2f} times input and output, at most "
            f"{used['limit']} is allowed"
        )
    return found


def table(results: dict[str, Any], recorded: dict[str, Any]) -> Table:
    """Return what was measured beside what is recorded, for people."""
    before = {row["name"]: row["ratio"] for row in recorded["comparisons"]}
    kernels = (found["machine"].get("blas", "unknown") for found in (results, recorded))
    title = "Under {}; recorded under {}".format(*kernels)
    made = Table("", "ours, ms", "torch, ms", "ratio", "recorded", "at most", title=title)
    for row in results["comparisons"]:
        was = f"{before[row['name']]:.2f}" if row["name"] in before else "–"
        numbers = (f"{row[key]:.2f}" for key in ("ours_ms", "torch_ms", "ratio"))
        made.add_row(row["name"], *numbers, was, f"{row['limit']:.2f}")
    return made


def random(shape: tuple[int, ...]) -> Array:
    """Return float32 numbers, the same in every run."""
    return np.random.default_rng(0).normal(size=shape).astype(np.float32)


def write(results: dict[str, Any], path: Path) -> None:
    """Write the file whole or not at all."""
    beside = path.with_suffix(".tmp")
    beside.write_text(json.dumps(results, indent=1) + "\n")
    os.replace(beside, path)


def main() -> None:
    """Measure, print it beside the record, end with 1 if a limit falls short."""
    parser = argparse.ArgumentParser(prog="python -m cnnnotes.bench", description=__doc__)
    parser.add_argument("--seconds", type=float, default=6.0, help="for each comparison")
    parser.add_argument("--record", action="store_true", help=f"write {RESULTS}")
    arguments = parser.parse_args()
    if arguments.record and not RESULTS.parent.is_dir():
        parser.error(f"--record writes {RESULTS}: run it in the project's folder")
    console = Console()
    with Progress(console=console) as progress:
        task = progress.add_task("", total=2 + len(comparisons()) + len(SIDES))

        def tell(name: str) -> None:
            progress.update(task, advance=1, description=name)

        results = measure(arguments.seconds, tell)
    if arguments.record:
        write(results, RESULTS)
    console.print(table(results, benchmark()))
    short = falls_short(results)
    for sentence in short:
        console.print(f"[red]{sentence}[/red]")
    sys.exit(1 if short else 0)


if __name__ == "__main__":
    main()
