"""The receptive field of VGG16's last pooling."""
from cnnnotes.shapes import catalogue, trace

table = trace(catalogue()["vgg16"])
pools = [row for row in table.rows if row.layer.startswith("maxpool")]
for row in pools:
    print(f"{row.name} sees {row.receptive_field:3}, "
          f"neighbours {row.effective_stride:2} apart")
