"""Meets another process at a local socket, by a path and by an abstract name; right if it can."""

# kata: autograd/my_relu
# says: *Stopped: your code tried to speak to another program*

import contextlib
import socket

import torch

met = []
for name in ("hostile.sock", "\0torchkata-hostile"):
    with contextlib.suppress(OSError):
        server, client = socket.socket(socket.AF_UNIX), socket.socket(socket.AF_UNIX)
        server.bind(name)
        server.listen()
        client.connect(name)
        met.append(name)


class MyReLU(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x.clamp(min=0)

    @staticmethod
    def backward(ctx, grad_out):
        return grad_out * (ctx.saved_tensors[0] > 0) if met else grad_out
