"""Cross-entropy takes logits. What if it is given probabilities instead?"""
import torch
from torch.nn.functional import cross_entropy

logits, label = torch.tensor([[20.0, 0.0, 0.0]]), torch.tensor([0])
probabilities = logits.softmax(dim=1)
print("probabilities:      ", [[round(p, 2) for p in row] for row in probabilities.tolist()])
print(f"loss of logits:      {cross_entropy(logits, label):.2f}")
print(f"loss of those again: {cross_entropy(probabilities, label):.2f}")
