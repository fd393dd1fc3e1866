"""Waves of 3 pixels under a stride of 2, and under a stride of 3."""
import numpy as np

wave = np.cos(2 * np.pi * np.arange(36) / 3)
for stride in 2, 3:
    kept = wave[::stride]
    strengths = np.abs(np.fft.rfft(kept))
    waves = strengths.argmax()
    seems = f"waves of {36 // waves} pixels" if waves else "no waves at all"
    print(f"stride {stride}: {seems}; it begins with", *(f"{value:4.1f}" for value in kept[:4]))
