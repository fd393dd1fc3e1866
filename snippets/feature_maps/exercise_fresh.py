"""How many fresh images tell as much as eight fixed ones?"""
for correlation in (0.0, 0.5, 0.9, 0.98):
    fixed = 2 * (1 - correlation) / 8  # variance of a difference of means, each image's being 1
    fresh = 2 / 8
    print(f"correlation {correlation:.2f}: {8 * fresh / fixed:4.0f} fresh images for each")
