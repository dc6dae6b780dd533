from pytest_torchkata.checks import truth

# The truth is not written down here: every snippet is run on the installed torch.
QUESTIONS = """
linear_output:
    m, x = nn.Linear(4, 4), torch.ones(2, 4)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        y = m(x)
    y.dtype
parameter_dtype_inside:
    m = nn.Linear(4, 4)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        d = m.weight.dtype
    d
weight_inside_is_the_parameter_itself:
    m = nn.Linear(4, 4)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        inside = m.weight
    inside is m.weight
gradient_dtype:
    m, x = nn.Linear(4, 4), torch.ones(2, 4)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        loss = m(x).sum()
    loss.backward()
    m.weight.grad.dtype
elementwise_of_float_inputs:
    x = torch.ones(2)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        y = x + x
    y.dtype
relu_of_a_linear_output:
    m, x = nn.Linear(4, 4), torch.ones(2, 4)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        y = F.relu(m(x))
    y.dtype
half_plus_float:
    m, x = nn.Linear(4, 4), torch.ones(2, 4)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        y = m(x) + x
    y.dtype
mse_loss_dtype:
    m, x = nn.Linear(4, 4), torch.ones(2, 4)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        loss = F.mse_loss(m(x), x)
    loss.dtype
cross_entropy_dtype:
    m, x = nn.Linear(4, 4), torch.ones(2, 4)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        loss = F.cross_entropy(m(x), torch.tensor([0, 1]))
    loss.dtype
matmul_of_doubles:
    a = torch.ones(2, 2, dtype=torch.float64)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        y = a @ a
    y.dtype
disabled_region:
    m, x = nn.Linear(4, 4), torch.ones(2, 4)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        with torch.autocast("cpu", enabled=False):
            y = m(x)
    y.dtype
leaving_the_region:
    m, x = nn.Linear(4, 4), torch.ones(2, 4)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        y = m(x)
    raises(lambda: m(y))
old_autocast_takes_device_type:
    raises(lambda: torch.cuda.amp.autocast(device_type="cuda", dtype=torch.float16))
old_scaler_warns_with:
    import warnings
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        torch.cuda.amp.GradScaler(enabled=False)
    seen[0].category.__name__
tiny_gradient_in_half_plain_and_scaled:
    g = torch.tensor(1e-8)
    (g.half().item(), (g * 65536).half().item() > 0)
bfloat16_of_1e_minus_8_is_positive:
    torch.tensor(1e-8).bfloat16().item() > 0
float16_max:
    torch.finfo(torch.float16).max
bfloat16_max_is_larger:
    torch.finfo(torch.bfloat16).max > 1e38
bfloat16_eps:
    torch.finfo(torch.bfloat16).eps
one_added_to_256_in_bfloat16:
    (torch.tensor(256.0).bfloat16() + 1).item()
weight_and_scale_after_inf_gradient:
    w = torch.ones(1, requires_grad=True)
    opt = torch.optim.SGD([w], lr=0.1)
    scaler = torch.amp.GradScaler("cpu", init_scale=4.0)
    scaler.scale((w * float("inf")).sum()).backward()
    scaler.step(opt)
    scaler.update()
    (w.item(), scaler.get_scale())
scaled_gradient_before_unscale:
    w = torch.ones(1, requires_grad=True)
    opt = torch.optim.SGD([w], lr=0.1)
    scaler = torch.amp.GradScaler("cpu", init_scale=4.0)
    scaler.scale((w * 3).sum()).backward()
    w.grad.item()
scaled_gradient_after_unscale:
    w = torch.ones(1, requires_grad=True)
    opt = torch.optim.SGD([w], lr=0.1)
    scaler = torch.amp.GradScaler("cpu", init_scale=4.0)
    scaler.scale((w * 3).sum()).backward()
    scaler.unscale_(opt)
    w.grad.item()
unscale_twice:
    w = torch.ones(1, requires_grad=True)
    opt = torch.optim.SGD([w], lr=0.1)
    scaler = torch.amp.GradScaler("cpu", init_scale=4.0)
    scaler.scale((w * 3).sum()).backward()
    scaler.unscale_(opt)
    raises(lambda: scaler.unscale_(opt))
"""

ANSWERS = truth(QUESTIONS)
