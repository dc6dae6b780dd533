import torch

from pytest_torchkata.checks import wrong

from . import reference


@wrong("check_answer")
class FloorOfSamplesOverBatchSize:
    """Dividing and rounding down leaves out the last, smaller batch. By default it is handed out like any
    other.
    """

    ANSWERS = reference.ANSWERS | {
        "iterations_with_a_rest": 31,
        "last_batch_size": [4, 4],
    }


@wrong("check_answer")
class NumberOfBatchesIsNotRounded:
    """The number of batches is a whole number: there are full batches, and possibly a smaller one."""

    ANSWERS = reference.ANSWERS | {"iterations_with_a_rest": 31.25, "iterations_per_epoch": 200.0}


@wrong("check_answer")
class RestIsFilledUp:
    """Nothing fills up the last batch. It is smaller, or dropped if asked for."""

    ANSWERS = reference.ANSWERS | {"last_batch_size": [4, 4, 4]}


@wrong("check_answer")
class DropLastDropsNothing:
    """drop_last leaves out the last batch if it is smaller than the others."""

    ANSWERS = reference.ANSWERS | {
        "drop_last_sizes": [4, 4, 2],
        "samples_seen_with_drop_last": (10, 10),
    }


@wrong("check_answer")
class DropLastShrinksTheDataset:
    """drop_last is a matter of the loader. Its dataset still has all samples, so a sum over an epoch that
    is divided by len(loader.dataset) is too small.
    """

    ANSWERS = reference.ANSWERS | {"samples_seen_with_drop_last": (8, 8)}


@wrong("check_answer")
class PythonFloatsAreFloat32:
    """A Python float has 64 bits, and the collate function keeps them, whatever the default dtype is. A
    model in float32 does not take such a batch.
    """

    ANSWERS = reference.ANSWERS | {"batch_of_python_floats_dtype": torch.float32}


@wrong("check_answer")
class PythonIntsAreInt32:
    """Python ints become the integer type that torch uses for labels and indices, of 64 bits."""

    ANSWERS = reference.ANSWERS | {"batch_of_python_ints_dtype": torch.int32}


@wrong("check_answer")
class NumPyBecomesFloat64:
    """An array is converted without a change of its dtype. float64 is only what NumPy makes if it is not
    told otherwise.
    """

    ANSWERS = reference.ANSWERS | {"batch_of_float32_numpy_dtype": torch.float64}


@wrong("check_answer")
class PairsStayTuples:
    """A batch of tuples is collated field by field, and comes as another kind of sequence. Unpacking it
    with x, y works all the same.
    """

    ANSWERS = reference.ANSWERS | {"batch_of_pairs": "tuple"}


@wrong("check_answer")
class BatchOfPairsIsATensor:
    """Items with two fields give a batch with two fields: the first ones are stacked, and the second ones
    are made a tensor of their own.
    """

    ANSWERS = reference.ANSWERS | {"batch_of_pairs": "Tensor"}


@wrong("check_answer")
class BatchIsAListOfItems:
    """The items of a batch are put together: under each key there is one tensor, with a new first
    dimension for the batch.
    """

    ANSWERS = reference.ANSWERS | {"batch_of_dicts": (3,)}


@wrong("check_answer")
class BatchConcatenates:
    """The items are stacked along a new first dimension, not joined along the one that they have."""

    ANSWERS = reference.ANSWERS | {"batch_of_dicts": (6,)}


@wrong("check_answer")
class StringsAreJoinedOrChanged:
    """There is no tensor of strings, so they stay what they are, in a list."""

    ANSWERS = reference.ANSWERS | {"batch_of_strings": ("a", "b")}


@wrong("check_answer")
class RaggedBatchesArePadded:
    """Nothing is padded by itself. Tensors of different shape cannot be stacked, and it takes a
    collate_fn of your own to say what should happen.
    """

    ANSWERS = reference.ANSWERS | {"ragged_batch": None}


@wrong("check_answer")
class RaggedBatchesRaiseValueError:
    """Stacking does fail, but with the exception that torch raises for nearly everything."""

    ANSWERS = reference.ANSWERS | {"ragged_batch": "ValueError"}


@wrong("check_answer")
class AnythingCanBeCollated:
    """The usual collate function knows tensors, arrays, numbers, strings, dicts, tuples and lists. It
    refuses anything else, an image of Pillow for example.
    """

    ANSWERS = reference.ANSWERS | {"batch_of_unknown_objects": None}


@wrong("check_answer")
class UnknownObjectsRaiseSomethingElse:
    """It is the type of the objects that does not fit, and the exception says so."""

    ANSWERS = reference.ANSWERS | {"batch_of_unknown_objects": "RuntimeError"}


@wrong("check_answer")
class NoBatchSizeMeansOne:
    """batch_size=None switches batching off: items come one by one, without a dimension for the batch."""

    ANSWERS = reference.ANSWERS | {"batch_size_none": (1, 3)}


@wrong("check_answer")
class NoBatchSizeMeansEverything:
    """batch_size=None does not mean one large batch. It switches batching off, so items come one by one."""

    ANSWERS = reference.ANSWERS | {"batch_size_none": (2, 3)}


@wrong("check_answer")
class ShuffledOnce:
    """The order is drawn when an iteration begins, and the stream goes on in between. A seed fixes the
    whole sequence of orders, not one order for all epochs.
    """

    ANSWERS = reference.ANSWERS | {"two_shuffled_epochs_are_equal": True}


@wrong("check_answer")
class GeneratorsDoNotDecide:
    """The order is drawn from the generator that the loader is given, and equal seeds give equal streams."""

    ANSWERS = reference.ANSWERS | {"equal_generator_seeds_give_equal_orders": False}


@wrong("check_answer")
class SamplerAndShuffleGoTogether:
    """A sampler is the order, and shuffle asks for another one. A loader refuses to choose."""

    ANSWERS = reference.ANSWERS | {"shuffle_with_sampler": None}


@wrong("check_answer")
class SplitDropsTheRest:
    """What rounding down leaves over is handed out one by one, from the first part on: the parts hold all
    samples together.
    """

    ANSWERS = reference.ANSWERS | {"random_split_fractions": [7, 1, 1]}


@wrong("check_answer")
class SplitGivesTheRestToOnePart:
    """What rounding down leaves over does not go to a single part. It is handed out one by one, from the
    first part on.
    """

    ANSWERS = reference.ANSWERS | {"random_split_fractions": [7, 1, 3]}


@wrong("check_answer")
class SplitLeavesSamplesOut:
    """Lengths have to add up to the whole dataset. random_split does not leave samples out quietly."""

    ANSWERS = reference.ANSWERS | {"random_split_wrong_total": None}


@wrong("check_answer")
class ProductIsExact:
    """0.29 has no exact binary form. The product ends up just below the whole number, and int cuts off."""

    ANSWERS = reference.ANSWERS | {"int_of_029_times_100": 29}


@wrong("check_answer")
class SplitCopies:
    """A part is a list of indices and a reference: nothing is copied. A transform that is set on the
    dataset of one part is set for all parts.
    """

    ANSWERS = reference.ANSWERS | {"two_subsets_hold_one_dataset": False}


@wrong("check_answer")
class WorkersAreThreads:
    """Workers are processes of their own, with their own process ids. That is why they get around the
    interpreter lock, and why the dataset is copied.
    """

    ANSWERS = reference.ANSWERS | {"main_pid_among_worker_pids": True}


@wrong("check_answer")
class NumPyIsNotSeededInWorkers:
    """That was true of old versions. Today each worker seeds NumPy's global stream, from torch's seed, the
    number of the worker and a new draw in every epoch.
    """

    ANSWERS = reference.ANSWERS | {
        "numpy_global_stream_differs_between_workers": False,
        "numpy_global_stream_differs_between_epochs": False,
    }


@wrong("check_answer")
class NumPyIsNotReproducibleInWorkers:
    """What a worker seeds NumPy with is drawn from torch's stream, so torch.manual_seed fixes it without a
    worker_init_fn.
    """

    ANSWERS = reference.ANSWERS | {"torch_seed_repeats_numpy_in_workers": False}


@wrong("check_answer")
class EverySourceDiffers:
    """Only the global streams are seeded in a worker. A generator that the dataset holds is copied with it,
    and every copy draws the same numbers.
    """

    ANSWERS = reference.ANSWERS | {"private_generator_differs_between_workers": True}


@wrong("check_keys")
class InventedKey:
    """A key that is no question is answered by nothing: it is probably a misspelt one."""

    ANSWERS = reference.ANSWERS | {"iterations_in_an_epoch": 200}
