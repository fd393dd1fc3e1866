"""The catalogue of networks, and the tables of the cheat sheet."""

from cnnnotes.shapes import (
    Trace,
    catalogue,
    conv_output_size,
    pool_output_size,
    same_padding,
    trace,
)
from cnnnotes.shapes.tables import markdown_table

FAMILIAR = [
    (1, 1, 0, 1, "mixes channels, sees one pixel"),
    (3, 1, 1, 1, "the usual layer"),
    (3, 2, 1, 1, "the usual layer that halves"),
    (5, 1, 2, 1, "LeNet's kernel, padded"),
    (7, 2, 3, 1, "first layer of ResNet"),
    (3, 1, 2, 2, "dilated: sees 5, costs 9"),
    (2, 2, 0, 1, "halves; the usual pooling"),
    (11, 4, 2, 1, "first layer of AlexNet"),
]
"""Kernel, stride, padding and dilation that are met again and again."""


def overview() -> str:
    """Return one row for each network: cost, memory, and what a unit of its last map sees."""
    columns = ("network", "input", "last map", "parameters", "MACs", "activations", "field")
    rows = []
    for network in catalogue().values():
        traced = trace(network)
        last = [
            row
            for row in traced.rows
            if row.effective_stride and not row.layer.startswith(("global", "adaptive"))
        ][-1]
        rows.append(
            (
                network.title,
                _by(network.input_shape),
                _by(last.output_shape),
                f"{traced.parameters:,}",
                f"{traced.macs:,}",
                f"{traced.activations:,}",
                str(last.receptive_field),
            )
        )
    return markdown_table(columns, rows) + "\n"


def networks() -> str:
    """Return every network layer by layer, folded."""
    parts = []
    for name, network in catalogue().items():
        traced = trace(network)
        parts.append(
            f'??? note "{network.title}: {traced.parameters:,} parameters, '
            f'{traced.macs:,} MACs"\n\n'
            f"    {network.source}. In a terminal: `cnnnotes shapes {name}`\n\n"
            + "\n".join(f"    {line}" for line in layers(traced).splitlines())
            + "\n"
        )
    return "\n".join(parts)


def layers(traced: Trace) -> str:
    """Return the rows of a trace that cost something, with the totals."""
    columns = ("layer", "form", "output", "parameters", "MACs", "field", "stride")
    rows = [
        (name, form, output, parameters, macs, field, stride)
        for (name, form, output, parameters, macs, _, _, field, stride, _, _), row in zip(
            traced.cells(), [*traced.rows, None], strict=True
        )
        if row is None or row.activations
    ]
    return markdown_table(columns, rows)


def familiar() -> str:
    """Return what common kernels make of 224 and of 28 pixels."""
    columns = ("kernel", "what for", "stride", "padding", "dilation", "224 →", "28 →")
    rows = []
    for kernel, stride, padding, dilation, use in FAMILIAR:
        made = [conv_output_size(size, kernel, stride, padding, dilation) for size in (224, 28)]
        numbers = map(str, (stride, padding, dilation, *made))
        rows.append((f"{kernel}×{kernel}", use, *numbers))
    return markdown_table(columns, rows) + "\n"


def conventions() -> str:
    """Return what three frameworks make of 10 pixels with a kernel of 3 and a stride of 2."""
    size, kernel, stride = 10, 3, 2
    before, after = same_padding(size, kernel, stride, convention="tensorflow")
    torch_conv = conv_output_size(size, kernel, stride)
    torch_pool = pool_output_size(size, kernel, stride)
    torch_ceil = pool_output_size(size, kernel, stride, ceil_mode=True)
    tensorflow_valid = conv_output_size(size, kernel, stride, "valid", convention="tensorflow")
    tensorflow = conv_output_size(size, kernel, stride, "same", convention="tensorflow")
    caffe_conv = conv_output_size(size, kernel, stride, convention="caffe")
    caffe_pool = pool_output_size(size, kernel, stride, convention="caffe")
    columns = ("framework", "rounding", f"{size} pixels, kernel {kernel}, stride {stride}")
    rows = [
        (
            "PyTorch, (N, C, H, W)",
            "down; pooling up with `ceil_mode`",
            f"conv {torch_conv}, pool {torch_pool}, with `ceil_mode` {torch_ceil}; "
            "`'same'` refused at stride 2",
        ),
        (
            "TensorFlow, (N, H, W, C)",
            "down; `SAME` makes ⌈n / s⌉",
            f"`VALID` {tensorflow_valid}; `SAME` {tensorflow}, padding {before} before "
            f"and {after} after",
        ),
        (
            "Caffe, (N, C, H, W)",
            "conv down, pooling up",
            f"conv {caffe_conv}, pool {caffe_pool}",
        ),
    ]
    return markdown_table(columns, rows) + "\n"


def _by(shape: tuple[int, ...]) -> str:
    return "×".join(map(str, shape))
