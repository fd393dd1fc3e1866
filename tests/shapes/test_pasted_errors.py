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
