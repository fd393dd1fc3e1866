"""How much work a call is, the same on every machine."""

import cProfile
import pstats


def calls(function, *arguments):
    """Return how many calls of functions, of Python's own too, a call makes."""
    profile = cProfile.Profile()
    profile.runcall(function, *arguments)
    return pstats.Stats(profile).total_calls
