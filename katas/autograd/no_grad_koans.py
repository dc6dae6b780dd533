"""no_grad, detach, inference_mode, eval

Four ways to go without gradients, and no two do the same: no_grad stops the recording of
operations, detach cuts one tensor loose, inference_mode makes tensors of another kind, and eval
tells the layers which mode they are in.

Predict, without running anything, the value of the last line of each snippet, and write it in the
place of the dots: a bool, a number, a list, a tuple, or, for raises(...), the name of the exception
class as a string, None if nothing is raised.

    raises(f)      the name of the class of the exception that calling f raises, else None

Rules
    - Each snippet is run on the installed torch and compared with your answer. Numbers may differ
      in the last digits.
    - An item() is a float and a tolist() a list of floats: 7.0, not 7. _version is a whole number,
      which counts the writes in place.

Why it is asked: they are mixed up all the time, and the mistakes cost memory or break a training
that starts from precomputed features. "inference_mode is the faster no_grad" leaves out what its
results can no longer do.

Example
    "flag_inside" with the snippet

        with torch.no_grad():
            flag = torch.is_grad_enabled()
        flag

    would be answered by  False
"""

ANSWERS: dict[str, object] = {
    # x = torch.ones(2, requires_grad=True)
    # with torch.no_grad():
    #     y = x * 2
    # y.requires_grad
    "result_in_no_grad": ...,
    # with torch.no_grad():
    #     x = torch.ones(2, requires_grad=True)
    # x.requires_grad
    "leaf_made_in_no_grad": ...,
    # with torch.no_grad():
    #     m = nn.Linear(2, 2)
    # m.weight.requires_grad
    "parameter_made_in_no_grad": ...,
    # x = torch.ones(2, requires_grad=True)
    # with torch.no_grad():
    #     y = x * 2
    # y.grad_fn is None
    "grad_fn_in_no_grad_is_none": ...,
    # x = torch.ones(2, requires_grad=True)
    # with torch.no_grad():
    #     with torch.enable_grad():
    #         y = x * 2
    # y.requires_grad
    "enable_grad_inside": ...,
    # x = torch.ones(2, requires_grad=True)
    # y = x * 4
    # y.detach().data_ptr() == y.data_ptr()
    "detach_shares_memory": ...,
    # x = torch.ones(2, requires_grad=True)
    # y = x * 2
    # z = y.detach()
    # y.sum().backward()
    # x.grad.tolist()
    "grad_after_detaching_a_result": ...,
    # a = torch.tensor(2.0, requires_grad=True)
    # b = a * 4
    # ((b - b.detach() - 1) ** 2).backward()
    # a.grad.item()
    "grad_with_detached_target": ...,
    # a = torch.tensor(2.0, requires_grad=True)
    # b = a * 4
    # ((b - b.detach()) ** 2).backward()
    # a.grad.item()
    "grad_with_its_own_detached_copy_as_target": ...,
    # m = nn.Linear(2, 2).eval()
    # m(torch.ones(1, 2)).requires_grad
    "output_requires_grad_in_eval": ...,
    # m = nn.Linear(2, 2).eval()
    # m.weight.requires_grad
    "weight_requires_grad_after_eval": ...,
    # x = torch.ones(2, requires_grad=True)
    # f = torch.no_grad()(lambda t: t * 2)
    # f(x).requires_grad
    "decorated_function": ...,
    # with torch.inference_mode():
    #     y = torch.ones(2) * 2
    # y.is_inference()
    "is_inference_flag": ...,
    # w = torch.ones(2, requires_grad=True)
    # with torch.inference_mode():
    #     y = torch.ones(2) * 2
    # raises(lambda: (y * w).sum().backward())
    "inference_result_in_a_product": ...,
    # w = torch.ones(2, requires_grad=True)
    # with torch.no_grad():
    #     y = torch.ones(2) * 2
    # raises(lambda: (y * w).sum().backward())
    "no_grad_result_in_a_product": ...,
    # w = torch.ones(2, requires_grad=True)
    # with torch.inference_mode():
    #     y = torch.ones(2) * 2
    # raises(lambda: (y.clone() * w).sum().backward())
    "clone_of_inference_result_in_a_product": ...,
    # with torch.inference_mode():
    #     y = torch.ones(2) * 2
    # raises(lambda: y.add_(1))
    "inference_tensor_written_outside": ...,
    # with torch.inference_mode():
    #     y = torch.ones(2) * 2
    # raises(lambda: y._version)
    "inference_tensor_version": ...,
    # x = torch.ones(2, requires_grad=True)
    # y = (x * 2).sum()
    # with torch.no_grad():
    #     y.backward()
    # x.grad.tolist()
    "backward_inside_no_grad": ...,
    # x = torch.ones(2, requires_grad=True)
    # with torch.no_grad():
    #     x.add_(1)
    # (x.tolist(), x.requires_grad, x._version)
    "inplace_on_leaf_in_no_grad": ...,
}
