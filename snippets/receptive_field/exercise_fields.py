"""Receptive fields by the recursion, checked by the shape tracer."""
from cnnnotes.shapes import trace

def by_hand(*layers):
    field, jump = 1, 1
    for kernel, stride in layers:
        field, jump = field + (kernel - 1) * jump, jump * stride
    return field

three = by_hand((3, 1), (3, 1), (3, 1))
pooled = by_hand((3, 1), (2, 2), (3, 1))
for name, field, network in [
    ("three 3×3 layers", three, "conv 8 3x3 | conv 8 3x3 | conv 8 3x3"),
    ("two with a 2×2 pool between", pooled, "conv 8 3x3 | maxpool 2 | conv 8 3x3"),
]:
    assert trace(network, (1, 32, 32)).rows[-1].receptive_field == field
    print(f"{name}: {field}")
