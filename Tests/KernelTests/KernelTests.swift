import Testing

@Suite struct `Kernel room` {}
