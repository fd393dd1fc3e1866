"""Train a code of four numbers to name digits; then ask it, and PCA's, for the slant."""
from cnnnotes.data import load_digits
from cnnnotes.experiments.fair import train
from cnnnotes.experiments.learned_compression import (
    coded, components, explained, network, properties,
)
from cnnnotes.experiments.toolkit import readable

digits = load_digits(seed=0)
parts = digits.train_images, digits.test_images
labels = [digits.train_labels, digits.test_labels]
model = network("digits", "network", numbers=4, seed=0)
train(model, *digits[:2], epochs=4, learning_rate=0.06, seed=0)

slants = [properties(part)[:, :1] for part in parts]
codes = {"PCA": components(parts, 4), "the network": coded(model, parts)}
reads_class = {name: readable(code, labels) for name, code in codes.items()}
reads_slant = {name: explained(code, slants)[0] for name, code in codes.items()}
print("reads the class better:", max(reads_class, key=reads_class.get))
print("reads the slant better:", max(reads_slant, key=reads_slant.get))
print("PCA's code explains more than half of the slant:", bool(reads_slant["PCA"] > 0.5))
