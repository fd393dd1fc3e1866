"""What must be stored to make eight numbers of a 28×28 image?"""
mean, directions = 784, 8 * 784
first, second = 8 * (25 + 1), 16 * (8 * 9 + 1)
code = 8 * (16 * 7 * 7 + 1)
print("PCA:    ", f"{mean + directions:,} numbers")
print("network:", f"{first + second + code:,} numbers, {code:,} of them in the code's layer")
