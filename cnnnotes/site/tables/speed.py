"""What the benchmark measured."""

from cnnnotes.experiments.results import benchmark


def comparisons() -> str:
    """Return ours against torch, a row each."""
    rows = ["| | ours, ms | torch, ms | ratio |", "|---|---:|---:|---:|"]
    for row in benchmark()["comparisons"]:
        rows.append(
            f"| {row['name']} | {row['ours_ms']:.2f} | {row['torch_ms']:.2f} | {row['ratio']:.2f} |"
        )
    return "\n".join(rows).replace("| | ours", "| what | ours") + "\n"


def by_size() -> str:
    """Return the time of one convolution by the side of the image, for each implementation."""
    sizes = benchmark()["by_size"]
    names = list(sizes[0]["ms"])
    rows = [f"| side | {' | '.join(f'{name}, ms' for name in names)} |"]
    rows.append("|---:|" + "---:|" * len(names))
    for size in sizes:
        times = [size["ms"].get(name) for name in names]
        cells = ["too long" if time is None else f"{time:,.2f}" for time in times]
        rows.append(f"| {size['side']} | {' | '.join(cells)} |")
    return "\n".join(rows) + "\n"


def setting() -> str:
    """Return on what it was measured, and what share of the machine's own speed that is."""
    found = benchmark()
    versions = ", ".join(f"{name} {version}" for name, version in found["versions"].items())
    shares = [
        f"{row['name']}: {row['gflops']:.0f} GFLOP/s, {row['share_of_peak']:.0%}"
        for row in found["comparisons"]
        if "gflops" in row
    ]
    memory = found["memory"]
    return (
        f"Measured on {found['measured']} on one core of an {found['machine']['processor']}, with "
        f"{versions}, in {found['dtype']}. NumPy's own matrix product of two 1024×1024 matrices "
        f"reaches {found['peak_gflops']:.0f} GFLOP/s there; {'; '.join(shares)} of that. "
        "Forward and backward of a 3×3 layer at (64, 64, 56, 56) need at most "
        f"{memory['times_input_and_output']:.2f} times input and output in temporaries.\n"
    )
