"""What the plugin costs; ``python -m benchmarks`` prints the tables."""
