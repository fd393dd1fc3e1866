"""In a terminal: cnnnotes shapes "conv 8 3x3 stride 2 | …" --input 1x28x28"""
from cnnnotes.cli import main

network = "conv 8 3x3 stride 2 | relu | conv 16 3x3 stride 2 | flatten | linear 10"
main(["shapes", network, "--input", "1x28x28"])
