"""PyTorch's words about tensors alone: joining, reshaping, indexing, products, conversions."""

import re
from math import prod
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

_NORMALISE = re.compile(r"normalize|mean\[:, None, None\]|\.sub_\(mean|Normalize\(")


def _sizes_differ(match: Match[str], seen: Seen) -> Diagnosis | None:
    first, second, axis = int(match["a"]), int(match["b"]), int(match["axis"])
    if first == second or not first or not second:
        return None
    if axis == 0 and second == 3 and first in (2, 4):
        return _normalise(first, bool(_NORMALISE.search(seen.text)))
    if axis == 0 and second == 3 and _NORMALISE.search(seen.text):
        return _normalise(first, True)
    fixes = []
    big, small = max(first, second), min(first, second)
    if re.search(r"criterion|loss", seen.code, re.IGNORECASE):
        fixes.append(advice("give predictions and targets the same shape before the loss"))
    elif re.search(r"==|\.eq\(", seen.code):
        fixes.append(
            advice(
                "compare class numbers, one an example: (x.argmax(1) == y); the last batch is often smaller"
            )
        )
    elif axis == 1:
        fixes.append(
            Fix(
                f"if they are branches, give the one of {second} channels a conv {first} 1x1",
                "branch",
                f"conv {first} 1x1",
            )
        )
    elif axis >= 2 and big - small <= 2 and big > 4:
        fixes.append(
            to_input(
                f"if an odd size was halved and doubled on the way, cut the larger to {small}",
                f"x.narrow({axis}, 0, {small})",
            )
        )
        fixes.append(
            advice("pad the smaller, or start from a size that halves evenly (a multiple of 32)")
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
    else:
        fixes.append(
            advice(f"if axis 0 is the batch, take both from the same batch ({first} or {second})")
        )
    what = {0: "batch, or channels of one picture", 1: "channels", 2: "height", 3: "width"}.get(
        axis, "this axis"
    )
    return Diagnosis(
        "branches",
        f"Two tensors that are combined value by value differ in axis {axis}, in (N, C, H, W) the "
        f"{what}.",
        f"{first} ≠ {second}",
        tuple(fixes),
    )


def _normalise(channels: int, sure: bool) -> Diagnosis:
    fixes = [
        Fix(
            'open it as img.convert("RGB"), or drop what is beyond colour: x[:3]',
            "input",
            "x[:3]",
        )
    ]
    if channels == 2:
        fixes = [Fix('open it as img.convert("RGB"): it is grey with transparency', "reader", None)]
    elif channels != 4:
        fixes = [advice(f"give mean and std {channels} numbers, one for each channel")]
    told = "A picture is" if sure else "If this is Normalize, a picture is"
    kind = {4: "colour with transparency (RGBA), ", 2: "grey with transparency (LA), "}.get(
        channels, ""
    )
    return Diagnosis(
        "normalise channels",
        f"{told} {kind}{channels} channels, and mean and std have 3 numbers.",
        f"{channels} ≠ 3",
        tuple(fixes),
    )


def _broadcast_output(match: Match[str], seen: Seen) -> Diagnosis | None:
    shape, wanted = numbers(match["shape"]), numbers(match["wanted"])
    if len(shape) == 3 == len(wanted) and shape[0] == 1 and wanted[0] == 3:
        return Diagnosis(
            "normalise channels",
            "A grey picture, 1 channel, is normalised with 3 means.",
            f"{times(shape)} against {times(wanted)}",
            (
                Fix("Normalize((0.5,), (0.5,)): one mean, one std", "mean", (0.5,)),
                to_input(
                    "for a network made for colour, Grayscale(3) before ToTensor, or",
                    "x.repeat(3, 1, 1)",
                ),
            ),
        )
    return Diagnosis(
        "in-place broadcast",
        f"The result would be {times(wanted)}, and in-place operations (+=, add_) can't grow "
        f"{times(shape)}.",
        f"{times(shape)} ≠ {times(wanted)}",
        (
            advice("write x = x + y, if the larger shape is meant"),
            advice("else give the second the shape of the first"),
        ),
    )


def _expanded(match: Match[str], seen: Seen) -> Diagnosis | None:
    target, given = int(match["target"]), int(match["given"])
    if target == given:
        return None
    sizes, shape = numbers(match["targets"] or ""), numbers(match["sizes"] or "")
    fixes = [advice("only axes of 1 can be stretched: give both the same size, or 1")]
    if len(sizes) == len(shape) + 1 and shape == sizes[: len(shape)]:
        fixes.insert(0, to_input("add an axis of 1 at the end, to stretch", "x.unsqueeze(-1)"))
    return Diagnosis(
        "expand",
        f"An axis of {given} can't be stretched to {target}."
        + (f" The place is {times(sizes)}, and what goes there {times(shape)}." if shape else ""),
        f"{given} ≠ {target}",
        tuple(fixes),
    )


def _cat(match: Match[str], seen: Seen) -> Diagnosis | None:
    first, second = int(match["a"]), int(match["b"])
    if first == second or not first or not second:
        return None
    big, small, dim = max(first, second), min(first, second), int(match["dim"])
    where = match.groupdict().get("axis")
    fixes: list[Fix] = []
    if dim == 0:
        fixes = [advice(f"give all {small} there, or join along the axis in which they differ")]
    elif big - small <= 2 and big > 4:
        fixes = [
            advice(
                f"an odd size was halved and doubled on the way: pad the one of {small} or crop the "
                f"one of {big} before cat: F.interpolate(up, size=skip.shape[2:])"
            ),
            advice("feed pictures whose sides are multiples of 16 or 32"),
        ]
    else:
        stride = -(-big // small)
        fixes = [
            Fix(f"stride {stride} in the branch of size {big}", "branch", f"stride {stride}"),
        ]
    seen_axis = f" in axis {where}" if where else ""
    return Diagnosis(
        "branches",
        "Branches that meet in cat need the same height and width."
        if dim == 1
        else f"Tensors joined along axis {dim} must agree in all other axes.",
        f"{first} ≠ {second}{seen_axis}",
        tuple(fixes),
    )


def _reshape(match: Match[str], seen: Seen) -> Diagnosis | None:
    wanted, total = match["wanted"], int(match["total"])
    given = numbers(wanted)
    fixed = [number for number in given if number != -1]
    product = prod(fixed)
    if -1 in given and product and total % product == 0:
        return None
    fixes = [] if len(given) > 2 else [to_input("flatten all but the batch", "x.flatten(1)")]
    if len(given) == 2 and given[0] > 0 and total % given[0] == 0:
        features = total // given[0]
        call = f"x.reshape({given[0]}, {features})"
        fixes.append(Fix(f"{features} features each: {call}", "input", call))
    rest = [number for number in given[1:] if number > 0]
    if len(given) > 2 and len(rest) == len(given) - 1 and total % prod(rest) == 0:
        call = f"x.reshape(-1, {', '.join(map(str, rest))})"
        fixes.append(to_input(f"let -1 count the {total // prod(rest)} examples", call))
    if given[:1] and given[0] > 1 and len(given) >= 2:
        fixes.append(
            advice(
                f"if {given[0]} is the batch size, the last batch is smaller: x.reshape(x.size(0), …), "
                "or drop_last=True"
            )
        )
    return Diagnosis(
        "reshape",
        f"{total} values cannot be shared out as {wanted}.",
        f"{total} = {total // product} · {product} + {total % product}" if product > 0 else "",
        tuple(fixes) or (advice("print x.shape right before it: the product must be the same"),),
    )


def _unflatten(match: Match[str], seen: Seen) -> Diagnosis:
    sizes, total = numbers(match["sizes"]), int(match["total"])
    return Diagnosis(
        "reshape",
        f"{total} values cannot be shared out as {times(sizes)}.",
        f"{times(sizes)} = {prod(sizes)} ≠ {total}",
        (advice(f"make the layer before it give {prod(sizes)} features"),),
    )


def _batched(match: Match[str], seen: Seen) -> Diagnosis | None:
    wanted, given = numbers(match["wanted"]), numbers(match["given"])
    if wanted == given or len(wanted) != 2 != len(given):
        return None
    if wanted[0] != given[0]:
        fix = advice(f"take both from the same batch: {wanted[0]} and {given[0]}")
    else:
        fix = advice(
            f"the second needs {wanted[1]} rows: transpose one of them, .transpose(1, 2), if a shape is "
            "turned"
        )
    return Diagnosis(
        "matrix product",
        f"In a batched product the second must be {wanted[0]} matrices with {wanted[1]} rows, and it is "
        f"{given[0]} with {given[1]}.",
        f"{times(wanted)} ≠ {times(given)}",
        (fix,),
    )


def _permute(match: Match[str], seen: Seen) -> Diagnosis | None:
    have, named = int(match["have"]), int(match["named"])
    if have == named:
        return None
    fixes = [advice(f"name {have} axes in permute")]
    if have == 3 and named == 4:
        fixes = [
            to_input("one picture has no batch axis yet: add it first", "x.unsqueeze(0)"),
            to_input("for one (H, W, C) picture", "x.permute(2, 0, 1)"),
        ]
    elif have == 4 and named == 3:
        fixes = [to_input("a batch comes in: name the batch too", "x.permute(0, 3, 1, 2)")]
    return Diagnosis(
        "permute",
        f"permute names {counted(named, 'axis')}, and the tensor has {have}.",
        f"{named} ≠ {have}",
        tuple(fixes),
    )


def _dimension(match: Match[str], seen: Seen) -> Diagnosis | None:
    low, high, given = int(match["low"]), int(match["high"]), int(match["given"])
    axes = high + 1
    if low <= given <= high:
        return None
    fixes = []
    if given == axes and given == 1:
        fixes = [to_input("if the batch axis is missing, add it", "x.unsqueeze(0)")]
    elif given == axes:
        fixes = [to_input("if the batch axis is missing, add it before", "x.unsqueeze(0)")]
    elif given in (-3, -4) and axes == -given - 1:
        fixes = [to_input("if the channel axis is missing, add it", "x.unsqueeze(0)")]
    fixes.append(advice(f"name an axis that exists: {low} to {high}"))
    what = "the last is" if axes > 1 else "the only one is"
    return Diagnosis(
        "axis out of range",
        f"Axis {given} is asked for, and the tensor has {counted(axes, 'axis')}: counting from 0, {what} "
        f"{high}.",
        f"{low} ≤ axis ≤ {high}",
        tuple(fixes),
    )


def _mask(match: Match[str], seen: Seen) -> Diagnosis:
    mask, tensor = numbers(match["mask"]), numbers(match["tensor"])
    fixes = [advice("make the mask from a tensor of the same shape")]
    if prod(mask) == prod(tensor) and len(mask) < 8:
        call = f"x.reshape({', '.join(map(str, mask))})"
        fixes.insert(
            0,
            to_input("they hold equally many values: bring the tensor into the mask's shape", call),
        )
    elif len(mask) == 1 and len(tensor) > 1 and mask[0] in tensor[1:]:
        axis = tensor.index(mask[0], 1)
        fixes.insert(0, advice(f"it fits axis {axis}: x[{':, ' * axis}mask]"))
    return Diagnosis(
        "mask shape",
        f"A mask of {times(mask)} is laid on a tensor of {times(tensor)}: their first axes must agree.",
        f"{times(mask)} ≠ {times(tensor)}",
        tuple(fixes),
    )


RULES: list[Rule] = [
    rule(
        r"The size of tensor a \((?P<a>\d+)\) must match the size of tensor b \((?P<b>\d+)\) at "
        r"non-singleton dimension (?P<axis>\d+)",
        _sizes_differ,
    ),
    rule(
        rf"output with shape (?P<shape>{SHAPE}) doesn't match the broadcast shape (?P<wanted>{SHAPE})",
        _broadcast_output,
    ),
    rule(
        r"The expanded size of the tensor \((?P<target>\d+)\) must match the existing size "
        r"\((?P<given>\d+)\) at non-singleton dimension \d+"
        rf"(?:\. Target sizes: (?P<targets>{SHAPE})\. Tensor sizes: (?P<sizes>{SHAPE}))?",
        _expanded,
    ),
    rule(
        rf"had (?P<second>{SHAPE}); but expected shape should be broadcastable to "
        rf"(?P<first>{SHAPE})",
        lambda match, seen: diagnoses.branches_differ(
            "add", [numbers(match["first"])[1:], numbers(match["second"])[1:]]
        ),
    ),
    rule(
        r"Sizes of tensors must match except in dimension (?P<dim>\d+)\. Expected (?:size )?(?P<a>\d+)"
        r"(?: in dimension (?P<axis>\d+))? but got (?:size )?(?P<b>\d+)",
        _cat,
    ),
    rule(
        r"Sizes of tensors must match except in dimension (?P<dim>\d+)\. Got (?P<a>\d+) and (?P<b>\d+)"
        r"(?: in dimension (?P<axis>\d+))?",
        _cat,
    ),
    plain(
        r"Tensors must have same number of dimensions: got (?P<a>\d+) and (?P<b>\d+)",
        "branches",
        "Tensors that are joined must have as many axes, and they have {a} and {b}.",
        (
            "flatten the one with more, x.flatten(1), or add an axis to the other, x[:, None]",
            "reader",
            None,
        ),
    ),
    plain(
        r"expected a non-empty list of Tensors|stack expects a non-empty TensorList",
        "empty list",
        "There is nothing to join: the list is empty.",
        ("fill the list before; is the loader or the folder empty?", "reader", None),
    ),
    plain(
        r"(?P<name>cat|stack|concat)\(\): argument 'tensors' \(position 1\) must be tuple of Tensors, not Tensor",
        "join arguments",
        "{name} takes a list of tensors, and the first argument is one tensor.",
        ("put them into brackets: torch.{name}([a, b], dim=1)", "reader", None),
    ),
    rule(
        r"shape '(?P<wanted>\[[-\d, ]{1,120}\])' is invalid for input of size (?P<total>\d+)",
        _reshape,
    ),
    rule(
        r"size (?P<wanted>'?\[[-\d, x]{1,120}\])'? is invalid for input (?:of|with) (?:size )?(?P<total>\d+)(?: elements)?",
        _reshape,
    ),
    rule(
        r"unflatten: Provided sizes (?P<sizes>\[[\d, -]{1,80}\]) don't multiply up to the size of dim \d+ "
        r"\((?P<total>\d+)\)",
        _unflatten,
    ),
    plain(
        r"only one dimension can be inferred",
        "reshape",
        "Only one -1 can be worked out from the rest.",
        to_input("keep the batch, and let -1 count the rest", "x.reshape(x.size(0), -1)"),
    ),
    plain(
        r"view size is not compatible with input tensor's size and stride",
        "view of a transposed tensor",
        "view needs values that lie next to each other in memory; after permute or transpose they don't.",
        (
            "use reshape, which copies if it must: x.reshape(x.size(0), -1)",
            "input",
            "x.reshape(x.size(0), -1)",
        ),
    ),
    rule(
        rf"Expected size for first two dimensions of batch2 tensor to be: (?P<wanted>{SHAPE}) but got: (?P<given>{SHAPE})",
        _batched,
    ),
    plain(
        r"Expected tensor to have size (?P<wanted>\d+) at dimension (?P<axis>\d+), but got size (?P<given>\d+) "
        r"for argument #(?P<n>\d) '(?P<name>\w{1,20})'",
        "matrix product",
        "In a batched product {name} must be {wanted} long in axis {axis}, and is {given}.",
        (
            "take both from the same batch; transpose one, .transpose(1, 2), if a shape is turned",
            "reader",
            None,
        ),
        arithmetic="{given} ≠ {wanted}",
    ),
    plain(
        r"(?P<name>batch1|batch2|self|mat1|mat2|mat) must be a (?P<wanted>3D tensor|matrix)|"
        r"(?:matrices|vectors?) expected, got (?P<given>[\dD, ]{1,20}) tensors",
        "matrix product",
        "bmm takes 3 axes each, mm takes 2, and one of the two has another number.",
        ("use @ (matmul), which takes both", "reader", None),
        (
            "if it went through a layer, flatten pictures first: x.flatten(1)",
            "input",
            "x.flatten(1)",
        ),
    ),
    plain(
        r"gather\(\): Expected dtype int\d+(?:/int\d+)? for index",
        "index type",
        "An index counts places, in whole numbers.",
        ("convert it: index.long()", "reader", None),
    ),
    plain(
        r"t\(\) expects a tensor with <= 2 dimensions, but self is (?P<axes>\d)D",
        "permute",
        "t() turns a matrix, and the tensor has {axes} axes.",
        to_input("say which axes change places", "x.transpose(-1, -2)"),
    ),
    plain(
        r"expected Tensor as element (?P<place>\d+) in argument 0, but got (?P<kind>[\w.]{1,40})",
        "tensor kind",
        "cat and stack join tensors, and element {place} is a {kind}.",
        ("make it a tensor: torch.as_tensor(x)", "input", "torch.as_tensor(x)"),
    ),
    plain(
        r"expected np\.ndarray \(got (?P<kind>\w{1,30})\)",
        "tensor kind",
        "from_numpy takes an array, and gets a {kind}.",
        ("use torch.as_tensor(x), which takes both", "input", "torch.as_tensor(x)"),
    ),
    plain(
        r"flatten\(\) has invalid args: start_dim cannot come after end_dim",
        "flatten",
        "flatten joins the axes from start_dim to end_dim, and these stand the wrong way round.",
        to_input("all but the batch", "x.flatten(1)"),
    ),
    plain(
        r"(?P<name>(?:log_)?softmax|softmin)\(\) missing 1 required positional arguments?: \"dim\"",
        "softmax axis",
        "{name} must know which axis holds the classes.",
        ("in (N, classes) and (N, classes, H, W) it is axis 1: dim=1", "dim", 1),
    ),
    plain(
        r"inconsistent tensor sizes at ",
        "batch sizes",
        "A batch stacks examples of one size, and these differ.",
        (
            "bring all pictures to one size: transforms.Resize((224, 224)), with both numbers",
            "reader",
            None,
        ),
    ),
    plain(
        r"inconsistent tensor size, expected tensor \[(?P<a>[\d x]{1,40})\] and (?:src|mask) \[(?P<b>[\d x]{1,40})\] to have the same number of elements",
        "sizes differ",
        "The two must hold equally many values, and they are {a} and {b}.",
        ("give both the same shape", "reader", None),
        arithmetic="{a} ≠ {b}",
    ),
    rule(
        r"number of dimensions in the tensor input does not match the length of the desired ordering of "
        r"dimensions i\.e\. input\.dim\(\) = (?P<have>\d+) is not equal to len\(dims\) = (?P<named>\d+)",
        _permute,
    ),
    plain(
        r"number of dims don't match in permute",
        "permute",
        "permute must name as many axes as the tensor has.",
        (
            "print x.dim(): a single picture has 3 axes, x.permute(2, 0, 1), a batch 4, x.permute(0, 3, 1, 2)",
            "reader",
            None,
        ),
    ),
    rule(
        r"Dimension out of range \(expected to be in range of \[(?P<low>-?\d+), (?P<high>-?\d+)\], but got "
        r"(?P<given>-?\d+)\)",
        _dimension,
    ),
    plain(
        r"the number of sizes provided \((?P<given>\d+)\) must be greater or equal to the number of "
        r"dimensions in the tensor \((?P<have>\d+)\)",
        "expand",
        "expand names {given} sizes for a tensor with {have} axes.",
        ("name at least {have} sizes; -1 keeps an axis as it is", "reader", None),
    ),
    plain(
        r"Number of dimensions of repeat dims can not be smaller than number of dimensions of tensor",
        "expand",
        "repeat must name at least as many axes as the tensor has.",
        ("name them all; 1 leaves an axis as it is", "reader", None),
    ),
    plain(
        r"einsum\(\): subscript (?P<letter>\w) has size (?P<given>\d+) for operand (?P<n>\d+) which does not "
        r"broadcast with previously seen size (?P<seen>\d+)",
        "einsum",
        "The letter {letter} stands for an axis of {seen} in one operand and of {given} in operand {n}.",
        ("use another letter, or swap the letters of the operand that is turned", "reader", None),
        arithmetic="{seen} ≠ {given}",
    ),
    plain(
        r"einsum\(\): the number of subscripts in the equation \((?P<letters>\d+)\) does not match the number of "
        r"dimensions \((?P<axes>\d+)\) for operand (?P<n>\d+)",
        "einsum",
        "Operand {n} has {axes} axes, and the equation gives it {letters} letters.",
        ("give it a letter for each axis, or … for those that you don't name", "reader", None),
    ),
    rule(
        rf"The shape of the mask (?P<mask>{SHAPE}) at index \d+ does not match the shape of the indexed "
        rf"tensor (?P<tensor>{SHAPE}) at index \d+",
        _mask,
    ),
    plain(
        r"too many indices for tensor of dimension (?P<axes>\d+)",
        "index",
        "There are more indices than the {axes} that the tensor has axes.",
        ("print x.shape; an axis was lost before, often the batch or the channels", "reader", None),
    ),
    plain(
        r"invalid index of a 0-dim tensor",
        "index",
        "A single number is indexed: the tensor has no axes.",
        ("take the number itself: x.item(), not x[0]", "input", "x.item()"),
    ),
    plain(
        r"index (?P<index>-?\d+) is out of bounds for dimension (?P<axis>\d+) with size (?P<size>\d+)",
        "index",
        "Index {index} is asked for in axis {axis}, which has {size}: they count from 0.",
        ("if the numbers count from 1, subtract 1; else stay below {size}", "reader", None),
        arithmetic="{index} ≥ {size}",
    ),
    plain(
        r"index out of range in self|index out of range: Tried to access index (?P<index>\d+) out of table with (?P<rows>\d+) rows",
        "embedding index",
        "A number is larger than the Embedding has rows: num_embeddings must exceed the largest index.",
        ("give Embedding as many rows as x.max() + 1", "reader", None),
        ("if the numbers count from 1, subtract 1", "reader", None),
    ),
    plain(
        r"shape mismatch: indexing tensors could not be broadcast together with shapes (?P<shapes>\[[\d, ]{0,40}\](?:, \[[\d, ]{0,40}\]){1,5})",
        "index",
        "Lists of indices are paired, and these have lengths {shapes}.",
        ("give them one length; for all combinations, x[rows][:, columns]", "reader", None),
    ),
    plain(
        r"shape mismatch: value tensor of shape (?P<value>\[[\d, ]{0,60}\]) cannot be broadcast to indexing result of shape (?P<place>\[[\d, ]{0,60}\])",
        "index",
        "What is written has shape {value}, and the place {place}.",
        ("give the value the shape of the place", "reader", None),
    ),
    plain(
        r"Boolean value of Tensor with (?:more than one|no) values? is ambiguous|bool value of Tensor with (?:more than one|no) values? is ambiguous",
        "truth of many",
        "if needs one yes or no, and the tensor holds many.",
        ("say which you mean: x.any() or x.all()", "input", "x.any()"),
        (
            "in a loss, make it first: nn.CrossEntropyLoss()(x, y), not nn.CrossEntropyLoss(x, y)",
            "reader",
            None,
        ),
    ),
    plain(
        r"only one element tensors can be converted to Python scalars|a Tensor with (?P<n>\d+) elements cannot be converted to Scalar",
        "one number of many",
        "One number is wanted, and the tensor holds many.",
        (
            "if it is a loss or a score, average it: x.mean().item()",
            "input",
            "x.float().mean().item()",
        ),
        (
            "a list of tensors becomes one with torch.stack(list), not torch.tensor(list)",
            "reader",
            None,
        ),
    ),
    plain(
        r"grad can be implicitly created only for scalar outputs",
        "loss of many",
        "backward starts from one number, and the loss holds many.",
        (
            "average it: loss.mean().backward() (reduction='none' keeps one loss an example; so does DataParallel)",
            "input",
            "x.mean()",
        ),
    ),
    plain(
        r"grad_output\[\d+\] has a shape of (?P<a>\[[\d, ]{0,60}\]) and output\[\d+\] has a shape of (?P<b>\[[\d, ]{0,60}\])",
        "gradient shape",
        "The gradient has shape {a}, and must have that of the output, {b}.",
        ("pass torch.ones_like(output), or the gradient in the output's shape", "reader", None),
    ),
    plain(
        r"expected sequence of length (?P<a>\d+) at dim (?P<axis>\d+) \(got (?P<b>\d+)\)",
        "ragged list",
        "Rows of different lengths can't become one tensor: {a} and {b}.",
        ("pad them to one length: torch.nn.utils.rnn.pad_sequence", "reader", None),
        arithmetic="{a} ≠ {b}",
    ),
    plain(
        r"split_with_sizes expects split_sizes to sum exactly to (?P<total>\d+) [^,]{1,60}, but got split_sizes=(?P<sizes>\[[\d, ]{1,80}\])",
        "split",
        "The parts {sizes} don't add up to {total}.",
        ("make them add up, or split by one number", "reader", None),
    ),
    plain(
        r"Index tensor must have the same number of dimensions as (?:input|self) tensor",
        "index",
        "gather and scatter need an index with as many axes as the tensor.",
        ("for one class number a row: y.unsqueeze(1)", "target", "y.unsqueeze(1)"),
    ),
    plain(
        r"one_hot is only applicable to index tensor",
        "dtype",
        "one_hot takes class numbers as int64.",
        ("convert them: x.long()", "input", "x.long()"),
    ),
    plain(
        r"Class values must be smaller than num_classes",
        "one-hot classes",
        "A class number is as large as num_classes or larger: they count from 0.",
        ("num_classes = x.max() + 1; or subtract 1 if they count from 1", "reader", None),
    ),
    plain(
        r"got \(?numpy\.ndarray, |must be Tensor, not (?P<kind>numpy\.ndarray|ndarray|list|tuple|Image|PngImageFile|JpegImageFile)|received an invalid combination of arguments - got \((?P<kind2>numpy\.ndarray|ndarray|list|Image|JpegImageFile|PngImageFile), ",
        "not a tensor",
        "The layer takes a tensor, and gets something else.",
        (
            "an array: torch.from_numpy(x).float(); a picture: transforms.ToTensor()(img)[None]; a list: torch.tensor(x)",
            "reader",
            None,
        ),
    ),
    plain(
        r"type must be tuple of ints, ?but got float",
        "fractional size",
        "A size is a float: / makes floats of whole numbers.",
        ("use //, such as 28 * 28 // 4", "reader", None),
    ),
    plain(
        r"strides? in the given numpy array (?:is|are) negative|tensors with negative strides are not currently supported|some of the strides of a given numpy array are negative",
        "flipped array",
        "The array was flipped (a[::-1]) without a copy, and PyTorch can't read backwards.",
        ("copy it: torch.from_numpy(a.copy())", "input", "torch.from_numpy(x.copy())"),
    ),
    plain(
        r"can't convert np\.ndarray of type numpy\.(?P<kind>object_|str_)",
        "not a tensor",
        "The array holds {kind}, not numbers: most often rows of different lengths.",
        ("make all rows equally long, then np.array(x, dtype=np.float32)", "reader", None),
    ),
    plain(
        r"mean\(\): could not infer output dtype\. Input dtype must be either a floating point or complex dtype\. Got: (?P<kind>\w+)|"
        r"Can only calculate the mean of floating types\. Got (?P<kind2>\w+)",
        "dtype",
        "mean needs floats, and the tensor holds integers.",
        to_input("convert it", "x.float()"),
    ),
    plain(
        r"self must be a matrix|1D tensors expected, but got (?P<a>\d)D and (?P<b>\d)D tensors",
        "matrix product",
        "mm takes two matrices, dot two vectors.",
        ("use @ (matmul), which takes both, and batches", "reader", None),
    ),
    plain(
        r"Expected hidden\[\d\] size (?P<wanted>\([\d, ]{1,40}\)), got (?P<given>[\[(][\d, ]{1,40}[\])])",
        "recurrent state",
        "The hidden state must be {wanted}, and is {given}: it is (layers, batch, hidden_size).",
        (
            "make it for each batch: torch.zeros(layers, x.size(0), hidden_size); the last is smaller",
            "reader",
            None,
        ),
    ),
    plain(
        r"Number of channels must be divisible by groups\. Got (?P<channels>\d+) channels and (?P<groups>\d+) groups",
        "groups",
        "{channels} channels don't share out evenly among {groups} groups.",
        ("groups 1, or a number that divides {channels}", "groups", 1),
    ),
    plain(
        r"permute\(\): duplicate dims are not allowed|repeated dim in permute",
        "permute",
        "permute names an axis twice.",
        ("name each axis once: x.permute(0, 2, 3, 1)", "reader", None),
    ),
]
