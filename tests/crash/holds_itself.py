"""The list that is returned is an element of itself."""

# kata: tensors/stride_koans
# says: *which is not what the snippet gives*

strides = [4, 1]
strides.append(strides)

ANSWERS = {"row_major_strides": strides}
