"""Version counters and in-place edits

Every tensor has a counter of the writes in place. When an operation saves a tensor for its
backward, autograd notes the counter, and refuses to use the tensor if the counter has moved since.

Predict, without running anything, the value of the last line of each snippet, and write it in the
place of the dots: a whole number, a float, a list of floats, or, for raises(...), the name of the
exception class as a string, None if nothing is raised.

    raises(f)      the name of the class of the exception that calling f raises, else None

Rules
    - Each snippet is run on the installed torch and compared with your answer. Numbers may differ
      in the last digits.
    - An item() is a float and a tolist() a list of floats: 7.0, not 7. A version is a whole number.
    - Where backward is called inside raises(...), only whether it raises is asked for, not what
      the gradient is.

Why it is asked: an in-place edit is an error in one line and harmless in the next, and in one case
it is silent and wrong. "An in-place operation breaks backward" and "under no_grad autograd does not
notice" are both false; what an operation saved decides.

Example
    "version_of_a_copy" with the snippet

        x = torch.ones(2)
        x.add_(1)
        x.clone()._version

    would be answered by  0
"""

ANSWERS: dict[str, object] = {
    # torch.ones(2)._version
    "fresh_version": ...,
    # x = torch.ones(2)
    # x.add_(1)
    # x[0] = 5
    # x._version
    "version_after_two_edits": ...,
    # x = torch.ones(4)
    # x[:2].mul_(3)
    # x._version
    "version_after_writing_a_view": ...,
    # x = torch.ones(2)
    # x.detach().mul_(3)
    # x._version
    "version_after_writing_a_detached_alias": ...,
    # x = torch.ones(2)
    # x.data.mul_(3)
    # x._version
    "version_after_data_edit": ...,
    # x = torch.ones(2, requires_grad=True)
    # raises(lambda: x.add_(1))
    "edit_a_leaf": ...,
    # z = torch.ones(2, requires_grad=True) * 1
    # y = (z ** 2).sum()
    # z.add_(1)
    # raises(lambda: y.backward())
    "edit_after_square": ...,
    # z = torch.ones(2, requires_grad=True) * 1
    # y = (z * 2).sum()
    # z.add_(1)
    # raises(lambda: y.backward())
    "edit_after_scaling_by_a_number": ...,
    # z = torch.ones(2, requires_grad=True) * 1
    # y = z.exp()
    # z.add_(1)
    # raises(lambda: y.sum().backward())
    "edit_the_input_of_exp": ...,
    # z = torch.ones(2, requires_grad=True) * 1
    # y = z.exp()
    # y.add_(1)
    # raises(lambda: y.sum().backward())
    "edit_the_output_of_exp": ...,
    # y = nn.Linear(2, 2)(torch.ones(1, 2))
    # y.relu_()
    # raises(lambda: y.sum().backward())
    "edit_the_output_of_linear": ...,
    # x = torch.ones(2, requires_grad=True)
    # y = (x ** 2).sum()
    # with torch.no_grad():
    #     x.mul_(2)
    # raises(lambda: y.backward())
    "edit_a_parameter_under_no_grad_before_backward": ...,
    # x = torch.tensor([3.0], requires_grad=True)
    # y = (x ** 2).sum()
    # x.data.mul_(2)
    # y.backward()
    # x.grad.item()
    "data_edit_before_backward": ...,
    # x = torch.tensor([3.0], requires_grad=True)
    # y = (x ** 2).sum()
    # x.detach().mul_(2)
    # raises(lambda: y.backward())
    "detached_edit_before_backward": ...,
    # w = torch.tensor([2.0], requires_grad=True)
    # opt = torch.optim.SGD([w], lr=0.1)
    # y = (w ** 2).sum()
    # y.backward(retain_graph=True)
    # opt.step()
    # raises(lambda: y.backward())
    "optimizer_step_between_two_backwards": ...,
    # x = torch.tensor([-1.0, 2.0])
    # y = F.relu(x, inplace=True) + x
    # y.tolist()
    "inplace_relu_on_the_skip_path": ...,
    # x = torch.ones(2)
    # y = x
    # y += 1
    # x.tolist()
    "x_after_augmented_assignment": ...,
    # x = torch.ones(2)
    # y = x
    # y = y + 1
    # x.tolist()
    "x_after_plain_assignment": ...,
}
