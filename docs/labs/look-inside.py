# %% [markdown]
# # Lab: look inside
#
# Train a network, then open it: filters, maps, what a filter serves, how far a unit sees. At the
# end there are four patients, and you are the doctor. The chapter is [Feature maps as an
# instrument](../pooling/feature-maps.md).

# %% tags=["setup"]
import subprocess
import sys
from importlib.util import find_spec

if not all(map(find_spec, ["cnnnotes", "matplotlib", "mlxtend"])):
    subprocess.run([sys.executable, "-m", "pip", "install", "-q", "cnnnotes[labs]"], check=True)

# %% [markdown]
# ## A trained network
#
# Filters of 5×5 in the first layer are large enough to look at.

# %%
import numpy as np

from cnnnotes.data import load_digits
from cnnnotes.figures.notebook import show_images
from cnnnotes.layers import Conv2d, Flatten, Linear, MaxPool2d, ReLU, Sequential
from cnnnotes.optim import SGD
from cnnnotes.training import evaluate, fit

train_x, train_y, test_x, test_y = load_digits(seed=0)


def network(seed=0):
    return Sequential(
        Conv2d(1, 8, 5, padding=2),
        ReLU(),
        MaxPool2d(2),
        Conv2d(8, 16, 3, padding=1),
        ReLU(),
        MaxPool2d(2),
        Flatten(),
        Linear(16 * 7 * 7, 10),
        seed=seed,
    )


def trained(images, labels, epochs, lr=0.05):
    model = network()
    optimizer = SGD(model.parameters(), lr=lr, momentum=0.9)
    fit(model, images, labels, epochs=epochs, optimizer=optimizer, progress=False)
    return model


model = trained(train_x, train_y, epochs=3)
print(f"{evaluate(model, test_x, test_y).accuracy:.1%} of the test digits are read")

# %% [markdown]
# ## Filters
#
# **Predict.** How much do the filters of the first layer change in training? Blue is above zero,
# orange below.

# %%
before, after = network()[0].weight.data, model[0].weight.data
show_images(
    "Eight filters before training (above) and after",
    np.concatenate([before, after]),
    names=[*range(8), *range(8)],
    signed=True,
)

# %% [markdown]
# Some can still be recognised. Most filters have moved by about their own length, some by twice it,
# and what is left of the random beginning still shows.

# %% [markdown]
# ## Maps
#
# What does each filter make of one digit? `feature_maps` returns the output of every layer.
# Number 1 is the first ReLU, number 4 the second.

# %%
from cnnnotes.inspection import feature_maps

digit = test_x[:1]
maps = feature_maps(model, digit)
for number, output in maps.items():
    print(number, output.shape)

# %%
show_images(
    "A digit, and eight maps of the first layer",
    np.concatenate([digit[0] * maps["1"].max(), maps["1"][0]]),
    names=["digit", *range(8)],
    columns=9,
)

# %%
show_images("Sixteen maps of the second layer", maps["4"][0], names=range(16))

# %% [markdown]
# ## Blank or dead?
#
# Some maps of the second layer are blank. **Predict.** Do these filters answer other digits, or
# are they dead?

# %%
from cnnnotes.inspection import blank_maps, dead_filters

on_all = feature_maps(model, test_x)["4"]
print("blank on this digit: filters", np.flatnonzero(blank_maps(maps["4"])[0]))
print("blank on every digit: filters", np.flatnonzero(dead_filters(on_all)))

# %% [markdown]
# One digit says which are blank on it; only many say which are blank on all. A filter that is zero
# on every training image gets no gradient, so it stays dead.

# %% [markdown]
# ## What does a filter serve?
#
# Silence one filter, and ask which digits are no longer read. `ablated` does it inside the block,
# and puts the weights back after.

# %%
from cnnnotes.inspection import ablated
from cnnnotes.training import predict


def recall():
    right = predict(model, test_x) == test_y
    return np.array([right[test_y == digit].mean() for digit in range(10)])


whole = recall()
print("filter   " + "".join(f"{digit:6}" for digit in range(10)))
for number in range(8):
    with ablated(model[0], number):
        lost = whole - recall()
    print(f"without {number}" + "".join(f"{loss:6.0%}" for loss in lost))

# %% [markdown]
# Each row is a filter of the first layer, each column a digit: the share that is no longer read.
# A minus means that more of them are. **Look.** Is there a filter that only one digit needs?

# %% [markdown]
# ## How far does a unit see?
#
# The formula gives the receptive field: every pixel that *can* count. The gradient tells how much
# each *does*. Here for stacks of 3×3 convolutions, before training. **Predict.** A unit of the
# twelfth layer can see 25 pixels in a row. Over how many does it spread?

# %%
from cnnnotes.inspection import effective_receptive_field, effective_size
from cnnnotes.shapes import trace

layers = [layer for _ in range(11) for layer in (ReLU(), Conv2d(8, 8, 3, padding=1))]
stack = Sequential(Conv2d(1, 8, 3, padding=1), *layers, seed=0)
noise = np.random.default_rng(0).normal(size=(32, 1, 33, 33)).astype(np.float32)

fields = []
for depth in 2, 4, 8, 12:
    part = stack[: 2 * depth - 1]
    fields.append(effective_receptive_field(part, noise))
    sees = trace(part, (1, 33, 33)).rows[-1].receptive_field
    used = effective_size(fields[-1])
    print(f"{depth:2} layers: {sees:2} pixels a side can count, {used:4.1f} do")

# %%
show_images(
    "How strongly each pixel acts on one unit, by depth",
    [field / field.max() for field in fields],
    names=["2 layers", "4 layers", "8 layers", "12 layers"],
    columns=4,
)

# %% [markdown]
# ## The noise clinic
#
# Four patients. One is healthy. One was never trained. One was trained on labels drawn by lot.
# One was trained too fast. All have the same first weights.

# %%
images, labels = train_x[:256], train_y[:256]
by_lot = np.random.default_rng(0).integers(10, size=len(labels))
patients = {
    "A": trained(images, by_lot, epochs=20),
    "B": trained(images, labels, epochs=20, lr=0.2),
    "C": network(),
    "D": trained(images, labels, epochs=20),
}

# %% [markdown]
# Each patient gets a scale of its own, so that you see forms and not strengths.


# %%
def scaled(values):
    return values / np.abs(values).max()


show_images(
    "The first layer of the four patients, one a row",
    np.concatenate([scaled(patient[0].weight.data) for patient in patients.values()]),
    names=[f"{name}{number}" for name in patients for number in range(8)],
    signed=True,
)

# %% [markdown]
# **Predict.** From the filters alone: who is who? Write four letters down.

# %% [markdown]
# Now the maps of one digit, in the second layer.

# %%
show_images(
    "Sixteen maps of the second layer for each patient, two rows each",
    np.concatenate([scaled(feature_maps(patient, digit)["4"][0]) for patient in patients.values()]),
    names=[f"{name}{number}" for name in patients for number in range(16)],
)

# %% [markdown]
# And now the numbers.

# %%
print("patient  dead of 16  knows its own labels  reads new digits")
for name, patient in patients.items():
    dead = dead_filters(feature_maps(patient, test_x)["4"]).sum()
    own = evaluate(patient, images, by_lot if name == "A" else labels).accuracy
    print(f"{name:7} {dead:11} {own:21.0%} {evaluate(patient, test_x, test_y).accuracy:17.0%}")

# %% [markdown]
# B shows at a glance: most of its maps are blank, and yet it reads most digits. C is rough, since
# its filters are noise. But A, which learned more than half of a lottery by heart, looks much like
# D. What tells these two apart is digits that they never saw. Looking finds what numbers do not ask
# for; numbers decide. In our experiment on this, [Learning or
# noise](../evidence/learning-or-noise.md), no look at maps told it before the metrics did.

# %% [markdown]
# ## Your turn
#
# Each is one line. Predict, edit, run.
#
# 1. In "Maps", set `digit = test_x[:1]` to another digit, such as `test_x[7:8]`. Which maps
#    change most, and do others go blank?
# 2. In the table of silenced filters, replace `ablated(model[0], number)` by `ablated(model[3],
#    number)`. Is a filter of the second layer more of a specialist?
# 3. In the stack, replace `Conv2d(8, 8, 3, padding=1)` by `Conv2d(8, 8, 3, padding=2,
#    dilation=2)`. What becomes of the fields?
# 4. In the clinic, treat patient B: halve its `lr=0.2`. How many filters live, and how well does
#    it read?
#
# <details class="question" markdown="1"><summary>What you should find</summary>
#
# 1. Strokes move, and the maps with them. In this network only the dead ones are blank.
# 2. A few hurt one digit most, more hurt several, and some hurt none.
# 3. They grow twice as fast. After twelve layers a unit could see more than the image has.
# 4. About half of its dead filters live, and it reads about as well as D. Even D has dead ones: a
#    dead filter is lost work, and no illness by itself.
#
# </details>
