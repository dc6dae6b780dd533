"""Inference mode is entered by hand and never left; and the result is that of plain ReLU."""

# kata: autograd/recompute_silu
# says: *No gradient can flow*

import torch

mode = torch.inference_mode()


def silu_mul(gate, up):
    mode.__enter__()
    return gate.relu() * up
