import Testing

@Suite struct `End to end` {}
