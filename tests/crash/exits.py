"""The script's own sys.exit() was pasted along with the function."""

# kata: autograd/recompute_silu
# says: *SystemExit*

import sys


def main():
    print("done")
    sys.exit(0)


def silu_mul(gate, up):
    main()
    return gate * gate.sigmoid() * up
