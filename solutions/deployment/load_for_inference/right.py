import torch

from pytest_torchkata.checks import right


@right
class TheStateDictItself:
    """The state dict with every entry cloned; all switches by hand, the device last."""

    def save_weights(model, path):
        state = model.state_dict()
        for name in list(state):
            state[name] = state[name].to("cpu", copy=True)
        torch.save(state, str(path))

    def load_for_inference(path, build_model, device="cpu"):
        model = build_model()
        state = torch.load(path, map_location="cpu", weights_only=True)
        model.load_state_dict(state, strict=True)
        model.train(False)
        for parameter in model.parameters():
            parameter.requires_grad = False
        return model.to(torch.device(device))
