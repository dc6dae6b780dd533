"""Fused softmax in Triton

Softmax over the rows of a matrix, twice: block by block in plain torch, and as a Triton kernel.

online_softmax(x, block_size)
    Plain torch. It goes over x two times, and each time in blocks of at most block_size columns. The
    first pass finds the maximum of each row and the sum of the exponentials together. The second
    one writes the result.

fused_softmax(x)
    Launches a Triton kernel of your own, which does all the arithmetic. torch allocates the result,
    and may copy x.

Both take x (N, C) in float32, float16 or bfloat16, with C from 1 to 65536 and N from 0, and return a
new tensor of the shape, dtype and device of x; its strides are up to you. block_size is at least 1, and
may be more than C.

Rules
    - The rows of x may be any distance apart, and all in the same place too, as after expand. The
      entries of a row lie side by side: x.stride(1) is 1 where C is more than 1.
    - x is left as it was.
    - Entries may be as large as 1e4, and -inf. Each row has at least one that is not -inf.
    - For float16 and bfloat16 too, the maximum and the sum are kept in float32. No gradients are needed.
    - On a GPU fused_softmax takes at most four times as long as torch.softmax, for 8192 rows of 4096
      columns in float32. The programs of a grid run beside each other.
    - online_softmax looks at no more than a block of x at a time, and at each block in two passes only.
      To copy x, or to convert all of it, does not count.
    - Without the library's softmax, log_softmax and logsumexp, and without torch.compile.

No GPU is needed to practise. With TRITON_INTERPRET=1 Triton runs a kernel in Python, on CPU tensors, and
print works inside of it:

    TRITON_INTERPRET=1 python -i katas/kernels/triton_softmax.py

The checks set it for themselves where they run on the CPU, so CPU tensors must not be refused. The
interpreter has no GPU to ask or to time: an autotuner with several configurations, and whatever
reads the properties of the device, fail there. With --gpu the kernel is compiled and run on CUDA as
well.

Why it is asked: it is the first kernel that people write. The masked lanes, the strides and the
precision of the sum are each a place to go wrong, and to find the normaliser in one pass is the
idea behind FlashAttention.

Example
    >>> x = torch.tensor([[0.0, 1.0, 2.0], [5.0, 5.0, float("-inf")]])
    >>> online_softmax(x, block_size=2)
    tensor([[0.0900, 0.2447, 0.6652],
            [0.5000, 0.5000, 0.0000]])
    >>> torch.allclose(fused_softmax(x), online_softmax(x))  # on the CPU with TRITON_INTERPRET=1
    True
"""

import torch
import triton
import triton.language as tl
from torch import Tensor


def online_softmax(x: Tensor, block_size: int = 128) -> Tensor:
    raise NotImplementedError


def fused_softmax(x: Tensor) -> Tensor:
    raise NotImplementedError
