"""Writes what one training step of each method gives in PyTorch: losses, gradients, and three steps of Adam.

Run from the repository's root: python3 tests/peers/train.py  (needs torch, numpy, safetensors, pillow).
Settings: float32 on the processor, torch.manual_seed as given below, networks of a few planes under the official module
names, pictures of 32x32 pixels, batches of two, weights N(0, 0.05) and biases N(0, 0.02) so that no gradient is tiny.
Each file of tests/golden/train holds `state:NET/KEY` (the weights before the step), `gradient:NET/KEY`, `loss:NAME` and
`input:NAME`. The steps follow `optimize_parameters` of pytorch-CycleGAN-and-pix2pix and pix2pixHD's training loop.
"""
from pathlib import Path

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from safetensors.torch import load_file, save_file

from small import Local, Unet, edges, residual

OUT = Path("tests/golden/train")
SIDE, BATCH = 32, 2


def patch_gan(inputs, width, layers, kind, spectral=False):
    wrap = nn.utils.spectral_norm if spectral else (lambda layer: layer)
    norm = (lambda c: [nn.BatchNorm2d(c)]) if kind == "batch" else (lambda c: [nn.InstanceNorm2d(c)])
    bias = kind == "instance"
    found = [wrap(nn.Conv2d(inputs, width, 4, 2, 1)), nn.LeakyReLU(0.2)]
    for n in range(1, layers + 1):
        a, b = width * min(2 ** (n - 1), 8), width * min(2 ** n, 8)
        found += [wrap(nn.Conv2d(a, b, 4, 2 if n < layers else 1, 1, bias=bias)), *norm(b), nn.LeakyReLU(0.2)]
    found += [wrap(nn.Conv2d(b, 1, 4, 1, 1))]
    net = nn.Module()
    net.model = nn.Sequential(*found)
    net.forward = net.model.forward
    return net


class Pyramid(nn.Module):
    """pix2pixHD's MultiscaleDiscriminator with getIntermFeat: a list of outputs for each scale, the full size first."""

    def __init__(self, inputs, width, layers, scales):
        super().__init__()
        self.layers, self.scales = layers, scales
        for scale in range(scales):
            a = inputs
            for n in range(layers + 2):
                b = 1 if n > layers else width * min(2 ** n, 8)
                conv = [nn.Conv2d(a, b, 4, 2 if n < layers else 1, 2)]
                conv += [nn.InstanceNorm2d(b)] if 0 < n <= layers else []
                conv += [nn.LeakyReLU(0.2)] if n <= layers else []
                setattr(self, f"scale{scale}_layer{n}", nn.Sequential(*conv))
                a = b

    def forward(self, x):
        results = []
        for scale in reversed(range(self.scales)):
            y, found = x, []
            for n in range(self.layers + 2):
                y = getattr(self, f"scale{scale}_layer{n}")(y)
                found.append(y)
            results.append(found)
            x = F.avg_pool2d(x, 3, 2, 1, count_include_pad=False)
        return results


def dcgan_generator(code, width, depth):
    layers = []
    for level in range(depth):
        a, b = code if level == 0 else width << (depth - level), width << (depth - 1 - level)
        layers += [nn.ConvTranspose2d(a, b, 4, *((1, 0) if level == 0 else (2, 1)), bias=False), nn.BatchNorm2d(b), nn.ReLU()]
    layers += [nn.ConvTranspose2d(width, 3, 4, 2, 1, bias=False), nn.Tanh()]
    net = nn.Module()
    net.main = nn.Sequential(*layers)
    net.forward = net.main.forward
    return net


def dcgan_discriminator(width, depth):
    layers = [nn.Conv2d(3, width, 4, 2, 1, bias=False), nn.LeakyReLU(0.2)]
    for level in range(1, depth):
        layers += [nn.Conv2d(width << (level - 1), width << level, 4, 2, 1, bias=False), nn.BatchNorm2d(width << level),
                   nn.LeakyReLU(0.2)]
    layers += [nn.Conv2d(width << (depth - 1), 1, 4, 1, 0, bias=False)]
    net = nn.Module()
    net.main = nn.Sequential(*layers)
    net.forward = net.main.forward
    return net


def liven(net):
    for name, value in net.named_parameters():
        deviation, mean = (0.02, 0) if name.endswith("bias") else (0.05, 0)
        if value.dim() == 1 and not name.endswith("bias"):
            mean = 1
        nn.init.normal_(value, mean, deviation)
    return net.train()


def game(kind, logits, real, generator=False):
    """BCE-with-logits, MSE or hinge, as GANLoss has them; minimax is the generator's loss of the original game."""
    target = torch.full_like(logits, float(real))
    if kind == "lsgan":
        return F.mse_loss(logits, target)
    if kind == "hinge":
        return -logits.mean() if generator else F.relu(1 - logits if real else 1 + logits).mean()
    if kind == "minimax" and generator:
        return -F.binary_cross_entropy_with_logits(logits, torch.zeros_like(logits))
    return F.binary_cross_entropy_with_logits(logits, target)


class Record:
    def __init__(self, **nets):
        self.nets, self.found = nets, {}
        for name, net in nets.items():
            for key, value in net.state_dict().items():
                if "num_batches" not in key:
                    self.found[f"state:{name}/{key}"] = value.clone()

    def gradients(self, *names):
        for name in names:
            for key, value in self.nets[name].named_parameters():
                self.found[f"gradient:{name}/{key}"] = value.grad.clone()

    def losses(self, **losses):
        for name, value in losses.items():
            self.found[f"loss:{name}"] = value.detach().reshape(1)

    def inputs(self, **inputs):
        for name, value in inputs.items():
            self.found[f"input:{name}"] = value.detach().float()

    def save(self, name):
        save_file({key: value.contiguous() for key, value in self.found.items()}, str(OUT / f"{name}.safetensors"))


def adam(*nets):
    return torch.optim.Adam([p for net in nets for p in net.parameters()], lr=2e-4, betas=(0.5, 0.999))


def freeze(net, frozen):
    for value in net.parameters():
        value.requires_grad_(not frozen)


def labels(classes):
    ids = torch.randint(0, classes, (BATCH, 4, 4))
    ids = ids.repeat_interleave(8, 1).repeat_interleave(8, 2)
    return ids, F.one_hot(ids, classes).permute(0, 3, 1, 2).float()


def picture():
    return torch.rand(BATCH, 3, SIDE, SIDE) * 2 - 1


def pix2pix(name, kind, generator, discriminator):
    torch.manual_seed(11)
    ids, x = labels(4)
    target = picture()
    g, d = liven(generator()), liven(discriminator())
    record = Record(generator=g, discriminator=d)
    record.inputs(labels=ids, target=target)
    optimiser_g, optimiser_d = adam(g), adam(d)
    fake = g(x)
    freeze(d, False)
    fake_loss = game(kind, d(torch.cat([x, fake.detach()], 1)), False)
    real_loss = game(kind, d(torch.cat([x, target], 1)), True)
    ((fake_loss + real_loss) * 0.5).backward()
    record.gradients("discriminator")
    optimiser_d.step()
    freeze(d, True)
    judged = game(kind, d(torch.cat([x, fake], 1)), True, generator=True)
    l1 = F.l1_loss(fake, target)
    (judged + 100 * l1).backward()
    record.gradients("generator")
    optimiser_g.step()
    record.losses(G_GAN=judged, G_L1=l1, D_real=real_loss, D_fake=fake_loss)
    record.save(name)


def lab_from_rgb(rgb):
    """CIE Lab under D65 of bytes, in float64, with the constants of scikit-image's rgb2lab."""
    c = rgb.double() / 255
    linear = torch.where(c > 0.04045, ((c + 0.055) / 1.055) ** 2.4, c / 12.92)
    rows = [[0.412453, 0.357580, 0.180423], [0.212671, 0.715160, 0.072169], [0.019334, 0.119193, 0.950227]]
    xyz = torch.einsum("ij,bjhw->bihw", torch.tensor(rows, dtype=torch.float64), linear)
    xyz = xyz / torch.tensor([0.95047, 1.0, 1.08883], dtype=torch.float64).view(1, 3, 1, 1)
    x, y, z = torch.where(xyz > 0.008856, xyz ** (1 / 3), 7.787 * xyz + 16 / 116).unbind(1)
    return torch.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], 1).float()


def colorize():
    """The colourisation of pytorch-CycleGAN-and-pix2pix (L / 50 - 1 to ab / 110) with three planes of hints beside L."""
    torch.manual_seed(16)
    photo = torch.randint(0, 256, (BATCH, 3, 8, 8)).repeat_interleave(4, 2).repeat_interleave(4, 3)
    lab = lab_from_rgb(photo)
    light, target = lab[:, :1] / 50 - 1, lab[:, 1:] / 110
    hints = torch.zeros(BATCH, 3, SIDE, SIDE)
    hints[0, :2, 4:9, 10:15] = target[0, :, 4:9, 10:15]
    hints[0, 2, 4:9, 10:15] = 1
    g, d = liven(Unet(4, 2, 5, 2, "batch")), liven(patch_gan(3, 3, 2, "batch"))
    record = Record(generator=g, discriminator=d)
    record.inputs(photo=photo, hints=hints)
    optimiser_d = adam(d)
    fake = g(torch.cat([light, hints], 1))
    # The judge sees no hints: the true colours hide in them.
    fake_loss = game("vanilla", d(torch.cat([light, fake.detach()], 1)), False)
    real_loss = game("vanilla", d(torch.cat([light, target], 1)), True)
    ((fake_loss + real_loss) * 0.5).backward()
    record.gradients("discriminator")
    optimiser_d.step()
    freeze(d, True)
    judged, l1 = game("vanilla", d(torch.cat([light, fake], 1)), True, generator=True), F.l1_loss(fake, target)
    (judged + 100 * l1).backward()
    record.gradients("generator")
    record.losses(G_GAN=judged, G_L1=l1, D_real=real_loss, D_fake=fake_loss)
    record.save("colorize_vanilla")


def cyclegan():
    torch.manual_seed(12)
    a, b = picture(), picture()
    make = lambda: liven(residual(3, 3, 3, "instance", 1, 1))
    ga, gb = make(), make()
    da, db = (liven(patch_gan(3, 4, 2, "instance")) for _ in range(2))
    record = Record(generator_a=ga, generator_b=gb, discriminator_a=da, discriminator_b=db)
    record.inputs(a=a, b=b)
    fake_b, fake_a = ga(a), gb(b)
    rec_a, rec_b = gb(fake_b), ga(fake_a)
    for d in (da, db):
        freeze(d, True)
    parts = dict(G_A=game("lsgan", da(fake_b), True), G_B=game("lsgan", db(fake_a), True), cycle_A=F.l1_loss(rec_a, a),
                 cycle_B=F.l1_loss(rec_b, b), idt_A=F.l1_loss(ga(b), b), idt_B=F.l1_loss(gb(a), a))
    total = parts["G_A"] + parts["G_B"] + 10 * (parts["cycle_A"] + parts["cycle_B"]) + 5 * (parts["idt_A"] + parts["idt_B"])
    total.backward()
    record.gradients("generator_a", "generator_b")
    for name, d, real, fake in (("D_A", da, b, fake_b), ("D_B", db, a, fake_a)):
        freeze(d, False)
        parts[name] = (game("lsgan", d(real), True) + game("lsgan", d(fake.detach()), False)) * 0.5
        parts[name].backward()
    record.gradients("discriminator_a", "discriminator_b")
    record.losses(**parts)
    record.save("cyclegan_lsgan")


def gan(kind):
    torch.manual_seed(13)
    real, code = picture(), torch.randn(BATCH, 6, 1, 1)
    g, d = liven(dcgan_generator(6, 2, 3)), liven(dcgan_discriminator(3, 3))
    record = Record(generator=g, discriminator=d)
    record.inputs(real=real, code=code)
    optimiser_d = adam(d)
    fake = g(code)
    fake_loss, real_loss = game(kind, d(fake.detach()), False), game(kind, d(real), True)
    (fake_loss + real_loss).backward()
    record.gradients("discriminator")
    optimiser_d.step()
    freeze(d, True)
    judged = game(kind, d(fake), True, generator=True)
    judged.backward()
    record.gradients("generator")
    record.losses(G=judged, D_real=real_loss, D_fake=fake_loss)
    record.save(f"gan_{kind}")


def vgg(weights, x):
    """relu1_1 to relu5_1 of the bundled VGG16 for pictures in [-1, 1], over 127.5."""
    x = (x.flip(1) + 1) * 127.5 - torch.tensor([104.00699, 116.66877, 122.67892]).view(1, 3, 1, 1)
    found = []
    for stage, layers in enumerate((2, 2, 3, 3, 1), 1):
        x = F.max_pool2d(x, 2, 2) if stage > 1 else x
        for layer in range(1, layers + 1):
            key = f"conv{stage}_{layer}"
            x = F.relu(F.conv2d(x, weights[key + ".weight"].float(), weights[key + ".bias"].float(), padding=1))
            if layer == 1:
                found.append(x / 127.5)
    return found


def instance_means(features, ids):
    means = features.clone()
    for sample in range(features.shape[0]):
        for k in ids[sample].unique():
            where = ids[sample] == k
            means[sample][:, where] = features[sample][:, where].mean(1, keepdim=True)
    return means


def pix2pix_hd():
    torch.manual_seed(14)
    ids, x = labels(4)
    instances = ids * 1000 + torch.randint(0, 2, (BATCH, 2, 2)).repeat_interleave(16, 1).repeat_interleave(16, 2)
    target = picture()
    edge = torch.from_numpy(np.stack([edges(i.numpy()) for i in instances]).astype(np.float32))[:, None]
    shown = torch.cat([x, edge], 1)
    e = liven(residual(3, 2, 3, "instance", 1, 0))
    g = liven(Local(7, 3, 2, "instance", 1, 1, 1, 1))
    d = liven(Pyramid(8, 3, 2, 2))
    weights = load_file("assets/models/hed_vgg16.safetensors")
    record = Record(generator=g, discriminator=d, encoder=e)
    record.inputs(labels=ids, instances=instances, target=target)
    fake = g(torch.cat([shown, instance_means(e(target), instances)], 1))
    pred_fake, pred_real = d(torch.cat([shown, fake], 1)), d(torch.cat([shown, target], 1))
    judged = sum(game("lsgan", scale[-1], True) for scale in pred_fake)
    matching = sum(4 / (2 + 1) / 2 * F.l1_loss(a, b.detach()) for fs, rs in zip(pred_fake, pred_real) for a, b in zip(fs[:-1], rs[:-1]))
    seen = zip(vgg(weights, fake), vgg(weights, target), (1 / 32, 1 / 16, 1 / 8, 1 / 4, 1))
    perceptual = sum(w * F.l1_loss(a, b.detach()) for a, b, w in seen)
    (judged + 10 * matching + 10 * perceptual).backward()
    record.gradients("generator", "encoder")
    d.zero_grad()
    fake_loss = sum(game("lsgan", scale[-1], False) for scale in d(torch.cat([shown, fake.detach()], 1)))
    real_loss = sum(game("lsgan", scale[-1], True) for scale in d(torch.cat([shown, target], 1)))
    ((fake_loss + real_loss) * 0.5).backward()
    record.gradients("discriminator")
    record.losses(G_GAN=judged, G_GAN_Feat=matching, G_VGG=perceptual, D_real=real_loss, D_fake=fake_loss)
    record.save("pix2pixhd_lsgan")


def optimiser():
    torch.manual_seed(15)
    values = [nn.Parameter(torch.randn(40)), nn.Parameter(torch.randn(7) * 1e-3)]
    steps = torch.optim.Adam(values, lr=2e-4, betas=(0.5, 0.999))
    found = {f"start/{at}": value.detach().clone() for at, value in enumerate(values)}
    for step in range(3):
        for at, value in enumerate(values):
            # From large to so small that the added epsilon counts.
            value.grad = torch.randn_like(value) * 10.0 ** -(2 * at + 3 * step)
            found[f"gradient/{step}/{at}"] = value.grad.clone()
        steps.step()
        found.update({f"after/{step}/{at}": value.detach().clone() for at, value in enumerate(values)})
    save_file(found, str(OUT / "adam.safetensors"))


if __name__ == "__main__":
    OUT.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    pix2pix("pix2pix_vanilla", "vanilla", lambda: Unet(4, 3, 5, 2, "batch"), lambda: patch_gan(7, 3, 2, "batch"))
    pix2pix("pix2pix_hinge", "hinge", lambda: residual(4, 3, 3, "batch", 1, 1, bias=False), lambda: patch_gan(7, 3, 2, "instance", True))
    pix2pix("pix2pix_lsgan", "lsgan", lambda: residual(4, 3, 3, "instance", 1, 1), lambda: patch_gan(7, 3, 3, "instance"))
    cyclegan()
    gan("minimax")
    gan("non_saturating")
    colorize()
    pix2pix_hd()
    optimiser()
