"""Two ways to write momentum: the same, until the learning rate changes."""
import torch

theirs = torch.nn.Parameter(torch.ones(1, dtype=torch.float64))
optimizer = torch.optim.SGD([theirs], lr=0.1, momentum=0.9)
paper, velocity = 1.0, 0.0
for step in range(1, 7):
    lr = 0.1 if step < 4 else 0.01  # a tenth, from step 4 on
    optimizer.param_groups[0]["lr"] = lr
    theirs.grad = theirs.detach().clone()
    before = theirs.item(), paper
    optimizer.step()
    velocity = 0.9 * velocity - lr * paper
    paper += velocity
    moved = abs(theirs.item() - before[0]), abs(paper - before[1])
    print(f"step {step}, rate {lr:4}: moves by {moved[0]:.3f} and {moved[1]:.3f}")
