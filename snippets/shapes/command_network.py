"""In a terminal: cnnnotes diagnose "conv 8 3x3 pad 1 | …" --input 1x28x28"""
from cnnnotes.cli import main

network = "conv 8 3x3 pad 1 | relu | maxpool 2 | flatten | linear 784->10"
main(["diagnose", network, "--input", "1x28x28"])
