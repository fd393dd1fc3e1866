"""Layers that give a picture more or fewer pixels by rule: upsampling, shuffles, borders."""

from dataclasses import dataclass

from cnnnotes.shapes import diagnoses
from cnnnotes.shapes.diagnosis import ShapeError
from cnnnotes.shapes.layer import Layer, PerAxis, Shape
from cnnnotes.shapes.windows import ResizedWindow, SlidingWindow, TransposedWindow, Window


@dataclass(frozen=True)
class Upsample(Layer):
    """Upsampling, with the arguments of ``torch.nn.Upsample``; one of both says how far.

    What an output reads is known where a whole factor enlarges by ``"nearest"`` or linearly.
    """

    size: PerAxis = None
    scale_factor: PerAxis = None
    mode: str = "nearest"
    align_corners: bool | None = None
    kind = "upsample"

    def output_shape(self, shape: Shape) -> Shape:
        """Return channels and the places of the output."""
        places = shape[1:]
        if self.size is not None:
            return (shape[0], *_spread(self.size, len(places)))
        factors = _spread(self.scale_factor, len(places))
        return (shape[0], *(int(n * by) for n, by in zip(places, factors, strict=True)))

    def windows(self, grid: Shape, shape: Shape) -> tuple[Window, ...] | None:
        """Return, for each axis of places, how outputs read inputs; None if not known."""
        outputs = self.output_shape((1, *grid))[1:]
        whole = all(made % size == 0 for made, size in zip(outputs, grid, strict=True))
        factors = [made // size for made, size in zip(outputs, grid, strict=True)]
        if self.size is None:
            whole = whole and tuple(factors) == _spread(self.scale_factor, len(grid))
        if whole and self.mode in ("nearest", "nearest-exact"):
            return tuple(
                TransposedWindow(made, by, by, 0, 1)
                for made, by in zip(outputs, factors, strict=True)
            )
        if whole and self.mode.endswith("linear") and not self.align_corners:
            return tuple(map(ResizedWindow, outputs, factors))
        return None

    def __str__(self) -> str:
        """Return the layer in the text form that `parse` reads, as far as that goes."""
        factors = _spread(self.scale_factor, 2)
        if self.size is not None or len(set(factors)) > 1 or factors[0] != int(factors[0]):
            return self.kind
        words = [self.kind, str(int(factors[0]))]
        return " ".join(words + [self.mode] * (self.mode == "bilinear"))


@dataclass(frozen=True)
class PixelShuffle(Layer):
    """Channels become pixels, as in ``torch.nn.PixelShuffle``."""

    upscale_factor: int
    kind = "pixelshuffle"

    def output_shape(self, shape: Shape) -> Shape:
        """Return (channels / factor², factor · height, factor · width)."""
        by = self.upscale_factor
        return (shape[0] // by**2, *(size * by for size in shape[1:]))

    def windows(self, grid: Shape, shape: Shape) -> tuple[Window, ...]:
        """Return, for each axis of places, how outputs read inputs."""
        by = self.upscale_factor
        return tuple(TransposedWindow(size * by, by, by, 0, 1) for size in grid)


@dataclass(frozen=True)
class PixelUnshuffle(Layer):
    """Pixels become channels, as in ``torch.nn.PixelUnshuffle``."""

    downscale_factor: int
    kind = "pixelunshuffle"

    def output_shape(self, shape: Shape) -> Shape:
        """Return (channels · factor², height / factor, width / factor)."""
        by = self.downscale_factor
        return (shape[0] * by**2, *(size // by for size in shape[1:]))

    def windows(self, grid: Shape, shape: Shape) -> tuple[Window, ...]:
        """Return, for each axis of places, how outputs read inputs."""
        by = self.downscale_factor
        return tuple(SlidingWindow(size // by, by, by) for size in grid)


@dataclass(frozen=True)
class Pad(Layer):
    """A border by itself, as ``torch.nn.ZeroPad2d`` makes.

    Attributes
    ----------
    padding
        As PyTorch has it, the last axis first: (left, right, top, bottom).
    border
        ``"zeros"``, ``"reflect"``, ``"replicate"`` or ``"circular"``.
    """

    padding: tuple[int, ...]
    border: str = "zeros"
    kind = "pad"

    @property
    def axes(self) -> int:
        """How many axes of places it needs."""
        return len(self.padding) // 2

    def output_shape(self, shape: Shape) -> Shape:
        """Return channels and the places of the output; raise `ShapeError` if none is left."""
        for (before, after), size in zip(self._sides(), shape[1:], strict=True):
            if before + size + after < 1:
                raise ShapeError(diagnoses.all_cropped(size, -before, -after))
        sides = self._sides()
        return (shape[0], *(b + n + a for (b, a), n in zip(sides, shape[1:], strict=True)))

    def windows(self, grid: Shape, shape: Shape) -> tuple[Window, ...]:
        """Return, for each axis of places, how outputs read inputs."""
        return tuple(
            SlidingWindow(before + size + after, before=before, border=self.border)
            for (before, after), size in zip(self._sides(), grid, strict=True)
        )

    def _sides(self) -> list[tuple[int, int]]:
        return list(zip(self.padding[::2], self.padding[1::2], strict=True))[::-1]


def _spread(value: PerAxis, axes: int) -> tuple[int, ...]:
    return tuple(value) if isinstance(value, tuple | list) else (value,) * axes
