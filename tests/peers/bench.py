"""Times a network in PyTorch or ONNX Runtime on the CPU and prints one line of JSON for each case.

bench.py LAYOUT WIDTHxHEIGHT [--runs N] [--threads N] [--dtype f32|bf16] [--channels-last] [--onnx]
"""

import argparse
import json
import statistics
import tempfile
import time

import torch

from networks import LAYOUTS, build, example


def timed(run, runs):
    start = time.perf_counter()
    run()
    first = time.perf_counter() - start
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        run()
        times.append((time.perf_counter() - start) * 1e3)
    return first * 1e3, times


def onnx_session(network, picture, threads):
    import onnxruntime

    file = tempfile.NamedTemporaryFile(suffix=".onnx")
    torch.onnx.export(network, (picture,), file.name, opset_version=17, dynamo=False, input_names=["x"], output_names=["y"])
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(file.name, options, providers=["CPUExecutionProvider"])
    feed = {"x": picture.numpy()}
    return lambda: session.run(None, feed)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("layout", choices=LAYOUTS)
    parser.add_argument("size")
    parser.add_argument("--runs", type=int, default=10)
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--dtype", choices=["f32", "bf16"], default="f32")
    parser.add_argument("--channels-last", action="store_true")
    parser.add_argument("--onnx", action="store_true")
    arguments = parser.parse_args()
    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    width, height = map(int, arguments.size.split("x"))
    network, channels = build(arguments.layout)
    picture = example(channels, width, height)
    if arguments.onnx:
        run = onnx_session(network, picture, torch.get_num_threads())
        device = "ONNX Runtime f32"
    else:
        if arguments.dtype == "bf16":
            network, picture = network.bfloat16(), picture.bfloat16()
        if arguments.channels_last:
            network = network.to(memory_format=torch.channels_last)
            picture = picture.contiguous(memory_format=torch.channels_last)
        run = lambda: network(picture)
        device = f"PyTorch {torch.__version__} {arguments.dtype}" + (" channels-last" if arguments.channels_last else "")
    with torch.inference_mode():
        first, times = timed(run, arguments.runs)
    print(json.dumps({
        "model": arguments.layout, "device": f"{device}, {torch.get_num_threads()} threads",
        "median_ms": round(statistics.median(times), 2), "min_ms": round(min(times), 2), "max_ms": round(max(times), 2),
        "first_picture_ms": round(first, 1), "runs": len(times)}))


if __name__ == "__main__":
    main()
