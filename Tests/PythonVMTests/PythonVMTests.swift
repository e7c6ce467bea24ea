import Testing

@Suite struct `PythonVM room` {}
