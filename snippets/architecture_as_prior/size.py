"""How large must an MLP be to have 1, 3, 10 and 30 times a CNN's parameters?"""
from cnnnotes.layers import Conv2d, Flatten, Linear, ReLU, Sequential


def parameters(model):
    return sum(parameter.data.size for parameter in model.parameters())


cnn = Sequential(
    Conv2d(1, 8, 3, stride=2, padding=1), ReLU(),
    Conv2d(8, 16, 3, stride=2, padding=1), ReLU(),
    Flatten(), Linear(16 * 7 * 7, 10),
)
print("CNN           ", parameters(cnn), "parameters,", parameters(cnn[:4]), "of them in filters")
for hidden in 11, 34, 114, 343:
    mlp = Sequential(Flatten(), Linear(28 * 28, hidden), ReLU(), Linear(hidden, 10))
    times = parameters(mlp) / parameters(cnn)
    print(f"{hidden:3} units: {parameters(mlp):7,} parameters, {times:4.1f} times")
