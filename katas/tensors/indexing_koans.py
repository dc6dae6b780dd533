"""Slices, masks, fancy indices, gather

Predict, without running anything, the value of the last line of each snippet, and write it in the
place of the dots: a tuple, a list, a number, a string, or, for raises(...), the name of the
exception class as a string, None if nothing is raised.

    raises(f)      the name of the class of the exception that calling f raises, else None

Rules
    - item() and tolist() give the Python type of the elements: 1.0 for a floating tensor, 1 for
      an integer one.
    - Floating answers count up to rounding: 0.7 is fine where torch says 0.699999988.
    - Each snippet is run on the installed torch and compared with your answer.

Why it is asked: whether a later write reaches the original depends on the kind of index, and two
kinds in one pair of brackets give shapes that few people guess.

Example
    "first_row" with the snippet  torch.tensor([[1, 2], [3, 4]])[0].tolist()
    would be answered by  [1, 2]
"""

ANSWERS: dict[str, object] = {
    # tuple(torch.arange(24).reshape(2, 3, 4)[0, 1].shape)
    "two_ints": ...,
    # tuple(torch.arange(24).reshape(2, 3, 4)[0:1, :, -1].shape)
    "slice_all_and_minus_one": ...,
    # tuple(torch.arange(24).reshape(2, 3, 4)[..., 0].shape)
    "ellipsis": ...,
    # type(torch.arange(24).reshape(2, 3, 4)[0, 1, 2]).__name__
    "full_index_type": ...,
    # torch.arange(5)[torch.arange(5) > 2].tolist()
    "mask_result": ...,
    # tuple(torch.ones(2, 3)[torch.ones(2, 3) > 0].shape)
    "mask_of_matrix_shape": ...,
    # tuple(torch.arange(24).reshape(2, 3, 4)[:, torch.tensor([0, 2]), :].shape)
    "one_index_list": ...,
    # tuple(torch.arange(24).reshape(2, 3, 4)[[0, 1], [1, 2]].shape)
    "two_index_lists": ...,
    # tuple(torch.ones(2, 3, 4)[[0, 1], :, [0, 1]].shape)
    "split_index_lists": ...,
    # tuple(torch.ones(2, 3)[:, None].shape)
    "none_in_the_middle": ...,
    # raises(lambda: torch.arange(5)[::-1])
    "negative_step": ...,
    # torch.arange(5)[3:100].tolist()
    "slice_past_the_end": ...,
    # s = torch.tensor([[0.1, 0.7, 0.2], [0.3, 0.3, 0.4]])
    # s.gather(1, torch.tensor([[1], [2]])).tolist()
    "gather_rows": ...,
    # x = torch.tensor([5, 15])
    # torch.where(x > 10, x, torch.zeros_like(x)).tolist()
    "where_above_ten": ...,
    # x = torch.zeros(2, 2)
    # y = x[0]
    # y[0] = 999
    # x[0, 0].item()
    "write_through_a_slice": ...,
    # x = torch.zeros(2, 2)
    # y = x[0, 1]
    # y.add_(999)
    # x[0, 1].item()
    "write_through_a_full_index": ...,
    # x = torch.ones(3)
    # y = x[x > 0]
    # y[0] = 999
    # x[0].item()
    "write_through_a_mask_result": ...,
    # x = torch.tensor([1, 20, 3])
    # x[x > 10] = 0
    # x.tolist()
    "mask_assignment": ...,
    # z = torch.zeros(3)
    # z[torch.tensor([0, 0, 1])] += 1
    # z.tolist()
    "repeated_index_increment": ...,
    # z = torch.zeros(3)
    # z.index_add_(0, torch.tensor([0, 0, 1]), torch.ones(3))
    # z.tolist()
    "repeated_index_add": ...,
}
