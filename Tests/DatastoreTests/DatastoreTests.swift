import Testing

@Suite struct `Datastore room` {}
