"""Errors that PyTorch and NumPy raise here: each is read, and what is offered makes it go away."""

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from cnnnotes.shapes import diagnose

# What fails; a part of it, and what that becomes; words of the first fix (of another, after "|").
TRIED = [
    ("nn.Conv2d(3, 8, 3)(zeros(1, 28, 28, 3))", "28, 3)", "28, 3).permute(0, 3, 1, 2)", "x.permute(0, 3, 1, 2)"),
    ("nn.Conv2d(3, 8, 3)(zeros(4, 1, 28, 28))", "Conv2d(3", "Conv2d(1", "in_channels to 1"),
    ("nn.Conv1d(28, 8, 3)(zeros(4, 1, 28))", "Conv1d(28", "Conv1d(1", "in_channels to 1"),
    ("nn.Conv3d(3, 8, 3)(zeros(4, 16, 3, 8, 8))", "8, 8)", "8, 8).transpose(1, 2)", "x.transpose(1, 2)"),
    ("nn.ConvTranspose2d(8, 3, 3)(zeros(1, 3, 8, 8))", "2d(8", "2d(3", "in_channels to 3"),
    ("nn.Conv2d(1, 8, 3)(zeros(28, 28))", "(28, 28)", "(28, 28)[None, None]", "x[None, None]"),
    ("nn.Conv2d(3, 8, 3)(zeros(4, 3, 8, 8, dtype=torch.uint8))", "uint8)", "uint8).float() / 255", "x.float() / 255"),
    ("nn.Conv2d(3, 8, 3)(zeros(4, 3, 8, 8, dtype=torch.float64))", "64)", "64).float()", "x.float()"),
    ("nn.Conv2d(3, 8, 3, stride=2, padding='same')", "'same'", "1", "1 for a 3×3 kernel"),
    ("nn.Conv2d(3, 8, 3, groups=2)", "groups=2", "groups=1", "groups 1"),
    ("nn.Conv2d(4, 6, 3, groups=4)", "groups=4", "groups=1", "groups 1"),
    ("nn.Conv2d(3, 8, 3, padding=-1)(zeros(1, 3, 8, 8))", "-1", "0", "padding 0"),
    ("nn.Conv2d(3, 8, 3, dilation=0)(zeros(1, 3, 8, 8))", "dilation=0", "dilation=1", "dilation 1"),
    ("nn.Conv2d(3, 8, 3, padding_mode='mirror')", "mirror", "reflect", "'reflect' mirrors"),
    ("nn.Conv2d(3, 8, 7)(zeros(1, 3, 5, 5))", "8, 7", "8, 7, padding=1", "pad 1 more"),
    ("nn.Conv2d(3, 8, 3)(np.zeros((1, 3, 8, 8)))", "np.zeros((1, 3, 8, 8))", "torch.from_numpy(np.zeros((1, 3, 8, 8))).float()", "torch.from_numpy(x).float()"),
    ("nn.ConvTranspose2d(8, 3, 3, stride=2)(zeros(1, 8, 8, 8), output_size=(30, 30))", "(30, 30)", "(18, 18)", "output_size 18"),
    ("nn.MaxPool2d(4)(zeros(1, 8, 3, 3))", "(4)", "(3)", "kernel_size 3"),
    ("nn.MaxPool2d(2, padding=2)(zeros(1, 8, 8, 8))", "padding=2", "padding=1", "pad 1"),
    ("nn.MaxPool2d(2)(zeros(8, 8))", "(8, 8)", "(8, 8)[None, None]", "x[None, None]"),
    ("nn.MaxPool2d(2, stride=0)(zeros(1, 8, 8, 8))", "stride=0", "stride=1", "stride 1"),
    ("nn.MaxUnpool2d(2)(zeros(1, 8, 4, 4), zeros(1, 8, 4, 4))", "4, 4))", "4, 4).long())", "i.long()"),
    ("nn.AdaptiveAvgPool2d((1, 1, 1))(zeros(1, 3, 4, 4))", "(1, 1, 1)", "1", "output_size 1"),
    ("nn.BatchNorm2d(8)(zeros(4, 16, 8, 8))", "2d(8)", "2d(16)", "num_features to 16"),
    ("nn.BatchNorm2d(8)(zeros(4, 8))", "BatchNorm2d", "BatchNorm1d", "use BatchNorm1d"),
    ("nn.BatchNorm1d(8)(zeros(4, 8, 5, 5))", "BatchNorm1d", "BatchNorm2d", "use BatchNorm2d"),
    ("nn.BatchNorm1d(8)(zeros(1, 8))", "(1, 8)", "(2, 8)", "batches of at least 2"),
    ("nn.GroupNorm(3, 8)(zeros(1, 8, 4, 4))", "(3, 8)", "(2, 8)", "num_groups 2"),
    ("nn.LayerNorm((8, 8))(zeros(1, 4, 7, 7))", "(8, 8)", "[7, 7]", "normalized_shape to [7, 7]"),
    ("nn.InstanceNorm2d(8)(zeros(1, 8, 1, 1))", "1, 1)", "2, 2)", "start from a larger picture"),
    ("nn.Linear(784, 10)(zeros(32, 1, 28, 28))", "28, 28)", "28, 28).flatten(1)", "x.flatten(1)"),
    ("nn.Bilinear(4, 5, 6)(zeros(2, 5), zeros(2, 5))", "(4", "(5", "in1_features to 5"),
    ("nn.PReLU(8)(zeros(1, 3, 4, 4))", "(8)", "(3)", "num_parameters to 3"),
    ("nn.Embedding(10, 3)(torch.tensor([1.5]))", "1.5])", "1.5]).long()", "x.long()"),
    ("nn.ReflectionPad2d(4)(zeros(1, 3, 4, 4))", "2d(4)", "2d(3)", "at most 3"),
    ("nn.PixelShuffle(2)(zeros(1, 3, 4, 4))", "1, 3", "1, 4", "give 4 channels"),
    ("nn.Unfold(5)(zeros(1, 3, 4, 4))", "(5)", "(4)", "kernel_size 4"),
    ("nn.LSTM(28, 8)(zeros(1, 5, 10))", "(28", "(10", "input_size to 10"),
    ("nn.MultiheadAttention(10, 3)", "10, 3", "10, 1", "num_heads 1"),
    ("nn.Conv2d(1, 1, 3).load_state_dict({'module.weight': zeros(1, 1, 3, 3), 'module.bias': zeros(1)})", "'module.", "'", "removeprefix('module.')"),
    ("F.interpolate(zeros(3, 4, 4), size=(8, 8))", "4, 4)", "4, 4).unsqueeze(0)", "x.unsqueeze(0)"),
    ("F.pad(zeros(1, 3, 4, 4), (1, 1, 1))", "(1, 1, 1)", "(1, 1, 1, 1)", "two numbers for each axis"),
    ("F.one_hot(zeros(3))", "(3)", "(3).long()", "x.long()"),
    ("F.cross_entropy(zeros(4, 10), zeros(4))", "zeros(4)", "zeros(4).long()", "y.long()"),
    ("F.cross_entropy(zeros(4, 10), zeros(4, 1).long())", "4, 1)", "4, 1).reshape(-1)", "y.reshape(-1).long()"),
    ("F.cross_entropy(zeros(4, 10), torch.full((4,), 10))", "4, 10", "4, 11", "11 outputs"),
    ("F.cross_entropy(zeros(4, 10, 8, 8), zeros(4, 7, 7).long())", "zeros(4, 10, 8, 8)", "F.interpolate(zeros(4, 10, 8, 8), size=(7, 7))", "interpolate(x, size=(7, 7))"),
    ("F.binary_cross_entropy(zeros(4, 1), zeros(4))", "4, 1)", "4, 1).squeeze(-1)", "x.squeeze(-1)"),
    ("F.binary_cross_entropy(torch.full((4,), 2.0), zeros(4))", "entropy(", "entropy_with_logits(", "use BCEWithLogitsLoss"),
    ("F.binary_cross_entropy_with_logits(zeros(4, 1), zeros(4))", "4, 1)", "4, 1).squeeze(-1)", "x.squeeze(-1)"),
    ("zeros(4, 8, 7, 7).view(4, 400)", "view(4, 400)", "flatten(1)", "x.flatten(1)"),
    ("zeros(4, 8, 7, 7).transpose(1, 3).view(4, -1)", "view", "reshape", "use reshape"),
    ("zeros(4, 8, 7, 7) + zeros(4, 8, 7, 6)", "7, 7)", "7, 7).narrow(3, 0, 6)", "x.narrow(3, 0, 6)"),
    ("torch.bmm(zeros(4, 3, 2), zeros(4, 3, 2))", "2))", "2).transpose(1, 2))", ".transpose(1, 2)"),
    ("zeros(4, 3).permute(0, 2, 1)", "0, 2, 1", "0, 1", "name 2 axes"),
    ("zeros(4, 3).squeeze(3)", "(3)", "(-2)", "-2 to 1"),
    ("zeros(4, requires_grad=True).numpy()", "numpy", "detach().numpy", "x.detach().numpy()"),
    ("zeros(4, requires_grad=True).exp().backward()", "exp()", "exp().mean()", "loss.mean().backward()"),
    ("(zeros(4, requires_grad=True) + 1).detach().sum().backward()", ".detach()", "", ".detach()"),
    ("np.zeros((4, 3)) @ np.zeros((4, 2))", "(4, 2)", "(3, 2)", "give it 3 rows"),
    ("np.concatenate([np.zeros((4, 3)), np.zeros((4, 2))])", "2))]", "2))], axis=1", "axis in which they differ"),
    ("np.zeros((28, 28, 3)).transpose(0, 3, 1, 2)", "0, 3, 1, 2", "2, 0, 1", "x.transpose(2, 0, 1)"),
    ("np.zeros((4, 3)).squeeze(1)", ".squeeze(1)", "[0]", "x[0]"),
    ("np.zeros((4, 3))[:, 3]", "4, 3)", "4, 4)", "make 4 columns"),
    ("np.einsum('ij,jk->ik', np.zeros((2, 3)), np.zeros((2, 3)))", "jk->", "kj->", "|swap its letters: 'ij,kj->ik'"),
    ("F.conv_transpose2d(zeros(1, 3, 8, 8), zeros(3, 8, 3, 3), zeros(4))", "zeros(4)", "zeros(8)", "bias 8 numbers"),
    ("nn.Conv2d(3, 8, '3')", "'3'", "3", "3, not '3'"),
    ("nn.Conv2d(3, 8)", "8)", "8, kernel_size=3)", "'kernel_size'"),
    ("nn.Conv2d(3, 8, 3, strides=2)", "strides", "stride", "stride, padding"),
    ("zeros(2, 3).gather(1, zeros(2, 3))", "zeros(2, 3))", "zeros(2, 3).long())", "index.long()"),
    ("zeros(2, 3, 4).t()", "t()", "transpose(-1, -2)", "x.transpose(-1, -2)"),
    ("torch.cat([zeros(2, 3), np.zeros((2, 3))])", "np.zeros((2, 3))", "torch.as_tensor(np.zeros((2, 3)))", "torch.as_tensor(x)"),
    ("torch.from_numpy([1, 2])", "from_numpy", "as_tensor", "torch.as_tensor(x)"),
    ("nn.Flatten(2, 1)(zeros(1, 3, 4))", "(2, 1)", "(1)", "x.flatten(1)"),
    ("F.grid_sample(zeros(1, 3, 4, 4), zeros(1, 2, 4, 4), align_corners=False)", "zeros(1, 2, 4, 4)", "zeros(1, 2, 4, 4).permute(0, 2, 3, 1)", "grid.permute(0, 2, 3, 1)"),
    ("F.pad(zeros(3, 4, 4), (1, 1, 1, 1, 1, 1, 1, 1))", "1, 1, 1, 1, 1, 1, 1, 1", "1, 1, 1, 1", "(left, right, top, bottom)"),
    ("F.pad(zeros(4, 4), (1, 1, 1, 1), mode='reflect')", "4, 4)", "4, 4).unsqueeze(0)", "x.unsqueeze(0)"),
    ("F.max_pool2d(zeros(1, 3, 4, 4), 2, padding=-1)", "-1", "0", "pad 0"),
    ("F.max_pool2d(zeros(1, 3, 4, 4), (2, 2, 2))", "(2, 2, 2)", "2", "one number serves all axes"),
    ("F.layer_norm(zeros(2, 3), (3,), zeros(4))", "zeros(4)", "zeros(3)", "weight the shape [3]"),
    ("F.dropout(zeros(2), p=1.5)", "1.5", "0.5", "p=0.5"),
    ("nn.Sequential([nn.Linear(2, 2)])", "[", "*[", "nn.Sequential(*layers)"),
    ("nn.Sequential(nn.Conv2d(3, 8, 3), F.relu)", "F.relu", "nn.ReLU()", "nn.ReLU() for F.relu"),
    ("nn.GRU(4, 5)(zeros(2, 3, 4), zeros(1, 2, 5))", "zeros(1, 2, 5)", "zeros(1, 3, 5)", "torch.zeros(1, 3, 5)"),
    ("nn.LSTM(8, 5)(zeros(2, 2, 4, 7))", "7)", "7).flatten(1, 2).permute(2, 0, 1)", "x.flatten(1, 2).permute(2, 0, 1)"),
    ("nn.MultiheadAttention(8, 2)(*[zeros(3, 2, 6)] * 3)", "(8", "(6", "embed_dim to 6"),
    ("zeros(3).log_softmax()", "softmax()", "softmax(dim=0)", "dim=1"),
    ("x = zeros(3, requires_grad=True); x += 1", "x += 1", "x = x + 1", "x = x + 1"),
    ("np.pad(np.zeros((3, 4)), ((1, 1), (1, 1), (0, 0)))", ", (0, 0)", "", "give 2 pairs"),
    ("np.linalg.inv(np.zeros((3, 4)))", "inv", "pinv", "np.linalg.pinv"),
    ("nn.Linear(490, 10)(nn.Flatten()(zeros(10, 7, 7)))", "7, 7)", "7, 7).unsqueeze(0)", "x.unsqueeze(0)"),
    ("nn.Linear(10, 10)(nn.Flatten()(zeros(10, 7, 7)))", "10, 10)(nn.Flatten()(zeros(10, 7, 7)", "490, 10)(nn.Flatten()(zeros(10, 7, 7).unsqueeze(0)", "x.unsqueeze(0)"),
    ("nn.Linear(2048, 1000)(zeros(1, 512))", "2048", "512", "in_features to 512"),
    ("nn.Linear(4096, 1000)(zeros(64, 9216))", "4096", "9216", "in_features to 9216"),
    ("nn.Conv2d(3, 64, 7, padding='SAME')", "SAME", "same", "'same', in small letters"),
    ("nn.Conv1d(1, 1, 3)(zeros(1, 1, 2))", "1, 3)", "1, 3, padding=1)", "pad 1 more"),
    ("nn.Conv2d(3, 8, 3)(zeros(1, 4, 8, 8))", "8, 8)", "8, 8)[:, :3]", "x[:, :3]"),
    ("zeros(4, 8, 8) - zeros(3, 1, 1)", "8, 8)", "8, 8)[:3]", "x[:3]"),
    ("zeros(1, 28, 28).sub_(zeros(3, 1, 1))", "28)", "28).repeat(3, 1, 1)", "|x.repeat(3, 1, 1)"),
    ("zeros(1, 28, 28).sub_(zeros(3, 1, 1))", "zeros(3", "zeros(1", "one mean, one std"),
    ("nn.Linear(512, 10).load_state_dict(nn.Linear(512, 1000).state_dict())", "10)", "1000)", "with 1000 outputs, then replace the layer: model = nn.Linear(512, 10)"),
    ("nn.ReflectionPad2d(3)(zeros(1, 3, 2, 2))", "(3)", "(1)", "at most 1"),
    ("nn.ConvTranspose2d(8, 3, 3, stride=2, output_padding=2)(zeros(1, 8, 8, 8))", "padding=2", "padding=1", "output_padding 1"),
    ("F.conv1d(zeros(1, 3, 8), zeros(4, 3, 3), stride=(1, 1))", "(1, 1)", "1", "stride 1"),
    ("nn.Conv1d(1, 8, 3)(zeros(16, 1, 28, 28))", "Conv1d", "Conv2d", "use Conv2d"),
    ("nn.Conv1d(1, 8, 3)(zeros(16, 1, 28, 28))", "28, 28)", "28, 28).flatten(1).unsqueeze(1)", "|x.flatten(1).unsqueeze(1)"),
    ("nn.Conv2d(3, 8, 3, groups=0)", "groups=0", "groups=1", "groups 1"),
    ("nn.Conv2d(3, 8, 3, stride=0)(zeros(1, 3, 8, 8))", "stride=0", "stride=1", "stride 1"),
    ("F.linear(zeros(2, 3, dtype=torch.uint8), zeros(4, 3))", "uint8)", "uint8).float() / 255", "x.float() / 255"),
    ("np.zeros((32, 1568)).dot(np.zeros((784, 10)))", "784", "1568", "1568 rows"),
    ("np.zeros((64, 10)) - np.zeros(64)", "zeros(64)", "zeros(64)[:, None]", "y[:, None]"),
    ("np.zeros(25088).reshape(32, 400)", "400", "784", "x.reshape(32, 784)"),
    ("zeros(64, 8, 7, 7).view(64, 400)", "view(64, 400)", "flatten(1)", "x.flatten(1)"),
    ("nn.Upsample(size=(8, 8), scale_factor=2)(zeros(1, 3, 4, 4))", ", scale_factor=2", "", "leave scale_factor out"),
]  # fmt: skip


def run(statement):
    names = {"nn": nn, "F": F, "np": np, "torch": torch, "zeros": torch.zeros}
    exec(statement, names)


@pytest.mark.parametrize(("broken", "old", "new", "offered"), TRIED, ids=[row[0] for row in TRIED])
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_what_is_offered_makes_the_error_go_away(broken, old, new, offered):
    with pytest.raises((RuntimeError, ValueError, TypeError, IndexError, AssertionError)) as raised:
        run(broken)
    diagnosis = diagnose(f"{raised.type.__name__}: {raised.value}")
    fixes = diagnosis.fixes[1:] if offered.startswith("|") else diagnosis.fixes[:1]
    assert any(offered.strip("|") in fix.text for fix in fixes), diagnosis
    assert old in broken
    run(broken.replace(old, new))
