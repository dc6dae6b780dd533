"""What did that constructor give me?

torch has many ways to make a tensor, and they do not agree on the dtype. torch.tensor copies data
and infers a dtype from it. torch.Tensor, with a capital letter, is the class: called with
integers it takes them for sizes, and it infers nothing.

Predict, without running anything, the value of the last line of each snippet, and write it in the
place of the dots: a dtype such as torch.float32, a tuple, a list, a number, or, for raises(...),
the name of the exception class as a string, None if nothing is raised.

    raises(f)      the name of the class of the exception that calling f raises, else None

Rules
    - The default dtype is float32 when a snippet begins.
    - item() and tolist() give the Python type of the elements: 1.0 for a floating tensor, 1 for
      an integer one.
    - Each snippet is run on the installed torch and compared with your answer.

Why it is asked: a loss that refuses its targets, or a model that quietly runs in float64, usually
goes back to the line that made the tensor. "torch.Tensor is always float32" is in many lists, and
is wrong.

Example
    "ones_dtype" with the snippet  torch.ones(2).dtype  would be answered by  torch.float32
"""

import torch

ANSWERS: dict[str, object] = {
    # torch.tensor([1, 2, 3]).dtype
    "int_list_dtype": ...,
    # torch.tensor([1.0, 2.0]).dtype
    "float_list_dtype": ...,
    # torch.tensor([1, 2.5]).dtype
    "mixed_list_dtype": ...,
    # torch.tensor([True, False]).dtype
    "bool_list_dtype": ...,
    # torch.Tensor([1, 2, 3]).dtype
    "capital_list_dtype": ...,
    # torch.Tensor(torch.tensor([1, 2])).dtype
    "capital_of_int_tensor": ...,
    # torch.set_default_dtype(torch.float64)
    # got = torch.Tensor([1]).dtype
    # torch.set_default_dtype(torch.float32)
    # got
    "capital_with_double_default": ...,
    # tuple(torch.tensor(3).shape)
    "lower_scalar_shape": ...,
    # tuple(torch.Tensor(3).shape)
    "capital_scalar_shape": ...,
    # tuple(torch.Tensor(2, 3).shape)
    "capital_two_ints_shape": ...,
    # raises(lambda: torch.Tensor(3.0))
    "capital_float_argument": ...,
    # torch.arange(0, 10, 2).dtype
    "arange_dtype": ...,
    # torch.arange(0, 9, 3).tolist()
    "arange_values": ...,
    # torch.linspace(0, 1, 5).tolist()
    "linspace_values": ...,
    # torch.full((2,), 7).dtype
    "full_dtype": ...,
    # torch.zeros_like(torch.tensor([1, 2])).dtype
    "zeros_like_dtype": ...,
    # torch.eye(3).sum().item()
    "eye_total": ...,
    # raises(lambda: torch.rand_like(torch.tensor([1, 2])))
    "rand_like_of_ints": ...,
    # torch.set_default_dtype(torch.float64)
    # got = torch.tensor([1.0]).dtype
    # torch.set_default_dtype(torch.float32)
    # got
    "literal_with_double_default": ...,
}
