"""PyTorch's words about layers: convolutions, pooling, linear layers, normalisation, resizing."""

from dataclasses import replace
from math import isqrt
from re import Match

from cnnnotes.shapes import diagnoses
from cnnnotes.shapes.diagnosis import Diagnosis, Fix
from cnnnotes.shapes.messages.rules import (
    SHAPE,
    Rule,
    Seen,
    advice,
    counted,
    numbers,
    plain,
    rule,
    times,
    to_input,
)

_AXES = {1: ("N, C, L", "length"), 2: ("N, C, H, W", "height"), 3: ("N, C, D, H, W", "depth")}


def _conv_channels(match: Match[str], seen: Seen) -> Diagnosis | None:
    shape, expected = numbers(match["input"]), int(match["expected"])
    if len(shape) < 3:
        return None
    dimensions, channels = len(shape) - 2, shape[1]
    diagnosis = diagnoses.conv_channels(expected, shape[1:])
    fixes = [f for f in diagnosis.fixes if f.argument != "input"]
    last = [axis for axis, size in enumerate(shape) if size == expected][-1:]
    if dimensions == 3 and shape[2] == expected:
        call = "x.transpose(1, 2)"
        text = f"if axis 1 ({channels}) counts the frames, swap to (N, C, D, H, W)"
        fixes.insert(0, to_input(text, call))
    elif last == [len(shape) - 1] and diagnoses.may_be_swapped(
        shape[1:], numbers(match["weight"] or "")[2:]
    ):
        order = ", ".join(map(str, (0, len(shape) - 1, *range(1, len(shape) - 1))))
        call = f"x.permute({order})"
        text = f"swap to ({_AXES[dimensions][0]}): your last axis is {expected}; {call}"
        fixes.insert(0, Fix(text, "input", call))
    elif dimensions == 2 and (expected, channels) == (3, 4):
        fixes.insert(
            0,
            Fix(
                'the fourth channel is transparency (RGBA): img.convert("RGB") where the picture is '
                "opened, or x[:, :3]",
                "input",
                "x[:, :3]",
            ),
        )
    elif dimensions == 2 and (expected, channels) == (3, 1):
        call = "x.expand(-1, 3, -1, -1)"
        fixes.append(to_input("for a network made for colour, show it the grey thrice", call))
    elif dimensions == 2 and (expected, channels) == (1, 3):
        call = "x.mean(1, keepdim=True)"
        fixes.append(to_input("turn the colours to grey (transforms.Grayscale())", call))
    elif shape[0] == 1 and expected == 1:
        call = "x.squeeze(0)[:, None]"
        text = f"if {channels} is the number of {'rows' if dimensions == 1 else 'pictures'}, give them a channel axis: x[:, None]"
        fixes.insert(0, Fix(text, "input", call))
    elif shape[0] == expected and shape[0] != 1:
        call = "x.transpose(0, 1)"
        fixes.insert(0, to_input(f"if axis 0 ({expected}) holds the channels, swap", call))
    if dimensions != 2:
        sum_ = f"input {times(shape[1:])}: its first axis, the channels, is {channels}"
        diagnosis = replace(diagnosis, arithmetic=f"{sum_}; in_channels is {expected}")
    return replace(diagnosis, fixes=tuple(fixes))


def _bare_channels(match: Match[str], seen: Seen) -> Diagnosis:
    expected, got = int(match["expected"]), int(match["got"])
    fixes = [Fix(f"change in_channels to {got}", "in_channels", got)]
    if (expected, got) == (3, 4):
        text = 'the fourth channel is transparency (RGBA): img.convert("RGB"), or x[:, :3]'
        fixes.insert(0, Fix(text, "input", "x[:, :3]"))
    elif got > 4 and expected in (1, 3):
        text = f"if {got} is a height, channels stand last: x.permute(0, 3, 1, 2)"
        fixes.insert(0, Fix(text, "input", "x.permute(0, 3, 1, 2)"))
    channels = diagnoses.conv_channels(expected, (got, 0, 0))
    return replace(channels, arithmetic=f"{got} ≠ {expected}", fixes=tuple(fixes))


def _old_rank(match: Match[str], seen: Seen) -> Diagnosis:
    weight = numbers(match["weight"])
    return _rank(numbers(match["input"]), len(weight) - 2, weight[1])


def _conv_rank(match: Match[str], seen: Seen) -> Diagnosis:
    return _rank(numbers(match["input"]), int(match["d"]), None)


def _rank(shape: tuple[int, ...], dimensions: int, channels: int | None) -> Diagnosis:
    if dimensions not in _AXES:
        dimensions = 2
    axes, given = _AXES[dimensions][0], len(shape)
    if dimensions == 2 and given not in (3, 4):
        return diagnoses.conv_rank(shape, channels)
    fixes = []
    if given == dimensions + 1:
        channel = Fix(
            f"if {shape[0]} is the number of pictures, add the channel axis: x.unsqueeze(1)",
            "input",
            "x.unsqueeze(1)",
        )
        batch = to_input("if it is one example, add the batch axis", "x.unsqueeze(0)")
        if channels is None:
            fixes = [channel, batch]
        elif shape[0] == channels:
            fixes = [to_input("it is one example, so add the batch axis", "x.unsqueeze(0)")]
        elif shape[-1] == channels:
            call = "x.movedim(-1, 0).unsqueeze(0)"
            fixes = [to_input("channels come first, and there is a batch axis", call)]
        else:
            fixes = [channel] if channels == 1 else [batch]
    elif given == dimensions:
        fixes = [to_input("add batch and channel axes", "x[None, None]")]
    elif given == 4 and dimensions == 1:
        fixes = [
            Fix(f"for pictures use Conv2d: {times(shape)} is (N, C, H, W)", "layer", "Conv2d"),
            to_input(
                f"to slide along one axis of length {shape[1] * shape[2] * shape[3]}, lay each "
                "picture out in a line",
                "x.flatten(1).unsqueeze(1)",
            ),
        ]
    elif given == 4 and dimensions == 3:
        fixes = [to_input("add the channel axis", "x.unsqueeze(1)")]
    else:
        fixes = [advice(f"reshape the input to ({axes})")]
    one = axes.removeprefix("N, ")
    return Diagnosis(
        "conv rank",
        f"The layer needs ({axes}), or ({one}) for one example, and its input has "
        f"{counted(given, 'axis')}.",
        f"input {times(shape)}",
        tuple(fixes),
    )


def _batchnorm_rank(match: Match[str], seen: Seen) -> Diagnosis | None:
    wanted, axes = match["wanted"].upper().replace("OR", "or"), int(match["axes"])
    fixes: list[Fix] = []
    if "2D or 3D" in wanted and axes == 4:
        fixes = [Fix("for pictures use BatchNorm2d", "layer", "BatchNorm2d")]
        fixes.append(to_input("flatten before it", "x.flatten(1)"))
    elif "4D" in wanted and axes == 3:
        fixes = [to_input("add the batch axis", "x[None]")]
    elif "4D" in wanted and axes == 2:
        fixes = [Fix("use BatchNorm1d after flatten", "layer", "BatchNorm1d")]
    elif "2D or 3D" in wanted and axes == 1:
        fixes = [to_input("add the batch axis", "x[None]")]
    else:
        fixes = [advice("reshape the input, or use the layer for its axes: 1d, 2d or 3d")]
    axes_of = (
        "(N, C) or (N, C, L)" if "2D" in wanted else "(N, C, H, W)" if "4D" in wanted else wanted
    )
    return Diagnosis(
        "batch-norm rank",
        f"The layer needs {axes_of}, and its input has {counted(axes, 'axis')}.",
        "",
        tuple(fixes),
    )


def _kernel(match: Match[str], seen: Seen) -> Diagnosis | None:
    sizes, kernels = numbers(match["padded"]), numbers(match["kernel"])
    pairs = zip(sizes, kernels, strict=False)
    axis = next((a for a, (size, kernel) in enumerate(pairs) if size < kernel), None)
    if axis is None:
        return None
    size, kernel = sizes[axis], kernels[axis]
    if not size:
        return Diagnosis(
            "kernel larger than input",
            "Nothing is left of the input: an axis has length 0 before this layer.",
            f"padded input {times(sizes)}",
            (advice("start from a larger input, or shrink it less in the layers before"),),
        )
    diagnosis = diagnoses.kernel_too_large(size, kernel, axis=min(axis, 1))
    pad, *others = diagnosis.fixes
    more = Fix(f"{pad} more than now", "more_padding", pad.value)  # the size is the padded one
    diagnosis = replace(diagnosis, fixes=(more, *others))
    names = ("length",) if len(sizes) == 1 else ("depth", "height", "width")[-len(sizes) :]
    said = ("height", "width")[min(axis, 1)]
    return replace(
        diagnosis,
        reason=diagnosis.reason.replace(said, names[axis]),
        fixes=tuple(
            replace(fix, text=fix.text.replace(said, names[axis]).replace("picture", "input"))
            if len(sizes) == 1
            else fix
            for fix in diagnosis.fixes
        ),
    )


def _pool_too_small(match: Match[str], seen: Seen) -> Diagnosis:
    _, *before = numbers(match["before"])
    _, *after = map(int, match["after"].replace(" ", "").split("x"))
    least = min(before)
    return Diagnosis(
        "kernel larger than input",
        f"The pooling window does not fit: the input is only {times(tuple(before))}.",
        f"{times(tuple(before))} would become {times(tuple(after))}",
        (
            Fix(f"kernel_size {least}", "kernel_size", least),
            Fix("leave this pooling out, or start from a larger picture", "layer", None),
        ),
    )


def _matmul(match: Match[str], seen: Seen) -> Diagnosis | None:
    shape = numbers(match["shapes"].replace("m2:", ""))
    if len(shape) != 4:
        return None
    rows, columns, expected, outputs = shape
    if 0 in shape or columns == expected:
        return None
    if " @ " in seen.code or "matmul(" in seen.code or ".mm(" in seen.code:
        return _product(shape)
    change = Fix(f"change in_features to {columns}", "in_features", columns)
    total = rows * columns
    pictures = Diagnosis(
        "flatten missing",
        f"The layer was made for {expected} features, and {columns} arrive in each of "
        f"{rows} rows: they look like pictures that were not flattened.",
        f"{rows} · {columns} = {total} = {total // expected} · {expected}",
    )
    batchless = Fix(
        "if it is one picture, give it a batch axis before it enters the network: x.unsqueeze(0)",
        "input",
        "x.unsqueeze(0)",
    )
    square = isqrt(columns) ** 2 == columns and columns > 1
    if rows > 1 and total == expected and (seen.flattened or rows % columns):
        return Diagnosis(
            "batch axis missing",
            f"Rows × columns is exactly the {expected} features that the layer wants, so the batch "
            f"axis is missing: one picture was flattened as if its {rows} channels were {rows} "
            "pictures.",
            f"{rows} · {columns} = {expected}",
            (
                batchless,
                to_input("right before this layer, lay it out in one row", "x.reshape(1, -1)"),
                Fix(f"if these are {rows} pictures: {change}", "in_features", columns),
            ),
        )
    if rows > 1 and total == expected:
        call = "x.reshape(1, -1)"
        keep = to_input("flatten it to one row, which keeps a batch axis of 1", call)
        return replace(pictures, fixes=(keep, change))
    if rows == expected and rows > 1 and square:
        return Diagnosis(
            "batch axis missing",
            f"There are {rows} rows, as many as the layer wants features: they may be the channels "
            f"of one picture of {isqrt(columns)} × {isqrt(columns)}, whose batch axis is missing.",
            f"{rows} · {columns} = {total}",
            (
                batchless,
                Fix(f"then change in_features to {total}", "in_features", total),
                Fix(f"if these are {rows} pictures: {change}", "in_features", columns),
            ),
        )
    whole_maps = expected % columns == 0 and rows % (expected // columns) == 0
    if rows > 1 and 1 < columns < expected and whole_maps and not seen.flattened:
        flat = to_input("put flatten before it", "x.flatten(1)")
        return replace(pictures, fixes=(flat, change))
    if rows > 512 and rows % columns == 0 and columns > 1 and not seen.flattened:
        return _unflattened(rows, columns, expected, outputs, change)
    diagnosis = diagnoses.linear_features(expected, (columns,))
    if rows == 1 and columns % expected == 0:
        count = columns // expected
        keep = Fix(
            f"if these are {count} pictures, flatten all but the batch: x.flatten(1), "
            "not x.flatten()",
            "input",
            f"x.reshape({count}, {expected})",
        )
        return replace(diagnosis, fixes=(keep, *diagnosis.fixes))
    return diagnosis


def _unflattened(rows: int, columns: int, expected: int, outputs: int, change: Fix) -> Diagnosis:
    fixes = [
        to_input(f"if these are maps of {columns} × {columns}, flatten them", "x.flatten(1)"),
        Fix(
            f"then make the layer nn.LazyLinear({outputs}), which finds in_features by itself",
            "in_features",
            None,
        ),
    ]
    if rows % (columns * expected) == 0:
        call = "x.mean((2, 3))"
        fixes.append(to_input(f"if {expected} is the number of channels, average each map", call))
    fixes.append(replace(change, text=f"if each row is an example of its own: {change}"))
    return Diagnosis(
        "linear features",
        f"{columns} values arrive on the last axis of {rows} rows, and the layer was made for "
        f"{expected}. So many rows mean that something else than the batch is in them, most likely "
        "maps that were not flattened; the numbers alone do not prove it.",
        f"{columns} ≠ {expected}; {rows} = {rows // columns} · {columns}",
        tuple(fixes),
    )


def _product(shape: tuple[int, ...]) -> Diagnosis:
    rows, columns, inner, outer = shape
    fixes = []
    if columns == outer:
        fixes.append(Fix("transpose the second: y.T", "target", "y.T"))
    if rows == inner:
        fixes.append(to_input("transpose the first", "x.T"))
    return Diagnosis(
        "matrix product",
        f"A product needs as many columns in the first matrix ({columns}) as rows in the second "
        f"({inner}).",
        f"({rows} × {columns}) · ({inner} × {outer}): {columns} ≠ {inner}",
        tuple(fixes) or (advice("reshape one of them so that the inner numbers agree"),),
    )


def _matrix_vector(match: Match[str], seen: Seen) -> Diagnosis | None:
    (_, columns), length = numbers(match["mat"])[-2:], int(match["vec"])
    if columns == length or length > 10 * columns > 10:
        return None
    change = f"if the matrix is a layer's weight, change in_features to {length}"
    return Diagnosis(
        "linear features",
        f"A matrix with {columns} columns meets a vector of {length} values.",
        f"{length} ≠ {columns}",
        (Fix(change, "in_features", length), advice(f"pass a vector of {columns}")),
    )


def _transposed_size(match: Match[str], seen: Seen) -> Diagnosis:
    wanted, least, most = (numbers(match[name]) for name in ("wanted", "least", "most"))
    nearest = tuple(
        min(max(size, low), high) for size, low, high in zip(wanted, least, most, strict=False)
    )
    size = nearest[0] if len(set(nearest)) == 1 else nearest
    ranges = " × ".join(f"{low}…{high}" for low, high in zip(least, most, strict=False))
    return Diagnosis(
        "transposed conv output size",
        f"The layer cannot make {times(wanted)}: from this input its stride allows only {ranges}.",
        f"(size − 1) · stride − 2 · padding + span gives {times(least)}; "
        "output_padding adds less than one stride",
        (
            Fix(f"ask for output_size {size}", "output_size", nearest),
            Fix("change stride, padding or kernel_size: see cnnnotes solve", "layer", None),
        ),
    )


def _output_padding(match: Match[str], seen: Seen) -> Diagnosis:
    found = numbers(match["numbers"] or "")
    if len(found) < 6:
        return Diagnosis(
            "transposed conv output size",
            "output_padding must be smaller than stride or dilation.",
            "",
            (Fix("output_padding 0", "output_padding", 0), advice("use a larger stride")),
        )
    axes = len(found) // 3
    triples = [found[axis::axes] for axis in range(axes)]
    worst = next((t for t in triples if t[0] >= max(t[1:])), triples[0])
    return diagnoses.output_padding_too_large(*worst)


def _pool_padding(match: Match[str], seen: Seen) -> Diagnosis:
    if match["pad"]:
        return diagnoses.pool_padding(int(match["pad"]), int(match["kernel"]))
    vertical, horizontal = (int(match["h"]), int(match["kh"])), (int(match["w"]), int(match["kw"]))
    return diagnoses.pool_padding(*(vertical if vertical[0] > vertical[1] // 2 else horizontal))


def _groups(match: Match[str], seen: Seen) -> Diagnosis:
    return Diagnosis(
        "groups",
        f"{match['argument']} must be divisible by groups.",
        "",
        (Fix("groups 1, or a number that divides both in_channels and out_channels", "groups", 1),),
    )


def _same(match: Match[str], seen: Seen) -> Diagnosis:
    return Diagnosis(
        "same with stride",
        "padding 'same' keeps the size, and a stride does not: PyTorch refuses both.",
        "(kernel_size − 1) // 2 on each side is what 'same' would be without stride",
        (
            Fix("give padding as a number: 1 for a 3×3 kernel, 2 for 5×5", "padding", 1),
            Fix("stride 1", "stride", 1),
        ),
    )


def _padding_word(match: Match[str], seen: Seen) -> Diagnosis:
    given = match["given"]
    word = given.lower() if given.lower() in ("same", "valid") else None
    fixes = [Fix(f"padding '{word}', in small letters", "padding", word)] if word else []
    if not fixes:
        fixes = [Fix("padding 'same' or a number", "padding", "same")]
    return Diagnosis(
        "padding word",
        f"PyTorch knows padding 'same' and 'valid', not {given!r}.",
        "",
        tuple(fixes),
    )


def _list_length(match: Match[str], seen: Seen) -> Diagnosis | None:
    name, wanted, given = match["name"], int(match["wanted"]), numbers(match["given"] or "")
    if len(given) == wanted:
        return None
    value = given[0] if given else 1
    fix = Fix(f"{name} {value}: one number serves all axes", name, value)
    kinds = {1: "Conv1d", 2: "Conv2d", 3: "Conv3d"}
    other = kinds.get(len(given))
    more = (Fix(f"use {other}, if your data have that many axes", "layer", other),) if other else ()
    return Diagnosis(
        f"{name} length",
        f"The layer slides along {counted(wanted, 'axis')}, so {name} must be one number or "
        f"{wanted}" + (f"; it got {len(given)}." if given else "."),
        f"{name} {list(given)}" if given else "",
        (fix, *more),
    )


def _reflection(match: Match[str], seen: Seen) -> Diagnosis | None:
    pads, shape = numbers(match["pads"]), numbers(match["input"])
    axis = int(match["axis"])
    if not axis < len(shape) or shape[axis] < 1:
        return None
    size = shape[axis]
    return Diagnosis(
        "reflection padding",
        f"A reflection can be at most one less than the axis it mirrors: {max(pads)} on an axis of "
        f"{size} is too much.",
        f"{max(pads)} > {size} − 1",
        (
            Fix(f"pad at most {size - 1}", "padding", size - 1),
            advice(f"make axis {axis} at least {max(pads) + 1} long: a larger input"),
            advice("pad with zeros (mode='constant')"),
        ),
    )


def _group_norm(match: Match[str], seen: Seen) -> Diagnosis:
    channels, groups = int(match["channels"]), int(match["groups"])
    divisor = max((d for d in range(1, min(groups, 4096) + 1) if channels % d == 0), default=1)
    return Diagnosis(
        "group-norm groups",
        f"{channels} channels do not share out evenly among {groups} groups.",
        f"{channels} = {channels // groups} · {groups} + {channels % groups}" if groups else "",
        (Fix(f"num_groups {divisor}", "num_groups", divisor),),
    )


def _group_norm_given(match: Match[str], seen: Seen) -> Diagnosis:
    wanted, channels = numbers(match["weight"])[0], numbers(match["input"])[1]
    diagnosis = diagnoses.batchnorm_features(wanted, channels)
    change = Fix(f"change num_channels to {channels}", "num_channels", channels)
    return replace(diagnosis, problem="group-norm channels", fixes=(change,))


def _layer_norm(match: Match[str], seen: Seen) -> Diagnosis:
    wanted, shape = numbers(match["wanted"]), numbers(match["input"])
    tail = shape[-len(wanted) :]
    fixes = [Fix(f"change normalized_shape to {list(tail)}", "normalized_shape", list(tail))]
    if len(shape) == 4 and len(wanted) == 1 and shape[1] == wanted[0]:
        call = "x.movedim(1, -1)"
        fixes.insert(0, to_input("your channels are axis 1: put them last", call))
        fixes.append(Fix(f"use GroupNorm(1, {wanted[0]})", "layer", f"GroupNorm(1, {wanted[0]})"))
    return Diagnosis(
        "layer-norm shape",
        f"LayerNorm compares the last axes: it was made for {times(wanted)}, and {times(tail)} "
        "arrive.",
        f"input {times(shape)}",
        tuple(fixes),
    )


def _interpolate(match: Match[str], seen: Seen) -> Diagnosis:
    spatial = len(numbers(match["spatial"]))
    size = numbers(match["size"])
    fixes = [Fix(f"give size {spatial} numbers", "size", (size or (1,))[-spatial:])]
    if spatial == len(size) - 1:
        fixes.insert(0, to_input("add the batch axis", "x.unsqueeze(0)"))
    return Diagnosis(
        "interpolate size",
        f"The input has {counted(spatial, 'axis')} after batch and channels, and size names "
        f"{len(size)}.",
        "",
        tuple(fixes),
    )


def _shuffle(match: Match[str], seen: Seen) -> Diagnosis:
    channels, factor = int(match["channels"]), int(match["factor"])
    nearest = -(-channels // factor) * factor
    return Diagnosis(
        "pixel shuffle channels",
        f"pixel_shuffle needs a multiple of upscale_factor² ({factor}) channels, and {channels} "
        "arrive.",
        f"{channels} = {channels // factor} · {factor} + {channels % factor}",
        (advice(f"make the convolution before it give {nearest} channels"),),
    )


def _unfold(match: Match[str], seen: Seen) -> Diagnosis | None:
    size, kernel, dilation, padding = (
        numbers(match[name]) for name in ("size", "kernel", "dilation", "padding")
    )
    if not len(size) == len(kernel) == len(dilation) == len(padding):
        return None
    full = [length + 2 * pad for length, pad in zip(size, padding, strict=True)]
    largest = min(
        (length - 1) // max(1, step) + 1 for length, step in zip(full, dilation, strict=True)
    )
    return Diagnosis(
        "unfold kernel",
        f"Blocks of {times(kernel)} don't fit into {times(size)}.",
        f"size + 2·padding = {times(tuple(full))}",
        (
            Fix(f"kernel_size {max(1, largest)}", "kernel_size", max(1, largest)),
            advice("pad more, or start from a larger picture"),
        ),
    )


def _rank_of_pool(match: Match[str], seen: Seen) -> Diagnosis:
    shape = numbers(match["input"] or "")
    if 0 in shape:
        return Diagnosis(
            "empty axis",
            "An axis of the input has length 0.",
            f"input {times(shape)}",
            (advice("start from a larger input, or shrink it less before"),),
        )
    if match["d"] == "1" and len(shape) == 4:
        return Diagnosis(
            "pool rank",
            "The layer slides along one axis, (N, C, L), and pictures arrive.",
            f"input {times(shape)}",
            (Fix("for pictures use MaxPool2d", "layer", "MaxPool2d"),),
        )
    return diagnoses.conv_rank(shape) if shape else _pool_axes(match, seen)


def _pool_axes(match: Match[str], seen: Seen) -> Diagnosis:
    return Diagnosis(
        "pool rank",
        "Pooling needs (N, C, H, W), or (C, H, W) for one picture, and gets another number of axes.",
        "",
        (
            to_input(
                "add batch and channel axes, if it has height and width only", "x[None, None]"
            ),
            advice("if it was flattened before, put the pooling first"),
        ),
    )


_PAIR = r"\[?\d{1,15} ?x ?\d{1,15}\]?"
RULES: list[Rule] = [
    rule(
        rf"(?:weight ?(?:of size )?(?P<weight>{SHAPE}), ?)?"
        rf"expected input ?(?P<input>{SHAPE}) to have (?P<expected>\d+) channels, ?"
        r"but got \d+ channels",
        _conv_channels,
    ),
    rule(
        r"expected input to have (?P<expected>\d+) channels, ?but got (?P<got>\d+) channels",
        _bare_channels,
    ),
    rule(
        r"Need input\.size\[1\] == (?P<expected>\d+) but got (?P<got>\d+)",
        _bare_channels,
    ),
    rule(
        rf"Expected \d-dimensional input for \d-dimensional weight (?P<weight>{SHAPE}|[\d ]{{5,60}}), "
        rf"but got (?:\d-dimensional )?input of size:? ?(?P<input>{SHAPE})",
        _old_rank,
    ),
    rule(
        r"Expected \dD \(unbatched\) or \dD \(batched\) input to conv(?:_transpose)?(?P<d>\d)d, "
        rf"but got input of size: ?(?P<input>{SHAPE})",
        _conv_rank,
    ),
    rule(
        rf"(?P<d>3)D or 4D input tensor expected but got: ?(?P<input>{SHAPE})",
        lambda m, s: _rank(numbers(m["input"]), 2, None),
    ),
    rule(
        r"expected (?P<wanted>\dD(?: or \dD)?) input \(got (?P<axes>\d)D input\)", _batchnorm_rank
    ),
    rule(
        r"Calculated (?:padded )?input size per channel: \((?P<padded>[\dx ]{1,60})\)\. "
        r"Kernel size: \((?P<kernel>[\dx ]{1,60})\)",
        _kernel,
    ),
    rule(
        r"Given input size: \((?P<before>[\dx ]{1,60})\)\. "
        r"Calculated output sizes?: \((?P<after>[\dx -]{1,60})\)\. Output size is too small",
        _pool_too_small,
    ),
    rule(
        r"(?:mat1 and mat2|input and weight\.T|mat1 dim 1 must match mat2 dim 0|"
        rf"a and b) (?:shapes cannot be multiplied )?\((?P<shapes>{_PAIR} and {_PAIR})\)",
        _matmul,
    ),
    rule(rf"size mismatch,? m1: (?P<shapes>{_PAIR}, ?m2: {_PAIR})", _matmul),
    rule(rf"a and b must have same reduction dim, but got (?P<shapes>{SHAPE} X {SHAPE})", _matmul),
    rule(
        r"size mismatch, got (?:input \(\d+\), mat \((?P<mat>\d+ ?x ?\d+)\), vec \((?P<vec>\d+)\))",
        _matrix_vector,
    ),
    rule(r"size mismatch, got \d+, (?P<mat>\d+ ?x ?\d+), ?(?P<vec>\d+)", _matrix_vector),
    rule(
        r"(?:running_mean|weight) should contain (?P<got>\d+) elements not (?P<expected>\d+)",
        lambda m, s: diagnoses.batchnorm_features(int(m["expected"]), int(m["got"])),
    ),
    rule(
        r"expected input's size at dim=1 to match num_features \((?P<expected>\d+)\), "
        r"but got: ?(?P<got>\d+)",
        lambda m, s: diagnoses.batchnorm_features(int(m["expected"]), int(m["got"])),
    ),
    plain(
        rf"Expected more than 1 value per channel when training, got input size ?(?P<input>{SHAPE})",
        "batch-norm batch",
        "In training, batch normalisation needs more than one value a channel, and there is one.",
        Fix(
            "train with batches of at least 2 (drop_last=True)",
            "input",
            "x.repeat_interleave(2, 0)",
        ),
        Fix("to predict, call model.eval() first", "mode", "eval"),
        arithmetic="input {input}",
    ),
    plain(
        rf"Expected more than 1 spatial element when training, got input size ?(?P<input>{SHAPE})",
        "instance-norm size",
        "Instance normalisation needs more than one value in each map, and the maps are 1 × 1.",
        advice("leave it out where maps have shrunk to 1 × 1, or start from a larger picture"),
        arithmetic="input {input}",
    ),
    rule(
        r"pad should be (?:at most|smaller than or equal to) half of (?:effective )?kernel size, "
        r"but got (?:pad=(?P<pad>\d+), kernel_size=(?P<kernel>\d+)"
        r"|padW = (?P<w>\d+), padH = (?P<h>\d+), kW = (?P<kw>\d+), kH = (?P<kh>\d+))",
        _pool_padding,
    ),
    rule(
        rf"requested an output size of (?P<wanted>{SHAPE}), but valid sizes range from "
        rf"(?P<least>{SHAPE}) to (?P<most>{SHAPE})",
        _transposed_size,
    ),
    rule(
        r"output padding must be smaller than either stride or dilation"
        r"(?:, but got (?P<numbers>(?:\w{1,30}: ?\d+,? ?){6,9}))?",
        _output_padding,
    ),
    rule(r"(?P<argument>in_channels|out_channels) must be divisible by groups", _groups),
    plain(
        r"groups must be a positive integer|non-positive groups is not supported",
        "groups",
        "groups must be at least 1.",
        ("groups 1", "groups", 1),
        ("for one filter a channel (depthwise), groups = in_channels", "reader", None),
    ),
    plain(
        r"non-positive stride is not supported|stride should (?:not be zero|be greater than zero)",
        "stride",
        "The stride must be at least 1: a window that doesn't move never ends.",
        ("stride 1", "stride", 1),
        ("if it comes from a division, use // and check that it isn't 0", "reader", None),
    ),
    plain(
        r"negative padding is not supported",
        "padding",
        "Padding must be 0 or more; a convolution can't crop.",
        ("padding 0", "padding", 0),
        ("to crop, slice the input: x[..., 1:-1, 1:-1]", "reader", None),
    ),
    plain(
        r"dilation should be greater than zero",
        "dilation",
        "The dilation must be at least 1.",
        ("dilation 1", "dilation", 1),
    ),
    plain(
        r"kernel size should be greater than zero",
        "kernel size",
        "The kernel must be at least 1 × 1.",
        ("kernel_size 1, or what you meant", "kernel_size", 1),
    ),
    rule(r"padding='same' is not supported for strided convolutions", _same),
    rule(r"Invalid padding string '?(?P<given>\w{1,30})'?, should be one of", _padding_word),
    plain(
        r"padding_mode must be one of [^,]{1,30}(?:, [^,]{1,30}){3}, but got padding_mode='(?P<given>\w{1,30})'",
        "padding mode",
        "A border is filled in one of four ways, and {given} is none of them.",
        ("padding_mode 'reflect' mirrors the picture", "padding_mode", "reflect"),
        ("'replicate' repeats its edge, 'circular' wraps round, 'zeros' is usual", "reader", None),
    ),
    rule(
        r"expected (?P<name>stride|padding|dilation|output_padding) to be a single integer value or "
        r"a list of (?P<wanted>\d+) values to match the convolution dimensions"
        r"(?:, but got \w+=(?P<given>\[[\d, -]{0,60}\]))?",
        _list_length,
    ),
    plain(
        r"Trying to create tensor with negative dimension -\d+(?:: ?(?P<shape>\[[-\d, ]{1,80}\]))?",
        "negative size",
        "The result would have a negative size: more is cut away than there is.",
        (
            "crop or unpad less, use a smaller kernel, or start from a larger picture",
            "reader",
            None,
        ),
        ("if you make the tensor yourself, its size was computed below 0", "reader", None),
        arithmetic="{shape}",
    ),
    plain(
        r"narrow\(\): length must be non-negative|zeros: Dimension size must be non-negative",
        "negative size",
        "The result would have a negative size: more is cut away than there is.",
        ("cut less: negative padding crops, and must leave something", "padding", 0),
    ),
    plain(
        r"Padding length must be divisible by 2",
        "padding",
        "F.pad takes pairs, (left, right, top, bottom), from the last axis on.",
        ("give two numbers for each axis", "reader", None),
    ),
    rule(
        r"Padding size should be less than the corresponding input dimension, but got: padding "
        rf"(?P<pads>{SHAPE}) at dimension (?P<axis>\d+) of input (?P<input>{SHAPE})",
        _reflection,
    ),
    plain(
        r"Padding value causes wrapping around more than once",
        "circular padding",
        "Circular padding may go round the input once: it must not exceed the axis' length.",
        ("pad less: at most the length of the axis", "padding", 1),
    ),
    rule(
        r"num_channels ?\(?(?P<channels>\d+)\)? must be divisible by num_groups ?\(?(?P<groups>\d+)\)?",
        _group_norm,
    ),
    rule(
        r"Expected number of channels in input to be divisible by num_groups, but got input of "
        r"shape \[\d+, (?P<channels>\d+)[^\]]{0,80}\] and num_groups ?= ?(?P<groups>\d+)",
        _group_norm,
    ),
    rule(
        r"Expected weight to be a vector of size equal to the number of channels in input, but got "
        rf"weight of shape (?P<weight>{SHAPE}) and input of shape (?P<input>{SHAPE})",
        _group_norm_given,
    ),
    rule(
        rf"Given normalized_shape=(?P<wanted>{SHAPE}), expected input with shape \[\*[^\]]{{0,80}}\], "
        rf"but got input of size ?(?P<input>{SHAPE})",
        _layer_norm,
    ),
    rule(
        r"Input and output must have the same number of spatial dimensions, but got input with "
        rf"spatial dimensions of (?P<spatial>{SHAPE}) and output size of (?P<size>{SHAPE})",
        _interpolate,
    ),
    plain(
        r"only one of size or scale_factor should be defined",
        "interpolate size",
        "Resizing takes either size or scale_factor, not both.",
        ("leave scale_factor out", "scale_factor", None),
    ),
    plain(
        r"either size or scale_factor should be defined",
        "interpolate size",
        "Resizing needs either size or scale_factor.",
        ("give scale_factor 2, or a size", "scale_factor", 2),
    ),
    plain(
        r"Got (?P<given>\d)D input, but (?P<mode>\w{1,10}) mode needs (?P<wanted>\d)D input",
        "interpolate mode",
        "Mode '{mode}' is for input with {wanted} axes, and there are {given}.",
        ("mode 'nearest' takes any: (N, C, L), (N, C, H, W) or (N, C, D, H, W)", "mode", "nearest"),
        ("linear is for (N, C, L), bilinear and bicubic for (N, C, H, W)", "reader", None),
    ),
    plain(
        r"Input and output sizes should be greater than 0, but got input \((?P<a>[^)]{1,60})\) "
        r"output \((?P<b>[^)]{1,60})\)",
        "interpolate size",
        "The result would be empty: from {a} to {b}.",
        ("use a larger scale_factor or size", "scale_factor", 1),
    ),
    rule(
        r"pixel_shuffle expects its input's 'channel' dimension to be divisible by the square of "
        r"upscale_factor, but input\.size\(-3\)=(?P<channels>\d+) is not divisible by (?P<factor>\d+)",
        _shuffle,
    ),
    plain(
        r"pixel_unshuffle expects (?P<axis>height|width) to be divisible by downscale_factor, but "
        r"input\.size\(-\d\)=(?P<size>\d+) is not divisible by (?P<factor>\d+)",
        "pixel shuffle size",
        "The {axis} of {size} does not split into steps of {factor}.",
        ("pad or crop the {axis} to a multiple of {factor}", "reader", None),
    ),
    rule(
        r"Given input with spatial size (?P<size>\([\d, ]{1,40}\)), kernel_size=(?P<kernel>\([\d, ]{1,40}\)), "
        r"dilation=(?P<dilation>\([\d, ]{1,40}\)), padding=(?P<padding>\([\d, ]{1,40}\)), "
        r"calculated shape of the array of sliding blocks",
        _unfold,
    ),
    plain(
        r"expected size of input's dimension \d to match the calculated number of sliding blocks "
        r"(?P<sum>[\d* ]{1,60}) = (?P<blocks>\d+), but got input\.size\(\d\)=(?P<got>\d+)",
        "fold blocks",
        "With these arguments the result has {blocks} blocks, and the input holds {got}.",
        ("give Fold the kernel_size, stride, padding and dilation of its Unfold", "reader", None),
        ("or the output_size that the blocks were taken from", "reader", None),
        arithmetic="{sum} = {blocks} ≠ {got}",
    ),
    plain(
        r"expected size of input's dimension \d to be divisible by the product of kernel_size, "
        r"but got input\.size\(\d\)=(?P<got>\d+) and kernel_size=(?P<kernel>\([\d, ]{1,40}\))",
        "fold blocks",
        "Each block of {kernel} holds height · width values a channel, and {got} don't divide so.",
        ("put blocks in axis 2 and their values in axis 1, as Unfold gives them", "reader", None),
    ),
    plain(
        r"num_channels must be divisible by num_groups",
        "groups",
        "The channels don't share out evenly among the groups.",
        ("num_groups 1, or a number that divides num_channels", "num_groups", 1),
    ),
    plain(
        r"Need input of dimension 4 and input\.size\[1\] == (?P<wanted>\d+) but got input to be of shape: \[(?P<n>\d+) x (?P<rest>\d+ x \d+)\]",
        "conv rank",
        "The layer needs (N, C, H, W), and its input has 3 axes: {n} x {rest}.",
        (
            "if {n} is the number of pictures, add the channel axis: x.unsqueeze(1)",
            "input",
            "x.unsqueeze(1)",
        ),
        (
            "if {n} is the number of channels, add the batch axis: x.unsqueeze(0)",
            "input",
            "x.unsqueeze(0)",
        ),
    ),
    plain(
        r"input must have (?P<wanted>[23]) dimensions, got (?P<got>\d+)",
        "recurrent rank",
        "A recurrent layer reads (T, N, features), {wanted} axes, and gets {got}.",
        (
            "of maps (N, C, H, W) make one step a column: x.flatten(1, 2).permute(2, 0, 1)",
            "input",
            "x.flatten(1, 2).permute(2, 0, 1)",
        ),
        ("with batch_first=True the batch comes first: (N, T, features)", "reader", None),
    ),
    plain(
        r"input and indices shapes do not match: input \[(?P<a>[\dx ]{1,60})\], indices \[(?P<b>[\dx ]{1,60})\]",
        "unpool size",
        "Pooling an odd size drops a row, so the way back gives {a} where the indices have {b}.",
        ("keep the size before each pooling, and unpool to it: output_size=size", "reader", None),
        ("or pad the picture until every halving is even", "reader", None),
    ),
    plain(
        r"found an invalid max index:? (?P<index>\d+) \(output volumes are of size (?P<h>\d+) ?x ?(?P<w>\d+)",
        "unpool size",
        "Index {index} lies outside {h} × {w}: the indices come from a larger map.",
        ("keep the size before that pooling, and unpool to it: output_size=size", "reader", None),
        ("or pad the picture until every halving is even", "reader", None),
    ),
    plain(
        r"invalid output_size \"?(?:torch\.Size\()?(?P<wanted>\[[\d, ]{1,40}\])\)?\"? \(dim (?P<axis>\d) must be between (?P<least>\d+) and (?P<most>\d+)\)",
        "unpool size",
        "Axis {axis} may be larger than {least} and smaller than {most}: both ends are left out.",
        ("give each unpooling the size before its own pooling", "reader", None),
    ),
    plain(
        r"expected bias to be 1-dimensional with (?P<wanted>\d+) elements, but got bias of size \[(?P<got>[\d, ]{1,40})\]",
        "bias",
        "The layer has {wanted} output channels, so its bias has {wanted} numbers; this has {got}.",
        ("give the bias {wanted} numbers", "bias", "{wanted}"),
    ),
    plain(
        r"empty\(\): argument 'size' failed to unpack the object at pos \d",
        "argument kind",
        "A size that the layer was given is no whole number.",
        ("give channels and kernel_size as whole numbers: 3, not '3' or 3.0", "reader", None),
    ),
    plain(
        r"(?P<layer>\w{1,40})\.__init__\(\) missing \d{1,2} required positional arguments?: (?P<names>'\w+'(?:,? (?:and )?'\w+'){0,9})",
        "argument missing",
        "{layer} can't be made without {names}.",
        ("give it {names}", "reader", None),
    ),
    plain(
        r"(?P<layer>(?:Lazy)?(?:Conv|MaxPool|AvgPool|LPPool|Linear|BatchNorm|Dropout|Flatten|Upsample|Adaptive|GroupNorm)\w{0,30})\.__init__\(\) got an unexpected keyword argument '(?P<name>\w{1,40})'",
        "argument name",
        "{layer} has no argument {name}.",
        (
            "use PyTorch's names: stride, padding, dilation, kernel_size, in_channels, out_channels, "
            "in_features, out_features (strides, filters and units are Keras')",
            "reader",
            None,
        ),
    ),
    plain(
        r"grid_sampler\(\): expected grid to have size (?P<wanted>\d) in last dimension, but got grid with sizes (?P<shape>\[[\d, ]{1,60}\])",
        "grid",
        "A grid holds {wanted} coordinates for each place, on its last axis: (N, H, W, {wanted}). This is {shape}.",
        ("if coordinates stand first: grid.permute(0, 2, 3, 1)", "reader", None),
    ),
    plain(
        r"Padding length should be less than or equal to two times the input dimension but got padding length (?P<pads>\d+) and input of dimension (?P<axes>\d)",
        "padding",
        "F.pad takes two numbers an axis, and {pads} are more than {axes} axes have.",
        ("give (left, right, top, bottom)", "padding", None),
    ),
    plain(
        r"Padding size (?P<pads>\d) is not supported for (?P<axes>\d)D input tensor",
        "padding",
        "Padding that isn't constant needs a batch or channel axis before those it pads: {pads} numbers don't go with {axes} axes.",
        to_input("add an axis", "x.unsqueeze(0)"),
    ),
    plain(
        r"pad must be non-negative, but got pad: ?(?P<pad>-\d+)",
        "padding",
        "Padding must be 0 or more, and it is {pad}.",
        ("pad 0", "padding", 0),
    ),
    plain(
        r"(?:max|avg|lp)_pool(?P<d>\d)d: (?P<name>kernel_size|stride|padding|dilation) must (?:either )?be (?:omitted, )?a single int,? or a tuple of (?P<wanted>\w+) ints",
        "length of argument",
        "The layer slides along {d} axes, so {name} is one number or {wanted}.",
        ("{name} as one number serves all axes", "{name}", None),
    ),
    plain(
        r"Expected input to have non-zero size for non-batch dimensions, but input has sizes (?P<shape>\[[\d, ]{1,60}\]) with dimension (?P<axis>\d) being empty",
        "empty axis",
        "Axis {axis} of the input has length 0: {shape}.",
        ("start from a larger input, or shrink it less before", "reader", None),
    ),
    plain(
        r"Expected (?P<name>weight|bias) to be of same shape as normalized_shape, but got (?:weight|bias) of shape (?P<got>\[[\d, ]{1,40}\]) and normalized_shape = (?P<wanted>\[[\d, ]{1,40}\])",
        "layer norm",
        "The {name} holds a number for each place it normalises, {wanted}, and is {got}.",
        ("give {name} the shape {wanted}", "{name}", None),
    ),
    plain(
        r"dropout probability has to be between 0 and 1, but got (?P<p>-?[\d.]{1,20})",
        "dropout",
        "p is the share that is set to 0, and {p} is no share.",
        ("for one in two, p=0.5", "p", 0.5),
    ),
    plain(
        r"(?P<what>list|tuple|generator|(?:builtins\.)?(?:function|type)|dict) is not a Module subclass",
        "no module",
        "Sequential takes layers one by one, and gets a {what}.",
        ("take the list apart with a star: nn.Sequential(*layers)", "reader", None),
        ("a class needs its brackets: nn.ReLU(), not nn.ReLU", "reader", None),
    ),
    plain(
        r"(?P<what>[\w.]{1,80}) is not a Module subclass",
        "no module",
        "{what} is a function, and Sequential takes modules.",
        ("use the module of that name: nn.ReLU() for F.relu", "reader", None),
    ),
    plain(
        r"Expected hidden(?:\[\d\])? size (?P<wanted>\([\d, ]{1,40}\)), got (?P<got>\[[\d, ]{1,40}\])",
        "hidden size",
        "The first state must be (layers, batch, hidden), here {wanted}, and is {got}.",
        ("leave it out, which starts from zeros; or make it torch.zeros{wanted}", "reader", None),
        ("if batch and time are swapped, set batch_first=True", "reader", None),
    ),
    plain(
        r"(?P<layer>RNN|LSTM|GRU): Expected input to be 2D or 3D, got (?P<axes>\d)D instead",
        "recurrent rank",
        "{layer} reads (T, N, features), and gets {axes} axes.",
        (
            "of maps (N, C, H, W) make one step a column: x.flatten(1, 2).permute(2, 0, 1)",
            "input",
            "x.flatten(1, 2).permute(2, 0, 1)",
        ),
    ),
    plain(
        r"was expecting embedding dimension of (?P<wanted>\d+), but got (?P<got>\d+)",
        "attention features",
        "The attention was made for {wanted} features, and {got} arrive.",
        ("change embed_dim to {got}", "embed_dim", "{got}"),
    ),
    plain(
        r"elements in indices should be type int64 but got: ?(?P<type>\w{1,20})",
        "unpool indices",
        "Unpooling puts each value back where an index says, and the indices are {type}.",
        to_input("take them from MaxPool2d(2, return_indices=True), or convert them", "i.long()"),
    ),
    plain(
        r"bilinear\(\): input(?P<n>[12]) size does not match weight size: got (?P<got>\d+) but "
        r"expected (?P<expected>\d+)",
        "bilinear features",
        "The layer was made for {expected} features in its input {n}, and {got} arrive.",
        ("change in{n}_features to {got}", "in{n}_features", "{got}"),
    ),
    plain(
        r"adaptive_(?P<kind>avg|max)_pool(?P<d>\d)d: (?:Expected )?output_size must be (?P<n>\d)|"
        r"adaptive_\w{3}_pool\dd\(?\)?: internal error: output_size\.size\(\) must be \d",
        "adaptive pool size",
        "Adaptive pooling needs one number, or one for each axis it pools.",
        ("output_size 1", "output_size", 1),
    ),
    rule(
        r"max_pool(?P<d>\d)d: Expected [^:]{5,90} for input, but got: ?(?P<input>" + SHAPE + ")",
        _rank_of_pool,
    ),
    rule(
        r"(?P<d>)Expected \dD or \dD \(batch mode\) tensor [^:]{5,90}but got: ?(?P<input>"
        + SHAPE
        + ")",
        _rank_of_pool,
    ),
    rule(r"non-empty \dD or \dD \(batch mode\) tensor expected for input", _pool_axes),
    plain(
        r"max_pool1d\(\) Invalid computed output size: (?P<size>-?\d+)",
        "kernel larger than input",
        "The pooling window does not fit: the result would have length {size}.",
        ("use a smaller kernel_size, or a longer input", "kernel_size", 1),
    ),
    plain(
        r"Expected shape of indices to be same as that of the input tensor \((?P<a>\[[^\]]{1,80}\])\) "
        r"but got indices tensor with shape: (?P<b>\[[^\]]{1,80}\])",
        "unpool indices",
        "Unpooling needs the indices of the pooling that made exactly this input: {b} are not {a}.",
        advice(
            "keep the indices of the pooling that mirrors this layer, last pooled first unpooled"
        ),
    ),
    plain(
        r"Found an invalid max index: (?P<index>\d+) \(output volumes are of size (?P<size>[\dx ]{1,40})\)",
        "unpool size",
        "Index {index} lies outside of {size}: the pooled input was larger than what is rebuilt.",
        advice("pass output_size = the size of what was pooled"),
    ),
    plain(
        r"invalid output_size ['\"]?(?P<size>\([^)]{1,60}\))['\"]? \(dim \d must be between "
        r"(?P<low>\d+) and (?P<high>\d+)\)",
        "unpool size",
        "output_size {size} can't be what this input was pooled from: {low} to {high} can.",
        ("ask for a size between {low} and {high}", "reader", None),
    ),
    plain(
        r"input\.size\(-1\) must be equal to input_size\. Expected (?P<wanted>\d+), got (?P<given>\d+)",
        "recurrent features",
        "The recurrent layer was made for {wanted} features a step, and {given} arrive.",
        ("change input_size to {given}", "input_size", "{given}"),
        arithmetic="{given} ≠ {wanted}",
    ),
    plain(
        r"embed_dim must be divisible by num_heads",
        "attention heads",
        "The embedding doesn't share out evenly among the heads.",
        ("num_heads 1, or a number that divides embed_dim", "num_heads", 1),
    ),
    plain(
        r"Mismatch of parameter numbers and input channel size\. Found parameter numbers = "
        r"(?P<wanted>\d+) and channel size = (?P<given>\d+)",
        "PReLU channels",
        "PReLU was made for {wanted} channels, and {given} arrive.",
        ("change num_parameters to {given}", "num_parameters", "{given}"),
    ),
    plain(
        r"Given weight of size (?P<weight>\[[^\]]{1,60}\]), expected bias to be 1-dimensional with "
        r"(?P<wanted>\d+) elements, but got bias of size (?P<given>\[[^\]]{0,60}\])",
        "bias size",
        "The weights {weight} make {wanted} channels, and the bias has {given} values.",
        ("give the bias {wanted} values, one for each output channel", "reader", None),
    ),
]
