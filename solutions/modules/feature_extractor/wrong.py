from pytest_torchkata.checks import wrong

from . import reference


class _Own(reference.FeatureExtractor):
    """The reference, with a dict that is always there, and hooks that call _hook."""

    def __init__(self, model, layers):
        super().__init__(model, layers)
        self._features = {}

    def _keeping(self, name):
        return lambda module, args, output: self._hook(name, output)

    def _hook(self, name, output):
        self._features[name] = output


@wrong("check_features")
class LateBinding:
    """The hooks are made in a loop and look the name up when they run. By then the loop is over, and all of
    them find the last name.
    """

    class FeatureExtractor(reference.FeatureExtractor):
        def __init__(self, model, layers):
            modules = dict(model.named_modules())
            self._model, self._layers, self._features = model, layers, {}
            self._handles = []
            for module in [modules[name] for name in layers]:
                name = layers[len(self._handles)]

                def hook(module, args, output):
                    self._features[name] = output  # noqa: B023

                self._handles.append(module.register_forward_hook(hook))


@wrong("check_features")
class LeavesOnly:
    """Only modules without submodules get a hook. A container has an output as well, and hooks of its own."""

    class FeatureExtractor(reference.FeatureExtractor):
        def __init__(self, model, layers):
            super().__init__(model, layers)
            modules = dict(model.named_modules())
            for name, handle in zip(self._layers, self._handles, strict=True):
                if list(modules[name].children()):
                    handle.remove()


@wrong("check_features")
class MatchesTheClass:
    """The hooks go to every module of the same class as the one that is named. The last of them to run is
    reported; a name means one module, not a kind of modules.
    """

    class FeatureExtractor(reference.FeatureExtractor):
        def __init__(self, model, layers):
            super().__init__(model, layers)
            modules = dict(model.named_modules())
            for name in layers:
                for module in model.modules():
                    if type(module) is type(modules[name]):
                        self._handles.append(module.register_forward_hook(self._keeping(name)))


@wrong("check_features", shows="exception")
class TopLevelOnly:
    """The names are looked for among the direct submodules. Those with a dot are further down."""

    class FeatureExtractor(reference.FeatureExtractor):
        def __init__(self, model, layers):
            modules = dict(model.named_children())
            chosen = {name: modules[name] for name in layers}
            self._model, self._layers, self._features = model, layers, {}
            self._handles = [m.register_forward_hook(self._keeping(name)) for name, m in chosen.items()]


@wrong("check_features")
class KeepsTheInput:
    """A forward hook gets the module, its inputs and its output, in this order. What is kept is the input."""

    class FeatureExtractor(reference.FeatureExtractor):
        def _keeping(self, name):
            def hook(module, args, output):
                self._features[name] = args[0]

            return hook


@wrong("check_order")
class OrderOfRunning:
    """The dict is filled by the hooks, in the order in which the layers run. The order asked for is that of
    the names.
    """

    class FeatureExtractor(reference.FeatureExtractor):
        def __call__(self, *inputs):
            self._features = {}
            try:
                self._model(*inputs)
                return dict(self._features)
            finally:
                self._features = {}


@wrong("check_root")
class CallsForward:
    """forward is called directly. The hooks of the layers inside run, those of the model itself do not."""

    class FeatureExtractor(reference.FeatureExtractor):
        def __call__(self, *inputs):
            self._features = {}
            try:
                self._model.forward(*inputs)
                return {name: self._features[name] for name in self._layers if name in self._features}
            finally:
                self._features = {}


@wrong("check_inputs")
class NoneForTheAbsent:
    """A layer that did not run is there, with None. It is asked to be absent, so that whoever reads a
    feature gets a tensor or a KeyError.
    """

    class FeatureExtractor(reference.FeatureExtractor):
        def __call__(self, *inputs):
            self._features = {}
            try:
                self._model(*inputs)
                return {name: self._features.get(name) for name in self._layers}
            finally:
                self._features = {}


@wrong("check_inputs", shows="exception")
class ExpectsEveryLayer:
    """Every name is looked up in what the hooks have kept. A layer that did not run has kept nothing."""

    class FeatureExtractor(reference.FeatureExtractor):
        def __call__(self, *inputs):
            self._features = {}
            try:
                self._model(*inputs)
                return {name: self._features[name] for name in self._layers}
            finally:
                self._features = {}


@wrong("check_repeated")
class FirstOutput:
    """The first output of a layer is kept, and later ones are not. The last one is asked for."""

    class FeatureExtractor(_Own):
        def _hook(self, name, output):
            if name not in self._features:
                self._features[name] = output


@wrong("check_repeated")
class HookReturns:
    """The hook returns something. Whatever is not None takes the place of the layer's output, and the model
    goes on with it.
    """

    class FeatureExtractor(_Own):
        def _hook(self, name, output):
            return self._features.setdefault(name, output)


@wrong("check_features")
class ListOfOutputs:
    """Each feature is a list of the outputs of all runs. Asked for is the last output, a tensor."""

    class FeatureExtractor(_Own):
        def _hook(self, name, output):
            self._features.setdefault(name, []).append(output)


@wrong("check_second_call")
class Stale:
    """What the hooks keep is never cleared. A layer that does not run in this call is reported with its
    output from an earlier one.
    """

    class FeatureExtractor(_Own):
        def __call__(self, *inputs):
            self._model(*inputs)
            return {name: self._features[name] for name in self._layers if name in self._features}


@wrong("check_second_call")
class OneDictForAll:
    """Every call returns the same dict. The next call clears it, and with it the result that the caller
    still holds.
    """

    class FeatureExtractor(_Own):
        def __call__(self, *inputs):
            self._features.clear()
            self._model(*inputs)
            for name in self._layers:  # into the order of the names
                if name in self._features:
                    self._features[name] = self._features.pop(name)
            return self._features


@wrong("check_gradients")
class Detaches:
    """The outputs are detached, or the model runs without recording. That saves memory where features are
    only looked at, but here whoever wants no graph switches the recording off outside.
    """

    class FeatureExtractor(_Own):
        def _hook(self, name, output):
            self._features[name] = output.detach()


@wrong("check_gradient_between_features")
class Clones:
    """Copies of the outputs are kept. A copy lies beside the way to the later layers, so there is no gradient
    of a score with respect to it, and Grad-CAM, for one, asks for just that.
    """

    class FeatureExtractor(_Own):
        def _hook(self, name, output):
            self._features[name] = output.clone()


@wrong("check_no_grad")
class TurnsRecordingOn:
    """Gradients are recorded whatever the caller has set. Inside of no_grad the features then carry a graph
    that nobody wants.
    """

    class FeatureExtractor(reference.FeatureExtractor):
        def __call__(self, *inputs):
            import torch

            with torch.enable_grad():
                return super().__call__(*inputs)


@wrong("check_unknown")
class IgnoresTheUnknown:
    """A name that does not exist is passed over. Whoever misspells a layer learns of it much later."""

    class FeatureExtractor(reference.FeatureExtractor):
        def __init__(self, model, layers):
            known = dict(model.named_modules())
            super().__init__(model, [name for name in layers if name in known])


@wrong("check_unknown")
class AnotherError:
    """get_submodule raises AttributeError for a name that it does not find. KeyError is asked for."""

    class FeatureExtractor(reference.FeatureExtractor):
        def __init__(self, model, layers):
            for name in layers:
                model.get_submodule(name)
            super().__init__(model, layers)


@wrong("check_unknown")
class LeavesHooksBehind:
    """The hooks are registered while the names are looked up. When one is not found, those before it have
    their hooks already, and nobody has a handle to them.
    """

    class FeatureExtractor(reference.FeatureExtractor):
        def __init__(self, model, layers):
            modules = dict(model.named_modules())
            self._model, self._layers, self._features = model, layers, {}
            self._handles = [modules[name].register_forward_hook(self._keeping(name)) for name in layers]


@wrong("check_close")
class NeverRemoved:
    """close forgets the features, but the hooks stay on the model, and run in every call for as long as it
    lives.
    """

    class FeatureExtractor(reference.FeatureExtractor):
        def close(self):
            self._features = {}
            self._handles = []


@wrong("check_close")
class RemovesTheLast:
    """Only one handle is kept, that of the last hook. The others cannot be removed any more."""

    class FeatureExtractor(reference.FeatureExtractor):
        def close(self):
            self._handles[-1].remove()


@wrong("check_close", shows="exception")
class ClosesOnce:
    """The second call of close fails: the handles were deleted with the first. close and the end of a with
    block may well both come.
    """

    class FeatureExtractor(reference.FeatureExtractor):
        def close(self):
            for handle in self._handles:
                handle.remove()
            del self._handles


@wrong("check_with")
class StaysOpen:
    """The end of the with block does not close the extractor: the hooks are still there."""

    class FeatureExtractor(reference.FeatureExtractor):
        def __exit__(self, *exc):
            self._features = {}


@wrong("check_with", shows="exception")
class EntersWithNothing:
    """__enter__ returns nothing, and so the name after as is None."""

    class FeatureExtractor(reference.FeatureExtractor):
        def __enter__(self):
            pass


@wrong("check_with_error")
class ClosesOnSuccess:
    """The extractor is closed only if the block ends well. After an exception its hooks stay."""

    class FeatureExtractor(reference.FeatureExtractor):
        def __exit__(self, kind, error, traceback):
            if kind is None:
                self.close()


@wrong("check_with_error")
class SwallowsTheException:
    """__exit__ returns something true, which says that the exception has been dealt with. The caller never
    sees it.
    """

    class FeatureExtractor(reference.FeatureExtractor):
        def __exit__(self, *exc):
            self.close()
            return True


@wrong("check_others")
class RemovesEveryHook:
    """close empties the tables of hooks, and takes those of others away as well. A handle removes its own
    hook and no other.
    """

    class FeatureExtractor(reference.FeatureExtractor):
        def close(self):
            for module in self._model.modules():
                module._forward_hooks.clear()
                module._forward_pre_hooks.clear()


@wrong("check_mode")
class SwitchesToEval:
    """The model is put into eval mode, and left there. The mode is the caller's business: training that goes
    on would have no dropout.
    """

    class FeatureExtractor(reference.FeatureExtractor):
        def __init__(self, model, layers):
            super().__init__(model.eval(), layers)


@wrong("check_mode")
class RunsPerLayer:
    """The model runs once for each name, or once more for its own output. That costs as much again, and batch
    norm counts every run.
    """

    class FeatureExtractor(reference.FeatureExtractor):
        def __call__(self, *inputs):
            self._model(*inputs)
            return super().__call__(*inputs)


@wrong("check_freed")
class KeepsTheFeatures:
    """The features of the last call stay in an attribute. With their graphs they keep the memory of a whole
    forward pass until the next call.
    """

    class FeatureExtractor(_Own):
        def __call__(self, *inputs):
            self._features = {}
            self._model(*inputs)
            return {name: self._features[name] for name in self._layers if name in self._features}


@wrong("check_error_in_the_model")
class ReturnsWhatThereIs:
    """An error in the model is caught, and what the hooks have kept so far is returned. The caller takes half
    a forward pass for a whole one.
    """

    class FeatureExtractor(reference.FeatureExtractor):
        def __call__(self, *inputs):
            self._features = {}
            try:
                self._model(*inputs)
            except RuntimeError as error:
                print(error)
            features, self._features = self._features, {}
            return {name: features[name] for name in self._layers if name in features}
