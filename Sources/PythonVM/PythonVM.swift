// The PythonVM room.
