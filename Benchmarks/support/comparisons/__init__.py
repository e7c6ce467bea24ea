"""The comparisons, one a module; each has a function `compare` and says in its docstring what is compared."""
