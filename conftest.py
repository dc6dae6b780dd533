"""Lets the katas run from a clone, whether or not the package is installed."""

pytest_plugins = ["pytest_torchkata.plugin"]
