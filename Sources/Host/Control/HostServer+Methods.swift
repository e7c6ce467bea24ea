import Callpoints
import JSON
import Packages
import PythonVM

/// The methods of the control socket, and who may use which.
extension HostServer {
  func serve(_ request: RPCConnection.Request, on connection: ControlConnection) {
    do throws(CallError) {
      switch request.method {
      case "vm.hello", "template.hello", "thread.hello": try hello(request, connection)
      case _ where request.method.hasPrefix("trans."): try serveTransaction(request, connection)
      case _ where !isReady && request.method != "status" && !connection.isInternal:
        // What is not ready yet will be: the client waits instead of being turned away.
        connection.waitForReady(request)
      default: try serveClient(request, connection)
      }
    } catch {
      connection.connection.refuse(request.id, error)
    }
  }

  private func serveClient(_ request: RPCConnection.Request, _ connection: ControlConnection) throws(CallError) {
    let params = request.params
    let reply = { (result: JSONValue) in connection.connection.reply(to: request.id, result) }
    switch request.method {
    case "status": reply(status)
    case "get": reply(try get(params))
    case "action":
      let user = session(named: params["user"]?.string ?? "admin", context: "system")
      try callAction(params, as: user, for: request, on: connection)
    case "commit":
      let user = session(named: params["user"]?.string ?? "admin", context: "system")
      try commit(params, as: user, for: request, on: connection)
    case "start", "stop": try startOrStop(request, connection)
    case "reload":
      try reload { result in
        switch result {
        case .success(let status): reply(["packages": .array(Self.reloadResults(status))])
        case .failure(let error): connection.connection.refuse(request.id, error)
        }
      }
    default: connection.refuseMethod(of: request)
    }
  }

  /// What `reload` says of each package of a status.
  private static func reloadResults(_ status: JSONValue) -> [JSONValue] {
    (status["packages"]?.array ?? []).map { package in
      var result: JSONObject = ["name": package["name"] ?? .null, "result": .bool(package["state"] != "failed")]
      result["info"] = package["error"]
      return .object(result)
    }
  }

  // MARK: Who speaks

  private func hello(_ request: RPCConnection.Request, _ connection: ControlConnection) throws(CallError) {
    let token = try request.params.requiredString("token")
    guard let machine = runtime.machine(withToken: token) else {
      throw CallError(.invalidRequest, "no VM of this host has this token")
    }
    guard case .client = connection.role else {
      throw CallError(.invalidRequest, "this connection has said hello before")
    }
    switch request.method {
    case "vm.hello":
      guard !machine.isAttached else { throw CallError(.invalidRequest, "the VM has said hello before") }
      connection.role = .machine(machine)
      connection.connection.reply(to: request.id, machine.attach(connection.connection))
    case "template.hello":
      guard !machine.hasTemplate else { throw CallError(.invalidRequest, "the VM has a template") }
      connection.role = .template(machine)
      connection.connection.reply(to: request.id, [:])
      machine.attachTemplate(connection.connection, pid: request.params["pid"]?.int)
    default:
      connection.role = .thread(machine)
      connection.connection.reply(to: request.id, ["messageLimit": .integer(Int64(settings.messageLimit))])
    }
    guard case .thread = connection.role else {
      // From now on its end is the VM's affair.
      connections[ObjectIdentifier(connection)] = nil
      return
    }
  }

  // MARK: VMs

  private func startOrStop(_ request: RPCConnection.Request, _ connection: ControlConnection) throws(CallError) {
    let name = try request.params.requiredString("vm")
    guard let machine = runtime.machine(named: name) else {
      let known = runtime.machines.map(\.plan.name).joined(separator: ", ")
      throw CallError(.invalidRequest, "there is no VM '\(name)'; there is \(known.isEmpty ? "none" : known)")
    }
    guard isReady else { throw .notNow }
    if request.method == "start" { machine.start() } else { machine.stop() }
    whenSettled(machine) { machine in
      switch machine.state {
      case .failed(let error), .waiting(let error):
        connection.connection.refuse(request.id, CallError(.unavailable, "VM \(name): \(error)"))
      case .running: connection.connection.reply(to: request.id, ["result": "started"])
      case .stopped, .launching, .starting, .stopping:
        connection.connection.reply(to: request.id, ["result": "stopped"])
      }
    }
  }
}
