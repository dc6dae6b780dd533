"""Leaf or not, tracked or not

A leaf is a tensor at the end of the graph: backward stops there. Whether a tensor is one, whether
it is tracked, and whether its .grad is ever filled are three questions, not one.

Predict, without running anything, the value of the last line of each snippet, and write it in the
place of the dots: a bool, the name of a graph node as a string, or, for raises(...), the name of
the exception class as a string, None if nothing is raised.

    raises(f)      the name of the class of the exception that calling f raises, else None

Rules
    - Each snippet is run on the installed torch and compared with your answer.
    - Reading .grad of a tensor that is no leaf may warn; the warning does not count.

Why it is asked: an optimizer that trains nothing, a .grad that stays None and "a leaf Variable that
requires grad" in an error message all come down to it. The usual definition, "a leaf is a tensor
that the user created with requires_grad=True", is wrong both ways.

Example
    "product_is_tracked" with the snippet

        (torch.ones(2) * torch.ones(2, requires_grad=True)).requires_grad

    would be answered by  True
"""

ANSWERS: dict[str, object] = {
    # torch.ones(2, requires_grad=True).is_leaf
    "created_with_flag_is_leaf": ...,
    # torch.ones(2).is_leaf
    "created_without_flag_is_leaf": ...,
    # (torch.ones(2) * 2).is_leaf
    "untracked_result_is_leaf": ...,
    # (torch.ones(2, requires_grad=True) * 2).is_leaf
    "tracked_result_is_leaf": ...,
    # (torch.ones(2, requires_grad=True) * 2).requires_grad
    "result_requires_grad": ...,
    # (torch.ones(2, requires_grad=True) * 2).grad_fn.name()
    "result_grad_fn_name": ...,
    # torch.ones(2, requires_grad=True).grad_fn is None
    "leaf_grad_fn_is_none": ...,
    # torch.ones(2, requires_grad=True).double().is_leaf
    "cast_leaf_is_leaf": ...,
    # torch.ones(2, requires_grad=True).to(torch.float32).is_leaf
    "same_dtype_to_is_leaf": ...,
    # nn.Linear(2, 2).weight.is_leaf
    "parameter_is_leaf": ...,
    # nn.Linear(2, 2).double().weight.is_leaf
    "module_double_keeps_leaf": ...,
    # (torch.ones(2, requires_grad=True) * 2).detach().requires_grad_().is_leaf
    "detach_then_require_is_leaf": ...,
    # torch.ones(2, requires_grad=True).clone().is_leaf
    "clone_is_leaf": ...,
    # x = torch.ones(2, requires_grad=True)
    # y = x * 2
    # y.sum().backward()
    # y.grad is None
    "grad_of_non_leaf_is_none": ...,
    # raises(lambda: torch.tensor([1, 2]).requires_grad_())
    "integers_require_grad": ...,
    # raises(lambda: torch.ones(2, dtype=torch.complex64).requires_grad_())
    "complex_require_grad": ...,
    # torch.ones(2, requires_grad=True).argmax().requires_grad
    "argmax_result_requires_grad": ...,
    # (torch.ones(2, requires_grad=True) > 0).requires_grad
    "comparison_requires_grad": ...,
    # y = torch.ones(2, requires_grad=True) * 2
    # raises(lambda: y.requires_grad_(False))
    "change_flag_of_non_leaf": ...,
    # y = torch.ones(2, requires_grad=True) * 2
    # raises(lambda: torch.optim.SGD([y], lr=0.1))
    "optimizer_over_non_leaf": ...,
}
