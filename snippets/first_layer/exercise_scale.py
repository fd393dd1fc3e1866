"""Three changes to a filter, and what they change in how it is judged."""
import numpy as np
from cnnnotes.inspection import gabor_fit, orientation_selectivity

rows, columns = np.mgrid[-3:4, -3:4].astype(float)
edge = columns * np.exp(-(rows**2 + columns**2) / 5)
changed = {"as it is": edge, "doubled": 2 * edge, "negated": -edge, "plus one": edge + 1}
for name, each in changed.items():
    score = gabor_fit(each[None]).score[0]
    selectivity = orientation_selectivity(each[None])[0]
    print(f"{name:9} Gabor {score:.2f}  selectivity {selectivity:.1f}")
