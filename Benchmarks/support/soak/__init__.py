"""The parts of `Benchmarks/soak`."""
