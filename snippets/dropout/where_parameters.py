"""Which share of the parameters is in the dense layers?"""
from cnnnotes.shapes import parse, trace

BODY = "conv 8 5x5 stride 2 pad 2 | relu | maxpool 2 | conv 16 3x3 pad 1 | relu | "
HEADS = {
    "dense head": "flatten | linear 64 | relu | linear 10",
    "pooled head": "conv 48 3x3 stride 2 | relu | conv 96 3x3 pad 1 | relu"
                   " | globalavg | flatten | linear 10",
}
for name, head in HEADS.items():
    rows = trace(parse(BODY + head), (1, 28, 28)).rows
    dense = sum(row.parameters for row in rows if row.layer.startswith("linear"))
    total = sum(row.parameters for row in rows)
    print(f"{name:11}  {total:,} parameters, {dense:,} in dense layers: {dense / total:.0%}")
