"""The figure of the page on speed."""

from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from cnnnotes.experiments.results import benchmark
from cnnnotes.figures.style import Palette

NAMES = {"loops": "seven loops", "scipy": "SciPy, in loops", "torch": "PyTorch", "ours": "cnnnotes"}


def by_size(palette: Palette) -> tuple[Figure, str]:
    """Draw the time of one convolution against the side of the image."""
    sizes = benchmark()["by_size"]
    figure, axes = plt.subplots()
    said = []
    for (name, label), colour in zip(NAMES.items(), reversed(palette.series), strict=True):
        points = [(size["side"], size["ms"][name]) for size in sizes if name in size["ms"]]
        axes.plot(*zip(*points, strict=True), "o-", ms=4, color=colour)
        side, time = points[-1]
        above = {"torch": -10, "ours": 2}.get(name, -3)
        axes.annotate(label, (side, time), (7, above), textcoords="offset points", color=colour)
        said.append(f"{label} {time:,.2f} ms at side {side}")
    axes.set(xscale="log", yscale="log", xlabel="side of the image, pixels", ylabel="time, ms")
    axes.set_xticks([size["side"] for size in sizes], [size["side"] for size in sizes])
    axes.minorticks_off()
    axes.set_xlim(7, 700)
    return figure, f"Time of one convolution against the side of the image: {'; '.join(said)}."
