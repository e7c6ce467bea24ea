import Callpoints
import Datastore
import JSON
import PythonVM

/// The method that calls actions.
extension HostServer {
  /// Calls an action, for a client or from inside a callback.
  func callAction(
    _ params: JSONValue, as user: UserSession, for call: ControlCall, inside parent: RequestID? = nil
  ) throws(CallError) {
    let path = try params.requiredString("path")
    let index = store.snapshot.index
    let target = try actionTarget(path, under: index)
    guard target.isThere(in: store) else {
      throw CallError(.invalidPath, "\(target.holder.text(in: index)) does not exist", errno: 1)
    }
    guard let input = (params["input"] ?? [:]).object else {
      throw CallError(.invalidValue, "the parameter 'input' must be an object", errno: 5)
    }
    let checked = try ParameterTree(schema: index.schema).check(input, against: target.parameters, path: path)
    guard let point = target.point else {
      throw CallError(.notSupported, "\(path) has no actionpoint, and Callpoint does not implement it itself")
    }
    guard let callpoint = target.callpoint(in: table) else { throw .unregistered(point.name) }
    actions.insert(target, under: index)
    dispatch(target.request(by: user) { $0.value(.object(checked)) }, to: callpoint, for: call, inside: parent)
  }

  /// Begins a client's call of an action from its text alone, which saves most of the work.
  ///
  /// - Returns: Whether it could: the action has been called before, and nothing about the call is unusual or wrong.
  ///   Otherwise nothing has happened.
  func beginPlainAction(_ line: UnsafeRawBufferPointer, on connection: ControlConnection) -> Bool {
    guard isServing else { return false }
    var target: ActionTarget?
    let action = PlainAction(line) { (path, input) throws(JSONError) in
      target = actions.find(path, under: store.snapshot.index)
      return try target?.takes(&input) ?? false
    }
    guard let action, let target, target.isThere(in: store), let callpoint = target.callpoint(in: table) else {
      return false
    }
    guard let call = begin(action.id, "action", line.count, on: connection) else { return true }
    let body = target.request(by: session(), size: action.input.count) { $0.raw(action.input) }
    dispatch(body, to: callpoint, for: call, inside: nil)
    return true
  }

  private func actionTarget(_ path: String, under index: SchemaIndex) throws(CallError) -> ActionTarget {
    var text = path
    if let known = text.withUTF8({ actions.find(UnsafeRawBufferPointer($0), under: index) }) { return known }
    return try ActionTarget(path, in: index)
  }

  private func dispatch(
    _ body: RequestBody, to callpoint: CallpointID, for call: ControlCall, inside parent: RequestID?
  ) {
    let number = RequestID(dispatcher.makeNumber())
    call.onAbandonment { [dispatcher] _ in dispatcher.cancel(number) }
    let isClient = call.connection.isClient
    if isClient { clientRequestBegan() }
    dispatcher.call(
      callpoint, body, timeout: call.handOverDeadline() ?? settings.actionTimeout, inside: parent, as: number
    ) { [unowned self] result in
      if isClient { clientRequestEnded() }
      store.close(number.number)
      answer(call, with: result)
    }
  }

  private func answer(_ call: ControlCall, with result: Result<Reply, CallError>) {
    switch result {
    case .failure(let error): call.refuse(error)
    case .success(let reply):
      do throws(ProtocolViolation) {
        let output = try reply.output()
        call.reply { writer in
          writer.literal("{\"output\":")
          if let output { writer.raw(output) } else { writer.value([:]) }
          writer.endObject()
        }
      } catch {
        call.refuse(CallError(error))
      }
    }
  }
}
