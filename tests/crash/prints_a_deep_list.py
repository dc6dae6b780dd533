"""A list that is 100,000 levels deep is printed."""

# kata: autograd/recompute_silu
# says: *RecursionError*


def silu_mul(gate, up):
    history = []
    for _ in range(100_000):
        history = [history, gate]
    print(history)
    return gate * up
