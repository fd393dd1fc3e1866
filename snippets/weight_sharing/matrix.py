"""Write a convolution as the matrix of a fully connected layer, and look inside."""
import numpy as np
from cnnnotes import conv2d, conv2d_matrix

kernel = np.array([[1, 2, 3], [4, 5, 6], [7, 8, 9]], np.float64)
weight = kernel[None, None]
image = np.arange(36, dtype=np.float64).reshape(1, 1, 6, 6) % 7
matrix = conv2d_matrix(weight, (6, 6)).toarray()

output = conv2d(image, weight)
print("output     ", output.shape, "from an image", image.shape)
print("matrix     ", matrix.shape, "=", matrix.size, "entries")
print("zero       ", (matrix == 0).sum())
print("distinct   ", len(np.unique(matrix[matrix != 0])))
print("same output", np.array_equal(matrix @ image.ravel(), output.ravel()))
print("row 0 ", *matrix[0, :18].astype(int))
print("row 1 ", *matrix[1, :18].astype(int))
