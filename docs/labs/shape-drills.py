# %% [markdown]
# # Lab: shape drills
#
# Twenty tasks on shapes, parameters and reach, each checked at once. A wrong answer tells you
# which slip leads to it. The six rules are in [Shapes](../convolutions/shapes.md#the-drill);
# paper and pencil are all you need.

# %% tags=["setup"]
import subprocess
import sys
from importlib.util import find_spec

if not all(map(find_spec, ["cnnnotes", "matplotlib"])):
    subprocess.run([sys.executable, "-m", "pip", "install", "-q", "cnnnotes[labs]"], check=True)

# %% [markdown]
# ## The tasks
#
# Layers are written as `cnnnotes shapes` reads them: `conv 8 3x3 stride 2 pad 1` is a convolution
# with 8 filters of 3×3. What is not said is as in PyTorch: stride 1, padding 0, dilation 1; a
# pooling's stride is its window.

# %%
tasks = [
    # what is asked, the layers, the input (channels, height, width)
    ("side", "conv 8 3x3", (1, 28, 28)),
    ("side", "conv 8 3x3 pad 1", (1, 28, 28)),
    ("side", "conv 8 5x5 pad 2", (3, 32, 32)),
    ("side", "maxpool 2", (8, 28, 28)),
    ("side", "conv 64 7x7 stride 2 pad 3", (3, 224, 224)),
    ("side", "maxpool 3 stride 2", (64, 55, 55)),
    ("side", "maxpool 3 stride 2 pad 1", (64, 112, 112)),
    ("side", "conv 8 3x3 pad 2 dilation 2", (8, 14, 14)),
    ("side", "conv 8 3x3 dilation 3", (8, 14, 14)),
    ("side", "conv 8 4x4 stride 2 pad 1", (3, 64, 64)),
    ("side", "conv 8 3x3 pad 1 | maxpool 2 | conv 16 3x3 | maxpool 2", (1, 28, 28)),
    ("channels", "conv 8 3x3 pad 1 | relu | conv 24 1x1 | maxpool 2", (3, 32, 32)),
    ("features", "conv 8 3x3 pad 1 | maxpool 2 | conv 16 3x3 pad 1 | maxpool 2", (1, 28, 28)),
    ("parameters", "conv 8 3x3", (1, 28, 28)),
    ("parameters", "conv 16 3x3 pad 1", (8, 14, 14)),
    ("parameters", "conv 8 3x3 pad 1 groups 8", (8, 14, 14)),
    ("multiply-adds", "conv 16 3x3 pad 1", (8, 14, 14)),
    ("reach", "conv 8 3x3 | conv 8 3x3 | conv 8 3x3", (1, 28, 28)),
    ("reach", "conv 8 3x3 | maxpool 2 | conv 8 3x3", (1, 28, 28)),
    ("reach", "conv 8 3x3 | conv 8 3x3 dilation 2 | conv 8 3x3 dilation 4", (1, 28, 28)),
]

questions = {
    "side": "How many pixels a side come out?",
    "channels": "How many channels come out?",
    "features": "How many numbers does flattening give?",
    "parameters": "How many parameters, biases included?",
    "multiply-adds": "How many multiply-adds for one image, without biases?",
    "reach": "How many pixels a side does one unit of the last layer see?",
}

for number, (asked, layers, shape) in enumerate(tasks, start=1):
    print(f"{number:2}. {'×'.join(map(str, shape))} → {layers}\n    {questions[asked]}")

# %% [markdown]
# ## The checker
#
# The right answers come from `trace`, which the tests compare with PyTorch. If yours is wrong,
# the checker overlooks one word of the task after the other, and looks whether it then gets what
# you got.

# %%
import re
from math import prod

from cnnnotes.shapes import ShapeError, trace


def solution(asked, layers, shape):
    table = trace(layers, shape)
    last = table.rows[-1]
    return {
        "side": last.output_shape[-1],
        "channels": last.output_shape[0],
        "features": prod(last.output_shape),
        "parameters": table.parameters,
        "multiply-adds": table.macs,
        "reach": last.receptive_field,
    }[asked]


# %% [markdown]
# What people get wrong, as code:


# %%
def slips(asked, layers, shape):
    """Yield wrong answers, each with the slip that leads to it."""
    for word in "stride", "pad", "dilation", "groups":
        if re.search(rf"{word} \d", layers):
            try:
                yield (
                    solution(asked, re.sub(rf" {word} \d", "", layers), shape),
                    f"overlooked the {word}",
                )
            except ShapeError:
                continue
    right, last = solution(asked, layers, shape), trace(layers, shape).rows[-1]
    if asked == "parameters":
        yield right - last.output_shape[0], "forgot the biases"
        filters = last.output_shape[0]
        yield (right - filters) // shape[0] + filters, "forgot that a filter sees all channels"
    if asked == "multiply-adds":
        yield right // prod(last.output_shape[1:]), "counted one place; the filter stands at many"
        yield right // last.output_shape[0], "counted one filter"
    if asked == "features":
        yield prod(last.output_shape[1:]), "forgot the channels"
    if asked == "reach":
        yield right - 1, "forgot that a unit sees its own pixel too"
        yield (
            sum(int(k) for k in re.findall(r"(\d)x", layers)),
            "added the kernels; only the first counts whole",
        )
    if asked == "side":
        yield right + 1, "counted one window too many; the last one must still fit"
        yield right - 1, "forgot the window that stands at the start"


# %%
done = set()


def check(number, answer):
    """Say whether an answer is right, and if not, which slip leads to it."""
    asked, layers, shape = tasks[number - 1]
    if answer == solution(asked, layers, shape):
        done.add(number)
        print(f"{number}: {answer} is right. {len(done)} of {len(tasks)} done.")
        return
    for wrong, slip in slips(asked, layers, shape):
        if answer == wrong:
            print(f"{number}: not {answer}. Perhaps you {slip}.")
            return
    print(f"{number}: not {answer}. Read it again: {layers}")


# %% [markdown]
# ## A worked example
#
# Task 5: 224 pixels, a window of 7, a stride of 2, a padding of 3 on each side. The padded row
# has $224 + 2 \cdot 3 = 230$ pixels. A window of 7 can travel $230 - 7 = 223$ pixels: 111 steps
# of 2, one pixel is left over. Add the window at the start: 112.

# %%
check(5, 112)

# %% [markdown]
# And three answers that are wrong, each in its own way:

# %%
check(5, 109)
check(5, 111)
check(5, 224)
check(18, 9)

# %% [markdown]
# ## Your turn
#
# One line a task. Write your answer in place of `None` and run the cell. Tasks without an answer
# are left out.

# %%
answers = {
    1: None,
    2: None,
    3: None,
    4: None,
    5: 112,
    6: None,
    7: None,
    8: None,
    9: None,
    10: None,
    11: None,
    12: None,
    13: None,
    14: None,
    15: None,
    16: None,
    17: None,
    18: None,
    19: None,
    20: None,
}
for number, answer in answers.items():
    if answer is not None:
        check(number, answer)

# %% [markdown]
# When all twenty are right, make your own: add a line to `tasks`, or take a network that you use
# and predict every row of its table.

# %%
print(trace("conv 6 5x5 pad 2 | avgpool 2 | conv 16 5x5 | avgpool 2 | flatten", (1, 28, 28)))
