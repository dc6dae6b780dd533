import torch

from pytest_torchkata.checks import wrong

from . import reference


@wrong("check_answer")
class BiasFirst:
    """The names stand in the order in which the module registers them, not in the order of the alphabet."""

    ANSWERS = reference.ANSWERS | {
        "linear_keys": ["bias", "weight"],
        "sequential_keys": ["0.bias", "0.weight", "2.weight"],
        "batchnorm_parameter_names": ["bias", "weight"],
    }


@wrong("check_answer")
class KeysCarryTheClass:
    """A key is made of attribute names. The name of the class, or of the variable that holds the module,
    is not part of it.
    """

    ANSWERS = reference.ANSWERS | {
        "linear_keys": ["linear.weight", "linear.bias"],
        "module_list_keys": ["m.layers.0.weight"],
        "module_dict_keys": ["m.heads.a.weight"],
    }


@wrong("check_answer")
class OnlyLayersAreCounted:
    """Every entry of the container takes an index, also one that has nothing to save."""

    ANSWERS = reference.ANSWERS | {
        "sequential_keys": ["0.weight", "0.bias", "1.weight"],
    }


@wrong("check_answer")
class EveryModuleHasAKey:
    """A ReLU has neither parameters nor buffers. It takes an index in its container, but no key."""

    ANSWERS = reference.ANSWERS | {
        "sequential_keys": ["0.weight", "0.bias", "1", "2.weight"],
        "module_list_keys": ["layers.0.weight", "layers.1"],
    }


@wrong("check_answer")
class EveryLinearHasABias:
    """This layer was made without a bias. A parameter that is None has no key."""

    ANSWERS = reference.ANSWERS | {
        "sequential_keys": ["0.weight", "0.bias", "2.weight", "2.bias"],
        "module_list_keys": ["layers.0.weight", "layers.0.bias"],
        "module_dict_keys": ["heads.a.weight", "heads.a.bias"],
    }


@wrong("check_answer")
class ContainersAddNothing:
    """The container is an attribute like any other: its name comes first in the key."""

    ANSWERS = reference.ANSWERS | {
        "module_list_keys": ["0.weight"],
        "module_dict_keys": ["a.weight"],
    }


@wrong("check_answer")
class DictEntriesAreNumbered:
    """The entries of this container have names, and the keys use them instead of numbers."""

    ANSWERS = reference.ANSWERS | {
        "module_dict_keys": ["heads.0.weight"],
        "ordered_dict_names": ["0", "1"],
    }


@wrong("check_answer")
class PairsNameTheLayers:
    """A pair of a name and a layer is a tuple, and a tuple is no module. Names are taken from one
    argument only, and it has to be of a certain kind.
    """

    ANSWERS = reference.ANSWERS | {"sequential_of_pairs": None}


@wrong("check_answer")
class PairsRaiseValueError:
    """It does refuse, but it is the kind of the argument that is wrong, not its value."""

    ANSWERS = reference.ANSWERS | {"sequential_of_pairs": "ValueError"}


@wrong("check_answer")
class StateDictIsWhatIsLearned:
    """A state dict is more than the learned values: without its running statistics the layer could not
    be used in eval mode after loading.
    """

    ANSWERS = reference.ANSWERS | {
        "batchnorm_keys": ["weight", "bias"],
        "buffer_in_state_dict": ([], 0),
    }


@wrong("check_answer")
class TheCounterIsForgotten:
    """Nearly. The layer also counts its batches, in a third buffer."""

    ANSWERS = reference.ANSWERS | {
        "batchnorm_keys": ["weight", "bias", "running_mean", "running_var"],
    }


@wrong("check_answer")
class StatisticsAreParameters:
    """A buffer is no parameter: it is saved with the module, but no optimizer gets it and no gradient
    reaches it.
    """

    ANSWERS = reference.ANSWERS | {
        "batchnorm_parameter_names": ["weight", "bias", "running_mean", "running_var"],
        "buffer_in_state_dict": (["b"], 1),
    }


@wrong("check_answer")
class StatisticsAndCounterAreParameters:
    """These are the keys of the state dict. Only what is trained is a parameter."""

    ANSWERS = reference.ANSWERS | {
        "batchnorm_parameter_names": [
            "weight",
            "bias",
            "running_mean",
            "running_var",
            "num_batches_tracked",
        ],
    }


@wrong("check_answer")
class SettingsAreSaved:
    """A state dict holds tensors. Settings such as the rate of a dropout are plain attributes: whoever
    loads has to build the module with the same ones.
    """

    ANSWERS = reference.ANSWERS | {"dropout_keys": ["p"]}


@wrong("check_answer")
class PlainTensorIsABuffer:
    """A tensor that is only assigned is in no table. It takes a Parameter or register_buffer for the
    module to know it.
    """

    ANSWERS = reference.ANSWERS | {
        "keys_and_parameters_of_a_plain_tensor": (["w"], 0),
        "buffer_and_plain_tensor_after_double": (torch.float64, torch.float64),
    }


@wrong("check_answer")
class PlainTensorIsAParameter:
    """A tensor that is only assigned is no parameter: only an nn.Parameter becomes one by assignment."""

    ANSWERS = reference.ANSWERS | {"keys_and_parameters_of_a_plain_tensor": (["w"], 1)}


@wrong("check_answer")
class BuffersAreNotCast:
    """Casting a module casts its floating buffers together with its parameters."""

    ANSWERS = reference.ANSWERS | {
        "buffer_and_plain_tensor_after_double": (torch.float32, torch.float32),
    }


@wrong("check_answer")
class ListsAreSearched:
    """A Python list is no module, and nobody looks into it for layers."""

    ANSWERS = reference.ANSWERS | {"parameters_of_a_python_list": 2}


@wrong("check_answer")
class LayersAreCountedAsParameters:
    """This counts layers. A layer is no parameter, and a Python list hides both."""

    ANSWERS = reference.ANSWERS | {"parameters_of_a_python_list": 1, "shared_layer_parameter_count": 1}


@wrong("check_answer")
class EveryBufferIsSaved:
    """Most buffers are saved, but persistent=False says that this one is not."""

    ANSWERS = reference.ANSWERS | {"non_persistent_buffer": (["b"], 1)}


@wrong("check_answer")
class NonPersistentIsNoBuffer:
    """persistent=False keeps a buffer out of the state dict. It stays a buffer, moved and cast with the
    module.
    """

    ANSWERS = reference.ANSWERS | {"non_persistent_buffer": ([], 0)}


@wrong("check_answer")
class EverythingIsCast:
    """half casts the floating tensors of a module, and no others. A counter in half precision would
    soon stop counting.
    """

    ANSWERS = reference.ANSWERS | {"integer_buffer_after_half": torch.float16}


@wrong("check_answer")
class CounterIsInt32:
    """It is an integer tensor, of torch's default integer dtype."""

    ANSWERS = reference.ANSWERS | {"integer_buffer_after_half": torch.int32}


@wrong("check_answer")
class SharedLayerCountsTwice:
    """parameters() yields every object once, however many names it has: an optimizer must not update it
    twice.
    """

    ANSWERS = reference.ANSWERS | {"shared_layer_parameter_count": 4}


@wrong("check_answer")
class SharedLayerIsSavedOnce:
    """A state dict goes by name, and does not ask whether two names mean the same tensor."""

    ANSWERS = reference.ANSWERS | {"shared_layer_keys": 2}


@wrong("check_answer")
class TensorReplacesAParameter:
    """A registered name accepts a Parameter or None. A plain tensor in its place would silently leave
    the optimizer with a weight that is no longer used, so it is refused.
    """

    ANSWERS = reference.ANSWERS | {"tensor_over_parameter": None}


@wrong("check_answer")
class SuperCanComeLate:
    """Assigning a layer writes into a table that super().__init__() sets up. Before that there is
    nothing to write into.
    """

    ANSWERS = reference.ANSWERS | {"assign_before_super_init": None}


@wrong("check_answer")
class LateSuperIsARuntimeError:
    """It does raise, but with the exception for an attribute that cannot be set or found."""

    ANSWERS = reference.ANSWERS | {"assign_before_super_init": "RuntimeError"}


@wrong("check_answer")
class StateDictKeepsTheGraph:
    """The values of a state dict are detached: they share memory with the parameters, but autograd does
    not follow them.
    """

    ANSWERS = reference.ANSWERS | {"state_dict_values_require_grad": True}


@wrong("check_answer")
class LoadingReplacesParameters:
    """Loading copies values into the tensors that are there. An optimizer that holds them goes on
    working.
    """

    ANSWERS = reference.ANSWERS | {"same_weight_object_after_loading": False}


@wrong("check_answer")
class MissingKeysAreIgnored:
    """By default the keys must match exactly. A missing one is an error, so that no layer keeps its random
    values unnoticed.
    """

    ANSWERS = reference.ANSWERS | {"missing_key": None}


@wrong("check_answer")
class MissingKeyIsAKeyError:
    """All keys that are missing or left over are collected first and then reported in one error, and that
    is not a lookup that failed.
    """

    ANSWERS = reference.ANSWERS | {"missing_key": "KeyError"}


@wrong("check_answer")
class NothingIsReported:
    """strict=False does not raise, but it still tells which keys it did not find. Look at what
    load_state_dict returns.
    """

    ANSWERS = reference.ANSWERS | {"missing_key_not_strict": []}


@wrong("check_answer")
class FoundInsteadOfMissing:
    """This key was given. missing_keys lists what the module has and the state dict has not."""

    ANSWERS = reference.ANSWERS | {"missing_key_not_strict": ["weight"]}


@wrong("check_answer")
class StrictForgivesShapes:
    """strict decides about keys that are missing or left over. A tensor that does not fit is an error all
    the same.
    """

    ANSWERS = reference.ANSWERS | {"wrong_shape_not_strict": None}


@wrong("check_answer")
class WrongShapeIsAValueError:
    """It does raise, but load_state_dict reports all its problems with one and the same exception class."""

    ANSWERS = reference.ANSWERS | {
        "wrong_shape_not_strict": "ValueError",
        "missing_key": "ValueError",
    }


@wrong("check_answer")
class CountsTensors:
    """This counts tensors. numel is the number of elements of each."""

    ANSWERS = reference.ANSWERS | {"count_of_parameters": 2}


@wrong("check_answer")
class ForgetsTheBias:
    """The weight is not all: there is one more number for every output."""

    ANSWERS = reference.ANSWERS | {"count_of_parameters": 200}


@wrong("check_answer")
class OneBiasPerInput:
    """The bias is added to the output, so it has one number for every output, not for every input."""

    ANSWERS = reference.ANSWERS | {"count_of_parameters": 210}


@wrong("check_keys")
class InventedKey:
    """A key that is no question is answered by nothing: it is probably a misspelt one."""

    ANSWERS = reference.ANSWERS | {"linear_key": ["weight", "bias"]}
