"""What fixed filters save: weights to learn, and multiply-adds."""
from cnnnotes.shapes import trace

network = "conv 16 5x5 stride 2 pad 2 | relu | maxpool 2 | flatten | linear 10"
filters, last = (row for row in trace(network, (1, 28, 28)).rows if row.parameters)
print(f"weights to learn: {last.parameters:,} of {filters.parameters + last.parameters:,}")
print(f"multiply-adds: {filters.macs:,} in the filters, {last.macs:,} in the last layer")
