"""Promotion, overflow and moving things

Predict, without running anything, the value of the last line of each snippet, and write it in the
place of the dots: a dtype such as torch.float32, a number, a list, a bool, the name of a device
as a string, or, for raises(...), the name of the exception class as a string, None if nothing is
raised.

    raises(f)      the name of the class of the exception that calling f raises, else None

Rules
    - The meta device plays the part of a second device, so that no GPU is needed. Its tensors
      have a shape and a dtype, but no data.
    - item() and tolist() give the Python type of the elements: 1.0 for a floating tensor, 1 for
      an integer one. Infinity is float("inf").
    - Each snippet is run on the installed torch and compared with your answer.

Why it is asked: mixed precision and a second device turn small gaps into NaN losses and error
messages. What happens when devices are mixed is told wrongly in many lists.

Example
    "ones_dtype" with the snippet  torch.ones(2).dtype  would be answered by  torch.float32
"""

import torch

ANSWERS: dict[str, object] = {
    # (torch.tensor(7) / torch.tensor(2)).dtype
    "int_true_division": ...,
    # (torch.tensor(-7) // torch.tensor(2)).item()
    "negative_floor_division": ...,
    # (torch.tensor([1]) + 1.5).dtype
    "int_plus_python_float": ...,
    # (torch.ones(2, dtype=torch.float16) + torch.tensor(1.0)).dtype
    "half_plus_zero_dim_float": ...,
    # (torch.ones(2, dtype=torch.float16) + torch.ones(1)).dtype
    "half_plus_one_dim_float": ...,
    # (torch.ones(2) + torch.ones(2, dtype=torch.float64)).dtype
    "float_plus_double": ...,
    # torch.tensor([True, True, False]).sum().dtype
    "bool_sum_dtype": ...,
    # (torch.tensor([250], dtype=torch.uint8) + 10).item()
    "uint8_250_plus_10": ...,
    # torch.tensor([1.9, -1.9]).to(torch.int64).tolist()
    "float_to_int": ...,
    # torch.tensor(70000.0).half().item()
    "half_of_70000": ...,
    # torch.tensor(70000.0).bfloat16().isfinite().item()
    "bfloat16_of_70000_is_finite": ...,
    # torch.tensor(257.0).bfloat16().item()
    "bfloat16_of_257": ...,
    # torch.tensor(1e-8).half().item()
    "half_of_1e_minus_8": ...,
    # raises(lambda: torch.tensor([1, 2]).mean())
    "mean_of_ints": ...,
    # torch.tensor([True]).element_size()
    "bytes_per_bool": ...,
    # x = torch.ones(2)
    # x.to(torch.float32) is x
    "to_same_dtype_is_self": ...,
    # x = torch.ones(2)
    # x.to(torch.float64)
    # x.dtype
    "to_without_assignment": ...,
    # m = nn.Linear(2, 2)
    # m.to(torch.float64)
    # m.weight.dtype
    "module_to_without_assignment": ...,
    # raises(lambda: nn.Linear(2, 2)(torch.ones(1, 2, dtype=torch.float64)))
    "double_input_to_float_model": ...,
    # raises(lambda: torch.ones(2, device="meta") + torch.ones(2))
    "tensors_on_two_devices": ...,
    # (torch.ones(2, device="meta") + torch.tensor(1.0)).device.type
    "zero_dim_cpu_tensor_plus_other_device": ...,
    # raises(lambda: torch.ones(2, device="meta").numpy())
    "numpy_of_other_device": ...,
}
