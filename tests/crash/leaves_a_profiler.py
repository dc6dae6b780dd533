"""A profiler is started and goes on running; and the sigmoid is missing."""

# kata: autograd/recompute_silu
# says: *Stopped: your code tried to look through the process that runs it, or trace it*

import torch

profiler = torch.profiler.profile(with_stack=True, record_shapes=True)


def silu_mul(gate, up):
    profiler.start()
    return gate * up
