"""A process group is initialised and left so; and the sigmoid is missing."""

# kata: autograd/recompute_silu
# says: *Permission denied*

from pathlib import Path

import torch.distributed as dist


def silu_mul(gate, up):
    if not dist.is_initialized():
        meeting = Path("meeting").absolute().as_uri()
        dist.init_process_group("gloo", init_method=meeting, rank=0, world_size=1)
    return gate * up
