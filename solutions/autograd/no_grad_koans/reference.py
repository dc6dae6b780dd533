from pytest_torchkata.checks import truth

# The truth is not written down here: every snippet is run on the installed torch.
QUESTIONS = """
result_in_no_grad:
    x = torch.ones(2, requires_grad=True)
    with torch.no_grad():
        y = x * 2
    y.requires_grad
leaf_made_in_no_grad:
    with torch.no_grad():
        x = torch.ones(2, requires_grad=True)
    x.requires_grad
parameter_made_in_no_grad:
    with torch.no_grad():
        m = nn.Linear(2, 2)
    m.weight.requires_grad
grad_fn_in_no_grad_is_none:
    x = torch.ones(2, requires_grad=True)
    with torch.no_grad():
        y = x * 2
    y.grad_fn is None
enable_grad_inside:
    x = torch.ones(2, requires_grad=True)
    with torch.no_grad():
        with torch.enable_grad():
            y = x * 2
    y.requires_grad
detach_shares_memory:
    x = torch.ones(2, requires_grad=True)
    y = x * 4
    y.detach().data_ptr() == y.data_ptr()
grad_after_detaching_a_result:
    x = torch.ones(2, requires_grad=True)
    y = x * 2
    z = y.detach()
    y.sum().backward()
    x.grad.tolist()
grad_with_detached_target:
    a = torch.tensor(2.0, requires_grad=True)
    b = a * 4
    ((b - b.detach() - 1) ** 2).backward()
    a.grad.item()
grad_with_its_own_detached_copy_as_target:
    a = torch.tensor(2.0, requires_grad=True)
    b = a * 4
    ((b - b.detach()) ** 2).backward()
    a.grad.item()
output_requires_grad_in_eval:
    m = nn.Linear(2, 2).eval()
    m(torch.ones(1, 2)).requires_grad
weight_requires_grad_after_eval:
    m = nn.Linear(2, 2).eval()
    m.weight.requires_grad
decorated_function:
    x = torch.ones(2, requires_grad=True)
    f = torch.no_grad()(lambda t: t * 2)
    f(x).requires_grad
is_inference_flag:
    with torch.inference_mode():
        y = torch.ones(2) * 2
    y.is_inference()
inference_result_in_a_product:
    w = torch.ones(2, requires_grad=True)
    with torch.inference_mode():
        y = torch.ones(2) * 2
    raises(lambda: (y * w).sum().backward())
no_grad_result_in_a_product:
    w = torch.ones(2, requires_grad=True)
    with torch.no_grad():
        y = torch.ones(2) * 2
    raises(lambda: (y * w).sum().backward())
clone_of_inference_result_in_a_product:
    w = torch.ones(2, requires_grad=True)
    with torch.inference_mode():
        y = torch.ones(2) * 2
    raises(lambda: (y.clone() * w).sum().backward())
inference_tensor_written_outside:
    with torch.inference_mode():
        y = torch.ones(2) * 2
    raises(lambda: y.add_(1))
inference_tensor_version:
    with torch.inference_mode():
        y = torch.ones(2) * 2
    raises(lambda: y._version)
backward_inside_no_grad:
    x = torch.ones(2, requires_grad=True)
    y = (x * 2).sum()
    with torch.no_grad():
        y.backward()
    x.grad.tolist()
inplace_on_leaf_in_no_grad:
    x = torch.ones(2, requires_grad=True)
    with torch.no_grad():
        x.add_(1)
    (x.tolist(), x.requires_grad, x._version)
"""

ANSWERS = truth(QUESTIONS)
