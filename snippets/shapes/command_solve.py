"""In a terminal: cnnnotes solve 28 14 --most 5"""
from cnnnotes.cli import main

main(["solve", "28", "14", "--most", "5"])
