"""Measure one of two columns in millimetres instead of metres: where does PCA look now?"""
import numpy as np

columns = np.random.default_rng(0).normal(size=(500, 2)) * [3, 1]
for unit in 1, 1000:
    scaled = columns * [1, unit]
    centred = scaled - scaled.mean(axis=0)
    first = np.linalg.svd(centred, full_matrices=False)[2][0]
    print(f"second column × {unit:4}: the first component looks along column {abs(first).argmax()}")
