"""Mix the numbers of a code: does a linear decoder notice?"""
import numpy as np

rng = np.random.default_rng(0)
images, mixing = rng.normal(size=(200, 30)), rng.normal(size=(8, 8))
code = images @ rng.normal(size=(30, 8))
for name, numbers in {"as it is": code, "mixed": code @ mixing}.items():
    rebuilt = numbers @ np.linalg.lstsq(numbers, images, rcond=None)[0]
    print(f"{name:8} error {np.square(images - rebuilt).mean():.4f}")
