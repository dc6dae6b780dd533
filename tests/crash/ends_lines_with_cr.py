"""Lines end with a carriage return alone, as they once did on a Mac; the mistake is another: no sigmoid."""

# kata: autograd/recompute_silu
# says: *differ*

def silu_mul(gate, up):    return gate * up