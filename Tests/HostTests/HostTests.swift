import Testing

@Suite struct `Host room` {}
