"""The Python runtime that hosts packages: VM, template, workers, wire messages, parent death and logs."""
