"""Which dtype under autocast?

Inside of torch.autocast some operations cast their inputs to a lower precision, some cast them to
float32, and all others take what they get. A GradScaler multiplies the loss, so that small
gradients survive in float16, and divides the gradients before the optimizer sees them.

Predict, without running anything, the value of the last line of each snippet, and write it in the
place of the dots: a dtype such as torch.float32, a number, a bool, a tuple, or, for raises(...),
the name of the exception class as a string, None if nothing is raised.

    raises(f)      the name of the class of the exception that calling f raises, else None

Rules
    - Everything runs on the CPU, whose lists of operations are not quite those of CUDA.
    - Warnings are not looked at, but in the snippet that records them itself. There the answer is
      the name of the warning's class, a string.
    - Each snippet is run on the installed torch and compared with your answer, its type included: 1
      is not 1.0, and a list is no tuple.

Why it is asked: mixed precision is one line, and it is told as if it halved everything. What keeps
float32, what has float16's range, and what a scaler does with an infinite gradient decide whether
it works. It is there for speed and memory, and it costs precision or range.

Example
    "float_dtype" with the snippet  torch.ones(2).dtype  would be answered by  torch.float32
"""

import torch

ANSWERS: dict[str, object] = {
    # m, x = nn.Linear(4, 4), torch.ones(2, 4)
    # with torch.autocast("cpu", dtype=torch.bfloat16):
    #     y = m(x)
    # y.dtype
    "linear_output": ...,
    # m = nn.Linear(4, 4)
    # with torch.autocast("cpu", dtype=torch.bfloat16):
    #     d = m.weight.dtype
    # d
    "parameter_dtype_inside": ...,
    # m = nn.Linear(4, 4)
    # with torch.autocast("cpu", dtype=torch.bfloat16):
    #     inside = m.weight
    # inside is m.weight
    "weight_inside_is_the_parameter_itself": ...,
    # m, x = nn.Linear(4, 4), torch.ones(2, 4)
    # with torch.autocast("cpu", dtype=torch.bfloat16):
    #     loss = m(x).sum()
    # loss.backward()
    # m.weight.grad.dtype
    "gradient_dtype": ...,
    # x = torch.ones(2)
    # with torch.autocast("cpu", dtype=torch.bfloat16):
    #     y = x + x
    # y.dtype
    "elementwise_of_float_inputs": ...,
    # m, x = nn.Linear(4, 4), torch.ones(2, 4)
    # with torch.autocast("cpu", dtype=torch.bfloat16):
    #     y = F.relu(m(x))
    # y.dtype
    "relu_of_a_linear_output": ...,
    # m, x = nn.Linear(4, 4), torch.ones(2, 4)
    # with torch.autocast("cpu", dtype=torch.bfloat16):
    #     y = m(x) + x
    # y.dtype
    "half_plus_float": ...,
    # m, x = nn.Linear(4, 4), torch.ones(2, 4)
    # with torch.autocast("cpu", dtype=torch.bfloat16):
    #     loss = F.mse_loss(m(x), x)
    # loss.dtype
    "mse_loss_dtype": ...,
    # m, x = nn.Linear(4, 4), torch.ones(2, 4)
    # with torch.autocast("cpu", dtype=torch.bfloat16):
    #     loss = F.cross_entropy(m(x), torch.tensor([0, 1]))
    # loss.dtype
    "cross_entropy_dtype": ...,
    # a = torch.ones(2, 2, dtype=torch.float64)
    # with torch.autocast("cpu", dtype=torch.bfloat16):
    #     y = a @ a
    # y.dtype
    "matmul_of_doubles": ...,
    # m, x = nn.Linear(4, 4), torch.ones(2, 4)
    # with torch.autocast("cpu", dtype=torch.bfloat16):
    #     with torch.autocast("cpu", enabled=False):
    #         y = m(x)
    # y.dtype
    "disabled_region": ...,
    # m, x = nn.Linear(4, 4), torch.ones(2, 4)
    # with torch.autocast("cpu", dtype=torch.bfloat16):
    #     y = m(x)
    # raises(lambda: m(y))
    "leaving_the_region": ...,
    # raises(lambda: torch.cuda.amp.autocast(device_type="cuda", dtype=torch.float16))
    "old_autocast_takes_device_type": ...,
    # import warnings
    # with warnings.catch_warnings(record=True) as seen:
    #     warnings.simplefilter("always")
    #     torch.cuda.amp.GradScaler(enabled=False)
    # seen[0].category.__name__
    "old_scaler_warns_with": ...,
    # g = torch.tensor(1e-8)
    # (g.half().item(), (g * 65536).half().item() > 0)
    "tiny_gradient_in_half_plain_and_scaled": ...,
    # torch.tensor(1e-8).bfloat16().item() > 0
    "bfloat16_of_1e_minus_8_is_positive": ...,
    # torch.finfo(torch.float16).max
    "float16_max": ...,
    # torch.finfo(torch.bfloat16).max > 1e38
    "bfloat16_max_is_larger": ...,
    # torch.finfo(torch.bfloat16).eps
    "bfloat16_eps": ...,
    # (torch.tensor(256.0).bfloat16() + 1).item()
    "one_added_to_256_in_bfloat16": ...,
    # w = torch.ones(1, requires_grad=True)
    # opt = torch.optim.SGD([w], lr=0.1)
    # scaler = torch.amp.GradScaler("cpu", init_scale=4.0)
    # scaler.scale((w * float("inf")).sum()).backward()
    # scaler.step(opt)
    # scaler.update()
    # (w.item(), scaler.get_scale())
    "weight_and_scale_after_inf_gradient": ...,
    # w = torch.ones(1, requires_grad=True)
    # opt = torch.optim.SGD([w], lr=0.1)
    # scaler = torch.amp.GradScaler("cpu", init_scale=4.0)
    # scaler.scale((w * 3).sum()).backward()
    # w.grad.item()
    "scaled_gradient_before_unscale": ...,
    # w = torch.ones(1, requires_grad=True)
    # opt = torch.optim.SGD([w], lr=0.1)
    # scaler = torch.amp.GradScaler("cpu", init_scale=4.0)
    # scaler.scale((w * 3).sum()).backward()
    # scaler.unscale_(opt)
    # w.grad.item()
    "scaled_gradient_after_unscale": ...,
    # w = torch.ones(1, requires_grad=True)
    # opt = torch.optim.SGD([w], lr=0.1)
    # scaler = torch.amp.GradScaler("cpu", init_scale=4.0)
    # scaler.scale((w * 3).sum()).backward()
    # scaler.unscale_(opt)
    # raises(lambda: scaler.unscale_(opt))
    "unscale_twice": ...,
}
