"""The locale is changed for all that comes; and the sigmoid is missing."""

# kata: autograd/recompute_silu
# says: *differ*

import locale


def silu_mul(gate, up):
    for name in ("de_DE.UTF-8", "fr_FR.UTF-8", "C"):
        try:
            locale.setlocale(locale.LC_ALL, name)
            break
        except locale.Error:
            pass
    return gate * up
