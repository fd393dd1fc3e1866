"""Two variants on eight images: the same eight for both, or another eight for each."""
import numpy as np

rng = np.random.default_rng(0)
hard = rng.gamma(1.0, size=1000)  # some images are hard for every network
ours = hard + 0.2 * rng.normal(size=1000)
theirs = hard + 0.2 * rng.normal(size=1000) + 0.1  # a little worse

def comparison(same):
    first = rng.choice(1000, 8, replace=False)
    second = first if same else rng.choice(1000, 8, replace=False)
    return theirs[second].mean() - ours[first].mean()

for name, same in (("the same eight", True), ("others for each", False)):
    found = np.array([comparison(same) for _ in range(2000)])
    print(f"{name:15}  noise {found.std():.1f}  right sign {(found > 0).mean():.1f}")
