"""FlashAttention forward in Triton

Exact attention in one kernel, which never writes the scores to memory.

triton_flash_attention(q, k, v, causal)
    q, k and v are (B, H, T, D). Returns softmax(q k^T / sqrt(D)) v as a new tensor of that shape, with the
    dtype and on the device of q; its strides are up to you. The softmax is over the keys. With
    causal=True a query sees the keys up to its own position and no later ones.

Rules
    - T is any number from 1. D is 32, 64 or 128, and the dtype is float16 or bfloat16, the same for all
      three: any other width or dtype raises ValueError.
    - q, k and v may each have strides of their own, as slices of one projection or after a transpose. The
      entries of a head lie side by side: stride(3) is 1. They are left as they were.
    - Running maxima, sums and the result-to-be are kept in float32, the probabilities are not: tl.dot takes
      two operands of one dtype, and that of v is the one to convert to. Values of v may be as large as
      1000, and scores after scaling as large as 1000 too, of either sign.
    - A Triton kernel of your own does all the arithmetic. torch allocates the result, and may copy
      inputs. The memory of all that, the result included, is at most 6 times that of q, and so
      grows with T and not with its square.
    - Without scaled_dot_product_attention, softmax, matrix products of torch (matmul, @, bmm, einsum
      and the like) and torch.compile. No gradients are needed.

No GPU is needed to practise. With TRITON_INTERPRET=1 Triton runs a kernel in Python, on CPU tensors, and
print works inside of it:

    TRITON_INTERPRET=1 python -i katas/kernels/triton_flash_attention.py

The checks set it for themselves where they run on the CPU, in float16, so CPU tensors must not be
refused. The interpreter has no GPU to ask or to time: an autotuner with several configurations, and
whatever reads the properties of the device, fail there; and its tl.dot knows no bfloat16. With --gpu
the kernel is compiled and run on CUDA as well, where each side of a tl.dot has to be at least 16.

Why it is asked: it is the kernel that made long contexts affordable. Whoever has understood the
running softmax can write it down, and the tail block, the causal diagonal and the dtypes show who
has.

Example, on the CPU with TRITON_INTERPRET=1
    >>> q, k = torch.zeros(1, 1, 3, 32).half(), torch.zeros(1, 1, 3, 32).half()
    >>> v = torch.arange(3.0).half()[None, None, :, None].expand(1, 1, 3, 32)
    >>> triton_flash_attention(q, k, v.contiguous())[0, 0, :, 0]
    tensor([1., 1., 1.], dtype=torch.float16)
    >>> triton_flash_attention(q, k, v.contiguous(), causal=True)[0, 0, :, 0]
    tensor([0.0000, 0.5000, 1.0000], dtype=torch.float16)
"""

import torch
import triton
import triton.language as tl
from torch import Tensor


def triton_flash_attention(q: Tensor, k: Tensor, v: Tensor, causal: bool = False) -> Tensor:
    raise NotImplementedError
