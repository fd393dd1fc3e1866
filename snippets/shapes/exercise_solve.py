"""Which settings take 28 to 14 and leave nothing unread? Ask for the simplest."""
from cnnnotes.shapes import solve

for solution in solve(28, 14)[:6]:
    print(solution)
