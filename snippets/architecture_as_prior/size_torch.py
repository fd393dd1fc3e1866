"""How large must an MLP be to have 1, 3, 10 and 30 times a CNN's parameters?"""
from torch import nn


def parameters(model):
    return sum(parameter.numel() for parameter in model.parameters())


cnn = nn.Sequential(
    nn.Conv2d(1, 8, 3, stride=2, padding=1), nn.ReLU(),
    nn.Conv2d(8, 16, 3, stride=2, padding=1), nn.ReLU(),
    nn.Flatten(), nn.Linear(16 * 7 * 7, 10),
)
print("CNN           ", parameters(cnn), "parameters,", parameters(cnn[:4]), "of them in filters")
for hidden in 11, 34, 114, 343:
    mlp = nn.Sequential(nn.Flatten(), nn.Linear(28 * 28, hidden), nn.ReLU(), nn.Linear(hidden, 10))
    times = parameters(mlp) / parameters(cnn)
    print(f"{hidden:3} units: {parameters(mlp):7,} parameters, {times:4.1f} times")
