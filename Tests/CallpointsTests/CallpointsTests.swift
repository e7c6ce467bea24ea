import Testing

@Suite struct `Callpoints room` {}
