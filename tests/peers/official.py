"""Writes small checkpoints made by the official repositories' own networks, with inputs and PyTorch's outputs.

Run from the repository's root:

    python3 tests/peers/official.py CHECKOUTS [CASE…]

`CHECKOUTS` holds checkouts of the official repositories, whose code is imported from there and is not part of this one:
`cyclegan` (junyanz/pytorch-CycleGAN-and-pix2pix), `pix2pixHD` (NVIDIA/pix2pixHD), `vid2vid` (NVIDIA/vid2vid),
`SPADE` (NVlabs/SPADE) and `tensorflow` (affinelayer/pix2pix-tensorflow). Needs torch, numpy, pillow and scikit-image.

Each folder of tests/golden/official holds `latest_net_G.pth` (or `latest_net_E.pth`, `model.pict`), `input.png`, perhaps
`instance.png`, `features.npy`, `code.npy` and a photograph `style.png` with what an encoder says of it, and `expected.npy`:
[channels, height, width]. Networks are narrow so that files stay small, and their weights are as large as trained ones.
"""
import ast
import contextlib
import functools
import importlib
import importlib.util
import json
import struct
import sys
import types
from argparse import Namespace
from collections import OrderedDict
from pathlib import Path

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from PIL import Image

OUT = Path("tests/golden/official")
CHECKOUTS = Path(sys.argv[1] if len(sys.argv) > 1 else ".")

BATCH = functools.partial(nn.BatchNorm2d, affine=True)
INSTANCE = functools.partial(nn.InstanceNorm2d, affine=False, track_running_stats=False)
# What the repositories wrote for some months of 2018, and vid2vid for ever: statistics that nobody reads.
TRACKED = functools.partial(nn.InstanceNorm2d, affine=False, track_running_stats=True)


def networks(repository):
    """The official `models/networks.py`; torchvision, which only the losses need, may be missing."""
    sys.modules.setdefault("torchvision", types.ModuleType("torchvision")).__dict__.setdefault("models", None)
    spec = importlib.util.spec_from_file_location(f"{repository}_networks", CHECKOUTS / repository / "models/networks.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def spade_networks():
    """SPADE's modules without its packages' start-up, which wants the whole training code."""
    sys.modules.setdefault("torchvision", types.ModuleType("torchvision"))
    for name in ("models", "models.networks"):
        package = types.ModuleType(name)
        package.__path__ = [str(CHECKOUTS / "SPADE" / name.replace(".", "/"))]
        sys.modules[name] = package
    if not (CHECKOUTS / "SPADE/models/networks/sync_batchnorm").is_dir():
        # A repository of its own, which SPADE's README has one clone; in evaluation it is a plain batch norm.
        single = types.ModuleType("models.networks.sync_batchnorm")
        single.SynchronizedBatchNorm2d = nn.BatchNorm2d
        sys.modules["models.networks.sync_batchnorm"] = single
    return importlib.import_module("models.networks.generator"), importlib.import_module("models.networks.encoder")


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


def instance_map(ids):
    """Classes below 24 are one object; above, left and right halves of the picture are different ones."""
    ids = ids.astype(np.int32)
    half = (np.arange(ids.shape[1]) > ids.shape[1] // 2)[None]
    return np.where(ids >= 24, ids * 1000 + half, ids).astype(np.uint16)


def edges(inst):
    """The plane of edges, as both official models' `get_edges` computes it."""
    e = np.zeros(inst.shape, bool)
    across, down = inst[:, 1:] != inst[:, :-1], inst[1:] != inst[:-1]
    e[:, 1:] |= across; e[:, :-1] |= across; e[1:] |= down; e[:-1] |= down
    return torch.from_numpy(e.astype(np.float32))[None, None]


def one_hot(ids, classes):
    return torch.eye(classes)[torch.from_numpy(ids.astype(np.int64))].permute(2, 0, 1)[None]


def rgb_tensor(img):
    return (torch.from_numpy(img.astype(np.float32)).permute(2, 0, 1)[None] / 255 - 0.5) / 0.5


def without_dropout(net):
    """Dropout that drops nothing, in a network whose batch norms use the picture's own statistics."""
    for m in net.modules():
        if isinstance(m, nn.Dropout):
            m.p = 0.0
    return net


def save(name, state, expected, legacy=False, file="latest_net_G.pth", **arrays):
    folder = OUT / name
    folder.mkdir(parents=True, exist_ok=True)
    if state is not None:
        torch.save(state, folder / file, _use_new_zipfile_serialization=not legacy)
    for stem, array in arrays.items():
        if array.dtype == np.float32:
            np.save(folder / f"{stem}.npy", array)
        else:
            Image.fromarray(array).save(folder / f"{stem}.png", optimize=True)
    if expected is None:
        return
    # Half precision in the file: an error of 0.06 levels at most, and half the size.
    np.save(folder / "expected.npy", expected.detach()[0].numpy().astype(np.float16))
    print(f"{name}: {expected.shape[2]}x{expected.shape[3]}, contrast {expected.std():.2f}, "
          f"{sum(f.stat().st_size for f in folder.iterdir()) >> 10} KiB")


def copied(net):
    """The state before a pass, which moves running statistics."""
    return OrderedDict((k, v.clone()) for k, v in net.state_dict().items())


def halves(state):
    return OrderedDict((k, v.half() if v.is_floating_point() else v) for k, v in state.items())


@torch.no_grad()
def pix2pix():
    official = networks("cyclegan")
    img = photo(128, 128, 1)
    net = liven(official.UnetGenerator(3, 3, 7, 2, INSTANCE), 11)
    save("unet128_instance", OrderedDict(("module." + k, v) for k, v in net.state_dict().items()), net(rgb_tensor(img)), input=img)
    net = liven(official.UnetGenerator(3, 3, 5, 3, BATCH), 12)
    img = photo(96, 64, 2)
    save("unet32_batch_legacy", copied(net), net(rgb_tensor(img)), legacy=True, input=img)
    net = liven(official.UnetGenerator(3, 3, 6, 2, BATCH, use_dropout=True), 13).eval()
    state = halves(net.state_dict())
    net.load_state_dict(state)
    save("unet64_batch_eval_half", {"epoch": 7, "state_dict": state}, net(rgb_tensor(photo(64, 64, 3))), input=photo(64, 64, 3))
    net = without_dropout(liven(official.UnetGenerator(3, 3, 6, 2, BATCH, use_dropout=True), 27))
    save("unet64_batch_dropout", copied(net), net(rgb_tensor(photo(64, 64, 3))), input=photo(64, 64, 3))
    net = without_dropout(liven(official.ResnetGenerator(3, 3, 6, BATCH, use_dropout=True, n_blocks=6), 14))
    img = photo(60, 44, 4)
    save("resnet6_batch_dropout", copied(net), net(rgb_tensor(img)), input=img)
    net = liven(official.ResnetGenerator(3, 3, 5, TRACKED, n_blocks=9), 15)
    save("resnet9_old_statistics_legacy", copied(net), net(rgb_tensor(img)), legacy=True, input=img)


@torch.no_grad()
def views():
    """The same network twice: strided, shared and transposed storages must read as the plain ones."""
    net = liven(networks("cyclegan").ResnetGenerator(3, 3, 4, INSTANCE, n_blocks=3), 16)
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
    """The official colourisation: `rgb2lab` of its dataset and `lab2rgb` of its model are scikit-image's."""
    from skimage import color
    img = photo(64, 64, 6)
    light = torch.from_numpy((color.rgb2lab(img)[..., 0] / 50 - 1).astype(np.float32))[None, None]
    net = liven(networks("cyclegan").UnetGenerator(1, 2, 5, 3, BATCH), 17)
    state = copied(net)
    lab = torch.cat([(light + 1) * 50, net(light) * 110], 1)[0].permute(1, 2, 0).double().numpy()
    rgb = torch.from_numpy(color.lab2rgb(lab) * 2 - 1).float().permute(2, 0, 1)[None]
    save("colour_unet32", state, rgb, input=img)


@torch.no_grad()
def pix2pix_hd():
    official = networks("pix2pixHD")
    ids = label_map(128, 64, 35, 7)
    inst = instance_map(ids)
    labelled = torch.cat([one_hot(ids, 35), edges(inst)], 1)
    net = liven(official.LocalEnhancer(36, 3, 2, 3, 4, 1, 3, INSTANCE), 18)
    save("hd_local_edges", net.state_dict(), net(labelled), input=ids, instance=inst)
    net = liven(official.LocalEnhancer(36, 3, 1, 2, 2, 2, 2, INSTANCE), 28)
    save("hd_local2_edges", net.state_dict(), net(labelled), input=ids, instance=inst)
    net = liven(official.LocalEnhancer(3, 3, 2, 2, 3, 2, 2, INSTANCE), 19)
    img = photo(96, 64, 8)
    save("hd_local2_rgb", net.state_dict(), net(rgb_tensor(img)), input=img)
    net = liven(official.GlobalGenerator(35, 3, 3, 3, 4, BATCH), 20)
    save("hd_global_batch_legacy", copied(net), net(one_hot(ids, 35)), legacy=True, input=ids)
    encoder = liven(official.Encoder(3, 3, 4, 4, INSTANCE), 21)
    picture = photo(128, 64, 9)
    means = encoder(rgb_tensor(picture), torch.from_numpy(inst.astype(np.float32))[None, None])
    save("hd_encoder", encoder.state_dict(), means, file="latest_net_E.pth", input=picture, instance=inst)
    features = means[0].numpy().astype(np.float32)
    styled = torch.cat([labelled, means], 1)
    net = liven(official.GlobalGenerator(39, 3, 3, 4, 3, INSTANCE), 22)
    save("hd_global_features", net.state_dict(), net(styled), input=ids, instance=inst, features=features, style=picture)
    torch.save(encoder.state_dict(), OUT / "hd_global_features" / "latest_net_E.pth")
    net = liven(official.LocalEnhancer(39, 3, 2, 2, 2, 1, 2, INSTANCE), 29)
    save("hd_local_features", net.state_dict(), net(styled), input=ids, instance=inst, features=features)
    rng = np.random.default_rng(5)
    clusters = {label: rng.normal(0, 0.5, (n, 3)) for label, n in ((7, 2), (24, 3), (26, 10), (11, 1))}
    clusters[11] = np.asfortranarray(clusters[11].astype(np.float32))
    np.save(OUT / "hd_global_features" / "features_clustered_010.npy", clusters, allow_pickle=True)


@torch.no_grad()
def vid2vid():
    """Its single-image generators of streets, which it runs without `eval()`: tracked statistics are not read."""
    official = networks("vid2vid")
    ids = label_map(128, 64, 35, 31)
    net = liven(official.GlobalGenerator(35, 3, 3, 3, 2, TRACKED), 30)
    save("vid2vid_global", copied(net), net(one_hot(ids, 35)), input=ids)
    net = liven(official.LocalEnhancer(35, 3, 2, 2, 2, 1, 2, TRACKED), 32)
    save("vid2vid_local", copied(net), net(one_hot(ids, 35)), input=ids)


def pooled(net, half=False):
    """The modulation kernels become overlapping views of one storage of few different values, which keeps files small and
    lets git pack them well; loads them back, too."""
    state = net.state_dict()
    keys = [k for k, v in state.items() if "mlp_" in k and v.dim() == 4]
    pool = torch.randint(-7, 8, (max(state[k].numel() for k in keys) + 7 * len(keys),)) * 0.014
    pool = pool.half() if half else pool
    for i, k in enumerate(keys):
        state[k] = pool[7 * i:7 * i + state[k].numel()].view(state[k].shape)
    if half:
        state = OrderedDict((k, v.half() if v.is_floating_point() and v.dtype != torch.float16 else v) for k, v in state.items())
    net.load_state_dict(state)
    return state


@torch.no_grad()
def spade():
    generator, encoder = spade_networks()

    def made(seed, ngf, nc, crop, ups, aspect=1.0, norm="spectralspadesyncbatch3x3", code=0):
        opt = Namespace(ngf=ngf, semantic_nc=nc, crop_size=crop, aspect_ratio=aspect, num_upsampling_layers=ups, norm_G=norm,
                        use_vae=code > 0, z_dim=code)
        return liven(generator.SPADEGenerator(opt), seed).eval()

    ids = label_map(128, 64, 35, 10)
    inst = instance_map(ids)
    labelled = torch.cat([one_hot(ids, 35), edges(inst)], 1)
    net = made(23, 1, 36, 128, "more", 2.0)
    save("spade_cityscapes", pooled(net), net(labelled), input=ids, instance=inst)
    net = made(33, 1, 36, 128, "more", 2.0, code=8)
    code = torch.randn(1, 8)
    save("spade_cityscapes_vae_half", pooled(net, half=True), net(labelled, code), input=ids, instance=inst, code=code[0].numpy())
    ids = label_map(64, 64, 151, 11)
    net = made(24, 1, 151, 64, "normal", norm="spadesyncbatch3x3")
    save("spade_ade20k_plain_half", pooled(net, half=True), net(one_hot(ids, 151)), input=ids)
    net = made(34, 1, 151, 64, "normal", code=8)
    code = torch.randn(1, 8)
    save("spade_ade20k_vae_half", pooled(net, half=True), net(one_hot(ids, 151), code), input=ids, code=code[0].numpy())
    ids = label_map(64, 64, 183, 12)
    inst = (ids.astype(np.uint16) * 100 + (np.arange(64) > 30)).astype(np.uint16)
    labelled = torch.cat([one_hot(ids, 183), edges(inst)], 1)
    net = made(35, 1, 184, 64, "normal")
    save("spade_coco_half", pooled(net, half=True), net(labelled), input=ids, instance=inst)
    # With the encoder beside it; a code is the mean that it gives for the photograph.
    look = liven(encoder.ConvEncoder(Namespace(ngf=1, norm_E="spectralinstance", crop_size=256)), 36).eval()
    net = made(25, 1, 184, 64, "normal", code=256)
    state, style = pooled(net, half=True), photo(256, 256, 37)
    look.load_state_dict(halves(look.state_dict()))
    mean, variance = look(rgb_tensor(style))
    save("spade_coco_vae_half", state, net(labelled, mean), input=ids, instance=inst, code=mean[0].numpy(), style=style)
    torch.save(halves(look.state_dict()), OUT / "spade_coco_vae_half" / "latest_net_E.pth")
    np.save(OUT / "spade_coco_vae_half" / "log_variance.npy", variance[0].numpy())
    ids = label_map(256, 128, 13, 13)
    net = made(26, 2, 13, 256, "most", 2.0, norm="spectralspadeinstance3x3")
    state = pooled(net)
    # As PyTorch before 1.0 wrote it: one vector of spectral norm, and the divided weight beside it.
    for key in [k for k in state if k.endswith("weight_v")]:
        weight, u = state[key[:-1] + "orig"], state[key[:-1] + "u"]
        state[key[:-2]] = weight / (u @ weight.flatten(1) @ state.pop(key))
    save("spade_facades_most_instance_old", state, net(one_hot(ids, 13)), legacy=True, input=ids)


class Tensorflow(types.SimpleNamespace):
    """As much of TensorFlow 1 as the official `create_generator` calls, in PyTorch; weights come from a table of 256."""

    def __init__(self, seed):
        self.rng, self.tensors, self.scopes = np.random.default_rng(seed), OrderedDict(), ["generator"]
        steps = np.linspace(-1, 1, 256)
        self.table = (np.sign(steps) * (np.power(256.0, np.abs(steps)) - 1) / 255 * 1.5).astype("<f4")
        super().__init__(layers=self, nn=self, name_scope=lambda _: contextlib.nullcontext(), identity=lambda x: x,
                         abs=torch.abs, relu=F.relu, tanh=torch.tanh, concat=lambda parts, axis: torch.cat(parts, 1),
                         random_normal_initializer=lambda *_: None, dropout=lambda x, keep_prob: x)

    @contextlib.contextmanager
    def variable_scope(self, name):
        self.scopes.append(name)
        yield
        self.scopes.pop()

    def made(self, name, shape, scale, centre=0.0):
        index = np.abs(self.rng.normal(centre, scale, shape)[..., None] - self.table).argmin(-1).astype(np.uint8)
        self.tensors["/".join([*self.scopes, name])] = index
        return torch.from_numpy(self.table[index].copy())

    def conv2d(self, x, outputs, **_):
        kernel = self.made("conv2d/kernel", (4, 4, x.shape[1], outputs), (2 / (16 * x.shape[1])) ** 0.5)
        return F.conv2d(x, kernel.permute(3, 2, 0, 1), self.made("conv2d/bias", (outputs,), 0.1), 2, 1)

    def conv2d_transpose(self, x, outputs, **_):
        kernel = self.made("conv2d_transpose/kernel", (4, 4, outputs, x.shape[1]), (2 / (4 * x.shape[1])) ** 0.5)
        return F.conv_transpose2d(x, kernel.permute(3, 2, 0, 1), self.made("conv2d_transpose/bias", (outputs,), 0.1), 2, 1)

    def batch_normalization(self, x, **_):
        gamma = self.made("batch_normalization/gamma", (x.shape[1],), 0.2, 1.0).view(-1, 1, 1)
        beta = self.made("batch_normalization/beta", (x.shape[1],), 0.1).view(-1, 1, 1)
        # One pixel has no spread, which PyTorch's own function refuses.
        spread = x.var((2, 3), unbiased=False, keepdim=True) if x[0, 0].numel() > 1 else torch.zeros_like(x)
        return (x - x.mean((2, 3), keepdim=True)) / (spread + 1e-5).sqrt() * gamma + beta


@torch.no_grad()
def pict():
    """The official generator itself, without its dropout as in the browser demo, which reads `.pict` files."""
    source = ast.parse((CHECKOUTS / "tensorflow/pix2pix.py").read_text())
    wanted = {"gen_conv", "gen_deconv", "lrelu", "batchnorm", "create_generator"}
    source.body = [node for node in source.body if isinstance(node, ast.FunctionDef) and node.name in wanted]
    tf = Tensorflow(6)
    scope = {"tf": tf, "a": Namespace(ngf=1, separable_conv=False)}
    exec(compile(source, "pix2pix.py", "exec"), scope)
    img = photo(256, 256, 14)
    save("pict_unet256", None, scope["create_generator"](rgb_tensor(img), 3), input=img)
    index = json.dumps([{"name": k, "shape": list(v.shape)} for k, v in tf.tensors.items()]).encode()
    body = b"".join(v.tobytes() for v in tf.tensors.values())
    chunks = b"".join(struct.pack(">I", len(c)) + c for c in (index, tf.table.tobytes(), body))
    (OUT / "pict_unet256" / "model.pict").write_bytes(chunks)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    for family in sys.argv[2:] or ["pix2pix", "views", "colour", "pix2pix_hd", "vid2vid", "spade", "pict"]:
        globals()[family]()
