"""Strategies of random operations, and how many of them to try."""

import os

import numpy as np
from hypothesis import HealthCheck, assume, settings
from hypothesis import strategies as st

from cnnnotes.shapes import pool_output_size

# 16 makes the long run, 0.1 a quick one.
TIMES = float(os.environ.get("CNNNOTES_CASES_TIMES", "1"))


def cases(number):
    """Try so many cases: the same ones in every run; more of them in the long run."""
    options = settings(
        max_examples=max(1, round(number * TIMES)),
        derandomize=True,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )

    def set_cases(test):
        test.cases = options.max_examples
        return options(test)

    return set_cases


dtypes = st.sampled_from([np.float64, np.float32])
batches = st.sampled_from([1, 2, 1, 2, 0])  # an empty one proves little else


def pairs(least, most):
    return st.tuples(st.integers(least, most), st.integers(least, most))


def sizes(least, most):
    """An int, or a pair of them, as arguments take it."""
    return st.one_of(st.integers(least, most), pairs(least, most))


def both(size):
    return size if isinstance(size, tuple) else (size, size)


@st.composite
def arrays(draw, shape, dtype=np.float64, ties=False):
    """Random numbers, or with `ties` small integers; contiguous or not, by a drawn layout."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    order = draw(st.sampled_from(["plain", "channels last", "every second", "backwards"]))
    if order == "every second":
        shape = (*shape[:-1], 2 * shape[-1])
    values = rng.integers(-2, 3, shape) if ties else rng.normal(size=shape)
    values = values.astype(dtype)
    if order == "channels last":
        return np.moveaxis(np.ascontiguousarray(np.moveaxis(values, 1, -1)), -1, 1)
    if order == "every second":
        return values[..., ::2]
    return values[..., ::-1] if order == "backwards" else values


@st.composite
def conv_cases(draw, dtype=np.float64, transposed=False, small=False):
    """Parameters and arguments of a conv2d, or of a conv_transpose2d, that are valid in torch."""
    most = 2 if small else 3
    kernel, dilation = draw(pairs(1, most)), draw(pairs(1, most))
    stride = draw(st.just((1, 1)) | pairs(1, most))  # stride 1 goes its own, quicker way
    padding, groups = draw(pairs(0, 2)), draw(st.integers(1, 2))
    each_in, each_out = draw(pairs(1, most))
    images = draw(st.integers(1, 2) if small else batches)
    span = [d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True)]
    arguments = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
    if transposed:
        arguments["output_padding"] = tuple(
            draw(st.integers(0, max(s, d) - 1)) for s, d in zip(stride, dilation, strict=True)
        )
        least = [
            max(1, -(-(2 * p + 1 - n) // s) + 1)
            for n, s, p in zip(span, stride, padding, strict=True)
        ]
        weight_shape = (groups * each_in, each_out, *kernel)
    else:
        least = [max(1, n - 2 * p) for n, p in zip(span, padding, strict=True)]
        weight_shape = (groups * each_out, each_in, *kernel)
    size = [n + draw(st.integers(0, 2 if small else 5)) for n in least]
    parameters = [
        draw(arrays((images, groups * each_in, *size), dtype)),
        draw(arrays(weight_shape, dtype)),
    ]
    if draw(st.booleans()):
        parameters.append(draw(arrays((1, groups * each_out), dtype))[0])
    for name in ("stride", "padding", "dilation"):
        height, width = arguments[name]
        if height == width and draw(st.booleans()):
            arguments[name] = height
    return parameters, arguments


def every_window_sees_a_pixel(size, kernel, stride, padding, dilation, ceil_mode):
    """Where one sees none (dilation jumps over the image), torch writes outside of its memory."""
    outputs = pool_output_size(size, kernel, stride, padding, dilation, ceil_mode)
    starts = [n * stride - padding for n in range(outputs)]
    return all(any(0 <= s + k * dilation < size for k in range(kernel)) for s in starts)


@st.composite
def pool_cases(draw, dtype=np.float64, ties=False, dilated=True, padded=True):
    """An image and the arguments of a pooling that are valid in torch."""
    kernel = draw(pairs(1, 3))
    stride = draw(st.none() | pairs(1, 3))
    dilation = draw(pairs(1, 2)) if dilated else (1, 1)
    padding = tuple(draw(st.integers(0, k // 2)) if padded else 0 for k in kernel)
    span = [d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True)]
    size = [max(1, n - 2 * p) + draw(st.integers(0, 6)) for n, p in zip(span, padding, strict=True)]
    arguments = {"kernel_size": kernel, "stride": stride, "ceil_mode": draw(st.booleans())}
    axes = zip(size, kernel, stride or kernel, padding, dilation, strict=True)
    assume(all(every_window_sees_a_pixel(*axis, arguments["ceil_mode"]) for axis in axes))
    if padded:
        arguments["padding"] = padding
    if dilated:
        arguments["dilation"] = dilation
    for name in ("kernel_size", "stride", "dilation", "padding"):
        height, width = arguments.get(name) or (0, 1)
        if height == width and draw(st.booleans()):
            arguments[name] = height
    image = draw(arrays((draw(batches), draw(st.integers(1, 2)), *size), dtype, ties))
    return image, arguments
