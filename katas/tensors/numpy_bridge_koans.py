"""Who shares memory with NumPy?

A tensor on the CPU and a NumPy array can be two names for the same memory. Some conversions make
an alias, others copy, and nothing in the names says which.

Predict, without running anything, the value of the last line of each snippet, and write it in the
place of the dots: a dtype such as torch.float32, a number, or, for raises(...), the name of the
exception class as a string, None if nothing is raised.

    raises(f)      the name of the class of the exception that calling f raises, else None

Rules
    - item() and float() give Python floats here: write 1.0, not 1.
    - Each snippet is run on the installed torch and compared with your answer.

Why it is asked: data comes in as arrays. Whoever augments an array in place edits batches that
are already queued, and an array of floats makes a float64 tensor that the model refuses.

Example
    "array_dtype" with the snippet  torch.from_numpy(np.array([1, 2])).dtype  would be answered by
    torch.int64
"""

import torch

ANSWERS: dict[str, object] = {
    # torch.from_numpy(np.array([1.0])).dtype
    "from_numpy_dtype": ...,
    # torch.tensor(np.array([1.0])).dtype
    "tensor_of_float_array_dtype": ...,
    # a = np.zeros(2)
    # t = torch.from_numpy(a)
    # a[0] = 5
    # t[0].item()
    "from_numpy_sees_writes": ...,
    # a = np.zeros(2)
    # t = torch.tensor(a)
    # a[0] = 5
    # t[0].item()
    "tensor_sees_writes": ...,
    # a = np.zeros(2)
    # t = torch.as_tensor(a)
    # a[0] = 5
    # t[0].item()
    "as_tensor_sees_writes": ...,
    # a = np.zeros(2)
    # t = torch.from_numpy(a).float()
    # a[0] = 5
    # t[0].item()
    "cast_sees_writes": ...,
    # a = np.zeros(2)
    # t = torch.from_numpy(a)
    # a = a + 1
    # t[0].item()
    "after_rebinding_the_array_name": ...,
    # t = torch.zeros(2)
    # a = t.numpy()
    # t.add_(1)
    # float(a[0])
    "numpy_view_sees_inplace": ...,
    # t = torch.zeros(2)
    # a = t.numpy()
    # t = t + 1
    # float(a[0])
    "numpy_view_sees_out_of_place": ...,
    # raises(lambda: torch.ones(2, requires_grad=True).numpy())
    "numpy_of_tensor_with_grad": ...,
    # t = torch.ones(2, requires_grad=True)
    # t.detach().numpy()[0] = 7
    # t[0].item()
    "after_writing_detached_numpy": ...,
    # raises(lambda: torch.from_numpy(np.arange(3)[::-1]))
    "reversed_array": ...,
    # torch.tensor(np.float64(1.0)).dtype
    "numpy_scalar_dtype": ...,
}
