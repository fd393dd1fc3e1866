"""Average the answers under 2,000 masks, and compare with one pass after training."""
import numpy as np
from cnnnotes.layers import Dropout, Linear, Sequential

hidden = np.random.default_rng(0).random((5, 64), dtype=np.float32)
head = Sequential(Dropout(0.5), Linear(64, 10), seed=0)
average = np.mean([head.train()(hidden) for _ in range(2000)], axis=0)
one_mask, one_pass = head.train()(hidden), head.eval()(hidden)
print(f"different masks: {2 ** 64:.1e}")
print("one mask alone is off by more than 0.1:", bool(np.abs(one_mask - one_pass).max() > 0.1))
print("the average is off by less than 0.05: ", bool(np.abs(average - one_pass).max() < 0.05))
