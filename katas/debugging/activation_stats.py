"""Activation statistics, layer by layer

Write two functions that show where the signal in a model grows, shrinks or dies.

activation_stats runs model(x) once and returns, for every leaf module that has run, the
statistics of its output, under its dotted name from named_modules():

    "mean"   the average of all elements
    "std"    their standard deviation, the unbiased one (n - 1 below the line); 0.0 if there is
             only one element
    "zeros"  the share of elements that are exactly zero, from 0 to 1

diagnose takes such a dict and returns the layers in trouble, by name, with the first that holds
of:

    "exploding"  std is above high, or NaN or infinite
    "vanishing"  std is below low
    "dead"       zeros is at least dead

Healthy layers are left out.

Rules
    - A leaf is a module without submodules. If the model itself is one, its name is the empty
      string. Every leaf returns one floating-point tensor.
    - Names come in the order in which the leaves run first. A leaf that runs several times, or
      has several names, appears once: with the first of its names, and the statistics of its last
      run.
    - The statistics are those of the output as the leaf has returned it, even if a later layer
      changes it in place. They are Python floats.
    - The model runs without gradients, and in the modes that it is in. Afterwards its parameters,
      buffers, gradients, modes and hooks are as before.

Why it is asked: it is how you find out that an initialisation is wrong. Xavier's is often said to
keep the spread in a ReLU net as well: there it shrinks from layer to layer, and He's keeps it.

Example
    >>> model = torch.nn.Sequential(torch.nn.Identity(), torch.nn.ReLU())
    >>> stats = activation_stats(model, torch.tensor([-1.0, 0.0, 0.0, 5.0]))
    >>> {name: list(stats[name].values()) for name in stats}
    {'0': [1.0, 2.708..., 0.5], '1': [1.25, 2.5, 0.75]}
    >>> diagnose(stats, dead=0.75)
    {'1': 'dead'}
"""

from torch import Tensor, nn


def activation_stats(model: nn.Module, x: Tensor) -> dict[str, dict[str, float]]:
    raise NotImplementedError


def diagnose(
    stats: dict[str, dict[str, float]], low: float = 1e-3, high: float = 1e3, dead: float = 0.95
) -> dict[str, str]:
    raise NotImplementedError
