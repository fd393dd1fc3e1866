"""Networks written as a line of text.

    conv 8 3x3 pad 1 | relu | maxpool 2 | flatten | linear 10

Layers are separated by ``|`` or a new line. A layer is a word, then what it needs, then options:

======================================== ==================================================
``conv 8 3x3``, ``depthwise 3x3``,       options: ``stride``, ``pad``, ``dilation``,
``pointwise 8``                          ``groups``, ``nobias``
``convtranspose 8 3x3``                  also ``outpad``
``maxpool 2``, ``avgpool 2``             options: ``stride``, ``pad``, ``dilation``, ``ceil``
``maxblurpool 3``                        maxima of 2×2 one step apart, then ``blurpool 3``;
                                         ``stride`` is 2 if not said
``globalavg``, ``adaptiveavg 6``         also ``globalmax``, ``adaptivemax``
``upsample 2``                           option ``bilinear``
``linear 10``                            option ``nobias``
``batchnorm``, ``groupnorm 4``           option ``plain``: neither scale nor shift
``relu``, ``dropout``, ``flatten``       and other functions of single values
``add(… ; …)``, ``cat(… ; …)``           branches and how they meet; an empty one is a shortcut
======================================== ==================================================

Sizes are ``3`` or ``3x5`` (height × width); ``pad`` also takes ``same`` and ``1+2`` (before +
after). ``3->8`` for ``8`` says what a layer expects: ``conv 3->8 3x3``, ``linear 784->10``.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cnnnotes.shapes import descriptions as d
from cnnnotes.shapes.descriptions import Layer

LONGEST_NUMBER = 9  # digits; more is a slip of the keyboard
DEEPEST_NESTING = 50


class TextError(ValueError):
    """Text that is no network; the message shows the line, a caret under the word, and why.

    Attributes
    ----------
    text, position
        All the text, and where in it the word starts.
    expected
        What would have been right there.
    """

    def __init__(self, text: str, position: int, length: int, expected: str) -> None:
        self.text, self.position, self.expected = text, position, expected
        start = text.rfind("\n", 0, position) + 1
        end = text.find("\n", position)
        line = text[start : end if end >= 0 else len(text)]
        shown = "".join(letter if letter.isprintable() else " " for letter in line)
        caret = " " * (position - start) + "^" * max(length, 1)
        super().__init__(f"expected {expected}\n  {shown}\n  {caret}")


def parse(text: str) -> tuple[Layer, ...]:
    """Return the layers that a line of text describes.

    Raises
    ------
    TextError
        If a word is not understood; the message points at it.
    """
    if not isinstance(text, str):
        raise TypeError(f"text (={text!r}) must be a str")
    return _Reader(text).network()


@dataclass(frozen=True)
class _Word:
    text: str
    position: int


class _Reader:
    """Goes through the words once, from left to right."""

    def __init__(self, text: str) -> None:
        self.text = text
        found = [
            _Word("\n" if match[0].isspace() else match[0], match.start())
            for match in re.finditer(r"\n\s*|[|();]|[^\s|();]+", text.rstrip())
        ]
        before = ["|", *(word.text for word in found)]
        after = [*(word.text for word in found[1:]), ""]
        self.words = [
            word
            for word, previous, following in zip(found, before, after, strict=False)
            if word.text != "\n" or (previous not in "|;(" and following not in "|;)")
        ]
        self.at = 0

    def network(self) -> tuple[Layer, ...]:
        layers = self.path("", 0)
        if not layers:
            self.fail("a layer, such as conv 8 3x3")
        if self.word():
            self.fail("| and another layer, or the end")
        return layers

    def path(self, ends: str, depth: int) -> tuple[Layer, ...]:
        layers: list[Layer] = []
        while layers or (self.word() and self.word() not in tuple(ends)):
            if self.word().lower() == "maxblurpool":
                layers.append(d.Pool(2, 1, kind="maxpool"))
            layers.append(self.layer(depth))
            if self.word() not in ("|", "\n"):
                break
            self.at += 1
        return tuple(layers)

    def layer(self, depth: int) -> Layer:
        word = self.word()
        kind = _ALIASES.get(word.lower(), word.lower())
        if kind in ("add", "cat"):
            return self.branches(kind, depth + 1)
        if kind in d.ELEMENTWISE:
            self.at += 1
            if kind == "dropout" and re.fullmatch(r"0?\.\d+|0|1", self.word()):
                self.at += 1
            return d.Elementwise(kind=kind)
        if kind not in _LAYERS:
            self.fail(f"a layer{_did_you_mean(word)}" if word else "a layer, such as conv 8 3x3")
        start = self.at
        self.at += 1
        arguments = _LAYERS[kind](self)
        maker, flags = _MAKERS[kind]
        while (option := self.word().lower()) in _OPTIONS or option in flags:
            option = _ALIASES.get(option, option)
            if option not in flags and option not in _ALLOWED[kind]:
                self.fail(f"an option of {kind}: {_options_of(kind)}")
            name = flags[option][0] if option in flags else _OPTIONS[option][0]
            if name in arguments:
                self.fail(f"{option} only once")
            self.at += 1
            arguments[name] = flags[option][1] if option in flags else _OPTIONS[option][1](self)
        if self.word() not in ("", "|", "\n", ")", ";"):
            self.fail(f"an option of {kind} ({_options_of(kind)}), or | and the next layer")
        try:
            return maker(**arguments)
        except ValueError as error:
            self.at = start
            return self.fail(f"a layer that can be made: {error}")

    def branches(self, kind: str, depth: int) -> Layer:
        if depth > DEEPEST_NESTING:
            self.fail(f"at most {DEEPEST_NESTING} branches inside each other")
        self.at += 1
        if self.word() != "(":
            self.fail(f"( after {kind}: {kind}(conv 8 3x3 pad 1 ; )")
        paths: list[tuple[Layer, ...]] = []
        while not paths or self.word() == ";":
            self.at += 1
            paths.append(self.path(";)", depth))
        if self.word() != ")":
            self.fail("| and another layer, ; and another branch, or )")
        if len(paths) < 2:
            self.fail("; and a second branch, which may be empty")
        self.at += 1
        return d.Branches(tuple(paths), kind)

    def word(self) -> str:
        return self.words[self.at].text if self.at < len(self.words) else ""

    def number(self, what: str, least: int = 1) -> int:
        return self.take(what, self.word(), least)

    def take(self, what: str, digits: str, least: int) -> int:
        if not re.fullmatch(rf"[0-9]{{1,{LONGEST_NUMBER}}}", digits) or int(digits) < least:
            self.fail(f"{what}, a number from {least}")
        return int(digits)

    def fail(self, expected: str) -> Any:
        if self.at < len(self.words):
            word = self.words[self.at]
            length = 1 if word.text == "\n" else len(word.text)
            got = "the end of the line" if word.text == "\n" else repr(word.text)
            raise TextError(self.text, word.position, length, f"{expected}; got {got}")
        raise TextError(self.text.rstrip(), len(self.text.rstrip()), 1, f"{expected}; got the end")


def _per_axis(what: str, example: str, least: int = 1) -> Callable[[_Reader], tuple[int, ...]]:
    def read(reader: _Reader) -> tuple[int, ...]:
        parts = re.split("[x×X]", reader.word())
        if len(parts) > 2 or not all(parts):
            reader.fail(f"{what}, such as {example}")
        numbers = [reader.take(f"{what}, such as {example}", part, least) for part in parts]
        reader.at += 1
        return numbers[0], numbers[-1]

    return read


def _padding(reader: _Reader) -> Any:
    word = reader.word().lower()
    what = "padding, such as 1, 1x2, 0+1 or same"
    if word in ("same", "valid"):
        reader.at += 1
        return word
    axes = []
    for part in re.split("[x×X]", word):
        sides = [reader.take(what, side, 0) for side in part.split("+")]
        if len(sides) > 2:
            reader.fail(what)
        axes.append((sides[0], sides[-1]))
    if len(axes) > 2:
        reader.fail(what)
    reader.at += 1
    return axes[0], axes[-1]


def _groups(reader: _Reader) -> int | None:
    if reader.word().lower() == "all":
        groups = None
    else:
        groups = reader.number("groups")
    reader.at += 1
    return groups


def _one(what: str) -> Callable[[_Reader], int]:
    def read(reader: _Reader) -> int:
        number = reader.number(what)
        reader.at += 1
        return number

    return read


def _expected_and_made(reader: _Reader, what: str, *, all_allowed: bool = False) -> list[Any]:
    """Read ``8`` or ``3->8``; return what is expected (None if not said) and what is made."""
    expected, arrow, made = reader.word().rpartition("->")
    found = [
        reader.take(f"{what} before ->", expected, 1) if arrow else None,
        None if all_allowed and made == "all" else reader.take(what, made, 1),
    ]
    reader.at += 1
    return found


_kernel = _per_axis("a kernel size", "3x3")


def _read_conv(reader: _Reader) -> dict[str, Any]:
    expected, made = _expected_and_made(reader, "the number of channels", all_allowed=True)
    return {"in_channels": expected, "out_channels": made, "kernel_size": _kernel(reader)}


def _read_depthwise(reader: _Reader) -> dict[str, Any]:
    expected = None
    if reader.word().endswith("->"):
        expected = reader.take("the number of channels before ->", reader.word()[:-2], 1)
        reader.at += 1
    return {"in_channels": expected, "out_channels": None, "groups": None} | {
        "kernel_size": _kernel(reader)
    }


def _read_pointwise(reader: _Reader) -> dict[str, Any]:
    expected, made = _expected_and_made(reader, "the number of channels", all_allowed=True)
    return {"in_channels": expected, "out_channels": made, "kernel_size": 1}


def _read_linear(reader: _Reader) -> dict[str, Any]:
    expected, made = _expected_and_made(reader, "the number of features")
    return {"in_features": expected, "out_features": made}


def _read_pool(kind: str) -> Callable[[_Reader], dict[str, Any]]:
    return lambda reader: {"kind": kind, "kernel_size": _kernel(reader)}


def _read_adaptive(kind: str) -> Callable[[_Reader], dict[str, Any]]:
    def read(reader: _Reader) -> dict[str, Any]:
        parts = re.split("[x×X]", reader.word())
        what = "an output size, such as 6 or 6x6"
        if len(parts) > 2:
            reader.fail(what)
        target = [None if part == "all" else reader.take(what, part, 1) for part in parts]
        reader.at += 1
        return {"kind": kind, "target": (target[0], target[-1])}

    return read


def _read_batchnorm(reader: _Reader) -> dict[str, Any]:
    if reader.word().isdecimal():
        return {"num_features": _one("the number of channels")(reader)}
    return {}


def _read_groupnorm(reader: _Reader) -> dict[str, Any]:
    return {"num_groups": _one("the number of groups")(reader)}


_LAYERS: dict[str, Callable[[_Reader], dict[str, Any]]] = {
    "conv": _read_conv,
    "depthwise": _read_depthwise,
    "pointwise": _read_pointwise,
    "local": _read_conv,
    "convtranspose": _read_conv,
    "maxpool": _read_pool("maxpool"),
    "avgpool": _read_pool("avgpool"),
    "lppool": _read_pool("lppool"),
    "blurpool": _read_pool("blurpool"),
    "maxblurpool": _read_pool("blurpool"),
    "adaptiveavg": _read_adaptive("adaptiveavg"),
    "adaptivemax": _read_adaptive("adaptivemax"),
    "globalavg": lambda reader: {"kind": "adaptiveavg"},
    "globalmax": lambda reader: {"kind": "adaptivemax"},
    "linear": _read_linear,
    "batchnorm": _read_batchnorm,
    "groupnorm": _read_groupnorm,
    "upsample": lambda reader: {"scale_factor": _one("a factor")(reader)},
    "flatten": lambda reader: {},
    "identity": lambda reader: {},
}


def _group_norm(num_groups: int, affine: bool = True) -> Layer:
    return d.Norm(trained=None if affine else 0, num_groups=num_groups)


_NO_BIAS = {"nobias": ("bias", False)}
_CEIL = {"ceil": ("ceil_mode", True)}
_MAKERS: dict[str, tuple[Callable[..., Layer], dict[str, tuple[str, Any]]]] = {
    "conv": (d.Conv, _NO_BIAS),
    "depthwise": (d.Conv, _NO_BIAS),
    "pointwise": (d.Conv, _NO_BIAS),
    "local": (lambda **arguments: d.Conv(**arguments, positions_share=False), _NO_BIAS),
    "convtranspose": (d.ConvTranspose, _NO_BIAS),
    "maxpool": (d.Pool, _CEIL),
    "avgpool": (d.Pool, _CEIL),
    "lppool": (d.Pool, _CEIL),
    "blurpool": (d.Pool, {}),
    "maxblurpool": (lambda stride=2, **arguments: d.Pool(stride=stride, **arguments), {}),
    "adaptiveavg": (d.AdaptivePool, {}),
    "adaptivemax": (d.AdaptivePool, {}),
    "globalavg": (d.AdaptivePool, {}),
    "globalmax": (d.AdaptivePool, {}),
    "linear": (d.Linear, _NO_BIAS | {"fixed": ("trained", False)}),
    "batchnorm": (d.BatchNorm, {"plain": ("affine", False)}),
    "groupnorm": (_group_norm, {"plain": ("affine", False)}),
    "upsample": (d.Upsample, {"bilinear": ("mode", "bilinear")}),
    "flatten": (d.Flatten, {}),
    "identity": (Layer, {}),
}

_OPTIONS: dict[str, tuple[str, Callable[[_Reader], Any]]] = {
    "stride": ("stride", _per_axis("a stride", "2")),
    "pad": ("padding", _padding),
    "padding": ("padding", _padding),
    "dilation": ("dilation", _per_axis("a dilation", "2")),
    "groups": ("groups", _groups),
    "outpad": ("output_padding", _per_axis("an output padding", "1", 0)),
    "connections": ("connections", _one("the number of connections")),
}
_ALLOWED: dict[str, tuple[str, ...]] = dict.fromkeys(_LAYERS, ()) | {
    "conv": ("stride", "pad", "dilation", "groups", "connections"),
    "depthwise": ("stride", "pad", "dilation"),
    "pointwise": ("stride", "groups"),
    "local": ("stride", "pad", "dilation"),
    "convtranspose": ("stride", "pad", "dilation", "groups", "outpad"),
    "maxpool": ("stride", "pad", "dilation"),
    "avgpool": ("stride", "pad"),
    "lppool": ("stride",),
    "blurpool": ("stride", "pad"),
    "maxblurpool": ("stride",),
}

_ALIASES = {
    "conv2d": "conv",
    "convtranspose2d": "convtranspose",
    "convt": "convtranspose",
    "maxpool2d": "maxpool",
    "avgpool2d": "avgpool",
    "gap": "globalavg",
    "dense": "linear",
    "fc": "linear",
    "bn": "batchnorm",
    "gn": "groupnorm",
    "batchnorm2d": "batchnorm",
    "padding": "pad",
}


def _options_of(kind: str) -> str:
    return ", ".join([*_ALLOWED[kind], *_MAKERS[kind][1]]) or "none"


def _did_you_mean(word: str) -> str:
    from difflib import get_close_matches

    known = [*_LAYERS, *d.ELEMENTWISE, "add", "cat"]
    close = get_close_matches(word.lower(), known, 1)
    return f", perhaps {close[0]}" if close else f", one of {', '.join(known)}"
