"""Three of eight filters are dead. What else is lost, and what may be thrown away?"""
from cnnnotes.layers import Conv2d, Sequential

def parameters(*layers):
    return sum(p.data.size for p in Sequential(*layers).parameters())

whole = parameters(Conv2d(1, 8, 5), Conv2d(8, 16, 3))
pruned = parameters(Conv2d(1, 5, 5), Conv2d(5, 16, 3))
own = 3 * (5 * 5 + 1)
print("parameters:", whole)
print("of the dead filters themselves:", own)
print("that only read dead maps:", whole - pruned - own)
