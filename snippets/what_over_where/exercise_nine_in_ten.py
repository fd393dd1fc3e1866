"""From which window on does a maximum survive a straight one-pixel move nine times in ten?"""
from fractions import Fraction
from cnnnotes.experiments.shifts_forgiven import diagonal_share, straight_share

for name, share in {"straight": straight_share, "diagonal": diagonal_share}.items():
    side = next(side for side in range(1, 100) if share(side) >= Fraction(9, 10))
    print(f"{name}: {side}×{side}, {share(side)}")
