"""What travels in each step: one number for each parameter, whatever the images' size."""
from cnnnotes.shapes import catalogue, trace

for name in ("resnet50", "vgg16"):
    network = trace(catalogue()[name])
    linear = sum(row.parameters for row in network.rows if row.layer.startswith("linear"))
    megabytes, share = 4 * network.parameters / 1e6, linear / network.parameters
    print(f"{name:8}  {megabytes:4.0f} MB, of which linear layers {share:.0%}")
