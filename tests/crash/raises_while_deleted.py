"""An object raises in __del__, whenever it is collected; and the sigmoid is missing."""

# kata: autograd/recompute_silu
# says: *differ*


class Timer:
    def __del__(self):
        raise ValueError("the timer was never stopped")


def silu_mul(gate, up):
    Timer()
    gate.timer = Timer()
    return gate * up
