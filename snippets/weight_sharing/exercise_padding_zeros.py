"""With padding, how many entries of the matrix are not zero?"""
import numpy as np
from cnnnotes import conv2d_matrix

weight = np.ones((1, 1, 3, 3))
matrix = conv2d_matrix(weight, (28, 28), padding=1)
per_output = np.diff(matrix.indptr).reshape(28, 28)
print("entries    ", matrix.shape[0] * matrix.shape[1])
print("not zero   ", matrix.nnz)
print("9 × outputs", 9 * 28 * 28)
print("a corner uses", per_output[0, 0], "weights, an edge", per_output[0, 9],
      "and the middle", per_output[9, 9])
