"""Operations side by side, and what is alike or differs; the tests run each row in both."""

from typing import NamedTuple

from cnnnotes.shapes.tables import markdown_table


class Operation(NamedTuple):
    """One operation in both, as expressions that give the same values.

    They speak of images `x`, weights `w`, bias `b`, logits `z`, labels `y` and a gradient `g`.
    """

    name: str
    ours: str
    torch: str


OPERATIONS = [
    Operation(
        "convolution",
        "conv2d(x, w, b, stride=2, padding=1)",
        "F.conv2d(x, w, b, stride=2, padding=1)",
    ),
    Operation("dilated", "conv2d(x, w, dilation=2)", "F.conv2d(x, w, dilation=2)"),
    Operation(
        "padded on one side",
        "conv2d(x, w, padding=((1, 0), (2, 0)))",
        "F.conv2d(F.pad(x, (2, 0, 1, 0)), w)",
    ),
    Operation(
        "its gradients",
        "conv2d_backward(g, x, w, b)",
        "torch.autograd.grad(F.conv2d(x, w, b), (x, w, b), g)",
    ),
    Operation(
        "transposed", "conv_transpose2d(g, w, stride=2)", "F.conv_transpose2d(g, w, stride=2)"
    ),
    Operation("windows as columns", "im2col(x, 3)", "F.unfold(x, 3)"),
    Operation(
        "columns added up", "col2im(im2col(x, 3), (6, 6), 3)", "F.fold(F.unfold(x, 3), (6, 6), 3)"
    ),
    Operation("max pooling", "max_pool2d(x, 3, 2, 1)", "F.max_pool2d(x, 3, 2, 1)"),
    Operation("average pooling", "avg_pool2d(x, 2)", "F.avg_pool2d(x, 2)"),
    Operation("Lp pooling", "lp_pool2d(x, 2, 3)", "F.lp_pool2d(x, 2, 3)"),
    Operation("onto a grid", "adaptive_avg_pool2d(x, 4)", "F.adaptive_avg_pool2d(x, 4)"),
    Operation("global maximum", "adaptive_max_pool2d(x, 1)", "F.adaptive_max_pool2d(x, 1)"),
    Operation(
        "unpooling",
        "max_unpool2d(*max_pool2d(x, 2, return_indices=True), 2)",
        "F.max_unpool2d(*F.max_pool2d(x, 2, return_indices=True), 2)",
    ),
    Operation(
        "blur pooling",
        "blur_pool2d(x)",
        'F.conv2d(F.pad(x, (1, 1, 1, 1), mode="reflect"), binomial, stride=2, groups=2)',
    ),
    Operation(
        "max pooling, then blur",
        "max_blur_pool2d(x)",
        'F.conv2d(F.pad(F.max_pool2d(x, 2, 1), (1, 1, 1, 1), mode="reflect"), '
        "binomial, stride=2, groups=2)",
    ),
    Operation(
        "another size",
        'interpolate(x, scale_factor=2, mode="bilinear")',
        'F.interpolate(x, scale_factor=2, mode="bilinear")',
    ),
    Operation(
        "batch normalisation",
        "batch_norm(x, None, None, training=True)",
        "F.batch_norm(x, None, None, training=True)",
    ),
    Operation("group normalisation", "group_norm(x, 2)", "F.group_norm(x, 2)"),
    Operation("ReLU", "relu(x)", "F.relu(x)"),
    Operation("leaky ReLU", "leaky_relu(x, 0.1)", "F.leaky_relu(x, 0.1)"),
    Operation("GELU", "gelu(x)", "F.gelu(x)"),
    Operation("flatten", "flatten(x, 1)", "x.flatten(1)"),
    Operation("linear", "linear(z, m)", "F.linear(z, m)"),
    Operation("softmax", "softmax(z, dim=1)", "F.softmax(z, dim=1)"),
    Operation("log-softmax", "log_softmax(z, dim=1)", "F.log_softmax(z, dim=1)"),
    Operation(
        "cross-entropy",
        "cross_entropy(z, y, label_smoothing=0.1)",
        "F.cross_entropy(z, y, label_smoothing=0.1)",
    ),
    Operation("squared error", "mse_loss(z, z ** 2)", "F.mse_loss(z, z ** 2)"),
]


class Note(NamedTuple):
    """What is so here and what in PyTorch; `key` names the test that holds it."""

    key: str
    what: str
    here: str
    torch: str


ALIKE = [
    Note("layout", "layout", "N, C, H, W", "N, C, H, W; `channels_last` is how it lies in memory"),
    Note("weights", "weights of a convolution", "out, in / groups, kernel", "the same"),
    Note("transposed_weights", "of a transposed one", "in, out / groups, kernel", "the same"),
    Note("linear_weights", "of a linear layer", "out, in", "the same"),
    Note("ties", "ties in max pooling", "the first one takes the whole gradient", "the same"),
    Note("max_padding", "padding of max pooling", "−∞, at most half the kernel", "the same"),
    Note("avg_padding", "padding of average pooling", "zeros, and they count", "the same"),
    Note("same_stride", "padding `same`, stride 2", "refused", "refused"),
    Note(
        "same_even", "padding `same`, even kernel", "one more at the end", "the same, and a warning"
    ),
    Note("logits", "cross-entropy takes", "logits", "logits"),
    Note(
        "bounds",
        "first weights and biases",
        "uniform within 1 / √fan_in",
        "the same, other numbers",
    ),
    Note("momentum", "momentum", "`v = m v + g`, `w = w − lr v`", "the same"),
    Note("decay", "weight decay", "Adam: to the gradient; AdamW: off the weights", "the same"),
    Note("last_batch", "last batch of an epoch", "what is left", "the same, unless `drop_last`"),
]

DIFFERENT = [
    Note("adds", "`backward`", "sets the gradients", "adds to them: `zero_grad()` before"),
    Note("mode", "after training", "`fit` leaves eval mode", "train mode, until you call `eval()`"),
    Note("dtype", "new arrays", "float64, layers float32", "float32; `from_numpy` keeps float64"),
    Note("integers", "integer images", "refused", "convolved in integers"),
    Note("batch_axis", "no batch axis", "refused", "accepted: C, H, W"),
    Note(
        "sides",
        "padding by side",
        "`((top, bottom), (left, right))`",
        "`F.pad`: left, right, top, bottom",
    ),
    Note("in_place", "inputs", "never changed", "changed by `inplace=True` and by `relu_()`"),
    Note("memory", "memory", "`to_torch` copies", "`from_numpy` shares"),
    Note("ignored", "label −100", "refused", "left out of the mean"),
    Note("seeds", "first weights from", "`seed=` of each network", "`torch.manual_seed`, for all"),
    Note(
        "order", "order of batches", "from `seed` and epoch", "`DataLoader`: from the global seed"
    ),
    Note("twice", "one layer used twice", "refused", "its gradients add up"),
    Note("number", "a loss", "a number", "a tensor with its history; `.item()` is the number"),
    Note("rate", "learning rate", "`optimizer.lr`", "`optimizer.param_groups[0]['lr']`"),
    Note(
        "only_here",
        "only here",
        "`BlurPool2d`, `MaxBlurPool2d`, `Residual`, `LocallyConnected2d`",
        "—",
    ),
    Note("only_there", "only there", "—", "`LSTM` and many more"),
]


def operations() -> str:
    """Return every operation in both."""
    rows = [(row.name, f"`{row.ours}`", f"`{row.torch}`") for row in OPERATIONS]
    return markdown_table(("operation", "here", "PyTorch"), rows) + "\n"


def alike() -> str:
    """Return what is the same, where one may doubt it."""
    return _notes(ALIKE)


def different() -> str:
    """Return what differs."""
    return _notes(DIFFERENT)


def _notes(notes: list[Note]) -> str:
    return markdown_table(("what", "here", "PyTorch"), [note[1:] for note in notes]) + "\n"
