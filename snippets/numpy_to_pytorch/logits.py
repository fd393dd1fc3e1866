"""Cross-entropy takes logits. What if it is given probabilities instead?"""
import numpy as np
from cnnnotes import cross_entropy, log_softmax

logits, label = np.array([[20.0, 0.0, 0.0]]), np.array([0])
probabilities = np.exp(log_softmax(logits, dim=1))
print("probabilities:      ", probabilities.round(2).tolist())
print(f"loss of logits:      {cross_entropy(logits, label):.2f}")
print(f"loss of those again: {cross_entropy(probabilities, label):.2f}")
