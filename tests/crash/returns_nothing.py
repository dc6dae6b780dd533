"""The function prints its result instead of returning it."""

# kata: autograd/recompute_silu
# says: *returned None. Is a return missing?*


def silu_mul(gate, up):
    print(gate * gate.sigmoid() * up)
