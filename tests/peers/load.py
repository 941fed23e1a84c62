"""Loads models that `daub train` wrote into the official PyTorch code, strictly, and compares their pictures.

    python3 tests/peers/load.py CHECKOUTS DAUB MODEL.json INPUT.png [PHOTO.png]

`CHECKOUTS` is as for `official.py`, `DAUB` the program. The networks are built by the official classes from the card's
numbers; `load_state_dict(strict=True)` refuses any missing, spare or differently shaped tensor. For models with object
styles PHOTO is what the official encoder, loaded likewise, looks at. Differences are in levels of 8 bits: at most one,
where rounding falls to another side.
"""
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from safetensors.torch import load_file

from official import BATCH, INSTANCE, edges, networks, one_hot, rgb_tensor


def built(a):
    """The official network of a card's architecture."""
    norm = BATCH if a["norm"] == "batch" else INSTANCE
    inputs = a["input_channels"] + a["instance_edges"] + a["feature_channels"]
    outputs, width, depth, blocks = (a[key] for key in ("output_channels", "width", "depth", "blocks"))
    if a["family"] == "unet":
        return networks("cyclegan").UnetGenerator(inputs, outputs, depth, width, norm, a["dropout"])
    if a["family"] == "resnet":
        return networks("cyclegan").ResnetGenerator(inputs, outputs, width, norm, a["dropout"], blocks)
    if a["family"] == "pix2pixhd_global":
        return networks("pix2pixHD").GlobalGenerator(inputs, outputs, width, depth, blocks, norm)
    if a["family"] == "pix2pixhd_local":
        enhancers, inner = a["enhancers"], a["enhancer_blocks"]
        return networks("pix2pixHD").LocalEnhancer(inputs, outputs, width, depth, blocks, enhancers, inner, norm)
    sys.exit(f"there is no official network for {a['family']}")


def loaded(net, path):
    net.load_state_dict(load_file(path), strict=True)
    return net.eval()


def features(weights, photo, ids, channels):
    state = load_file(weights)
    width = state["model.1.weight"].shape[0]
    # On the way down and, transposed, on the way up.
    changing = [key for key, value in state.items() if value.dim() == 4 and value.shape[0] == 2 * value.shape[1]]
    downs = len(changing) // 2
    encoder = loaded(networks("pix2pixHD").Encoder(3, channels, width, downs, INSTANCE), weights)
    return encoder(rgb_tensor(photo), torch.from_numpy(ids.astype(np.int64))[None, None])


def main(daub, card, source, photo=None):
    card = Path(card)
    a = json.loads(card.read_text())["architecture"]
    net = loaded(built(a), card.with_suffix(".safetensors"))
    image = Image.open(source)
    arguments = [daub, "generate", "--device", "cpu", "--norm-stats", "running", "--model", card, "--input", source]
    if a["input"] == "labels":
        ids = np.asarray(image).astype(np.int64)
        planes = [one_hot(ids, a["input_channels"])]
        if a["instance_edges"]:
            planes.append(torch.as_tensor(np.asarray(edges(ids)), dtype=torch.float32).reshape(1, 1, *ids.shape))
        if a["feature_channels"]:
            encoder = card.with_name(f"{card.stem}_net_E.safetensors")
            planes.append(features(encoder, np.asarray(Image.open(photo).convert("RGB")), ids, a["feature_channels"]))
            arguments += ["--style-photo", photo]
        x = torch.cat(planes, 1)
    else:
        x = rgb_tensor(np.asarray(image.convert("RGB")))
    with torch.no_grad():
        y = net(x)[0].numpy()
    wanted = np.floor(np.clip((y + 1) / 2, 0, 1) * 255).transpose(1, 2, 0)
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "out.png"
        subprocess.run([*map(str, arguments), "--output", str(output)], check=True, stdout=subprocess.DEVNULL)
        found = np.asarray(Image.open(output).convert("RGB")).astype(float)
    apart = np.abs(found - wanted)
    print(f"{card.stem}: {type(net).__name__} loads strictly; {apart.max():.0f} levels apart at most, {apart.mean():.4f} on average")
    assert apart.max() <= 1, "the pictures differ"


if __name__ == "__main__":
    with torch.no_grad():
        main(*sys.argv[2:])
