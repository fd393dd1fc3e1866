"""Whatever was pasted → a network: a name, our text form, source, Keras' calls, a print."""

import re
from dataclasses import dataclass
from typing import Any

from cnnnotes.shapes.code import read_code
from cnnnotes.shapes.descriptions import Layer, Linear, Shape
from cnnnotes.shapes.flow import build
from cnnnotes.shapes.keras_code import channels_first, input_of, is_keras, keras_layers
from cnnnotes.shapes.networks import catalogue
from cnnnotes.shapes.printed import PRINT, read_print
from cnnnotes.shapes.source import ReadError, short
from cnnnotes.shapes.text import parse
from cnnnotes.shapes.values import LAYERLIKE

LONGEST = 1_000_000  # characters
UNPRINTED = "a print of AvgPool2d leaves ceil_mode out; it is taken for False"
_CODE = re.compile(
    rf"(?:^|[^\w])(?:{LAYERLIKE.pattern})\w*\s*\(|^\s*(?:>>> )?(?:class|def|import|from)\s"
    r"|\w\s*=[^=>]|^\s*(?!add\b|cat\b)[\w.]+\(",
    re.MULTILINE,
)


@dataclass(frozen=True)
class Reading:
    """What was read.

    Attributes
    ----------
    layers
        In order, as `trace` takes them.
    input_shape
        Channels first; None if neither the paste nor the caller gives one.
    form
        ``"catalogue"``, ``"text"``, ``"torch"``, ``"keras"`` or ``"print"``.
    note
        What a reader should know about the counts or the paste; often empty.
    """

    layers: tuple[Layer, ...]
    input_shape: Shape | None
    form: str
    note: str = ""


def read_network(text: str, input_shape: Any = None) -> Reading:
    """Return the network that a text stands for. Code is never run.

    Parameters
    ----------
    text
        A name of the `catalogue`, the text form of `parse`, the source of a PyTorch or a Keras
        network, or a printed PyTorch module.
    input_shape
        The input's shape, if it is known: channels first, a batch axis in front or not. For
        Keras' layers it may also be channels last.

    Raises
    ------
    ValueError
        (also as `ReadError` and `TextError`) If the text is no network, or does not tell all of
        it; the message says which part, and the way on.
    """
    if not isinstance(text, str):
        raise TypeError(f"text (={type(text).__name__}) must be a str")
    if len(text) > LONGEST:
        raise ReadError(f"the text is too long for a network: more than {LONGEST:,} characters")
    text = text.replace("\r\n", "\n").replace("\r", "\n").lstrip("\ufeff")
    if "\0" in text:
        raise ReadError("the text holds null bytes; it is no network but binary data")
    if not text.strip():
        raise ReadError("there is no network: the text is empty")
    named = catalogue().get(text.strip().lower())
    if named:
        return Reading(named.layers, input_shape or named.input_shape, "catalogue")
    if PRINT.search(text) and not re.search(
        r"^\s*(>>> )?(import|from|class)\s", text, re.MULTILINE
    ):
        layers = build(read_print(text))
        note = UNPRINTED if "AvgPool2d(kernel_size" in text else ""
        return Reading(layers, _with_batch(layers, input_shape), "print", note)
    if not _CODE.search(text):
        layers = parse(text)
        return Reading(layers, _with_batch(layers, input_shape), "text")
    code = read_code(text)
    if is_keras(code.steps):
        return _keras(code, input_shape)
    layers = build(code.steps)
    return Reading(layers, _with_batch(layers, input_shape or code.input_shape), "torch", code.note)


def read_shape(text: str) -> tuple[int, ...]:
    """Return a shape as people write it: ``1x28x28``, ``(1, 28, 28)``, ``torch.Size([1, 28])``.

    Raises
    ------
    ValueError
        If it holds anything but sizes.
    """
    inner = re.sub(r"^(torch\.Size|Size|tuple|shape|input_shape)?\s*=?\s*", "", text.strip())
    inner = inner.strip("()[]{} \t,")
    inner = re.sub(r"^(None|N|B|-1|\?)\s*[x×,*]\s*", "", inner)  # a batch of any size
    parts = re.split(r"\s*[x×X*,;]\s*|\s+", inner)
    if len(parts) > 6 or not all(re.fullmatch(r"0*[1-9][0-9]{0,8}", part) for part in parts):
        raise ValueError(
            f"--input (={short(text)}) must be sizes joined by x or commas, from 1, such as 1x28x28"
        )
    return tuple(map(int, parts))


def _keras(code: Any, input_shape: Any) -> Reading:
    given = code.input_shape or input_of(code.steps)
    if given is not None and given and given[0] is None:
        given = given[1:]
    if input_shape is not None:
        shape = _first(tuple(input_shape), given)
    elif given is not None:
        shape = channels_first(given)
    else:
        raise ReadError(
            "Keras' layers take what comes: the paste gives no input_shape=(28, 28, 1); "
            "give --input 28x28x1"
        )
    layers = build(code.steps, keras_layers, shape)
    note = code.note
    if any(layer.kind == "batchnorm" for layer in layers):
        note = "Keras' own total also counts the moving averages of BatchNormalization" + (
            note and f"; {note}"
        )
    return Reading(layers, shape, "keras", note)


def _first(shape: tuple[int, ...], given: Any) -> Shape:
    """Return a caller's shape channels first: ambiguous ones are as Keras writes them."""
    if len(shape) == 4:
        shape = shape[1:]
    if len(shape) != 3:
        return channels_first(shape)
    if given is not None and len(given) == 3 and given[2] in shape and given[2] is not None:
        last = shape[2] == given[2]
    else:
        last = not (shape[0] <= 4 < shape[2])
    return channels_first(shape) if last else shape


def as_picture(shape: tuple[int, ...]) -> tuple[int, ...]:
    """Return (1, height, width) for (height, width); other shapes as they are."""
    return (1, *shape) if len(shape) == 2 else shape


def _with_batch(layers: tuple[Layer, ...], shape: Any) -> Any:
    """Return a shape of two axes as a sound, as a picture, or as rows without their batch."""
    if shape is None or len(shape) != 2:
        return shape
    first = next((layer for layer in layers if layer.kind not in ("identity", "dropout")), None)
    if next((layer.axes for layer in layers if layer.axes), None) == 1:
        return tuple(shape)
    return tuple(shape[1:]) if isinstance(first, Linear) else (1, *shape)
