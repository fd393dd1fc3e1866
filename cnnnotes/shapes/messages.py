"""What PyTorch's shape errors mean, read from their words alone."""

import re
from collections.abc import Callable
from dataclasses import replace
from re import Match

from cnnnotes.shapes import diagnoses
from cnnnotes.shapes.diagnosis import Diagnosis, Fix

Reader = Callable[[Match[str]], Diagnosis]


def read_message(text: str) -> Diagnosis | None:
    """Return what the last known shape error in ``text`` means, or None if there is none.

    ``text`` may be the message alone or a whole traceback.
    """
    text = re.sub(r"torch\.Size\((\[[\d, ]*\])\)", r"\1", text)
    found = [
        (match.end(), read, match)
        for pattern, read in _RULES
        for match in re.finditer(pattern, text)
    ]
    if not found:
        return None
    _, read, match = max(found, key=lambda rule: rule[0])
    return read(match)


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"\d+", text)))


def _conv_channels(match: Match[str]) -> Diagnosis:
    batch_shape, expected = _numbers(match["input"]), int(match["expected"])
    diagnosis = diagnoses.conv_channels(expected, batch_shape[1:])
    if batch_shape[0] == 1:
        return diagnosis
    kept = tuple(fix for fix in diagnosis.fixes if "x[:, None]" not in fix.text)
    return replace(diagnosis, fixes=kept)


def _conv_rank(match: Match[str]) -> Diagnosis:
    return diagnoses.conv_rank(_numbers(match["input"]))


def _batchnorm_rank(match: Match[str]) -> Diagnosis:
    axes = int(match["axes"])
    if axes == 3:
        call = "x[None]"
        fixes = (Fix(f"add the batch axis: {call}", "input", call),)
    elif axes == 2:
        fixes = (Fix("use BatchNorm1d after flatten", "layer", "BatchNorm1d"),)
    else:
        fixes = (Fix("reshape the input to (N, C, H, W)", "input", "x.reshape(N, C, H, W)"),)
    return Diagnosis(
        "batch-norm rank",
        f"The layer needs (N, C, H, W), and its input has {axes} axes.",
        "",
        fixes,
    )


def _kernel(match: Match[str]) -> Diagnosis:
    sizes, kernels = _numbers(match["padded"]), _numbers(match["kernel"])
    axis = next(
        a for a, (size, kernel) in enumerate(zip(sizes, kernels, strict=True)) if size < kernel
    )
    diagnosis = diagnoses.kernel_too_large(sizes[axis], kernels[axis], axis=min(axis, 1))
    pad, *others = diagnosis.fixes
    more = Fix(f"{pad} more than now", "more_padding", pad.value)  # the size is the padded one
    return replace(diagnosis, fixes=(more, *others))


def _pool_too_small(match: Match[str]) -> Diagnosis:
    _, *before = _numbers(match["before"])
    _, *after = _numbers(match["after"])
    return Diagnosis(
        "kernel larger than input",
        f"The pooling window does not fit: the input is only {' × '.join(map(str, before))}.",
        f"{' × '.join(map(str, before))} would become {' × '.join(map(str, after))}",
        (
            Fix(f"kernel_size {min(before)}", "kernel_size", min(before)),
            Fix("leave this pooling out, or start from a larger picture", "layer", None),
        ),
    )


def _matmul(match: Match[str]) -> Diagnosis:
    rows, columns, expected, _ = _numbers(match["shapes"])
    if rows > 1 and columns < expected and rows * columns % expected == 0:
        return Diagnosis(
            "flatten missing",
            f"The layer was made for {expected} features, and {columns} arrive in each of "
            f"{rows} rows: they look like pictures that were not flattened.",
            f"{rows} · {columns} = {rows * columns} = {rows * columns // expected} · {expected}",
            (
                Fix("put flatten before it: x.flatten(1)", "input", "x.flatten(1)"),
                Fix(f"change in_features to {columns}", "in_features", columns),
            ),
        )
    diagnosis = diagnoses.linear_features(expected, (columns,))
    if rows == 1 and columns % expected == 0:
        pictures = columns // expected
        keep = Fix(
            f"if these are {pictures} pictures, flatten all but the batch: x.flatten(1), "
            "not x.flatten()",
            "input",
            f"x.reshape({pictures}, {expected})",
        )
        diagnosis = replace(diagnosis, fixes=(keep, *diagnosis.fixes))
    return diagnosis


def _transposed_size(match: Match[str]) -> Diagnosis:
    wanted, least, most = (_numbers(match[name]) for name in ("wanted", "least", "most"))
    nearest = tuple(
        min(max(size, low), high) for size, low, high in zip(wanted, least, most, strict=True)
    )
    size = nearest[0] if len(set(nearest)) == 1 else nearest
    ranges = " × ".join(f"{low}…{high}" for low, high in zip(least, most, strict=True))
    return Diagnosis(
        "transposed conv output size",
        f"The layer cannot make {' × '.join(map(str, wanted))}: from this input its stride allows "
        f"only {ranges}.",
        f"(size − 1) · stride − 2 · padding + span gives {' × '.join(map(str, least))}; "
        "output_padding adds less than one stride",
        (
            Fix(f"ask for output_size {size}", "output_size", nearest),
            Fix("change stride, padding or kernel_size: see cnnnotes solve", "layer", None),
        ),
    )


def _output_padding(match: Match[str]) -> Diagnosis:
    padding_h, padding_w, stride_h, stride_w, dilation_h, dilation_w = _numbers(match["numbers"])
    if padding_h >= max(stride_h, dilation_h):
        return diagnoses.output_padding_too_large(padding_h, stride_h, dilation_h)
    return diagnoses.output_padding_too_large(padding_w, stride_w, dilation_w)


def _target(reason: str, text: str, call: str, arithmetic: str = "") -> Diagnosis:
    return Diagnosis("cross-entropy target", reason, arithmetic, (Fix(text, "target", call),))


def _target_batch(match: Match[str]) -> Diagnosis:
    batch, targets = int(match["batch"]), int(match["targets"])
    arithmetic = f"{batch} ≠ {targets}"
    reason = f"There are {batch} predictions and {targets} targets."
    fixes = [
        Fix(
            "take predictions and targets from the same batch; a flatten or reshape that moves "
            "pictures into the batch axis is the usual culprit: flatten(1), not reshape(-1, …)",
            "input",
            "x.flatten(1)",
        )
    ]
    if batch > targets and batch % targets == 0:
        fixes.insert(
            0,
            Fix(
                f"keep the batch axis: {batch} = {batch // targets} · {targets}, so reshape the "
                f"predictions to ({targets}, …)",
                "input",
                f"x.reshape({targets}, -1)",
            ),
        )
    if targets > batch and targets % batch == 0:
        classes = targets // batch
        call = f"y.reshape({batch}, {classes}).argmax(1)"
        fixes.insert(
            0,
            Fix(
                f"if the targets are one-hot rows of {classes} laid flat, give class numbers: "
                f"{call}",
                "target",
                call,
            ),
        )
    return Diagnosis("cross-entropy target", reason, arithmetic, tuple(fixes))


def _target_range(match: Match[str]) -> Diagnosis:
    target = int(match["target"])
    return Diagnosis(
        "cross-entropy target",
        f"A target names class {target}, and the network has no such output: classes count from 0.",
        f"{target} < 0 or {target} ≥ number of outputs",
        (
            Fix(
                f"give the last layer {target + 1} outputs" if target >= 0 else "mask the targets",
                "out_features",
                target + 1,
            ),
            Fix("if the targets count from 1, subtract 1: y - 1", "target", "y - 1"),
        ),
    )


def _sizes_differ(match: Match[str]) -> Diagnosis:
    first, second, axis = int(match["a"]), int(match["b"]), int(match["axis"])
    fixes = []
    big, small = max(first, second), min(first, second)
    if axis == 1:
        fixes.append(
            Fix(
                f"give the branch of {second} channels a conv {first} 1x1",
                "branch",
                f"conv {first} 1x1",
            )
        )
    elif axis >= 2:
        stride = -(-big // small)
        fixes.append(
            Fix(
                f"stride {stride} in the branch of size {big}, as in the other",
                "branch",
                f"stride {stride}",
            )
        )
    what = {0: "batch", 1: "channels", 2: "height", 3: "width"}.get(axis, "this axis")
    return Diagnosis(
        "branches",
        f"Two tensors that are combined value by value differ in axis {axis} ({what}).",
        f"{first} ≠ {second}",
        tuple(fixes),
    )


def _cat(match: Match[str]) -> Diagnosis:
    first, second = int(match["a"]), int(match["b"])
    stride = -(-max(first, second) // min(first, second))
    return Diagnosis(
        "branches",
        "Branches that meet in cat need the same height and width.",
        f"{first} ≠ {second}",
        (
            Fix(
                f"stride {stride} in the branch of size {max(first, second)}",
                "branch",
                f"stride {stride}",
            ),
        ),
    )


def _reshape(match: Match[str]) -> Diagnosis:
    wanted, total = match["wanted"], int(match["total"])
    given = [int(number) for number in re.findall(r"-?\d+", wanted)]
    fixed = [number for number in given if number != -1]
    fixes = [Fix("flatten all but the batch: x.flatten(1)", "input", "x.flatten(1)")]
    if len(given) == 2 and given[0] > 0 and total % given[0] == 0:
        features = total // given[0]
        call = f"x.reshape({given[0]}, {features})"
        fixes.append(Fix(f"{features} features each: {call}", "input", call))
    product = 1
    for number in fixed:
        product *= number
    return Diagnosis(
        "reshape",
        f"{total} values cannot be shared out as {wanted}.",
        f"{total} = {total // product} · {product} + {total % product}" if product else "",
        tuple(fixes),
    )


def _one_value(match: Match[str]) -> Diagnosis:
    return Diagnosis(
        "batch-norm batch",
        "In training, batch normalisation needs more than one value a channel, and there is one.",
        f"input {' × '.join(map(str, _numbers(match['input'])))}",
        (
            Fix(
                "train with batches of at least 2 (drop_last=True)",
                "input",
                "x.repeat_interleave(2, 0)",
            ),
            Fix("to predict, call model.eval() first", "mode", "eval"),
        ),
    )


def _groups(match: Match[str]) -> Diagnosis:
    return Diagnosis(
        "groups",
        f"{match['argument']} must be divisible by groups.",
        "",
        (Fix("groups 1, or a number that divides both in_channels and out_channels", "groups", 1),),
    )


def _same(match: Match[str]) -> Diagnosis:
    return Diagnosis(
        "same with stride",
        "padding 'same' keeps the size, and a stride does not: PyTorch refuses both.",
        "(kernel_size − 1) // 2 on each side is what 'same' would be without stride",
        (
            Fix("give padding as a number: 1 for a 3×3 kernel, 2 for 5×5", "padding", 1),
            Fix("stride 1", "stride", 1),
        ),
    )


def _ours(match: Match[str]) -> Diagnosis:
    reason, _, fix = match["message"].strip().partition("; ")
    fixes = (Fix(fix, match["argument"], None),) if fix else ()
    return Diagnosis(f"argument {match['argument']}", f"{reason}.", "", fixes)


def _our_linear(match: Match[str]) -> Diagnosis:
    return diagnoses.linear_features(int(match["expected"]), _numbers(match["input"])[-1:])


_SHAPE = r"\[[\d, ]*\]"
_TUPLE = r"\([\d, ]*\)"
_RULES: list[tuple[str, Reader]] = [
    (
        rf"expected input(?P<input>{_SHAPE}) to have (?P<expected>\d+) channels, "
        r"but got \d+ channels",
        _conv_channels,
    ),
    (rf"Expected 3D \(unbatched\) or 4D .*?got input of size: (?P<input>{_SHAPE})", _conv_rank),
    (r"expected 4D input \(got (?P<axes>\d+)D input\)", _batchnorm_rank),
    (
        r"Calculated padded input size per channel: \((?P<padded>[\dx ]+)\)\. "
        r"Kernel size: \((?P<kernel>[\dx ]+)\)\. Kernel size can't be greater",
        _kernel,
    ),
    (
        r"Given input size: \((?P<before>[\dx]+)\)\. "
        r"Calculated output size: \((?P<after>[\dx-]+)\)\. Output size is too small",
        _pool_too_small,
    ),
    (
        r"mat1 and mat2 shapes cannot be multiplied \((?P<shapes>\d+x\d+ and \d+x\d+)\)",
        _matmul,
    ),
    (
        rf"a and b must have same reduction dim, but got (?P<shapes>{_SHAPE} X {_SHAPE})",
        _matmul,
    ),
    (
        r"running_mean should contain (?P<got>\d+) elements not (?P<expected>\d+)",
        lambda match: diagnoses.batchnorm_features(int(match["expected"]), int(match["got"])),
    ),
    (
        r"Expected more than 1 value per channel when training, "
        rf"got input size (?P<input>{_SHAPE})",
        _one_value,
    ),
    (
        r"pad should be (?:at most|smaller than or equal to) half of (?:effective )?kernel size, "
        r"but got (?:pad=(?P<pad>\d+), kernel_size=(?P<kernel>\d+)"
        r"|padW = (?P<w>\d+), padH = (?P<h>\d+), kW = (?P<kw>\d+), kH = (?P<kh>\d+))",
        lambda match: _pool_padding(match),
    ),
    (
        rf"requested an output size of (?P<wanted>[\[(][\d, ]*[\])]), but valid sizes range from "
        rf"(?P<least>{_SHAPE}) to (?P<most>{_SHAPE})",
        _transposed_size,
    ),
    (
        r"output padding must be smaller than either stride or dilation, but got "
        r"(?P<numbers>(?:\w+: \d+ ?){6})",
        _output_padding,
    ),
    (
        r"Expected input batch_size \((?P<batch>\d+)\) to match target batch_size "
        r"\((?P<targets>\d+)\)",
        _target_batch,
    ),
    (
        r"0D or 1D target tensor expected, multi-target not supported",
        lambda match: _target(
            "Targets must be one class number a picture, shape (N,), and these have two axes.",
            "drop the axis of 1: y.reshape(-1).long() (for one-hot rows: y.argmax(1))",
            "y.reshape(-1).long()",
        ),
    ),
    (
        r"Expected floating point type for target with class probabilities, got \w+",
        lambda match: _target(
            "Targets with a column for each class are taken for probabilities, "
            "and these are integers.",
            "give class numbers, shape (N,): y.argmax(1)",
            "y.argmax(1)",
        ),
    ),
    (
        r"expected (?:target dtype to be Long or Byte, but got|scalar type Long but found) \w+",
        lambda match: _target(
            "Class numbers must be integers, and these are not.",
            "convert them: y.long()",
            "y.long()",
        ),
    ),
    (
        r"only batches of spatial targets supported \(3D tensors\) but got targets of dimension: "
        r"(?P<axes>\d+)",
        lambda match: Diagnosis(
            "cross-entropy target",
            "The predictions still have height and width, so a class is expected for each pixel.",
            f"predictions (N, classes, H, W), targets with {match['axes']} "
            f"{'axis' if match['axes'] == '1' else 'axes'}",
            (
                Fix("average over the picture first: x.mean((2, 3))", "input", "x.mean((2, 3))"),
                Fix("end the network with flatten and linear", "layer", "flatten | linear"),
            ),
        ),
    ),
    (r"Target (?P<target>-?\d+) is out of bounds", _target_range),
    (
        r"The size of tensor a \((?P<a>\d+)\) must match the size of tensor b \((?P<b>\d+)\) at "
        r"non-singleton dimension (?P<axis>\d+)",
        _sizes_differ,
    ),
    (
        rf"had (?P<second>{_SHAPE}); but expected shape should be broadcastable to "
        rf"(?P<first>{_SHAPE})",
        lambda match: diagnoses.branches_differ(
            "add", [_numbers(match["first"])[1:], _numbers(match["second"])[1:]]
        ),
    ),
    (
        r"Sizes of tensors must match except in dimension \d+\. Expected (?:size )?(?P<a>\d+)"
        r"(?: in dimension \d+)? but got (?:size )?(?P<b>\d+)",
        _cat,
    ),
    (r"shape '(?P<wanted>\[[-\d, ]+\])' is invalid for input of size (?P<total>\d+)", _reshape),
    (r"(?P<argument>in_channels|out_channels) must be divisible by groups", _groups),
    (r"padding='same' is not supported for strided convolutions", _same),
    (
        r"Input type \((?P<got>\w+(?: \w+)*)\) and (?:bias|weight) type \((?P<wanted>\w+)\)",
        lambda match: Diagnosis(
            "dtype",
            f"The input holds {match['got']} and the weights {match['wanted']}.",
            "",
            (Fix("convert the input: x.float()", "input", "x.float()"),),
        ),
    ),
    (
        rf"input \(shape (?P<input>{_TUPLE})\) has \d+ channels, but weight .*? "
        r"expects (?P<expected>\d+)",
        _conv_channels,
    ),
    (rf"input \(shape (?P<input>{_TUPLE})\) must have 4 axes, \(N, C, H, W\)", _conv_rank),
    (
        rf"input \(shape (?P<input>{_TUPLE})\) must end in in_features \(=(?P<expected>\d+)\)",
        _our_linear,
    ),
    (r"(?P<message>(?P<argument>[a-z_]\w*) \([^\n]*?\) must [^\n]*)", _ours),
]


def _pool_padding(match: Match[str]) -> Diagnosis:
    if match["pad"]:
        return diagnoses.pool_padding(int(match["pad"]), int(match["kernel"]))
    vertical, horizontal = (int(match["h"]), int(match["kh"])), (int(match["w"]), int(match["kw"]))
    return diagnoses.pool_padding(*(vertical if vertical[0] > vertical[1] // 2 else horizontal))
