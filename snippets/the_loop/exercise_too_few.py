"""How many filters are dead? It depends on how many images you ask."""
from cnnnotes.data import load_digits
from cnnnotes.inspection import dead_filters
from cnnnotes.layers import Flatten, Linear, ReLU, Sequential

model = Sequential(Flatten(), Linear(784, 120), ReLU(), Linear(120, 120), ReLU(), seed=0)
units = model(load_digits(0).test_images)
dead = [int(dead_filters(units[:count, :, None, None]).sum()) for count in (4, 40, 1000)]
print("fewer with every larger set:", dead == sorted(dead, reverse=True))
print("of those that 4 images call dead, more than half wake up:", dead[2] < dead[0] / 2)
