"""Writes small checkpoints in the official layouts with inputs and PyTorch's float32 outputs.

Run from the repository's root: python3 tests/peers/official.py  (needs torch, numpy, pillow).
Each folder of tests/golden/official holds `latest_net_G.pth` (or `model.pict`), `input.png`, perhaps `instance.png` and
`features.npy`, and `expected.npy`: float32 [channels, height, width]. Networks are narrow so that files stay small; names and
order of the modules are those of the published checkpoints.
"""
import json
import struct
import sys
from collections import OrderedDict
from pathlib import Path

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from PIL import Image

OUT = Path("tests/golden/official")


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


class Modulation(nn.Module):
    def __init__(self, channels, labels, kind):
        super().__init__()
        self.param_free_norm = nn.BatchNorm2d(channels, affine=False) if kind == "batch" else nn.InstanceNorm2d(channels)
        self.mlp_shared = nn.Sequential(nn.Conv2d(labels, 128, 3, padding=1), nn.ReLU())
        self.mlp_gamma = nn.Conv2d(128, channels, 3, padding=1)
        self.mlp_beta = nn.Conv2d(128, channels, 3, padding=1)

    def forward(self, x, labels):
        hidden = self.mlp_shared(F.interpolate(labels, size=x.shape[2:], mode="nearest"))
        return self.param_free_norm(x) * (1 + self.mlp_gamma(hidden)) + self.mlp_beta(hidden)


class SpadeBlock(nn.Module):
    def __init__(self, a, b, labels, kind, wrap):
        super().__init__()
        middle = min(a, b)
        self.conv_0, self.conv_1 = wrap(nn.Conv2d(a, middle, 3, padding=1)), wrap(nn.Conv2d(middle, b, 3, padding=1))
        self.norm_0, self.norm_1 = Modulation(a, labels, kind), Modulation(middle, labels, kind)
        if a != b:
            self.conv_s, self.norm_s = wrap(nn.Conv2d(a, b, 1, bias=False)), Modulation(a, labels, kind)

    def forward(self, x, labels):
        y = self.conv_0(F.leaky_relu(self.norm_0(x, labels), 0.2))
        y = self.conv_1(F.leaky_relu(self.norm_1(y, labels), 0.2))
        return y + (self.conv_s(self.norm_s(x, labels)) if hasattr(self, "conv_s") else x)


class Spade(nn.Module):
    def __init__(self, labels, ngf, start, ups, kind="batch", spectral=True, code=0):
        super().__init__()
        self.start, self.ups, wide = start, ups, 16 * ngf
        wrap = nn.utils.spectral_norm if spectral else (lambda layer: layer)
        self.fc = nn.Linear(code, wide * start[0] * start[1]) if code else nn.Conv2d(labels, wide, 3, padding=1)
        block = lambda a, b: SpadeBlock(a, b, labels, kind, wrap)
        self.head_0, self.G_middle_0, self.G_middle_1 = block(wide, wide), block(wide, wide), block(wide, wide)
        for step in range(4 + (ups == 7)):
            setattr(self, f"up_{step}", block(wide >> step, wide >> step + 1))
        self.conv_img = nn.Conv2d(ngf // (2 if ups == 7 else 1), 3, 3, padding=1)

    def forward(self, labels, code=None):
        if code is None:
            x = self.fc(F.interpolate(labels, size=self.start))
        else:
            x = self.fc(code).view(1, -1, *self.start)
        up = lambda x: F.interpolate(x, scale_factor=2)
        x = self.G_middle_0(up(self.head_0(x, labels)), labels)
        x = self.G_middle_1(up(x) if self.ups >= 6 else x, labels)
        for step in range(4 + (self.ups == 7)):
            x = getattr(self, f"up_{step}")(up(x), labels)
        return torch.tanh(self.conv_img(F.leaky_relu(x, 0.2)))


def liven(net, seed):
    """Weights as large as trained ones, so that pictures have contrast; spectral vectors as after many steps."""
    torch.manual_seed(seed)
    for name, p in net.named_parameters():
        fan = max(1, p[0].numel()) if p.dim() > 1 else 1
        if p.dim() > 1:
            nn.init.normal_(p, 0, (2.0 / fan) ** 0.5 * (0.7 if "mlp_" in name else 1.0))
        elif name.endswith("bias"):
            nn.init.normal_(p, 0, 0.1)
        else:
            nn.init.normal_(p, 1, 0.2)
    for name, b in net.named_buffers():
        if name.endswith("running_mean"):
            b.normal_(0, 0.3)
        elif name.endswith("running_var"):
            b.uniform_(0.5, 1.5)
    for _ in range(3):
        for m in net.modules():
            if hasattr(m, "weight_u"):
                w = m.weight_orig.detach().flatten(1)
                m.weight_v.copy_(F.normalize(w.t() @ m.weight_u, dim=0))
                m.weight_u.copy_(F.normalize(w @ m.weight_v, dim=0))
    return net


def photo(w, h, seed):
    """A smooth picture with some edges."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:h, 0:w]
    planes = [127 + 90 * np.sin(x / rng.uniform(5, 25) + y / rng.uniform(5, 25) + c) for c in range(3)]
    img = np.stack(planes, -1)
    for _ in range(6):
        a, b = rng.integers(0, w), rng.integers(0, h)
        img[b:b + h // 4, a:a + w // 5] = rng.integers(0, 256, 3)
    return np.clip(img, 0, 255).astype(np.uint8)


def label_map(w, h, classes, seed):
    rng = np.random.default_rng(seed)
    ids = np.full((h, w), rng.integers(classes), np.uint8)
    for _ in range(14):
        a, b = rng.integers(0, w), rng.integers(0, h)
        ids[b:b + rng.integers(4, h // 2), a:a + rng.integers(4, w // 2)] = rng.integers(classes)
    return ids


def instance_map(ids, seed):
    """Classes below 24 are one object; above, left and right halves of the picture are different ones."""
    ids = ids.astype(np.int32)
    half = (np.arange(ids.shape[1]) > ids.shape[1] // 2)[None]
    return np.where(ids >= 24, ids * 1000 + half, ids).astype(np.uint16)


def edges(inst):
    e = np.zeros(inst.shape, bool)
    across, down = inst[:, 1:] != inst[:, :-1], inst[1:] != inst[:-1]
    e[:, 1:] |= across; e[:, :-1] |= across; e[1:] |= down; e[:-1] |= down
    return e.astype(np.float32)


def one_hot(ids, classes):
    return torch.eye(classes)[torch.from_numpy(ids.astype(np.int64))].permute(2, 0, 1)[None]


def rgb_tensor(img):
    return (torch.from_numpy(img.astype(np.float32)).permute(2, 0, 1)[None] / 255 - 0.5) / 0.5


def lab_from_rgb(img):
    """CIE Lab of sRGB under D65, as skimage.color.rgb2lab."""
    c = img.astype(np.float64) / 255
    c = np.where(c > 0.04045, ((c + 0.055) / 1.055) ** 2.4, c / 12.92)
    xyz = c @ np.array([[0.412453, 0.357580, 0.180423], [0.212671, 0.715160, 0.072169], [0.019334, 0.119193, 0.950227]]).T
    f = xyz / [0.95047, 1.0, 1.08883]
    f = np.where(f > 0.008856, np.cbrt(f), 7.787 * f + 16 / 116)
    return np.stack([116 * f[..., 1] - 16, 500 * (f[..., 0] - f[..., 1]), 200 * (f[..., 1] - f[..., 2])], -1)


def rgb_from_lab(lab):
    fy = (lab[..., 0] + 16) / 116
    f = np.stack([lab[..., 1] / 500 + fy, fy, fy - lab[..., 2] / 200], -1)
    f[..., 2] = np.maximum(f[..., 2], 0)
    xyz = np.where(f > 0.2068966, f ** 3, (f - 16 / 116) / 7.787) * [0.95047, 1.0, 1.08883]
    m = np.linalg.inv([[0.412453, 0.357580, 0.180423], [0.212671, 0.715160, 0.072169], [0.019334, 0.119193, 0.950227]])
    c = xyz @ m.T
    c = np.where(c > 0.0031308, 1.055 * np.power(np.maximum(c, 0), 1 / 2.4) - 0.055, 12.92 * c)
    return np.clip(c, 0, 1)


def save(name, state, expected, legacy=False, **arrays):
    folder = OUT / name
    folder.mkdir(parents=True, exist_ok=True)
    if state is not None:
        torch.save(state, folder / "latest_net_G.pth", _use_new_zipfile_serialization=not legacy)
    for stem, array in arrays.items():
        if array.dtype == np.float32:
            np.save(folder / f"{stem}.npy", array)
        else:
            Image.fromarray(array).save(folder / f"{stem}.png", optimize=True)
    # Half precision in the file: an error of 0.03 levels at most, and half the size.
    np.save(folder / "expected.npy", expected.detach()[0].numpy().astype(np.float16))
    print(f"{name}: {expected.shape[2]}x{expected.shape[3]}, contrast {expected.std():.2f}, "
          f"{sum(f.stat().st_size for f in folder.iterdir()) >> 10} KiB")


def halves(state):
    return OrderedDict((k, v.half() if v.is_floating_point() else v) for k, v in state.items())


@torch.no_grad()
def pix2pix():
    img = photo(128, 128, 1)
    net = liven(Unet(3, 3, 7, 2, "instance"), 11)
    save("unet128_instance", OrderedDict(("module." + k, v) for k, v in net.state_dict().items()), net(rgb_tensor(img)), input=img)
    net = liven(Unet(3, 3, 5, 3, "batch"), 12)
    img = photo(96, 64, 2)
    save("unet32_batch_legacy", net.state_dict(), net(rgb_tensor(img)), legacy=True, input=img)
    net = liven(Unet(3, 3, 6, 2, "batch", dropout=True), 13).eval()
    state = halves(net.state_dict())
    net.load_state_dict(state)
    save("unet64_batch_eval_half", {"epoch": 7, "state_dict": state}, net(rgb_tensor(photo(64, 64, 3))), input=photo(64, 64, 3))
    net = liven(residual(3, 3, 6, "batch", 2, 6, dropout=True, bias=False), 14)
    for m in net.modules():
        if isinstance(m, nn.Dropout):
            m.p = 0.0
    img = photo(60, 44, 4)
    save("resnet6_batch_dropout", net.state_dict(), net(rgb_tensor(img)), input=img)
    net = liven(residual(3, 3, 5, "old", 2, 9), 15)
    save("resnet9_old_statistics_legacy", net.state_dict(), net(rgb_tensor(img)), legacy=True, input=img)


@torch.no_grad()
def views():
    """The same network twice: strided, shared and transposed storages must read as the plain ones."""
    net = liven(residual(3, 3, 4, "instance", 2, 3), 16)
    img = photo(40, 32, 5)
    state, flat = net.state_dict(), OrderedDict()
    pool = torch.cat([v.flatten() for v in state.values()])
    at = 0
    for i, (k, v) in enumerate(state.items()):
        part = pool[at:at + v.numel()].view(v.shape)
        at += v.numel()
        if v.dim() == 4 and i % 3 == 0:
            part = v.to(memory_format=torch.channels_last)
        elif v.dim() == 4 and i % 3 == 1:
            part = v.transpose(0, 1).contiguous().transpose(0, 1)
        elif v.dim() == 1 and i % 4 == 1:
            part = torch.stack([v, v], 1)[:, 1]
        flat[k] = part
    assert all(torch.equal(state[k], flat[k]) for k in state)
    save("resnet3_views", flat, net(rgb_tensor(img)), input=img)
    save("resnet3_views_legacy", flat, net(rgb_tensor(img)), legacy=True, input=img)


@torch.no_grad()
def colour():
    img = photo(64, 64, 6)
    lab = lab_from_rgb(img)
    light = torch.from_numpy((lab[..., 0] / 50 - 1).astype(np.float32))[None, None]
    net = liven(Unet(1, 2, 5, 3, "batch"), 17)
    ab = net(light)
    joined = np.concatenate([lab[..., :1], ab[0].permute(1, 2, 0).double().numpy() * 110], -1)
    rgb = torch.from_numpy(rgb_from_lab(joined) * 2 - 1).float().permute(2, 0, 1)[None]
    save("colour_unet32", net.state_dict(), rgb, input=img)


@torch.no_grad()
def pix2pix_hd():
    ids = label_map(128, 64, 35, 7)
    inst = instance_map(ids, 7)
    edge = torch.from_numpy(edges(inst))[None, None]
    net = liven(Local(36, 3, 2, "instance", 3, 4, 1, 3), 18)
    save("hd_local_edges", net.state_dict(), net(torch.cat([one_hot(ids, 35), edge], 1)), input=ids, instance=inst)
    net = liven(Local(3, 3, 2, "instance", 2, 3, 2, 2), 19)
    img = photo(96, 64, 8)
    save("hd_local2_rgb", net.state_dict(), net(rgb_tensor(img)), input=img)
    net = liven(residual(35, 3, 3, "batch", 3, 4), 20)
    save("hd_global_batch_legacy", net.state_dict(), net(one_hot(ids, 35)), legacy=True, input=ids)
    encoder = liven(residual(3, 3, 4, "instance", 4, 0), 21)
    picture = photo(128, 64, 9)
    means = encoder(rgb_tensor(picture))
    for i in np.unique(inst):
        means[:, :, torch.from_numpy(inst == i)] = means[:, :, torch.from_numpy(inst == i)].mean(-1, keepdim=True)
    save("hd_encoder", encoder.state_dict(), means, input=picture, instance=inst)
    net = liven(residual(39, 3, 3, "instance", 4, 3), 22)
    feats = means[0].numpy().astype(np.float32)
    out = net(torch.cat([one_hot(ids, 35), edge, means], 1))
    save("hd_global_features", net.state_dict(), out, input=ids, instance=inst, features=feats)
    rng = np.random.default_rng(5)
    clusters = {label: rng.normal(0, 0.5, (n, 3)) for label, n in ((7, 2), (24, 3), (26, 10), (11, 1))}
    clusters[11] = np.asfortranarray(clusters[11].astype(np.float32))
    np.save(OUT / "hd_global_features" / "features_clustered_010.npy", clusters, allow_pickle=True)


def pooled(net, half=False):
    """The modulation kernels become overlapping views of one storage, which keeps the file small; loads them back, too."""
    state = net.state_dict()
    keys = [k for k, v in state.items() if "mlp_" in k and v.dim() == 4]
    pool = torch.randn(max(state[k].numel() for k in keys) + 7 * len(keys)) * 0.06
    pool = pool.half() if half else pool
    for i, k in enumerate(keys):
        state[k] = pool[7 * i:7 * i + state[k].numel()].view(state[k].shape)
    if half:
        state = OrderedDict((k, v.half() if v.is_floating_point() and v.dtype != torch.float16 else v) for k, v in state.items())
    net.load_state_dict(state)
    return state


@torch.no_grad()
def spade():
    ids = label_map(128, 64, 35, 10)
    inst = instance_map(ids, 10)
    edge = torch.from_numpy(edges(inst))[None, None]
    net = liven(Spade(36, 1, (1, 2), 6), 23).eval()
    state = pooled(net)
    save("spade_cityscapes", state, net(torch.cat([one_hot(ids, 35), edge], 1)), input=ids, instance=inst)
    ids = label_map(64, 64, 151, 11)
    net = liven(Spade(151, 1, (2, 2), 5, spectral=False), 24).eval()
    state = pooled(net, half=True)
    save("spade_ade20k_plain_half", state, net(one_hot(ids, 151)), input=ids)
    ids = label_map(64, 64, 183, 12)
    inst = (ids.astype(np.uint16) * 100 + (np.arange(64) > 30)).astype(np.uint16)
    edge = torch.from_numpy(edges(inst))[None, None]
    net = liven(Spade(184, 1, (2, 2), 5, code=16), 25).eval()
    state, code = pooled(net, half=True), torch.randn(1, 16)
    out = net(torch.cat([one_hot(ids, 183), edge], 1), code)
    save("spade_coco_vae_half", state, out, input=ids, instance=inst, code=code[0].numpy())
    ids = label_map(256, 128, 13, 13)
    net = liven(Spade(13, 2, (1, 2), 7, kind="instance"), 26).eval()
    state = pooled(net)
    # As PyTorch before 1.0 wrote it: one vector of spectral norm, and the divided weight beside it.
    for key in [k for k in state if k.endswith("weight_v")]:
        weight, u = state[key[:-1] + "orig"], state[key[:-1] + "u"]
        state[key[:-2]] = weight / (u @ weight.flatten(1) @ state.pop(key))
    save("spade_facades_most_instance_old", state, net(one_hot(ids, 13)), legacy=True, input=ids)


@torch.no_grad()
def pict():
    """pix2pix-tensorflow in numbers: weights from a 256-entry table, TensorFlow layouts, decoder first at the joins."""
    rng, ngf, depth, tensors = np.random.default_rng(6), 2, 6, OrderedDict()
    table = np.sign(np.linspace(-1, 1, 256)) * (np.power(256.0, np.abs(np.linspace(-1, 1, 256))) - 1) / 255 * 1.5
    table = table.astype("<f4")

    def make(name, shape, scale, centre=0.0):
        wanted = rng.normal(centre, scale, shape)
        index = np.abs(wanted[..., None] - table).argmin(-1).astype(np.uint8)
        tensors[name] = index
        return torch.from_numpy(table[index].copy())

    width = lambda level: ngf << min(level - 1, 3)
    own = lambda x, scope: F.batch_norm(x, None, None, make(f"{scope}/batch_normalization/gamma", (x.shape[1],), 0.2, 1.0),
                                        make(f"{scope}/batch_normalization/beta", (x.shape[1],), 0.1), True, 0.0, 1e-5)
    img = photo(64, 64, 14)
    x, levels = rgb_tensor(img), []
    for level in range(1, depth + 1):
        scope = f"generator/encoder_{level}"
        x = F.leaky_relu(x, 0.2) if level > 1 else x
        kernel = make(f"{scope}/conv2d/kernel", (4, 4, x.shape[1], width(level)), (2 / (16 * x.shape[1])) ** 0.5)
        x = F.conv2d(x, kernel.permute(3, 2, 0, 1), make(f"{scope}/conv2d/bias", (width(level),), 0.1), 2, 1)
        # One pixel has no spread: the innermost norm gives the offsets alone.
        x = own(x, scope) if level > 1 and x.shape[-1] > 1 else x
        if level == depth:
            g = make(f"{scope}/batch_normalization/gamma", (x.shape[1],), 0.2, 1.0)
            x = torch.zeros_like(x) * g.view(1, -1, 1, 1) + make(f"{scope}/batch_normalization/beta", (x.shape[1],), 0.1).view(1, -1, 1, 1)
        levels.append(x)
    for level in range(depth, 0, -1):
        scope = f"generator/decoder_{level}"
        x = x if level == depth else torch.cat([x, levels[level - 1]], 1)
        outputs = 3 if level == 1 else width(level - 1)
        kernel = make(f"{scope}/conv2d_transpose/kernel", (4, 4, outputs, x.shape[1]), (2 / (4 * x.shape[1])) ** 0.5)
        bias = make(f"{scope}/conv2d_transpose/bias", (outputs,), 0.1)
        x = F.conv_transpose2d(F.relu(x), kernel.permute(3, 2, 0, 1), bias, 2, 1)
        x = own(x, scope) if level > 1 else torch.tanh(x)
    save("pict_unet64", None, x, input=img)
    index = json.dumps([{"name": k, "shape": list(v.shape)} for k, v in tensors.items()]).encode()
    body = b"".join(v.tobytes() for v in tensors.values())
    chunks = b"".join(struct.pack(">I", len(c)) + c for c in (index, table.tobytes(), body))
    (OUT / "pict_unet64" / "model.pict").write_bytes(chunks)


if __name__ == "__main__":
    wanted = sys.argv[1:] or ["pix2pix", "views", "colour", "pix2pix_hd", "spade", "pict"]
    for family in wanted:
        globals()[family]()
