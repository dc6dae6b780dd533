"""The result lies in a list of lists of lists, 100,000 levels down."""

# kata: tensors/stride_koans
# says: *which is not what the snippet gives*

answer = (4, 1)
for _ in range(100_000):
    answer = [answer]

ANSWERS = {"row_major_strides": answer}
