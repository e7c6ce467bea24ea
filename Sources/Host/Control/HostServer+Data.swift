import Callpoints
import Datastore
import JSON
import PythonVM

/// The methods that read and change data.
extension HostServer {
  /// A session that nobody had before, of the administrator unless a name is given.
  func session(named name: String? = nil, context: String? = nil) -> UserSession {
    UserSession(name: name, context: context, number: dispatcher.makeNumber())
  }

  /// Reads a path, under the present model unless another one is given.
  func keypath(_ text: String, in index: SchemaIndex? = nil) throws(CallError) -> Keypath {
    do throws(DataError) {
      return try Keypath(text, in: index ?? store.snapshot.index)
    } catch {
      throw CallError(error)
    }
  }

  func get(_ params: JSONValue) throws(CallError) -> JSONValue {
    let path = try keypath(try params.requiredString("path"))
    guard path == .root || store.snapshot.exists(at: path) else {
      return ["data": [:]]
    }
    return ["data": store.snapshot.document(at: path, depth: params["depth"]?.int)]
  }

  // MARK: Commits

  func commit(_ params: JSONValue, as user: UserSession, for call: ControlCall) throws(CallError) {
    guard let edits = params["edits"]?.array else {
      throw CallError(.invalidRequest, "the parameter 'edits' must be an array")
    }
    clientRequestBegan()
    run(
      Commit.Request(
        edit: { (transaction) throws(CallError) in try Edit.apply(edits, to: transaction) }, user: user,
        isDryRun: params["dryRun"]?.bool ?? false), for: call
    ) { [unowned self] result in
      clientRequestEnded()
      switch result {
      case .failure(let error): call.refuse(error)
      case .success(let outcome):
        call.reply { writer in
          writer.beginObject()
          writer.key("transaction")
          writer.int(Int(outcome.number))
          writer.key("changes")
          outcome.writeChanges(to: &writer)
          writer.endObject()
        }
      }
    }
  }

  func run(_ request: Commit.Request, for call: ControlCall, completion: @escaping Commit.Completion) {
    let runner = CallbackRunner(dispatcher: dispatcher, store: store, timeout: settings.serviceTimeout)
    let commit = Commit(
      request, number: dispatcher.makeNumber(), store: store, table: table, runner: runner, log: log,
      completion: completion)
    call.onAbandonment { [weak commit] in commit?.abandon(because: $0) }
    commit.begin()
  }
}
