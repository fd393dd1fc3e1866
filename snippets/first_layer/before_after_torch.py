"""Train on a few textures, and look what became of the first filters."""
import torch
from cnnnotes.data import load_textures
from cnnnotes.inspection import gabor_fit
from torch.nn import Conv2d, Flatten, Linear, MaxPool2d, ReLU, Sequential
from torch.nn.functional import cross_entropy

images, labels, _, _ = map(torch.from_numpy, load_textures(seed=0))
images, labels = images[:512], labels[:512]
torch.manual_seed(0)
model = Sequential(
    Conv2d(1, 8, 7, padding=3), ReLU(), MaxPool2d(4),
    Flatten(), Linear(8 * 8 * 8, 6),
)
before = model[0].weight.detach().numpy()[:, 0].copy()
optimizer = torch.optim.SGD(model.parameters(), lr=0.02, momentum=0.9, weight_decay=0.02)
for epoch in range(10):
    for start in range(0, 512, 64):
        optimizer.zero_grad()
        logits = model(images[start : start + 64])
        cross_entropy(logits, labels[start : start + 64]).backward()
        optimizer.step()
after = model[0].weight.detach().numpy()[:, 0]

print("filters", after.shape)
gain = gabor_fit(after).score.mean() - gabor_fit(before).score.mean()
print("more like edges than before:", gain.item() > 0.1)
