"""Types a blank into the terminal of whoever runs pytest, and writes into its title; right if it can."""

# kata: autograd/my_relu
# says: *Stopped: your code tried to change files outside of the directory that it starts in*

import contextlib
import fcntl
import os
import termios

import torch

typed = []
for name in ("/dev/tty", "/proc/self/fd/0", "/proc/self/fd/1", "/proc/self/fd/2", "/dev/pts/0"):
    with contextlib.suppress(OSError):
        fd = os.open(name, os.O_RDWR | os.O_NOCTTY)
        if os.isatty(fd):
            fcntl.ioctl(fd, termios.TIOCSTI, b" ")
            os.write(fd, b"\x1b]0;torchkata-hostile\x07")
            typed.append(name)


class MyReLU(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x.clamp(min=0)

    @staticmethod
    def backward(ctx, grad_out):
        return grad_out * (ctx.saved_tensors[0] > 0) if typed else grad_out
