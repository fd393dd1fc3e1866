"""In a terminal: python train.py 2>&1 | cnnnotes diagnose"""
from cnnnotes.cli import main

main(["diagnose", "mat1 and mat2 shapes cannot be multiplied (64x3136 and 784x10)"])
