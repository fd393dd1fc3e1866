"""One helper compares any operation with PyTorch's, forward and backward."""

import numpy as np
import torch

TOLERANCE = {np.dtype(np.float64): 1e-10, np.dtype(np.float32): 1e-5}


def compare_with_torch(ours, ours_backward, theirs, arrays, **arguments):
    """Check that outputs and all gradients agree, relative to the largest number in each.

    `ours(*arrays, **arguments)` and `theirs(*tensors, **arguments)` return one array, or the array
    first; `ours_backward(grad_output, *arrays, **arguments)` returns one gradient for each array.
    """
    before = [array.copy() for array in arrays]
    tensors = [torch.tensor(array.copy(), requires_grad=True) for array in arrays]
    output, expected = ours(*arrays, **arguments), theirs(*tensors, **arguments)
    if isinstance(expected, tuple):
        output, *extra = output
        expected, *expected_extra = expected
        for array, tensor in zip(extra, expected_extra, strict=True):
            assert np.array_equal(array, tensor.numpy())
    assert_agree(output, expected.detach().numpy())

    grad_output = np.random.default_rng(0).normal(size=output.shape).astype(output.dtype)
    grads = ours_backward(grad_output, *arrays, **arguments)
    expected_grads = torch.autograd.grad(expected, tensors, torch.tensor(grad_output))
    grads = grads if isinstance(grads, tuple) else (grads,)
    for grad, tensor in zip(grads, expected_grads, strict=False):
        assert_agree(grad, tensor.numpy())
    assert all(grad is None for grad in grads[len(arrays) :]), "a gradient of nothing"
    for array, copy in zip(arrays, before, strict=True):
        assert np.array_equal(array, copy, equal_nan=True), "an input was changed"


def assert_agree(ours, theirs):
    assert ours.shape == theirs.shape
    assert ours.dtype == theirs.dtype
    tolerance = TOLERANCE[ours.dtype] * max(1, np.abs(theirs).max(initial=0))
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=tolerance)
