"""The answer was pasted with the fences around it."""

# kata: autograd/recompute_silu
# says: *is not valid Python: invalid syntax*

```python
def silu_mul(gate, up):
    return gate * gate.sigmoid() * up
```
