"""A string is doubled in every step, and there are many steps."""

# kata: autograd/recompute_silu
# says: *Stopped for lack of memory*


def silu_mul(gate, up):
    text = str(gate)
    while len(text) < 6 << 30:
        text += text
    return gate * up
