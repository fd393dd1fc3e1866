"""Train both variants for two epochs, and write them side by side on one page."""
from pathlib import Path
from cnnnotes.data import load_digits
from cnnnotes.layers import Conv2d, Flatten, Linear, MaxPool2d, ReLU, Sequential
from cnnnotes.optim import SGD
from cnnnotes.report import compare
from cnnnotes.training import fit

digits = load_digits(seed=0)
variants = {
    "max": Sequential(
        Conv2d(1, 8, 3, padding=1), ReLU(), MaxPool2d(2),
        Conv2d(8, 16, 3, padding=1), ReLU(), MaxPool2d(2), Flatten(), Linear(784, 10), seed=0),
    "stride": Sequential(
        Conv2d(1, 8, 3, stride=2, padding=1), ReLU(),
        Conv2d(8, 16, 3, stride=2, padding=1), ReLU(), Flatten(), Linear(784, 10), seed=0),
}
for model in variants.values():
    optimizer = SGD(model.parameters(), lr=0.05, momentum=0.9)
    fit(model, digits.train_images, digits.train_labels, epochs=2, optimizer=optimizer,
        seed=0, progress=False)
found = compare(
    variants, digits.test_images[:200], digits.test_labels[:200], "comparison.html")
for name, said in found.items():
    change = said.layers[-1].change
    print(f"{name:6}  right: more than 80 %: {said.accuracy > 0.8}, "
          f"output changes less than the image: {change < said.input_change}")
print("the page is small:", Path("comparison.html").stat().st_size < 100_000)
