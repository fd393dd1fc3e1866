"""Convolution and pooling in NumPy, with PyTorch's names and semantics."""
