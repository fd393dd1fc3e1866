"""Train on a few textures, and look what became of the first filters."""
from cnnnotes.data import load_textures
from cnnnotes.inspection import gabor_fit
from cnnnotes.layers import Conv2d, Flatten, Linear, MaxPool2d, ReLU, Sequential
from cnnnotes.losses import cross_entropy_backward
from cnnnotes.optim import SGD

images, labels, _, _ = load_textures(seed=0)
images, labels = images[:512], labels[:512]
model = Sequential(
    Conv2d(1, 8, 7, padding=3), ReLU(), MaxPool2d(4),
    Flatten(), Linear(8 * 8 * 8, 6), seed=0,
)
before = model[0].weight.data[:, 0].copy()
optimizer = SGD(model.parameters(), lr=0.02, momentum=0.9, weight_decay=0.02)
for epoch in range(10):
    for start in range(0, 512, 64):
        logits = model.forward(images[start : start + 64])
        gradient = cross_entropy_backward(1.0, logits, labels[start : start + 64])
        model.backward(gradient)
        optimizer.step()
after = model[0].weight.data[:, 0]

print("filters", after.shape)
gain = gabor_fit(after).score.mean() - gabor_fit(before).score.mean()
print("more like edges than before:", gain.item() > 0.1)
