"""Torch networks as people paste them, each with an input shape; tests build them for real."""

HELPER = """
def block(i, o, k=3):
    return nn.Sequential(nn.Conv2d(i, o, k, padding=k // 2), nn.BatchNorm2d(o), nn.ReLU())

net = nn.Sequential(block(3, 8), nn.MaxPool2d(2), block(8, 16, k=5), nn.Flatten())
"""
LOOP = """
layers, width = [], 3
for out in (8, 16):
    layers += [nn.Conv2d(width, out, 3, padding=1), nn.ReLU(inplace=True), nn.MaxPool2d(2)]
    width = out
net = nn.Sequential(*layers, nn.Flatten(), nn.Linear(16 * 4 * 4, 10))
"""
STRAIGHT = """
class Net(nn.Module):
    def __init__(self, classes=10):
        super(Net, self).__init__()
        self.conv1 = nn.Conv2d(1, 6, 5, padding=2)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.pool = nn.MaxPool2d(2)
        self.fc1 = nn.Linear(16 * 5 * 5, 84)
        self.fc2 = nn.Linear(84, classes)

    def forward(self, x):
        x = self.pool(F.relu(self.conv1(x)))
        x = F.max_pool2d(torch.relu(self.conv2(x)), 2)
        x = x.view(x.size(0), -1)
        return F.log_softmax(self.fc2(F.dropout(self.fc1(x), training=self.training)), dim=1)

net = Net(classes=7)
"""
RESIDUAL = """
class Block(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.a = nn.Conv2d(c, c, 3, padding=1, bias=False)
        self.b = nn.BatchNorm2d(c)
    def forward(self, x):
        return F.relu(x + self.b(self.a(x)))

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3, 2, 1)
        self.blocks = nn.Sequential(*[Block(8) for _ in range(3)])
        self.head = nn.Linear(8, 4)
    def forward(self, x):
        x = self.blocks(self.stem(x)).mean(dim=(2, 3))
        return self.head(x)
net = Net()
"""
SKIP = """
class UNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.down = nn.Sequential(nn.Conv2d(1, 4, 3, padding=1), nn.ReLU())
        self.deep = nn.Conv2d(4, 8, 3, padding=1)
        self.up = nn.ConvTranspose2d(8, 4, 2, stride=2)
        self.out = nn.Conv2d(8, 2, 1)
        self.pool = nn.MaxPool2d(2)
    def forward(self, x):
        a = self.down(x)
        b = self.up(self.deep(self.pool(a)))
        return self.out(torch.cat([a, b], dim=1))
net = UNet()
"""
MODULE_LIST = """
class Net(nn.Module):
    def __init__(self, widths=(1, 4, 8)):
        super().__init__()
        self.convs = nn.ModuleList()
        for i, o in zip(widths[:-1], widths[1:]):
            self.convs.append(nn.Conv2d(i, o, 3))
        self.out = nn.Linear(8, 3)
    def forward(self, x):
        for conv in self.convs:
            x = torch.relu(conv(x))
        x = F.adaptive_avg_pool2d(x, 1)
        return self.out(torch.flatten(x, 1))
net = Net()
"""
SUBCLASS = """
class ConvReLU(nn.Sequential):
    def __init__(self, i, o, stride=1):
        super().__init__(nn.Conv2d(i, o, 3, stride, 1, bias=False), nn.BatchNorm2d(o), nn.ReLU6())
net = nn.Sequential(ConvReLU(3, 8, 2), ConvReLU(8, 16))
"""
NAMED = """
net = nn.Sequential(OrderedDict([
    ('conv1', nn.Conv2d(1, 20, 5)), ('relu1', nn.ReLU()), ('conv2', nn.Conv2d(20, 64, 5))]))
"""
CONDITION = """
class Net(nn.Module):
    def __init__(self, norm=True, act=None):
        super().__init__()
        self.conv = nn.Conv2d(1, 8, 3, bias=not norm)
        if norm:
            self.norm = nn.BatchNorm2d(8)
        else:
            self.norm = nn.Identity()
        self.act = nn.ReLU() if act is None else act
    def forward(self, x):
        return self.act(self.norm(self.conv(x)))
net = Net(norm=False)
"""
ADD_MODULE = """
net = nn.Sequential()
for i in range(3):
    net.add_module(f"conv{i}", nn.Conv2d(2 ** i, 2 ** (i + 1), 3))
"""
NETWORKS = {
    "one line": ("net = nn.Sequential(nn.Conv2d(1, 8, 3), nn.ReLU())", (1, 28, 28)),
    "flat": ("net = nn.Sequential(nn.Flatten(), nn.Linear(28*28, 10), nn.Softmax(1))", (1, 28, 28)),
    "same": ("net = nn.Sequential(nn.Conv2d(3, 8, 5, padding='same', groups=1))", (3, 9, 12)),
    "valid": ("net = nn.Sequential(nn.Conv2d(3, 8, 5, padding='valid'))", (3, 9, 12)),
    "depthwise": ("net = nn.Sequential(nn.Conv2d(6, 12, 3, groups=6, bias=False))", (6, 9, 9)),
    "pairs": ("net = nn.Sequential(nn.Conv2d(1, 2, (3, 5), (2, 1), (1, 0), (1, 2)))", (1, 20, 30)),
    "by name": (
        "net = nn.Sequential(nn.Conv2d(kernel_size=3, in_channels=1, out_channels=4, stride=2))",
        (1, 15, 15),
    ),
    "reflect": ("net = nn.Conv2d(1, 4, 3, padding=1, padding_mode='reflect')", (1, 8, 8)),
    "ceil": (
        "net = nn.Sequential(nn.MaxPool2d(3, 2, ceil_mode=True), nn.AvgPool2d(2))",
        (2, 14, 14),
    ),
    "pools": ("net = nn.Sequential(nn.MaxPool2d(3, 1, 1, 2), nn.LPPool2d(2, 2))", (2, 14, 14)),
    "adaptive": (
        "net = nn.Sequential(nn.AdaptiveMaxPool2d((4, None)), nn.AdaptiveAvgPool2d([2, 3]))",
        (2, 14, 15),
    ),
    "transposed": (
        "net = nn.Sequential(nn.ConvTranspose2d(8, 4, 3, 2, 1, 1), nn.Tanh(),"
        " nn.ConvTranspose2d(4, 2, 4, stride=3, dilation=2, bias=False))",
        (8, 5, 6),
    ),
    "plain norm": ("net = nn.Sequential(nn.BatchNorm2d(3, affine=False), nn.Sigmoid())", (3, 4, 4)),
    "norm of rows": ("net = nn.Sequential(nn.Linear(9, 5, False), nn.BatchNorm1d(5))", (9,)),
    "activations": (
        "net = nn.Sequential(nn.Conv2d(1, 4, 1), nn.LeakyReLU(0.2), nn.GELU(), nn.SiLU(True),"
        " nn.ELU(), nn.Hardswish(), nn.Mish(), nn.Softplus(), nn.Dropout2d(p=0.3), nn.Identity())",
        (1, 5, 5),
    ),
    "nested": (
        "net = nn.Sequential(nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU()), nn.Sequential())",
        (1, 5, 5),
    ),
    "unpacked list": ("net = nn.Sequential(*[nn.Conv2d(1, 2, 3), nn.ReLU()])", (1, 5, 5)),
    "arithmetic": (
        "h = w = 28\n"
        "net = nn.Sequential(nn.Flatten(), nn.Linear(h*w//2**2*4 - (3 % 3), int(20/2)))",
        (1, 28, 28),
    ),
    "names first": (
        "nf, k = 4, 3\nnet = nn.Sequential(nn.Conv2d(1, nf*2, k), nn.ReLU())",
        (1, 9, 9),
    ),
    "alias": ("import torch.nn as tnn\nnet = tnn.Sequential(tnn.Conv2d(1, 2, 3))", (1, 5, 5)),
    "imported": ("from torch.nn import Conv2d as C\nnet = nn.Sequential(C(1, 2, 3))", (1, 5, 5)),
    "full name": ("net = torch.nn.Sequential(torch.nn.Conv2d(1, 2, 3))", (1, 5, 5)),
    "to a device": ("net = nn.Sequential(nn.Conv2d(1, 2, 3)).to('cpu').eval()", (1, 5, 5)),
    "joined": (
        "a = nn.Sequential(nn.Conv2d(1, 2, 3))\nb = nn.Sequential(nn.Conv2d(2, 3, 3))\n"
        "net = nn.Sequential(a, b)",
        (1, 7, 7),
    ),
    "unpacked names": (
        "options = dict(kernel_size=3, padding=1)\nnet = nn.Sequential(nn.Conv2d(1, 2, **options))",
        (1, 7, 7),
    ),
    "training around": (
        "net = nn.Sequential(nn.Conv2d(1, 2, 3))\n"
        "optimiser = torch.optim.SGD(net.parameters(), lr=0.1)\nlosses = []\n"
        "for epoch in range(0):\n    losses.append(net(1).item())\n",
        (1, 7, 7),
    ),
    "helper": (HELPER, (3, 12, 14)),
    "loop": (LOOP, (3, 16, 16)),
    "straight class": (STRAIGHT, (1, 28, 28)),
    "residual class": (RESIDUAL, (3, 17, 17)),
    "skip class": (SKIP, (1, 16, 12)),
    "module list": (MODULE_LIST, (1, 9, 9)),
    "subclass": (SUBCLASS, (3, 8, 8)),
    "ordered dict": (NAMED, (1, 28, 28)),
    "condition": (CONDITION, (1, 8, 8)),
    "add_module": (ADD_MODULE, (1, 12, 12)),
    "lazy": ("net = nn.Sequential(nn.LazyConv2d(4, 3), nn.Flatten(), nn.LazyLinear(5))", (1, 8, 8)),
}
