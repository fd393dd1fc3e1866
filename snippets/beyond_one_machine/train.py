"""Train on digits: alone with `python`, or with others under `torchrun`."""
import os
import torch
from cnnnotes.data import load_digits
from cnnnotes.layers import Conv2d, Flatten, Linear, MaxPool2d, ReLU, Sequential
from cnnnotes.torch_twin import to_torch
from cnnnotes.training import shuffled_batches
from torch import distributed as dist, nn

rank, world = int(os.environ.get("RANK", 0)), int(os.environ.get("WORLD_SIZE", 1))
images, labels = map(torch.from_numpy, load_digits(seed=0)[:2])
model = to_torch(Sequential(Conv2d(1, 8, 3, padding=1), ReLU(), MaxPool2d(4),
                            Flatten(), Linear(392, 10), seed=0)).double()
if world > 1:
    dist.init_process_group("gloo")  # over TCP, no GPU needed
    model = nn.parallel.DistributedDataParallel(model)
optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
for step, batch in enumerate(shuffled_batches(20 * 64, batch_size=64, seed=0), start=1):
    share = batch[rank::world]
    optimizer.zero_grad()
    loss = nn.functional.cross_entropy(model(images[share].double()), labels[share])
    loss.backward()  # here DDP averages the gradients of all processes
    optimizer.step()
    if world > 1:
        dist.all_reduce(loss.detach_().div_(world))  # the mean of all, only to print
    if rank == 0:
        print(f"step {step:2}  loss {loss:.6f}", flush=True)
if world > 1:
    dist.destroy_process_group()
    os._exit(0)  # else a thread of gloo's may ask for the interpreter as it ends, and abort
