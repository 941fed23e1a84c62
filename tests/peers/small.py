"""Small networks under the official module names, for checks that need no checkout of the official repositories.

`official.py` runs the official code itself; what both say of the same weights is equal (tests/golden/official).
"""
from collections import OrderedDict

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F


def norm(kind, channels):
    return {"batch": lambda: nn.BatchNorm2d(channels), "instance": lambda: nn.InstanceNorm2d(channels),
            "old": lambda: nn.InstanceNorm2d(channels, track_running_stats=True), "none": nn.Identity}[kind]()


class UnetBlock(nn.Module):
    def __init__(self, outer, inner, inside, kind, dropout=False, outermost=None):
        super().__init__()
        bias, self.outermost = kind == "instance", outermost is not None
        down = nn.Conv2d(outermost[0] if self.outermost else outer, inner, 4, 2, 1, bias=bias)
        if self.outermost:
            layers = [down, inside, nn.ReLU(), nn.ConvTranspose2d(inner * 2, outermost[1], 4, 2, 1), nn.Tanh()]
        elif inside is None:
            layers = [nn.LeakyReLU(0.2), down, nn.ReLU(), nn.ConvTranspose2d(inner, outer, 4, 2, 1, bias=bias), norm(kind, outer)]
        else:
            layers = [nn.LeakyReLU(0.2), down, norm(kind, inner), inside, nn.ReLU(),
                      nn.ConvTranspose2d(inner * 2, outer, 4, 2, 1, bias=bias), norm(kind, outer)] + [nn.Dropout(0.5)] * dropout
        self.model = nn.Sequential(*layers)

    def forward(self, x):
        return self.model(x) if self.outermost else torch.cat([x, self.model(x)], 1)


class Unet(nn.Module):
    def __init__(self, inputs, outputs, downs, ngf, kind, dropout=False):
        super().__init__()
        block = UnetBlock(ngf * 8, ngf * 8, None, kind)
        for _ in range(downs - 5):
            block = UnetBlock(ngf * 8, ngf * 8, block, kind, dropout)
        for width in (4, 2, 1):
            block = UnetBlock(ngf * width, ngf * width * 2, block, kind)
        self.model = UnetBlock(ngf, ngf, block, kind, outermost=(inputs, outputs))

    def forward(self, x):
        return self.model(x)


class ResBlock(nn.Module):
    def __init__(self, channels, kind, dropout=False, bias=True):
        super().__init__()
        conv = lambda: [nn.ReflectionPad2d(1), nn.Conv2d(channels, channels, 3, bias=bias), norm(kind, channels)]
        self.conv_block = nn.Sequential(*conv(), nn.ReLU(), *([nn.Dropout(0.5)] * dropout), *conv())

    def forward(self, x):
        return x + self.conv_block(x)


def residual(inputs, outputs, ngf, kind, downs, blocks, dropout=False, bias=True, head=True):
    """ResnetGenerator, GlobalGenerator and Encoder: one Sequential, whose keys begin with `model.`"""
    layers = [nn.ReflectionPad2d(3), nn.Conv2d(inputs, ngf, 7, bias=bias), norm(kind, ngf), nn.ReLU()]
    for level in range(downs):
        c = ngf << level
        layers += [nn.Conv2d(c, c * 2, 3, 2, 1, bias=bias), norm(kind, c * 2), nn.ReLU()]
    layers += [ResBlock(ngf << downs, kind, dropout, bias) for _ in range(blocks)]
    for level in reversed(range(downs)):
        c = ngf << level
        layers += [nn.ConvTranspose2d(c * 2, c, 3, 2, 1, 1, bias=bias), norm(kind, c), nn.ReLU()]
    if head:
        layers += [nn.ReflectionPad2d(3), nn.Conv2d(ngf, outputs, 7), nn.Tanh()]
    return nn.Sequential(OrderedDict(model=nn.Sequential(*layers)))


class Local(nn.Module):
    def __init__(self, inputs, outputs, ngf, kind, downs, blocks, enhancers, local_blocks):
        super().__init__()
        self.model = residual(inputs, outputs, ngf << enhancers, kind, downs, blocks, head=False).model
        self.enhancers = enhancers
        for n in range(1, enhancers + 1):
            c = ngf << (enhancers - n)
            down = [nn.ReflectionPad2d(3), nn.Conv2d(inputs, c, 7), norm(kind, c), nn.ReLU(),
                    nn.Conv2d(c, 2 * c, 3, 2, 1), norm(kind, 2 * c), nn.ReLU()]
            up = [ResBlock(2 * c, kind) for _ in range(local_blocks)]
            up += [nn.ConvTranspose2d(2 * c, c, 3, 2, 1, 1), norm(kind, c), nn.ReLU()]
            if n == enhancers:
                up += [nn.ReflectionPad2d(3), nn.Conv2d(ngf, outputs, 7), nn.Tanh()]
            setattr(self, f"model{n}_1", nn.Sequential(*down))
            setattr(self, f"model{n}_2", nn.Sequential(*up))

    def forward(self, x):
        pyramid = [x]
        for _ in range(self.enhancers):
            pyramid.append(F.avg_pool2d(pyramid[-1], 3, 2, 1, count_include_pad=False))
        y = self.model(pyramid[-1])
        for n in range(1, self.enhancers + 1):
            y = getattr(self, f"model{n}_2")(getattr(self, f"model{n}_1")(pyramid[self.enhancers - n]) + y)
        return y


def edges(inst):
    e = np.zeros(inst.shape, bool)
    across, down = inst[:, 1:] != inst[:, :-1], inst[1:] != inst[:-1]
    e[:, 1:] |= across; e[:, :-1] |= across; e[1:] |= down; e[:-1] |= down
    return e.astype(np.float32)
