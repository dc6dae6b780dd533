"""Broadcasting and matmul shapes

Predict, without running anything, the value of the last line of each snippet, and write it in the
place of the dots: a tuple, a list, or, for raises(...), the name of the exception class as a
string, None if nothing is raised.

    raises(f)      the name of the class of the exception that calling f raises, else None

Rules
    - tolist() gives the Python type of the elements: 1.0 for a floating tensor, 1 for an integer
      one.
    - Each snippet is run on the installed torch and compared with your answer.

Why it is asked: a loss between (N,) and (N, 1) raises nothing and trains a wrong model, because
the difference is (N, N). Whoever knows the rule sees it in the shapes.

Example
    "row_plus_number" with the snippet  tuple((torch.ones(1, 4) + 1).shape)
    would be answered by  (1, 4)
"""

ANSWERS: dict[str, object] = {
    # tuple((torch.ones(3, 1) + torch.ones(1, 4)).shape)
    "column_plus_row": ...,
    # tuple((torch.ones(32, 128) + torch.ones(128)).shape)
    "batch_plus_bias": ...,
    # raises(lambda: torch.ones(3, 4) + torch.ones(3))
    "vector_against_rows": ...,
    # tuple((torch.ones(3, 4) + torch.ones(3).reshape(3, 1)).shape)
    "vector_as_column": ...,
    # tuple((torch.ones(4) - torch.ones(4, 1)).shape)
    "vector_minus_column": ...,
    # tuple((torch.ones(5, 1, 4) + torch.ones(3, 1)).shape)
    "three_dims": ...,
    # tuple((torch.ones(0, 1) + torch.ones(3)).shape)
    "empty_dim": ...,
    # (torch.arange(3).reshape(3, 1) + torch.arange(4)).tolist()
    "outer_sum": ...,
    # raises(lambda: torch.ones(3).add_(torch.ones(2, 3)))
    "inplace_add_of_a_larger_operand": ...,
    # b = torch.zeros(3, requires_grad=True)
    # (torch.ones(4, 3) + b).sum().backward()
    # b.grad.tolist()
    "bias_gradient": ...,
    # tuple(torch.where(torch.tensor([[True], [False]]), torch.ones(3), torch.zeros(3)).shape)
    "where_shape": ...,
    # tuple((torch.ones(3) @ torch.ones(3)).shape)
    "dot_product": ...,
    # tuple((torch.ones(2, 3) @ torch.ones(3)).shape)
    "matrix_times_vector": ...,
    # tuple((torch.ones(5, 2, 3) @ torch.ones(3, 4)).shape)
    "batched_times_matrix": ...,
    # tuple((torch.ones(2, 1, 3, 4) @ torch.ones(5, 4, 6)).shape)
    "two_batch_dims": ...,
    # raises(lambda: torch.mm(torch.ones(5, 2, 3), torch.ones(3, 4)))
    "mm_of_a_batch": ...,
    # a = torch.tensor([[1, 2], [3, 4]])
    # (a * a).tolist()
    "star_product": ...,
    # a = torch.tensor([[1, 2], [3, 4]])
    # (a @ a).tolist()
    "at_product": ...,
}
