import Callpoints
import JSON
import Packages
import PythonVM

/// The methods of the control socket, and who may use which.
extension HostServer {
  func serve(_ request: RPCConnection.Request, _ call: ControlCall) {
    do throws(CallError) {
      switch call.connection.role {
      case .client where request.method == "status": try serveClient(request.params, call)
      case .client where isStopping: throw CallError.stopping
      case .client where mustWait(request.method):
        // What is not ready yet will be: the client waits instead of being turned away.
        call.connection.waitForReady(request, call)
      case .client: try serveClient(request.params, call)
      case .newcomer, .machine, .template: try hello(request.params, call)
      case .thread: try serveTransaction(request.params, call)
      }
    } catch {
      // What the client did wrong concerns nobody else; that the host does not do what it could, its owner.
      if call.connection.isClient, [.busy, .unavailable].contains(error.kind) {
        log.refuse(["request": call.method, "kind": error.kind.rawValue, "reason": error])
      }
      call.refuse(error)
    }
  }

  private func serveClient(_ params: JSONValue, _ call: ControlCall) throws(CallError) {
    switch call.method {
    case "status": call.reply(status)
    case "get": call.reply(try get(params))
    case "action":
      let user = session(named: params["user"]?.string)
      try callAction(params, as: user, for: call)
    case "commit":
      let user = session(named: params["user"]?.string)
      try commit(params, as: user, for: call)
    case "start", "stop": try startOrStop(params, call)
    case "reload":
      try reload { result in
        switch result {
        case .success(let outcomes): call.reply(["packages": .array(outcomes.map(\.json))])
        case .failure(let error): call.refuse(error)
        }
      }
    default: call.refuseMethod()
    }
  }

  // MARK: Who speaks

  private func hello(_ params: JSONValue, _ call: ControlCall) throws(CallError) {
    let connection = call.connection
    guard ["vm.hello", "template.hello", "thread.hello"].contains(call.method) else {
      throw CallError(.invalidRequest, "\(call.method) needs thread.hello first")
    }
    let token = try params.requiredString("token")
    guard let machine = runtime.machine(withToken: token) else {
      throw CallError(.invalidRequest, "no VM of this host has this token")
    }
    switch call.method {
    case "vm.hello":
      guard !machine.isAttached else { throw CallError(.invalidRequest, "the VM has said hello before") }
      connection.role = .machine(machine)
      call.reply(machine.attach(connection.link))
    case "template.hello":
      guard !machine.hasTemplate else { throw CallError(.invalidRequest, "the VM has a template") }
      connection.role = .template(machine)
      call.reply([:])
      machine.attachTemplate(connection.link, pid: params["pid"]?.int, seenAs: connection.process)
    default:
      connection.role = .thread(machine)
      return call.reply(["messageLimit": .integer(Int64(settings.messageLimit))])
    }
    // From now on its end is the VM's affair.
    connections[ObjectIdentifier(connection)] = nil
  }

  // MARK: VMs

  private func startOrStop(_ params: JSONValue, _ call: ControlCall) throws(CallError) {
    let name = try params.requiredString("vm")
    guard let machine = runtime.machine(named: name) else {
      let known = runtime.machines.map(\.plan.name).joined(separator: ", ")
      throw CallError(.invalidRequest, "there is no VM '\(name)'; there is \(known.isEmpty ? "none" : known)")
    }
    guard isServing else { throw .notNow }
    if call.method == "start" { machine.start() } else { machine.stop() }
    whenSettled(machine) { machine in
      switch machine.state {
      case .failed(let error), .waiting(let error):
        call.refuse(CallError(.unavailable, "VM \(name): \(error)"))
      case .running: call.reply(["result": "started"])
      case .stopped, .launching, .starting, .stopping:
        call.reply(["result": "stopped"])
      }
    }
  }
}

extension Reload.Outcome {
  /// What `reload` says of a package.
  fileprivate var json: JSONValue {
    ["name": .string(package), "result": .bool(succeeded), "info": .string(info)]
  }
}
