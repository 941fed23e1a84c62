"""Alternates Daub's CPU executor with PyTorch and ONNX Runtime in one run, and prints medians and spread.

compare.py DAUB [--rounds N] [--runs N] [--threads N] [CASE ...]     a case is LAYOUT@WIDTHxHEIGHT

DAUB is the built program (target/release/daub). Each round runs every engine once, in turn, so that a machine
that slows down slows all of them. A round's time is the median of its runs; the table shows the median of rounds with
the least and the largest.
"""

import argparse
import json
import pathlib
import statistics
import subprocess
import sys

CASES = ["street@512x256", "unet-32@256x256", "unet-64@256x256", "resnet9-32@256x256", "resnet9-64@256x256",
         "pix2pixhd-global-64@512x256"]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("daub")
    parser.add_argument("cases", nargs="*", default=CASES)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--engines", default="daub,torch,torch-cl,torch-bf16,onnx")
    arguments = parser.parse_args()
    peer = [sys.executable, str(pathlib.Path(__file__).with_name("bench.py"))]
    engines = {
        "torch": (peer, []),
        "torch-cl": (peer, ["--channels-last"]),
        "torch-bf16": (peer, ["--dtype", "bf16", "--channels-last"]),
        "onnx": (peer, ["--onnx"]),
    }
    chosen = arguments.engines.split(",")
    for case in arguments.cases:
        layout, size = case.split("@")
        rounds = {name: [] for name in chosen}
        for _ in range(arguments.rounds):
            for name in chosen:
                times = ["--runs", str(arguments.runs), "--threads", str(arguments.threads)]
                if name == "daub":
                    line = [arguments.daub, "bench", "--device", "cpu", "--json", "--model", layout, "--size", size, *times]
                else:
                    command, options = engines[name]
                    line = [*command, layout, size, *times, *options]
                done = subprocess.run(line, capture_output=True, text=True)
                if done.returncode:
                    print(f"{case} {name}: {done.stderr.strip().splitlines()[-1]}", file=sys.stderr)
                    continue
                rounds[name].append(json.loads(done.stdout.splitlines()[0])["median_ms"])
        torch = [statistics.median(rounds[name]) for name in ("torch", "torch-cl") if rounds.get(name)]
        for name, times in rounds.items():
            if times:
                middle = statistics.median(times)
                ratio = middle / min(torch) if torch else float("nan")
                print(f"{case:30} {name:11} {middle:8.1f} ms  ({min(times):.1f} to {max(times):.1f})  {ratio:5.2f} of PyTorch f32")


if __name__ == "__main__":
    main()
