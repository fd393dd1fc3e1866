"""The random cases themselves: how many there are, and that no special case is left out."""

import math
from importlib import import_module

import numpy as np
from hypothesis import given
from property_cases import TIMES, both, cases, conv_cases, pool_cases

from cnnnotes.shapes import pool_output_size


def test_a_normal_run_compares_at_least_2000_cases_with_torch():
    modules = [import_module(f"test_{name}") for name in ("conv", "pool", "dense", "losses")]
    compared = {name: test for module in modules for name, test in vars(module).items()}
    number = sum(getattr(t, "cases", 0) for name, t in compared.items() if "torch" in name)
    assert number >= 2000 * TIMES


def special(strategy, features):
    """Return the names of all features that some of 300 cases have, and of all there are."""
    seen, names = set(), set()

    @cases(math.ceil(300 / TIMES))
    @given(strategy)
    def look(case):
        found = features(*case)
        names.update(found)
        seen.update(name for name, present in found.items() if present)

    look()
    return seen, names


def of_images(image):
    return {
        "no images": len(image) == 0,
        "one image": len(image) == 1,
        "one pixel": image.shape[2:] == (1, 1),
        "not contiguous": image.size > 0 and not image.flags.c_contiguous,
    }


def of_windows(size, kernel, stride, padding, dilation):
    spans = [d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True)]
    padded = [n + 2 * p for n, p in zip(size, padding, strict=True)]
    rests = [(n - span) % s for n, span, s in zip(padded, spans, stride, strict=True)]
    return {
        "kernel of one pixel": kernel == (1, 1),
        "kernel as large as the image": kernel == size != (1, 1),
        "kernel that spans the padded image": spans == padded,
        "stride that does not divide": any(rests),
        "stride beyond the kernel": any(s > n for s, n in zip(stride, spans, strict=True)),
        "padding": any(padding),
        "dilation": dilation != (1, 1),
        "sides that differ": stride[0] != stride[1] and kernel[0] != kernel[1],
    }


def of_convolutions(parameters, arguments):
    image, weight, *bias = parameters
    kernel = weight.shape[2:]
    stride, padding, dilation = (both(arguments[n]) for n in ("stride", "padding", "dilation"))
    return {
        **of_images(image),
        **of_windows(image.shape[2:], kernel, stride, padding, dilation),
        "filters that are not contiguous": not weight.flags.c_contiguous,
        "a real one at stride 1": image.size > 0 and stride == (1, 1) and min(kernel) > 1,
        "a real one at stride 2": image.size > 0 and min(stride) > 1 and min(kernel) > 1,
        "groups": arguments["groups"] > 1,
        "bias": bool(bias),
        "no bias": not bias,
        "an int for both sides": isinstance(arguments["stride"], int),
    }


def of_poolings(image, arguments):
    kernel = both(arguments["kernel_size"])
    window = [
        kernel if arguments["stride"] is None else both(arguments["stride"]),
        both(arguments["padding"]),
        both(arguments["dilation"]),
    ]
    axes = list(zip(image.shape[2:], kernel, *window, strict=True))
    more = any(
        pool_output_size(*axis) < pool_output_size(*axis, True) for axis in axes if fits(axis)
    )
    return {
        **of_images(image),
        **of_windows(image.shape[2:], kernel, *window),
        "ties": np.unique(image).size < image.size,
        "ceil mode": arguments["ceil_mode"],
        "ceil mode that adds a window": arguments["ceil_mode"] and more,
        "stride of the kernel's size": arguments["stride"] is None,
    }


def fits(axis):
    size, kernel, _, padding, dilation = axis
    return dilation * (kernel - 1) + 1 <= size + 2 * padding


def test_every_special_convolution_is_among_the_cases():
    seen, names = special(conv_cases(), of_convolutions)
    assert seen == names


def test_every_special_transposed_convolution_is_among_the_cases():
    seen, names = special(conv_cases(transposed=True), of_convolutions)
    # Whether a kernel fits into the image says something of a convolution alone.
    fitting = {"kernel that spans the padded image", "kernel as large as the image"}
    assert seen >= names - fitting


def test_every_special_pooling_is_among_the_cases():
    seen, names = special(pool_cases(ties=True), of_poolings)
    assert seen == names
