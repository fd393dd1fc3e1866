"""What can be wrong between a layer and its input: each fault once, in one wording.

The layers' own checks, the operations' door and the readers of other people's messages all say it
with these functions.
"""

from collections.abc import Sequence
from math import prod

from cnnnotes.shapes.diagnosis import Diagnosis, Fix
from cnnnotes.shapes.sizes import kernel_span

Shape = tuple[int, ...]


def conv_channels(
    expected: int | None, shape: Shape, *, array: str | None = None, weight: str = ""
) -> Diagnosis:
    """A convolution, made for ``expected`` channels, meets (channels, height, width) ``shape``.

    A NumPy ``array`` of that name gets advice in NumPy's words; ``weight`` says what reads it.
    """
    channels, x = shape[0], array or "x"
    axes = "transpose" if array else "permute"
    fixes = []
    if shape[-1] == expected and may_be_swapped(shape):
        fixes.append(
            Fix(
                f"swap to (N, C, H, W): your last axis is {expected}; {x}.{axes}(0, 3, 1, 2)",
                "input",
                f"{x}.{axes}(0, 3, 1, 2)",
            )
        )
    if expected == 1 and len(shape) == 3:
        fixes.append(
            Fix(
                f"if {channels} is the number of pictures, give them a channel axis: {x}[:, None]",
                "input",
                f"{x}.squeeze(0)[:, None]",
            )
        )
    fixes.append(Fix(f"change in_channels to {channels}", "in_channels", channels))
    arithmetic = f"the axis before height and width is {channels}, in_channels is {expected}"
    if weight:
        arithmetic = f"{channels} channels; {weight} reads {expected}"
    return Diagnosis(
        "conv channels",
        f"The layer was made for {expected} channel{'s' * (expected != 1)}, "
        f"and its input has {channels}.",
        f"input {_times(shape)}: {arithmetic}",
        tuple(fixes),
    )


def may_be_swapped(shape: Shape, kernel: Shape = ()) -> bool:
    """Whether ``shape``, read with channels last, has sides that make sense for this kernel.

    Three axes of which the last two are equal are a square picture as they stand.
    """
    if len(shape) == 3 and shape[1] == shape[2] != shape[0]:
        return False
    return all(side >= span for side, span in zip(shape, kernel, strict=False))


def conv_rank(
    shape: Shape, channels: int | None = None, *, array: str | None = None, axes: int = 2
) -> Diagnosis:
    """A layer for pictures meets something that is neither (C, H, W) nor (N, C, H, W).

    A NumPy ``array`` of that name must be (N, C, H, W). ``axes`` is 1 for a layer for sounds,
    (C, L), and 3 for one for volumes, (C, D, H, W).
    """
    if axes != 2:
        wanted = "C, L" if axes == 1 else "C, D, H, W"
        fix = f"use the layer's 2d form, or reshape the input to (N, {wanted})"
        return Diagnosis(
            "conv rank",
            f"The layer needs (N, {wanted}), or ({wanted}) for one, and its input has "
            f"{len(shape)} {'axis' if len(shape) == 1 else 'axes'}.",
            f"input {_times(shape)}",
            (Fix(fix, "input", f"x.reshape(N, {wanted})"),),
        )
    x = array or "x"
    fixes = []
    if len(shape) == 2:
        fixes.append(
            Fix(f"add batch and channel axes: {x}[None, None]", "input", f"{x}[None, None]")
        )
    elif array and len(shape) == 3:
        fixes += _missing_axis(shape, channels, x)
    elif len(shape) == 5 and 1 in shape:
        axis = shape.index(1)
        fixes.append(
            Fix(f"drop an axis of 1: {x}.squeeze({axis})", "input", f"{x}.squeeze({axis})")
        )
    elif len(shape) == 1 and channels:
        side = round((shape[0] / channels) ** 0.5)
        if channels * side * side == shape[0]:
            call = f"{x}.reshape(-1, {channels}, {side}, {side})"
            fixes.append(Fix(f"give the pixels their shape back: {call}", "input", call))
    if not fixes:
        fixes.append(Fix("reshape the input to (N, C, H, W)", "input", f"{x}.reshape(N, C, H, W)"))
    has = f"{len(shape)} {'axis' if len(shape) == 1 else 'axes'}"
    if array:
        reason = f"{array} (shape {shape}) must have 4 axes, (N, C, H, W), and has {has}."
    else:
        reason = (
            f"The layer needs (N, C, H, W), or (C, H, W) for one picture, and its input has {has}."
        )
    return Diagnosis("conv rank", reason, "" if array else f"input {_times(shape)}", tuple(fixes))


def _missing_axis(shape: Shape, channels: int | None, x: str) -> list[Fix]:
    """One picture without a batch axis, or pictures without a channel axis: likelier first."""
    one = Fix(
        f"add the batch axis, for one picture of {shape[0]} channels: {x}[None]",
        "input",
        f"{x}[None]",
    )
    many = Fix(
        f"add the channel axis, for {shape[0]} pictures without one: {x}[:, None]",
        "input",
        f"{x}[:, None]",
    )
    if channels == shape[0]:
        return [one]
    if channels == 1:
        return [many]
    last = f"{x}.transpose(2, 0, 1)[None]"
    swapped = Fix(
        f"swap to (N, C, H, W), for one picture whose last axis is {shape[2]}: {last}",
        "input",
        last,
    )
    if channels is not None and channels == shape[2]:
        return [swapped]
    if channels is not None:
        return [many, one]
    return [one, many] if shape[0] <= 4 else [many, one]


def kernel_too_large(
    size: int,
    kernel: int,
    dilation: int = 1,
    before: int = 0,
    after: int = 0,
    axis: int = 0,
    *,
    pool: bool = False,
    named: bool = False,
) -> Diagnosis:
    """No window fits: the kernel spans more than the padded input.

    ``named`` says the argument as well, for one who called an operation.
    """
    span, padded = kernel_span(kernel, dilation), size + before + after
    along = ("height", "width")[axis]
    least = -(-(span - size) // 2)
    fixes = []
    if not pool or least <= kernel // 2:
        fixes.append(Fix(f"pad {least}", "padding", least))
    if dilation > 1 and kernel <= padded:
        largest = (padded - 1) // (kernel - 1)
        fixes.append(Fix(f"dilation {largest}", "dilation", largest))
    largest = (padded - 1) // dilation + 1
    fixes.append(Fix(f"kernel_size {largest}", "kernel_size", largest))
    if pool:
        fixes.reverse()
    fixes.append(
        Fix(
            f"make {along} at least {size + span - padded} here: "
            "a larger picture, or less downsampling before",
            "input",
            size + span - padded,
        )
    )
    dilated = f" ({dilation} · ({kernel} − 1) + 1 with dilation)" if dilation > 1 else ""
    if named:
        dilated += f" for kernel_size (={kernel})"
    return Diagnosis(
        "kernel larger than input",
        f"The {'window' if pool else 'kernel'} does not fit: it spans {span}, and the "
        f"{'padded ' * (before + after > 0)}input has {padded} in {along}.",
        f"{f'{size} + {before} + {after} = ' * (before + after > 0)}{padded} < {span}{dilated}",
        tuple(fixes),
    )


def linear_features(expected: int, shape: Shape) -> Diagnosis:
    """A linear layer, made for ``expected`` features, meets another number."""
    features = shape[-1]
    if features == 0:
        return Diagnosis(
            "linear features",
            f"The layer was made for {expected} features, and its input is empty.",
            f"{features} ≠ {expected}",
            (Fix("look at what comes before: its last axis has length 0", "reader", None),),
        )
    return Diagnosis(
        "linear features",
        f"The layer was made for {expected} features, and {features} arrive.",
        f"{features} ≠ {expected}",
        (Fix(f"change in_features to {features}", "in_features", features),),
    )


def flatten_missing(shape: Shape, expected: int | None, *, array: str | None = None) -> Diagnosis:
    """A linear layer meets a picture; a NumPy ``array`` of that name gets our own flatten."""
    features = prod(shape)
    call = f"cnnnotes.flatten({array}, 1)" if array else "x.flatten(1)"
    fixes = [Fix(f"put flatten before it: {call}", "input", call)]
    if expected not in (None, features):
        fixes.append(Fix(f"and change in_features to {features}", "in_features", features))
    return Diagnosis(
        "flatten missing",
        "The layer needs flat features, and a picture arrives.",
        f"{_times(shape)} = {features}",
        tuple(fixes),
    )


def batchnorm_features(expected: int, channels: int) -> Diagnosis:
    """A batch normalisation, made for ``expected`` channels, meets another number."""
    return Diagnosis(
        "batch-norm features",
        f"The layer was made for {expected} channels, and its input has {channels}.",
        f"{channels} ≠ {expected}",
        (Fix(f"change num_features to {channels}", "num_features", channels),),
    )


def pool_padding(padding: int, kernel: int) -> Diagnosis:
    """A pooling is padded so much that a window could hold nothing but padding."""
    return Diagnosis(
        "pooling padding",
        f"Pooling may be padded by at most half its kernel, and {padding} is more than half of "
        f"{kernel}.",
        f"{kernel} // 2 = {kernel // 2} < {padding}",
        (
            Fix(f"pad {kernel // 2}", "padding", kernel // 2),
            Fix(f"kernel_size {2 * padding}", "kernel_size", 2 * padding),
        ),
    )


def groups_divide(argument: str, channels: int, groups: int) -> Diagnosis:
    """Channels do not share out evenly among groups."""
    divisor = max(d for d in range(1, min(groups, channels) + 1) if channels % d == 0)
    return Diagnosis(
        "groups",
        f"{argument} (={channels}) must be divisible by groups (={groups}).",
        f"{channels} = {channels // groups} · {groups} + {channels % groups}",
        (Fix(f"groups {divisor}", "groups", divisor),),
    )


def same_with_stride(stride: int, span: int) -> Diagnosis:
    """PyTorch's padding "same" meets a stride."""
    half = (span - 1) // 2
    return Diagnosis(
        "same with stride",
        f"padding 'same' keeps the size, and stride {stride} does not: PyTorch refuses both.",
        f"({span} − 1) // 2 = {half} on each side, as without stride",
        (Fix(f"pad {half}", "padding", half), Fix("stride 1", "stride", 1)),
    )


def output_padding_too_large(output_padding: int, stride: int, dilation: int) -> Diagnosis:
    """A transposed convolution adds more than the stride could have merged."""
    most = max(stride, dilation) - 1
    return Diagnosis(
        "transposed conv output size",
        f"output_padding (={output_padding}) must be smaller than stride (={stride}) "
        f"or dilation (={dilation}).",
        f"{stride} input sizes share an output size; output_padding picks one, 0 to {most}",
        (Fix(f"output_padding {most}", "output_padding", most),),
    )


def nothing_left(full: int, before: int, after: int) -> Diagnosis:
    """A transposed convolution's padding, which crops, takes all there is."""
    most = (full - 1) // 2
    return Diagnosis(
        "transposed conv output size",
        f"In a transposed convolution padding crops, and {before} + {after} takes all of "
        f"the {full} outputs.",
        f"{full} − {before} − {after} < 1",
        (Fix(f"pad {most}", "padding", most),),
    )


def all_cropped(size: int, before: int, after: int) -> Diagnosis:
    """A border of negative width takes all there is of an axis."""
    most = (size - 1) // 2
    return Diagnosis(
        "crop",
        f"Cropping {before} + {after} takes all of the {size} places of an axis.",
        f"{size} − {before} − {after} < 1",
        (Fix(f"crop {most} on each side at most", "padding", -most),),
    )


def branches_differ(join: str, shapes: Sequence[Shape]) -> Diagnosis:
    """Branches that meet have different shapes."""
    shown = " and ".join(_times(shape) for shape in shapes)
    first, other = shapes[0], next((s for s in shapes if s != shapes[0]), shapes[0])
    fixes = []
    if len(first) == len(other) == 3 and (join == "add" or first[1:] != other[1:]):
        ratio = max(-(-a // b) for a, b in zip(other[1:], first[1:], strict=True))
        stride = f" stride {ratio}" if ratio > 1 else ""
        fixes.append(
            Fix(
                f"end the branch of {_times(other)} with conv {first[0]} 1x1{stride}",
                "branch",
                f"conv {first[0]} 1x1{stride}",
            )
        )
    needed = "the same shape" if join == "add" else "the same height and width"
    return Diagnosis(
        "branches", f"Branches that meet in {join} need {needed}.", shown, tuple(fixes)
    )


def _times(shape: Shape) -> str:
    return " × ".join(map(str, shape))
