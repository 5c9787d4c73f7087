"""Speed and size, measured: each module is one subject; `python -m benchmarks.<subject>` runs it."""
