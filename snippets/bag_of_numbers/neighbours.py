"""How well does a pixel predict another so many columns to its right?"""
import numpy as np
from cnnnotes.data import load_photos

photo = load_photos()["camera"][0, 0]
shuffled = np.random.default_rng(0).permutation(photo.ravel()).reshape(photo.shape)

print("distance  photograph  shuffled")
for distance in (1, 2, 8, 64):
    in_photo, in_shuffled = (
        np.corrcoef(p[:, :-distance].ravel(), p[:, distance:].ravel())[0, 1]
        for p in (photo, shuffled)
    )
    print(f"{distance:8}  {in_photo:10.2f}  {abs(in_shuffled):8.2f}")
