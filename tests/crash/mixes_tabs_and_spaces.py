"""Tabs and spaces take turns in the indentation."""

# kata: autograd/recompute_silu
# says: *is not valid Python: *tabs and spaces*

def silu_mul(gate, up):
        s = gate.sigmoid()
	return gate * s * up
