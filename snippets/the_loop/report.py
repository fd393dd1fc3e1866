"""A look inside a network that nobody has trained: what stands out?"""
from cnnnotes.data import load_digits
from cnnnotes.layers import Conv2d, Flatten, Linear, MaxPool2d, ReLU, Sequential
from cnnnotes.report import report

model = Sequential(
    Conv2d(1, 6, 5, padding=2), ReLU(), MaxPool2d(2), Conv2d(6, 16, 5), ReLU(), MaxPool2d(2),
    Flatten(), Linear(400, 120), ReLU(), Linear(120, 10), seed=0,
)
model[3].bias.data[5] = -100  # a filter that nothing will ever wake up
found = report(model, load_digits(0).test_images[:100], path="report.html")
print("dead in the second convolution:", found["4"].dead)
print("one of its units sees:", found["4"].row.receptive_field, "pixels")
print(next(said for said in found.findings() if "parameters" in said))
