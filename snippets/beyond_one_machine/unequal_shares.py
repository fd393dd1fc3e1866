"""Two processes, played by one: does the loss curve depend on who gets how much?"""
import torch
from cnnnotes.data import load_digits
from cnnnotes.torch_twin import to_torch
from cnnnotes.layers import Flatten, Linear, Sequential
from cnnnotes.training import shuffled_batches
from torch.nn.functional import cross_entropy

images, labels = map(torch.from_numpy, load_digits(seed=0)[:2])

def losses(*shares):
    model = to_torch(Sequential(Flatten(), Linear(784, 10), seed=0)).double()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
    found = []
    for batch in shuffled_batches(40 * 64, batch_size=64):
        optimizer.zero_grad()
        inputs, targets = images[batch].double(), labels[batch]
        found.append(cross_entropy(model(inputs), targets).item())
        for x, y in zip(inputs.split(shares), targets.split(shares), strict=True):
            (cross_entropy(model(x), y) / len(shares)).backward()  # as DDP averages
        optimizer.step()
    return torch.tensor(found)

whole = losses(64)
for shares in ((32, 32), (48, 16), (60, 4)):
    apart = (losses(*shares) - whole).abs().max()
    print(f"shares {shares}: same curve within 1e-5: {(apart <= 1e-5).item()}")
