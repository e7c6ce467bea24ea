import Testing

@Suite struct `Yang room` {}
