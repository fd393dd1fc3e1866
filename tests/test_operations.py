"""What must hold of every operation that has a gradient."""

import numpy as np
import pytest
from gradient_check import assert_gradients
from operations import MODULES, calls

each_operation = pytest.mark.parametrize("name", calls())


def as_tuple(gradients):
    return gradients if isinstance(gradients, tuple) else (gradients,)


def test_no_operation_is_left_out():
    ending = "_backward"
    public = {name for module in MODULES for name in vars(module) if not name.startswith("_")}
    assert {name.removesuffix(ending) for name in public if name.endswith(ending)} == set(calls())


@each_operation
def test_gradients_by_centred_differences(name):
    operation, backward, arrays, arguments = calls()[name]
    output = operation(*arrays, **arguments)
    grad_output = np.cos(np.arange(output.size)).reshape(output.shape)
    gradients = as_tuple(backward(grad_output, *arrays, **arguments))
    assert len(gradients) == len(arrays)
    assert_gradients(lambda *a: operation(*a, **arguments), arrays, gradients, grad_output)


@each_operation
def test_read_only_arrays_work_and_are_not_returned(name):
    operation, backward, arrays, arguments = calls()[name]
    for array in [*arrays, *arguments.values()]:
        if isinstance(array, np.ndarray):
            array.flags.writeable = False
    before = [array.copy() for array in arrays]
    output = np.asarray(operation(*arrays, **arguments))
    output.flags.writeable = False
    gradients = as_tuple(backward(output, *arrays, **arguments))
    for array, copy in zip(arrays, before, strict=True):
        assert np.array_equal(array, copy)
    if name != "flatten":  # which is a view in NumPy and in PyTorch
        for given in (output, *arrays):
            assert not any(np.shares_memory(gradient, given) for gradient in gradients)
            assert given is output or not np.shares_memory(output, given)


@pytest.mark.parametrize("name", [name for name in calls() if name != "mse_loss"])
def test_no_images_give_no_images(name):
    operation, backward, (first, *parameters), arguments = calls()[name]
    some = np.asarray(operation(first, *parameters, **arguments))
    arguments = {n: a[:0] if isinstance(a, np.ndarray) else a for n, a in arguments.items()}
    output = np.asarray(operation(first[:0], *parameters, **arguments))
    assert output.shape == (some.shape if some.ndim == 0 else (0, *some.shape[1:]))
    gradients = as_tuple(backward(output, first[:0], *parameters, **arguments))
    assert gradients[0].shape == first[:0].shape
    for gradient, parameter in zip(gradients[1:], parameters, strict=True):
        assert gradient.shape == parameter.shape and not gradient.any()
