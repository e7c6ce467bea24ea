import Testing

@Suite struct `JSON room` {}
