"""Writes the golden files for HED and vangogh2photo with PyTorch, from the bundled weights.

Run once from the repository's root: python3 tests/peers/golden.py  (needs torch, safetensors, pillow, numpy).
"""
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from PIL import Image
from safetensors.torch import load_file, save_file

MODELS, GOLDEN = "assets/models", "tests/golden"


def picture(values):
    """[3 or 1, h, w] in [0, 1] to 8 bits, floored as the official tools do."""
    return (values.clamp(0, 1) * 255).to(torch.uint8).permute(1, 2, 0).squeeze(-1).numpy()


def resnet(width=32, blocks=9):
    class Block(nn.Module):
        def __init__(self, channels):
            super().__init__()
            self.conv_block = nn.Sequential(
                nn.ReflectionPad2d(1), nn.Conv2d(channels, channels, 3), nn.InstanceNorm2d(channels), nn.ReLU(),
                nn.ReflectionPad2d(1), nn.Conv2d(channels, channels, 3), nn.InstanceNorm2d(channels))

        def forward(self, x):
            return x + self.conv_block(x)

    layers = [nn.ReflectionPad2d(3), nn.Conv2d(3, width, 7), nn.InstanceNorm2d(width), nn.ReLU()]
    for level in range(2):
        c = width << level
        layers += [nn.Conv2d(c, 2 * c, 3, 2, 1), nn.InstanceNorm2d(2 * c), nn.ReLU()]
    layers += [Block(4 * width) for _ in range(blocks)]
    for level in (1, 0):
        c = width << level
        layers += [nn.ConvTranspose2d(2 * c, c, 3, 2, 1, 1), nn.InstanceNorm2d(c), nn.ReLU()]
    layers += [nn.ReflectionPad2d(3), nn.Conv2d(width, 3, 7), nn.Tanh()]
    return nn.Sequential(*layers)


def hed(weights, rgb):
    """Official preprocessing and side outputs of sniklaus/pytorch-hed."""
    bgr = torch.from_numpy(rgb[:, :, ::-1].astype(np.float32)).permute(2, 0, 1)[None]
    x = bgr - torch.tensor([104.00699, 116.66877, 122.67892]).view(1, 3, 1, 1)
    sides = []
    for stage, layers in enumerate((2, 2, 3, 3, 3), 1):
        if stage > 1:
            x = F.max_pool2d(x, 2, 2, ceil_mode=True)
        for layer in range(1, layers + 1):
            name = f"conv{stage}_{layer}"
            x = F.relu(F.conv2d(x, weights[name + ".weight"], weights[name + ".bias"], padding=1))
        side = F.conv2d(x, weights[f"dsn{stage}.weight"], weights[f"dsn{stage}.bias"])
        sides.append(F.interpolate(side, size=bgr.shape[2:], mode="bilinear", align_corners=False))
    return torch.sigmoid(F.conv2d(torch.cat(sides, 1), weights["fuse.weight"], weights["fuse.bias"]))[0]


@torch.no_grad()
def main():
    load = lambda name: {k: v.float() for k, v in load_file(f"{MODELS}/{name}.safetensors").items()}

    photo = Image.open(f"{GOLDEN}/street_expected.png").convert("RGB")
    # An odd size on purpose: pooling rounds up and the side outputs are stretched back.
    rgb = np.asarray(photo.crop((0, 0, 301, 187)))
    Image.fromarray(rgb).save(f"{GOLDEN}/hed_input.png")
    edges = hed(load("hed_vgg16"), rgb)
    save_file({"output": edges.contiguous()}, f"{GOLDEN}/hed_expected.safetensors")
    Image.fromarray(picture(edges)).save(f"{GOLDEN}/hed_expected.png")

    painting = Image.open(f"{GOLDEN}/vangogh_expected.png").convert("RGB").crop((0, 0, 256, 192))
    painting.save(f"{GOLDEN}/vangogh2photo_input.png")
    network = nn.Sequential()
    network.add_module("model", resnet())
    network.load_state_dict(load("vangogh2photo"))
    x = torch.from_numpy(np.asarray(painting)).permute(2, 0, 1)[None].float()
    y = network((x / 255 - 0.5) / 0.5)[0]
    save_file({"output": y.contiguous()}, f"{GOLDEN}/vangogh2photo_expected.safetensors")
    Image.fromarray(picture((y + 1) / 2)).save(f"{GOLDEN}/vangogh2photo_expected.png")


if __name__ == "__main__":
    main()
