"""Four marks of three pixels, at 16 places each: which does max pooling confuse?"""
import numpy as np
from cnnnotes import max_pool2d

level, slant = np.array([[0, 0, 0], [1, 1, 1], [0, 0, 0]]), np.eye(3)
marks = {"level": level, "upright": level.T, "falling": slant, "rising": slant[::-1]}
for poolings in 0, 1, 2:
    looks = {}
    for name, mark in marks.items():
        for row, column in np.ndindex(4, 4):
            image = np.zeros((1, 1, 12, 12))
            image[0, 0, 4 + row : 7 + row, 4 + column : 7 + column] = mark
            for _ in range(poolings):
                image = max_pool2d(image, 2)
            looks.setdefault(image.tobytes(), []).append(name)
    unsure = sum(len(names) for names in looks.values() if len(set(names)) > 1)
    all_four = sum(len(set(names)) == 4 for names in looks.values())
    print(f"{poolings} poolings: {len(looks):2} pictures differ; {unsure:2} of 64 marks look like",
          f"another kind; pictures that may be any of four: {all_four}")
