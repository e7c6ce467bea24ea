import Datastore
import JSON
import TestSupport
import Testing
import Yang

@Suite struct `Values fuzz` {
  @Test(arguments: Fuzz.seeds(20)) func `any text is of a type or not, and its canonical text says the same`(
    seed: UInt64
  ) throws {
    // Invariant: a value is what its text and its JSON say, in one form; anything else is refused in a short sentence.
    try Fuzz.round(seed) { round in
      for _ in 0..<100 {
        let type = try TypeForm.type(RandomType.form(depth: 2, using: &round.random))
        let given = RandomType.input(using: &round.random)
        round.tries("\(given.text) as \(type)")
        do throws(InvalidValue) {
          let value = try Value(json: given, type: type)
          #expect(try Value(text: value.text, type: type) == value)
          #expect(try Value(json: value.json, type: type) == value)
          #expect(try Value(text: value.text, type: type).text == value.text)
        } catch {
          #expect(error.description.utf8.count < 4000)
        }
      }
    }
  }

  @Test(arguments: Fuzz.seeds(20)) func `values have one order, in which equal ones are the same`(seed: UInt64) throws {
    // Invariant: compare is a total order, zero only between equal values, and equal values have one hash.
    try Fuzz.round(seed) { round in
      let type = try TypeForm.type(RandomType.form(depth: 2, using: &round.random))
      let inputs = (0..<200).map { _ in RandomType.input(using: &round.random) }
      let values = inputs.compactMap { try? Value(json: $0, type: type) }.prefix(30)
      for first in values {
        for second in values {
          #expect(first.compare(second).signum() == -second.compare(first).signum())
          #expect((first == second) == (first.compare(second) == 0))
          if first == second { #expect(first.hashValue == second.hashValue) }
          for third in values where first.compare(second) <= 0 && second.compare(third) <= 0 {
            #expect(first.compare(third) <= 0)
          }
        }
      }
    }
  }

  @Test(arguments: Fuzz.seeds(3)) func `the host and Python give any value one answer`(seed: UInt64) throws {
    // Invariant: both sides take the same values of a type, and show each as the same text and the same JSON.
    let program = """
      import json, sys
      from ncs import _types
      from ncs._types import BadValue
      answers = []
      for form, text in json.load(sys.stdin):
          try:
              data = _types.parse(text, form)
              answers.append([_types.text_of(data, form), data])
          except BadValue:
              answers.append(None)
      print(json.dumps(answers))
      """
    try Fuzz.round(seed) { round in
      let cases = (0..<300).map { _ -> (form: JSONValue, text: String) in
        (RandomType.form(depth: 2, using: &round.random), RandomType.text(using: &round.random))
      }
      let question = JSONValue.array(cases.map { [$0.form, .string($0.text)] })
      round.tries(question.text)
      let printed = try Python.answer(to: question.text, path: Python.runtime, program: program)
      let answers = try JSONValue(parsing: printed).array ?? []
      try #require(answers.count == cases.count)
      for (answer, (form, text)) in zip(answers, cases) {
        let value = try? Value(text: text, type: TypeForm.type(form))
        #expect(value.map { [.string($0.text), $0.json] } ?? .null == answer, "\(form.text) and \(text)")
      }
    }
  }
}
