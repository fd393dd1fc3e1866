"""NumPy's words, and those of its neighbours: scikit-learn, Pillow, Matplotlib, plain Python."""

from itertools import zip_longest
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

_TUPLE = r"\([\d, ]{0,120}\)"


def _aligned(match: Match[str], seen: Seen) -> Diagnosis | None:
    first, second = numbers(match["a"]), numbers(match["b"])
    if not first or not second or 0 in (*first, *second):
        return None
    arrive, wanted = first[-1], second[-2] if len(second) > 1 else second[0]
    if arrive == wanted:
        return None
    fixes = []
    if len(second) == 2:
        text = f"if the second is a layer's weight, give it {arrive} rows"
        fixes = [Fix(f"{text}: shape ({arrive}, {second[1]})", "in_features", arrive)]
        if second[1] == arrive:
            fixes.insert(0, to_target("transpose the second", "y.T"))
        if len(first) == 2 and first[0] == wanted:
            fixes.append(to_input("transpose the first", "x.T"))
        elif len(first) > 2 and prod(first[1:]) == wanted:
            fixes.insert(0, to_input("flatten the pictures", "x.reshape(len(x), -1)"))
        elif arrive % wanted == 0 and len(first) == 1:
            call = f"x.reshape({arrive // wanted}, -1)"
            fixes.insert(0, to_input("if several pictures were flattened into one row", call))
    return Diagnosis(
        "matrix product",
        f"A product needs as many columns in the first ({arrive}) as rows in the second ({wanted}).",
        f"{arrive} ≠ {wanted}",
        tuple(fixes) or (advice("transpose or reshape one, so that the inner numbers agree"),),
    )


def _gufunc(match: Match[str], seen: Seen) -> Diagnosis | None:
    given, wanted = int(match["given"]), int(match["wanted"])
    if given == wanted:
        return None
    return Diagnosis(
        "matrix product",
        f"A product needs as many columns in the first ({wanted}) as rows in the second ({given}).",
        f"{wanted} ≠ {given}",
        (
            Fix(f"if the second is a layer's weight, give it {wanted} rows", "in_features", wanted),
            advice("transpose it with .T, if its other axis is the one that fits"),
        ),
    )


def _broadcast(match: Match[str], seen: Seen) -> Diagnosis | None:
    first, second = numbers(match["a"]), numbers(match["b"])
    backwards = list(zip_longest(reversed(first), reversed(second), fillvalue=1))
    bad = [n for n, (a, b) in enumerate(backwards, 1) if a != b and 1 not in (a, b)]
    if not bad:
        return None
    a, b = backwards[bad[0] - 1]
    fixes = []
    short, long, letter = (second, first, "y") if len(second) < len(first) else (first, second, "x")
    make = to_target if letter == "y" else to_input
    if len(short) == 1 and len(long) == 2 and short[0] == long[0]:
        call = f"{letter}[:, None]"
        fixes.append(make(f"if there is one number for each of the {short[0]} rows", call))
    elif len(short) == 1 and len(long) > 2 and short[0] in long[:-1]:
        axis = long.index(short[0])
        call = f"{letter}.reshape({', '.join(['-1', *['1'] * (len(long) - axis - 1)])})"
        fixes.append(make(f"if they belong to axis {axis}", call))
    if len(first) == 3 and first[-1] == 4 and second == (3,):
        fixes = [to_input("the fourth channel is transparency: drop it", "x[..., :3]")]
    if len(first) == len(second) and first == second[::-1] and len(first) == 2:
        fixes = [make("transpose one", f"{letter}.T")]
    if not fixes and len(first) == len(second) and bad == [len(first)]:
        fixes = [advice(f"if axis 0 is the batch, take both from the same batch: {a} and {b}")]
    return Diagnosis(
        "broadcasting",
        f"Shapes are compared from the last axis: {a} stands against {b}, and neither is 1.",
        f"{times(first)} against {times(second)}: {a} ≠ {b}",
        tuple(fixes) or (advice("give both the same size there, or 1"),),
    )


def _reshape(match: Match[str], seen: Seen) -> Diagnosis | None:
    total, wanted = int(match["total"]), numbers(match["wanted"].replace("newaxis", "-1"))
    product = prod(n for n in wanted if n > 0)
    if not product or product == total:
        return None
    fixes = []
    if len(wanted) == 2 and wanted[0] > 0 and total % wanted[0] == 0:
        features = total // wanted[0]
        call = f"x.reshape({wanted[0]}, {features})"
        fixes.append(to_input(f"{features} features each", call))
    rest = prod(n for n in wanted[1:] if n > 0)
    if len(wanted) > 1 and min(wanted[1:]) > 0 and total % rest == 0:
        call = f"x.reshape(-1, {', '.join(map(str, wanted[1:]))})"
        count = total // rest
        fixes.append(to_input(f"if there are {counted(count, 'example')}, let -1 count them", call))
    if len(wanted) >= 3 and total % product == 0 and total // product in (3, 4):
        fixes.append(
            advice(f"the values are {total // product} times as many: the pictures are in colour")
        )
    return Diagnosis(
        "reshape",
        f"{total} values cannot be shared out as {times(wanted)}.",
        f"{total} = {total // product} · {product} + {total % product}",
        tuple(fixes) or (advice("print x.shape right before it: the product must be the same"),),
    )


def _into(match: Match[str], seen: Seen) -> Diagnosis | None:
    given, place = numbers(match["given"]), numbers(match["place"])
    if given == place:
        return None
    fixes = []
    if len(given) == len(place) + 1 and given[-1] == 1:
        fixes = [to_input("drop the axis of 1", "x.squeeze(-1)")]
    elif len(given) == len(place) == 3 and sorted(given) == sorted(place):
        order = "x.transpose(1, 2, 0)" if given[0] == place[-1] else "x.transpose(2, 0, 1)"
        fixes = [to_input("swap channels first and last", order)]
    elif len(given) == 3 and len(place) == 2 and given[:2] == place:
        fixes = [to_input("a colour picture goes where a grey one fits: make it grey", "x.mean(2)")]
    elif len(given) == 2 and len(place) == 3 and given == place[:2]:
        call = f"x[..., None].repeat({place[2]}, 2)"
        fixes = [
            to_input('a grey picture goes where a colour one fits: img.convert("RGB"), or', call)
        ]
    elif len(given) == len(place) and len(given) >= 2:
        fixes = [advice("bring the pictures to one size before: img.resize((width, height))")]
    return Diagnosis(
        "assignment",
        f"What is written has shape {times(given) or 'of a single number'}, and the place "
        f"{times(place) or 'of a single number'}.",
        f"{times(given)} ≠ {times(place)}",
        tuple(fixes) or (advice("give the place the shape of what you write, or reshape it"),),
    )


def _index(match: Match[str], seen: Seen) -> Diagnosis | None:
    index, axis, size = int(match["index"]), int(match["axis"]), int(match["size"])
    if -size <= index < size:
        return None
    fix = f"if the numbers count from 1, subtract 1; else stay below {size}"
    if axis == 1 and index == size:
        fix = f"class numbers count from 0: if yours are 1 … {size}, subtract 1; else make {index + 1} columns"
    return Diagnosis(
        "index",
        f"Index {index} is asked for in axis {axis}, which has {size}: they count from 0.",
        f"{index} ≥ {size}" if index >= 0 else f"{index} < −{size}",
        (advice(fix),),
    )


def _image(match: Match[str], seen: Seen) -> Diagnosis:
    shape = numbers(match["shape"])
    fixes = []
    if len(shape) == 3 and shape[0] == 1:
        fixes = [to_input("drop the channel axis of 1", "x.squeeze(0)")]
    elif len(shape) == 3 and shape[0] in (3, 4):
        fixes = [
            Fix(
                "channels go last: x.transpose(1, 2, 0) (a tensor: x.permute(1, 2, 0))",
                "reader",
                None,
            )
        ]
    elif len(shape) == 4:
        fixes = [to_input("it is a batch: show one picture", "x[0]")]
    elif len(shape) == 1:
        side = round(shape[0] ** 0.5)
        if side * side == shape[0]:
            fixes = [to_input("give the pixels their shape back", f"x.reshape({side}, {side})")]
    return Diagnosis(
        "picture axes",
        f"A picture to show is (H, W), (H, W, 3) or (H, W, 4), and this is {times(shape)}.",
        "",
        tuple(fixes) or (advice("reshape it to one of these"),),
    )


def _pillow(match: Match[str], seen: Seen) -> Diagnosis:
    shape, kind = numbers(match["shape"]), match["kind"]
    fixes = []
    if len(shape) == 3:
        fixes = [
            advice(
                "Pillow takes (H, W) or (H, W, 3): x.squeeze() if the channel is 1, x.transpose(1, 2, 0) if channels come first"
            ),
        ]
    if "f" in kind:
        fixes.append(
            Fix(
                "pictures in 0 … 1: (x * 255).astype('uint8')", "input", "(x * 255).astype('uint8')"
            )
        )
    return Diagnosis(
        "picture axes",
        f"Pillow can't make a picture of an array whose last axes are {times(shape[2:] or shape)}, "
        f"with type {kind}.",
        "",
        tuple(fixes) or (advice("convert it: x.astype('uint8')"),),
    )


RULES: list[Rule] = [
    rule(rf"shapes (?P<a>{_TUPLE}) and (?P<b>{_TUPLE}) not aligned", _aligned),
    rule(
        r"matmul: Input operand 1 has a mismatch in its core dimension 0, with gufunc signature "
        r"[^ ]{1,40} \(size (?P<given>\d+) is different from (?P<wanted>\d+)\)",
        _gufunc,
    ),
    plain(
        r"matmul: Input operand (?P<n>\d) does not have enough dimensions",
        "matrix product",
        "@ multiplies matrices, and operand {n} is a single number.",
        ("use * for numbers", "reader", None),
    ),
    plain(
        r"Last 2 dimensions of the array must be square",
        "square matrix",
        "Only a square matrix has an inverse, a determinant or eigenvalues.",
        ("for any other: np.linalg.pinv, svd or lstsq", "reader", None),
    ),
    plain(
        r"weights\.ndim \((?P<kernel>\d)\) must match len\(axes\) \((?P<image>\d)\)",
        "kernel axes",
        "The image has {image} axes and the kernel {kernel}: with colours, the kernel needs a third.",
        ("filter each channel by itself: kernel[..., None]", "reader", None),
    ),
    plain(
        r"remapped shapes \[original->remapped\]: .{1,80} and requested shape \((?P<axes>\d),2\)",
        "pad",
        "np.pad takes a pair (before, after) for each axis, and the array has {axes}.",
        ("give {axes} pairs; one pair alone serves all axes", "reader", None),
    ),
    plain(
        r"operands could not be broadcast together with remapped shapes",
        "einsum",
        "In einsum one letter is one length, and a letter here stands for two.",
        (
            "print both shapes and write them under the letters: 'ij,jk->ik' needs (I, J), (J, K)",
            "reader",
            None,
        ),
        ("if the second is turned, swap its letters: 'ij,kj->ik'", "reader", None),
    ),
    rule(
        rf"operands could not be broadcast together with shapes (?P<a>{_TUPLE}) ?(?P<b>{_TUPLE})",
        _broadcast,
    ),
    plain(
        rf"non-broadcastable output operand with shape (?P<a>{_TUPLE}) doesn't match the broadcast shape (?P<b>{_TUPLE})",
        "in-place broadcast",
        "The result would be {b}, and in-place operations (+=, -=) can't grow {a}.",
        ("write x = x - y, if the larger shape is meant; else reshape y", "reader", None),
    ),
    rule(
        r"cannot reshape array of size (?P<total>\d+) into shape (?P<wanted>\((?:newaxis|[\d, -]){1,80}\)|\[[\d, -]{1,80}\])",
        _reshape,
    ),
    plain(
        r"total size of new array must be unchanged",
        "reshape",
        "The new shape holds another number of values than the array.",
        ("print x.size: the product must be the same; let -1 count the examples", "reader", None),
    ),
    plain(
        r"can only specify one unknown dimension",
        "reshape",
        "Only one -1 can be worked out from the rest.",
        to_input("keep the batch, and let -1 count the rest", "x.reshape(len(x), -1)"),
    ),
    rule(
        rf"could not broadcast input array from shape (?P<given>{_TUPLE}) into shape (?P<place>{_TUPLE})",
        _into,
    ),
    plain(
        r"all the input array dimensions (?:except for the concatenation axis|for the concatenation axis) must match exactly"
        r"(?:, but along dimension (?P<axis>\d+), the array at index (?P<i>\d+) has size (?P<a>\d+) and the "
        r"array at index (?P<j>\d+) has size (?P<b>\d+))?",
        "joining arrays",
        "Arrays that are joined must agree in all other axes.",
        ("join along the axis in which they differ, or bring them to one size", "reader", None),
        arithmetic="axis {axis}: {a} ≠ {b}",
    ),
    plain(
        r"all the input arrays must have same number of dimensions, but the array at index \d+ has (?P<a>\d+) "
        r"dimension\(s\) and the array at index \d+ has (?P<b>\d+)",
        "joining arrays",
        "Arrays that are joined must have as many axes: {a} and {b}.",
        (
            "give the one with fewer an axis of 1: y[None], or y[:, None] for a column",
            "target",
            "y[None]",
        ),
    ),
    plain(
        r"all input arrays must have the same shape",
        "joining arrays",
        "stack needs arrays of one shape.",
        (
            "bring the pictures to one size first: img.resize((width, height)), and to one mode: img.convert('RGB')",
            "reader",
            None,
        ),
    ),
    plain(
        r"setting an array element with a sequence|requested array has an inhomogeneous shape",
        "ragged list",
        "The rows have different lengths (or a place for one number gets many), so they make no array.",
        ("for pictures: bring all to one size and mode before np.array", "reader", None),
        ("for sequences: pad them to one length; if they may differ, dtype=object", "reader", None),
    ),
    plain(
        r"too many indices for array(?:: array is (?P<axes>\d+)-dimensional, but (?P<given>\d+) were indexed)?",
        "index",
        "There are more indices than the array has axes.",
        ("print x.shape; a flat or ragged array has one axis only", "reader", None),
        arithmetic="{given} > {axes}",
    ),
    rule(
        r"index (?P<index>-?\d+) is out of bounds for axis (?P<axis>\d+) with size (?P<size>\d+)",
        _index,
    ),
    plain(
        r"axis (?P<axis>-?\d+) is out of bounds for array of dimension (?P<axes>\d+)",
        "axis out of range",
        "Axis {axis} is asked for, and the array has {axes}: they count from 0.",
        ("if the batch axis is missing, add it: x[None]", "input", "x[None]"),
    ),
    plain(
        r"boolean index did not match indexed array along (?:axis|dimension) (?P<axis>\d+); (?:size of axis|dimension) is "
        r"(?P<a>\d+) but (?:size of corresponding boolean axis|corresponding boolean dimension) is (?P<b>\d+)",
        "mask shape",
        "The mask has {b} values along axis {axis}, and the array {a}.",
        ("make the mask from the same array; a mask over other rows: x[:, mask]", "reader", None),
        arithmetic="{b} ≠ {a}",
    ),
    plain(
        rf"shape mismatch: indexing arrays could not be broadcast together with shapes (?P<shapes>(?:{_TUPLE} ?){{2,6}})",
        "index",
        "Lists of indices are paired, and these have shapes {shapes}.",
        ("give them one length; for all combinations, x[np.ix_(rows, columns)]", "reader", None),
    ),
    plain(
        r"axes don't match array",
        "permute",
        "transpose must name as many axes as the array has.",
        ("one picture: x.transpose(2, 0, 1); a batch: x.transpose(0, 3, 1, 2)", "reader", None),
    ),
    plain(
        r"cannot select an axis to squeeze out which has size not equal to one",
        "squeeze",
        "Only an axis of 1 can be dropped, and this one is longer.",
        ("take one of it: x[0]; or leave squeeze out", "input", "x[0]"),
    ),
    plain(
        r"The truth value of an array with more than one element is ambiguous",
        "truth of many",
        "if needs one yes or no, and the array holds many.",
        ("say which you mean: x.any() or x.all()", "input", "x.any()"),
    ),
    plain(
        r"only (?:0-dimensional|length-1|size-1) arrays can be converted to Python scalars|can only convert an array of size 1 to a Python scalar",
        "one number of many",
        "One number is wanted, and the array holds many.",
        ("take one, x[0], or a mean, x.mean()", "input", "x.mean()"),
    ),
    plain(
        r"not enough values to unpack \(expected (?P<wanted>\d+), got (?P<given>\d+)\)",
        "unpacking",
        "{wanted} names wait for values, and {given} come.",
        (
            "if it unpacks a shape, an axis is missing: x[None] adds a batch, a grey picture has no channel axis",
            "reader",
            None,
        ),
        arithmetic="{given} < {wanted}",
    ),
    plain(
        r"einstein sum subscripts string contains too (?P<many>many|few) subscripts for operand (?P<n>\d+)|operand has more dimensions than subscripts given in einstein sum",
        "einsum",
        "The equation's letters are not as many as the operand's axes.",
        ("give each axis a letter, or … for those that you don't name", "reader", None),
    ),
    plain(
        r"array split does not result in an equal division",
        "split",
        "The array doesn't split evenly.",
        ("use np.array_split, which allows unequal parts", "reader", None),
    ),
    plain(
        r"object too deep for desired array|convolve2d inputs must both be 2-D arrays|volume and kernel should have the same dimensionality",
        "convolution axes",
        "Image and kernel must have as many axes, and one has more.",
        ("filter each channel by itself: for c in range(x.shape[-1]) … x[..., c]", "reader", None),
    ),
    plain(
        r"Found array with dim (?P<axes>\d+)(?:\. |, while )(?:the estimator |\w+ )?(?:expected|dim) ?<= ?(?P<most>\d+)",
        "estimator axes",
        "The estimator takes (examples, features), 2 axes, and gets {axes}.",
        to_input("flatten each example", "x.reshape(len(x), -1)"),
    ),
    plain(
        r"Expected 2D array, got (?P<axes>\d)D array instead",
        "estimator axes",
        "The estimator takes (examples, features), 2 axes, and gets {axes}.",
        ("many examples with one feature: x.reshape(-1, 1)", "input", "x.reshape(-1, 1)"),
        ("one example with many: x.reshape(1, -1)", "input", "x.reshape(1, -1)"),
    ),
    plain(
        r"X has (?P<given>\d+) features(?: per sample)?[,;] (?:but (?P<name>\w+) is )?expecting (?P<wanted>\d+)(?: features)?",
        "estimator features",
        "The estimator was fitted on {wanted} features, and {given} arrive.",
        ("prepare both sets the same way: same picture size, same columns", "reader", None),
        arithmetic="{given} ≠ {wanted}",
    ),
    plain(
        r"Found input variables with inconsistent numbers of samples: \[(?P<a>\d+), (?P<b>\d+)\]",
        "numbers of examples",
        "There are {a} examples on one side and {b} on the other.",
        ("take both from the same set; axis 0 counts examples", "reader", None),
        arithmetic="{a} ≠ {b}",
    ),
    plain(
        rf"y should be a 1d array, got an array of shape (?P<shape>{_TUPLE}) instead|bad input shape (?P<shape2>{_TUPLE})",
        "estimator target",
        "The estimator takes one label an example, and the labels have two axes.",
        to_target("one-hot rows to class numbers", "y.argmax(1)"),
        to_target("a column to a row", "y[:, 0]"),
    ),
    plain(
        r"Classification metrics can't handle a mix of (?P<a>[\w-]{1,40}) and (?P<b>[\w-]{1,40}) targets",
        "metric targets",
        "Labels are {a}, predictions {b}: a score compares class numbers with class numbers.",
        (
            "turn scores into class numbers: scores.argmax(1), or scores > 0.5 for one output",
            "reader",
            None,
        ),
    ),
    rule(r"Invalid (?:shape|dimensions) (?P<shape>\([\d, ]{1,80}\)) for image data", _image),
    rule(
        r"Cannot handle this data type: (?P<shape>\([\d, ]{1,40}\)), ?(?P<kind>[<>|\w]{1,12})",
        _pillow,
    ),
    plain(
        r"x and y must have same first dimension, but have shapes (?P<a>\([\d, ]{0,60}\)) and (?P<b>\([\d, ]{0,60}\))",
        "plot lengths",
        "A line needs as many x as y: {a} and {b}.",
        ("plot y alone, or x = range(len(y))", "reader", None),
        arithmetic="{a} ≠ {b}",
    ),
]
