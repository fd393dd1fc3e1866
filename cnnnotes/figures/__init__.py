"""Every figure of the site: one function a figure, one module a chapter.

A figure function takes a `Palette` and returns the Matplotlib `Figure` and its alt text: what a
reader who cannot see it should learn from it, with the computed numbers in it.
"""
