import Testing

@testable import Host

@Suite struct `The store` {
  @Test func `a document that does not fit the model is refused with its path`() {
    let error = #expect(throws: Store.LoadError.self) {
      try Store(schema: Model.schema, loading: "/nonexistent/document.json")
    }
    #expect(error?.description == "/nonexistent/document.json cannot be read")
  }
}
