"""The answer asks a person for a number, and nobody is there to type one."""

# kata: autograd/recompute_silu
# says: *EOFError*


def silu_mul(gate, up):
    factor = float(input("factor? "))
    return gate * factor * up
