from torch import nn

from pytest_torchkata.checks import wrong

from . import reference

PREFIXES = reference.PREFIXES


@wrong("check_names")
class Replace:
    """str.replace takes the word out wherever it stands, also in the middle of a name, and from the end
    of longer words such as submodule.
    """

    def clean_state_dict(state):
        return {key.replace("module.", "").replace("_orig_mod.", ""): value for key, value in state.items()}


@wrong("check_names")
class ReplaceOnce:
    """replace with a count of one takes out the first place where the word stands, which need not be the
    front of the name.
    """

    def clean_state_dict(state):
        cleaned = dict(state)
        while cleaned and any(any(p in key for key in cleaned) for p in PREFIXES):
            prefix = next(p for p in PREFIXES if any(p in key for key in cleaned))
            if not all(prefix in key for key in cleaned):
                break
            cleaned = {key.replace(prefix, "", 1): value for key, value in cleaned.items()}
        return cleaned


@wrong("check_one_prefix")
class StripsCharacters:
    """lstrip takes a set of characters, not a prefix: it goes on as long as the next letter is one of
    them, and eats the beginning of the names behind.
    """

    def clean_state_dict(state):
        cleaned = dict(state)
        while prefix := reference._common_prefix(cleaned):
            cleaned = {key.lstrip(prefix): value for key, value in cleaned.items()}
        return cleaned


@wrong("check_wrapped_models")
class OnePrefixOnly:
    """One prefix is removed. A model that was compiled and then made parallel has two."""

    def clean_state_dict(state):
        prefix = reference._common_prefix(state) or ""
        return {key.removeprefix(prefix): value for key, value in state.items()}


@wrong("check_one_prefix")
class DataParallelOnly:
    """Only "module." is known. A compiled module puts another word in front of its names."""

    def clean_state_dict(state):
        cleaned = dict(state)
        while cleaned and all(key.startswith("module.") for key in cleaned):
            cleaned = {key.removeprefix("module."): value for key, value in cleaned.items()}
        return cleaned


@wrong("check_wrapped_models")
class OneOrderOnly:
    """Each of the two prefixes is looked for once, one after the other. That works for one order of the
    wrappers only.
    """

    def clean_state_dict(state):
        cleaned = dict(state)
        for prefix in PREFIXES:
            if all(key.startswith(prefix) for key in cleaned):
                cleaned = {key.removeprefix(prefix): value for key, value in cleaned.items()}
        return cleaned


@wrong("check_names")
class WhereverItIs:
    """Every name that begins with a prefix loses it. If only some have it, it is no wrapper's but the name
    of a submodule.
    """

    def clean_state_dict(state):
        def clean(key):
            while key.startswith(PREFIXES):
                key = key.partition(".")[2]
            return key

        return {clean(key): value for key, value in state.items()}


@wrong("check_names")
class FirstKeyDecides:
    """Only the first name is looked at. Another one may lack the prefix."""

    def clean_state_dict(state):
        cleaned = dict(state)
        while cleaned and next(iter(cleaned)).startswith(PREFIXES):
            prefix = next(p for p in PREFIXES if next(iter(cleaned)).startswith(p))
            cleaned = {key.removeprefix(prefix): value for key, value in cleaned.items()}
        return cleaned


@wrong("check_names")
class WithoutTheDot:
    """The prefix is compared without its dot, and as many letters are cut off. A name that begins with a
    longer word, such as module_list, loses the start of it.
    """

    def clean_state_dict(state):
        cleaned = dict(state)
        while cleaned:
            word = next((p[:-1] for p in PREFIXES if all(k.startswith(p[:-1]) for k in cleaned)), None)
            if word is None:
                break
            cleaned = {key[len(word) + 1 :]: value for key, value in cleaned.items()}
        return cleaned


@wrong("check_input")
class ChangesTheInput:
    """The names are changed in the dict that came in, with pop. Whoever holds it finds it changed."""

    def clean_state_dict(state):
        if not isinstance(state, dict):
            return reference.clean_state_dict(state)
        while prefix := reference._common_prefix(state):
            for key in list(state):
                state[key.removeprefix(prefix)] = state.pop(key)
        return state


@wrong("check_one_prefix")
class Copies:
    """Every tensor is cloned. For a large model that doubles the memory, for nothing but other names."""

    def clean_state_dict(state):
        return {key: value.clone() for key, value in reference.clean_state_dict(state).items()}


@wrong("check_one_prefix")
class Sorts:
    """The names come out sorted. Their order was to be kept."""

    def clean_state_dict(state):
        return dict(sorted(reference.clean_state_dict(state).items()))


@wrong("check_nothing_to_do", shows="exception")
class NeedsAKey:
    """The first name is asked for without looking whether there is one. An empty state has none."""

    def clean_state_dict(state):
        next(iter(state))
        return reference.clean_state_dict(state)


@wrong("check_unwrap")
class UnwrapsOnce:
    """One wrapper is taken off. There may be another one inside."""

    def unwrap(model):
        if isinstance(model, (nn.DataParallel, nn.parallel.DistributedDataParallel)):
            return model.module
        return getattr(model, "_orig_mod", model)


@wrong("check_unwrap")
class ForgetsCompiledModules:
    """Only the parallel wrappers are taken off. A compiled module keeps its model as _orig_mod."""

    def unwrap(model):
        while hasattr(model, "module") and not hasattr(model, "_orig_mod"):
            model = model.module
        return model


@wrong("check_unwrap", shows="exception")
class NeedsAWrapper:
    """The attribute is taken without asking. A plain model has none."""

    def unwrap(model):
        return model._orig_mod if hasattr(model, "_orig_mod") else model.module


@wrong("check_unwrap")
class FirstChild:
    """The first child is taken as long as there is one. A plain model has children too."""

    def unwrap(model):
        while children := list(model.children()):
            model = children[0]
        return model
