from functools import partial

from pytest_torchkata.checks import right


@right
class ForEachCall:
    """Hooks that are there for the duration of a call."""

    class FeatureExtractor:
        def __init__(self, model, layers):
            modules = dict(model.named_modules())
            for name in layers:
                if name not in modules:
                    raise KeyError(f"no layer {name!r}")
            self.model = model
            self.modules = {name: modules[name] for name in layers}

        def __call__(self, *inputs):
            found, handles = {}, []
            try:
                for name, module in self.modules.items():
                    handles.append(module.register_forward_hook(partial(self.store, found, name)))
                self.model(*inputs)
            finally:
                for handle in handles:
                    handle.remove()
            return {name: found[name] for name in self.modules if name in found}

        @staticmethod
        def store(found, name, module, inputs, output):
            found[name] = output

        def close(self):
            self.modules = {}

        def __enter__(self):
            return self

        def __exit__(self, *exc):
            self.close()


@right
class DefaultArgument:
    """A hook with the name as its default argument, and a dict that is emptied."""

    class FeatureExtractor:
        def __init__(self, model, layers):
            self.model, self.layers = model, layers
            self.store, self.handles = {}, []
            named = dict(model.named_modules())
            missing = [name for name in layers if name not in named]
            if missing:
                raise KeyError(missing[0])
            for name in layers:

                def hook(module, inp, out, name=name):
                    self.store[name] = out

                self.handles.append(named[name].register_forward_hook(hook))

        def __call__(self, *inputs):
            self.store.clear()
            try:
                self.model(*inputs)
                result = {}
                for name in self.layers:
                    if name in self.store:
                        result[name] = self.store[name]
                return result
            finally:
                self.store.clear()

        def close(self):
            while self.handles:
                self.handles.pop().remove()

        def __enter__(self):
            return self

        def __exit__(self, exc_type, exc, tb):
            self.close()
            return False
