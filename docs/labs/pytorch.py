# %% [markdown]
# # Lab: the same in PyTorch, loss by loss
#
# You understood the network in NumPy. PyTorch computes the same: take one network, give its
# weights to both, train both, and compare every single loss.

# %% tags=["setup"]
import subprocess
import sys
from importlib.util import find_spec

if not all(map(find_spec, ["cnnnotes", "matplotlib", "mlxtend", "torch"])):
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "-q", "cnnnotes[labs,torch]"], check=True
    )

# %% [markdown]
# ## One network, two libraries
#
# `to_torch` builds the `torch.nn` twin: same layers, same names, same weights. We begin in
# float64, where rounding is small enough to be out of the way.

# %%
import numpy as np
import torch

from cnnnotes.data import load_digits
from cnnnotes.figures.notebook import show_curves
from cnnnotes.layers import Conv2d, Flatten, Linear, MaxPool2d, ReLU, Sequential
from cnnnotes.torch_twin import to_torch


def network(dtype=np.float64):
    return Sequential(
        Conv2d(1, 8, 3, padding=1),
        ReLU(),
        MaxPool2d(2),
        Conv2d(8, 16, 3, padding=1),
        ReLU(),
        MaxPool2d(2),
        Flatten(),
        Linear(16 * 7 * 7, 10),
        seed=0,
    ).to(dtype)


model = network()
twin = to_torch(model)
print(twin)

# %% [markdown]
# **Predict.** Are the weights equal to the last bit? And the outputs?

# %%
train_x, train_y = load_digits(seed=0)[:2]
x = train_x[:32].astype(np.float64)

theirs = twin.state_dict()
print(all(np.array_equal(theirs[name].numpy(), ours) for name, ours in model.state_dict().items()))

difference = model.forward(x) - twin(torch.from_numpy(x)).detach().numpy()
print(f"outputs differ by at most {np.abs(difference).max():.0e}")

# %% [markdown]
# Weights are copied: equal. Outputs are sums of hundreds of products, and the two libraries add
# in another order. So the last of sixteen digits may differ.

# %% [markdown]
# ## One step, by hand
#
# The same step twice. Our `backward` sets the gradients; PyTorch's *adds* to them, so it needs
# `zero_grad` first.

# %%
from cnnnotes import cross_entropy, cross_entropy_backward
from cnnnotes.optim import SGD


def step_numpy(model, optimizer, images, labels):
    logits = model.forward(images)
    model.backward(cross_entropy_backward(1.0, logits, labels))
    optimizer.step()
    return float(cross_entropy(logits, labels))


def step_torch(model, optimizer, images, labels):
    optimizer.zero_grad()
    loss = torch.nn.functional.cross_entropy(model(images), labels)
    loss.backward()
    optimizer.step()
    return loss.item()


# %% [markdown]
# ## A hundred steps, loss by loss
#
# Same weights, same batches, same optimiser. **Predict.** By how much do the losses differ after
# a hundred steps?


# %%
def race(dtype, steps=100):
    model = network(dtype)
    twin = to_torch(model)
    optimizer = SGD(model.parameters(), lr=0.05, momentum=0.9)
    their_optimizer = torch.optim.SGD(twin.parameters(), lr=0.05, momentum=0.9)
    images, rng = train_x.astype(dtype), np.random.default_rng(0)
    ours, theirs = [], []
    for _step in range(steps):
        batch = rng.choice(len(images), 32, replace=False)
        x, y = images[batch], train_y[batch]
        ours.append(step_numpy(model, optimizer, x, y))
        theirs.append(step_torch(twin, their_optimizer, torch.from_numpy(x), torch.from_numpy(y)))
    return np.array(ours), np.array(theirs)


ours, theirs = race(np.float64)
for step in 0, 1, 9, 99:
    print(f"step {step:2}: {ours[step]:.12f} in NumPy, {theirs[step]:.12f} in PyTorch")

# %%
show_curves("A hundred steps, twice", {"NumPy": ours, "PyTorch": theirs})

# %% [markdown]
# There are two curves in this picture.

# %% [markdown]
# ## In float32
#
# Nobody trains in float64. **Predict.** In float32 one rounding is off by $2^{-24}$ of the number
# at most. Does the difference between the two stay that small?

# %%
ours32, theirs32 = race(np.float32)
show_curves(
    "How far the losses are apart",
    {
        "float32": np.maximum(np.abs(ours32 - theirs32), 1e-17),
        "float64": np.maximum(np.abs(ours - theirs), 1e-17),
    },
    y="difference of the losses",
    log=True,
)

# %% [markdown]
# In float32 a long stretch is equal, or one rounding apart. Then the two may leap apart: where a
# ReLU or a max pooling decides between two nearly equal numbers, rounding can tip the decision,
# and from there on the runs go their own ways. Both are right. To compare implementations, use
# float64 and few steps; in float32 compare what a run *achieves*.

# %% [markdown]
# ## Break it: forget `zero_grad`
#
# **Predict.** Without `zero_grad`, gradients pile up. At which step do the losses part: 0, 1 or
# 2?

# %%
twin = to_torch(network())
optimizer = torch.optim.SGD(twin.parameters(), lr=0.05, momentum=0.9)
rng, forgetful = np.random.default_rng(0), []
for _step in range(100):
    batch = rng.choice(len(train_x), 32, replace=False)
    images = torch.from_numpy(train_x[batch].astype(np.float64))
    loss = torch.nn.functional.cross_entropy(twin(images), torch.from_numpy(train_y[batch]))
    loss.backward()
    optimizer.step()
    forgetful.append(loss.item())

for step in 0, 1, 2, 3:
    print(f"step {step}: {theirs[step]:.6f} with zero_grad, {forgetful[step]:.6f} without")

# %%
show_curves("The cost of one missing line", {"with zero_grad": theirs, "without": forgetful})

# %% [markdown]
# The first step has nothing to pile up on. The second loss was computed before the second
# gradient, so it agrees as well. From the third on the two part. No error, no warning: only a
# curve that looks like a bad learning rate.

# %% [markdown]
# ## Your turn
#
# Each is one line. Predict, edit, run.
#
# 1. In `race`, give only `torch.optim.SGD` the argument `nesterov=True`. At which step do the
#    losses part?
# 2. Do the same for our `SGD` as well. Do they agree again?
# 3. In `race`, set `momentum=0.9` to `momentum=0.0` on both sides. Do the differences in float32
#    grow as fast?
# 4. In `step_torch`, replace `model(images)` by `model(images).softmax(1)`, a common mistake.
#    What is the loss at the start, and how fast does it fall?
#
# <details class="question" markdown="1"><summary>What you should find</summary>
#
# 1. At step 1. The first loss is computed before any update.
# 2. They do, to about as many digits as before: the two libraries mean the same by it.
# 3. They need not. When we tried, they stayed at the last digit through all hundred steps:
#    training went more slowly, and no decision was tipped.
# 4. `cross_entropy` takes logits. It applies a second softmax to numbers between 0 and 1, so the
#    loss begins near $\ln 10$ as it should, and falls far more slowly.
#
# </details>
