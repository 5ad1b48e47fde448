"""Peer benchmark: the same Wide ResNet in PyTorch, trained and run on random images.

    python3 torch_wrn.py --width 4 [--depth 20] [--batch 125] [--one-bit] [--norm bn|srelu]
                        [--dtype float32|bfloat16] [--device cpu|cuda] [--compile] [--iters 6]
                        [--skip train|infer] [--worker]

Prints one JSON line: images per second for a full training step (forward, backward, SGD with
momentum and weight decay) and for inference. Best of three rounds each.

With --worker, for timing in turns with another program (alternate.py): warms up, prints the JSON
line without rates, then for each line of standard input with a number of steps runs so many and
prints the seconds they took. Steps are of training, with --skip train of inference.
"""
import argparse
import contextlib
import json
import math
import sys
import time

import torch
import torch.nn as nn
import torch.nn.functional as F


class Conv(nn.Conv2d):
    def __init__(self, cin, cout, k, stride, one_bit):
        super().__init__(cin, cout, k, stride, k // 2, bias=False)
        self.one_bit = one_bit
        nn.init.kaiming_normal_(self.weight, mode="fan_in", nonlinearity="relu")

    def forward(self, x):
        w = self.weight
        if self.one_bit:
            w = w + (math.sqrt(2.0 / w[0].numel()) * w.sign() - w).detach()
        return F.conv2d(x, w, None, self.stride, self.padding)


class ShiftedReLU(nn.Module):
    def forward(self, x):
        return torch.clamp(x, min=-1.0)


def act(c, norm):
    return nn.Sequential(nn.BatchNorm2d(c, affine=False), nn.ReLU()) if norm == "bn" else ShiftedReLU()


class Block(nn.Module):
    def __init__(self, cin, cout, stride, a):
        super().__init__()
        self.a1, self.c1 = act(cin, a.norm), Conv(cin, cout, 3, stride, a.one_bit)
        self.a2, self.c2 = act(cout, a.norm), Conv(cout, cout, 3, 1, a.one_bit)
        self.down = stride == 2

    def forward(self, x):
        y = self.c2(self.a2(self.c1(self.a1(x))))
        if self.down:
            x = F.avg_pool2d(x, 3, 2, 1, count_include_pad=False)
            x = torch.cat([x, torch.zeros_like(x)], 1)
        return x + y


def build(a):
    f, n = 16 * a.width, (a.depth - 2) // 6
    layers, c = [nn.BatchNorm2d(3), Conv(3, f, 3, 1, a.one_bit)], f
    for stage in range(3):
        for b in range(n):
            stride = 2 if stage and not b else 1
            layers.append(Block(c, f << stage, stride, a))
            c = f << stage
    layers += [act(c, a.norm), Conv(c, a.classes, 1, 1, a.one_bit)]
    layers += [nn.BatchNorm2d(a.classes, affine=False)] if a.norm == "bn" else []
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten())


def warm_up(fn, a):
    for _ in range(3 if a.device == "cpu" else 10):
        fn()


def seconds(fn, steps, a):
    sync = torch.cuda.synchronize if a.device == "cuda" else lambda: None
    sync()
    start = time.perf_counter()
    for _ in range(steps):
        fn()
    sync()
    return time.perf_counter() - start


def rate(fn, a):
    warm_up(fn, a)
    return max(a.batch * a.iters / seconds(fn, a.iters, a) for _ in range(3))


def work(fn, settings, a):
    warm_up(fn, a)
    print(json.dumps(settings), flush=True)
    for line in sys.stdin:
        print(f"{seconds(fn, int(line), a):.6f}", flush=True)


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--width", type=int, default=4)
    p.add_argument("--depth", type=int, default=20)
    p.add_argument("--batch", type=int, default=125)
    p.add_argument("--classes", type=int, default=10)
    p.add_argument("--iters", type=int, default=6)
    p.add_argument("--norm", choices=["bn", "srelu"], default="bn")
    p.add_argument("--one-bit", action="store_true")
    p.add_argument("--dtype", choices=["float32", "bfloat16"], default="float32")
    p.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    p.add_argument("--compile", action="store_true")
    p.add_argument("--skip", choices=["train", "infer"])
    p.add_argument("--worker", action="store_true")
    a = p.parse_args()
    torch.manual_seed(0)
    torch.backends.cudnn.benchmark = True
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = True
    net = build(a).to(a.device, memory_format=torch.channels_last)
    opt = torch.optim.SGD(net.parameters(), 0.1, 0.9, weight_decay=5e-4)
    x = (torch.rand(a.batch, 3, 32, 32, device=a.device) * 255).to(memory_format=torch.channels_last)
    y = torch.arange(a.batch, device=a.device) % a.classes
    cast = torch.autocast(a.device, dtype=torch.bfloat16) if a.dtype == "bfloat16" else contextlib.nullcontext()
    model = torch.compile(net) if a.compile else net

    def step():
        opt.zero_grad(set_to_none=True)
        with cast:
            out = model(x)
        F.cross_entropy(out.float(), y).backward()
        opt.step()

    def infer():
        with torch.no_grad(), cast:
            model(x)

    out = dict(torch=torch.__version__, threads=torch.get_num_threads(), **vars(a))
    if a.worker:
        if a.skip == "train":
            net.eval()
        work(infer if a.skip == "train" else step, out, a)
        return
    if a.skip != "train":
        out["train_images_per_s"] = round(rate(step, a), 1)
    if a.skip != "infer":
        net.eval()
        out["infer_images_per_s"] = round(rate(infer, a), 1)
    print(json.dumps(out))


if __name__ == "__main__":
    main()
