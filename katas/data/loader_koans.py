"""Batches, epochs, shuffling, workers

What does a DataLoader hand out, how often, in which order, and who fetches it?

Predict, without running anything, the value of the last line of each snippet, and write it in the
place of the dots: a number, a bool, a list, a tuple, a torch.dtype, a string, or, for
raises(...), the name of the exception class as a string, None if nothing is raised.

    raises(f)      the name of the class of the exception that calling f raises, else None

Rules
    - Besides torch and np, each snippet has os, and DataLoader, Dataset, TensorDataset and
      random_split of torch.utils.data.
    - Each snippet is run on the installed torch and compared with your answer. Where two random
      numbers below 10 ** 9 are compared, that they are equal by chance does not count.
    - multiprocessing_context="fork" says how worker processes are started, and changes nothing
      else.

Why it is asked: the loop around the model depends on all of it, and much of what is said about
seeds in workers was true of older versions only.

Example
    "three_batches" with the snippet  len(DataLoader(range(6), 2))  would be answered by  3
"""

import torch

ANSWERS: dict[str, object] = {
    # len(DataLoader(range(10000), batch_size=50))
    "iterations_per_epoch": ...,
    # len(DataLoader(range(1000), batch_size=32))
    "iterations_with_a_rest": ...,
    # [len(b) for b in DataLoader(range(10), batch_size=4)]
    "last_batch_size": ...,
    # [len(b) for b in DataLoader(range(10), batch_size=4, drop_last=True)]
    "drop_last_sizes": ...,
    # loader = DataLoader(TensorDataset(torch.arange(10)), batch_size=4, drop_last=True)
    # (sum(len(b[0]) for b in loader), len(loader.dataset))
    "samples_seen_with_drop_last": ...,
    # next(iter(DataLoader(range(4), batch_size=2))).dtype
    "batch_of_python_ints_dtype": ...,
    # next(iter(DataLoader([0.5, 1.5], batch_size=2))).dtype
    "batch_of_python_floats_dtype": ...,
    # next(iter(DataLoader(np.zeros((4, 3), dtype=np.float32), batch_size=2))).dtype
    "batch_of_float32_numpy_dtype": ...,
    # pairs = [(torch.ones(2), 1), (torch.ones(2), 0)]
    # type(next(iter(DataLoader(pairs, batch_size=2)))).__name__
    "batch_of_pairs": ...,
    # items = [{"x": torch.ones(3)}, {"x": torch.ones(3)}]
    # tuple(next(iter(DataLoader(items, batch_size=2)))["x"].shape)
    "batch_of_dicts": ...,
    # next(iter(DataLoader(["a", "b"], batch_size=2)))
    "batch_of_strings": ...,
    # raises(lambda: next(iter(DataLoader([torch.ones(2), torch.ones(3)], batch_size=2))))
    "ragged_batch": ...,
    # raises(lambda: next(iter(DataLoader([object(), object()], batch_size=2))))
    "batch_of_unknown_objects": ...,
    # tuple(next(iter(DataLoader([torch.ones(3), torch.ones(3)], batch_size=None))).shape)
    "batch_size_none": ...,
    # torch.manual_seed(0)
    # loader = DataLoader(range(100), batch_size=100, shuffle=True)
    # torch.equal(next(iter(loader)), next(iter(loader)))
    "two_shuffled_epochs_are_equal": ...,
    # g, h = torch.Generator().manual_seed(1), torch.Generator().manual_seed(1)
    # a = DataLoader(range(100), batch_size=100, shuffle=True, generator=g)
    # b = DataLoader(range(100), batch_size=100, shuffle=True, generator=h)
    # torch.equal(next(iter(a)), next(iter(b)))
    "equal_generator_seeds_give_equal_orders": ...,
    # raises(lambda: DataLoader(range(4), shuffle=True, sampler=[0, 1, 2, 3]))
    "shuffle_with_sampler": ...,
    # [len(s) for s in random_split(range(11), [0.7, 0.15, 0.15])]
    "random_split_fractions": ...,
    # raises(lambda: random_split(range(10), [5, 4]))
    "random_split_wrong_total": ...,
    # int(0.29 * 100)
    "int_of_029_times_100": ...,
    # data = list(range(10))
    # a, b = random_split(data, [5, 5])
    # a.dataset is b.dataset
    "two_subsets_hold_one_dataset": ...,
    # class Pid(Dataset):
    #     def __len__(self):
    #         return 2
    #     def __getitem__(self, i):
    #         return os.getpid()
    # loader = DataLoader(Pid(), batch_size=2, num_workers=1, multiprocessing_context="fork")
    # os.getpid() in next(iter(loader)).tolist()
    "main_pid_among_worker_pids": ...,
    # class Noise(Dataset):
    #     def __len__(self):
    #         return 2
    #     def __getitem__(self, i):
    #         return np.random.randint(10 ** 9)
    # a, b = DataLoader(Noise(), batch_size=1, num_workers=2, multiprocessing_context="fork")
    # a.item() != b.item()
    "numpy_global_stream_differs_between_workers": ...,
    # class Noise(Dataset):
    #     def __len__(self):
    #         return 1
    #     def __getitem__(self, i):
    #         return np.random.randint(10 ** 9)
    # loader = DataLoader(Noise(), num_workers=1, multiprocessing_context="fork")
    # next(iter(loader)).item() != next(iter(loader)).item()
    "numpy_global_stream_differs_between_epochs": ...,
    # class Noise(Dataset):
    #     def __len__(self):
    #         return 1
    #     def __getitem__(self, i):
    #         return np.random.randint(10 ** 9)
    # loader = DataLoader(Noise(), num_workers=1, multiprocessing_context="fork")
    # torch.manual_seed(0)
    # first = next(iter(loader)).item()
    # torch.manual_seed(0)
    # first == next(iter(loader)).item()
    "torch_seed_repeats_numpy_in_workers": ...,
    # class Noise(Dataset):
    #     def __init__(self):
    #         self.rng = np.random.default_rng(0)
    #     def __len__(self):
    #         return 2
    #     def __getitem__(self, i):
    #         return int(self.rng.integers(10 ** 9))
    # a, b = DataLoader(Noise(), batch_size=1, num_workers=2, multiprocessing_context="fork")
    # a.item() != b.item()
    "private_generator_differs_between_workers": ...,
}
