"""The words of Keras and TensorFlow, old and new. Channels stand last there: (N, H, W, C)."""

import re
from math import prod
from re import Match

from cnnnotes.shapes.diagnosis import Diagnosis, Fix
from cnnnotes.shapes.messages.rules import (
    Rule,
    Seen,
    advice,
    counted,
    numbers,
    plain,
    rule,
    times,
    to_input,
    to_target,
)

_ANY = r"[\[(][\w, ?<>.=-]{0,150}[\])]"
_NAME = r"[\"']?(?P<layer>[\w/.-]{1,60})[\"']?"
_LAYER = (
    rf"Input (?:\d+|[\"']?\w{{1,40}}[\"']?) (?:of layer {_NAME} is incompatible with the layer:|"
    r"is incompatible with (?:the )?layer [\"']?(?P<layer2>[\w/.-]{1,60})[\"']?:) ?:? ?"
)
_RECEIVED = rf"(?:[.,]? ?(?:Full shape received|but received input with shape|received input with shape):? ?(?P<shape>{_ANY}))?"


def _sizes(text: str | None) -> tuple[str, ...]:
    return tuple(re.findall(r"None|\?|-?\d{1,15}", text or ""))


def _shown(shape: tuple[str, ...]) -> str:
    return f"({', '.join(shape)}{',' * (len(shape) == 1)})"


def _named(match: Match[str]) -> str:
    return match["layer"] or match["layer2"] or ""


def _axes(match: Match[str], seen: Seen) -> Diagnosis | None:
    wanted, found = int(match["wanted"]), int(match["found"])
    if wanted == found:
        return None
    shape, layer = _sizes(match["shape"]), _named(match)
    fixes: list[Fix] = []
    batch = to_input("if it is one example, add the batch axis", "x[None]")
    if found == wanted - 1 and wanted == 4:
        channel = to_input("grey pictures need their channel axis", "x[..., None]")
        grey = shape and shape[-1] not in ("1", "3", "4")
        fixes = [channel, batch] if grey or not shape else [batch, channel]
        if shape and shape[0] in ("None", "?") and not grey:
            fixes = [advice("input_shape leaves the batch out: (height, width, channels)")]
    elif found == wanted - 1 and wanted == 3:
        fixes = [to_input("give each step its feature axis", "x[..., None]"), batch]
    elif found == wanted - 2 and wanted == 4:
        fixes = [to_input("add batch and channel axes", "x[None, ..., None]")]
        if shape and shape[0] in ("None", "?"):
            fixes = [
                advice(
                    "a convolution comes before Flatten: the input was flattened already, "
                    "x.reshape(-1, height, width, channels)"
                )
            ]
    elif found == wanted + 1:
        fixes = [advice("input_shape leaves the batch out: (height, width, channels)")]
        if shape and "1" in shape[1:-1]:
            axis = shape.index("1", 1)
            fixes.insert(0, to_input("drop the axis of 1", f"x.squeeze({axis})"))
        if re.search("dense|lstm|gru", layer):
            fixes = [advice("put Flatten() or GlobalAveragePooling2D() before it")]
    elif re.search("dense|flatten", layer) or (wanted == 2 and found > 2):
        fixes = [advice("put Flatten() before it")]
    elif wanted == 2 and found == 1:
        fixes = [batch]
    axes = {4: "(N, H, W, C)", 3: "(N, steps, features)", 5: "(N, D, H, W, C)", 2: "(N, features)"}
    return Diagnosis(
        "keras axes",
        f"The layer needs {counted(wanted, 'axis')}"
        + (f", {axes[wanted]}" if wanted in axes else "")
        + f", and its input has {found}.",
        f"received {_shown(shape)}" if shape else "",
        tuple(fixes) or (advice(f"reshape the input to {counted(wanted, 'axis')}"),),
        layer,
    )


def _value(match: Match[str], seen: Seen) -> Diagnosis | None:
    wanted, shape, layer = match["wanted"], _sizes(match["shape"]), _named(match)
    if not shape or shape[-1] == wanted:
        return None
    given = shape[-1]
    if re.search("conv", layer) or len(shape) > 2:
        fixes = [
            advice(f"build the model for {given} channels: Input(shape=(height, width, {given}))")
        ]
        if wanted in shape[1:-1]:
            call = "x.transpose(0, 2, 3, 1)"
            fixes.insert(0, to_input(f"channels go last, and {wanted} stands before", call))
        elif (wanted, given) == ("3", "4"):
            fixes.insert(0, to_input("drop the transparency", "x[..., :3]"))
        elif (wanted, given) == ("3", "1"):
            fixes.insert(0, to_input("repeat the grey three times", "x.repeat(3, -1)"))
        elif (wanted, given) == ("1", "3"):
            fixes.insert(0, to_input("turn it grey", "x.mean(-1, keepdims=True)"))
        return Diagnosis(
            "keras channels",
            f"The layer was made for {wanted} channels on the last axis, and {given} arrive.",
            f"received {_shown(shape)}",
            tuple(fixes),
            layer,
        )
    return Diagnosis(
        "keras features",
        f"The layer was built for {wanted} features, and {given} arrive.",
        f"{given} ≠ {wanted}",
        (
            advice(
                f"feed what it was built on: {wanted} features an example (picture size, columns)"
            ),
            advice(f"build the model anew for {given}: Input(shape=({given},))"),
        ),
        layer,
    )


def _shape(match: Match[str], seen: Seen) -> Diagnosis | None:
    wanted, found = _sizes(match["wanted"]), _sizes(match["found"])
    layer = match.groupdict().get("layer") or match.groupdict().get("layer2") or ""
    fixed = [
        (w, f) for w, f in zip(wanted, found, strict=False) if w not in ("None", "?") and w != f
    ]
    if len(wanted) == len(found) and not fixed:
        return None
    fixes = []
    if len(found) == len(wanted) and found[1:] and sorted(found[1:]) == sorted(wanted[1:]):
        call = "x.transpose(0, 2, 3, 1)" if found[1] == wanted[-1] else "x.transpose(0, 3, 1, 2)"
        fixes = [to_input("the channels are on another axis", call)] if len(found) == 4 else []
    elif len(found) == len(wanted) == 4 and found[1:3] != wanted[1:3]:
        fixes = [
            advice(
                f"resize the pictures to {wanted[1]} × {wanted[2]}: tf.image.resize(x, ({wanted[1]}, {wanted[2]}))"
            )
        ]
    elif len(found) == len(wanted) == 4 and (wanted[3], found[3]) == ("3", "4"):
        fixes = [to_input("drop the transparency", "x[..., :3]")]
    elif len(found) == len(wanted) == 4 and (wanted[3], found[3]) == ("3", "1"):
        fixes = [to_input("repeat the grey three times", "x.repeat(3, -1)")]
    elif len(found) == len(wanted) == 4 and (wanted[3], found[3]) == ("1", "3"):
        fixes = [to_input("turn it grey", "x.mean(-1, keepdims=True)")]
    elif len(found) == len(wanted) - 1:
        last = wanted[-1] == "1" and found[-1] != "1"
        grey = to_input("give the pictures their channel axis", "x[..., None]")
        one = to_input("if it is one example, add the batch axis", "x[None]")
        fixes = [grey, one] if last else [one]
        if found[0] in ("None", "?") and found[1:] == wanted[2:]:
            fixes = [one, advice("a tf.data.Dataset must be batched: dataset.batch(32)")]
    else:
        numbers_of = (
            [int(n) for n in found[1:] if n.isdigit()],
            [int(n) for n in wanted[1:] if n.isdigit()],
        )
        if prod(numbers_of[0]) == prod(numbers_of[1]) and len(numbers_of[1]) == len(wanted) - 1:
            call = f"x.reshape(-1, {', '.join(wanted[1:])})"
            fixes = [to_input("give the values the shape that the model wants", call)]
    return Diagnosis(
        "keras input shape",
        f"The model was built for {_shown(wanted)}, and the input is {_shown(found)}.",
        f"{_shown(found)} ≠ {_shown(wanted)}",
        tuple(fixes)
        or (advice(f"reshape the input, or build with Input(shape={_shown(found[1:])})"),),
        "" if layer.startswith(("sequential", "model", "functional")) else layer,
    )


def _checking(match: Match[str], seen: Seen) -> Diagnosis | None:
    target = match["what"] in ("target", "model target")
    shape, wanted = _sizes(match["found"]), match["wanted"]
    if wanted.isdigit():
        n = int(wanted)
        if n == len(shape):
            return None
        fixes = []
        if not target and n == 4 and len(shape) == 3:
            fixes = [
                to_input("if these are grey pictures, give them a channel axis", "x[..., None]"),
                to_input("if it is one picture, add the batch axis", "x[None]"),
            ]
        elif not target and n == 4 and len(shape) == 2:
            fixes = [
                to_input("if it is one grey picture, add both axes", "x[None, ..., None]"),
                advice("if rows are flat pictures: x.reshape(-1, height, width, channels)"),
            ]
        elif not target and n == 2:
            fixes = [to_input("flatten each example", "x.reshape(len(x), -1)")]
        elif target and len(shape) == 2 and n == 4:
            fixes = [
                advice(
                    "the model ends without Flatten() or GlobalAveragePooling2D(): add it before Dense"
                )
            ]
        return Diagnosis(
            "keras axes",
            f"The model's {'target' if target else 'input'} must have {counted(n, 'axis')}, and has {len(shape)}.",
            f"received {_shown(shape)}",
            tuple(fixes) or (advice("reshape it, or change the model's Input(shape=…)"),),
            match["layer"],
        )
    sizes = _sizes(wanted)
    if not target:
        return _shape_of(sizes, shape, match["layer"])
    if 1 <= len(sizes) <= 2 and 1 <= len(shape) <= 2:
        return _classes(sizes[-1], shape[-1], match["layer"])
    return None


def _shape_of(wanted: tuple[str, ...], found: tuple[str, ...], layer: str) -> Diagnosis | None:
    if len(found) == len(wanted) + 1:
        wanted = ("None", *wanted)
    if wanted == found:
        return None
    return Diagnosis(
        "keras input shape",
        f"The model was built for {_shown(wanted)}, and the input is {_shown(found)}.",
        f"{_shown(found)} ≠ {_shown(wanted)}",
        (advice("bring the data to that shape (resize, channels), or change Input(shape=…)"),),
        layer,
    )


def _classes(wanted: str, given: str, layer: str) -> Diagnosis | None:
    if wanted == given:
        return None
    if given == "1":
        fixes = [
            advice("labels are class numbers: use loss='sparse_categorical_crossentropy'"),
            advice(f"make them one-hot: keras.utils.to_categorical(y, {wanted})"),
        ]
    else:
        fixes = [
            advice(f"give the last Dense {given} units"),
        ]
        if wanted == "1":
            fixes.append(to_target("for one output, pass class numbers", "y.argmax(1)"))
    return Diagnosis(
        "keras target",
        f"The last layer makes {wanted} values an example, and the labels have {given}.",
        f"{given} ≠ {wanted}",
        tuple(fixes),
        layer,
    )


def _incompatible(match: Match[str], seen: Seen) -> Diagnosis | None:
    first, second = _sizes(match["a"]), _sizes(match["b"])
    if first == second:
        return None
    if len(first) == len(second) == 2 and first[1] != second[1] and first[0] == second[0]:
        target, output = first[1], second[1]
        if target == "1" or output == "1":
            classes = output if target == "1" else target
            if target == "1":
                fixes = [
                    advice("labels are class numbers: use loss='sparse_categorical_crossentropy'"),
                    advice(f"make them one-hot: keras.utils.to_categorical(y, {classes})"),
                ]
            else:
                fixes = [
                    advice(f"give the last Dense {target} units, with softmax"),
                    to_target("for one output, pass class numbers", "y.argmax(1)"),
                ]
        else:
            fixes = [
                advice(f"give the last Dense as many units as there are classes: {target}"),
                advice(f"make labels for {output} classes"),
            ]
        return Diagnosis(
            "keras target",
            f"Labels have {target} values an example, and the model makes {output}.",
            f"{target} ≠ {output}",
            tuple(fixes),
        )
    if len(first) != len(second):
        few, many = sorted((first, second), key=len)
        fixes = [
            advice(
                "if the model still has height and width at its end, add Flatten() or GlobalAveragePooling2D()"
            ),
            advice("if labels are class numbers, use loss='sparse_categorical_crossentropy'"),
        ]
        if len(many) == 3 and many[1] == "1":
            fixes = [
                advice(
                    "an axis of 1 is too many: np.squeeze(y, 1), or Flatten() before the last Dense"
                )
            ]
        return Diagnosis(
            "keras target",
            f"Labels and predictions have different numbers of axes: {_shown(first)} and {_shown(second)}.",
            f"{len(few)} ≠ {len(many)}",
            tuple(fixes),
        )
    return Diagnosis(
        "keras shapes",
        f"Two shapes must agree and don't: {_shown(first)} and {_shown(second)}.",
        "",
        (
            advice("labels and predictions: same classes, same batch, same height and width"),
            advice("weights loaded into a model: build it with the same layers and classes"),
        ),
    )


def _against(match: Match[str], seen: Seen) -> Diagnosis | None:
    first, second = numbers(match["a"]), numbers(match["b"])
    if first == second:
        return None
    short, long = sorted((first, second), key=len)
    fixes = []
    if len(long) == 2 and len(short) == 1 and short[0] == long[0]:
        fixes = [
            advice(
                "labels are class numbers: use loss='sparse_categorical_crossentropy' and metric 'sparse_categorical_accuracy'"
            ),
            advice(f"make them one-hot: tf.one_hot(y, {long[1]})"),
        ]
    elif len(first) == len(second) and first[0] != second[0] and first[1:] == second[1:]:
        fixes = [
            advice(
                "the batch differs: keep the batch size out of reshapes (-1 in its place), or drop_remainder=True"
            )
        ]
    elif len(first) == len(second) == 4 and first[1:3] != second[1:3]:
        fixes = [
            advice(
                "height and width differ where branches meet: same padding and strides, or crop; sides that are multiples of 32"
            )
        ]
    elif len(first) == len(second) == 4 and first[3] != second[3]:
        fixes = [advice(f"channels differ where branches meet: Conv2D({first[3]}, 1) on the other")]
    return Diagnosis(
        "keras shapes",
        f"Two tensors that are combined value by value are {times(first)} and {times(second)}.",
        f"{times(first)} ≠ {times(second)}",
        tuple(fixes) or (advice("give both the same shape, or 1 where they differ"),),
    )


def _logits(match: Match[str], seen: Seen) -> Diagnosis | None:
    logits, labels = numbers(match["logits"]), numbers(match["labels"])
    if not logits or not labels:
        return None
    fixes = []
    if len(labels) == 1 and len(logits) == 2 and logits[0] * logits[1] == labels[0]:
        fixes = [
            advice(
                "labels are one-hot: use loss='categorical_crossentropy', or class numbers y.argmax(1)"
            )
        ]
    elif len(labels) == 1 and len(logits) >= 2 and logits[0] and labels[0] % logits[0] == 0:
        each = labels[0] // logits[0]
        fixes = [
            advice(
                f"labels have {each} values an example: one-hot ones want loss='categorical_crossentropy'"
            ),
            advice("one class number an example: y.argmax(1)"),
        ]
    elif len(labels) == 1 and labels[0] and logits[0] % labels[0] == 0:
        fixes = [
            advice(
                f"{logits[0] // labels[0]} predictions an example: add Flatten() or GlobalAveragePooling2D() before the last Dense"
            )
        ]
    elif logits[-1] != labels[-1] and logits[0] == labels[0]:
        fixes = [
            advice(
                f"give the last Dense {labels[-1]} units, or make labels for {logits[-1]} classes"
            )
        ]
    return Diagnosis(
        "keras target",
        f"Predictions are {times(logits)}, and labels {times(labels)}.",
        f"{times(logits)} ≠ {times(labels)}",
        tuple(fixes)
        or (advice("take both from the same batch, and don't fold the batch in a reshape"),),
    )


def _negative(match: Match[str], seen: Seen) -> Diagnosis | None:
    kernel, size = int(match["kernel"]), int(match["size"])
    if kernel <= size:
        return None
    layer = re.split(r"/", match["layer"] or "")[0]
    window = "window" if "pool" in (match["layer"] or "").lower() else "kernel"
    shapes = re.findall(r"\[[\d?, ]{5,60}\]", match.string[match.end() : match.end() + 300])
    channels = _sizes(shapes[0]) if shapes else ()
    fixes = [
        Fix("padding='same' keeps the size", "padding", "same"),
        Fix(f"kernel_size {size}", "kernel_size", size)
        if size
        else advice("start from a larger picture"),
        advice("start from a larger picture, or shrink it less before"),
    ]
    if len(channels) == 4 and channels[1] in ("1", "3") and channels[3] not in ("1", "3"):
        fixes.insert(
            0, advice(f"channels go last in Keras: (N, H, W, C), and yours is {_shown(channels)}")
        )
    return Diagnosis(
        "kernel larger than input",
        f"The {window} does not fit: it spans {kernel}, and the input has {size}.",
        f"{size} − {kernel} < 0",
        tuple(fixes),
        layer,
    )


def _equal(match: Match[str], seen: Seen) -> Diagnosis | None:
    first, second = int(match["a"]), int(match["b"])
    if first == second:
        return None
    op = (match.groupdict().get("op") or "").lower()
    if "matmul" in op:
        return Diagnosis(
            "matrix product",
            f"The layer's weight and its input don't fit: {first} against {second}.",
            f"{first} ≠ {second}",
            (
                advice(
                    f"{first} features arrive: feed pictures of the size that the model was built for"
                ),
                advice(f"give the weight {first} rows: build the Dense anew"),
            ),
        )
    return Diagnosis(
        "keras shapes",
        f"Two sizes must agree and don't: {first} and {second}.",
        f"{first} ≠ {second}",
        (
            advice(
                "where branches meet: same size and channels (padding='same', Conv2D(channels, 1))"
            ),
            advice("in a loss: labels with as many values as the last layer has units"),
        ),
    )


def _reshape(match: Match[str], seen: Seen) -> Diagnosis | None:
    given, wanted = int(match["given"]), int(match["wanted"])
    if given == wanted or not wanted:
        return None
    fixes = [advice("let -1 count the batch: tf.reshape(x, (-1, …))")]
    if given % wanted == 0 and given // wanted in (3, 4):
        fixes.insert(
            0,
            advice(
                f"{given // wanted} times as many values: the picture has {given // wanted} channels (decode with channels=1, or reshape with them)"
            ),
        )
    return Diagnosis(
        "reshape",
        f"{given} values cannot be shared out as a shape of {wanted}.",
        f"{given} = {given // wanted} · {wanted} + {given % wanted}",
        tuple(fixes),
    )


RULES: list[Rule] = [
    rule(
        _LAYER
        + rf"expected (?:min_|max_)?ndim=(?P<wanted>\d), found ndim=(?P<found>\d){_RECEIVED}",
        _axes,
    ),
    rule(
        rf"(?:{_LAYER})?expected axis -?\d(?: of input shape)? to have value (?P<wanted>\d+),? but "
        rf"(?:received input with|got) shape (?P<shape>{_ANY})",
        _value,
    ),
    rule(_LAYER + rf"expected shape=(?P<wanted>{_ANY}), found shape=(?P<found>{_ANY})", _shape),
    rule(
        rf"Model (?:[\"']?\w{{1,40}}[\"']? )?was constructed with shape (?P<wanted>{_ANY}) for input .{{1,400}}?but it was called "
        rf"on an input with incompatible shape (?P<found>{_ANY})",
        _shape,
    ),
    rule(
        rf"Error when checking (?P<what>(?:model )?(?:input|target)): expected (?P<layer>\w{{1,60}}) to have "
        rf"(?:shape )?(?P<wanted>\d|{_ANY})(?: dimensions,|,)? but got array with shape (?P<found>{_ANY})",
        _checking,
    ),
    rule(
        rf"Shapes (?P<a>{_ANY}) and (?P<b>{_ANY}) (?:are|must be) (?:in)?compatible", _incompatible
    ),
    rule(
        rf"(?:target|labels?|y_true).{{1,40}}output.{{1,40}}(?:same|equal) shape.{{0,40}}?(?:target|y_true).shape=(?P<a>{_ANY}),? (?:output|y_pred).shape=(?P<b>{_ANY})",
        _incompatible,
    ),
    rule(
        rf"Arguments [`'\"]?target[`'\"]? and [`'\"]?output[`'\"]? must have the same (?:shape|rank|\w+)[^:]{{0,80}}[:.] ?(?:Received: )?(?:target.shape=)?(?P<a>{_ANY}),? (?:output.shape=)?(?P<b>{_ANY})",
        _incompatible,
    ),
    rule(
        rf"[`'\"]?logits[`'\"]? and [`'\"]?labels[`'\"]? must have the same shape,? (?:received )?\(?(?P<b>{_ANY}) vs\.? (?P<a>{_ANY})",
        _incompatible,
    ),
    rule(
        r"logits and labels must (?:have the same first dimension, got logits shape|be (?:the )?same size: logits_size=|be broadcastable: logits_size=) ?"
        rf"(?P<logits>{_ANY}),? (?:and )?labels(?: shape|_size=) ?(?P<labels>{_ANY})",
        _logits,
    ),
    rule(
        r"Negative dimension size caused by subtracting (?P<kernel>\d+) from (?P<size>\d+) for "
        r"'?\{?\{?(?:node )?(?P<layer>[\w./-]{1,120})",
        _negative,
    ),
    plain(
        r"(?:Computed output size would be negative|One of the dimensions in the output is <= 0 due to downsampling in (?P<name>[\w ]{1,40})|"
        r"The spatial dimensions of the inputs .{1,80} are smaller than the kernel|"
        r"Computed output shape .{0,60} (?:is negative|contains a negative))"
        r"(?:.{0,80}?(?P<detail>\[input_size: (?P<size>\d+), effective_filter_size: (?P<kernel>\d+)))?",
        "kernel larger than input",
        "The kernel or window does not fit: too little of the picture is left at this layer.",
        ("padding='same' keeps the size", "padding", "same"),
        ("start from a larger picture, or shrink it less before", "reader", None),
    ),
    rule(
        r"Dimensions must be equal, but are (?P<a>\d+) and (?P<b>\d+)(?: for '?\{?\{?(?:node )?(?P<op>[\w./ -]{1,120}))?",
        _equal,
    ),
    rule(
        r"Matrix size-incompatible: In\[0\]: \[(?P<rows>\d+), ?(?P<a>\d+)\], In\[1\]: \[(?P<b>\d+), ?(?P<outputs>\d+)\]",
        lambda m, s: (
            Diagnosis(
                "keras features",
                f"The layer was built for {m['b']} features, and {m['a']} arrive.",
                f"{m['a']} ≠ {m['b']}",
                (
                    advice(
                        f"feed what it was built on: pictures of the size that gives {m['b']} features"
                    ),
                    advice(f"build the model anew for {m['a']}"),
                ),
            )
            if m["a"] != m["b"]
            else None
        ),
    ),
    rule(
        rf"(?:Incompatible shapes|required broadcastable shapes): ?(?P<a>{_ANY}) vs\.? ?(?P<b>{_ANY})",
        _against,
    ),
    plain(
        r"required broadcastable shapes",
        "keras shapes",
        "Two tensors that are combined value by value have shapes that don't fit.",
        (
            "in a loss or metric: labels as class numbers want 'sparse_…', one-hot ones 'categorical_…'",
            "reader",
            None,
        ),
        ("where branches meet: same height, width and channels", "reader", None),
    ),
    rule(
        r"Input to reshape is a tensor with (?P<given>\d+) values, but the requested shape (?:has|requires a multiple of) (?P<wanted>\d+)",
        _reshape,
    ),
    plain(
        r"The channel dimension of the inputs should be defined|The last dimension of the inputs to (?:a )?[`'\"]?Dense[`'\"]? (?:layer )?should be defined",
        "keras unknown axis",
        "A layer makes its weights when it is built, and the last axis of its input is None.",
        (
            "say the channels: Input(shape=(None, None, 3)); before Dense also height and width, or GlobalAveragePooling2D()",
            "reader",
            None,
        ),
    ),
    plain(
        r"Kernel shape must have the same length as input|(?:The )?[`'\"]?kernel_size[`'\"]? argument must be (?:an integer or )?(?:a )?(?:int|tuple)",
        "keras kernel",
        "The kernel has another number of axes than the pictures.",
        (
            "Conv2D is for (N, H, W, C), Conv1D for (N, steps, C); kernel_size is one number or one for each axis",
            "reader",
            None,
        ),
    ),
    plain(
        r"input (?:depth|and filter)(?: must be evenly divisible by filter depth| must have the same depth): (?P<given>\d+) vs (?P<wanted>\d+)",
        "keras channels",
        "The convolution was made for {wanted} channels, and {given} arrive.",
        ("decode with channels={wanted}, or build for {given}; channels go last", "reader", None),
        arithmetic="{given} ≠ {wanted}",
    ),
    plain(
        r"(?:Depth of input \((?P<given>\d+)\) is not a multiple of input depth of filter \((?P<wanted>\d+)\)|"
        r"number of input channels must be evenly divisible by the number of groups)",
        "keras channels",
        "The convolution's input has another number of channels than its kernel.",
        ("build it for the channels that arrive; they go last: (N, H, W, C)", "reader", None),
    ),
    plain(
        r"The number of (?:input )?channels must be evenly divisible by the number of groups",
        "groups",
        "Channels don't share out evenly among groups.",
        ("groups 1, or a number that divides the channels", "groups", 1),
    ),
    plain(
        r"A [`'\"]?Concatenate[`'\"]? layer requires inputs with matching shapes except for the concat(?:enation)? axis",
        "branches",
        "Branches that meet in Concatenate must have the same height and width.",
        (
            "give both the same strides and padding='same', or crop; sides that are multiples of 32",
            "reader",
            None,
        ),
    ),
    plain(
        r'"concat" mode can only merge layers with matching output shapes except for the concat axis\. Layer shapes: (?P<shapes>\[[\w(), ]{1,300}\])',
        "branches",
        "Branches that are merged must have the same height and width: {shapes}.",
        (
            "a height or width of 0 comes of a picture with channels first, read with channels last: "
            "image_dim_ordering 'th', or x.transpose(0, 2, 3, 1)",
            "reader",
            None,
        ),
        ("else give both the same strides and padding='same', or crop", "reader", None),
    ),
    plain(
        r"ConcatOp ?: Dimensions? of inputs should match: shape\[0\] = (?P<a>\[[\d, ]{1,60}\]) vs\.? shape\[\d\] = (?P<b>\[[\d, ]{1,60}\])",
        "branches",
        "Tensors that are joined must agree in all other axes: {a} and {b}.",
        (
            "give branches the same strides and padding; for a batch, resize all pictures to one size",
            "reader",
            None,
        ),
    ),
    plain(
        r"(?:Inputs have incompatible shapes|Operands could not be broadcast together with shapes)[.:]? ?(?:Received shapes )?(?P<a>\([\w, ]{1,60}\)) (?:and )?(?P<b>\([\w, ]{1,60}\))",
        "branches",
        "Branches that meet in Add need the same shape, and these are {a} and {b}.",
        ("end one with Conv2D(channels, 1, strides=…) so that both agree", "reader", None),
    ),
    plain(
        r"Cannot batch tensors with different shapes in component (?P<n>\d+)\. First element had shape (?P<a>\[[\d, ]{0,60}\]) and element \d+ had shape (?P<b>\[[\d, ]{0,60}\])",
        "batch of unequal sizes",
        "A batch stacks examples of one shape, and two of them are {a} and {b}.",
        ("resize in map: tf.image.resize(x, (224, 224)); decode with channels=3", "reader", None),
    ),
    plain(
        r"Data cardinality is ambiguous(?:[.:] ?Make sure all arrays contain the same number of samples\.?)?(?:.{0,40}?x sizes: (?P<a>\d+) y sizes: (?P<b>\d+))?|"
        r"Input arrays should have the same number of samples as target arrays\. Found (?P<c>\d+) input samples and (?P<d>\d+) target samples",
        "numbers of examples",
        "Inputs and labels differ in their number of examples, axis 0.",
        (
            "take both from the same set; a single picture needs its batch axis: x[None]",
            "input",
            "x[None]",
        ),
        arithmetic="{a}{c} ≠ {b}{d}",
    ),
    plain(
        r"Received a label value of (?P<label>-?\d+) which is outside the valid range of \[0, (?P<classes>\d+)\)",
        "keras target",
        "A label names class {label}, and the last layer has {classes} units: classes count from 0.",
        ("if labels count from 1, subtract 1: y - 1", "target", "y - 1"),
        ("else give the last Dense as many units as there are classes", "reader", None),
    ),
    plain(
        r"You are trying to load a weight file containing (?P<a>\d+) layers? into a model with (?P<b>\d+) layers?|"
        r"Layer count mismatch when loading weights from file\. Model expected (?P<d>\d+) layers?, found (?P<c>\d+)",
        "checkpoint keys",
        "The weights are of a model with {a}{c} layers, and this one has {b}{d}.",
        (
            "build the model as it was when saved; include_top=False leaves layers out",
            "reader",
            None,
        ),
    ),
    plain(
        r"Cannot feed value of shape (?P<a>\([\d, ]{0,60}\)) for Tensor [^,]{1,80}, which has shape [\"']?(?P<b>\([\w?, ]{0,60}\))",
        "keras input shape",
        "The placeholder has shape {b}, and what is fed {a}.",
        ("reshape what you feed, or the placeholder", "reader", None),
        arithmetic="{a} ≠ {b}",
    ),
]
