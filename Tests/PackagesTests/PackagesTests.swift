import Testing

@Suite struct `Packages room` {}
