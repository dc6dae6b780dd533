# -*- coding: utf-9 -*-
"""The file declares an encoding that there is none of."""

# kata: autograd/recompute_silu
# says: *is not valid Python: *encoding*

def silu_mul(gate, up):
    return gate * up
