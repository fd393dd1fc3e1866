"""A linear probe: train a network, then ask each stage for the class, with least squares."""
import torch
from cnnnotes.data import load_digits
from cnnnotes.torch_twin import fit
from torch.nn import Conv2d, Flatten, Linear, MaxPool2d, ReLU, Sequential

digits = load_digits(seed=0)
torch.manual_seed(0)
model = Sequential(
    Conv2d(1, 16, 3, padding=1), ReLU(), MaxPool2d(4),
    Conv2d(16, 16, 3, padding=1), ReLU(), Flatten(), Linear(16 * 49, 10),
)
optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
fit(model, digits.train_images, digits.train_labels, epochs=4, optimizer=optimizer,
    batch_size=64, seed=0, progress=False)

train_x, train_y, test_x, test_y = map(torch.from_numpy, digits[:4])
right = []
for stage in model[:2], model[:5]:
    with torch.no_grad():  # 16 means and a 1
        means = [stage(images).mean(dim=(2, 3)) for images in (train_x, test_x)]
    train, test = (torch.cat([torch.ones(len(m), 1), m], dim=1) for m in means)
    probe = torch.linalg.lstsq(train, torch.eye(10)[train_y]).solution
    right.append(((test @ probe).argmax(dim=1) == test_y).double().mean().item())
print("numbers that a probe reads:", train.shape[1] - 1)
print("the second stage tells more of the class:", right[1] > right[0] + 0.05)
