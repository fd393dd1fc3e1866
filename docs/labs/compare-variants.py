# %% [markdown]
# # Lab: compare variants
#
# Does average pooling do better than max pooling? Does *your* idea do better than both? One run
# each will always give a winner. This lab is about finding out whether it means anything.

# %% tags=["setup"]
import subprocess
import sys
from importlib.util import find_spec

if not all(map(find_spec, ["cnnnotes", "matplotlib", "mlxtend"])):
    subprocess.run([sys.executable, "-m", "pip", "install", "-q", "cnnnotes[labs]"], check=True)

# %% [markdown]
# ## The variants
#
# Networks that differ in one thing: how the first layer's maps become smaller. The last line is
# yours.

# %%
from cnnnotes.layers import (
    AvgPool2d,
    BlurPool2d,
    Conv2d,
    Flatten,
    Linear,
    MaxPool2d,
    ReLU,
    Sequential,
)


def network(pool, seed):
    return Sequential(
        Conv2d(1, 8, 3, padding=1),
        ReLU(),
        pool,
        Conv2d(8, 16, 3, padding=1),
        ReLU(),
        MaxPool2d(2),
        Flatten(),
        Linear(16 * 7 * 7, 10),
        seed=seed,
    )


variants = {
    "max": lambda seed: network(MaxPool2d(2), seed),
    "average": lambda seed: network(AvgPool2d(2), seed),
    "yours": lambda seed: network(BlurPool2d(3, 2), seed),
}

# %% [markdown]
# ## Are they comparable?
#
# More parameters usually help. Before you compare ideas, make sure that you do not compare sizes.

# %%
for name, build in variants.items():
    model = build(seed=0)
    print(f"{name:8} {sum(parameter.data.size for parameter in model.parameters()):,} parameters")

# %% [markdown]
# ## One run each
#
# **Predict.** Which variant reads most test digits, and by how many points?

# %%
from cnnnotes.data import load_digits
from cnnnotes.optim import SGD
from cnnnotes.training import evaluate, fit


def run(build, seed):
    train_x, train_y, test_x, test_y = load_digits(seed)
    model = build(seed)
    optimizer = SGD(model.parameters(), lr=0.05, momentum=0.9)
    fit(model, train_x[:1000], train_y[:1000], epochs=5, optimizer=optimizer, progress=False)
    return model, evaluate(model, test_x, test_y).accuracy


for name, build in variants.items():
    print(f"{name:8} {run(build, seed=0)[1]:.1%}")

# %% [markdown]
# There is a winner. **Predict.** With another seed, is it the same one?

# %% [markdown]
# ## Five runs each
#
# A seed fixes the first weights, the order of the images, and which digits are trained on. All
# variants get the same five seeds, so what is hard about a seed is hard for all.

# %%
import numpy as np

seeds = range(5)
runs = {name: [run(build, seed) for seed in seeds] for name, build in variants.items()}
accuracy = {name: np.array([accuracy for _, accuracy in runs[name]]) for name in runs}

print("seed     " + "".join(f"{seed:8}" for seed in seeds) + "    mean")
for name, values in accuracy.items():
    print(f"{name:9}" + "".join(f"{value:8.1%}" for value in values) + f"{values.mean():8.1%}")

# %% [markdown]
# Look along a row, then down a column. A row varies because the seeds differ, and that says
# nothing about the idea. What counts is the difference *within* each column.

# %%
from cnnnotes.experiments.intervals import better, difference, worse

for name in list(variants)[1:]:
    effect = difference(accuracy[name], accuracy["max"])
    verdict = "better" if better(effect) else "worse" if worse(effect) else "cannot be told apart"
    low, high = effect["low"], effect["high"]
    print(f"{name:8} against max: {100 * low:+.1f} to {100 * high:+.1f} points: {verdict}")

# %% [markdown]
# This is an interval over five seeds. If zero lies inside, then the runs do not tell, whoever won
# the first one. And even a clear verdict holds for *these* images, this size, this rate. See [how
# the experiments work](../evidence/method.md) for what a fair comparison takes: above all, a
# learning rate tuned for each variant.

# %% [markdown]
# ## What differs inside?
#
# `compare` sets the networks side by side: shapes and costs, filters, maps, dead filters, and how
# much each layer changes when the image moves by one pixel. It writes one page and returns what
# that says.

# %%
from cnnnotes.report import compare

models = {name: runs[name][0][0] for name in runs}
test_x, test_y = load_digits(seed=0)[2:]
found = compare(models, test_x[:200], test_y[:200], "comparison.html")
print(found["max"])

# %% [markdown]
# The column `change` tells how much each layer's output changes when the image moves by one
# pixel. **Predict.** After which pooling does it change least?

# %%
for name, report in found.items():
    pooled, output = report["2"], report.layers[-1]
    print(
        f"{name:8} after the first pooling {pooled.change:.2f}, at the output {output.change:.2f}"
    )

# %% [markdown]
# Open `comparison.html`: it lies beside this notebook, needs no network, and shows all of it in
# pictures.

# %% [markdown]
# ## Bring your own
#
# Your network: change the line `"yours"`. Anything built from `cnnnotes.layers` works here, and
# `compare` takes PyTorch modules as well.
#
# Your images: an array (N, H, W) in a file, or a folder of pictures of one size. `load_images`
# makes (N, C, H, W) of them.

# %%
from cnnnotes.report import load_images

np.save("mine.npy", (255 * test_x[:20, 0]).astype(np.uint8))  # stands for your own file
images, labels = load_images("mine.npy", limit=20)
print(images.shape, images.dtype, "from", images.min(), "to", images.max())

# %% [markdown]
# ## Your turn
#
# Each is one line. Predict, edit, run from that cell on.
#
# 1. Let `"yours"` be a stride in place of a pooling: `network(Conv2d(8, 8, 2, stride=2), seed)`.
#    Is it comparable? What does the table of parameters say?
# 2. Let `"yours"` be the same as `"max"`. What should the interval be? Is it?
# 3. Set `seeds = range(5)` to `range(2)`. What becomes of the verdicts, and would you trust them?
# 4. In `run`, train on `[:250]` images instead of `[:1000]`. Which difference grows?
#
# <details class="question" markdown="1"><summary>What you should find</summary>
#
# 1. It has weights of its own: $8 \cdot 8 \cdot 2 \cdot 2 + 8 = 264$ more. Little here; in a
#    larger network match them.
# 2. From zero to zero, exactly: same seeds, same network, same result. If it were not, something
#    else than the variant would differ.
# 3. An interval over two seeds is hardly one. It can only exclude zero or not by luck.
# 4. All vary more from seed to seed. A larger difference is not yet a clearer one.
#
# </details>
