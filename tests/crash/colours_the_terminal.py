"""The message of the error clears the terminal, moves its cursor and has no end in sight."""

# kata: autograd/recompute_silu
# says: *ValueError*


def silu_mul(gate, up):
    bell, clear = chr(7), chr(27) + "[2J" + chr(27) + "]0;title" + chr(7)
    raise ValueError(clear + "wrong shape" + chr(13) + bell + "\n" * 50 + "x" * 100_000)
