"""A print was left in an inner loop: a gigabyte of it."""

# kata: autograd/recompute_silu
# says: *Stopped*

text = "step: " + "0" * 1017


def silu_mul(gate, up):
    for _ in range(1 << 20):
        print(text)
    return gate * up
