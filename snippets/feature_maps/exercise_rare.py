"""A filter that answers one image in fifty: how many must you show to see it alive?"""
import math

rarely = 1 / 50
for images in (1, 8, 50):
    print(f"{images:3} images: blank on all with probability {(1 - rarely) ** images:.2f}")
needed = math.ceil(math.log(0.05) / math.log(1 - rarely))
print("images to be 95 % sure of an answer:", needed)
