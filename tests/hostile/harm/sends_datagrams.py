"""Sends datagrams, which no connection precedes; the answer is right if one is sent."""

# kata: autograd/my_relu
# says: *differ*

import contextlib
import socket

import torch

sent = []
for address in ("127.0.0.1", "192.0.2.1"):  # the second is set aside for documentation
    with contextlib.suppress(OSError), socket.socket(type=socket.SOCK_DGRAM) as post:
        sent.append(post.sendto(b"torchkata-hostile", (address, 9)))
    with contextlib.suppress(OSError), socket.socket(type=socket.SOCK_DGRAM) as post:
        sent.append(post.sendmsg([b"torchkata-hostile"], [], 0, (address, 9)))


class MyReLU(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x.clamp(min=0)

    @staticmethod
    def backward(ctx, grad_out):
        return grad_out * (ctx.saved_tensors[0] > 0) if sent else grad_out
