from pytest_torchkata.checks import truth

# The truth is not written down here: every snippet is run on the installed torch.
QUESTIONS = """
created_with_flag_is_leaf:
    torch.ones(2, requires_grad=True).is_leaf
created_without_flag_is_leaf:
    torch.ones(2).is_leaf
untracked_result_is_leaf:
    (torch.ones(2) * 2).is_leaf
tracked_result_is_leaf:
    (torch.ones(2, requires_grad=True) * 2).is_leaf
result_requires_grad:
    (torch.ones(2, requires_grad=True) * 2).requires_grad
result_grad_fn_name:
    (torch.ones(2, requires_grad=True) * 2).grad_fn.name()
leaf_grad_fn_is_none:
    torch.ones(2, requires_grad=True).grad_fn is None
cast_leaf_is_leaf:
    torch.ones(2, requires_grad=True).double().is_leaf
same_dtype_to_is_leaf:
    torch.ones(2, requires_grad=True).to(torch.float32).is_leaf
parameter_is_leaf:
    nn.Linear(2, 2).weight.is_leaf
module_double_keeps_leaf:
    nn.Linear(2, 2).double().weight.is_leaf
detach_then_require_is_leaf:
    (torch.ones(2, requires_grad=True) * 2).detach().requires_grad_().is_leaf
clone_is_leaf:
    torch.ones(2, requires_grad=True).clone().is_leaf
grad_of_non_leaf_is_none:
    x = torch.ones(2, requires_grad=True)
    y = x * 2
    y.sum().backward()
    y.grad is None
integers_require_grad:
    raises(lambda: torch.tensor([1, 2]).requires_grad_())
complex_require_grad:
    raises(lambda: torch.ones(2, dtype=torch.complex64).requires_grad_())
argmax_result_requires_grad:
    torch.ones(2, requires_grad=True).argmax().requires_grad
comparison_requires_grad:
    (torch.ones(2, requires_grad=True) > 0).requires_grad
change_flag_of_non_leaf:
    y = torch.ones(2, requires_grad=True) * 2
    raises(lambda: y.requires_grad_(False))
optimizer_over_non_leaf:
    y = torch.ones(2, requires_grad=True) * 2
    raises(lambda: torch.optim.SGD([y], lr=0.1))
"""

ANSWERS = truth(QUESTIONS)
