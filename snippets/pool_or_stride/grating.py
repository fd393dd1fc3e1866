"""A fine grating, halved: how much is left, and how long does a wave seem to be?"""
import numpy as np
from cnnnotes import avg_pool2d, blur_pool2d, max_pool2d

wave = np.cos(2 * np.pi * 4 / 9 * np.arange(144))  # four waves in nine pixels
row = wave.reshape(1, 1, 1, 144)
halved = {
    "stride": row[..., ::2],
    "maximum": max_pool2d(row, (1, 2)),
    "average": avg_pool2d(row, (1, 2)),
    "blur": blur_pool2d(row, (1, 3), (1, 2)),
}
print(f"one wave is {9 / 4} pixels long")
for name, values in halved.items():
    strengths = np.abs(np.fft.rfft(values.ravel()))[1:]
    waves = 1 + strengths.argmax()
    print(f"{name:8} a wave seems {144 // waves} pixels long,"
          f" strength {strengths.max() / 36:.2f} of what it was")
