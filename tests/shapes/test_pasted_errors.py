"""Errors as people paste them: what is said, and what is offered first."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnnotes.shapes import diagnose

SAID = {
    "mat1 and mat2 shapes cannot be multiplied (10x49 and 490x10)": ("batch axis is missing", "x.unsqueeze(0)"),
    "mat1 and mat2 shapes cannot be multiplied (10x49 and 10x10)": ("batch axis is missing", "x.unsqueeze(0)"),
    "mat1 and mat2 shapes cannot be multiplied (63488x31 and 64x64)": ("do not prove it", "x.flatten(1)"),
    "size mismatch, m1: [64 x 9216], m2: [4096 x 1000]": ("made for 4096", "in_features to 9216"),
    "linear(): input and weight.T shapes cannot be multiplied (1x512 and 2048x1000)": ("made for 2048", "in_features to 512"),
    "Expected 4-dimensional input for 4-dimensional weight [64, 3, 7, 7], but got 3-dimensional input of size [3, 224, 224] instead": ("has 3 axes", "x.unsqueeze(0)"),
    "Invalid padding string 'SAME', should be one of {'same', 'valid'}": ("not 'SAME'", "small letters"),
    "Calculated padded input size per channel: (2). Kernel size: (3). Kernel size can't be greater than actual input size": ("2 in length", "pad 1 more"),
    "Expected input to have 3 channels, but got 4 channels instead": ("made for 3 channels", 'img.convert("RGB")'),
    "The size of tensor a (4) must match the size of tensor b (3) at non-singleton dimension 0": ("RGBA", 'img.convert("RGB")'),
    "output with shape [1, 28, 28] doesn't match the broadcast shape [3, 28, 28]": ("3 means", "Normalize((0.5,), (0.5,))"),
    "size mismatch for fc.weight: copying a param with shape torch.Size([1000, 512]) from checkpoint, the shape in current model is torch.Size([10, 512])": ("strict=False alone doesn't help", "model.fc = nn.Linear(512, 10)"),
    "Using a target size (torch.Size([32])) that is different to the input size (torch.Size([32, 1]))": ("broadcast to 32 × 32", "x.squeeze(-1)"),
    "Padding size should be less than the corresponding input dimension, but got: padding (3, 3) at dimension 3 of input [1, 3, 2, 2]": ("reflection", "at most 1"),
    "Trying to create tensor with negative dimension -2: [1, 64, -2, -2]": ("negative size", "smaller kernel"),
    "output padding must be smaller than either stride or dilation": ("output_padding must be smaller", "output_padding 0"),
    "expected stride to be a single integer value or a list of 1 values to match the convolution dimensions": ("1 axis", "stride 1"),
    "Expected 2D (unbatched) or 3D (batched) input to conv1d, but got input of size: [16, 1, 28, 28]": ("(N, C, L)", "Conv2d"),
    "groups must be a positive integer": ("at least 1", "groups 1"),
    "non-positive stride is not supported": ("at least 1", "stride 1"),
    "Input type (torch.cuda.FloatTensor) and weight type (torch.FloatTensor) should be the same": ("weights are on the CPU", "model.to(x.device)"),
    "expected scalar type Byte but found Float": ("byte", "x.float() / 255"),
    "shapes (32,1568) and (784,10) not aligned: 1568 (dim 1) != 784 (dim 0)": ("as many columns", "(1568, 10)"),
    "operands could not be broadcast together with shapes (64,10) (64,)": ("from the last axis", "y[:, None]"),
    "cannot reshape array of size 25088 into shape (32,400)": ("shared out", "x.reshape(32, 784)"),
    "Negative dimension size caused by subtracting 3 from 2 for 'conv2d/Conv2D'": ("spans 3", "padding='same'"),
    "Input 0 of layer conv2d is incompatible with the layer: expected min_ndim=4, found ndim=3": ("needs 4 axes", "x[..., None]"),
    "expected axis -1 of input shape to have value 1568, but received input with shape (None, 784)": ("built for 1568", "1568"),
    "mat1 and mat2 shapes cannot be multiplied (2×1568 and 1050×10)": ("made for 1050", "in_features to 1568"),
    "Need input of dimension 4 and input.size[1] == 1 but got input to be of shape: [64 x 28 x 28] at /pytorch/torch/lib/THNN/generic/SpatialConvolutionMM.c:47": ("has 3 axes", "if 64 is the number of pictures, add the channel axis"),
    "input and indices shapes do not match: input [1 x 3 x 134 x 240], indices [1 x 3 x 135 x 240] at /pytorch/SpatialMaxUnpooling.c:66": ("odd size", "output_size=size"),
    "found an invalid max index 207 (output volumes are of size 14x14)": ("outside 14 × 14", "output_size=size"),
    'invalid output_size "torch.Size([100, 100])" (dim 0 must be between 96 and 100)': ("smaller than 100", "before its own pooling"),
    "num_channels must be divisible by num_groups": ("share out evenly", "num_groups 1"),
    "inconsistent tensor sizes at /pytorch/torch/lib/TH/generic/THTensorMath.c:2625": ("one size", "Resize((224, 224))"),
    "1only batches of spatial targets supported (3D tensors) but got targets of size: : [1, 1, 187, 621]": ("for each pixel", "y.squeeze(1)"),
    "1only batches of spatial targets supported (3D tensors) but got targets of size: : [16, 12, 256, 256]": ("for each pixel", "y.argmax(1)"),
    "1only batches of spatial targets supported (3D tensors) but got targets of size: : [2, 432, 778, 3]": ("for each pixel", "class number of each colour"),
    "input_lengths must be of size batch_size": ("(T, N, C)", "x.permute(1, 0, 2)"),
    "Expected tensor to have size at least 12 at dimension 1, but got size 8for argument #2 'targets' (while checking arguments for ctc_loss_gpu)": ("holds 8", "encoded texts"),
    "expected Byte tensor (got Float tensor)": ("input holds Byte", "x.float()"),
    "\"slow_conv2d_cpu\" not implemented for 'Half'": ("half-precision", "model.float()"),
    "input must have 3 dimensions, got 4": ("(T, N, features)", "x.flatten(1, 2).permute(2, 0, 1)"),
    '"concat" mode can only merge layers with matching output shapes except for the concat axis. Layer shapes: [(None, 0, 24, 128), (None, 0, 24, 64)]': ("same height and width", "channels first"),
    "[ONNXRuntimeError] : 2 : INVALID_ARGUMENT : Got invalid dimensions for input: input for the following indices\n index: 0 Got: 8 Expected: 1": ("fixed at 1", "{'input': {0: 'any'}}"),
    "The input tensor cannot be reshaped to the requested shape. Input shape:{1,9,444,204}, requested shape:{1,1,3,3,244,204}": ("export fixed", "export again"),
}  # fmt: skip
TERMINAL = """$ python train.py
Epoch 1
Traceback (most recent call last):
  File "/home/me/train.py", line 40, in <module>
    out = model(images)
  File "/home/me/net.py", line 17, in forward
    x = self.fc1(x)
  File "/usr/lib/python3/site-packages/torch/nn/modules/linear.py", line 114, in forward
    return F.linear(input, self.weight, self.bias)
RuntimeError: {message}
$ """


@pytest.mark.parametrize("message", SAID)
def test_what_is_said_and_offered_first(message):
    said, offered = SAID[message]
    diagnosis = diagnose(f"RuntimeError: {message}")
    assert said in diagnosis.reason and offered in diagnosis.fixes[0].text
    in_a_terminal = diagnose(TERMINAL.replace("{message}", message))
    assert said in in_a_terminal.reason


def test_a_terminal_names_the_layer_and_the_line():
    message = "mat1 and mat2 shapes cannot be multiplied (64x9216 and 4096x1000)"
    diagnosis = diagnose(TERMINAL.replace("{message}", message))
    assert diagnosis.layer == "fc1" and "line 17" in diagnosis.where


def test_a_message_that_pytest_cuts_short_is_read_where_it_stands_whole():
    diagnosis = diagnose(
        ">       x = x.view(-1, 16 * 5 * 5)\n"
        "E       RuntimeError: shape '[-1, 400]' is invalid for input of size 119072\n\n"
        "model.py:31: RuntimeError\n===== short test summary info =====\n"
        "FAILED tests/test_net.py::test_forward - RuntimeError: shape '[-1, 400]' is i...\n"
    )
    assert "119072" in diagnosis.reason and "line 31" in diagnosis.where


LATER = """
Traceback (most recent call last):
  File "/home/me/train.py", line 44, in <module>
    log["loss"]
KeyError: 'loss'
"""
MULTIPLIED = TERMINAL.replace(
    "{message}", "mat1 and mat2 shapes cannot be multiplied (64x9216 and 4096x1000)"
)


@pytest.mark.parametrize(
    "between",
    [
        "\nDuring handling of the above exception, another exception occurred:\n",
        "\nThe above exception was the direct cause of the following exception:\n",
    ],
)
def test_of_chained_errors_the_one_that_is_known_is_read(between):
    assert "made for 4096" in diagnose(MULTIPLIED + between + LATER).reason


def test_an_error_of_an_earlier_run_is_not_taken_for_the_last():
    with pytest.raises(ValueError, match="KeyError: 'loss'"):
        diagnose(MULTIPLIED + "$ python train.py" + LATER)


@pytest.mark.parametrize("text", ["", "KeyError: 'loss'", "CUDA out of memory. Tried 2 GiB"])
def test_what_cannot_be_read_is_refused_in_one_sentence(text):
    with pytest.raises(ValueError, match="give the network and its input's shape"):
        diagnose(text)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.sampled_from(list(SAID)), st.text(max_size=30), st.integers(0, 200), st.integers(0, 200))
def test_mangled_errors_never_end_in_a_traceback(message, noise, start, end):
    text = TERMINAL.replace("{message}", message[:start] + noise + message[end:])
    try:
        assert diagnose(text).reason
    except ValueError as error:
        assert "problem" in str(error)
