"""In a terminal: cnnnotes shapes "conv 8 3x3 | maxpol 2" --input 1x28x28"""
import sys

from cnnnotes.cli import main

sys.stderr = sys.stdout
try:
    main(["shapes", "conv 8 3x3 | maxpol 2", "--input", "1x28x28"])
except SystemExit as end:
    print("exit status", end.code)
