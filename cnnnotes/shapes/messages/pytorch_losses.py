"""PyTorch's words about targets, data on their way in, dtypes, devices and checkpoints."""

import re
from re import Match

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
    to_target,
)

_TARGET = "cross-entropy target"


def _target_batch(match: Match[str], seen: Seen) -> Diagnosis | None:
    batch, targets = int(match["batch"]), int(match["targets"])
    if batch == targets or not batch or not targets:
        return None
    flatten = Fix(
        "take predictions and targets from the same batch; a flatten or reshape that moves "
        "pictures into the batch axis is the usual culprit: flatten(1), not reshape(-1, …)",
        "input",
        "x.flatten(1)",
    )
    fixes, reason = [flatten], f"There are {batch} predictions and {targets} targets."
    folded = seen.folded
    if folded and folded * batch % targets == 0:
        features = folded * batch // targets
        reason += (
            f" view(-1, {folded}) takes {folded} values a row, and each example has {features}."
        )
        fixes = [
            Fix(
                f"keep the batch axis: x.view(x.size(0), -1), and change in_features to {features}",
                "reader",
                None,
            )
        ]
    elif batch > targets and batch % targets == 0:
        call = f"x.reshape({targets}, -1)"
        text = (
            f"keep the batch axis: {batch} = {batch // targets} · {targets}, so reshape the "
            f"predictions to ({targets}, …)"
        )
        fixes.insert(0, Fix(text, "input", call))
    if targets > batch and targets % batch == 0:
        classes = targets // batch
        call = f"y.reshape({batch}, {classes}).argmax(1)"
        text = f"if the targets are one-hot rows of {classes} laid flat, give class numbers"
        fixes.insert(0, to_target(text, call))
    return Diagnosis(_TARGET, reason, f"{batch} ≠ {targets}", tuple(fixes))


def _target_range(match: Match[str], seen: Seen) -> Diagnosis:
    target = int(match["target"])
    fixes = [Fix("if the targets count from 1, subtract 1: y - 1", "target", "y - 1")]
    if target >= 0:
        text = f"give the last layer {target + 1} outputs"
        fixes.insert(0, Fix(text, "out_features", target + 1))
    else:
        text = f"if {target} marks what is to be left out: ignore_index={target}"
        fixes = [Fix(text, "ignore_index", target)]
    if match["target"] == "255":
        fixes.insert(0, Fix("if 255 marks the border: ignore_index=255", "ignore_index", 255))
    return Diagnosis(
        _TARGET,
        f"A target names class {target}, and the network has no such output: classes count from 0.",
        f"{target} < 0" if target < 0 else f"{target} ≥ number of outputs",
        tuple(fixes),
    )


def _spatial(match: Match[str], seen: Seen) -> Diagnosis:
    shape = numbers(match["shape"] or "")
    axes = len(shape) or int(match["axes"])
    if axes == 4:
        grey = to_target("drop the channel axis of the masks", "y.squeeze(1).long()")
        one_hot = to_target("if they have a channel for each class", "y.argmax(1)")
        colours = advice(
            "the masks are colour pictures, (N, H, W, 3): make a class number of each colour"
        )
        fixes: tuple[Fix, ...] = (grey, one_hot)
        if shape and shape[-1] == 3:
            fixes = (colours,)
        elif shape and shape[1] > 1:
            fixes = (one_hot,)
        return Diagnosis(
            _TARGET,
            "A class is wanted for each pixel, as (N, H, W), and the targets have 4 axes.",
            f"targets {times(shape)}" if shape else "",
            fixes,
        )
    return Diagnosis(
        _TARGET,
        "The predictions still have height and width, so a class is expected for each pixel.",
        f"predictions (N, classes, H, W), targets with {counted(axes, 'axis')}",
        (
            to_input("average over the picture first", "x.mean((2, 3))"),
            Fix("end the network with flatten and linear", "layer", "flatten | linear"),
        ),
    )


def _target_size(match: Match[str], seen: Seen) -> Diagnosis | None:
    wanted, given = numbers(match["wanted"]), numbers(match["given"])
    if wanted == given:
        return None
    return Diagnosis(
        _TARGET,
        f"For predictions (N, classes, …) the targets must be {times(wanted)}, and they are "
        f"{times(given)}: the classes belong in axis 1.",
        "",
        (to_input(f"if {given[-1]} is the length and classes come last", "x.movedim(-1, 1)"),)
        if len(given) > 1
        else (to_input("if axis 1 is time and one class is wanted", "x[:, -1]"),),
    )


def _pixel_targets(match: Match[str], seen: Seen) -> Diagnosis | None:
    predictions, targets = numbers(match["input"]), numbers(match["target"])
    if len(predictions) < 4 or len(targets) < 3:
        return None
    size, wanted = targets[-2:], predictions[-2:]
    call = f"torch.nn.functional.interpolate(x, size={size})"
    return Diagnosis(
        _TARGET,
        f"The predictions are {times(wanted)} pixels, and the masks {times(size)}.",
        f"{times(wanted)} ≠ {times(size)}",
        (to_input("resize the predictions to the masks", call),),
    )


def _sizes_of_loss(match: Match[str], seen: Seen) -> Diagnosis | None:
    target, given = numbers(match["target"]), numbers(match["input"])
    if target == given:
        return None
    fixes: list[Fix] = []
    if given == (*target, 1):
        fixes = [
            to_input("drop the axis of 1 from the predictions", "x.squeeze(-1)"),
            to_target("add it to the target", "y.unsqueeze(-1)"),
        ]
    elif target == (*given, 1):
        fixes = [
            to_target("drop the axis of 1 from the target", "y.squeeze(-1)"),
            to_input("add it to the predictions", "x.unsqueeze(-1)"),
        ]
    elif len(given) == 2 and len(target) in (1, 2) and target[0] == given[0] and given[1] > 1:
        if len(target) == 1 or target[1] == 1:
            flat = "y.long()" if len(target) == 1 else "y.squeeze(1).long()"
            fixes = [
                advice(
                    f"for {given[1]} classes use CrossEntropyLoss, with class numbers as targets: {flat}"
                ),
                to_target(
                    "to keep this loss, make the targets one-hot",
                    f"torch.nn.functional.one_hot({flat}, {given[1]}).float()",
                ),
            ]
    elif len(given) == 4 and len(target) == 3 and given[0] == target[0] and given[1] == 1:
        fixes = [to_target("give the masks their channel axis", "y.unsqueeze(1)")]
    elif len(given) == len(target) == 4 and given[:2] == target[:2]:
        call = f"torch.nn.functional.interpolate(x, size={target[2:]})"
        fixes = [to_input("resize the predictions to the target", call)]
    if not fixes and sorted(given) == sorted(target):
        fixes = [advice("bring the axes into the same order")]
    whole = tuple(
        max(a, b)
        for a, b in zip(
            (1,) * (len(target) - len(given)) + given,
            (1,) * (len(given) - len(target)) + target,
            strict=False,
        )
    )
    silent = match[0].startswith("Using")
    warn = (
        f"they broadcast to {times(whole)}, and the loss compares every prediction with every target"
        if given == (*target, 1) or target == (*given, 1)
        else ""
    )
    return Diagnosis(
        "target size",
        f"The predictions are {times(given)} and the targets {times(target)}."
        + (f" Without a word {warn}." if warn and silent else ""),
        f"{warn}" if warn and not silent else "",
        tuple(fixes) or (advice("give predictions and targets the same shape"),),
    )


_TYPES = {
    "unsigned char": "uint8",
    "byte": "uint8",
    "double": "float64",
    "float": "float32",
    "half": "float16",
    "c10::half": "float16",
    "long": "int64",
    "long int": "int64",
    "int": "int32",
    "c10::bfloat16": "bfloat16",
    "bfloat16": "bfloat16",
}


def _types(match: Match[str], seen: Seen) -> Diagnosis | None:
    got, wanted = (match[side].strip().removeprefix("c10::") for side in ("got", "wanted"))
    if got == wanted:
        return None
    if "cuda" in got.lower() or "cuda" in wanted.lower() or "mps" in (got + wanted).lower():
        on_gpu = (
            "cuda" in got.lower() or "mps" in got.lower(),
            "cuda" in wanted.lower() or "mps" in wanted.lower(),
        )
        if on_gpu == (True, False):
            return _device(
                "The input is on the GPU and the layer's weights are on the CPU.", "model"
            )
        if on_gpu == (False, True):
            return _device(
                "The input is on the CPU and the layer's weights are on the GPU.", "input"
            )
    short = [re.sub(r"^torch\.(?:cuda\.|mps\.)?|Tensor$", "", t).lower() for t in (got, wanted)]
    got_type, wanted_type = (_TYPES.get(name, name) for name in short)
    shown = f"The input holds {got} and the weights {wanted}."
    if wanted_type == "float16":
        return Diagnosis(
            "dtype",
            shown,
            "",
            (
                to_input("convert the input too", "x.half()"),
                advice("run inside torch.autocast, and leave the model in float32"),
            ),
        )
    if wanted_type == "float64":
        fixes = [advice("make the model float32 again: model.float()")]
        return Diagnosis("dtype", shown, "", (*fixes, to_input("convert the input", "x.double()")))
    if wanted_type == "bfloat16":
        return Diagnosis("dtype", shown, "", (to_input("convert the input too", "x.bfloat16()"),))
    if wanted_type == "float32":
        fixes = [to_input("convert the input", "x.float()")]
        if got_type == "uint8":
            fixes = [Fix("convert the input: x.float() / 255", "input", "x.float() / 255")]
        return Diagnosis("dtype", shown, "", tuple(fixes))
    return Diagnosis(
        "dtype", shown, "", (advice("give both the same dtype: x.to(layer.weight.dtype)"),)
    )


def _two_types(match: Match[str], seen: Seen) -> Diagnosis | None:
    pair = {match["a"].lower(), match["b"].lower()}
    if len(pair) == 1:
        return None
    names = sorted({_TYPES.get(name, name) for name in pair})
    fixes = [to_input("convert the one that isn't float32", "x.float()")]
    if "uint8" in names:
        fixes = [
            Fix("pictures in 0…255: x.float() / 255", "input", "x.float() / 255"),
            advice(".float() on whichever of the two holds bytes"),
        ]
    elif names == ["float32", "float64"]:
        fixes.append(advice("NumPy's arrays are float64: torch.from_numpy(a).float()"))
    return Diagnosis(
        "dtype",
        f"Two tensors that work together hold different types, {' and '.join(names)}.",
        "",
        tuple(fixes),
    )


def _scalar_type(match: Match[str], seen: Seen) -> Diagnosis | None:
    wanted, found = (
        re.sub(r"^torch\.(?:cuda\.)?|tensor$", "", match[name].lower())
        for name in ("wanted", "found")
    )
    loss = re.search(r"nll_loss|cross_?entropy|target|NLLLoss|class", match.string + seen.code)
    if "cuda" in match["wanted"] + match["found"] and wanted == found:
        return _device(
            "One of the two is on the GPU and the other on the CPU.",
            "model" if "weight" in match.string or "mat2" in match.string else "input",
        )
    if wanted == "long" and (loss or found in ("float", "double", "int")):
        reason = "Class numbers must be integers (int64), and these are not."
        return Diagnosis(_TARGET, reason, "", (to_target("convert them", "y.long()"),))
    if wanted == found:
        return None
    two = f"One of the inputs holds {wanted} and another {found}; they must hold the same."
    if "byte" in (wanted, found):
        return Diagnosis(
            "dtype",
            two,
            "",
            (
                Fix(
                    "turn bytes into numbers from 0 to 1: x.float() / 255",
                    "input",
                    "x.float() / 255",
                ),
                to_input("only into floats", "x.float()"),
            ),
        )
    if {wanted, found} == {"float", "double"}:
        return Diagnosis(
            "dtype",
            two,
            "",
            (
                to_input("make it float32 (NumPy's default is float64)", "x.float()"),
                to_target("if it is the target", "y.float()"),
            ),
        )
    if "half" in (wanted, found):
        return Diagnosis(
            "dtype",
            two,
            "",
            (
                advice(
                    "run under torch.autocast, or put model and input both in .half() or .float()"
                ),
            ),
        )
    return Diagnosis(
        "dtype",
        two,
        "",
        (to_input("convert the input", "x.float()"), to_target("the target", "y.float()")),
    )


def _device(reason: str, which: str) -> Diagnosis:
    model = Fix("move the network: model.to(x.device)", "model", "model.to(x.device)")
    data = advice("move the input: x = x.to(device), in the loop, for each batch")
    label = advice("then the targets: y = y.to(device)")
    fixes = {
        "model": (model, advice("call it once, before the optimiser is made")),
        "input": (data, label),
    }
    return Diagnosis("device", reason, "", fixes[which])


def _two_devices(match: Match[str], seen: Seen) -> Diagnosis | None:
    devices = sorted(
        set(re.findall(r"\b(?:cpu|mps|meta|xla|(?:cuda|xpu)(?::\d{1,3})?)\b", match["devices"]))
    )
    index = "indices should be" in match[0]
    if index:
        devices = [*devices, "the CPU"] if "cpu" not in devices[1:] else devices
    if len(devices) < 2 and "cpu" not in devices:
        return None
    where = " and ".join(devices) if len(devices) > 1 else "different devices"
    fixes = [
        advice(
            "move the one that is on the CPU: .to(device), for the model once, for each batch in the loop"
        ),
        advice("tensors made in forward need it too: torch.zeros(…, device=x.device)"),
    ]
    if index:
        fixes.insert(
            0, advice("index with a tensor on the same device as the indexed one, or on the CPU")
        )
    if all(d.startswith("cuda") for d in devices) and len(devices) > 1:
        fixes = [
            advice(
                "use one GPU for both: .to(x.device); under DataParallel never name a device in forward"
            )
        ]
    return Diagnosis("device", f"Tensors that work together are on {where}.", "", tuple(fixes))


def _state_dict(match: Match[str], seen: Seen) -> Diagnosis | None:
    text = match["body"]
    sizes = re.findall(
        rf"size mismatch for ([\w.]{{1,100}}): copying a param (?:with shape|of) ({SHAPE}) from "
        rf"(?:the )?checkpoint, (?:where )?the shape (?:is|in current model is) ({SHAPE})",
        text,
    ) or re.findall(
        rf"While copying the parameter named '?([\w.]{{1,100}})'?, whose dimensions in the model are ({SHAPE}) and whose dimensions in the checkpoint are ({SHAPE})",
        text,
    )
    missing = _keys("Missing", text)
    unexpected = _keys("Unexpected", text)
    pairs = (missing, unexpected)
    if missing and unexpected:
        for prefix in ("module.", "_orig_mod.", "model.", "backbone.", "net."):
            if any(key == prefix + missing[0] for key in unexpected):
                why = {"module.": "DataParallel", "_orig_mod.": "torch.compile"}.get(
                    prefix, "another wrapper"
                )
                call = f"{{k.removeprefix('{prefix}'): v for k, v in state.items()}}"
                return Diagnosis(
                    "checkpoint keys",
                    f"Each key of the checkpoint begins with '{prefix}': it was saved from {why}.",
                    f"{unexpected[0]} ≠ {missing[0]}",
                    (Fix(f"take the prefix off: {call}", "state", call),),
                )
            if any(key == prefix + unexpected[0] for key in missing):
                call = f"{{'{prefix}' + k: v for k, v in state.items()}}"
                return Diagnosis(
                    "checkpoint keys",
                    f"The model is wrapped, so that its keys begin with '{prefix}', and the "
                    "checkpoint's don't.",
                    f"{unexpected[0]} ≠ {missing[0]}",
                    (
                        Fix(f"put the prefix on: {call}", "state", call),
                        advice("load before wrapping the model"),
                    ),
                )
    if sizes:
        return _state_sizes(sizes)
    if not any(pairs):
        return None
    if missing and unexpected:
        reason = (
            f"The checkpoint is of another network: {counted(len(missing), 'key')} of the model "
            f"{'is' if len(missing) == 1 else 'are'} not in it, and it has "
            f"{len(unexpected)} that the model lacks."
        )
        fixes = (
            advice("build the model with the code and settings that made the checkpoint"),
            advice(
                "if the checkpoint holds more than weights, load its 'state_dict' or 'model' entry"
            ),
        )
        if any(
            k in ("state_dict", "model", "epoch", "optimizer", "model_state_dict")
            for k in unexpected
        ):
            fixes = fixes[::-1]
        return Diagnosis(
            "checkpoint keys", reason, f"missing {missing[0]}; unexpected {unexpected[0]}", fixes
        )
    which, keys = (
        ("missing from the checkpoint", missing)
        if missing
        else ("unknown to the model", unexpected)
    )
    return Diagnosis(
        "checkpoint keys",
        f"{counted(len(keys), 'key')} {'is' if len(keys) == 1 else 'are'} {which}: "
        f"{', '.join(keys[:3])}{' …' * (len(keys) > 3)}.",
        "",
        (
            Fix(
                "if you mean to leave them out: load_state_dict(state, strict=False)",
                "strict",
                False,
            ),
            advice("else the layers of the model differ from those that were saved"),
        ),
    )


def _keys(which: str, text: str) -> list[str]:
    found = re.search(
        rf"{which} key\(s\) in state_dict: (.{{1,20000}}?)(?:\. |\.$|$| size mismatch)", text
    )
    return re.findall(r"[\"']([\w.]{1,150})[\"']", found[1]) if found else []


def _state_sizes(sizes: list[tuple[str, str, str]]) -> Diagnosis:
    name, saved, current = sizes[0]
    layer = name.rpartition(".")[0]
    many = f", and {len(sizes) - 1} more" if len(sizes) > 1 else ""
    last = len({n.rpartition(".")[0] for n, _, _ in sizes}) == 1
    old, new = numbers(saved), numbers(current)
    fixes = []
    if last and old[1:] == new[1:] and old[:1] != new[:1]:
        fixes.append(
            Fix(
                f"load first, with {old[0]} outputs, then replace the layer: "
                f"{f'model.{layer}' if layer else 'model'} = nn.Linear({old[1] if len(old) > 1 else '…'}, {new[0]})",
                "reader",
                None,
            )
        )
    keys = f"{layer}." if layer else name
    call = f"{{k: v for k, v in state.items() if not k.startswith('{keys}')}}"
    if last:
        fixes.append(
            Fix(f"drop its keys and load the rest with strict=False: {call}", "state", call)
        )
    else:
        fixes.append(advice("build the model with the settings (classes, widths) that were saved"))
        fixes.append(advice("keep only keys whose shapes agree, and load them with strict=False"))
    return Diagnosis(
        "checkpoint sizes",
        f"{name} is {times(old)} in the checkpoint and {times(new)} in the model{many}. "
        "strict=False alone doesn't help: it forgives missing keys, not sizes.",
        f"{times(old)} ≠ {times(new)}",
        tuple(fixes),
        layer or name,
    )


def _stack(match: Match[str], seen: Seen) -> Diagnosis | None:
    first, other = numbers(match["a"]), numbers(match["b"])
    if first == other:
        return None
    fixes: list[Fix] = []
    if len(first) == len(other) == 3 and first[1:] == other[1:] and first[0] != other[0]:
        fixes = [
            advice('some pictures are grey, some in colour: img.convert("RGB") when you open them')
        ]
    elif len(first) == len(other) == 3:
        fixes = [
            advice(
                "bring all pictures to one size: transforms.Resize((224, 224)), with both numbers"
            ),
            advice("Resize(224) alone keeps the ratio: add CenterCrop(224)"),
        ]
    elif len(first) == len(other) == 1 or first[1:] == other[1:]:
        fixes = [
            advice("pad them to one length: torch.nn.utils.rnn.pad_sequence, in your collate_fn"),
        ]
    return Diagnosis(
        "batch of unequal sizes",
        f"A batch stacks examples of one size, and two of them are {times(first)} and {times(other)}.",
        f"{times(first)} ≠ {times(other)}",
        tuple(fixes) or (advice("give all examples the same shape, or write a collate_fn"),),
    )


RULES: list[Rule] = [
    rule(
        r"Expected input batch_size \((?P<batch>\d+)\) to match target batch_size "
        r"\((?P<targets>\d+)\)",
        _target_batch,
    ),
    plain(
        r"0D or 1D target tensor expected, multi-target not supported|multi-target not supported",
        _TARGET,
        "Targets must be one class number a picture, shape (N,), and these have two axes.",
        Fix(
            "drop the axis of 1: y.reshape(-1).long() (for one-hot rows: y.argmax(1))",
            "target",
            "y.reshape(-1).long()",
        ),
    ),
    plain(
        r"Expected floating point type for target with class probabilities, got \w+",
        _TARGET,
        "Targets with a column for each class are taken for probabilities, and these are integers.",
        to_target("give class numbers, shape (N,)", "y.argmax(1)"),
    ),
    plain(
        r"expected target dtype to be Long or Byte, but got \w+",
        _TARGET,
        "Class numbers must be integers, and these are not.",
        to_target("convert them", "y.long()"),
    ),
    rule(
        r"expected (?:object of )?(?:data |scalar )?(?:d?type )(?P<wanted>torch\.\w+|\w+) but (?:found|got) "
        r"(?:data |scalar |d?type ){0,2}(?P<found>torch\.\w+|\w+)",
        _scalar_type,
    ),
    rule(r"Found dtype (?P<found>\w+) but expected (?P<wanted>\w+)", _scalar_type),
    rule(
        r"only batches of spatial targets supported \((?:non-empty )?3D tensors\) but got targets of "
        rf"(?:dimension|size): ?(?:: ?)?(?:(?P<axes>\d)|(?P<shape>{SHAPE}))",
        _spatial,
    ),
    rule(rf"Expected target size (?P<wanted>{SHAPE}), got (?P<given>{SHAPE})", _target_size),
    rule(
        rf"size mismatch \(got input: (?P<input>{SHAPE}) ?, target: (?P<target>{SHAPE})",
        _pixel_targets,
    ),
    rule(r"Target (?P<target>-?\d+) is out of bounds", _target_range),
    plain(
        r"Assertion [`'\"]?(?:cur_target|t) >= 0 && (?:cur_target|t) < n_classes",
        _TARGET,
        "A target names a class that the network has no output for: classes count from 0.",
        ("if the targets count from 1, subtract 1: y - 1", "target", "y - 1"),
        (
            "else give the last layer as many outputs as there are classes: y.max() + 1",
            "reader",
            None,
        ),
    ),
    plain(
        r"device-side assert triggered",
        "device-side assert",
        "The GPU found a number out of range and can't say which: nearly always a class number below "
        "0 or beyond the last output, else an index for an Embedding that is too large.",
        (
            "print y.min() and y.max(): they must lie in 0 … classes − 1 (y - 1 if they count from 1)",
            "reader",
            None,
        ),
        ("run one batch on the CPU: there the message names the number", "reader", None),
        ("set CUDA_LAUNCH_BLOCKING=1 to see the line", "reader", None),
    ),
    plain(
        r"weight tensor should be defined either for all (?P<classes>\d+) classes or no classes but "
        r"got weight tensor of shape: (?P<given>\[[\d, ]{0,40}\])",
        "class weights",
        "The loss has weights for {given} classes, and the predictions have {classes}.",
        ("give weight {classes} values, one for each class", "reader", None),
    ),
    rule(
        rf"Using a target size \((?P<target>{SHAPE})\) that is different to the input size "
        rf"\((?P<input>{SHAPE})\)",
        _sizes_of_loss,
    ),
    rule(
        rf"Target size \((?P<target>{SHAPE})\) must be the same as input size \((?P<input>{SHAPE})\)",
        _sizes_of_loss,
    ),
    plain(
        r"result type (?P<got>Float|Double) can't be cast to the desired output type (?P<wanted>\w+)",
        "dtype",
        "A result with fractions can't be written into integers ({wanted}).",
        to_target("make the integers floats first; the target of this loss, for one", "y.float()"),
        arithmetic="{got} → {wanted}",
    ),
    plain(
        r"all elements of (?P<what>input|target) should be between 0 and 1",
        "loss range",
        "BCELoss wants probabilities, and some values of the {what} lie outside 0 … 1.",
        ("use BCEWithLogitsLoss, which applies the sigmoid itself", "reader", None),
        arithmetic="",
    ),
    rule(
        r"Input type \((?P<got>[\w .:]{1,40})\) and (?:bias|weight) type \((?P<wanted>[\w .:]{1,40})\)",
        _types,
    ),
    rule(
        r"Input type \((?P<got>[\w.]{1,40})\) and weight type \((?P<wanted>[\w.]{1,40})\) should be the same",
        _types,
    ),
    rule(
        r"mat1 and mat2 must have the same dtype(?:, but got (?P<a>\w+) and (?P<b>\w+))?",
        lambda m, s: _two_types(m, s) if m["a"] else _unknown_types(),
    ),
    rule(
        r"expected m1 and m2 to have the same dtype, but got: (?P<a>[\w: ]{1,30}?) != (?P<b>[\w: ]{1,30}\w)",
        _two_types,
    ),
    plain(
        r"Expected tensor for argument #1 'indices' to have (?:one of the following )?scalar types?:? "
        r"[\w, ]{3,30}; but got (?:torch\.)?(?P<got>[\w.]{1,40}) instead",
        "dtype",
        "An Embedding looks rows up by number, and the input holds {got}.",
        to_input("give integers", "x.long()"),
    ),
    plain(
        r"Expected (?:object of )?(?:device type|backend) (?P<a>\w+) but got (?:device type|backend) (?P<b>\w+)",
        "device",
        "Tensors that work together are on {a} and {b}.",
        (
            "move the one that is on the CPU: .to(device), the model once, each batch in the loop",
            "reader",
            None,
        ),
        ("tensors made in forward need it too: torch.zeros(…, device=x.device)", "reader", None),
    ),
    rule(r"Expected all tensors to be on the same device,? (?P<devices>[^.]{0,400})", _two_devices),
    rule(
        r"(?P<devices>Tensor on device \w+(?::\d+)? is not on the expected device \w+(?::\d+)?)",
        _two_devices,
    ),
    rule(
        r"(?P<devices>indices should be either on cpu or on the same device as the indexed tensor "
        r"\(\w+(?::\d+)?\))",
        _two_devices,
    ),
    rule(
        r"(?P<devices>Expected tensor [^.]{0,120}(?:cuda|cpu)[^.]{0,80}but got tensor[^.]{0,60}on (?:cpu|cuda)|"
        r"module must have its parameters and buffers on device cuda:\d \(device_ids\[0\]\) but found one of them on device: \w+(?::\d)?)",
        _two_devices,
    ),
    plain(
        r"can't convert (?:cuda(?::\d+)? device type|CUDA) tensor to numpy",
        "device",
        "NumPy can't reach the GPU.",
        ("bring it back first: x.detach().cpu().numpy()", "input", "x.detach().cpu().numpy()"),
    ),
    plain(
        r"input_lengths must be of size batch_size",
        "ctc lengths",
        "CTC takes one input length for each example, and reads the batch from axis 1: (T, N, C).",
        (
            "if predictions are (N, T, C), turn them: x.permute(1, 0, 2)",
            "input",
            "x.permute(1, 0, 2)",
        ),
        (
            "torch.full((N,), T), N being the size of this batch: the last may be smaller",
            "reader",
            None,
        ),
    ),
    plain(
        r"Expected tensor to have size at least (?P<wanted>\d+) at dimension 1, but got size (?P<got>\d+) ?for argument #2 'targets'",
        "ctc lengths",
        "A target length says {wanted}, and the row of targets holds {got}.",
        (
            "make target_lengths the lengths of the encoded texts, and pad rows to the longest",
            "reader",
            None,
        ),
        arithmetic="{wanted} > {got}",
    ),
    plain(
        r"\"(?P<what>\w{1,40})\" not implemented for 'Half'",
        "dtype",
        "On the CPU this PyTorch has no half-precision {what}.",
        ("work in float there: model.float(), x.float()", "input", "x.float()"),
        ("or send both to the GPU: model.cuda(), x.cuda()", "reader", None),
    ),
    plain(
        r"expected (?P<kind>Byte|Char|Short|Int|Long) tensor \(got (?P<weights>Float|Double) tensor\)",
        "dtype",
        "The input holds {kind}, and the weights {weights}: the message names the input first.",
        to_input("convert the input", "x.float()"),
    ),
    plain(
        r"\[ONNXRuntimeError\].{0,80}Got invalid dimensions for input:? ?(?P<name>\w{1,40}).{1,60}"
        r"\s{1,9}index: (?P<axis>\d+) Got: (?P<got>\d+) Expected: (?P<wanted>\d+)",
        "exported size",
        "The model was exported with axis {axis} fixed at {wanted}, and {got} arrive.",
        (
            "export again with dynamic_axes={{'{name}': {{{axis}: 'any'}}}}, or feed {wanted}",
            "reader",
            None,
        ),
        arithmetic="{got} ≠ {wanted}",
    ),
    plain(
        r"cannot be reshaped to the requested shape\. Input shape: ?(?P<given>\{[\d, -]{1,60}\}), requested shape: ?(?P<wanted>\{[\d, -]{1,60}\})",
        "exported size",
        "The export fixed the sizes of this reshape, {wanted}, and {given} doesn't fill them.",
        (
            "take sizes from x.shape inside forward, and export again with dynamic_axes for height "
            "and width; or feed the size it was exported with",
            "reader",
            None,
        ),
    ),
    plain(
        r"For 1D input, 1D target must have size 1, but got target size: ?(?P<got>\d+)",
        _TARGET,
        "The predictions of one picture, one number a class, meet {got} targets.",
        to_input("keep the batch axis: predictions are (N, classes)", "x.unsqueeze(0)"),
    ),
    plain(
        r"optimizer got an empty parameter list",
        "no parameters",
        "The optimizer finds nothing to learn: the model has no layer with weights that it knows of.",
        (
            "keep layers as self.name, in nn.ModuleList or nn.Sequential: a plain list hides them",
            "reader",
            None,
        ),
    ),
    plain(
        r"a leaf Variable that requires grad (?:is being|has been) used in an in-place operation",
        "in place",
        "What is learned must not be overwritten while gradients are recorded.",
        (
            "write x = x + 1 for x += 1; to change a weight by hand, under torch.no_grad()",
            "reader",
            None,
        ),
    ),
    plain(
        r"Trying to backward through the graph a second time",
        "backward twice",
        "backward frees what it went through, and is called again.",
        ("add the losses and call backward once", "reader", None),
        ("if a state is carried from batch to batch, cut it off: state.detach()", "reader", None),
    ),
    plain(
        r"element \d+ of tensors does not require grad and does not have a grad_fn",
        "gradient",
        "The loss does not depend on any weight that learns, so there is nothing to go back through.",
        (
            "look between network and loss for torch.no_grad(), .detach(), .item(), .argmax() or "
            "torch.tensor(...), and take it out",
            "reader",
            None,
        ),
        (
            "if all is frozen, free the last layer: for p in model.fc.parameters(): "
            "p.requires_grad = True",
            "reader",
            None,
        ),
    ),
    plain(
        r"Can't call numpy\(\) on Tensor that requires grad",
        "gradient",
        "NumPy can't carry gradients.",
        ("detach it first: x.detach().numpy()", "input", "x.detach().numpy()"),
    ),
    rule(r"Error\(s\) in loading state_dict for (?P<body>.{1,60000})", _state_dict),
    rule(
        r"(?P<body>(?:size mismatch for [\w.]{1,100}: copying a param|While copying the parameter named).{1,20000})",
        _state_dict,
    ),
    rule(r"(?P<body>(?:Missing|Unexpected) key\(s\) in state_dict: .{1,20000})", _state_dict),
    plain(
        r"loaded state dict contains a parameter group that doesn't match the size of optimizer's group",
        "checkpoint keys",
        "The optimiser was saved for another number of parameters than it has now.",
        ("make it over the same layers as when it was saved (frozen ones too)", "reader", None),
        ("start with a new optimiser, and load the weights only", "reader", None),
    ),
    rule(
        rf"stack expects each tensor to be equal size, but got (?P<a>{SHAPE}) at entry \d+ and "
        rf"(?P<b>{SHAPE}) at entry \d+",
        _stack,
    ),
    rule(
        r"invalid argument 0: Sizes of tensors must match except in dimension 0\. Got (?P<a>\d+) and "
        r"(?P<b>\d+) in dimension (?P<axis>[1-9])",
        lambda m, s: _old_stack(m),
    ),
    plain(
        r"each element in list of batch should be of equal size",
        "batch of unequal sizes",
        "A batch stacks examples of one size, and these lists have different lengths.",
        ("pad them to one length, in your collate_fn", "reader", None),
    ),
    plain(
        r"batch must contain tensors, numpy arrays, numbers, dicts or lists; found <class "
        r"'(?P<kind>[\w.]{1,60})'>",
        "batch of other things",
        "DataLoader can't make a batch of {kind}.",
        (
            "return a tensor from __getitem__: for a PIL image add transforms.ToTensor(); never None",
            "reader",
            None,
        ),
    ),
    plain(
        r"pic should be (?P<what>2/3|2 or 3|3)(?: dimensional| dimensional\.)[^.]{0,20}\.? ?Got (?P<axes>\d+) ?dimensions?",
        "picture axes",
        "A picture has 2 axes, or 3 with its channels, and this has {axes}.",
        ("convert one picture at a time, not the batch: x[0]", "input", "x[0]"),
        ("drop an axis of 1: x.squeeze(0)", "input", "x.squeeze(0)"),
    ),
    plain(
        r"pic should (?:be|not have) (?:PIL Image or ndarray\.|Tensor or ndarray\.) Got (?P<kind><class '[\w.]{1,60}'>|<type '[\w.]{1,60}'>)",
        "picture kind",
        "The conversion takes another kind than {kind}.",
        (
            "leave ToTensor() out if it is a tensor already; it belongs once in a Compose, after PIL's steps",
            "reader",
            None,
        ),
    ),
    plain(
        r"pic should not have > 4 channels\. Got (?P<channels>\d+) channels",
        "picture channels",
        "A picture has at most 4 channels, and this has {channels}: the channels are on another axis.",
        (
            "a tensor goes in as (C, H, W), an array as (H, W, C): x.permute(2, 0, 1)",
            "input",
            "x.permute(2, 0, 1)",
        ),
    ),
    plain(
        r"Expected tensor to be a tensor image of size \((?:\.\.\., )?C, H, W\)\. Got tensor\.size\(\) ?= ?(?P<size>\[[\d, ]{0,60}\])",
        "picture axes",
        "Normalize takes (C, H, W), and gets {size}.",
        (
            "for a batch, normalise each picture in the dataset, or use torchvision 0.9 or newer; "
            "for (H, W) add the channel: x[None]",
            "input",
            "x[None]",
        ),
    ),
    plain(
        r"(?:img|tensor|image) should be (?P<wanted>PIL Image|Tensor Image|a torch tensor|Tensor)[^.]{0,30}\. Got (?P<kind><class '[\w.]{1,60}'>)",
        "picture kind",
        "This transform takes a {wanted}, and gets {kind}.",
        ("order matters: PIL's steps first, then ToTensor(), then Normalize()", "reader", None),
    ),
]


def _unknown_types() -> Diagnosis:
    return Diagnosis(
        "dtype",
        "The input and the weights hold different types.",
        "",
        (to_input("convert the input", "x.float()"),),
    )


def _old_stack(match: Match[str]) -> Diagnosis:
    a, b, axis = match["a"], match["b"], int(match["axis"])
    if axis == 1 and {a, b} <= {"1", "3", "4"}:
        what = 'some pictures are grey, some in colour: img.convert("RGB") when you open them'
    else:
        what = "bring all pictures to one size: transforms.Resize((224, 224)), with both numbers"
    return Diagnosis(
        "batch of unequal sizes",
        f"A batch stacks examples of one size, and two of them differ in axis {axis}: {a} and {b}.",
        f"{a} ≠ {b}",
        (
            advice(f"if it is a DataLoader's batch, {what}"),
            advice("else give both the same size there"),
        ),
    )
