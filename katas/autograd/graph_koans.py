"""The graph: built, walked, freed

Every forward pass builds a new graph out of the operations that ran. backward walks it and frees
what its nodes have saved. autograd.grad walks it as well, but hands the result back instead of
storing it.

Predict, without running anything, the value of the last line of each snippet, and write it in the
place of the dots: a number, a list, a bool, the name of a graph node as a string, or, for
raises(...), the name of the exception class as a string, None if nothing is raised.

    raises(f)      the name of the class of the exception that calling f raises, else None

Rules
    - Each snippet is run on the installed torch and compared with your answer. Numbers may differ
      in the last digits.
    - An item() is a float and a tolist() a list of floats: 7.0, not 7.
    - Node names are spelled as torch spells them. next_functions holds, for each input of a node,
      a pair of the node that it came from and an index.

Why it is asked: "Trying to backward through the graph a second time" is among the errors that
everybody has met, and retain_graph=True pasted in until it goes away is the wrong cure. "Calling
backward twice doubles the gradients" leaves out a condition.

Example
    "name_of_an_addition" with the snippet

        (torch.ones(2, requires_grad=True) + 1).grad_fn.name()

    would be answered by  "AddBackward0"
"""

ANSWERS: dict[str, object] = {
    # x = torch.ones(2, requires_grad=True)
    # y = (x ** 2).sum()
    # y.backward()
    # raises(lambda: y.backward())
    "second_backward_of_a_square": ...,
    # x = torch.ones(2, requires_grad=True)
    # y = x.sum()
    # y.backward()
    # raises(lambda: y.backward())
    "second_backward_of_a_plain_sum": ...,
    # x = torch.tensor([3.0], requires_grad=True)
    # y = (x ** 2).sum()
    # y.backward(retain_graph=True)
    # y.backward()
    # x.grad.item()
    "backward_twice_with_retain": ...,
    # x = torch.tensor([3.0], requires_grad=True)
    # y = (x ** 2).sum()
    # y.backward(retain_graph=True)
    # y.backward()
    # raises(lambda: y.backward())
    "third_backward_after_retaining_once": ...,
    # x = torch.ones(2, requires_grad=True)
    # h = x.exp()
    # a = h.sum()
    # b = (h * 2).sum()
    # a.backward()
    # raises(lambda: b.backward())
    "two_heads_one_trunk": ...,
    # x = torch.zeros(2, requires_grad=True)
    # h = x.exp()
    # (h.sum() + (h * 2).sum()).backward()
    # x.grad.tolist()
    "sum_of_two_heads": ...,
    # x = torch.ones(2, requires_grad=True)
    # (x * 3).mean().grad_fn.name()
    "node_name": ...,
    # x = torch.ones(2, requires_grad=True)
    # (x * 3).mean().grad_fn.next_functions[0][0].name()
    "parent_node_name": ...,
    # x = torch.ones(2, requires_grad=True)
    # type((x * 3).grad_fn.next_functions[0][0]).__name__
    "leaf_node_name": ...,
    # x = torch.ones(2, requires_grad=True)
    # (x * torch.ones(2)).grad_fn.next_functions[1][0] is None
    "constant_operand_has_no_node": ...,
    # f = lambda t: torch.relu(t) if t.sum() > 0 else torch.tanh(t)
    # up, down = torch.ones(1, requires_grad=True), -torch.ones(1, requires_grad=True)
    # [f(up).grad_fn.name(), f(down).grad_fn.name()]
    "nodes_of_two_branches": ...,
    # x = torch.tensor(1.0, requires_grad=True)
    # y = x
    # while y < 100:
    #     y = y * 3
    # y.backward()
    # x.grad.item()
    "while_loop_gradient": ...,
    # x = torch.tensor(3.0, requires_grad=True)
    # torch.autograd.grad(x ** 2, x)
    # x.grad is None
    "dot_grad_after_autograd_grad_is_none": ...,
    # x = torch.tensor(3.0, requires_grad=True)
    # w = torch.tensor(1.0, requires_grad=True)
    # raises(lambda: torch.autograd.grad(x ** 2, w))
    "grad_of_unreachable_input": ...,
    # x = torch.tensor(3.0, requires_grad=True)
    # w = torch.tensor(1.0, requires_grad=True)
    # torch.autograd.grad(x ** 2, w, allow_unused=True)[0] is None
    "allow_unused_result_is_none": ...,
    # x = torch.tensor(1.0, requires_grad=True)
    # (g,) = torch.autograd.grad(x ** 4, x, create_graph=True)
    # (h,) = torch.autograd.grad(g, x)
    # h.item()
    "second_derivative": ...,
    # x = torch.tensor(2.0, requires_grad=True)
    # (g,) = torch.autograd.grad(x ** 3, x)
    # g.requires_grad
    "first_derivative_requires_grad": ...,
}
