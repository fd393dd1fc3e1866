"""Count the products: one for each entry of the matrix that is not zero."""
import numpy as np
from cnnnotes import conv2d_matrix

matrix = conv2d_matrix(np.ones((16, 8, 3, 3)), (14, 14), padding=1)
outputs, pixels = matrix.shape
print(f"forward, W x:          {matrix.nnz:,} products for {outputs:,} outputs")
print(f"input's gradient, Wᵀg: {matrix.T.nnz:,} products for {pixels:,} pixels")
print(f"weights' gradient:     {matrix.nnz:,} products for {16 * 8 * 9:,} weights")
