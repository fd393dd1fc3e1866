"""Three ways to scale what was kept. Only one gives the next layer what it will get later."""
import numpy as np

values = np.ones(100_000)
for p in (0.25, 0.5, 0.75):
    kept = np.random.default_rng(0).random(values.shape) >= p
    means = {
        "1/(1 - p)": (values * kept / (1 - p)).mean(),
        "nothing": (values * kept).mean(),
        "p": (values * kept * p).mean(),
    }
    print(f"p = {p}:", ", ".join(f"by {name}: mean {mean:.2f}" for name, mean in means.items()))
